"""The dashboard without a browser: what pages, figures, filters and the guard make of what they are given."""

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from browsing import body_for, get, post, server_callbacks
from dash import html

import dashboard
from dashboard import components as ui
from dashboard import create_app, featured
from dashboard.conversation import PER_PAGE, conversation, pages_of
from dashboard.elements import Static
from dashboard.figures import LEFT_MARGIN, POINTS_UP_TO, sentiment_over_time, share_axis, stance_over_time
from dashboard.filters import NO_NAME, Filters, author_choices
from dashboard.pages import PAGES
from dashboard.pages.base import Context, find_page
from dashboard.pages.discussion import OneDiscussion
from dashboard.pages.guide import GuidePage
from dashboard.pages.importing.understanding import understood
from dashboard.pages.thread import ThreadPage
from dashboard.security import is_loopback, require_safe
from dashboard.text import for_plotly, marked, one_line, shown
from threads.analysis import analyse_parsed
from threads.dynamics.timeline import timeline
from threads.errors import SettingError, StoreError, ThreadsError
from threads.parse import Options, Source, parse
from threads.records import Comment, Discussion, Parsed, Report, Skipped
from threads.samples import add_samples
from threads.scores.featuring import CUES
from threads.settings import Settings
from threads.storage import Store
from threads.storage.json_files import read_ndjson
from threads.storage.parquet_files import read_parquet

