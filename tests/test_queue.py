"""The queue on both kinds of database: choosing, ordering, counting, claiming, and what colleagues see."""

from dataclasses import replace
from datetime import timedelta

import pytest
from test_storage import NOON, action, comment, links, no_scores, parsed, put

from threads.errors import InputError, StoreError
from threads.moderation.queue_filter import ORDERS, VIEWS, QueueFilter
from threads.records import Flag
from threads.storage import Store


def ids(store, **chosen):
    return [item.comment_id for item in store.queue(QueueFilter(**chosen))]


def reported():
    return Flag("reported", "The platform marked this comment as spam.", 1, 1)


@pytest.fixture
def clock():
    """A clock that stands still until it is moved."""

    class Clock:
        now = NOON

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def store(database, clock):
    with Store.open(database, clock=clock) as opened:
        yield opened


@pytest.fixture
def filled(store):
    """One new, 2 flagged, 3 reported too, 4 held, 5 escalated, 6 approved, 7 featured, 8 rejected."""
    flags = {("t", f"c{n}"): [links(value=2.0 + n)] for n in range(2, 9)}
    flags["t", "c3"] = [links(value=5.0), reported()]
    put(store, parsed(*range(1, 9)), flags)
    names = {4: "hold", 5: "escalate", 6: "approve", 7: "feature", 8: "reject"}
    assert {o.status for o in store.decide([action(n, name) for n, name in names.items()])} == {"done"}
    return store


# ---- the filter


def test_a_filter_goes_into_an_address_and_back():
    everything = QueueFilter(
        view="decided",
        order="age",
        state="rejected",
        rule="links",
        thread_id="t&=",
        author="Ünal",
        text="100% _sure_",
        since=NOON,
        until=NOON + timedelta(hours=1),
        risk_from=0.5,
        risk_to=2.0,
        offensive_from=0.0,
        offensive_to=1.0,
        decided_by="anna",
        reason="spam",
        claimed_by="bob",
    )
    assert QueueFilter.from_query(everything.to_query()) == everything
    assert QueueFilter().to_query() == {}
    assert QueueFilter.from_query({"rule": "", "page": "3"}) == QueueFilter()


def test_a_time_without_a_zone_in_an_address_is_utc():
    assert QueueFilter.from_query({"since": "2024-05-18T12:00"}).since == NOON


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"view": "open"}, "view: 'open' is not known. Known: new, flagged"),
        ({"order": "size"}, "order: 'size' is not known"),
        ({"reason": "ugly"}, "reason: 'ugly' is not known"),
        ({"since": "yesterday"}, "since: 'yesterday' is not a time"),
        ({"risk_from": "high"}, "risk_from: 'high' is not a number"),
        ({"offensive_to": "nan"}, "offensive_to: nan is not a number"),
        ({"text": "x" * 201}, "text: the search has 201 characters"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_and_named(query, words):
    with pytest.raises(InputError, match=words):
        QueueFilter.from_query(query)


# ---- views and orders


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("new", ["c1"]),
        ("flagged", ["c3", "c2"]),
        ("reported", ["c3"]),
        ("held", ["c4"]),
        ("escalated", ["c5"]),
        ("decided", ["c8", "c7", "c6"]),
        ("all", ["c8", "c7", "c6", "c5", "c4", "c3", "c2", "c1"]),
    ],
)
def test_a_view_shows_its_comments_and_counts_them(filled, view, expected):
    assert ids(filled, view=view) == expected
    assert filled.queue_counts()[view] == len(expected)


def test_counts_keep_to_the_other_restrictions_whatever_the_view(filled):
    counts = filled.queue_counts(QueueFilter(view="new", risk_from=3.0))
    waiting = {"new": 0, "flagged": 0, "reported": 0, "held": 1, "escalated": 1}
    assert counts == {**waiting, "decided": 3, "all": 5}


def test_orders_are_total_and_know_where_a_missing_time_stands(store, clock):
    clock.now = NOON + timedelta(minutes=2, seconds=30)
    timeless = {"published_at": None}
    comments = (
        comment(3),
        comment(1, **timeless),
        comment(2),
        comment(4, position=0),
        comment(5, **timeless),
    )
    put(store, parsed(comments=comments), {("t", f"c{n}"): [links()] for n in range(1, 6)})
    # Those without a time appeared, as far as is known, when they were imported.
    assert ids(store, order="age") == ["c2", "c1", "c5", "c3", "c4"]
    assert ids(store, order="risk") == ["c2", "c1", "c5", "c3", "c4"]
    assert ids(store, order="thread") == ["c4", "c1", "c2", "c3", "c5"]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("view", VIEWS)
