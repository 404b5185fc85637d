"""The store, on SQLite and PostgreSQL: nothing lost, nothing twice, nothing by halves."""

import multiprocessing
import sqlite3
import stat
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pandas as pd
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from postgresql_server import new_database
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import dialect as postgresql_dialect
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from threads.errors import InputError, StoreError
from threads.frames import comments_frame
from threads.parse.storable import from_storable, to_storable
from threads.records import COMMENT_COLUMNS, Column, Comment, Discussion, Flag, Parsed, Report, Skipped
from threads.storage import Action, QueueFilter, Store
from threads.storage.engine import make_engine, reading, writing
from threads.storage.files import whole_file
from threads.storage.store import DISCUSSION_COLUMNS
from threads.storage.tables import (
    StoredJson,
    StoredText,
    UtcTime,
    comments,
    decisions,
    flags,
    metadata,
    scores,
)

NOON = datetime(2024, 5, 18, 12, tzinfo=UTC)
SCORE_COLUMNS = (
    Column("sentiment", "number", ""),
    Column("words", "integer", ""),
    Column("stance", "text", ""),
)


def comment(number, *, thread_id="t", **changes):
    values = {
        "thread_id": thread_id,
        "comment_id": f"c{number}",
        "position": number,
        "author": f"author {number % 3}",
        "published_at": NOON + timedelta(minutes=number),
        "text": f"text {number}",
        "source_format": "test",
    }
    return Comment(**{**values, **changes})


def parsed(*numbers, thread_id="t", comments=None, skipped=(), **changes):
    comments = tuple(comment(n, thread_id=thread_id) for n in numbers) if comments is None else comments
    discussion = Discussion(
        thread_id=thread_id, source="page.html", source_format="test", comments=comments, **changes
    )
    report = Report(source="page.html", kept=len(comments), skipped=skipped)
    return Parsed(discussions=(discussion,), report=report)


def scored(*sentiments, stances=None):
    return pd.DataFrame(
        {
            "sentiment": pd.Series(sentiments, dtype="float64"),
            "words": pd.Series([len(str(s)) for s in sentiments], dtype="Int64"),
            "stance": pd.Series(stances or [None] * len(sentiments), dtype="str"),
        }
    )


def no_scores(what):
    return pd.DataFrame(index=comments_frame(what.discussions).index)


def put(store, what, flags=None):
    return store.add(what, no_scores(what), flags or {})


def links(value=3.0, limit=2.0):
    return Flag("links", "It holds 3 links.", value, limit, ((0, 4),))


def action(number=1, name="reject", *, key=None, version=0, actor="anna", thread_id="t", **changes):
    return Action(
        key=key or f"{name}-{number}-{version}-{actor}",
        thread_id=thread_id,
        comment_id=f"c{number}",
        action=name,
        actor=actor,
        expected_version=version,
        **changes,
    )


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'store.sqlite'}"


@pytest.fixture
def sqlite(url):
    """An empty store on SQLite, for what is SQLite's alone."""
    with Store.open(url) as opened:
        yield opened


def count(store, table):
    with reading(store._engine) as connection:
        return connection.scalar(select(func.count()).select_from(table))


# ---- opening


def test_sqlite_is_set_up_for_several_writers(sqlite):
    with reading(sqlite._engine) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 30_000,
    }


def test_a_new_file_is_for_its_owner_only(url, sqlite):
    put(sqlite, parsed(1))
    files = [Path(url.removeprefix("sqlite:///") + end) for end in ("", "-wal")]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]


def test_only_writers_take_the_write_lock(store):
    one = select(1)
    with reading(store._engine) as reader, writing(store._engine) as writer:
        assert (reader.execute(one).scalar(), writer.execute(one).scalar()) == (1, 1)
    with writing(store._engine) as writer, reading(store._engine) as reader:
        assert (reader.execute(one).scalar(), writer.execute(one).scalar()) == (1, 1)


def test_a_lock_that_is_never_given_back_is_named(sqlite, monkeypatch):
    monkeypatch.setattr("threads.storage.engine.BUSY_SECONDS", 0.1)
    with writing(sqlite._engine), pytest.raises(StoreError, match="kept the database locked"):
        put(sqlite, parsed(1))
    assert put(sqlite, parsed(1)).comments == 1


