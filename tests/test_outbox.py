"""The outbox: nothing missed, nothing sent twice, the latest decision counts. On both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from test_storage import parsed, scored

from threads.storage import Action, Store
from threads.storage.audit import rows
from threads.storage.engine import reading
from threads.storage.outbox import NOTHING_SENT, SUPERSEDED, Answer, Route

LEASE = timedelta(minutes=1)
ALL = Route("paper", lambda *_: True)
DONE = Answer("delivered", "it answers 200")
DOWN = Answer("later", "it answers 500")


class Clock:
    def __init__(self):
        self.now = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(database, clock):
    with Store.open(database, clock=clock) as opened:
        opened.add(parsed(1, 2, 3, url="https://a.example/t"), scored(0.1, 0.1, 0.1), {})
        yield opened


def decide(store, action, version=0, comment="c1", thread_id="t", **more):
    (outcome,) = store.decide(
        [
            Action(
                key=f"{thread_id}-{comment}-{version}-{action}",
                thread_id=thread_id,
                comment_id=comment,
                action=action,
                actor="ann",
                expected_version=version,
                **more,
            )
        ]
    )
    assert outcome.status == "done", outcome


def send(store, answer, action="remove"):
    """Send the first delivery that is due, and return (state, claim)."""
    waiting = store.outbox.due("paper")[0]
    claim = store.outbox.claim(waiting, action, LEASE)
    return store.outbox.settle(waiting, claim, answer, 1.0), claim


def audited(store, event="delivery"):
    with reading(store._engine) as connection:
        return [row.details for row in rows(connection) if row.event == event]


def counts(store):
    return {state: number for state, number in store.outbox.counts()["paper"].items() if number}


def test_every_decided_comment_is_taken_in_once(store):
    decide(store, "reject")
    decide(store, "approve", comment="c2")
    seen = store.outbox.fill([ALL])
    assert store.outbox.fill([ALL]) == seen
    assert store.outbox.fill([ALL], seen) == seen
    assert [w.comment_id for w in store.outbox.due("paper")] == ["c1", "c2"]


def test_what_was_decided_since_is_taken_in_by_the_log(store):
    seen = store.outbox.fill([ALL])
    decide(store, "reject")
    assert store.outbox.fill([ALL], seen) > seen
    (waiting,) = store.outbox.due("paper")
    assert (waiting.state, waiting.url, waiting.imported) == ("rejected", "https://a.example/t", "visible")


def test_a_log_that_is_shorter_than_before_is_looked_at_anew(store):
    decide(store, "reject")  # as after a restore: what was seen is not there
    store.outbox.fill([ALL], seen=10_000)
    assert len(store.outbox.due("paper")) == 1


def test_only_what_a_route_covers_and_not_what_is_older(store, clock):
    decide(store, "reject")
    store.outbox.fill([Route("paper", lambda *where: where[0] == "other")])
    store.outbox.fill([Route("paper", ALL.covers, clock.now + timedelta(seconds=1))])
    assert store.outbox.due("paper") == []


def test_a_later_decision_takes_the_place_of_one_that_waits(store):
    decide(store, "reject")
    store.outbox.fill([ALL])
    decide(store, "approve", version=1)
    store.outbox.fill([ALL])
    (waiting,) = store.outbox.due("paper")
    assert waiting.state == "approved"
    assert [d.answer for d in store.outbox.listed("superseded")] == [SUPERSEDED]


def test_a_decision_that_came_after_filling_is_seen_at_the_last_moment(store):
    decide(store, "reject")
    store.outbox.fill([ALL])
    (waiting,) = store.outbox.due("paper")
    decide(store, "approve", version=1)
    assert store.outbox.claim(waiting, "remove", LEASE) is None
    assert counts(store) == {"superseded": 1}


def test_what_is_acknowledged_is_never_sent_again(store, clock):
    decide(store, "reject")
    store.outbox.fill([ALL])
    assert send(store, DONE)[0] == "delivered"
    clock.now += timedelta(days=30)
    store.outbox.fill([ALL])
    assert store.outbox.due("paper") == []
    assert [d["status"] for d in audited(store)] == ["delivered"]
    assert store.verify() == []


def test_what_is_being_sent_is_not_sent_by_another(store):
    decide(store, "reject")
    store.outbox.fill([ALL])
    (waiting,) = store.outbox.due("paper")
    assert store.outbox.claim(waiting, "remove", LEASE)
    assert store.outbox.claim(waiting, "remove", LEASE) is None
    assert store.outbox.due("paper") == []


def test_a_later_decision_waits_while_an_earlier_one_is_on_its_way(store, clock):
    decide(store, "reject")
    store.outbox.fill([ALL])
    (first,) = store.outbox.due("paper")
    claim = store.outbox.claim(first, "remove", LEASE)
    decide(store, "approve", version=1)
    store.outbox.fill([ALL])
    (second,) = store.outbox.due("paper")
    assert store.outbox.claim(second, "approve", LEASE) is None
    assert store.outbox.settle(first, claim, DONE, 1.0) == "delivered"
    assert store.outbox.claim(second, "approve", LEASE).last == "remove"


def test_what_failed_on_its_way_and_was_superseded_is_not_tried_again(store):
    decide(store, "reject")
    store.outbox.fill([ALL])
    (first,) = store.outbox.due("paper")
    claim = store.outbox.claim(first, "remove", LEASE)
    decide(store, "approve", version=1)
    store.outbox.fill([ALL])
    assert store.outbox.settle(first, claim, DOWN, 1.0) == "superseded"
    assert [w.state for w in store.outbox.due("paper")] == ["approved"]


def test_a_process_that_died_while_sending_leaves_the_delivery_to_others_with_the_same_key(store, clock):
    decide(store, "reject")
    store.outbox.fill([ALL])
    (first,) = store.outbox.due("paper")
    store.outbox.claim(first, "remove", LEASE)
    clock.now += LEASE
    (again,) = store.outbox.due("paper")
    assert again.key == first.key
    assert send(store, DONE)[0] == "delivered"
    assert [(d["attempt"], d["status"]) for d in audited(store)] == [(1, "interrupted"), (2, "delivered")]


def test_an_answer_that_comes_after_the_lease_changes_only_that_it_was_delivered(store, clock):
    decide(store, "reject")
    store.outbox.fill([ALL])
    (first,) = store.outbox.due("paper")
    late = store.outbox.claim(first, "remove", LEASE)
    clock.now += LEASE
    (again,) = store.outbox.due("paper")
    held = store.outbox.claim(again, "remove", LEASE)
    assert store.outbox.settle(first, late, DOWN, 1.0) == "waiting"
    clock.now += timedelta(seconds=40)
    assert store.outbox.due("paper") == []  # still leased to the second
    assert store.outbox.settle(first, late, DONE, 1.0) == "delivered"
    assert store.outbox.settle(again, held, DOWN, 1.0) == "delivered"


def test_attempts_are_spaced_and_given_up(store, clock):
    decide(store, "reject")
    store.outbox.fill([ALL])
    begin, pauses = clock.now, []
    while (state := send(store, DOWN)[0]) == "waiting":
        (delivery,) = store.outbox.listed("waiting")
        pauses.append(delivery.next_at - clock.now)
        assert store.outbox.due("paper") == []
        clock.now = delivery.next_at
    assert state == "failed"
    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert timedelta(days=1) < clock.now - begin < timedelta(days=3)
    (failed,) = store.outbox.listed("failed")
    assert (failed.attempts, failed.answer, failed.next_at) == (18, DOWN.text, None)


def test_what_cannot_heal_is_given_up_at_once_and_can_be_tried_again_by_a_person(store):
    decide(store, "reject")
    store.outbox.fill([ALL])
    assert send(store, Answer("never", "it answers 404"))[0] == "failed"
    (failed,) = store.outbox.listed("failed")
    assert store.outbox.again("ann", ids=[failed.id]) == 1
    assert store.outbox.again("ann") == 0
    assert send(store, DONE)[0] == "delivered"
    assert audited(store, "delivery_again") == [{"deliveries": [failed.id]}]


def test_a_platform_that_asks_for_rest_gets_it_for_all(store, clock):
    decide(store, "reject")
    decide(store, "reject", comment="c2")
    store.outbox.fill([ALL])
    assert send(store, Answer("later", "429", timedelta(minutes=9), rest=True))[0] == "waiting"
    clock.now += timedelta(minutes=8)
    assert store.outbox.due("paper") == []
    clock.now += timedelta(minutes=1)
    assert len(store.outbox.due("paper")) == 2


def test_undone_before_anything_was_sent_is_not_sent(store):
    decide(store, "reject")
    decide(store, "undo", version=1)
    store.outbox.fill([ALL])
    (waiting,) = store.outbox.due("paper")
    assert store.outbox.claim(waiting, "approve", LEASE) is None
    assert [d.answer for d in store.outbox.listed("unneeded")] == [NOTHING_SENT]


def test_undone_after_something_may_have_been_sent_is_sent(store, clock):
    decide(store, "reject")
    store.outbox.fill([ALL])
    (first,) = store.outbox.due("paper")
    store.outbox.claim(first, "remove", LEASE)  # and the process dies
    decide(store, "undo", version=1)
    store.outbox.fill([ALL])
    clock.now += LEASE
    state, claim = send(store, DONE, "approve")
    assert (state, claim.last) == ("delivered", "remove")


def test_what_is_planned_is_what_would_be_sent_and_changes_nothing(store):
    decide(store, "reject")
    decide(store, "approve", comment="c2")
    store.outbox.fill([ALL])
    decide(store, "hold", version=1)
    decide(store, "feature", comment="c3")
    planned = [(w.id is None, w.comment_id, w.state) for w in store.outbox.planned([ALL])]
    assert planned == [(False, "c2", "approved"), (True, "c1", "held"), (True, "c3", "featured")]
    assert counts(store) == {"waiting": 2}