def test_pages_follow_each_other_without_gap_or_repeat(filled, view, order):
    chosen = QueueFilter(view=view, order=order)
    pages = [filled.queue(chosen, limit=2, offset=at) for at in range(0, 10, 2)]
    whole = filled.queue(chosen)
    assert [item for page in pages for item in page] == whole
    assert [key.comment_id for key in filled.queue_keys(chosen, 500)] == [item.comment_id for item in whole]


@pytest.mark.parametrize("wrong", [{"limit": 501}, {"offset": -1}])
def test_a_page_that_cannot_be_is_refused(store, wrong):
    with pytest.raises(StoreError):
        store.queue(**wrong)


# ---- restrictions


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"rule": "links", "view": "flagged"}, ["c3", "c2"]),
        ({"rule": "shouting"}, []),
        ({"state": "escalated"}, ["c5"]),
        ({"thread_id": "u"}, []),
        ({"author": "author 2"}, ["c8", "c5", "c2"]),
        ({"risk_from": 4.0}, ["c8", "c7", "c6"]),
        ({"risk_from": 2.0, "risk_to": 2.5}, ["c3", "c2"]),
        ({"risk_to": 0.0}, ["c1"]),
        ({"since": NOON + timedelta(minutes=7)}, ["c8", "c7"]),
        ({"since": NOON + timedelta(minutes=2), "until": NOON + timedelta(minutes=4)}, ["c3", "c2"]),
        ({"decided_by": "anna", "view": "held"}, ["c4"]),
        ({"decided_by": "bob"}, []),
    ],
)
def test_a_restriction_leaves_what_it_says(filled, chosen, expected):
    assert ids(filled, **{"view": "all", **chosen}) == expected


def test_a_comment_without_a_time_is_in_no_stretch_of_time(store):
    put(store, parsed(comments=(comment(1, published_at=None),)))
    assert ids(store, view="new", until=NOON + timedelta(days=900)) == []


def test_a_reason_is_that_of_the_latest_decision(store):
    put(store, parsed(1, 2))
    store.decide([action(1, reason="spam"), action(2, reason="threat"), action(1, "approve", version=1)])
    assert ids(store, view="all", reason="spam") == []
    assert ids(store, view="all", reason="threat") == ["c2"]


def test_a_score_range_chooses_by_the_stored_score(store):
    what = parsed(1, 2, 3)
    scores = no_scores(what).assign(offensive=[0.2, 0.8, None])
    store.add(what, scores, {})
    assert ids(store, view="new", offensive_from=0.5) == ["c2"]
    assert ids(store, view="new", offensive_from=0.2, offensive_to=0.8) == ["c1", "c2"]
    store.add(what, scores.assign(offensive=[0.9, None, None]), {})
    assert ids(store, view="new", offensive_from=0.5) == ["c1"], "the score given last counts"


@pytest.mark.parametrize(
    ("needle", "found"),
    [
        ("LÜGEN", ["c1"]),
        ("lügenPRESSE", ["c1"]),
        ("100%", ["c2"]),
        ("0_0", []),
        ("/", ["c3"]),
        ("привет", ["c4"]),
        ("ПРИВЕТ", ["c4"]),
        ("'; DROP TABLE comments; --", []),
        ("\x00", ["c5"]),
        ("\\", ["c3"]),
    ],
)
def test_a_search_is_literal_and_knows_no_case(store, needle, found):
    texts = ["Die Lügenpresse", "100% sure, 000", "a/b\\c", "Привет, мир", "nul \x00 here"]
    put(store, parsed(comments=tuple(comment(n, text=text) for n, text in enumerate(texts, 1))))
    assert ids(store, view="new", text=needle) == found


# ---- what an item holds


def test_an_item_holds_article_decisions_and_claim(filled):
    put(filled, parsed(*range(1, 9), article_text="All about it. " * 100))
    filled.claim("t", "c8", "bob")
    item = filled.queue(QueueFilter(view="decided"))[0]
    assert item.article == ("All about it. " * 100)[:600]
    assert [(d.action, d.actor) for d in item.decisions] == [("reject", "anna")]
    assert item.last_decision == item.decisions[-1]
    assert (item.claim.actor, item.claim.until) == ("bob", NOON + timedelta(minutes=10))
    assert filled.queue_item("t", "c8") == item


def test_the_history_of_an_author_is_that_of_the_platforms_id(store):
    same_name = (
        comment(1, author="Sam", author_id="1"),
        comment(2, author="Sam", author_id="2"),
        comment(3, author="Sam", author_id="1"),
        comment(4, author="Sam"),
        comment(5, author="Sam", author_id="1"),
    )
    put(store, parsed(comments=same_name, title="T"), {("t", "c3"): [links()]})
    store.decide([action(3)])
    history = store.author_history("t", "c1")
    assert [(c.comment_id, c.state, c.is_flagged, c.title) for c in history] == [
        ("c5", "open", False, "T"),
        ("c3", "rejected", True, "T"),
    ]
    assert [c.comment_id for c in store.author_history("t", "c1", limit=1)] == ["c5"]
    assert store.author_history("t", "c4") == []


