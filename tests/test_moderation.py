"""Decisions and the order of the queue, without a store."""

from datetime import UTC, datetime

import pytest

from threads.moderation.decisions import ACTIONS, STATES, Change, Decision, Refusal, decide, replay, standing
from threads.moderation.queue_order import risk
from threads.records import Flag

NOON = datetime(2024, 5, 18, 12, tzinfo=UTC)


def decision(
    number, action="reject", *, before="open", after="rejected", actor="anna", undoes=None, comment="c"
):
    return Decision(
        id=number,
        thread_id="t",
        comment_id=comment,
        version=number,
        action=action,
        before_state=before,
        after_state=after,
        actor=actor,
        decided_at=NOON,
        undoes=undoes,
    )


@pytest.mark.parametrize(
    ("state", "action", "after"),
    [
        ("open", "approve", "approved"),
        ("open", "reject", "rejected"),
        ("approved", "reject", "rejected"),
        ("rejected", "approve", "approved"),
        ("approved", "feature", "featured"),
        ("open", "hold", "held"),
        ("held", "escalate", "escalated"),
        ("escalated", "not_offensive", "approved"),
    ],
)
def test_an_allowed_decision_gives_the_state_after_it(state, action, after):
    assert decide(state, action) == Change(after)


@pytest.mark.parametrize(
    ("state", "action"), [("approved", "approve"), ("approved", "not_offensive"), ("rejected", "reject")]
)
def test_deciding_the_same_again_is_refused(state, action):
    assert decide(state, action) == Refusal(f"the comment is {state} already")


def test_every_pair_of_state_and_action_has_an_answer():
    last = decision(1)
    assert all(isinstance(decide(s, a, last=last), Change | Refusal) for s in STATES for a in ACTIONS)


def test_an_unknown_action_is_refused_with_the_known_ones():
    assert "approve, not_offensive, feature, reject" in decide("open", "ban").reason


def test_undo_goes_back_to_the_state_before():
    last = decision(7, before="approved", after="rejected")
    assert decide("rejected", "undo", last=last) == Change("approved", undoes=7)


def test_there_may_be_nothing_to_undo():
    assert decide("open", "undo") == Refusal("there is no decision to undo")


def test_somebody_elses_decision_needs_the_right_to_undo_it():
    last = decision(1, actor="bob")
    assert isinstance(decide("rejected", "undo", last=last, actor="anna", undo_others=False), Refusal)
    assert isinstance(decide("rejected", "undo", last=last, actor="bob", undo_others=False), Change)
    assert isinstance(decide("rejected", "undo", last=last, actor="anna", undo_others=True), Change)


def test_what_undo_takes_back_is_the_last_decision_not_yet_undone():
    approve = decision(1, "approve", after="approved")
    reject = decision(2, before="approved")
    undo = decision(3, "undo", before="rejected", after="approved", undoes=2)
    assert standing([]) is None
    assert standing([approve, reject]) == reject
    assert standing([approve, reject, undo]) == approve
    assert standing([approve, reject, undo, decision(4, "undo", undoes=1)]) is None


def test_replay_does_not_believe_the_recorded_states():
    lying = decision(1, "approve", after="rejected")
    assert replay([lying]) == {("t", "c"): ("approved", 1)}


def test_replay_follows_undo_through_a_chain():
    chain = [
        decision(1, "approve"),
        decision(2, "reject"),
        decision(3, "undo", undoes=2),
        decision(4, "undo", undoes=1),
        decision(5, "reject"),
        decision(6, "approve", comment="other"),
    ]
    assert replay(chain) == {("t", "c"): ("rejected", 5), ("t", "other"): ("approved", 1)}


def test_risk_is_the_furthest_over_a_limit():
    assert risk([Flag("a", "", 3, 2), Flag("b", "", 9, 3), Flag("c", "", 0.9, 0.7)]) == 3


def test_no_flags_are_no_risk_and_a_limit_of_zero_is_no_division():
    assert risk([]) is None
    assert risk([Flag("a", "", 1, 0)]) == 2