def test_the_migrations_make_the_tables_that_the_code_declares(store):
    with reading(store._engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_second_opening_changes_nothing(database, store):
    put(store, parsed(1))
    with Store.open(database, must_exist=True) as again:
        assert len(again.comments()) == 1


def test_must_exist_makes_no_new_file(url, tmp_path):
    with pytest.raises(StoreError, match=r"store\.sqlite: there is no such database"):
        Store.open(url, must_exist=True)
    assert list(tmp_path.iterdir()) == []


def _open(url):
    Store.open(url).close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_many_processes_may_make_the_same_store_at_once(request, kind, url):
    if kind == "postgresql":
        url = new_database(request.getfixturevalue("postgresql"))
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.map(_open, [url] * 8, chunksize=1)
    with Store.open(url, must_exist=True) as opened:
        assert opened.verify() == []


def test_postgresql_plans_each_query_for_its_own_values(postgresql):
    """A plan for any limit and offset sorts a whole view of the queue to show a page of it."""
    engine = make_engine(new_database(postgresql))
    with reading(engine) as connection:
        assert connection.scalar(text("SHOW plan_cache_mode")) == "force_custom_plan"
    engine.dispose()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nonsense", "no address of a database"),
        ("mysql://host/db", "not supported|not installed|no address"),
        ("sqlite://", "one thread only"),
        ("sqlite:////no/such/folder/x.sqlite", "cannot be opened. Check that the folder exists"),
    ],
)
def test_an_address_that_cannot_work_is_named(address, words):
    with pytest.raises(StoreError, match=words):
        Store.open(address)


def test_a_password_is_never_told():
    with pytest.raises(StoreError) as caught:
        Store.open("mssql://anna:secret@host/db")
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be looked at " * 100)
    with pytest.raises(StoreError, match=r"notes\.txt: this is not a database"):
        Store.open(f"sqlite:///{path}")
    assert path.read_text().startswith("not a database")


def test_a_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE birds (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="belongs to another program"):
        Store.open(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("birds",)]
    connection.close()


def test_tables_of_a_newer_program_are_refused(database, store):
    with writing(store._engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"version 9999 .* Update the program"):
        Store.open(database)


def test_a_store_that_cannot_be_written_is_named(sqlite):
    put(sqlite, parsed(1))
    with writing(sqlite._engine) as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(StoreError, match=r"store\.sqlite: the database cannot be written to"):
        put(sqlite, parsed(2))


# ---- text and time


@given(
    st.text(st.characters(), max_size=50) | st.text(st.sampled_from("\x00\x1a\ud800\udfff0DA"), max_size=12)
)
def test_storable_text_is_utf_8_and_comes_back(text):
    storable = to_storable(text)
    assert "\x00" not in storable
    storable.encode("utf-8")
    assert from_storable(storable) == text


def of_each(kind, values, dialect):
    """Return what the driver gets of values, bound one by one."""
    bind = kind.dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)
    return [bind(value) for value in values]


anything = st.text(st.characters(), max_size=9) | st.text(st.sampled_from("\x00\x1a\ud800é"), max_size=9)
values = st.none() | st.floats(allow_nan=False) | st.integers(-(2**63), 2**63 - 1) | st.just(2**70) | anything


@pytest.mark.parametrize("dialect", [sqlite_dialect(), postgresql_dialect()], ids=["sqlite", "postgresql"])
@given(
    st.lists(st.none() | anything),
    st.lists(st.none() | st.datetimes(timezones=st.timezones())),
    st.lists(st.none() | st.dictionaries(anything, values | st.lists(values, max_size=2), max_size=3)),
)
def test_many_values_are_bound_as_each_alone(dialect, texts, moments, objects):
    assert list(StoredText().bind_all(texts, dialect)) == of_each(StoredText(), texts, dialect)
    assert list(UtcTime().bind_all(moments, dialect)) == of_each(UtcTime(), moments, dialect)
    written = StoredJson().bind_all(objects, dialect)
    read = [StoredJson().process_result_value(value, dialect) for value in written]
    assert read == objects
    for value in filter(None, written):
        assert "\x00" not in value
        value.encode()