def test_nothing_is_known_of_a_nameless_author(store):
    put(store, parsed(comments=(comment(1, author=None), comment(2, author=None))))
    assert store.author_history("t", "c1") == []


# ---- claims


def test_a_claim_is_for_ten_minutes_and_its_owner_may_renew_it(store, clock):
    put(store, parsed(1))
    first = store.claim("t", "c1", "anna")
    assert (first.actor, first.until) == ("anna", NOON + timedelta(minutes=10))
    clock.now += timedelta(minutes=9)
    assert store.claim("t", "c1", "bob") == first, "a colleague is told whose it is"
    assert store.claim("t", "c1", "anna").until == NOON + timedelta(minutes=19)
    clock.now += timedelta(minutes=10)
    assert ids(store, view="new", claimed_by="anna") == []
    assert store.claim("t", "c1", "bob").actor == "bob"


def test_a_claim_is_given_back_by_its_owner_only(store):
    put(store, parsed(1))
    store.claim("t", "c1", "anna")
    assert not store.release("t", "c1", "bob")
    assert ids(store, view="new", claimed_by="anna") == ["c1"]
    assert store.release("t", "c1", "anna")
    assert store.queue_item("t", "c1").claim is None


def test_a_claim_hinders_nobody_and_a_decision_ends_it(store):
    put(store, parsed(1))
    store.claim("t", "c1", "anna")
    (outcome,) = store.decide([action(actor="bob")])
    assert outcome.status == "done"
    assert store.changes(0).claims == ()


@pytest.mark.parametrize("ask", [Store.claim, Store.release])
def test_a_claim_on_no_comment_is_refused(store, ask):
    with pytest.raises(StoreError, match="no such comment"):
        ask(store, "t", "c1", "anna")


# ---- what colleagues see


def test_changes_are_told_once_and_in_order(filled):
    start = filled.last_change()
    assert filled.changes(start).decisions == ()
    filled.decide([action(1), action(2, "approve", actor="bob")])
    filled.claim("t", "c3", "bob")
    told = filled.changes(start)
    assert [(d.comment_id, d.actor) for d in told.decisions] == [("c1", "anna"), ("c2", "bob")]
    assert [(c.comment_id, c.actor) for c in told.claims] == [("c3", "bob")]
    assert filled.changes(told.cursor).decisions == ()


def test_changes_come_in_parts_where_there_are_many(filled):
    cursor, found, parts = 0, [], 0
    while True:
        told = filled.changes(cursor, limit=2)
        cursor, parts = told.cursor, parts + 1
        found += [d.comment_id for d in told.decisions]
        if not told.more:
            break
    assert (found, parts) == (["c4", "c5", "c6", "c7", "c8"], 3)


def test_a_cursor_of_another_store_is_put_right(filled):
    assert filled.changes(10_000).cursor == filled.last_change()


# ---- bulk and undo


def test_a_batch_is_undone_as_far_as_it_stands(filled):
    chosen = QueueFilter(view="flagged")
    keys = filled.queue_keys(chosen, 500)
    actions = [
        replace(action(int(key.comment_id[1:]), "approve", version=key.version), batch="b") for key in keys
    ]
    actions.append(replace(action(1, "approve"), batch="b"))
    assert [o.status for o in filled.decide(actions)] == ["done"] * 3
    filled.decide([action(2, "reject", version=1, actor="bob"), action(1, "undo", version=1)])
    outcomes = filled.undo_batch("b", "anna", undo_others=False)
    assert {o.comment_id: (o.status, o.state) for o in outcomes} == {
        "c3": ("done", "open"),
        "c2": ("conflict", "rejected"),
    }
    assert "bob decided first" in next(o.message for o in outcomes if o.comment_id == "c2")
    assert [o.status for o in filled.undo_batch("b", "anna", undo_others=False)] == ["conflict"]
    assert filled.verify() == []


def test_a_batch_stands_again_when_what_was_decided_after_it_is_undone(store):
    put(store, parsed(1))
    store.decide([action(1, batch="b"), action(1, "approve", version=1), action(1, "undo", version=2)])
    (outcome,) = store.undo_batch("b", "anna", undo_others=False)
    assert (outcome.status, outcome.state, outcome.version) == ("done", "open", 4)


def test_somebody_elses_batch_needs_the_right_to_undo_it(store):
    put(store, parsed(1))
    store.decide([action(1, batch="b")])
    (outcome,) = store.undo_batch("b", "bob", undo_others=False)
    assert (outcome.status, outcome.state) == ("refused", "rejected")
    (outcome,) = store.undo_batch("b", "bob", undo_others=True)
    assert (outcome.status, outcome.state) == ("done", "open")
