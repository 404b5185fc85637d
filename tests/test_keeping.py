"""Retention and erasure: what goes is gone from everywhere, what stays fits together, nothing comes back."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from postgresql_server import new_database
from sqlalchemy import func, select
from test_storage import NOON, action, comment, links, parsed, put, scored

from threads.analysis import import_parsed
from threads.errors import SettingError, StoreError
from threads.keys import read_key
from threads.moderation.queue_filter import QueueFilter
from threads.records import Flag
from threads.settings import Settings
from threads.storage import Store, tables
from threads.storage.audit import rows
from threads.storage.engine import reading, wiped, writing
from threads.storage.keeping import NO_LONGER_KEPT, Whom

SECRET = "quincunx"  # a word that stands nowhere else
NAME = "Zebulon Quist"


class Clock:
    def __init__(self):
        self.now = NOON + timedelta(days=100)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return new_database(request.getfixturevalue("postgresql"))


@pytest.fixture
def store(url, clock):
    with Store.open(url, clock=clock) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path):
    return Settings(key_file=str(tmp_path / "a.key"))


@pytest.fixture
def key(settings):
    return read_key(settings.key_file)


def said(number, author, text, *, thread_id="t", **changes):
    return comment(number, thread_id=thread_id, author=author, text=text, **changes)


def discussion(*comments, **changes):
    return parsed(comments=comments, **changes)


QUARREL = discussion(
    said(1, NAME, f"The {SECRET} is far too dear. Who asked the ferrymen?", author_id="z1", likes=3),
    said(2, "Bob", f"> The {SECRET} is far too dear.\n@Zebulon say that WITH ugly numbers", parent_id="c1"),
    said(3, "Cid", f"As {NAME} said, ugly, the {SECRET} is far too dear. Who asked the ferrymen? I."),
    said(4, NAME, f"Once more: {SECRET}", author_id="z1"),
    said(5, "Dee", "Nothing of the kind."),
)


def fill(store, what=QUARREL):
    """Store the quarrel with scores, flags, decisions with notes, a claim and an answered delivery."""
    ugly = what.discussions[0].comments[1].text.index("ugly")
    store.add(
        what,
        scored(*(n / 10 for n in range(1, 6)), stances=["critical"] * 5),
        {
            ("t", "c1"): [Flag("offensive", f"It says {SECRET}.", 3, 2, ((4, 12),))],
            ("t", "c2"): [Flag("offensive", "It says ugly.", 3, 2, ((ugly, ugly + 4), (4, 9)))],
            ("t", "c4"): [links()],
        },
    )
    store.decide(
        [
            action(1, "reject", note=f"he says {SECRET} again"),
            action(1, "undo", version=1),
            action(1, "reject", version=2, reason="offensive"),
            action(2, "approve", note=f"answers {NAME}, fine"),
            action(5, "approve", note="all well"),
        ]
    )
    with writing(store._engine) as connection:
        connection.execute(
            tables.claims.insert().values(comment=4, actor="anna", claimed_at=NOON, expires_at=NOON)
        )
        connection.execute(
            tables.deliveries.insert(),
            [
                {
                    "decision": 3,
                    "target": "hook",
                    "key": "k3",
                    "state": "delivered",
                    "answer": f"ok {SECRET}",
                },
                {"decision": 5, "target": "hook", "key": "k5", "state": "delivered", "answer": "ok"},
            ],
        )


def everything(store):
    """Every row of every table."""
    with reading(store._engine) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in tables.metadata.sorted_tables
        }


def held(store, words):
    """The tables that hold one of the words."""
    return {name for name, found in everything(store).items() if any(word in repr(found) for word in words)}


def texts(store):
    return store.comments("t").set_index("comment_id")["text"].to_dict()


def events(store, name):
    with reading(store._engine) as connection:
        return [(row.actor, dict(row.details)) for row in rows(connection) if row.event == name]


# ---- retention


def retain(store, days=50, **how):
    return store.keeping.retain(days, actor="anna", **how)


def test_a_dry_run_of_retention_counts_and_writes_nothing(store):
    fill(store)
    before = everything(store)
    found = retain(store, dry_run=True)
    assert (found.comments, found.undecided, found.notes) == ({"t": 5}, 1, 3)
    assert everything(store) == before


def test_retention_does_what_its_dry_run_said(store):
    fill(store)
    told = retain(store, dry_run=True)
    assert replace(retain(store), remains="") == told
    assert retain(store).total == 0


def test_past_their_time_comments_keep_ids_places_and_states_alone(store):
    fill(store)
    before = store.comments("t")
    retain(store)
    after = store.comments("t")
    stays = ["comment_id", "position", "parent_id", "published_at", "state", "source_format"]
    pd.testing.assert_frame_equal(after[stays], before[stays])
    assert after[["author", "author_id", "published_at_raw", "likes"]].isna().all(axis=None)
    assert (set(after["text"]), set(after["status"])) == ({""}, {"deleted"})
    assert held(store, [SECRET, NAME]) == set()


def test_decisions_and_audit_log_stay_and_fit(store):
    fill(store)
    before, decided = everything(store), store.replay()
    retain(store)
    after = everything(store)
    assert after["decisions"] == before["decisions"]
    assert after["audit"][:-1] == before["audit"]
    assert (store.replay(), store.verify()) == (decided, [])
    ((actor, details),) = events(store, "retain")
    assert (actor, details["days"], details["comments"], details["notes"]) == ("anna", 50, 5, 3)


def test_figures_of_the_overview_stay(store):
    fill(store)
    before = store.discussions()
    retain(store)
    pd.testing.assert_frame_equal(
        store.discussions().drop(columns="flagged_open"), before.drop(columns="flagged_open")
    )


def test_flags_of_decided_comments_say_rule_and_value_only_and_undecided_ones_leave_the_queue(store):
    fill(store)
    retain(store)
    assert [store.queue_counts()[view] for view in ("new", "flagged", "held")] == [0, 0, 0]
    found = [
        (f.rule, f.reason, f.value, f.limit, f.spans)
        for item in store.queue(QueueFilter(view="decided", state="rejected"))
        for f in item.flags
    ]
    assert found == [("offensive", NO_LONGER_KEPT, 3, 2, ())]


def test_younger_comments_and_other_threads_stay(store, clock):
    put(store, discussion(said(1, "Ann", "old"), said(2, "Bob", "new", published_at=clock.now)))
    put(store, parsed(1, thread_id="u"))
    put(store, discussion(said(3, "Cid", "without a time", published_at=None)))
    assert retain(store, threads=["t"]).comments == {"t": 1}
    assert texts(store) == {"c1": "", "c2": "new", "c3": "without a time"}
    clock.now += timedelta(days=51)
    assert retain(store, threads=["t"]).comments == {"t": 2}
    assert store.comments("u")["text"].tolist() == ["text 1"]


def test_many_comments_are_emptied_in_steps(store, monkeypatch):
    monkeypatch.setattr("threads.storage.keeping.AT_ONCE", 3)
    put(store, parsed(*range(1, 8)))
    assert retain(store).total == 7
    assert [details["comments"] for _, details in events(store, "retain")] == [3, 3, 1]
    assert set(texts(store).values()) == {""}


def test_what_was_emptied_is_not_filled_by_the_next_import(store, settings):
    fill(store)
    retain(store)
    before = everything(store)
    import_parsed(store, QUARREL, settings)
    after = everything(store)
    assert [after[name] for name in ("comments", "scores", "flags", "notes")] == [
        before[name] for name in ("comments", "scores", "flags", "notes")
    ]
    assert held(store, [SECRET, NAME]) == set()
    later = discussion(*QUARREL.discussions[0].comments, said(6, "Eve", "I am late."))
    import_parsed(store, later, settings)
    assert texts(store) == {**{f"c{n}": "" for n in range(1, 6)}, "c6": "I am late."}
    row = store.discussions().iloc[0]
    assert (row["comments"], row["authors"]) == (6, 4)  # authors as they were counted with names


@pytest.mark.parametrize("days", [0, -1])
def test_days_below_one_are_refused(store, days):
    with pytest.raises(SettingError, match=f"days: comments cannot be kept for {days} days. Give 1 or more"):
        retain(store, days)


def test_a_very_long_time_empties_nothing(store):
    fill(store)
    assert retain(store, 10**12).total == 0


def test_a_thread_that_is_not_there_is_named(store, key):
    with pytest.raises(StoreError, match="there is no discussion 'nope'"):
        retain(store, threads=["nope"])
    with pytest.raises(StoreError, match="there is no discussion 'nope'"):
        erase(store, key, author=NAME, threads=("nope",))


# ---- erasure


def erase(store, key, *, dry_run=False, **whom):
    return store.keeping.erase(Whom(**whom), key, actor="anna", dry_run=dry_run)


def test_who_was_erased_is_in_no_process_s_memory(database, key):
    with Store.open(database) as one, Store.open(database) as other:
        fill(one)
        assert NAME in {person.name for person in one.outlines.current().people}
        erase(one, key, author=NAME)
        other.outlines.current()  # stores what it works out anew
        assert NAME not in {person.name for person in one.outlines.current().people}


def test_a_discussion_never_has_the_stamp_that_it_had_before_an_erasure(store, key):
    fill(store)
    store.outlines.current()
    before = store.outlines.stamp("t")
    erase(store, key, author=NAME)
    emptied = store.outlines.stamp("t")
    store.outlines.current()
    assert before < emptied < store.outlines.stamp("t")


def test_a_dry_run_of_erasure_tells_all_and_writes_nothing(store, key):
    fill(store)
    before = everything(store)
    found = erase(store, key, author=NAME, dry_run=True)
    assert (found.comments, found.undecided, found.notes) == ({"t": 2}, 1, 2)
    assert (found.quotes, found.names) == (1, 2)
    assert found.look_at == (("t", "c3", "it has words of theirs"),)
    assert everything(store) == before
    assert replace(erase(store, key, author=NAME), remains="") == found


def test_an_author_is_erased_everywhere(store, key):
    fill(store)
    erase(store, key, author=NAME)
    assert texts(store) == {
        "c1": "",
        "c2": "> [erased]\n@[erased] say that WITH ugly numbers",
        "c3": f"As [erased] said, ugly, the {SECRET} is far too dear. Who asked the ferrymen? I.",
        "c4": "",
        "c5": "Nothing of the kind.",
    }
    assert held(store, [NAME, "Zebulon", "z1"]) == set()
    assert held(store, [SECRET]) == {"comments"}  # of another one, who was told of
    found = everything(store)
    assert [row[0] for row in found["scores"]] == [2, 3, 5]
    assert [row[1] for row in found["notes"]] == ["answers [erased], fine", "all well"]
    assert sorted((row[3], row[-1]) for row in found["deliveries"]) == [("k3", None), ("k5", "ok")]
    assert found["claims"] == []
    assert store.verify() == []


def test_flags_go_and_those_on_others_stay_where_their_words_are(store, key):
    fill(store)
    erase(store, key, author=NAME)
    assert store.queue() == []
    (item,) = store.queue(QueueFilter(view="decided", rule="offensive", state="approved"))
    ((start, end),) = item.flags[0].spans  # the one in the quotation went with it
    assert (item.comment_id, item.text[start:end]) == ("c2", "ugly")
    assert [item.flags for item in store.queue(QueueFilter(view="decided", state="rejected"))] == [()]


@pytest.mark.parametrize(
    ("reason", "span"),
    [
        (f"Many people named {NAME} within an hour.", (0, 4)),  # names them
        ("It repeats “Who asked the ferrymen?”.", (0, 4)),  # quotes them
        ("It says quincunx.", (6, 14)),  # the word that went with the quotation
    ],
)
def test_a_reason_of_a_flag_on_others_that_tells_of_them_goes_and_what_the_team_learns_from_stays(
    store, key, reason, span
):
    found = discussion(*QUARREL.discussions[0].comments[:2], said(3, "Cid", "Nobody, as far as I know."))
    told = [Flag("offensive", reason, 3, 2, (span,)), Flag("shouting", "It says ugly.", 1, 0.7, ())]
    put(store, found, {("t", "c2"): told, ("t", "c3"): [Flag("offensive", "It is far too dear.", 3, 2)]})
    assert erase(store, key, author=NAME).reasons == 1
    reasons = {
        (item.comment_id, flag.rule): (flag.reason, flag.value, flag.limit)
        for item in store.queue()
        for flag in item.flags
    }
    assert reasons == {
        ("c2", "offensive"): (NO_LONGER_KEPT, 3, 2),
        ("c2", "shouting"): ("It says ugly.", 1, 0.7),
        ("c3", "offensive"): ("It is far too dear.", 3, 2),
    }


def test_the_audit_log_tells_of_an_erasure_without_a_name(store, key):
    fill(store)
    erase(store, key, author=NAME)
    ((actor, details),) = events(store, "erase")
    assert actor == "anna"
    assert {name: details[name] for name in ("comments", "notes", "quotes", "names", "threads")} == {
        "comments": 2,
        "notes": 2,
        "quotes": 1,
        "names": 2,
        "threads": 1,
    }
    assert [len(mark) for mark in details["marks"]] == [64]


@pytest.mark.parametrize(
    ("whom", "left"),
    [
        ({"author_id": "z1"}, {"c2", "c3", "c5"}),
        ({"author_id": "z1", "author": "Dee"}, {"c2", "c3"}),
        ({"comment": ("t", "c4")}, {"c1", "c2", "c3", "c5"}),
        ({"author": "zebulon quist"}, {"c1", "c2", "c3", "c4", "c5"}),
        ({"author": ""}, {"c1", "c2", "c3", "c4", "c5"}),
    ],
)
def test_whom_it_concerns(store, key, whom, left):
    fill(store)
    erase(store, key, **whom)
    assert {name for name, text in texts(store).items() if text} == left


def test_one_comment_alone_takes_no_name_out_of_others(store, key):
    fill(store)
    assert erase(store, key, comment=("t", "c1")).names == 0
    assert texts(store)["c2"].startswith("> [erased]\n@Zebulon")


def test_threads_limit_it_and_who_shares_the_name_is_told(store, key):
    put(store, discussion(said(1, "Ann", "one", author_id="1"), said(2, "Ann", "two", author_id="2")))
    put(store, parsed(comments=(said(1, "Ann", "three", thread_id="u"),), thread_id="u"))
    found = erase(store, key, author="Ann", threads=("t",))
    assert (found.comments, found.namesakes) == ({"t": 2}, ("1", "2"))
    assert store.comments("u")["text"].tolist() == ["three"]


def test_imports_do_not_bring_it_back(store, key, settings):
    fill(store)
    erase(store, key, author=NAME)
    before = store.comments()
    import_parsed(store, QUARREL, settings)
    pd.testing.assert_frame_equal(store.comments(), before)
    more = discussion(
        *QUARREL.discussions[0].comments,
        said(6, NAME, f"I am back: {SECRET}"),
        said(7, "Eve", f"> I am back: {SECRET}\nWelcome, @Zebulon", parent_id="c6"),
    )
    imported = import_parsed(store, more, settings)
    assert texts(store)["c7"] == "> [erased]\nWelcome, @[erased]"
    assert "c6" not in texts(store)
    assert "nothing is kept of it" in repr(imported.analysis.parsed.report.skipped)
    assert held(store, [NAME, "Zebulon"]) == set()
    other = parsed(
        comments=(said(1, NAME, "hello", thread_id="u"), said(2, "Bob", "hi", thread_id="u")), thread_id="u"
    )
    import_parsed(store, other, settings)
    assert store.comments("u")["author"].tolist() == ["Bob"]


def test_an_import_of_nothing_but_the_erased_is_refused_by_name(store, key, settings):
    fill(store)
    erase(store, key, author=NAME)
    with pytest.raises(Exception, match="there are no comments to store"):
        import_parsed(store, discussion(said(9, NAME, "only me")), settings)


def test_one_comment_stays_erased_though_its_author_goes_on(store, key, settings):
    fill(store)
    erase(store, key, comment=("t", "c4"))
    import_parsed(store, QUARREL, settings)
    assert {name for name, text in texts(store).items() if not text} == {"c4"}


def test_an_import_that_began_before_an_erasure_begins_anew(store, key, settings, monkeypatch):
    fill(store)
    real = Store.add
    erased = []

    def add(self, *arguments, **more):
        if not erased:
            erased.append(erase(store, key, author=NAME))
        return real(self, *arguments, **more)

    monkeypatch.setattr(Store, "add", add)
    import_parsed(store, discussion(*QUARREL.discussions[0].comments, said(6, NAME, "new")), settings)
    assert erased
    assert "c6" not in texts(store)
    assert held(store, [NAME]) == set()


@pytest.mark.parametrize("how", ["erase", "again", "import"])
def test_another_key_than_that_of_earlier_erasures_is_refused(store, key, settings, how):
    fill(store)
    erase(store, key, author="Dee")
    other = settings.replace(key_file=settings.key_file + ".other")
    read_key(other.key_file)
    act = {
        "erase": lambda: erase(store, read_key(other.key_file), author=NAME),
        "again": lambda: store.keeping.erase_again(read_key(other.key_file), actor="anna"),
        "import": lambda: import_parsed(store, QUARREL, other),
    }[how]
    before = everything(store)
    with pytest.raises(SettingError, match=r"made with another key.*BTL_KEY_FILE"):
        act()
    assert everything(store) == before


def test_imports_need_the_key_only_after_an_erasure(store, tmp_path):
    import_parsed(store, QUARREL, Settings(key_file=str(tmp_path / "none.key")))
    assert not (tmp_path / "none.key").exists()
    erase(store, read_key(tmp_path / "a.key"), author=NAME)
    with pytest.raises(SettingError, match=r"none\.key: the key cannot be read"):
        import_parsed(store, QUARREL, Settings(key_file=str(tmp_path / "none.key")))


def test_nobody_and_what_is_not_there_are_refused(store, key):
    fill(store)
    with pytest.raises(SettingError, match="nobody is named"):
        erase(store, key)
    with pytest.raises(StoreError, match=r"t, c99: there is no such comment\. Check both ids"):
        erase(store, key, comment=("t", "c99"))


def test_what_a_restored_backup_brings_back_is_erased_again(store, key):
    fill(store)
    erase(store, key, author=NAME)
    erase(store, key, comment=("t", "c5"))
    with writing(store._engine) as connection:  # as an older database with today's erasures has it
        c = tables.comments
        for name, values in {
            "c1": {"author": NAME, "text": f"The {SECRET} is far too dear."},
            "c5": {"author": "Dee", "text": "Nothing of the kind."},
        }.items():
            connection.execute(c.update().where(c.c.comment_id == name).values(**values, emptied_at=None))
    told = store.keeping.erase_again(key, actor="anna", dry_run=True)
    assert told.comments == {"t": 2}
    assert replace(store.keeping.erase_again(key, actor="anna"), remains="") == told
    assert held(store, [NAME]) == set()
    assert texts(store)["c5"] == ""


def test_hostile_names_are_erased_and_stay_away(store, key, settings):
    name = "a\ud800\x00\x1a0000 \u202e'; DROP TABLE comments; --"
    what = discussion(said(1, name, "me"), said(2, "Bob", "me too"))
    import_parsed(store, what, settings)
    assert erase(store, key, author=name).total == 1
    import_parsed(store, what, settings)
    assert texts(store) == {"c1": "", "c2": "me too"}


# ---- the database's files


@pytest.mark.parametrize("how", ["erase", "retain"])
def test_the_bytes_are_gone_from_the_files(tmp_path, clock, key, how):
    path = tmp_path / "store.sqlite"
    many = [said(n, NAME, f"{SECRET} {n} " * 200) for n in range(1, 100)]
    with Store.open(f"sqlite:///{path}", clock=clock) as store:
        put(store, discussion(*many, said(100, "Bob", "I stay.")))
        store.decide([action(n, "reject", note=f"{SECRET} {n}") for n in range(1, 100)])
        assert holding(tmp_path, SECRET, NAME)
        found = erase(store, key, author=NAME) if how == "erase" else retain(store)
        assert found.remains == ""
        assert holding(tmp_path, SECRET, NAME) == []
        assert holding(tmp_path, "I stay.") == (["store.sqlite"] if how == "erase" else [])
        assert store.verify() == []


def holding(folder, *words):
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.suffix != ".key" and any(word.encode() in path.read_bytes() for word in words)
    )


def test_a_reader_that_keeps_the_old_pages_is_told_of(tmp_path, clock, key, monkeypatch):
    monkeypatch.setattr("threads.storage.engine.WIPE_SECONDS", 0.1)
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}", clock=clock) as store:
        fill(store)
        with reading(store._engine) as connection:
            connection.scalar(select(func.count()).select_from(tables.comments))
            found = erase(store, key, author=NAME)
            assert "another program is reading it: `btl erase --again`" in found.remains
        assert wiped(store._engine) == ""
        assert holding(tmp_path, "Zebulon") == []