LOCAL = "http://127.0.0.1:8050"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with the sample threads."""
    path = tmp_path_factory.mktemp("store") / "samples.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        list(add_samples(store, Settings()))
        yield store


@pytest.fixture(scope="module")
def client(store):
    return create_app(store, Settings()).server.test_client()


@pytest.fixture(scope="module")
def harbour(store):
    discussions = store.discussions()
    return discussions[discussions["title"].str.contains("tunnel", case=False)]["thread_id"].iloc[0]


def texts(component):
    """All text in a component tree."""
    if isinstance(component, str):
        return component
    if isinstance(component, list | tuple):
        return " ".join(texts(child) for child in component)
    if isinstance(component, Static):
        return texts_of_tree(component.tree)
    return texts(getattr(component, "children", None) or "") if component is not None else ""


def texts_of_tree(part):
    """All text in what one component draws: [its kind, its properties, child …], or a text."""
    if isinstance(part, list):
        return " ".join(map(texts_of_tree, part[2:]))
    return "" if part is None else str(part)


def frame_of(*parents, **columns):
    """Comments c0, c1, …, each answering the named one or nobody."""
    frame = pd.DataFrame(
        {
            "comment_id": [f"c{n}" for n in range(len(parents))],
            "parent_id": pd.Series(parents, dtype="str"),
            "position": range(1, len(parents) + 1),
        }
    )
    return frame.assign(**columns)


# Conversation


def order(turns):
    return [(turn.row["comment_id"], turn.level) for turn in turns]


def test_replies_stand_under_what_they_answer():
    frame = frame_of(None, None, "c0", "c2", "c0")
    assert order(conversation(frame, frame)) == [("c0", 0), ("c2", 1), ("c3", 2), ("c4", 1), ("c1", 0)]


def test_a_filtered_conversation_keeps_the_parents_words():
    frame = frame_of(None, "c0", "c1")
    turns = conversation(frame, frame.iloc[[0, 2]])
    assert order(turns) == [("c0", 0), ("c2", 1)]
    assert turns[1].parent["comment_id"] == "c1"
    assert not turns[1].follows_parent


def test_comments_that_answer_each_other_in_a_circle_are_all_shown():
    frame = frame_of("c1", "c0", "c2", None)
    assert sorted(order(conversation(frame, frame)))[0] == ("c0", 0)
    assert {turn.row["comment_id"] for turn in conversation(frame, frame)} == {"c0", "c1", "c2", "c3"}


def test_a_parent_that_is_not_there_puts_a_comment_at_the_top():
    frame = frame_of("gone")
    assert order(conversation(frame, frame)) == [("c0", 0)]


def test_a_thread_of_twenty_thousand_nested_replies_is_ordered():
    frame = frame_of(None, *[f"c{n}" for n in range(20_000)])
    turns = conversation(frame, frame)
    assert turns[-1].level == 20_000
    assert len(conversation(frame, frame.tail(10_000))) == 10_000


def test_pages_count_from_one():
    frame = frame_of(*[None] * (PER_PAGE + 1))
    pages = pages_of(conversation(frame, frame))
    assert (pages["c0"], pages[f"c{PER_PAGE}"]) == (1, 2)


# Filters


def test_filters_survive_the_address():
    filters = Filters(
        authors=("Ann & Co", "Ä=?"),
        stances=("critical",),
        since=pd.Timestamp("2024-06-03 20:41", tz="UTC"),
        until=pd.Timestamp("2024-06-04 08:00", tz="UTC"),
        text="a b#c",
        page=3,
    )
    assert Filters.from_query(filters.query()) == filters


def test_what_an_address_says_wrongly_is_named():
    filters = Filters.from_query("?from=soon&page=-1&stance=angry")
    assert len(filters.problems) == 3
    assert filters.since is None


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Filters(), [0, 1, 2]),
        (Filters(authors=("Ann",)), [0]),
        (Filters(authors=(NO_NAME,)), [2]),
        (Filters(stances=("critical",)), [1]),
        (Filters(text="TUNNEL"), [0, 1]),
        (Filters(text=".*"), []),
        (Filters(since=pd.Timestamp("2024-06-03 21:00", tz="UTC")), [1]),
        (Filters(until=pd.Timestamp("2024-06-03 20:41", tz="UTC")), [0]),
    ],
)
def test_each_filter_keeps_what_it_says(filters, kept):
    frame = pd.DataFrame(
        {
            "author": pd.Series(["Ann", "Bob", None], dtype="str"),
            "stance": pd.Series(["unclear", "critical", None], dtype="str"),
            "published_at": pd.to_datetime(["2024-06-03 20:41:30", "2024-06-03 22:00:00", None], utc=True),
            "text": ["the tunnel", "A Tunnel?", "ferry"],
        }
    )
    assert filters.apply(frame).index.tolist() == kept


# Text from strangers


def test_hidden_characters_are_shown():
    parts = shown("evil\u202etxt.exe\x00")
    assert [part if isinstance(part, str) else part.children for part in parts] == [
        "evil",
        "U+202E",
        "txt.exe",
        "U+0000",
    ]


def test_joined_emoji_stay_whole():
    assert shown("👩\u200d🚒 ok") == ["👩\u200d🚒 ok"]


def test_marks_follow_their_spans_even_where_these_overlap():
    parts = marked("you total idiot", [(4, 15), (10, 15), (0, 3)])
    assert [part if isinstance(part, str) else ("mark", *part.children) for part in parts] == [
        ("mark", "you"),
        " ",
        ("mark", "total idiot"),
    ]


def test_plotly_gets_no_markup():
    assert for_plotly('<a href="x">&lt;') == '&lt;a href="x"&gt;&amp;lt;'


def test_one_line_cuts_long_and_hides_nothing_short():
    assert one_line("a\n b", 10) == "a b"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


# Why a sentiment


def test_a_comment_shows_its_sentences_with_the_words_behind_their_sentiment():
    text = "> What a disaster.\nA good idea! Not so <b>nice</b>, and\u202e well-off bad. Trams run."
    folded = ui.sentiment_reasons(text)
    assert isinstance(folded, html.Details)
    _, sentences, more = folded.children
    good, bad = (texts(sentence) for sentence in sentences.children)
    assert good == "+0.49 A good idea! good +1.9"
    assert bad == "−0.54 Not so <b>nice</b>, and well-off bad. bad −2.5"
    assert more is None


def test_the_words_behind_a_sentiment_are_few():
    _, sentences, more = ui.sentiment_reasons("good " * 20 + ". Good idea." * 30).children
    assert len(sentences.children) == ui.SENTENCES_EXPLAINED
    assert texts(sentences.children[0]).endswith("good +1.9, 12 more")
    assert texts(more) == "and 19 more sentences"


def test_a_comment_without_words_of_sentiment_has_nothing_to_explain():
    assert ui.sentiment_reasons("Trams run on rails.") is None


def test_a_missing_sentiment_says_why():
    assert texts(ui.sentiment_bar(None, "language de: VADER reads English only")) == (
        "no sentiment: language de: VADER reads English only"
    )
    short = "too short to tell, taken for fr: VADER reads English only"
    assert texts(ui.sentiment_bar(None, short)) == f"no sentiment: {short}"
    assert texts(ui.sentiment_bar(float("nan"))) == "no sentiment"


def pages_led_to(page, last):
    links = [one for one in ui.pager(page, last, Filters(text="a"), "there").children if one is not None]
    return {one.children: one.href for one in links if hasattr(one, "href")}


def test_a_pager_leads_to_the_ends_and_the_neighbours():
    assert pages_led_to(1, 2) == {"later →": "?q=a&page=2#there"}
    assert list(pages_led_to(2, 3)) == ["← earlier", "later →"]
    assert pages_led_to(15, 30) == {
        "« first": "?q=a#there",
        "← earlier": "?q=a&page=14#there",
        "later →": "?q=a&page=16#there",
        "last »": "?q=a&page=30#there",
    }


# Figures


def scored(count):
    times = pd.date_range("2024-06-03", periods=count, freq="min", tz="UTC").astype("datetime64[us, UTC]")
    return pd.DataFrame(
        {
            "comment_id": [f"c{n}" for n in range(count)],
            "author": pd.Series(["<b>Ann</b>"] * count, dtype="str"),
            "text": ["hello"] * count,
            "published_at": times,
            "sentiment": [0.1] * count,
            "stance": ["unclear"] * count,
            "words": [3] * count,
        }
    )


def test_few_comments_carry_names_and_many_do_not():
    assert sentiment_over_time(scored(8), None)["data"][0]["mode"] == "markers+text"
    assert sentiment_over_time(scored(80), None)["data"][0]["mode"] == "markers"


def names_drawn(frame):
    return [name for trace in sentiment_over_time(frame, None)["data"] for name in trace["text"] if name]


def test_names_that_would_cover_something_are_not_drawn():
    one_moment = scored(12).assign(published_at=scored(1)["published_at"][0], author="dave_from_fishgate")
    assert names_drawn(one_moment) == ["dave_from_fishgate"] * 2  # above the marks, and below
    between_marks = one_moment.head(8).assign(sentiment=[n / 7 - 0.5 for n in range(8)])
    assert len(names_drawn(between_marks)) == 2
    apart = one_moment.head(8).assign(sentiment=[n / 4 - 0.9 for n in range(8)])
    assert len(names_drawn(apart)) == 8


def test_a_name_at_the_edge_stands_to_its_left():
    (trace,) = sentiment_over_time(scored(2).assign(author="dave_from_fishgate"), None)["data"]
    assert trace["textposition"] == ["top center", "top left"]


def test_very_many_comments_are_drawn_as_a_density():
    (trace,) = sentiment_over_time(scored(POINTS_UP_TO + 1), None)["data"]
    assert trace["type"] == "heatmap"
    assert sum(n or 0 for row in trace["z"] for n in row) == POINTS_UP_TO + 1


def test_names_in_a_figure_are_neutralised():
    assert "<b>" not in json.dumps([t["customdata"] for t in sentiment_over_time(scored(2), None)["data"]])


def test_times_in_a_figure_are_milliseconds():
    assert sentiment_over_time(scored(1), None)["data"][0]["x"] == [1717372800000.0]


def test_figures_above_each_other_have_edges_that_are_given():
    """Plotly draws a figure twice where it is to find its own."""
    figures = [sentiment_over_time(scored(count), None) for count in (1, 2)]
    share_axis(figures, pd.Timestamp("2024-06-03T00:00Z"), pd.Timestamp("2024-06-04T00:00Z"))
    for layout in (figure["layout"] for figure in figures):
        assert (layout["margin"]["l"], layout["xaxis"]["range"][0]) == (LEFT_MARGIN, 1717372800000.0)
        assert (layout["xaxis"]["automargin"], layout["yaxis"]["automargin"]) == (False, False)


def luminance(colour):
    """Relative luminance of #rrggbb or of three numbers, as WCAG 2 defines it."""
    parts = [int(colour[n : n + 2], 16) for n in (1, 3, 5)] if isinstance(colour, str) else colour
    red, green, blue = (
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (part / 255 for part in parts)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_bars_tell_unclear_comments_from_those_without_a_stance():
    frame = scored(40).assign(stance=["unclear", "critical", None, None] * 10)
    bars = {trace["name"]: sum(trace["y"]) for trace in stance_over_time(timeline(frame).rows)["data"]}
    assert bars == {"critical": 10, "unclear": 10, "no stance": 20}
    marks = {trace["name"]: len(trace["x"]) for trace in sentiment_over_time(frame, None)["data"]}
    assert marks == bars


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_bars_without_a_clear_stance_recede_inside_of_an_outline_that_shows(scheme):
    style = (Path(dashboard.__file__).parent / "assets" / "style.css").read_text(encoding="utf-8")
    card = re.findall(r"--card: (#\w{6})", style)[scheme]
    (unclear,) = stance_over_time(timeline(scored(40).assign(stance="unclear")).rows)["data"]
    *fill, opacity = (float(part) for part in re.findall(r"[\d.]+", unclear["marker"]["color"]))
    ground = [int(card[n : n + 2], 16) for n in (1, 3, 5)]
    seen = [opacity * part + (1 - opacity) * below for part, below in zip(fill, ground, strict=True)]
    assert contrast(seen, card) < 1.5
    assert contrast(unclear["marker"]["line"]["color"], card) >= 3


# Pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)
def test_each_page_can_be_laid_out_without_an_app(page, store, harbour):
    rest = harbour if page.path == "/thread" else ""
    text = texts(page.layout(Context(store, Settings()), rest, ""))
    assert len(text) > 50


def test_a_discussion_that_is_not_there_says_so(store):
    assert "No such discussion" in texts(page_at("/thread").layout(Context(store, Settings()), "nothing", ""))


def test_a_thread_of_any_id_has_an_address():
    for name in ("a/b", "?#%41 &", "<b>\x00", "größe"):
        page, rest = find_page(PAGES, ui.thread_path(name))
        assert (page.path, rest) == ("/thread", name)


def test_an_address_that_is_no_page_says_so(store):
    assert "No such page" in texts(page_at("/").layout(Context(store, Settings()), "nothing", ""))


def test_an_empty_store_says_what_to_do(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'empty.sqlite'}") as empty:
        assert "btl import" in texts(page_at("/").layout(Context(empty, Settings()), "", ""))


def test_nothing_pasted_is_a_clear_error():
    with pytest.raises(ThreadsError, match="nothing is pasted"):
        understood(Settings(), "  ", None, None, None, None)


def test_a_paste_over_the_limit_names_the_setting():
    with pytest.raises(ThreadsError, match="BTL_MAX_PASTE_CHARACTERS"):
        understood(Settings(max_paste_characters=10), "x" * 11, None, None, None, None)


HOSTILE = "\ud800 \x00 \u202e <b>x</b> ]]> \ufeff\U000e0041 = [a](b)"


@pytest.fixture
def hostile(tmp_path):
    """A store in which every field that a commenter controls is hostile."""
    comments = tuple(
        Comment(
            thread_id="t",
            comment_id=f"c{n}",
            position=n + 1,
            parent_id=f"c{n - 1}" if n else None,
            parent_source="given" if n else None,
            author=HOSTILE,
            published_at=datetime(2024, 6, 3, 20, n, tzinfo=UTC),
            published_at_raw=HOSTILE,
            published_at_precision="minute",
            text=HOSTILE + " you idiot http://a.example http://b.example",
            source_format="pasted",
        )
        for n in range(3)
    )
    discussion = Discussion(
        thread_id="t",
        source=HOSTILE,
        source_format="pasted",
        title=HOSTILE,
        article_text=HOSTILE,
        comments=comments,
    )
    report = Report(source=HOSTILE, kept=3, skipped=(Skipped(HOSTILE, HOSTILE),), warnings=(HOSTILE,))
    parsed = Parsed(discussions=(discussion,), report=report)
    with Store.open(f"sqlite:///{tmp_path / 'hostile.sqlite'}") as store:
        analysis = analyse_parsed(parsed, Settings())
        store.add(parsed, analysis.scores, analysis.flags)
        yield store


def callback(client, output, **inputs):
    """Call a callback as the browser does; inputs are `id__property=value`."""
    values = [
        {"id": name.split("__")[0].replace("_", "-"), "property": name.split("__")[1], "value": value}
        for name, value in inputs.items()
    ]
    parts = [part.split(".") for part in output.strip(".").split("...")]
    body = {
        "output": output,
        "outputs": [{"id": part, "property": prop} for part, prop in parts],
        "inputs": values[:1],
        "changedPropIds": [f"{values[0]['id']}.{values[0]['property']}"],
        "state": values[1:],
    }
    return client.post("/_dash-update-component", json=body, base_url=LOCAL, headers={"Origin": LOCAL})


@pytest.mark.parametrize("path", ["/", "/thread/t", "/moderation", "/import", "/guide", "/nothing/\ud800"])
def test_hostile_fields_are_drawn_on_every_page(hostile, path):
    client = create_app(hostile, Settings()).server.test_client()
    answer = callback(client, "..content.children...menu.children..", url__pathname=path, url__search="")
    assert answer.status_code == 200
    assert "<b>x</b>" not in json.dumps(list(_figures(answer.json)))


def _figures(tree):
    """Every figure in a tree of components as sent to the browser."""
    if isinstance(tree, dict):
        if tree.get("type") == "Graph":
            yield tree["props"]["figure"]
        tree = list(tree.values())
    if isinstance(tree, list):
        for child in tree:
            yield from _figures(child)


def test_a_hostile_name_can_be_filtered_by(hostile):
    frame = Context(hostile, Settings()).comments()
    (name,) = author_choices(frame).unique()
    assert len(Filters.from_query(Filters(authors=(name,)).query()).apply(frame)) == 3


@pytest.fixture
def stored(tmp_path):
    """Store a thread of the given texts; return its pages' context and the parsed thread."""
    with Store.open(f"sqlite:///{tmp_path / 'thread.sqlite'}") as store:

        def store_thread(comments):
            lines = [
                f"Ann {n}\nMay 1, 2024 at {n // 60:02}:{n % 60:02}\n{text}\nReply"
                for n, text in enumerate(comments)
            ]
            page = "\n".join(["Title", "", "Article text.", "", "Comments", *lines])
            parsed = parse(Source.from_text(page, "pasted text"), Options())
            analysis = analyse_parsed(parsed, Settings())
            store.add(parsed, analysis.scores, analysis.flags)
            return Context(store, Settings()), parsed.discussions[0]

        yield store_thread


def page_at(path):
    return next(page for page in PAGES if page.path == path)


def test_every_flagged_comment_is_on_some_page_of_the_queue(stored):
    context, _ = stored([f"You idiot, number {n}." for n in range(120)])
    pages = [texts(page_at("/moderation").layout(context, "", f"?page={n}")) for n in (1, 2, 3, 4)]
    for n in range(120):
        assert any(f"number {n}." in page for page in pages), n
    assert pages[3] == pages[2], "a page after the last shows the last"


def test_a_link_to_a_comment_opens_the_page_it_stands_on(stored):
    context, discussion = stored([f"Say {n}." for n in range(PER_PAGE + 5)])
    last = discussion.comments[-1].comment_id
    of_it, of_nothing = (
        texts(page_at("/thread").layout(context, discussion.thread_id, f"?at={asked}"))
        for asked in (last, "nothing")
    )
    assert (f"Say {PER_PAGE}." in of_it, "Say 1." in of_it) == (True, False)
    assert (f"Say {PER_PAGE}." in of_nothing, "Say 1." in of_nothing) == (False, True)


# Who may ask


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "::1", "[::1]"])
def test_loopback_is_let_in(host):
    assert is_loopback(host)
    require_safe(Settings(host=host), has_admin=False)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.5", "example.com", "localhost.example.com", "127.0.0.1.nip.io", ""]
)
def test_anything_else_is_not(host):
    assert not is_loopback(host)
    with pytest.raises(SettingError, match="no admin"):
        require_safe(Settings(host=host), has_admin=False)
    with pytest.raises(SettingError, match="BTL_PUBLIC_URL"):
        require_safe(Settings(host=host), has_admin=True)
    require_safe(Settings(host=host, public_url="https://desk.example.org"), has_admin=True)