def test_of_many_times_a_naive_one_is_refused():
    with pytest.raises(StoreError, match="time without a zone"):
        UtcTime().bind_all([NOON, datetime(2024, 1, 1)], sqlite_dialect())  # noqa: DTZ001


def test_hostile_text_survives_in_every_field(store):
    hostile = "a\ud83d\ude00\udfff\x00\x1a0000 \u202e\u200b\U0010ffff"
    key = "a\x00\x1a0000 \u202e\u200b\U0010ffff/?#%"
    names = ("author", "author_id", "parent_id", "published_at_raw", "text")
    what = parsed(
        comments=(comment(1, thread_id=key, comment_id=key, **dict.fromkeys(names, hostile)),),
        thread_id=key,
        title=hostile,
        skipped=(Skipped(hostile, hostile),),
    )
    store.add(what, pd.DataFrame({"stance": [hostile]}), {(key, key): [Flag("r", hostile, 1, 1)]})
    expected = (
        comments_frame(what.discussions)
        .assign(stance=hostile, state="open")
        .astype({"stance": "str", "state": "str"})
    )
    found = store.comments(key, columns=(Column("stance", "text", ""),))
    pd.testing.assert_frame_equal(found, expected)
    assert store.report(key) == what.report
    assert store.discussion(key) == replace(what.discussions[0], comments=())
    assert store.queue()[0].flags[0].reason == hostile


def test_a_name_of_any_length_is_stored(store):
    name = "".join(chr(0x4E00 + n * n % 20_000) for n in range(20_000))  # that no database presses small
    put(store, parsed(comments=[comment(1, author=name, author_id=name)]))
    assert store.comments()["author"].tolist() == [name]


