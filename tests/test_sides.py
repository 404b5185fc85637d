"""Sides of people and replies between sides, on threads small enough to count by hand."""

import pandas as pd
import pytest

from threads.dynamics.sides import PAIR_COLUMNS, SIDE_COLUMNS, across, sides_of_people


def talk(*rows):
    """A thread: (author, stance, place of the comment answered or None, source of that)."""
    return pd.DataFrame(
        {
            "thread_id": "t",
            "comment_id": [f"c{n}" for n in range(len(rows))],
            "author": pd.Series([row[0] for row in rows], dtype="str"),
            "stance": pd.Series([row[1] for row in rows], dtype="str"),
            "parent_id": pd.Series([None if row[2] is None else f"c{row[2]}" for row in rows], dtype="str"),
            "parent_source": pd.Series([row[3] if len(row) > 3 else None for row in rows], dtype="str"),
            "text": "said",
        }
    )


TALK = talk(
    ("Ann", "supportive", None),
    ("Bob", "critical", 0, "given"),
    ("Ann", "supportive", 1, "inferred"),
    ("Cleo", "supportive", 0, "given"),
    ("Bob", "unclear", 0, "given"),
    (None, "critical", 4, "given"),
    ("Bob", None, None),
)


def test_replies_count_where_both_take_a_side():
    found = across(TALK)
    assert found.rows["comment_id"].tolist() == ["c1", "c2", "c3"]
    assert found.rows["crosses"].tolist() == [1, 1, 0]
    assert found.rows["inferred"].tolist() == [0, 1, 0]
    assert found.sentence().text == (
        "Of 3 replies between comments that take a side 2 go to the other side; "
        "whom they answer is inferred of 1."
    )


def test_what_a_chosen_reply_answers_need_not_be_chosen():
    assert across(TALK, TALK[TALK["author"] == "Bob"]).rows["answered_id"].tolist() == ["c0"]


@pytest.mark.parametrize("frame", [TALK.head(0), TALK.head(1), TALK.drop(columns="stance")])
def test_without_such_replies_that_is_said(frame):
    found = across(frame)
    assert list(found.rows.columns) == [column.name for column in PAIR_COLUMNS]
    assert found.sentence().text == "No reply is known in which both comments take a side."


def test_people_with_a_name_are_counted_the_most_active_first():
    found = sides_of_people(TALK)
    assert found["author"].tolist() == ["Bob", "Ann", "Cleo"]
    assert found["comments"].tolist() == [3, 2, 1]
    assert found["critical"].tolist() == [1, 0, 0]
    assert found["supportive"].tolist() == [0, 2, 1]
    assert found["unclear"].tolist() == [1, 0, 0]


def test_nobody_is_nobody():
    found = sides_of_people(TALK.head(0))
    assert found.empty
    assert list(found.columns) == [column.name for column in SIDE_COLUMNS]