def test_behind_a_proxy_there_are_accounts_too():
    with pytest.raises(SettingError, match="no admin"):
        require_safe(Settings(public_url="https://desk.example.org"), has_admin=False)


def test_a_foreign_host_name_is_refused(client):
    assert client.get("/", base_url="http://rebound.example:8050").status_code == 403
    assert client.get("/", base_url=LOCAL).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
    ],
)
def test_a_request_from_another_site_changes_nothing(client, store, headers, status):
    before = store.queue_counts()
    body = {"actions": [], "after": 0}
    answer = client.post("/moderation/save", json=body, base_url=LOCAL, headers=headers)
    assert answer.status_code == status
    assert store.queue_counts() == before


def test_a_form_post_is_refused(client):
    answer = client.post(
        "/_dash-update-component",
        data="{}",
        content_type="text/plain",
        base_url=LOCAL,
        headers={"Origin": LOCAL},
    )
    assert answer.status_code == 415


def test_every_answer_carries_the_policy(client):
    policy = client.get("/", base_url=LOCAL).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in script


# Downloads


def test_the_csv_is_what_the_filters_show(client, store, harbour):
    answer = client.get(f"/export.csv?thread={harbour}&q=tunnel&raw=1", base_url=LOCAL)
    frame = store.comments(harbour)
    expected = Filters(text="tunnel").apply(frame)
    assert answer.status_code == 200
    assert 0 < len(expected) < len(frame)

    got = pd.read_csv(io.StringIO(answer.text), keep_default_na=False)
    assert got["comment_id"].tolist() == expected["comment_id"].tolist()


