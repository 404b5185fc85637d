"""Weeks, and what a report says of two of them."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from test_precision import judged
from test_workload import made

from threads.errors import InputError
from threads.moderation.report import Figures, report_of
from threads.moderation.weeks import Week
from threads.moderation.workload import QueueAge

WEEK = Week(2026, 48)


def figures(comments=0, flagged=0, rules=(), raised=(), decisions=()):
    """A week: rules are (rule, right, wrong), raised are (rule, comments)."""
    rows = [
        (rule, 1, 1, state, None, count)
        for rule, right, wrong in rules
        for state, count in (("rejected", right), ("approved", wrong))
    ]
    return Figures(
        comments=comments,
        flagged=flagged,
        discussions=1,
        raised=pd.DataFrame([(r, 1.0, n) for r, n in raised], columns=["rule", "value", "comments"]),
        judged=judged(rows),
        made=made(*decisions),
        ratings=pd.DataFrame({"unit": [], "rater": [], "label": []}),
    )


def changes(now, before):
    report = report_of(WEEK, now, before, earlier=judged([]), queue=QueueAge(0), recall=None)
    return " ".join(report.changes)


def test_a_week_begins_on_monday_and_is_written_as_iso_8601():
    assert Week.of(datetime(2026, 11, 29, 23, 59, tzinfo=UTC)) == Week.parse("2026-W48") == WEEK
    assert (WEEK.start, WEEK.end) == (datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))
    assert str(Week(2027, 1).moved(-1)) == "2026-W53"


@pytest.mark.parametrize(
    "wrong", ["", "2026-W54", "2026-W00", "2025-W53", "0000-W01", "9999-W52", "2026-48", "x" * 99]
)
def test_what_is_no_week_is_refused(wrong):
    with pytest.raises(InputError, match="no week"):
        Week.parse(wrong)


def test_more_and_fewer_comments_are_said():
    assert "8 comments came in, 2 fewer than the week before." in changes(figures(8), figures(10))
    assert "as many as the week before" in changes(figures(8), figures(8))


def test_a_first_week_is_compared_with_nothing():
    assert "nothing to compare with" in changes(figures(8), figures())


def test_a_share_is_said_to_have_changed_only_where_that_is_sure():
    assert "20% of them were flagged, more than the week before (5%)" in changes(
        figures(1_000, 200), figures(1_000, 50)
    )
    assert "flagged" not in changes(figures(50, 10), figures(50, 9)).split("week before.")[0]


def test_a_rule_is_said_to_have_changed_only_where_that_is_sure():
    worse = changes(figures(1, rules=[("links", 20, 30)]), figures(1, rules=[("links", 45, 5)]))
    assert "The rule Links was right less often: 40% of 50, 90% of 50 the week before." in worse
    same = changes(figures(1, rules=[("links", 20, 30)]), figures(1, rules=[("links", 22, 28)]))
    assert "No rule was surely right more or less often" in same
    thin = changes(figures(1, rules=[("links", 1, 5)]), figures(1, rules=[("links", 45, 5)]))
    assert "whether one got better cannot be said" in thin


def test_a_rule_that_fell_silent_or_spoke_up_is_named():
    said = changes(figures(9, raised=[("links", 3)]), figures(9, raised=[("shouting", 1)]))
    assert "The rule Shouting flagged nothing; the week before 1 comment." in said
    assert "The rule Links flagged 3 comments; nothing the week before." in said


def test_times_to_decision_are_compared_where_there_are_enough():
    few = [("approve", "anna", 0, 0, 10)] * 19
    assert "Half of the decisions" not in changes(figures(1, decisions=few), figures(1, decisions=few))
    enough, slower = [*few, few[0]], [("approve", "anna", 0, 0, 120)] * 20
    said = changes(figures(1, decisions=enough), figures(1, decisions=slower))
    assert "Half of the decisions came within 10 min and nine in ten within 10 min" in said
    assert "the week before, within 2.0 h and 2.0 h" in said
