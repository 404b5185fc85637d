"""How long decisions take, who makes how many, and when."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from threads.frames import typed
from threads.moderation.workload import (
    MADE_COLUMNS,
    QueueAge,
    Waiting,
    by_hour,
    by_moderator,
    in_words,
    queue_age,
    time_to_decision,
)

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def made(*rows):
    """Decisions: (action, actor, minutes after MONDAY, undone, minutes waited or None)."""
    values = [
        (
            action,
            actor,
            at := MONDAY + timedelta(minutes=minutes),
            undone,
            None if waited is None else at - timedelta(minutes=waited),
        )
        for action, actor, minutes, undone, waited in rows
    ]
    names = [column.name for column in MADE_COLUMNS]
    return typed(pd.DataFrame(values, columns=names, dtype=object), MADE_COLUMNS)


DAYS = made(
    ("approve", "anna", 0, 0, 10),
    ("reject", "anna", 1, 1, None),
    ("undo", "bert", 2, 0, None),
    ("reject", "bert", 3, 0, 20),
    ("hold", "anna", 24 * 60, 0, None),
    ("feature", "anna", 24 * 60 + 45, 0, 60),
)


def test_time_to_decision_counts_first_decisions_that_stand():
    assert time_to_decision(DAYS) == Waiting(3, 20 * 60, pytest.approx(52 * 60))
    assert time_to_decision(made()) == Waiting(0)


def test_a_comment_dated_after_its_decision_waited_no_time():
    assert time_to_decision(made(("approve", "anna", 0, 0, -5))) == Waiting(1, 0, 0)


def test_throughput_is_by_moderator_and_day_with_what_was_undone():
    found = by_moderator(DAYS)
    assert found["actor"].tolist() == ["anna", "anna", "bert"]
    assert [f"{day:%d}" for day in found["day"]] == ["23", "24", "23"]
    assert found[["decisions", "undone", "undoing"]].to_numpy().tolist() == [[2, 1, 0], [2, 0, 0], [1, 0, 1]]
    assert by_moderator(made()).empty


def test_workload_is_by_weekday_and_hour_without_undoing():
    found = by_hour(DAYS)
    assert (found.loc["Monday", 9], found.loc["Tuesday", 9], found.loc["Tuesday", 10]) == (3, 1, 1)
    assert found.to_numpy().sum() == 5


def test_the_age_of_the_queue_counts_from_when_its_comments_could_be_decided():
    found = queue_age(3, MONDAY - timedelta(hours=1), MONDAY - timedelta(days=2), MONDAY)
    assert found == QueueAge(3, 3_600, 172_800)
    assert queue_age(0, None, None, MONDAY) == QueueAge(0)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(45, "45 s"), (120, "2 min"), (5_400, "1.5 h"), (36_000, "10 h"), (9 * 86_400, "9 days"), (None, "–")],
)
def test_lengths_of_time_are_said_in_one_unit(seconds, words):
    assert in_words(seconds) == words