def test_the_ndjson_has_the_same_comments_as_the_csv(client, store, harbour):
    answer = client.get(f"/export.ndjson?thread={harbour}&q=tunnel", base_url=LOCAL)
    got = read_ndjson(answer.text.split("\n"))
    expected = Filters(text="tunnel").apply(store.comments(harbour))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="comments-{harbour}.ndjson"'
    assert got["text"].tolist() == expected["text"].tolist()
    assert got["sentiment"].notna().any()


def test_the_parquet_has_the_same_comments_as_the_csv(client, store, harbour):
    pytest.importorskip("pyarrow")
    answer = client.get(f"/export.parquet?thread={harbour}&q=tunnel", base_url=LOCAL)
    got = read_parquet(io.BytesIO(answer.data))
    expected = Filters(text="tunnel").apply(store.comments(harbour))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="comments-{harbour}.parquet"'
    assert got["text"].tolist() == expected["text"].tolist()
    assert got["published_at"].tolist() == expected["published_at"].tolist()


@pytest.mark.parametrize(("query", "status"), [("thread=nothing", 404), ("from=soon", 400)])
def test_a_csv_that_cannot_be_is_refused(client, query, status):
    assert client.get(f"/export.csv?{query}", base_url=LOCAL).status_code == status


# Offensive language


