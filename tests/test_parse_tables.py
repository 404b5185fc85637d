"""Our own CSV: read back to the same records, with a reason for every row left out."""

import csv
import io
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threads.errors import InputError
from threads.frames import comments_frame
from threads.parse import Options, Source, parse
from threads.parse.spreadsheet import escape
from threads.parse.tables import BtlCsv
from threads.records import COMMENT_COLUMNS, Comment, Discussion
from threads.storage.csv_files import write_csv

NAMES = [column.name for column in COMMENT_COLUMNS]


def as_cell(value):
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return "" if value is None else str(value)


def written(comments, safe):
    file = io.StringIO(newline="")
    if safe:
        file.write("\ufeff")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL if safe else csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(NAMES)
    for comment in comments:
        row = asdict(comment)
        cells = [as_cell(row[name]) for name in NAMES]
        writer.writerow([escape(cell) for cell in cells] if safe else cells)
    return file.getvalue()


def read(text, **options):
    return parse(Source.from_text(text), Options(**options), "btl-csv")


FULL = Comment(
    thread_id="t1",
    comment_id="c1",
    position=7,
    parent_id="c0",
    parent_source="inferred",
    parent_confidence=0.78,
    author="=Ann",
    author_id="42",
    published_at=datetime(2024, 5, 17, 20, 41, tzinfo=UTC),
    published_at_raw="May 17, 2024 AT 20:41",
    published_at_precision="minute",
    timezone_source="assumed",
    edited_at=datetime(2024, 5, 18, 1, 2, 3, 456, tzinfo=UTC),
    text='=1+1\r\n-2;@x, "quoted"\n\'NA',
    likes=0,
    status="pending",
    source_format="pasted",
)
BARE = Comment(thread_id="t2", comment_id="c1", position=1, text="NA", source_format="pasted")


@pytest.mark.parametrize("safe", [True, False])
def test_records_come_back_equal(safe):
    parsed = read(written([FULL, BARE], safe))
    assert [d.comments for d in parsed.discussions] == [(FULL,), (BARE,)]
    assert (parsed.report.kept, parsed.report.skipped) == (2, ())
    assert parsed.report.warnings == ("1 time carries no time zone: UTC is assumed where none is given",)


@pytest.mark.parametrize("mode", ["safe", "raw"])
def test_what_utf8_cannot_hold_comes_back_from_a_file(mode):
    comment = replace(BARE, text="a\x00b\ud800c\x1ad")
    file = io.StringIO(newline="")
    write_csv(
        comments_frame([Discussion(thread_id="t2", source="s", source_format="pasted", comments=(comment,))]),
        file,
        mode,
    )
    parsed = parse(Source.from_bytes(file.getvalue().encode(), "out.csv"), Options())
    assert parsed.discussions[0].comments == (comment,)


@pytest.mark.parametrize("mode", ["safe", "raw"])
def test_what_the_export_writes_comes_back_equal(mode):
    file = io.StringIO(newline="")
    discussion = Discussion(thread_id="t1", source="x", source_format="pasted", comments=(FULL, BARE))
    write_csv(comments_frame([discussion]), file, mode)
    parsed = read(file.getvalue())
    assert [c for d in parsed.discussions for c in d.comments] == [FULL, BARE]


words = st.text(st.characters(exclude_categories=()), max_size=40)
comments = st.builds(
    Comment,
    thread_id=st.just("t"),
    comment_id=st.just("c"),
    position=st.integers(1, 10**6),
    author=st.none() | words.filter(bool),
    likes=st.none() | st.integers(-5, 10**9),
    parent_confidence=st.none() | st.floats(0, 1),
    published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    published_at_precision=st.just("second"),
    timezone_source=st.just("given"),
    text=words.filter(bool),
    source_format=st.just("pasted"),
)


@given(comments, st.booleans())
@settings(deadline=None, max_examples=500)
def test_any_record_comes_back_equal(comment, safe):
    (discussion,) = read(written([comment], safe)).discussions
    assert discussion.comments == (comment,)


def test_recognised_by_its_header():
    assert BtlCsv().sniff(Source.from_text(written([BARE], safe=True)))
    assert BtlCsv().sniff(Source.from_text("published_at_raw,text\nMay 17,Hi\n"))
    assert BtlCsv().sniff(Source.from_bytes(written([BARE], safe=True).encode()))


@pytest.mark.parametrize(
    "text",
    [
        "text\nhello",
        "Ann\nMay 17, 2024\nHi",
        "thread_id,author\n1,2",
        "author,text\nAnn,Hi",
        '"text',
        "x" * 100,
    ],
)
def test_other_text_is_not_recognised(text):
    assert not BtlCsv().sniff(Source.from_text(text))


def test_text_alone_is_enough():
    parsed = read("text\nHi\nHo\n")
    (discussion,) = parsed.discussions
    assert [(c.position, c.text, c.author, c.source_format) for c in discussion.comments] == [
        (1, "Hi", None, "btl-csv"),
        (2, "Ho", None, "btl-csv"),
    ]
    assert len({c.comment_id for c in discussion.comments}) == 2


def test_scores_beside_the_records_are_left_aside():
    parsed = read("text,sentiment,author\nHi,0.5,Ann\n")
    assert parsed.discussions[0].comments[0].author == "Ann"


def test_title_and_address_come_back():
    (discussion,) = read("text,title,url\nHi,A title,https://example.org/\n").discussions
    assert (discussion.title, discussion.url) == ("A title", "https://example.org/")


def test_times_without_a_zone():
    text = "text,published_at\nHi,2024-05-17T20:41:00\n"
    assumed = read(text).discussions[0].comments[0]
    given_zone = read(text, timezone=ZoneInfo("Europe/Berlin")).discussions[0].comments[0]
    assert (assumed.published_at.hour, assumed.timezone_source) == (20, "assumed")
    assert (given_zone.published_at.hour, given_zone.timezone_source) == (18, "given")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,b", "2 cells under a header of 3"),
        ("Hi,many,visible", "column likes: 'many' is no integer"),
        ("Hi,1.5,visible", "column likes: '1.5' is no integer"),
        ("Hi,1,gone", "column status: 'gone' is none of"),
        (",,", "an empty row"),
    ],
)
def test_a_bad_row_is_skipped_with_place_and_reason(row, reason):
    parsed = read(f"text,likes,status\nFirst,1,visible\n{row}\nLast,2,visible\n")
    assert parsed.report.kept == 2
    (skipped,) = parsed.report.skipped
    assert skipped.place == "row 3"
    assert reason in skipped.reason


def test_a_comment_that_stands_twice_is_skipped():
    parsed = read("thread_id,comment_id,text\nt,1,Hi\nt,1,Hi\nu,1,Hi\n")
    assert (parsed.report.kept, parsed.report.skipped[0].place) == (2, "row 3")


def test_no_column_text_is_an_error_with_a_remedy():
    with pytest.raises(InputError, match=r"row 1: the table has no column called text.*thread_id"):
        read("body,author\nHi,Ann\n")


def test_unsound_csv_is_an_error_with_its_place():
    with pytest.raises(InputError, match=r"row 2.*sound CSV"):
        read('text,author\n"Hi" there,Ann\n')


def test_a_very_long_cell_is_read():
    assert len(read("text,author\n" + "x" * 300_000 + ",Ann\n").discussions[0].comments[0].text) == 300_000


def test_a_table_without_rows_says_so():
    parsed = read("text,author\n")
    assert "no comments found" in parsed.report.warnings[0]


def test_every_column_of_the_records_is_known():
    assert [field.name for field in fields(Comment)] == NAMES
