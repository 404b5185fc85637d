"""CSV: what is written reads back equal, and a spreadsheet runs none of it."""

import contextlib
import csv
import io
import math
import time
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from threads.errors import InputError
from threads.frames import comments_frame, typed
from threads.records import COMMENT_COLUMNS, Column, Comment, Discussion
from threads.storage.csv_files import read_csv, write_csv

COLUMNS = (
    Column("text", "text", ""),
    Column("count", "integer", ""),
    Column("share", "number", ""),
    Column("at", "time", ""),
)
MODES = ("safe", "raw")

texts = st.text(
    st.characters() | st.sampled_from("=+-@|%'\t\r\n;,\"＝＋－＠\x00\x1a\ud800\ufeff0DNAnul"), max_size=30
)
rows = st.tuples(
    st.none() | texts,
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.floats(allow_nan=False),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)


def table(*values, columns=COLUMNS):
    return typed(pd.DataFrame(values, columns=[c.name for c in columns], dtype=object), columns)


def written(frame, mode="safe"):
    file = io.StringIO(newline="")
    write_csv(frame, file, mode)
    return file.getvalue()


def text_cells(*values, mode="safe"):
    """Return the lines of a one-column table, header off."""
    return written(table(*([v] for v in values), columns=COLUMNS[:1]), mode).split("\r\n", 1)[1]


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=300, deadline=None)
@given(st.lists(rows, max_size=3))
@example([])
@example([("", None, None, None), (None, None, None, None)])
def test_every_table_reads_back_equal(mode, values):
    frame = table(*values)
    content = written(frame, mode)
    content.encode("utf-8")
    pd.testing.assert_frame_equal(read_csv(content, COLUMNS), frame, check_exact=True)


@pytest.mark.parametrize("mode", MODES)
def test_comments_read_back_equal(mode):
    made = Comment(
        thread_id="t",
        comment_id="c",
        position=1,
        text="=1+1",
        likes=None,
        parent_confidence=0.1,
        published_at=datetime(2024, 5, 18, 9, 30, 0, 250_000, tzinfo=UTC),
        source_format="test",
    )
    frame = comments_frame([Discussion(thread_id="t", source="s", source_format="test", comments=(made,))])
    pd.testing.assert_frame_equal(read_csv(written(frame, mode)), frame)
    assert list(frame.columns) == [c.name for c in COMMENT_COLUMNS]


def test_the_safe_mode_is_for_spreadsheets():
    content = written(table(("a", 1, -0.5, datetime(2024, 5, 18, 9, 30, tzinfo=UTC))))
    assert content == '\ufeff"text","count","share","at"\r\n"a","1","-0.5","2024-05-18T09:30:00Z"\r\n'


def test_the_raw_mode_is_for_programs():
    content = written(table(('say "hi", =1', 1, -0.5, datetime(2024, 5, 18, 9, 30, tzinfo=UTC))), "raw")
    assert content == 'text,count,share,at\r\n"say ""hi"", =1",1,-0.5,2024-05-18T09:30:00Z\r\n'


@pytest.mark.parametrize("mode", MODES)
def test_missing_and_empty_are_told_apart(mode):
    assert text_cells(None, "", mode=mode) == '\r\n""\r\n'


@pytest.mark.parametrize("start", [*"=+-@|%\t\r\n＝＋－＠"])
@pytest.mark.parametrize("before", ["", "a;", "a\n", "a\r", "a\t"])
def test_a_formula_is_marked_wherever_a_sheet_could_begin_one(before, start):
    assert text_cells(f"{before}{start}x").startswith(f"\"{before}'{start}")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("word", ["NA", "null", "NaN", "None", "nan", "1", "1e5", "2024-05-18", "True"])
def test_words_that_look_like_something_else_stay_text(mode, word):
    frame = table([word], columns=COLUMNS[:1])
    assert read_csv(written(frame, mode), COLUMNS[:1])["text"].tolist() == [word]


def test_infinite_and_tiny_numbers_read_back_to_the_last_bit():
    numbers = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, -0.0]
    frame = table(*((None, None, n, None) for n in numbers))
    assert [n.hex() for n in read_csv(written(frame), COLUMNS)["share"]] == [n.hex() for n in numbers]


@pytest.mark.parametrize("mode", MODES)
def test_pythons_own_reader_sees_the_same_cells(mode):
    cells = ["plain", "a,b", 'q"q', "two\nlines", "carriage\rreturn", " spaces "]
    lines = written(table(*([c] for c in cells), columns=COLUMNS[:1]), mode).removeprefix("\ufeff")
    assert [row[0] for row in csv.reader(io.StringIO(lines, newline=""), strict=True)] == ["text", *cells]


def test_a_byte_order_mark_that_was_lost_changes_nothing():
    content = written(table(["=1"], columns=COLUMNS[:1])).removeprefix("\ufeff")
    assert read_csv(content)["text"].tolist() == ["=1"]


def test_the_mode_can_be_said():
    assert read_csv('"text"\r\n"\'=1"\r\n', mode="raw")["text"].tolist() == ["'=1"]


def test_columns_that_nobody_declared_are_text():
    assert read_csv("text,other\r\na,1\r\n")["other"].tolist() == ["1"]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_line_end_is_read(ends):
    assert read_csv(f"text,likes{ends}a,1{ends}b,2")["likes"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the file is empty"),
        ('text\r\n"open', "row 2: a quotation mark is not closed"),
        ('text\r\n"a"b\r\n', "row 2: a quotation mark is not closed, or stands"),
        ("text,likes\r\na\r\n", "row 2: a row has 1 fields, but the header has 2"),
        ("text,text\r\n", "two columns have the same name"),
        ("likes\r\n1\r\nmany\r\n", "row 3, column likes: 'many' is no value"),
        ("published_at\r\n2024-05-18T09:30:00\r\n", "row 2, column published_at"),
    ],
)
def test_what_cannot_be_read_is_named(content, words):
    with pytest.raises(InputError, match=words):
        read_csv(content)


@pytest.mark.parametrize(
    "field", ['"' * 1_000_000, '"' + 'a"' * 500_000, "a" * 1_000_000, "," * 200_000, "\r" * 200_000]
)
def test_hostile_fields_take_time_in_proportion(field):
    began = time.perf_counter()
    with contextlib.suppress(InputError):
        read_csv(f"text\r\n{field}")
    assert time.perf_counter() - began < 15


def test_a_large_table_is_written_piece_by_piece():
    class Recorder(io.StringIO):
        longest = 0

        def write(self, text):
            self.longest = max(self.longest, len(text))
            return super().write(text)

        def writelines(self, lines):
            for line in lines:
                self.write(line)

    file = Recorder(newline="")
    frame = table(*([f"text {n}"] for n in range(25_000)), columns=COLUMNS[:1])
    write_csv(frame, file)
    assert file.longest < 200_000  # ten thousand rows
    assert len(read_csv(file.getvalue())) == 25_000