def row_of(text, **scores):
    return {"text": text, "offensive": 0.9, "offensive_words": "idiot (insult)", **scores}


def test_offensive_words_are_named_and_marked_where_offence_is_likely():
    row = row_of("You idiot <b>\u202e")
    assert texts(ui.offensive_label(row)) == "offensive language .90: idiot (insult)"
    assert [row["text"][start:end] for start, end in ui.offensive_spans([row])[0]] == ["idiot"]
    assert "<b>" in texts(ui.comment_text(row["text"], ui.offensive_spans([row])[0]))


@pytest.mark.parametrize("value", [0.2, float("nan"), None])
def test_nothing_is_marked_where_offence_is_unlikely_or_unknown(value):
    row = row_of("You idiot", offensive=value)
    assert ui.offensive_label(row) is None
    assert ui.offensive_spans([row]) == [[]]


def test_words_of_several_comments_are_marked_each_in_its_own():
    rows = [row_of("You idiot"), row_of("Fine", offensive=0.1), row_of("He is such a moron")]
    found = zip(rows, ui.offensive_spans(rows), strict=True)
    words = [[row["text"][start:end] for start, end in spans] for row, spans in found]
    assert words == [["idiot"], [], ["moron"]]


def test_words_in_a_quotation_are_not_marked():
    row = row_of("> You idiot\nYou moron")
    assert {row["text"][start:end] for start, end in ui.offensive_spans([row])[0]} == {"moron"}
    assert all(start > 11 for start, _ in ui.offensive_spans([row])[0])


