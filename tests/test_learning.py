"""What the store says of rules, decisions and moderators, on SQLite and on PostgreSQL: counted by hand."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import text
from test_storage import links, no_scores, parsed

from threads.moderation.precision import FEWEST, Share, by_rule
from threads.moderation.report import report_lines, report_table
from threads.moderation.weeks import Week
from threads.moderation.workload import QueueAge
from threads.records import Flag
from threads.storage import Action, Store
from threads.storage.engine import make_engine, writing
from threads.storage.tables import second_opinions

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WEEK = Week.of(MONDAY)


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = MONDAY

    def __call__(self):
        return self.now

    def set(self, **later):
        self.now = MONDAY + timedelta(**later)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request, tmp_path, clock):
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
        engine = make_engine(url)
        with writing(engine) as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
    with Store.open(url, clock=clock) as opened:
        yield opened


def shouting(value=0.9):
    return Flag("shouting", "Capitals make up 90% of it.", value, 0.7, ())


def decide(store, number, name, *, actor="anna", version=0, **more):
    action = Action(
        key=f"{number}-{name}-{version}",
        thread_id="t",
        comment_id=f"c{number}",
        action=name,
        actor=actor,
        expected_version=version,
        **more,
    )
    (outcome,) = store.decide([action])
    assert outcome.status == "done", outcome
    return outcome.decision.id


@pytest.fixture
def morning(store, clock):
    """Eight comments imported on Monday at 00:00 and a morning's decisions on them."""
    what = parsed(*range(1, 9))
    flags = {
        ("t", "c1"): [links(3.0)],
        ("t", "c2"): [links(3.0), shouting()],
        ("t", "c3"): [links(5.0)],
        ("t", "c4"): [shouting()],
        ("t", "c5"): [links(3.0)],
        ("t", "c6"): [links(4.0)],
    }
    scores = no_scores(what).assign(offensive=[0.5] * 7 + [None])
    store.add(what, scores, flags)
    clock.set(hours=1)
    first = decide(store, 1, "reject", reason="spam")
    clock.set(hours=2)
    decide(store, 2, "approve")
    decide(store, 2, "undo", version=1, actor="bert")
    decide(store, 2, "reject", version=2, actor="bert")  # without a reason
    clock.set(hours=3)
    decide(store, 3, "feature")
    decide(store, 4, "not_offensive", actor="bert")
    decide(store, 5, "hold")
    decide(store, 7, "reject", reason="threat")  # without a flag
    clock.set(hours=4)
    return first


def test_what_stands_is_judged_and_nothing_else(store, morning):
    found = store.learning.judged()
    rows = [tuple(None if pd.isna(v) else v for v in row) for row in found.itertuples(index=False)]
    assert rows == [
        ("links", 3.0, 0, "rejected", None, 1),
        ("links", 3.0, 1, "rejected", "spam", 1),
        ("links", 5.0, 1, "featured", None, 1),
        ("shouting", 0.9, 0, "rejected", None, 1),
        ("shouting", 0.9, 1, "approved", None, 1),
    ]


def test_a_decision_that_is_undone_counts_no_more(store, morning, clock):
    decide(store, 1, "undo", version=1)
    assert by_rule(store.learning.judged()).set_index("rule").loc["links", "decided"] == 2
    decide(store, 1, "hold", version=2)
    assert by_rule(store.learning.judged()).set_index("rule").loc["links", "decided"] == 2


def test_decisions_count_in_the_week_in_which_they_were_made(store, morning):
    assert len(store.learning.judged(WEEK.start, WEEK.end)) == 5
    assert store.learning.judged(WEEK.end).empty
    assert store.learning.judged(None, MONDAY + timedelta(hours=2))["comments"].sum() == 1


def test_waiting_counts_from_import_to_the_first_decision_that_stands(store, morning):
    found = store.learning.made(WEEK.start, WEEK.end)
    waited = (found["decided_at"] - found["waiting_since"]).dt.total_seconds() / 3_600
    rows = [
        (action, undone, None if pd.isna(hours) else hours)
        for action, undone, hours in zip(found["action"], found["undone"], waited, strict=True)
    ]
    assert rows == [
        ("reject", 0, 1),
        ("approve", 1, None),
        ("undo", 0, None),
        ("reject", 0, 2),
        ("feature", 0, 3),
        ("not_offensive", 0, 3),
        ("hold", 0, None),
        ("reject", 0, 3),
    ]


def test_a_second_decision_on_a_comment_did_not_wait(store, morning, clock):
    clock.set(days=1)
    decide(store, 1, "approve", version=1)
    assert store.learning.made(MONDAY + timedelta(days=1), WEEK.end)["waiting_since"].isna().all()


