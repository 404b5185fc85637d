"""The import page: what it reads, where it reads it, and what it does not fetch."""

import base64
import gzip
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from browsing import as_json

from dashboard.pages.importing import understanding
from dashboard.pages.importing.preview import preview_of
from dashboard.pages.importing.understanding import stored_now, understood
from threads.errors import InputError, SettingError, StoreError, ThreadsError
from threads.language import explained, retold, using
from threads.parse import Options, parse
from threads.parse.exports.tables.mapping import from_pairs
from threads.parse.reading import in_words
from threads.parse.source import Origin, Source
from threads.records import Discussion, Parsed, Report, Skipped
from threads.settings import Settings
from threads.storage import Store

THREAD = (
    "Ann Lee\nMay 17, 2024 at 20:41\nAt last, a tunnel.\n\nBob Ray\nMay 18, 2024 at 9:10\nIt took years.\n"
)
TITLED = "title,author,text\nBridges,Ann,At last a bridge.\nBridges,Bob,It took years to build.\n"
URL = "https://news.example.com/tunnel"


def preview(text=None, contents=None, **settings):
    return understood(Settings(**settings), text, contents, "file", None, None)


def test_pastes_and_files_are_read_in_another_process():
    uploaded = "data:text/plain;base64," + base64.b64encode(THREAD.encode()).decode()
    for parsed in (preview(THREAD), preview(contents=uploaded)):
        assert parsed.report.kept == 2


def test_a_file_is_unpacked_in_the_other_process(monkeypatch):
    packed = base64.b64encode(gzip.compress(THREAD.encode())).decode()
    assert preview(contents=f"data:application/gzip;base64,{packed}").report.kept == 2  # starts the worker
    monkeypatch.setattr(Source, "from_bytes", lambda *_, **__: pytest.fail("it was unpacked here"))
    assert preview(contents=f"data:application/gzip;base64,{packed}").report.kept == 2


def test_what_is_stored_is_scored_in_another_process(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("threads.scored_isolated._POOL.ask", lambda *about: asked.append(about) or [])
    monkeypatch.setattr("threads.analysis.score", lambda *_: pytest.fail("it was scored here"))
    parsed = preview(THREAD)
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as store, suppress(StoreError):
        stored_now(store, parsed, Settings())
    assert len(asked) == 1


def test_what_takes_the_memory_of_the_worker_leaves_this_process_alone():
    before = os.getpid()
    with pytest.raises(InputError, match="pasted text: reading it takes more memory than the limit"):
        preview(THREAD * 3_000, parse_bytes=1)
    assert os.getpid() == before
    assert preview(THREAD).report.kept == 2


def test_an_address_is_not_fetched_unless_that_is_turned_on(monkeypatch):
    monkeypatch.setattr(understanding.Fetcher, "fetch", lambda *_: pytest.fail("it was fetched"))
    with pytest.raises(InputError, match=r"this is an address, and fetching is off.*BTL_FETCH=1"):
        preview(f" {URL}\n")


def test_private_addresses_are_not_fetched_though_it_is_turned_on():
    with pytest.raises(InputError, match="a private or reserved address"):
        preview("http://127.0.0.1:1/", fetch=1)


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        (URL, {}, "das ist eine Adresse, und das Abrufen ist aus"),
        (
            THREAD,
            {"max_comments": 1},
            "eine Diskussion hat 2 Kommentare, mehr als die Grenze von 1. Teile",
        ),
    ],
    ids=["address", "comments"],
)
def test_what_is_wrong_with_an_input_is_said_in_the_language_of_who_imports(text, settings, said):
    with using("de"), pytest.raises(InputError) as raised:
        preview(text, **settings)
    with using("de"):
        assert said in explained(raised.value)


def test_the_limits_of_a_page_are_said_in_the_language_of_who_imports(monkeypatch):
    monkeypatch.setattr("threads.parse.page.tree.MOST_TAGS", 1_000)
    with pytest.raises(InputError) as raised:
        parse(Source.from_text("<html><body>" + "<p>x</p>" * 1_001, "a.html"), Options())
    with using("de"):
        said = explained(raised.value)
    assert said == (
        "die Seite hat 2.004 Tags, mehr als die Grenze von 1.000. "
        "Speichere ihre Kommentare in mehreren Seiten"
    )