def test_marks_go_on_in_the_folded_part_of_a_long_comment():
    text = "tea " * 1000 + "idiot"
    assert "idiot" in texts(ui.comment_text(text, [(4000, 4005)]))


# Worth featuring


def test_a_comment_shows_its_cues_with_their_weights():
    row = {"featuring": 0.4375, "featuring_argument": 0.5, "featuring_novelty": 0.25}
    weight_of = {**dict.fromkeys(CUES, 1.0), "argument": 3.0}
    found = texts(featured.cues(row, weight_of))
    assert found == "worth featuring: .44 argument .50 × weight 3 novelty .25 × weight 1"


def test_a_comment_without_cues_shows_none():
    assert featured.cues({"text": "short"}, dict.fromkeys(CUES, 1.0)) is None


def test_the_thread_page_lists_what_is_worth_featuring(store, harbour):
    context = Context(store, Settings())
    frame = context.comments(harbour)
    page = texts(ThreadPage().subject(context, harbour).view(Filters()).content)
    assert "Worth featuring" in page
    assert page.count("worth featuring: ") == frame["featuring_readability"].notna().sum()
    only = Settings(**{f"featuring_{cue}": float(cue == "relevance") for cue in CUES})
    without = frame.assign(featuring_relevance=float("nan"))
    assert "Worth featuring" not in texts(
        OneDiscussion(ThreadPage(), Context(store, only), harbour, without).view(Filters()).content
    )


