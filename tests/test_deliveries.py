"""What a platform is told of a decision, and when it is tried again."""

from datetime import timedelta
from typing import get_args

import pytest

from threads.moderation.decisions import STATES
from threads.moderation.deliveries import (
    DEFAULT_ACTIONS,
    LONGEST_PAUSE,
    LONGEST_WISH,
    MOST_ATTEMPTS,
    PLATFORM_ACTIONS,
    pause,
    platform_action,
)
from threads.records import Status


@pytest.mark.parametrize(
    ("state", "reason", "imported", "told"),
    [
        ("approved", None, "pending", "approve"),
        ("rejected", None, "visible", "remove"),
        ("rejected", "offensive", "visible", "remove"),
        ("rejected", "spam", "visible", "spam"),
        ("escalated", None, "visible", None),
        ("open", None, "visible", "approve"),  # undone: what the platform had
        ("open", None, "pending", "hold"),
        ("open", "spam", "spam", "spam"),
    ],
)
def test_what_a_state_means_to_a_platform(state, reason, imported, told):
    assert platform_action(DEFAULT_ACTIONS, state, reason, imported) == told


def test_every_state_and_status_means_something_to_a_platform():
    for state in STATES:
        for imported in get_args(Status):
            assert platform_action(DEFAULT_ACTIONS, state, None, imported) in {*PLATFORM_ACTIONS, None}


def test_the_default_can_be_changed():
    assert platform_action({**DEFAULT_ACTIONS, "escalated": "hold"}, "escalated", None, "visible") == "hold"


def test_pauses_double_up_to_a_limit():
    pauses = [pause(attempt, 1.0) for attempt in range(1, MOST_ATTEMPTS)]
    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert pauses[-1] == LONGEST_PAUSE
    assert timedelta(days=1) < sum(pauses, timedelta()) < timedelta(days=3)


def test_deliveries_that_failed_together_are_not_tried_together():
    assert pause(3, 0.0) == timedelta(minutes=1)
    assert pause(3, 0.5) == timedelta(minutes=1.5)


def test_what_a_platform_asks_for_is_heeded_within_reason():
    assert pause(1, 1.0, timedelta(minutes=7)) == timedelta(minutes=7)
    assert pause(5, 1.0, timedelta(seconds=1)) == timedelta(minutes=8)
    assert pause(1, 1.0, timedelta(days=900)) == LONGEST_WISH