def test_what_no_format_recognises_and_what_is_no_mapping_are_said_in_the_language_of_who_imports():
    with pytest.raises(SettingError) as unknown:
        parse(Source.from_text(THREAD), Options(), "nope")
    with pytest.raises(ThreadsError) as unmapped:
        from_pairs("body")
    with using("de"):
        assert explained(unknown.value).startswith("kein Format heißt 'nope'. Bekannt: btl-csv")
        assert "weder eine gespeicherte Zuordnung" in explained(unmapped.value)


def test_a_preview_says_what_was_left_out_in_the_language_of_who_imports():
    skipped = (Skipped("row 7", "duplicate: the id 3 came before"), Skipped("row 9", "it has no text"))
    report = Report(source="x", skipped=skipped, warnings=("1,200 zero characters left out",))
    with using("de"):
        said = str(preview_of(Parsed(discussions=(), report=report)))
    assert "1.200 Nullzeichen ausgelassen" in said
    assert "Zeile 7: doppelt: die Kennung 3 kam schon vor" in said
    assert "1 doppelt, 1 er hat keinen Text" in said


def test_what_is_stored_is_what_was_previewed(monkeypatch):
    fetched = []

    def fetch(_self, url):
        fetched.append(url)
        return Source.from_bytes(THREAD.encode(), url, origin=Origin(url, datetime.now(UTC)))

    monkeypatch.setattr(understanding, "_FETCHED", understanding._Fetched())
    monkeypatch.setattr(understanding.Fetcher, "fetch", fetch)
    assert [preview(URL, fetch=1).report.kept for _ in range(2)] == [2, 2]
    assert fetched == [URL]
    for number in range(understanding.FETCHED_PAGES):
        preview(f"{URL}?page={number}", fetch=1)
    preview(URL, fetch=1)
    assert fetched.count(URL) == 2


def test_a_page_fetched_long_ago_is_fetched_again(monkeypatch):
    times = iter([datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC)])
    monkeypatch.setattr(understanding, "_FETCHED", understanding._Fetched())
    monkeypatch.setattr(
        understanding.Fetcher,
        "fetch",
        lambda _self, url: Source.from_bytes(THREAD.encode(), url, origin=Origin(url, next(times))),
    )
    preview(URL, fetch=1)
    assert preview(URL, fetch=1).report.kept == 2
    assert next(times, None) is None


def test_a_preview_counts_what_was_left_out_and_found_and_shows_the_first_of_many():
    skipped = tuple(Skipped(f"row {n}", "a pingback") for n in range(300))
    discussions = tuple(
        Discussion(thread_id=f"t{n}", source="x", source_format="f", title=f"Title {n}.") for n in range(30)
    )
    report = Report(source="x", kept=9, skipped=skipped, found={"replies": 4, "orphans": 1_200})
    said = str(preview_of(Parsed(discussions=discussions, report=report)))
    assert "309 comments read, 9 kept, 300 left out." in said
    assert "Found: 1,200 orphans, 4 replies." in said
    assert "Left out: 300 a pingback" in said
    assert ("row 99:" in said, "row 100:" in said, "and 200 more places" in said) == (True, False, True)
    assert ("Title 19." in said, "Title 20." in said, "and 10 more discussions" in said) == (
        True,
        False,
        True,
    )


def test_what_has_no_title_gets_that_of_the_form():
    table = "data:text/csv;base64," + base64.b64encode(TITLED.encode()).decode()
    read = [
        understood(Settings(), text, contents, "file.csv", None, None, title="  The\ntunnel ")
        for text, contents in ((THREAD, None), (None, table))
    ]
    assert [d.title for parsed in read for d in parsed.discussions] == ["The tunnel", "Bridges"]
    assert understood(Settings(), THREAD, None, None, None, None, title=" ").discussions[0].title is None


def test_one_of_what_a_report_counts_is_told_in_the_singular():
    assert in_words({"discussions": 1, "replies": 2, "spam": 1_000}) == "1,000 spam, 2 replies, 1 discussion"
    with using("de"):
        assert in_words({"discussions": 1, "orphans": 3}) == "3 ohne Bezug, 1 Diskussion"


def test_a_table_without_text_says_what_to_do_on_the_page_and_nothing_of_the_command_line():
    table = "data:text/csv;base64," + base64.b64encode(b"Film,Year\nSolaris,1972\nStalker,1979\n").decode()
    found = as_json(preview_of(preview(contents=table)))
    assert "no column looks like the text of comments: say which it is" in found
    assert "choose “text” for the column that has the comments, and preview again" in found
    assert "--mapping" not in found
    assert "choose “text”" not in as_json(preview_of(preview(THREAD)))
    with using("de"):
        assert retold(preview(contents=table).report.columns[0].reason) == "nicht bekannt"