def test_a_charts_numbers_are_those_of_its_table():
    table = pd.DataFrame(
        {
            "start": [pd.Timestamp("2024-05-17T20:41Z")],
            "comments": [3],
            "mean_sentiment": [float("nan")],
            "author": ["=HYPERLINK(1)\n<b>"],
        }
    )
    found = json.loads(ui.numbers(table))
    assert found["columns"] == ["start", "comments", "mean sentiment", "author"]
    assert found["rows"] == [["2024-05-17T20:41:00Z", 3, None, "=HYPERLINK(1) <b>"]]
    assert json.loads(ui.numbers(pd.concat([table] * 600)))["total"] == 600


def test_discussions_are_listed_in_the_order_asked_for(store):
    ids = store.discussions()["thread_id"].tolist()[:3]
    assert [row["thread_id"] for row in store.listed([ids[2], "no such", ids[0]])] == [ids[2], ids[0]]


@pytest.mark.parametrize(("drawn", "again"), [("?stance=unclear", False), ("", True)])
def test_what_is_drawn_for_an_address_is_not_drawn_again(store, drawn, again):
    """A browser that draws the whole conversation twice stands still for twenty seconds."""
    app = create_app(store, Settings())
    client = app.server.test_client()
    get(client, "/")
    values = {"filter-url.search": "?stance=unclear", "filter-url.pathname": "/", "filter-drawn.data": drawn}
    output = server_callbacks(app)["filtering.refresh"]
    body = body_for(app, output, lambda item: values.get(f"{item['id']}.{item['property']}"))
    answer = post(client, {**body, "changedPropIds": ["filter-url.search"]})
    assert ("filtered-content" in answer.text) is again


def test_only_the_controls_that_show_something_else_are_set_anew(store):
    """Each that is set asks the server what it may offer, and is drawn again."""
    app = create_app(store, Settings())
    client = app.server.test_client()
    get(client, "/")
    values = {
        "filter-url.search": "",
        "filter-url.pathname": "/",
        "filter-stances.value": ["critical"],
        "filter-until.value": "2024-05-18",
    }
    output = server_callbacks(app)["filtering.refresh"]
    body = body_for(app, output, lambda item: values.get(f"{item['id']}.{item['property']}"))
    answer = post(client, {**body, "changedPropIds": ["filter-stances.value"]}).json["response"]
    controls = {name for name in answer if "value" in answer[name]}
    assert (controls, answer["filter-until"]["value"]) == ({"filter-until"}, "2024-05-18 00:00:00")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("what a commenter wrote"), "This page cannot be drawn"),
        (StoreError("the database is gone"), "the database is gone"),
    ],
)
def test_a_page_that_fails_says_so_and_keeps_the_menu(store, monkeypatch, capsys, error, said):
    app = create_app(store, Settings())

    def fail(*_):
        raise error

    monkeypatch.setattr(GuidePage, "layout", fail)
    body = body_for(app, "..content.children...menu.children..", lambda _item: "/guide")
    answer = app.server.test_client().post(
        "/_dash-update-component", json=body, base_url=LOCAL, headers={"Origin": LOCAL}
    )
    assert answer.status_code == 200
    drawn = answer.json["response"]
    assert said in str(drawn["content"])
    assert "/people" in str(drawn["menu"])
    assert "what a commenter wrote" not in str(drawn) + capsys.readouterr().err
