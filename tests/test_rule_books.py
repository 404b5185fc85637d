"""The rules' book in the store: its history, trying one out, and putting it into force; on both databases."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import select

from threads.analysis import import_parsed
from threads.errors import ConflictError, SettingError, StoreError
from threads.models.intervals import wilson
from threads.moderation.rule_book import RuleBook
from threads.records import Comment, Discussion, Parsed, Report
from threads.settings import Settings
from threads.storage import Action, Store, rule_books, tables
from threads.storage.engine import CHUNK, reading, writing

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SETTINGS = Settings()
DEFAULTS = RuleBook.from_settings(SETTINGS)
SHOUTED = "THIS IS WHAT I THINK OF ALL YOUR PLANS"


@pytest.fixture
def clock():
    return [NOW]


@pytest.fixture
def store(database, clock):
    with Store.open(database, clock=lambda: clock[0]) as opened:
        yield opened


def put(store, *texts, thread_id="t", at=NOW, authors=None, first=1):
    """Import comments c1, c2 … of a thread."""
    names = authors or [f"P{n}" for n in range(len(texts))]
    comments = tuple(
        Comment(
            thread_id=thread_id,
            comment_id=f"c{n}",
            position=n,
            author=author,
            text=text,
            published_at=at,
            published_at_precision="minute",
            source_format="test",
        )
        for n, (text, author) in enumerate(zip(texts, names, strict=True), start=first)
    )
    discussion = Discussion(thread_id=thread_id, source="s", source_format="test", comments=comments)
    parsed = Parsed(discussions=(discussion,), report=Report(source="s", kept=len(comments)))
    return import_parsed(store, parsed, SETTINGS)


def decide(store, **actions):
    for comment_id, action in actions.items():
        given = {"key": f"{comment_id}-{action}", "thread_id": "t", "comment_id": comment_id}
        (outcome,) = store.decide([Action(**given, action=action, actor="anna", expected_version=0)])
        assert outcome.status == "done"


def flagged(store):
    """Return the rules that flag each comment of thread t."""
    with reading(store._engine) as connection:
        query = select(tables.comments.c.comment_id, tables.flags.c.rule).join_from(
            tables.flags, tables.comments
        )
        found = {}
        for comment_id, rule in connection.execute(query.where(tables.comments.c.thread_id == "t")):
            found.setdefault(comment_id, set()).add(rule)
        return found


def events(store, event):
    with reading(store._engine) as connection:
        query = select(tables.audit).where(tables.audit.c.event == event).order_by(tables.audit.c.id)
        return [(row.actor, row.details) for row in connection.execute(query)]


def save(store, book, actor="lea"):
    return store.rule_books.save(book, actor, settings=SETTINGS, expected=store.rule_books.latest())


# ---- books and their history


def test_until_one_is_saved_the_settings_hold(store):
    assert store.rule_books.current(Settings(link_limit=7)).rules["links"].limits["links"] == 7
    assert store.rule_books.latest() is None
    assert store.rule_books.history() == []


def test_a_saved_book_holds_and_what_it_changed_is_on_record(store, clock):
    words = DEFAULTS.changed("banned_words", lists={"words": ["troll", "x\ud800"]})
    assert save(store, words) == 1
    clock[0] += timedelta(hours=1)
    loud = words.changed("shouting", limits={"share": 0.5}).changed("links", on=False)
    assert save(store, loud, "otto") == 2
    assert store.rule_books.current(Settings(shouting_share=0.9)) == loud
    assert store.rule_books.saved(1) == words
    later, earlier = store.rule_books.history(SETTINGS)
    assert (later.id, later.actor, later.at, later.book) == (2, "otto", NOW + timedelta(hours=1), loud)
    assert later.changes == {"shouting": {"limits": {"share": [0.7, 0.5]}}, "links": {"on": [True, False]}}
    added = {"banned_words": {"lists": {"words": {"added": ["troll", "x\ud800"], "removed": []}}}}
    assert earlier.changes == added
    assert events(store, "rules") == [
        ("lea", {"book": 1, "changes": added}),
        ("otto", {"book": 2, "changes": later.changes}),
    ]
    assert store.verify() == []


def test_who_saves_over_somebody_elses_book_is_told(store):
    save(store, DEFAULTS.changed("links", limits={"links": 3}))
    mine = DEFAULTS.changed("links", limits={"links": 4})
    with pytest.raises(ConflictError, match="lea has saved other rules since"):
        store.rule_books.save(mine, "otto", settings=SETTINGS, expected=None)
    assert store.rule_books.current(SETTINGS).rules["links"].limits["links"] == 3
    assert len(events(store, "rules")) == 1


def test_a_book_that_is_not_there_is_named(store):
    with pytest.raises(StoreError, match="there is no such rule book"):
        store.rule_books.saved(9)


def test_a_stored_book_may_hold_rules_of_another_version_of_the_program(store):
    save(store, DEFAULTS)
    values = {**DEFAULTS.as_json(), "gone": {"on": True, "limits": {}, "lists": {}}}
    del values["shouting"]
    values["links"] = {"on": False, "limits": {"links": 5, "gone": 1}, "lists": {"gone": []}}
    with writing(store._engine) as connection:
        connection.execute(tables.rule_books.update().values(values=values))
    found = store.rule_books.current(SETTINGS)
    assert found.differences(DEFAULTS) == {"links": {"on": [True, False], "limits": {"links": [2, 5]}}}


# ---- in force


def test_an_import_uses_the_book_in_force(store):
    save(store, DEFAULTS.changed("suspect_words", lists={"words": ["plan"]}).changed("shouting", on=False))
    put(store, SHOUTED, "No plans at all.")
    assert flagged(store) == {"c1": {"suspect_words"}, "c2": {"suspect_words"}}


def test_an_import_counts_what_is_stored_of_other_discussions(store):
    slogan = "The council must not cut down the old lime trees along the river, sign our petition now"
    for n, thread_id in enumerate("uvw"):
        put(store, slogan, thread_id=thread_id, authors=[f"A{n}"], at=NOW - timedelta(days=n))
    put(store, f"{slogan}, please", slogan, authors=["B", "C"])
    assert flagged(store) == {"c1": {"campaigns"}, "c2": {"campaigns", "repeats"}}
    put(store, slogan, thread_id="x", at=NOW + timedelta(days=100), authors=["D"])
    assert len(store.rule_books.nearby(store.comments("x"))) == 0


def test_comments_are_flagged_anew_and_decided_ones_keep_what_they_were_decided_on(store):
    put(
        store, SHOUTED, SHOUTED + " AND MORE", SHOUTED + " AND ALL", "you idiot", "calm words", "calmer words"
    )
    decide(store, c1="approve", c2="reject", c3="hold", c6="approve")
    before = flagged(store)
    assert before["c4"] == {"profanity", "offensive"}
    book = DEFAULTS.changed("shouting", on=False).changed("campaigns", on=False).changed("repeats", on=False)
    book = book.changed("suspect_words", lists={"words": ["calm*"]})
    save(store, book)
    assert not store.rule_books.is_in_force_everywhere()
    done = store.rule_books.reflag(SETTINGS, "lea")
    assert (done.comments, done.changed) == (6, 2)  # the held one loses its flag, c5 gets one
    assert store.rule_books.is_in_force_everywhere()
    after = flagged(store)
    assert after == {"c1": before["c1"], "c2": before["c2"], "c4": before["c4"], "c5": {"suspect_words"}}
    risks = pd.Series(_risks(store))
    assert risks.notna().to_dict() == {n: f"c{n}" in after for n in range(1, 7)}
    assert events(store, "rules_applied") == [("lea", {"book": 1, "comments": 6, "changed": 2})]
    assert store.rule_books.reflag(SETTINGS).changed == 0
    assert store.verify() == []


def _risks(store):
    with reading(store._engine) as connection:
        c = tables.comments.c
        return {
            int(key[1:]): risk
            for key, risk in connection.execute(select(c.comment_id, c.risk).order_by(c.id))
        }


def test_flags_are_written_a_few_hundred_comments_at_a_time(store, monkeypatch):
    put(store, *(f"calm words, number {n}" for n in range(2 * CHUNK + 10)))
    save(store, DEFAULTS.changed("suspect_words", lists={"words": ["calm"]}))
    sizes = []
    stored = rule_books.store_flags
    monkeypatch.setattr(
        rule_books, "store_flags", lambda c, new, old: (sizes.append(len(old)), stored(c, new, old))
    )
    assert store.rule_books.reflag(SETTINGS).changed == 2 * CHUNK + 10
    assert sizes == [CHUNK, CHUNK, 10]


def test_a_decision_made_while_comments_are_flagged_anew_keeps_its_flags(store, monkeypatch):
    put(store, SHOUTED, "calm words")
    save(store, DEFAULTS.changed("shouting", on=False))
    judge = rule_books.flag

    def slowly(*given, **more):
        decide(store, c1="reject")
        return judge(*given, **more)

    monkeypatch.setattr(rule_books, "flag", slowly)
    store.rule_books.reflag(SETTINGS)
    assert flagged(store) == {"c1": {"shouting"}}


def test_an_import_that_overlaps_a_new_book_is_flagged_by_the_new_one(store, monkeypatch):
    analysed = Store.add

    def meanwhile(self, *given, **more):
        if store.rule_books.latest() is None:
            save(store, DEFAULTS.changed("shouting", on=False))
        return analysed(self, *given, **more)

    monkeypatch.setattr(Store, "add", meanwhile)
    put(store, SHOUTED)
    assert flagged(store) == {}


# ---- preview


@pytest.fixture
def week(store, clock):
    """Ten comments with 0 to 9 links of this week, some decided; and one of long ago."""
    clock[0] = NOW - timedelta(days=30)
    put(store, links(5), thread_id="old", at=NOW - timedelta(days=31))
    clock[0] = NOW
    put(store, *(links(n) for n in range(10)), at=NOW - timedelta(days=2))
    decide(
        store,
        c3="reject",
        c4="reject",
        c5="approve",
        c6="not_offensive",
        c7="feature",
        c8="hold",
        c1="reject",
    )
    return store


def links(number):
    return " ".join([f"Word{number}", *(f"https://site{number}-{n}.example/" for n in range(number))])


def test_a_preview_says_what_would_have_been_flagged_and_how_much_was_right(week):
    found = week.rule_books.preview(DEFAULTS.changed("links", limits={"links": 4}), 7, SETTINGS)
    assert (found.days, found.comments, found.all_comments) == (7, 10, 10)
    effect = found.rules["links"]
    # Two links and more: c3 … c10; of these c3, c4 rejected, c5, c6, c7 published, c8 held, two open.
    assert (effect.now.flagged, effect.now.decided, effect.now.right) == (8, 5, 2)
    assert effect.now.precision.interval == wilson(2, 5)
    # Four and more: c5 … c10.
    assert (effect.then.flagged, effect.then.decided, effect.then.right) == (6, 3, 0)
    assert (effect.newly, effect.no_longer) == (0, 2)
    assert [e.comment_id for e in effect.no_longer_flagged] == ["c3", "c4"]
    first = effect.no_longer_flagged[0]
    assert (first.thread_id, first.text, first.state, first.flag.value) == ("t", links(2), "rejected", 2)
    assert (found.now.flagged, found.then.flagged) == (8, 6)
    assert found.rules["shouting"].now.flagged == 0


def test_a_preview_counts_what_is_newly_flagged_and_shows_a_few(week):
    found = week.rule_books.preview(
        DEFAULTS.changed("suspect_words", lists={"words": ["word*"]}), 7, SETTINGS
    )
    effect = found.rules["suspect_words"]
    assert (effect.now.flagged, effect.then.flagged, effect.newly) == (0, 10, 10)
    assert len(effect.newly_flagged) == rule_books.EXAMPLES
    assert (found.now.flagged, found.then.flagged) == (8, 10)
    assert (found.rules["links"].now.flagged, found.rules["links"].then.flagged) == (8, 8)


def test_a_preview_of_the_book_in_force_shows_its_precision_and_no_change(week):
    found = week.rule_books.preview(DEFAULTS, 7, SETTINGS)
    assert found.rules["links"].now == found.rules["links"].then
    assert found.rules["links"].newly == found.rules["links"].no_longer == 0


def test_a_preview_changes_nothing(week):
    before = flagged(week)
    week.rule_books.preview(DEFAULTS.changed("links", on=False), 7, SETTINGS)
    assert flagged(week) == before
    assert week.rule_books.current(SETTINGS) == DEFAULTS


def test_a_preview_goes_back_so_many_days_by_publication_or_import(week):
    assert week.rule_books.preview(DEFAULTS, 1, SETTINGS).comments == 10  # imported today
    assert week.rule_books.preview(DEFAULTS, 40, SETTINGS).comments == 11


def test_a_long_preview_looks_at_the_newest(week, monkeypatch):
    monkeypatch.setattr(rule_books, "MOST_PREVIEWED", 4)
    found = week.rule_books.preview(DEFAULTS, 40, SETTINGS)
    assert (found.comments, found.all_comments) == (4, 11)
    assert found.rules["links"].now.flagged == 4


def test_a_candidate_that_cannot_be_is_refused_before_anything_is_read():
    with pytest.raises(SettingError, match="out of range"):
        DEFAULTS.changed("links", limits={"links": -1})
