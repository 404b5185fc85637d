"""Comments that come one by one: in any order and any number of times the store is as after one import."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from threads.analysis import import_parsed
from threads.live import Change, settle_all, take
from threads.records import Comment, Discussion, Parsed, Report
from threads.scores import WITHIN_THREAD, score_columns
from threads.settings import Settings
from threads.storage import Action, QueueFilter, Store, outlines

NOON = datetime(2024, 5, 18, 12, tzinfo=UTC)
SETTINGS = Settings()
ABOUT = Discussion(
    thread_id="t",
    source="hook",
    source_format="wordpress-rest",
    title="A tunnel under the harbour",
    url="https://paper.example/t",
)
CALM = "The tunnel will cost ninety million and nobody knows who pays for it in the end, people say."
RUDE = "You are a stupid idiot, and whoever wants this tunnel is a fucking moron."


def comment(number, parent=None, **changes):
    values = {
        "thread_id": "t",
        "comment_id": str(number),
        "position": 0,
        "parent_id": None if parent is None else str(parent),
        "parent_source": None if parent is None else "given",
        "author": f"Author {number % 4}",
        "published_at": NOON + timedelta(minutes=number),
        "published_at_precision": "second",
        "timezone_source": "given",
        "text": f"{CALM} {number}",
        "source_format": "wordpress-rest",
    }
    return Comment(**{**values, **changes})


def told(what, seconds=0, about=ABOUT):
    return Change(about=about, comment_id=what.comment_id, comment=what, at=NOON + timedelta(seconds=seconds))


def deleted(number, seconds=0):
    return Change(about=ABOUT, comment_id=str(number), comment=None, at=NOON + timedelta(seconds=seconds))


THREAD = [
    comment(1),
    comment(2, 1, text="No, that is wrong: it costs forty, as the council has said again and again."),
    comment(3, 2, text=RUDE),
    comment(4, text=f"{CALM} 1"),  # repeats the first
    comment(5, 4, text="I agree with you, that is exactly right."),
    comment(6, text="Buy cheap watches at http://a.example http://b.example http://c.example now!"),
]


def everything(store):
    """All that is stored of the discussion, but for keys, imports and the order in which rows were made."""
    frame = store.comments("t", columns=score_columns())
    flags = {
        item.comment_id: sorted((f.rule, f.reason, f.value, f.spans) for f in item.flags)
        for item in store.queue(QueueFilter(view="all"), limit=500)
    }
    outline = store.outlines.current()
    columns = {
        name: outline[name].tolist()
        for name in ("time", "parent", "depth", "reply", "status", "words", "stance", "relation")
    }
    numbers = {name: [f"{value:.6g}" for value in outline[name]] for name in ("sentiment", "offensive")}
    people = [None if p < 0 else outline.people[p].name for p in outline["person"]]
    listed = (
        store.discussions()
        .drop(columns=["imported_at", "mean_sentiment"])
        .astype(object)
        .where(lambda f: f.notna(), None)
    )
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows, flags, columns, numbers, people, listed.to_dict("records")


def imported(store, comments, about=ABOUT):
    whole = replace(about, comments=tuple(replace(c, position=i) for i, c in enumerate(comments, start=1)))
    import_parsed(store, Parsed(discussions=(whole,), report=Report(source="hook")), SETTINGS)


@pytest.fixture
def other(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'other.sqlite'}") as opened:
        yield opened


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order_and_twice_the_store_is_as_after_one_import(store, other, seed):
    chance = random.Random(seed)
    changes = [told(c, n) for n, c in enumerate(THREAD)]
    changes += [
        told(replace(THREAD[0], text="What I wrote first was not what I meant at all."), -60)
    ]  # before an edit
    changes += [told(replace(THREAD[4], status="pending"), -60), deleted(6, -60)]  # before it was there again
    changes += chance.sample(changes, 5)
    chance.shuffle(changes)
    for place in range(0, len(changes), 2):
        take(store, changes[place : place + 2], SETTINGS)
    assert settle_all(store, SETTINGS) == 1
    assert settle_all(store, SETTINGS) == 0
    about = replace(ABOUT, language="en")
    imported(other, THREAD, about)
    for found, expected in zip(everything(store), everything(other), strict=True):
        assert found == expected


def test_a_comment_is_flagged_and_in_the_queue_when_it_is_answered(store):
    (taken,) = take(store, [told(THREAD[2])], SETTINGS)
    assert taken.outcome == "new"
    assert {flag.rule for flag in taken.flags} >= {"offensive", "profanity"}
    (item,) = store.queue()
    assert (item.comment_id, {f.rule for f in item.flags}) == ("3", {f.rule for f in taken.flags})


def test_what_depends_on_the_whole_discussion_is_missing_until_it_is_settled(store):
    take(store, [told(c) for c in THREAD], SETTINGS)
    columns = [c.name for c in score_columns() if c.name in WITHIN_THREAD]
    assert len(columns) > 3
    assert store.comments("t", columns=score_columns())[columns].isna().all(axis=None)
    assert not store.queue_counts(QueueFilter(rule="repeats"))["flagged"]
    settle_all(store, SETTINGS)
    assert store.comments("t", columns=score_columns())["word_share"].notna().all()
    assert store.queue_counts(QueueFilter(rule="repeats"))["flagged"] == 1


def test_what_an_answer_says_of_its_parent_follows_the_parent(store):
    relation = score_columns()
    take(store, [told(THREAD[1])], SETTINGS)
    assert store.comments("t", columns=relation)["reply_relation"].isna().all()
    take(store, [told(THREAD[0])], SETTINGS)
    frame = store.comments("t", columns=relation).set_index("comment_id")
    assert frame.loc["2", "reply_relation"] is not None
    assert store.outlines.current()["depth"].tolist() == [1, 2]


def test_a_change_that_is_known_writes_nothing(store):
    take(store, [told(c) for c in THREAD], SETTINGS)
    before = store.intake.unsettled()
    assert [t.outcome for t in take(store, [told(c) for c in THREAD], SETTINGS)] == ["same"] * len(THREAD)
    assert store.intake.unsettled() == before


def test_a_deletion_takes_it_out_of_the_queue(store):
    take(store, [told(THREAD[2])], SETTINGS)
    take(store, [deleted(3, 5)], SETTINGS)
    assert store.comments("t")["status"].tolist() == ["deleted"]
    assert store.queue() == []
    take(store, [told(replace(THREAD[2], text="An older text"), 3)], SETTINGS)
    assert store.comments("t")["status"].tolist() == ["deleted"]
    take(store, [told(THREAD[2], 9)], SETTINGS)  # taken out of the bin
    assert len(store.queue()) == 1


def decide(store, name, version=0, number=1):
    action = Action(
        key=f"{name}{version}",
        thread_id="t",
        comment_id=str(number),
        action=name,
        actor="ann",
        expected_version=version,
    )
    (outcome,) = store.decide([action])
    assert outcome.status == "done", outcome.message


def test_an_approved_comment_that_is_edited_into_an_insult_is_held(store):
    take(store, [told(THREAD[0])], SETTINGS)
    decide(store, "approve")
    take(store, [told(replace(THREAD[0], text="Now a calm correction of what stood here."), 60)], SETTINGS)
    assert store.comments("t")["state"].tolist() == ["approved"]
    take(store, [told(replace(THREAD[0], text=RUDE), 120)], SETTINGS)
    assert store.comments("t")["state"].tolist() == ["held"]
    last = store.history("t", "1").iloc[-1]
    assert (last["action"], last["actor"], last["note"]) == (
        "hold",
        "live",
        "Its text was changed after it was published.",
    )
    assert "offensive" in {f.rule for f in store.queue_item("t", "1").flags}
    assert store.verify() == []


def test_what_the_platform_says_after_a_decision_is_its_echo(store):
    take(store, [told(replace(THREAD[0], status="pending"))], SETTINGS)
    decide(store, "reject")
    take(store, [told(replace(THREAD[0], status="deleted"), 9)], SETTINGS)
    assert store.comments("t")[["status", "state"]].values.tolist() == [["pending", "rejected"]]


def test_what_was_erased_stays_away(store, tmp_path):
    from threads.keys import read_key
    from threads.storage.keeping import Whom

    settings = SETTINGS.replace(key_file=str(tmp_path / "key"))
    take(store, [told(THREAD[0]), told(THREAD[1])], settings)
    store.keeping.erase(Whom(author="Author 1"), read_key(settings.key_file), actor="ann")
    taken = take(store, [told(replace(THREAD[0], text="again"), 60), told(comment(5))], settings)
    assert [t.outcome for t in taken] == ["erased", "erased"]
    assert store.comments("t").set_index("comment_id")["text"].to_dict() == {"1": "", "2": THREAD[1].text}


def test_an_import_that_was_begun_before_sees_what_came_meanwhile(store):
    imported(store, THREAD[:2])
    held = store.held(["t"])
    take(store, [told(THREAD[2])], SETTINGS)
    assert store.held(["t"]).imports != held.imports
    imported(store, THREAD[:2])
    assert store.comments("t")["comment_id"].tolist() == ["1", "2", "3"]
    assert store.intake.unsettled() == {}


def test_a_discussion_that_stands_with_the_newest_first_goes_on_so(store):
    imported(store, [comment(3), comment(2), comment(1)])
    take(store, [told(comment(5))], SETTINGS)
    take(store, [told(comment(4))], SETTINGS)
    assert store.comments("t")["comment_id"].tolist() == ["5", "4", "3", "2", "1"]


def test_a_discussion_of_another_language_is_scored_in_it(store):
    german = "Der Tunnel kostet viel zu viel Geld, und niemand weiß, wer das alles am Ende bezahlen soll."
    take(store, [told(comment(1, text="Ja."))], SETTINGS)
    for number in (2, 3, 4):
        take(store, [told(comment(number, text=f"{german} {number}"))], SETTINGS)
    settle_all(store, SETTINGS)
    assert store.discussion("t").language == "de"
    assert store.comments("t", columns=score_columns())["sentiment"].isna().all()


def test_the_report_counts_what_came_one_by_one(store):
    for one in THREAD[:3]:
        take(store, [told(one)], SETTINGS)
    report = store.report("t")
    assert (report.source, report.kept) == ("hook", 3)


def statements(store, doing):
    """How many statements the database is given meanwhile."""
    seen = []

    def count(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(store._engine, "before_cursor_execute", count)
    try:
        doing()
    finally:
        event.remove(store._engine, "before_cursor_execute", count)
    return len(seen)


def test_what_a_comment_costs_does_not_grow_with_its_discussion(store, monkeypatch):
    def append(number):
        return statements(store, lambda: take(store, [told(comment(number, 1))], SETTINGS))

    def whole(*_args):
        raise AssertionError("the whole discussion is read")

    take(store, [told(comment(1))], SETTINGS)
    early = append(2)
    take(store, [told(comment(n, n - 1, text="Yes.")) for n in range(3, 200)], SETTINGS)
    monkeypatch.setattr(outlines, "pieces_of", whole)
    monkeypatch.setattr(Store, "comments", whole)
    monkeypatch.setattr(Store, "held", whole)
    assert append(200) == early
