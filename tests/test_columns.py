"""What is read of a whole column at once is what its cells give one by one."""

import pickle
from dataclasses import fields, replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from threads.frames import comments_frame
from threads.parse import Options
from threads.parse.exports.found import Moments
from threads.parse.exports.moments import all_written, written
from threads.parse.exports.tables.references import is_top, parents_of, plain_id, plain_ids
from threads.parse.exports.tables.times import time_reader
from threads.records import Comment, Comments, Discussion, column_of

MOMENTS = st.datetimes(timezones=st.none() | st.sampled_from([UTC, ZoneInfo("Europe/Berlin")]))
TIMES = st.one_of(
    MOMENTS.map(lambda at: at.isoformat()),
    st.datetimes().map(lambda at: f"{at:%Y-%m-%d %H:%M:%S}"),
    st.dates().map(str),
    st.integers(1_000_000_000, 2_000_000_000).map(str),
    st.sampled_from(
        ["", "never", "0000-00-00 00:00:00", "2020-01-01T10+01:00", "2020-W01-1T10:10:10", "12 May 2024"]
    ),
)
IDS = st.sampled_from(["", "0", "0.0", "root", "NULL", "t3_a", "t1_b", "7", "7.0", " 7 ", "a7", "-1", "٣"])


@settings(max_examples=60, deadline=None)
@given(st.lists(TIMES, min_size=1, max_size=5))
def test_times_of_an_export(values):
    found = all_written(values, Options(), zone=UTC)
    one_by_one = Moments.of(written(value, Options(), zone=UTC) for value in values)
    assert list(map(list, found)) == list(map(list, one_by_one))


@settings(max_examples=60, deadline=None)
@given(st.lists(TIMES, min_size=1, max_size=5), st.sampled_from([None, ZoneInfo("Europe/Berlin")]))
def test_times_of_a_table(values, zone):
    read, _ = time_reader(values, Options(timezone=zone))
    whole, one_by_one = read(values), [read([value]) for value in values]
    assert list(zip(*whole, strict=True)) == [cell for one in one_by_one for cell in zip(*one, strict=True)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(IDS, IDS), min_size=1), st.booleans())
def test_parents_of_a_table(cells, has_zero):
    column, threads = map(list, zip(*cells, strict=True))
    assert list(plain_ids(column)) == list(map(plain_id, column))
    assert parents_of(column, threads, has_zero=has_zero) == [
        None
        if (is_top(cell) and not (has_zero and plain_id(cell) == "0")) or plain_id(cell) == thread
        else plain_id(cell)
        for cell, thread in cells
    ]


def test_parts_of_columns_are_the_comments_of_each_and_side_by_side_the_whole():
    columns = {name: list("abcde") for name in ("thread_id", "comment_id", "text", "source_format")}
    whole = Comments(5, columns | {"position": range(1, 6), "likes": [1, None, 3, 2**62, 0]})
    first, empty, rest = Comments.parts({f.name: whole.column(f.name) for f in fields(Comment)}, [2, 2, 5])
    assert (first, empty, rest) == (whole[:2], (), whole[2:])
    assert pickle.loads(pickle.dumps(rest)) == rest
    assert first.with_next(rest) == whole
    assert rest.with_next(first) is None
    discussions = [
        Discussion(thread_id=str(n), source="s", source_format="f", comments=part)
        for n, part in enumerate((first, empty, rest, whole))
    ]
    one_by_one = [replace(d, comments=tuple(d.comments)) for d in discussions]
    assert_frame_equal(comments_frame(discussions), comments_frame(one_by_one))
    assert comments_frame(discussions)["likes"].tolist()[:4] == [1, pd.NA, 3, 2**62]


def test_comments_in_columns_are_those_comments():
    made = Comments(
        2,
        {
            "thread_id": ["t", "t"],
            "comment_id": ["a", "b"],
            "position": range(1, 3),
            "text": ["x", "y"],
            "source_format": ["f", "f"],
        },
    )
    same = tuple(
        Comment(thread_id="t", comment_id=own, position=place, text=text, source_format="f")
        for place, own, text in ((1, "a", "x"), (2, "b", "y"))
    )
    assert made == same
    assert same == made
    assert (hash(made), len(made), made[1], made[:1]) == (hash(same), 2, same[1], same[:1])
    assert column_of(made, "text") == column_of(same, "text") == ["x", "y"]
    with pytest.raises(AttributeError):
        made[0].text = "z"
