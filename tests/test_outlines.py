"""Outlines: what the store holds as numbers in memory is what is stored, whatever changes it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from threads.outline import (
    FORGOTTEN,
    NO_TIME,
    OUTLINE_COLUMNS,
    STANCES,
    Person,
    Piece,
    depths,
    joined,
    microseconds,
    moment,
    packed,
    unpacked,
)
from threads.records import Comment, Discussion, Parsed, Report
from threads.storage import Store, tables
from threads.storage.engine import writing
from threads.storage.keeping import Whom
from threads.storage.outlines import pieces_of, store_outlines

START = datetime(2024, 5, 17, 20, 41, 7, 250_000, tzinfo=UTC)


def parsed(thread_id="t", names=("Ann", "Bob", None), **more):
    comments = tuple(
        Comment(
            thread_id=thread_id,
            comment_id=str(place),
            position=place + 1,
            parent_id=str(place - 1) if place else None,
            parent_source="given" if place else None,
            author=name,
            published_at=START + timedelta(minutes=place),
            text=f"comment {place}",
            source_format="pasted",
            **more,
        )
        for place, name in enumerate(names)
    )
    discussion = Discussion(thread_id=thread_id, source="s", source_format="pasted", comments=comments)
    return Parsed(discussions=(discussion,), report=Report(source="s", kept=len(comments)))


def scores(count):
    return pd.DataFrame(
        {
            "sentiment": np.linspace(-1, 1, count),
            "words": pd.array([2] * count, dtype="Int64"),
            "stance": ["critical"] * count,
            "reply_relation": [None] + ["asks"] * (count - 1),
            "offensive": [0.25] * count,
        }
    )


def test_the_outline_is_what_was_stored(store):
    store.add(parsed(), scores(3), {})
    outline = store.outlines.current()
    assert outline.thread_ids == ("t",)
    assert [None if p < 0 else outline.people[p].name for p in outline["person"]] == ["Ann", "Bob", None]
    assert [moment(t) for t in outline["time"]] == [START + timedelta(minutes=m) for m in range(3)]
    assert outline["parent"].tolist() == [-1, 0, 1]
    assert outline["depth"].tolist() == [1, 2, 3]
    assert outline["sentiment"].tolist() == [-1.0, 0.0, 1.0]
    assert {STANCES[code] for code in outline["stance"]} == {"critical"}
    assert outline["relation"].tolist()[0] == -1
    assert outline["offensive"].tolist() == [0.25] * 3


def test_what_is_worked_out_while_storing_is_what_the_database_gives(store):
    one, other = parsed("a"), parsed("b", ("Bob", None, "Ann"), likes=3)
    turned = tuple(replace(c, position=4 - c.position) for c in other.discussions[0].comments)
    both = replace(one, discussions=(*one.discussions, replace(other.discussions[0], comments=turned)))
    store.add(both, scores(6), {})
    with writing(store._engine) as connection:
        stored = {row.thread_id: row.content for row in connection.execute(tables.outlines.select())}
        assert stored == {name: packed(piece) for name, piece in pieces_of(connection, ["a", "b"]).items()}
    assert store.outlines.current()["depth"].tolist() == [1, 2, 3, 3, 2, 1]


def test_comments_are_found_by_their_text(store):
    store.add(parsed(), scores(3), {})
    outline = store.outlines.current()
    assert store.outlines.keys_with_text("COMMENT 1").tolist() == [outline["key"][1]]
    assert store.outlines.keys_with_text("50%").tolist() == []


def test_an_unchanged_store_gives_the_very_same_outline(store):
    store.add(parsed(), scores(3), {})
    assert store.outlines.current() is store.outlines.current()


def test_an_import_changes_the_outline(store):
    store.add(parsed("b"), scores(3), {})
    before = store.outlines.current()
    store.add(parsed("a", ("Ann", "Cid")), scores(2), {})
    after = store.outlines.current()
    assert (len(before), len(after)) == (3, 5)
    assert after.thread_ids == ("a", "b")
    assert after["parent"].tolist() == [-1, 0, -1, 2, 3]
    # Ann wrote in both and is one person.
    assert after["person"][0] == after["person"][2]


def test_what_is_erased_is_gone_from_the_outline_and_from_the_database(store):
    store.add(parsed(), scores(3), {})
    store.outlines.current()
    store.keeping.erase(Whom(author="Bob"), b"k" * 32, actor="desk")
    with writing(store._engine) as connection:
        assert connection.scalars(select(tables.outlines.c.content)).all() == [FORGOTTEN]
    outline = store.outlines.current()
    assert "Bob" not in {person.name for person in outline.people}
    assert np.isnan(outline["sentiment"][1])


def test_a_store_without_outlines_gets_them_from_its_first_reader(store):
    store.add(parsed(), scores(3), {})
    with writing(store._engine) as connection:
        connection.execute(tables.outlines.delete())
    assert len(store.outlines.current()) == 3
    with writing(store._engine) as connection:
        assert len(connection.execute(tables.outlines.select()).all()) == 1


def test_an_outline_of_another_version_is_worked_out_anew(store, monkeypatch):
    monkeypatch.setattr("threads.outline._FORM", 1)
    store.add(parsed(), scores(3), {})
    monkeypatch.undo()
    assert len(store.outlines.current()) == 3


def test_many_discussions_need_more_than_one_query(store):
    for number in range(3):
        store.add(parsed(f"t{number}"), scores(3), {})
    with writing(store._engine) as connection:
        assert len(store_outlines(connection, [f"t{n}" for n in range(3)] * 400)) == 3
    assert len(store.outlines.current()) == 9


names = st.one_of(st.none(), st.text(max_size=8))
rows = st.lists(
    st.tuples(
        st.integers(0, 2**40),
        st.integers(-(2**50), 2**50),
        st.integers(-1, 1),
        st.integers(-1, 3),
        st.floats(-1, 1),
    ),
    max_size=20,
)


def test_who_writes_in_several_discussions_is_in_memory_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with Store.open(url) as store:
        for number in range(2):
            store.add(parsed(f"t{number}"), scores(3), {})
    with Store.open(url) as store:
        store.outlines.current()
        first, second = (piece.people for _, piece in store.outlines._pieces.values())
    assert first == second
    assert all(one is other for one, other in zip(first, second, strict=True))


@given(people=st.lists(st.tuples(names, names, st.just("page")), min_size=2, max_size=2), rows=rows)
def test_a_packed_piece_is_unpacked_to_the_same(people, rows):
    columns = {name: np.zeros(len(rows), dtype=dtype) for name, dtype, _ in OUTLINE_COLUMNS}
    for place, name in enumerate(("key", "time", "person", "stance", "sentiment")):
        columns[name] = np.array([row[place] for row in rows], dtype=columns[name].dtype)
    piece = Piece(tuple(Person(*p) for p in people), columns)
    again = unpacked(packed(piece))
    assert again.people == piece.people
    for name, values in columns.items():
        np.testing.assert_array_equal(again.columns[name], values)
        assert again.columns[name].dtype == values.dtype


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ([], []),
        ([-1, 0, 1, 0, 3], [1, 2, 3, 2, 3]),
        ([1, 2, -1], [3, 2, 1]),  # newest first
    ],
)
def test_depths(parents, expected):
    assert depths(np.array(parents, dtype=np.int32)).tolist() == expected


def test_a_long_chain_has_its_depths_and_a_circle_ends():
    assert depths(np.arange(-1, 9_999, dtype=np.int32)).tolist() == list(range(1, 10_001))
    assert len(depths(np.array([1, 0], dtype=np.int32))) == 2


def test_no_discussion_is_an_empty_outline():
    assert len(joined(())) == 0


def test_times_are_exact_to_the_microsecond():
    assert moment(microseconds(START)) == START
    assert moment(microseconds(None)) is None
    assert microseconds(None) == NO_TIME