def test_times_of_any_zone_come_back_as_the_same_moment_in_utc(store):
    there = datetime(2024, 1, 1, 1, 30, 0, 5, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    put(store, parsed(comments=(comment(1, published_at=there),)))
    (found,) = store.comments()["published_at"].dt.to_pydatetime()
    assert (found, found.utcoffset()) == (there, timedelta(0))


def test_a_naive_time_is_refused(store):
    naive = datetime(2024, 1, 1)  # noqa: DTZ001
    with pytest.raises(StoreError, match="time without a zone"):
        put(store, parsed(comments=(comment(1),), captured_at=naive))


def test_a_number_too_large_is_refused(store):
    what = parsed(comments=(comment(1, likes=2**63),))
    with pytest.raises(StoreError, match="number is too large"):
        store.add(what, pd.DataFrame(index=[0]), {})


# ---- importing


def test_what_was_added_comes_back_equal(store):
    what = parsed(1, 2, 3, title="A title")
    store.add(what, scored(0.1, None, -0.7, stances=["critical", None, "x"]), {})
    found = store.comments("t", columns=SCORE_COLUMNS)
    assert list(found.columns) == [c.name for c in (*COMMENT_COLUMNS, *SCORE_COLUMNS)] + ["state"]
    pd.testing.assert_frame_equal(found[[c.name for c in COMMENT_COLUMNS]], comments_frame(what.discussions))
    pd.testing.assert_frame_equal(
        found[[c.name for c in SCORE_COLUMNS]],
        scored(0.1, None, -0.7, stances=["critical", None, "x"]),
    )


def test_more_than_one_statement_holds_comes_back_equal(store):
    what = parsed(*range(1, 124))
    given = scored(*(n / 8 if n % 5 else None for n in range(123)))
    store.add(what, given, {("t", f"c{n}"): [links(n)] for n in range(1, 124, 2)})
    found = store.comments("t", columns=SCORE_COLUMNS)
    pd.testing.assert_frame_equal(found[[c.name for c in COMMENT_COLUMNS]], comments_frame(what.discussions))
    pd.testing.assert_frame_equal(found[[c.name for c in SCORE_COLUMNS]], given)
    assert store.queue_counts()["flagged"] == count(store, flags) == 62
    assert {item.risk for item in store.queue(limit=2)} == {123 / 2, 121 / 2}


def test_the_memory_of_much_stays_until_rest_and_the_log_is_short_again_at_once(sqlite):
    def usual(connection):
        raw = connection.connection.dbapi_connection
        return {
            name: raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("cache_size", "wal_autocheckpoint")
        }

    with writing(sqlite._engine) as connection:
        before = usual(connection)
    with writing(sqlite._engine, much=True) as connection:
        during = usual(connection)
    with writing(sqlite._engine) as connection:
        after = usual(connection)
    sqlite.rest()
    with writing(sqlite._engine) as connection:
        assert usual(connection) == before
    assert during["wal_autocheckpoint"] > before["wal_autocheckpoint"]
    assert after == before | {"cache_size": during["cache_size"]} != before


def test_the_same_import_twice_adds_nothing(store):
    what = parsed(1, 2)
    first = store.add(what, scored(0.1, 0.2), {("t", "c1"): [links()]})
    sizes = [count(store, table) for table in (comments, scores, flags)]
    second = store.add(what, scored(0.1, 0.2), {("t", "c1"): [links()]})
    assert (first.discussions, first.comments, first.known) == (1, 2, 0)
    assert (second.discussions, second.comments, second.known) == (0, 0, 2)
    assert [count(store, table) for table in (comments, scores, flags)] == sizes == [2, 2, 1]


def test_a_longer_capture_adds_the_new_comments_in_the_new_order(store):
    put(store, parsed(1, 2))
    moved = (comment(3, position=1), comment(1, position=2), comment(2, position=3))
    added = put(store, parsed(comments=moved))
    assert (added.comments, added.known) == (1, 2)
    assert store.comments()["comment_id"].tolist() == ["c3", "c1", "c2"]


def test_a_later_capture_leaves_text_and_decision_alone(store):
    put(store, parsed(1))
    store.decide([action()])
    put(store, parsed(comments=(comment(1, text="[removed]", status="removed"),)))
    (row,) = store.comments().itertuples()
    assert (row.text, row.status, row.state) == ("text 1", "visible", "rejected")


def test_what_is_missing_of_a_discussion_is_filled_and_never_erased(store):
    put(store, parsed(1, title="First"))
    put(store, parsed(1, title="Second", language="en"))
    put(store, parsed(1))
    found = store.discussion("t")
    assert (found.title, found.language) == ("First", "en")


def test_scores_given_later_join_those_given_before(store):
    what = parsed(1)
    store.add(what, pd.DataFrame({"sentiment": [0.5], "words": [3]}), {})
    store.add(what, pd.DataFrame({"sentiment": [0.25]}), {})
    (row,) = store.comments(columns=SCORE_COLUMNS).itertuples()
    assert (row.sentiment, row.words) == (0.25, 3)


def test_the_report_is_that_of_the_last_import(store):
    put(store, parsed(1))
    put(store, parsed(1, skipped=(Skipped("line 3", "no text"),)))
    assert store.report("t") == Report(source="page.html", kept=1, skipped=(Skipped("line 3", "no text"),))


def test_nothing_is_stored_by_halves(store):
    what = parsed(1, 2)
    broken = {("t", "c2"): [Flag("links", None, 1.0, 1.0)]}  # NOT NULL refuses it, as the last of all
    with pytest.raises(StoreError, match="refused a change"):
        store.add(what, scored(0.1, 0.2), broken)
    assert [count(store, table) for table in (comments, scores, flags)] == [0, 0, 0]
    assert store.discussions().empty


def test_no_comment_text_is_in_the_message_of_an_error(store):
    broken = parsed(comments=[comment(1, text="private words", source_format=None)])
    with pytest.raises(StoreError, match="refused a change") as caught:
        put(store, broken)
    assert "private" not in "".join(traceback.format_exception(caught.value))


def test_a_parse_without_comments_is_refused(store):
    with pytest.raises(InputError, match=r"page\.html: there are no comments"):
        put(store, parsed())


def test_an_empty_discussion_among_others_is_left_out_and_reported(store):
    what = parsed(1)
    empty = Discussion(thread_id="none", source="page.html", source_format="test")
    added = put(store, replace(what, discussions=(*what.discussions, empty)))
    assert (added.discussions, added.empty) == (1, 1)
    assert store.report("t").warnings == ("none: holds no comments and was not stored",)


def test_a_comment_id_that_repeats_keeps_the_first(store):
    added = put(store, parsed(comments=(comment(1, text="one"), comment(1, text="two"))))
    assert (added.comments, added.known) == (1, 1)
    assert store.comments()["text"].tolist() == ["one"]


@pytest.mark.parametrize(
    ("rows", "flagged", "words"),
    [(2, {}, "scores of 2 comments for 1"), (1, {("t", "x"): [links()]}, "not parsed")],
)
def test_scores_and_flags_of_something_else_are_refused(store, rows, flagged, words):
    with pytest.raises(StoreError, match=words):
        store.add(parsed(1), pd.DataFrame({"sentiment": [0.1] * rows}), flagged)


@pytest.mark.parametrize("name", ["thread_id", "comment_id"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("ä" * 501, r"has 1,002 bytes, more than the 1,000 that it may have"),
        ("a\ud800", "holds half of a character, which no address can carry"),
    ],
)
def test_an_id_that_no_index_or_address_takes_is_refused_by_name(store, name, value, words):
    what = parsed(comments=[comment(1, **{name: value})])
    with pytest.raises(InputError, match=f"comment 1: the {name} {words}"):
        store.add(what, no_scores(what), {})


def test_two_discussions_with_the_same_comment_ids_stay_apart(store):
    put(store, parsed(1, thread_id="a"))
    put(store, parsed(1, 2, thread_id="b"))
    assert store.comments("a")["comment_id"].tolist() == ["c1"]
    assert store.comments()["thread_id"].tolist() == ["a", "b", "b"]


def test_many_discussions_take_few_queries(store, monkeypatch):
    discussions = tuple(parsed(1, thread_id=f"t{n}").discussions[0] for n in range(1200))
    what = Parsed(discussions=discussions, report=Report(source="export.json", kept=1200))
    statements = []
    with _counted(store, statements):
        put(store, what)
    assert len(store.discussions()) == 1200
    assert len(statements) < 40


def test_an_unknown_discussion_is_named(store):
    for ask in (store.discussion, store.report):
        with pytest.raises(StoreError, match="no discussion 'nothing'"):
            ask("nothing")


# ---- the overview


def test_the_overview_of_an_empty_store_has_its_columns(store):
    found = store.discussions()
    assert found.dtypes.astype(str).to_dict() == {c.name: c.dtype for c in DISCUSSION_COLUMNS}
    assert store.comments().empty


def test_the_overview_counts_what_is_there(store):
    flagged = {("t", "c1"): [links()], ("t", "c2"): [links()]}
    stances = ["critical", "supportive", "critical", None]
    store.add(parsed(1, 2, 3, 4, title="T"), scored(0.5, None, 0.1, 0.0, stances=stances), flagged)
    store.decide([action(2)])
    (row,) = store.discussions().to_dict("records")
    expected = {"comments": 4, "authors": 3, "critical": 2, "supportive": 1, "neutral": 0, "flagged_open": 1}
    assert {name: row[name] for name in expected} == expected
    assert row["mean_sentiment"] == pytest.approx(0.2)
    assert (row["first_at"], row["last_at"]) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=4))


