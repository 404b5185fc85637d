"""The dashboard in a real browser, over a server started as a user starts it."""

import json
import re
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from chromium import barriers
from playwright.sync_api import expect

from threads.samples import sample_folder, samples
from threads.storage.csv_files import read_csv

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a busy machine is slow, and no fault of the page's

ORIGINAL = Path(__file__).resolve().parent.parent.parent / "shared" / "seeds" / "001_006605df1cda4f0e.txt"
PEOPLE = [
    "Jasmine Hinds",
    "Madison Neal",
    "John Crulz",
    "Anita Drake",
    "Eduardo Lopez",
    "Nancy Perez de Lezama",
    "Matt Heitz",
    "Susan Mark",
]
PIPELINE = sample_folder() / "siberia_pipeline" / "thread.txt"
TITLE = PIPELINE.read_text(encoding="utf-8").splitlines()[0]
SHOWN = [f for f in samples() if json.loads((f / "expected.json").read_text(encoding="utf-8"))["comments"]]


@pytest.fixture(scope="module")
def server():
    """Run `btl demo` on a free port; yield its address; stop it as Ctrl-C does."""
    command = [sys.executable, "-m", "threads", "demo", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/", line)
            if found is None:
                process.kill()
                pytest.fail(f"no address in {line!r}: {process.stderr.read()}")
            yield found.group()
        finally:
            process.send_signal(signal.SIGINT)
            _, messages = process.communicate(timeout=20)
    assert process.returncode == 0, messages
    assert "Traceback" not in messages


@pytest.fixture
def page(page, server):
    """A page that fails its test on any script error, blocked resource or request to another machine."""
    troubles = []
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on(
        "console", lambda line: troubles.append(f"console: {line.text}") if line.type == "error" else None
    )
    page.on(
        "request",
        lambda r: troubles.append(f"left the machine: {r.url}") if _foreign(r.url, server) else None,
    )
    page.on("dialog", lambda dialog: (troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.set_default_timeout(15_000)
    yield page
    assert troubles == []


def _foreign(url, server):
    return not url.startswith((server, "data:", "blob:", "about:"))


def open_thread(page, server, title):
    page.goto(server)
    page.get_by_role("link", name=title, exact=True).click()
    comments(page).first.wait_for()


def comments(page):
    return page.locator(".conversation .comment")


def authors_shown(page):
    return page.locator(".conversation .comment header strong").all_text_contents()


def test_all_comments_and_the_drawn_charts_are_seen(page, server):
    open_thread(page, server, TITLE)
    assert sorted(authors_shown(page)) == sorted(PEOPLE)
    expect(page).to_have_title(f"{TITLE} · Below the Line")
    marks = page.locator("#sentiment-figure .scatterlayer .points path")
    expect(marks).to_have_count(8)
    for mark in marks.all():
        expect(mark).to_be_visible()
    assert page.locator("#stance-figure .bars path").count() >= 1
    assert page.locator(".reply.inferred").count() == 2


def test_the_overview_lists_every_discussion_and_draws_them(page, server):
    page.goto(server)
    page.locator(".discussions li").first.wait_for()
    assert page.locator(".discussions li").count() == len(SHOWN)
    page.locator("#overview-sentiment .points path").first.wait_for(state="attached")
    page.locator("#overview-stance .bars path").first.wait_for(state="attached")


def test_what_is_static_is_drawn_as_text_and_leads_nowhere_it_should_not(page, server):
    page.goto(server)
    page.locator(".discussions li").first.wait_for()
    made = page.evaluate(
        """() => { const [link, image] = window.btl_components.Static({ tree: ["Div", {},
            ["A", { href: "java\\nscript:alert(1)" }, "<b>"], "<img src=x>"] }).props.children;
          return [link.type, link.props.href, link.props.children, image]; }"""
    )
    assert made == ["a", "about:blank", "<b>", "<img src=x>"]


def test_what_nobody_needs_to_hear_is_told_to_nobody(page, server):
    """That nothing is reset, or that filters wait: every component would hear of it."""
    page.goto(server)
    expect(page.locator("#filtered-content")).to_be_visible()
    heard = page.evaluate(
        """() => { const heard = { nothing: 0, something: 0 }; let what = "nothing";
          const reset = (itempath) =>
            window.store.dispatch({ type: "RESET_COMPONENT_STATE", payload: { itempath } });
          const stop = window.store.subscribe(() => { heard[what] += 1; });
          reset(["nothing", 1]);
          what = "something";
          reset(Object.keys(window.store.getState().layoutHashes)[0].split(","));
          stop();
          return heard; }"""
    )
    assert heard["nothing"] == 0
    assert heard["something"] > 0  # once, or more often: what listens may tell more
    waiting = page.evaluate(
        """() => { const waits = (id) => ({ id, path: [id], property: "value" });
          for (const ids of [["filter-until", "filter-text"], ["import-result"]])
            window.store.dispatch({ type: "LOADING", payload: ids.map(waits) });
          return window.store.getState().loading; }"""
    )
    assert '["import-result"]' in waiting
    assert '["filter-until"]' not in waiting


def test_every_comment_is_in_a_table_that_sorts_and_scrolls_by_keyboard(page, server):
    page.goto(f"{server}comments")
    table = page.get_by_role("table")
    rows = table.locator(".grid-rows [role=row]:not([aria-busy])")
    rows.first.wait_for()
    page.get_by_role("button", name="Words").press("Enter")
    expect(table.get_by_role("columnheader", name="Words")).to_have_attribute("aria-sort", "descending")
    expect(rows.first.locator(".cell-words")).to_have_text(re.compile(r"\d{3}"))
    table.press("End")
    last = table.locator(f"[aria-rowindex='{table.get_attribute('aria-rowcount')}']:not([aria-busy])")
    expect(last).to_be_in_viewport()
    leads = last.get_by_role("link").get_attribute("href")
    last.get_by_role("link").click()
    page.wait_for_url(re.compile(re.escape(leads.split("#")[0])))
    expect(page.locator(".comment.found")).to_be_in_viewport()


def test_how_comments_are_sorted_and_where_one_stands_is_in_the_address(page, server):
    page.goto(f"{server}comments")
    table = page.get_by_role("table")
    page.get_by_role("button", name="Words").press("Enter")
    page.get_by_role("button", name="Words").press("Enter")
    heading = table.get_by_role("columnheader", name="Words")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    table.press("PageDown")
    page.wait_for_url(re.compile(r"#sort=words&up=1&row=\d+$"))
    address, top = page.url, int(page.url.rpartition("=")[2])
    row = table.locator(f"[aria-rowindex='{top + 1}']:not([aria-busy])")
    expect(row).to_be_in_viewport()
    said = row.inner_text()
    row.get_by_role("link").click()
    expect(page.locator(".comment.found")).to_be_in_viewport()
    page.go_back()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(row).to_be_in_viewport()
    assert (page.url, row.inner_text()) == (address, said)
    page.get_by_label("Text contains").fill("the")
    page.wait_for_url("**q=the**")
    expect(heading).to_have_attribute("aria-sort", "ascending")  # and the row is of other comments now
    page.wait_for_url(re.compile(r"#sort=words&up=1$"))


def test_filters_narrow_the_page_and_live_in_its_address(page, server):
    open_thread(page, server, TITLE)
    page.get_by_label("Text contains").fill("customs TABLES")
    page.wait_for_url("**q=customs**")
    expect(comments(page)).not_to_have_count(8)
    expect(comments(page).first).to_be_visible()
    narrowed = authors_shown(page)
    assert "Nancy Perez de Lezama" in narrowed
    page.reload()
    comments(page).first.wait_for()
    assert authors_shown(page) == narrowed
    asked = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    page.get_by_role("button", name="Show all").click()
    expect(comments(page)).to_have_count(8)
    page.get_by_role("textbox", name="People").click()
    page.get_by_role("option", name="Matt Heitz").click()
    expect(comments(page)).to_have_count(1)
    assert authors_shown(page) == ["Matt Heitz"]
    assert [body for body in asked if "..content.children.." in body] == []  # a filter is no new page
    page.go_back()
    expect(comments(page)).to_have_count(8)


def test_the_csv_downloaded_is_the_records_shown(page, server, tmp_path):
    open_thread(page, server, TITLE)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download CSV").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    with path.open(encoding="utf-8", newline="") as file:
        frame = read_csv(file.read())
    shown_texts = page.locator(".conversation .comment .text").all_inner_texts()
    assert sorted(frame["author"]) == sorted(PEOPLE)
    assert frame["published_at"].iloc[0] == pd.Timestamp("2024-05-17 20:41", tz="UTC")
    assert sorted(" ".join(text.split()) for text in frame["text"]) == sorted(
        " ".join(text.split()) for text in shown_texts
    )


def test_a_pasted_thread_is_previewed_stored_and_shown(page, server):
    text = (ORIGINAL if ORIGINAL.is_file() else PIPELINE).read_text(encoding="utf-8")
    title = text.splitlines()[0] + ", pasted"
    page.goto(f"{server}import")
    page.get_by_label("Pasted text").fill("\n".join([title, *text.splitlines()[1:]]))
    page.get_by_label("Title", exact=True).fill("Of this text alone")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("8 comments read, 8 kept, 0 left out.").wait_for()
    assert page.locator("#import-result tbody tr").count() == 8
    page.get_by_role("button", name="Store it").click()
    page.get_by_text(re.compile(r"8 comments stored")).wait_for()
    expect(page.get_by_label("Title", exact=True)).to_have_value("")
    page.get_by_role("link", name=f"Open {title}").click()
    comments(page).nth(7).wait_for()
    assert page.get_by_role("heading", level=1).inner_text() == title
    assert sorted(authors_shown(page)) == sorted(PEOPLE)


def test_pasting_no_thread_says_so_and_stores_nothing(page, server):
    page.goto(f"{server}import")
    page.get_by_label("Pasted text").fill("A single line about nothing.")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("0 comments read").wait_for()
    assert page.get_by_role("button", name="Store it").is_hidden()


def test_a_file_can_be_chosen_taken_off_and_refused(page, server, tmp_path):
    page.goto(f"{server}import")
    chooser = page.locator("#import-file input[type=file]")
    chooser.set_input_files(PIPELINE)
    expect(page.locator("#import-file-name")).to_have_text("File: thread.txt")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("8 comments read, 8 kept").wait_for()
    page.get_by_role("button", name="Take it off").click()
    expect(page.get_by_label("Pasted text")).to_be_enabled()
    expect(page.get_by_role("button", name="Store it")).to_be_hidden()
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(50_000_001)
    chooser.set_input_files(large)
    expect(page.locator("#import-result")).to_contain_text("BTL_MAX_INPUT_BYTES")


def test_the_calendar_fits_its_page(page, server):
    open_thread(page, server, TITLE)
    page.get_by_role("button", name="More filters").press("Enter")
    page.get_by_label("From (UTC)").click()
    calendar = page.locator("[data-dates-dropdown]")
    expect(calendar).to_be_visible()
    assert calendar.bounding_box()["width"] < 500


@pytest.mark.parametrize(
    "path",
    [
        *("", "comments", "moderation", "import", "guide", "rules", "thread", "filtered"),
        *("people", "topics", "stance", "people/all"),
        *("compare", "compare?by=source"),
    ],
)
def test_pages_are_accessible(page, server, path):
    if path in {"thread", "filtered"}:
        open_thread(page, server, TITLE)
        if path == "filtered":
            page.goto(f"{page.url}?q=o&from=2024-05-17T20:00&stance=unclear&author=Matt+Heitz")
    elif path in {"people", "topics", "stance"}:
        open_thread(page, server, "Port Merrow Says Yes to a Harbour Tunnel, by a Single Vote")
        page.goto(page.url.replace("/thread/", f"/{path}/"))
    else:
        page.goto(f"{server}{path.removesuffix('/all')}")
    page.get_by_role("heading", level=1).first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    assert barriers(page) == {}


def test_a_lead_tries_rules_out_saves_them_and_goes_back_by_keyboard(page, server):
    page.goto(f"{server}rules")
    words = page.locator("#rule-suspect_words textarea").first
    words.focus()
    page.keyboard.type("tunnel")
    page.get_by_role("button", name="Preview").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rules-result")).to_contain_text("by these")
    card = page.locator("#rule-suspect_words")
    card.get_by_text(re.compile(r"\d+ newly flagged")).focus()
    page.keyboard.press("Enter")
    expect(card.locator(".examples a").first).to_have_attribute("href", re.compile(r"^/thread/.+#comment-"))
    words.focus()
    page.keyboard.type("s")
    expect(page.locator("#rules-result")).to_have_text("Changed since the preview: it is gone.")
    expect(page.locator("#rules-summary, .rule-preview").and_(page.locator(":not(:empty)"))).to_have_count(0)
    page.keyboard.press("Backspace")
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rules-history li")).to_have_count(1)
    expect(page.locator("#rules-applied")).to_contain_text("The rules saved last hold")
    page.goto(f"{server}rules/defaults")
    expect(page.locator("#rule-suspect_words textarea").first).to_have_value("")
    page.locator("#rule-links").get_by_role("textbox").fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("links, links: 0 is out of range")
    page.locator("#rule-links").get_by_role("textbox").fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#rules-history li")).to_have_count(2)
    expect(page.locator("#rules-history li").first).to_contain_text("in force")
    page.locator("#rules-history").get_by_role("link", name="Go back to state 1").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rule-suspect_words textarea").first).to_have_value("tunnel")


HOSTILE = (
    "<img src=x onerror=alert(1)><b>x</b><a href='javascript:alert(2)'>y</a>\u202e[z](http://evil.example)"
)


def test_hostile_text_stays_text_on_every_page(page, server):
    thread = "\n".join(
        [
            HOSTILE,
            "An article.",
            *(
                f"{name}\nMay 17, 2024 AT 20:4{n}{HOSTILE} you idiot"
                for n, name in enumerate(["Ann", "Bob", "Cid"])
            ),
        ]
    )
    page.goto(f"{server}import")
    page.get_by_label("Pasted text").fill(thread)
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("3 kept").wait_for()
    page.get_by_role("button", name="Store it").click()
    page.get_by_role("link", name=re.compile("^Open")).click()
    comments(page).nth(2).wait_for()
    point = page.locator("#sentiment-figure .scatterlayer .points path").first
    point.wait_for(state="attached")
    point.hover(force=True)
    for path in (None, "", "moderation"):
        if path is not None:
            page.goto(f"{server}{path}")
            page.get_by_role("heading", level=1).first.wait_for(state="attached")
        assert (
            page.locator("img[src='x'], a[href^='javascript'], a[href*='evil.example'], main b").count() == 0
        )
    assert page.get_by_text("U+202E").count() > 0


def test_a_chart_shows_its_numbers_and_gives_its_files(page, server):
    page.goto(server)
    page.get_by_role("link", name="Port Merrow Says Yes").click()
    expect(page.locator("h1")).to_contain_text("Port Merrow Says Yes")
    chart = page.locator(".chart", has=page.locator("#stance-figure"))
    expect(chart.locator(".seen")).to_contain_text("It was busiest within")
    chart.get_by_text("Numbers", exact=True).click()
    expect(chart.locator("table th").first).to_have_text("start")
    rows = chart.locator("tbody tr").count()
    assert rows > 3
    for kind, start in (("CSV", b"\xef\xbb\xbf"), ("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as taken:
            chart.get_by_role("button", name=kind).click()
        content = Path(taken.value.path()).read_bytes()
        assert taken.value.suggested_filename == f"comments-over-time.{kind.lower()}"
        assert content.startswith(start)
        assert kind != "CSV" or len(content.decode("utf-8-sig").splitlines()) == rows + 1
        if kind == "SVG":  # of which the PNG is made
            texts = re.findall(r"<text[^>]*>([^<]+)", content.decode())
            assert "Comments and stance" in texts
            assert any(text.startswith("Port Merrow Says Yes") for text in texts)
            ground = chart.evaluate("(one) => getComputedStyle(one.closest('.panel')).backgroundColor")
            assert f"fill: {ground}; fill-opacity: 1" in content.decode()[:2000]


def test_filters_of_tone_and_depth_live_in_the_address(page, server):
    page.goto(f"{server}?tone=negative&depth=2")
    expect(page.locator("#filter-count")).not_to_contain_text("0 of")
    expect(page.locator("#filter-depth")).to_have_value("to a comment")
    expect(page.locator("#filter-more")).to_have_text("More filters: 1 set")
    page.locator("#filter-clear").click()
    expect(page).to_have_url(server)


def test_the_tabs_of_a_discussion_keep_the_filters(page, server):
    page.goto(server)
    page.get_by_role("link", name="Port Merrow Says Yes").click()
    expect(page.locator("h1")).to_contain_text("Port Merrow Says Yes")
    page.goto(f"{page.url}?stance=critical")
    tab = page.get_by_role("navigation", name="This discussion").get_by_role("link", name="Conversation")
    expect(tab).to_have_attribute("href", re.compile(r"\?stance=critical$"))


def test_discussions_are_chosen_compared_and_kept_in_the_address(page, server):
    page.goto(f"{server}compare")
    page.get_by_role("link", name="Compare the two imported last").click()
    page.locator("#comparison-figure .scatterlayer").first.wait_for(state="attached")
    page.wait_for_url(re.compile(r"\?a=[^&]+&b=[^&]+$"))
    page.get_by_role("textbox", name="Discussions").click()
    page.get_by_role("option", name="Port Merrow Says Yes").click()
    page.wait_for_url(re.compile(r"&c="))
    expect(page.locator(".compared li")).to_have_count(3)
    address = page.url
    page.get_by_label("Text contains").fill("e")
    page.wait_for_url(re.compile(r"q=e.*&c="))
    page.goto(address)  # a colleague's link
    expect(page.locator(".compared li")).to_have_count(3)
    page.get_by_role("navigation", name="What is compared").get_by_role("link", name="People").click()
    page.wait_for_url(re.compile(r"&c=.*&by=author"))
    expect(page.locator(".compared li")).to_have_count(6)


LONG = "A long thread about trams"
RIDES = 130  # comments of it: two pages


def chart_of_a_long_thread(page, server):
    """Open a thread of several pages, pasted where nobody did yet; return its chart."""
    page.goto(server)
    page.locator(".discussions li").first.wait_for()
    if not page.get_by_role("link", name=LONG, exact=True).count():
        rides = (
            f"Rider {n % 7}\nMay 17, 2024 AT {8 + n // 60}:{n % 60:02}"
            f"Tram {n} was {'lovely' if n % 3 else 'terrible'}."
            for n in range(RIDES)
        )
        page.goto(f"{server}import")
        page.get_by_label("Pasted text").fill("\n".join([LONG, "An article.", *rides]))
        page.get_by_role("button", name="Preview").click()
        page.get_by_text(f"{RIDES} kept").wait_for()
        page.get_by_role("button", name="Store it").click()
        page.get_by_role("link", name=re.compile("^Open")).click()
        comments(page).first.wait_for()
    else:
        open_thread(page, server, LONG)
    chart = page.locator("#sentiment-figure")
    expect(chart.locator(".points path")).to_have_count(RIDES)
    chart.scroll_into_view_if_needed()
    return chart


def drag(page, chart, across, down):
    box = chart.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 90
    page.mouse.move(x, y)
    page.mouse.down()
    for step in (0.5, 1):
        page.mouse.move(x + across * step, y + down * step)
    page.mouse.up()


HEARS = """(plot) => { window.heard = new Promise((done) => plot.once("plotly_selected", done)); }"""


def test_a_drag_of_almost_no_width_chooses_nothing(page, server):
    chart = chart_of_a_long_thread(page, server)
    address = page.url
    chart.locator(".js-plotly-plot").evaluate(HEARS)
    drag(page, chart, 0, 120)
    page.evaluate("() => window.heard.then(() => null)")  # plotly loses a drag that begins before
    expect(chart.locator(".selectionlayer path")).to_have_count(0)
    assert page.url == address
    drag(page, chart, 100, 3)
    page.wait_for_url("**from=**")
    expect(page.locator("#filter-count")).to_have_text(re.compile(rf"^[1-9]\d* of {RIDES} "))


def test_a_thumb_scrolls_over_a_chart_and_chooses_nothing(page, server, browser):
    chart_of_a_long_thread(page, server)
    phone = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = phone.new_page()
    chart = chart_of_a_long_thread(page, server)
    address, top = page.url, page.evaluate("scrollY")
    x, y = 150, chart.bounding_box()["y"] + 200
    fingers = phone.new_cdp_session(page)

    def touch(kind, *points):
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for step in range(1, 11):
        touch("touchMove", {"x": x + 2 * step, "y": y - 25 * step})
    touch("touchEnd")
    page.wait_for_function("(top) => scrollY > top + 100", arg=top)
    expect(page.locator("#filter-count")).to_have_text(f"{RIDES} of {RIDES} comments")
    assert page.url == address
    phone.close()


PLACE_OF_THE_LAST = """(plot) => {
  const [trace] = plot.data.filter((one) => one.customdata), last = trace.x.length - 1;
  const { xaxis, yaxis, _size } = plot._fullLayout, box = plot.getBoundingClientRect();
  return [box.left + _size.l + xaxis.d2p(trace.x[last]), box.top + _size.t + yaxis.d2p(trace.y[last])];
}"""


def test_a_click_on_a_mark_leads_to_its_comment_on_whichever_page(page, server):
    chart = chart_of_a_long_thread(page, server)
    page.goto(f"{page.url}?q=tram")
    comments(page).first.wait_for()
    expect(chart.locator(".points path")).to_have_count(RIDES)
    for _again in range(2):
        chart.scroll_into_view_if_needed()
        place = chart.locator(".js-plotly-plot").evaluate(PLACE_OF_THE_LAST)
        page.mouse.move(place[0], place[1] - 1)
        page.mouse.click(*place)
        found = page.locator(".comment.found")
        expect(found).to_contain_text(re.compile(r"Tram 12\d "))  # those about it lie over it
        expect(found).to_be_in_viewport()
    assert re.search(r"\?q=tram&at=\w+#comment-\w+$", page.url)


def test_the_names_of_the_matrix_cover_no_other_on_a_phone(page, server):
    page.set_viewport_size({"width": 390, "height": 800})
    open_thread(page, server, "Port Merrow Says Yes to a Harbour Tunnel, by a Single Vote")
    page.goto(page.url.replace("/thread/", "/people/"))
    names = page.locator("#answers-figure .xtick text")
    expect(names).to_have_count(12)
    boxes = [name.bounding_box() for name in names.all()]
    for one, other in pairwise(boxes):
        assert one["x"] + one["width"] <= other["x"] + 1


@pytest.mark.parametrize("width", [1400, 390])
def test_tables_of_people_break_no_name_and_have_room_for_all_columns(page, server, width):
    page.set_viewport_size({"width": width, "height": 800})
    open_thread(page, server, "Port Merrow Says Yes to a Harbour Tunnel, by a Single Vote")
    page.get_by_text("How they write", exact=True).click()
    name = page.locator("td", has_text="dave_from_fishgate").first
    expect(name).to_be_visible()
    assert name.evaluate("(cell) => { const all = document.createRange(); all.selectNodeContents(cell);"
                         " return all.getClientRects().length; }") == 1  # fmt: skip
    page.goto(page.url.replace("/thread/", "/people/"))
    table = page.get_by_role("region", name="Who talks")
    table.wait_for()
    assert width < 1400 or table.evaluate("(one) => one.scrollWidth <= one.clientWidth")


def test_the_pages_of_a_conversation_are_chosen_by_number_above_and_below_it(page, server):
    chart_of_a_long_thread(page, server)
    panel = page.locator("#conversation")
    above, below = panel.get_by_role("navigation").all()
    assert above.get_by_role("spinbutton").input_value() == "1"
    below.get_by_role("spinbutton").fill("2")
    below.get_by_role("spinbutton").press("Enter")
    page.wait_for_url("**?page=2#conversation")
    expect(comments(page).last).to_contain_text(f"Tram {RIDES - 1} ")
    expect(panel).to_be_in_viewport()
    expect(below.get_by_role("spinbutton")).to_have_value("2")
    above.get_by_role("spinbutton").fill("1")
    above.get_by_role("button", name="Go").click()
    expect(comments(page).first).to_contain_text("Tram 0 ")
    expect(above.get_by_role("spinbutton")).to_have_value("1")
    assert barriers(page) == {}
