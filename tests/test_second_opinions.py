"""A sample of decided comments is judged again, blindly, on both kinds of database."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from test_storage import NOON, action, comment, links, parsed, put

from threads.errors import InputError, StoreError
from threads.storage import Store
from threads.storage.engine import reading
from threads.storage.second_opinions import is_drawn
from threads.storage.tables import audit, second_opinions


@pytest.fixture
def clock():
    return [NOON]


@pytest.fixture
def store(database, clock):
    """Twenty comments, of which anna rejected all but the last."""
    with Store.open(database, clock=lambda: clock[0]) as opened:
        put(opened, parsed(*range(1, 21)), {("t", f"c{n}"): [links()] for n in range(1, 21)})
        opened.decide([action(n) for n in range(1, 20)])
        yield opened


def numbers(found):
    return [int(due.item.comment_id[1:]) for due in found]


def test_the_sample_follows_from_the_ids_and_has_its_share():
    ids = [("t", f"c{n}") for n in range(4000)]
    drawn = {share: {key for key in ids if is_drawn(*key, share)} for share in (0, 0.05, 0.3, 1)}
    assert not drawn[0]
    assert 150 < len(drawn[0.05]) < 250
    assert drawn[0.05] < drawn[0.3] < drawn[1] == set(ids)
    assert is_drawn("\ud800", "c", 1)


def test_what_is_due_is_shown_as_if_nobody_had_decided(store):
    due = store.second_opinions.due("bob", 1)
    assert numbers(due) == list(range(1, 20))
    item = due[0].item
    assert (item.state, item.version, item.decisions, item.flags) == ("open", 0, (), (links(),))
    others = store.queue_item("t", "c1").author_rejected - 1
    assert item.author_rejected == others > 0
    expected = [n for n in range(1, 20) if is_drawn("t", f"c{n}", 0.4)]
    assert numbers(store.second_opinions.due("bob", 0.4)) == expected != []
    assert numbers(store.second_opinions.due("bob", 1, limit=2)) == [1, 2]


def test_nobody_is_asked_about_a_decision_of_their_own(store):
    store.decide([action(2, "approve", version=1, actor="bob")])
    assert numbers(store.second_opinions.due("anna", 1)) == [2]


@pytest.mark.parametrize("gone", ["undone", "held", "old"])
def test_what_no_longer_stands_or_is_old_is_not_due(store, clock, gone):
    if gone == "old":
        clock[0] += timedelta(days=15)
        assert store.second_opinions.due("bob", 1) == []
    else:
        store.decide([action(1, "undo" if gone == "undone" else "hold", version=1)])
        assert numbers(store.second_opinions.due("bob", 1)) == list(range(2, 20))


def test_an_opinion_goes_on_record_once_and_the_first_counts(store):
    first = store.second_opinions.due("bob", 1)[0]
    before = store.last_change()
    assert store.second_opinions.give(first.decision, "bob", "approved", 1) == "approved"
    assert store.second_opinions.give(first.decision, "bob", "rejected", 1) == "approved"
    with reading(store._engine) as connection:
        (kept,) = connection.execute(select(second_opinions)).all()
        (told,) = connection.execute(select(audit).where(audit.c.id > before)).all()
    assert (kept.decision, kept.actor, kept.state, kept.given_at) == (first.decision, "bob", "approved", NOON)
    assert (told.event, told.actor) == ("second_opinion", "bob")
    assert told.details == {"decision": first.decision, "state": "approved"}
    assert numbers(store.second_opinions.due("carl", 1)) == list(range(2, 20))
    assert store.queue_item("t", "c1").state == "rejected", "an opinion decides nothing"
    assert store.verify() == []


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"decision": 999}, StoreError, "decision 999: no second opinion is asked for"),
        ({"share": 0.0}, StoreError, "no second opinion is asked for"),
        ({"actor": "anna"}, StoreError, "somebody else's"),
        ({"state": "open"}, InputError, "'open' is no opinion. Known: approved"),
        ({"state": "banned"}, InputError, "'banned' is no opinion"),
    ],
)
def test_an_opinion_that_nobody_asked_for_is_refused(store, asked, error, words):
    decision = store.second_opinions.due("bob", 1)[0].decision
    given = {"decision": decision, "actor": "bob", "state": "approved", "share": 1.0, **asked}
    with pytest.raises(error, match=words):
        store.second_opinions.give(**given)


def test_a_comment_of_which_nothing_is_kept_is_not_due(database):
    with Store.open(database, clock=lambda: NOON) as store:
        put(store, parsed(comments=(comment(1),)))
        store.decide([action(1)])
        with store._engine.begin() as connection:
            connection.exec_driver_sql("UPDATE comments SET text = '', emptied_at = imported_at")
        assert store.second_opinions.due("bob", 1) == []