def test_figures_that_were_not_worked_out_are_missing_not_zero(store):
    put(store, parsed(1))
    row = store.discussions().iloc[0]
    assert row[["mean_sentiment", "critical", "language"]].isna().all()


# ---- the queue


def _counted(store, statements):
    from contextlib import contextmanager

    from sqlalchemy import event

    @contextmanager
    def counting():
        def note(conn, cursor, statement, parameters, context, executemany):
            statements.append(statement)

        event.listen(store._engine, "before_cursor_execute", note)
        yield
        event.remove(store._engine, "before_cursor_execute", note)

    return counting()


def test_the_queue_is_ordered_by_risk_and_then_age(store):
    flagged = {
        ("t", "c1"): [links(value=3, limit=2)],
        ("t", "c2"): [links(value=3, limit=2), Flag("offensive", "why", 8, 2)],
        ("t", "c3"): [links(value=6, limit=4)],
    }
    what = parsed(comments=(comment(1), comment(2), comment(3, published_at=NOON), comment(4)))
    put(store, what, flagged)
    assert [(item.comment_id, item.risk) for item in store.queue()] == [("c2", 4.0), ("c3", 1.5), ("c1", 1.5)]


def test_a_queue_item_holds_what_is_needed_to_decide(store):
    replies = (
        comment(1, author="op"),
        comment(2, parent_id="c1", author="troll"),
        comment(3, author="troll"),
    )
    what = parsed(comments=replies, title="Title", url="https://example.org/a")
    store.add(what, scored(0.1, -0.5, 0.2), {("t", "c2"): [links()], ("t", "c3"): [links()]})
    store.decide([action(3, note="spam")])
    (item,) = store.queue()
    assert (item.comment_id, item.text, item.title, item.url) == (
        "c2",
        "text 2",
        "Title",
        "https://example.org/a",
    )
    assert (item.parent_author, item.parent_text) == ("op", "text 1")
    assert item.flags == (links(),)
    assert (item.author_comments, item.author_rejected, item.scores["sentiment"]) == (2, 1, -0.5)
    assert (item.state, item.version, item.last_decision) == ("open", 0, None)
    (rejected,) = store.queue(QueueFilter(view="decided"))
    assert (rejected.comment_id, rejected.version, rejected.last_decision.note) == ("c3", 1, "spam")