def test_a_comment_published_after_its_import_waits_from_then(store, clock):
    what = parsed(1, comments=(future(),))
    store.add(what, no_scores(what), {})
    clock.set(hours=3)
    decide(store, 1, "approve")
    assert store.learning.made(WEEK.start, WEEK.end)["waiting_since"].tolist() == [
        MONDAY + timedelta(hours=2)
    ]


def future():
    from test_storage import comment

    return comment(1, published_at=MONDAY + timedelta(hours=2))


def test_the_report_counts_a_week(store, morning):
    found = store.learning.report(WEEK)
    assert (found.now.comments, found.now.flagged, found.now.discussions) == (8, 6, 1)
    assert found.now.by_rule == {"links": 5, "shouting": 2}
    assert (found.before.comments, found.before.made.empty, found.earlier.empty) == (0, True, True)
    assert found.now.decisions == Share(1, 7)
    assert found.now.waiting.median == 3 * 3_600
    assert found.hours.loc["Monday"].tolist()[:5] == [0, 1, 2, 4, 0]
    assert found.queue == QueueAge(1, 4 * 3_600, 4 * 3_600)  # c6
    assert found.recall is None
    assert found.moderators[["actor", "decisions", "undone", "undoing"]].to_numpy().tolist() == [
        ["anna", 5, 1, 0],
        ["bert", 2, 0, 1],
    ]


def test_second_opinions_are_agreement(store, morning, clock):
    with writing(store._engine) as connection:
        connection.execute(
            second_opinions.insert().values(
                decision=morning, actor="cleo", state="rejected", given_at=clock.now
            )
        )
    found = store.learning.ratings()
    assert found.to_numpy().tolist() == [[morning, "anna", "rejected"], [morning, "cleo", "rejected"]]
    report = store.learning.report(WEEK)
    assert (report.agreement.units, report.agreement.value) == (1, None)
    assert [(pair.first, pair.second) for pair in report.pairs] == [("anna", "cleo")]


def test_only_decisions_that_speak_of_language_are_labels(store, morning):
    decide(store, 8, "reject", reason="threat")  # has no score: it is in another language
    found = store.learning.labelled()
    assert found.to_numpy().tolist() == [["text 4", 0], ["text 7", 1]]


def test_recall_is_estimated_from_what_was_decided_without_a_flag(store, clock):
    what = parsed(*range(1, 81))
    flags = {("t", f"c{n}"): [links(), shouting()] for n in range(1, 41)}
    store.add(what, no_scores(what), flags)
    for number in range(1, 21):
        decide(store, number, "reject" if number <= 10 else "approve")
        decide(store, 40 + number, "reject" if number <= 2 else "approve")
    found = store.learning.report(WEEK).recall
    assert found.looked_at == Share(2, FEWEST)
    assert (found.missed, found.value) == (4, pytest.approx(20 / 24))


def test_proposals_come_from_all_decisions(store, clock):
    what = parsed(*range(1, 81))
    flags = {("t", f"c{n}"): [links(2.0 if n <= 40 else 3.0)] for n in range(1, 81)}
    store.add(what, no_scores(what), flags)
    for number in range(1, 81):
        decide(store, number, "approve" if number <= 40 else "reject")
    clock.set(hours=1)
    (found,) = store.learning.proposals({"links": 2.0}, 0.8)
    assert (found.limit, found.before, found.after) == (3.0, Share(40, 80), Share(40, 40))
    assert (found.flagged_before, found.flagged_after) == (80, 40)


def test_a_week_without_anything_is_empty_and_is_told(store):
    found = store.learning.report(WEEK)
    assert found.empty
    lines = "\n".join(report_lines(found))
    assert "no flagged comment was decided" in lines
    assert "nothing to compare with" in lines
    assert report_table(found)["value"].isna().any()


def test_the_text_and_the_table_say_the_same(store, morning):
    found = store.learning.report(WEEK)
    lines = "\n".join(report_lines(found))
    assert "Came in: 8 comments in 1 discussion; 6 flagged" in lines
    assert "Links                [67% (21 to 94%) of 3: too few to say]" in lines
    table = report_table(found).set_index(["section", "item"])
    row = table.loc[("precision", "links")]
    assert (row["value"], row["n"]) == (pytest.approx(2 / 3), 3)
    assert table.loc[("workload", "Monday 03:00"), "value"].item() == 4


def test_a_moderator_sees_no_figures_of_colleagues(store, morning, clock):
    report = store.learning.report(WEEK)
    assert report.seen_by("anna").moderators["actor"].tolist() == ["anna"]
    assert report.seen_by(None).moderators.empty
    assert not report_table(report.seen_by("anna"))["item"].dropna().str.contains("bert").any()
