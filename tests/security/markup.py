"""Markup from commenters, in a real browser: it stays text in every view, and runs nothing."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from playwright.sync_api import Page, sync_playwright

from dashboard.figures import NAME_UP_TO
from dashboard.pages import PAGES
from dashboard.text import one_line
from tests.browsing import GOOD
from tests.chromium import ARGUMENTS, EXECUTABLE, MISSING
from tests.security import hostile_store
from tests.security.exports import EXPORTS, addresses
from tests.security.payloads import PAYLOADS, SINK, payload
from tests.security.rows import Lab, NotTriedError, Row, Tally
from tests.security.serving import served
from threads.moderation.decisions import Action
from threads.moderation.queue_filter import VIEWS
from threads.moderation.rule_book import RuleBook
from threads.moderation.rules import RULES
from threads.settings import Settings
from threads.storage import Store
from threads.storage.outbox import Route

INSPECT = (Path(__file__).parent / "inspect.js").read_text(encoding="utf-8")
WATCH = """
window.reports = [];
document.addEventListener("securitypolicyviolation",
  (report) => window.reports.push(`${report.violatedDirective} ${report.blockedURI}`));
"""
DRAWN = """() => document.querySelector("#content h1, main h1, h1") &&
  [...document.querySelectorAll(".dash-graph")].every((graph) => graph.querySelector(".main-svg"))"""
# A name of its own for each time, for plotly shows one hover in 50 ms under a name.
HOVER = """() => { const shown = [], found = [];
  for (const graph of document.querySelectorAll(".js-plotly-plot")) {
    const layout = graph._fullLayout, name = layout._uid;
    graph.data.forEach((trace, curveNumber) => {
      if (trace.hoverinfo === "skip" || trace.type === "heatmap") return;
      for (const pointNumber of trace.x.keys()) {
        layout._uid = `hover${shown.length}`;
        window.Plotly.Fx.hover(graph, [{ curveNumber, pointNumber }]);
        const layer = graph.querySelector(".hoverlayer");
        shown.push(layer.textContent);
        if (layer.querySelector("a, [style*='red'], image")) found.push(layer.innerHTML.slice(0, 300));
      }
    });
    layout._uid = name;
  }
  return [shown, found]; }"""
MARK = re.compile(r"z(\d{3})([a-z]+)z")
ITEMS = """() => !document.getElementById("queue-history") ? [] :
  [...document.querySelectorAll("[data-thread][data-comment]")].map((item) =>
    ({ thread_id: item.dataset.thread, comment_id: item.dataset.comment }))"""
HISTORIES = 5  # in a view
ADMIN = "ann"
PATIENCE = 120_000  # milliseconds
A_FIGURE = 12  # comments up to which a figure carries names
SEEN = ("author", "text", "title", "articletext", "warning")  # fields of which a view must show each payload


def markup(lab: Lab) -> Tally:
    """Show every payload in every field in every view, and look at what became of it."""
    if EXECUTABLE is None:
        raise NotTriedError(MISSING)
    count = lab.size(PAYLOADS, 6)
    url, tally, seen = lab.sqlite("markup"), Tally(), set()
    with Store.open(url) as store:
        fill(store, count)
        fill_team(store, count)
        files = addresses(store)
    with (
        served(url, lab.folder / "server.log", key_file=str(lab.folder / "key")) as server,
        _page() as (page, troubles),
    ):
        _sign_in(page, server)
        views = list(_views(server, count))
        for view in views:
            _go(page, view)
            seen |= _look(page, view, troubles, tally)
        seen |= _preview(page, server, count, troubles, tally)
        tally.hold(_all_detected(page, server, count), "the control: markup set on purpose is not seen")
        _check_exports(page, server, files, tally)
    for field, due in _due(count).items():
        unseen = sorted(due - {number for number, name in seen if name == field})
        tally.hold(not unseen, f"{field}: {len(unseen)} of {len(due)} payloads never shown: {unseen[:9]}")
    fields = {field for _, field in seen}
    tally.tried = (
        f"{count} payloads in each of {len(hostile_store.FIELDS) + 15} fields ({len(fields)} of them shown), "
        f"{len(views) + 1} views and {len(EXPORTS)} exports in Chromium, every mark of every figure hovered"
    )
    return tally


def written(number: int, field: str) -> str:
    """Return the payload of a number, marked with the number and the field."""
    text = payload(number, f"z{number:03}{field.replace('_', '')}z")
    return hostile_store.whole(text) if field in {"thread_id", "comment_id"} else text


def fill(store: Store, count: int) -> None:
    """Store one long thread, threads short enough for names in their figures, and a thread for each title."""
    numbers = range(count)
    short = [numbers[at : at + A_FIGURE] for at in range(0, count, A_FIGURE)]
    threads = (
        hostile_store.discussion("long", numbers, written),
        *(hostile_store.discussion(f"short{part[0]}", part, written) for part in short),
        *(hostile_store.discussion(written(n, "thread_id"), range(n, n + 1), written) for n in numbers),
    )
    hostile_store.fill(store, threads, written, count)
    names = ("approve", "reject", "feature", "hold", "escalate")
    store.decide(
        [
            Action(
                key=f"k{number}",
                thread_id=written(number, "thread_id"),
                comment_id=written(number, "comment_id"),
                action=names[number % len(names)],  # type: ignore[arg-type]
                actor="anna",
                expected_version=0,
                note=written(number, "note"),
            )
            for number in numbers
        ]
    )


def fill_team(store: Store, count: int) -> None:
    """Store what moderators, admins and platforms write: words of lists, names of tokens, answers."""
    admin = store.accounts.create(ADMIN, "admin", GOOD, actor="local")
    for number in range(count):
        store.tokens.create(admin, written(number, "token")[:80], "viewer", 30)
    book = RuleBook.from_settings(Settings())
    words = [hostile_store.whole(written(number, "word"))[:90] for number in range(count)]
    for rule in RULES:
        for item in rule.lists:
            book = book.changed(rule.name, lists={item.name: words})
    store.rule_books.save(book, ADMIN)
    store.outbox.fill([Route("platform", lambda *_: True)])
    for number, waiting in enumerate(store.outbox.due("platform", count)):
        store.outbox.close(waiting, "failed", written(number, "answer"))


def _due(count: int) -> dict[str, set[int]]:
    """Return the payloads that must be seen in each field; figures cut names, and with them some marks."""
    every = set(range(count))
    whole = {n for n in every if MARK.search(one_line(written(n, "author"), NAME_UP_TO))}
    return {**dict.fromkeys(SEEN, every), "hovered author": whole}


def _views(server: str, count: int) -> Iterator[str]:
    """Yield the address of every view."""
    for page in PAGES:
        yield f"{server}{page.path}"
    yield from (f"{server}/thread/long?page={number}" for number in range(1, count // 100 + 1))
    yield from (f"{server}/thread/short{start}" for start in range(0, count, A_FIGURE))
    yield from (f"{server}/thread/{quote(written(n, 'thread_id'), safe='')}" for n in range(count))
    for name in VIEWS:
        yield from (
            f"{server}/moderation?view={name}&page={number}" for number in range(1, 3 * count // 50 + 2)
        )
    yield f"{server}/moderation/second"
    yield from (f"{server}/deliveries/failed?page={number}" for number in range(1, count // 50 + 2))
    for number in range(count):
        text = written(number, "query").encode("utf-8", "replace").decode()
        names = ("q", "author", "stance", "from", "to", "page", "at")
        yield f"{server}/nothing/{quote(text, safe='')}?{urlencode(dict.fromkeys(names, text))}"


@contextmanager
def _page() -> Iterator[tuple[Page, list[str]]]:
    """Yield a page and the list of what should not have happened on it."""
    troubles: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.add_init_script(WATCH)
        page.on("dialog", lambda dialog: (troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on("console", lambda line: troubles.append(f"console: {line.text}") if _told(line) else None)
        page.on(
            "request",
            lambda request: troubles.append(f"asked for {request.url}") if _left(request.url) else None,
        )
        yield page, troubles
        browser.close()


def _sign_in(page: Page, server: str) -> None:
    page.goto(f"{server}/sign-in")
    page.get_by_label("Name").fill(ADMIN)
    page.get_by_label("Password").fill(GOOD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_function(DRAWN)


def _open_histories(page: Page) -> None:
    """Ask for the history of the first comments of the queue, as who selects one with the panel open does."""
    for name in page.evaluate(ITEMS)[:HISTORIES]:
        with page.expect_response(lambda answer: "queue-history-body" in (answer.request.post_data or "")):
            page.evaluate("(data) => window.dash_clientside.set_props('queue-history-of', { data })", name)


def _go(page: Page, view: str) -> None:
    """Open a view; within the application as a link does, which does not load it anew."""
    if page.url == "about:blank" or urlsplit(view).path == urlsplit(page.url).path:
        page.goto(view)
        page.wait_for_function(DRAWN)
        return
    with page.expect_response(lambda answer: "content.children" in (answer.request.post_data or "")):
        page.evaluate(
            "(view) => { history.pushState({}, '', view); "
            "window.dispatchEvent(new CustomEvent('_dashprivate_pushstate')); }",
            view,
        )
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")


def _told(line: Any) -> bool:
    return line.type == "error" or "Content Security Policy" in line.text


def _left(address: str) -> bool:
    return not address.startswith(("http://127.0.0.1:", "data:", "blob:", "about:"))


def _look(page: Page, view: str, troubles: list[str], tally: Tally) -> set[tuple[int, str]]:
    """Hold what a view shows and did; return the marks that it shows."""
    page.wait_for_function(DRAWN)
    _open_histories(page)
    hovered, found = page.evaluate(HOVER)
    found += page.evaluate(f"(sink) => ({INSPECT})(document, sink)", SINK)
    found += [f"policy: {report}" for report in page.evaluate("window.reports")]
    found += troubles
    troubles.clear()
    html = page.evaluate("document.documentElement.outerHTML")
    marks = {(int(number), field) for number, field in MARK.findall(html)}
    marks |= {(int(number), f"hovered {field}") for number, field in MARK.findall("".join(hovered))}
    tally.hold(not found, f"{view[:100]}: {found[:2]}")
    tally.of += max(0, len(marks) - 1)  # each payload that is shown is a trial
    tally.held += max(0, len(marks) - 1) if not found else 0
    return marks


def _preview(page: Page, server: str, count: int, troubles: list[str], tally: Tally) -> set[tuple[int, str]]:
    """Give the import page a thread to paste that is hostile in each place."""
    talk = "\n\n".join(
        f"{_one_line(written(n, 'pastedauthor'))}\nMay 17, 2024 at 20:{n % 60:02}\n{written(n, 'pasted')}"
        for n in range(count)
    )
    page.goto(f"{server}/import")
    page.get_by_label("Pasted text").fill(
        f"{_one_line(written(0, 'pastedtitle'))}\n\n{talk}".encode("utf-8", "replace").decode()
    )
    page.get_by_role("button", name="Preview").click()
    page.get_by_text(re.compile(r"[\d,]+ kept")).wait_for()
    return _look(page, "import, preview", troubles, tally)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _all_detected(page: Page, server: str, count: int) -> bool:
    """Whether the inspection sees every payload that makes an element, set into a page as markup."""
    page.goto(f"{server}/guide")
    page.wait_for_function(DRAWN)
    look = f"""([sink, texts]) => texts.filter((text) => {{
        const other = document.implementation.createHTMLDocument("");
        other.body.innerHTML = text;
        return other.body.querySelector("*") && !({INSPECT})(other, sink).length;
    }})"""
    missed = page.evaluate(look, [SINK, [written(n, "control") for n in range(count)]])
    return not missed


def _check_exports(page: Page, server: str, files: Sequence[tuple[str, str]], tally: Tally) -> None:
    """An export is a file to keep, never a page: a browser does not render it."""
    for name, address in files:
        answer = page.request.get(f"{server}{address}")
        headers = answer.headers
        tally.hold(
            answer.status == 200
            and headers["content-disposition"].startswith("attachment")
            and headers["x-content-type-options"] == "nosniff"
            and not headers["content-type"].startswith("text/html"),
            f"{name}: {answer.status} {headers}",
        )


MARKUP = Row("markup", "Text from strangers stays text", markup)