def test_authors_are_told_apart_by_the_platforms_id(store):
    same_name = (
        comment(1, author="Sam", author_id="1"),
        comment(2, author="Sam", author_id="2"),
        comment(3, author="Sam"),
    )
    put(store, parsed(comments=same_name), {("t", f"c{n}"): [links()] for n in (1, 2, 3)})
    assert [item.author_comments for item in store.queue()] == [1, 1, 1]


def test_a_page_of_the_queue_takes_the_same_few_queries_however_long(store):
    put(store, parsed(*range(1, 101)), {("t", f"c{n}"): [links()] for n in range(1, 101)})
    counts = []
    for limit in (1, 100):
        statements = []
        with _counted(store, statements):
            assert len(store.queue(limit=limit)) == limit
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8


def test_the_queue_counts_every_view(store):
    put(store, parsed(1, 2, 3, 4), {("t", f"c{n}"): [links()] for n in (1, 2, 3)})
    store.decide([action(1), action(2, "approve")])
    counts = store.queue_counts()
    waiting = {"new": 1, "flagged": 1, "reported": 0, "held": 0, "escalated": 0}
    assert counts == {**waiting, "decided": 2, "all": 4}


def test_a_comment_decided_without_a_flag_is_not_out_of_sight(store):
    put(store, parsed(1))
    store.decide([action(1)])
    (item,) = store.queue(QueueFilter(view="decided"))
    assert (item.comment_id, item.flags, item.risk) == ("c1", (), 0.0)
    store.decide([action(1, "undo", version=1)])
    assert store.queue_counts()["new"] == 1


def test_flags_of_a_second_import_add_to_the_risk(store):
    put(store, parsed(1), {("t", "c1"): [links(value=4)]})
    put(store, parsed(1), {("t", "c1"): [Flag("offensive", "why", 2, 2)]})
    (item,) = store.queue()
    assert ([flag.rule for flag in item.flags], item.risk) == (["links", "offensive"], 2.0)


# ---- decisions


def test_a_decision_is_kept_with_who_and_when(database):
    with Store.open(database, clock=lambda: NOON) as store:
        put(store, parsed(1))
        (outcome,) = store.decide([action(note="off topic")])
        assert (outcome.status, outcome.state, outcome.version) == ("done", "rejected", 1)
        (row,) = store.history("t", "c1").to_dict("records")
    assert (row["actor"], row["decided_at"], row["note"]) == ("anna", NOON, "off topic")
    assert (row["before_state"], row["after_state"]) == ("open", "rejected")


def test_a_resent_action_is_answered_as_before_and_not_done_again(store):
    put(store, parsed(1))
    (first,) = store.decide([action()])
    store.decide([action(1, "undo", version=1)])
    (again,) = store.decide([action()])
    assert again == first
    assert len(store.history("t", "c1")) == 2


def test_a_key_is_good_for_one_action_only(store):
    put(store, parsed(1, 2))
    store.decide([action(1, key="k")])
    outcomes = store.decide(
        [action(2, key="k"), action(1, "approve", key="k", version=1), action(1, key="k", actor="bob")]
    )
    assert [outcome.status for outcome in outcomes] == ["refused"] * 3
    assert count(store, decisions) == 1


def test_a_conflict_tells_who_decided_what(store):
    put(store, parsed(1))
    _, second = store.decide([action(actor="anna"), action(1, "approve", actor="bob")])
    assert (second.status, second.state, second.version) == ("conflict", "rejected", 1)
    assert (second.decision.actor, second.decision.action) == ("anna", "reject")
    assert "anna decided first: reject at " in second.message


def test_undo_takes_back_the_last_decision_in_a_row_of_its_own(store):
    put(store, parsed(1))
    store.decide([action(1, "approve"), action(1, "reject", version=1), action(1, "undo", version=2)])
    history = store.history("t", "c1")
    assert history["after_state"].tolist() == ["approved", "rejected", "approved"]
    assert history["undoes"].tolist()[2] == history["id"].tolist()[1]
    (outcome,) = store.decide([action(1, "undo", version=3)])
    assert outcome.state == "open"
    (outcome,) = store.decide([action(1, "undo", version=4)])
    assert (outcome.status, outcome.message) == ("refused", "there is no decision to undo")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (action(9), "no such comment"),
        (action(1, "ban"), "no action is called ban"),
        (replace(action(1), key=""), "needs a key"),
    ],
)
def test_an_action_that_cannot_be_done_is_refused_with_a_reason(store, wrong, words):
    put(store, parsed(1))
    (outcome,) = store.decide([wrong])
    assert outcome.status == "refused"
    assert words in outcome.message
    assert count(store, decisions) == 0


def _refuses(store, statement):
    """Hold a recorded decision against a statement that would change it."""
    put(store, parsed(1))
    store.decide([action()])
    with (
        pytest.raises(StoreError, match="what is on record cannot be changed"),
        writing(store._engine) as connection,
    ):
        connection.exec_driver_sql(statement)
    assert store.history("t", "c1")["actor"].tolist() == ["anna"]


@pytest.mark.parametrize("statement", ["UPDATE decisions SET actor = 'mallory'", "DELETE FROM decisions"])
def test_recorded_decisions_cannot_be_changed(store, statement):
    _refuses(store, statement)


def test_recorded_decisions_cannot_be_replaced(sqlite):
    columns = "id, key, comment, version, action, before_state, after_state"
    rest = "decided_at, reason, batch, undoes"
    _refuses(sqlite, f"INSERT OR REPLACE INTO decisions SELECT {columns}, 'mallory', {rest} FROM decisions")


def test_replaying_the_decisions_gives_todays_states(store):
    put(store, parsed(1, 2, 3))
    store.decide([action(1), action(2, "approve"), action(2, "undo", version=1)])
    assert store.replay() == {("t", "c1"): ("rejected", 1), ("t", "c2"): ("open", 2)}
    assert store.verify() == []


def test_a_state_that_no_decision_explains_is_found(store):
    put(store, parsed(1, 2))
    with writing(store._engine) as connection:
        connection.execute(comments.update().where(comments.c.comment_id == "c2").values(state="approved"))
    assert store.verify() == ["t, c2: is approved at version 0, but its decisions make it open at version 0"]


def test_the_history_of_an_unknown_comment_is_refused(store):
    with pytest.raises(StoreError, match="no such comment"):
        store.history("t", "c1")


# ---- files


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    path.chmod(0o640)

    def fail():
        with whole_file(path) as file:
            file.write("new")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    assert path.read_text() == "old"
    with whole_file(path) as file:
        file.write("a\r\n")
    assert path.read_bytes() == b"a\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with (
        pytest.raises(StoreError, match=r"out\.csv: the file cannot be written"),
        whole_file(tmp_path / "missing" / "out.csv"),
    ):
        pass
