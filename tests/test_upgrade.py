"""Databases of every older version: brought up to date with equal rows, or left as they were."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.migration import HeadMaintainer
from alembic.script import ScriptDirectory
from postgresql_server import new_database
from sqlalchemy import Float, Integer, column, inspect, table, text
from test_keeping import Clock
from test_storage import NOON

from threads.errors import StoreError
from threads.storage import Action, Store, tables
from threads.storage.backup import restore
from threads.storage.engine import make_engine, reading, upgrading, writing
from threads.storage.files import sha256_of
from threads.storage.manifest import Manifest, content_of
from threads.storage.tables import StoredJson, StoredText, UtcTime

CONFIG = Config()
CONFIG.set_main_option("script_location", "threads.storage:migrations")
VERSIONS = sorted(script.revision for script in ScriptDirectory.from_config(CONFIG).walk_revisions())
OLD = VERSIONS[:-1]
HOSTILE = "a\ud800\udfff\x00\x1a0000 \u202e'; DROP TABLE comments; --"
TEXT, TIME, JSON = StoredText, UtcTime, StoredJson


def old_table(name, **types):
    return table(name, *(column(key, kind) for key, kind in types.items()))


IMPORTS = old_table(
    "imports", id=Integer, source=TEXT, imported_at=TIME, kept=Integer, skipped=JSON, warnings=JSON
)
DISCUSSIONS = old_table(
    "discussions", thread_id=TEXT, source=TEXT, source_format=TEXT, title=TEXT, url=TEXT, article_text=TEXT,
    published_at=TIME, language=TEXT, captured_at=TIME, import_id=Integer, comments=Integer, authors=Integer,
    first_at=TIME, last_at=TIME, mean_sentiment=Float, supportive=Integer, critical=Integer, neutral=Integer,
    unclear=Integer,
)  # fmt: skip
COMMENTS = old_table(
    "comments", id=Integer, thread_id=TEXT, comment_id=TEXT, position=Integer, parent_id=TEXT,
    parent_source=TEXT, parent_confidence=Float, author=TEXT, author_id=TEXT, published_at=TIME,
    published_at_raw=TEXT, published_at_precision=TEXT, timezone_source=TEXT, edited_at=TIME, text=TEXT,
    likes=Integer, status=TEXT, source_format=TEXT, imported_at=TIME, state=TEXT, version=Integer, risk=Float,
)  # fmt: skip
SCORES = old_table("scores", comment=Integer, values=JSON)
FLAGS = old_table("flags", comment=Integer, rule=TEXT, reason=TEXT, value=Float, limit=Float, spans=JSON)
DECISIONS = old_table(
    "decisions", id=Integer, key=TEXT, comment=Integer, version=Integer, action=TEXT, before_state=TEXT,
    after_state=TEXT, actor=TEXT, decided_at=TIME, note=TEXT, undoes=Integer,
)  # fmt: skip
FIRST = [IMPORTS, DISCUSSIONS, COMMENTS, SCORES, FLAGS, DECISIONS]


def first_rows():
    """Rows of every kind for the first version: missing and hostile values, undone and redone decisions."""

    def comment(number, **changes):
        values = dict.fromkeys(c.name for c in COMMENTS.columns)
        return (
            values
            | {
                "id": number,
                "thread_id": "t",
                "comment_id": f"c{number}",
                "position": number,
                "published_at_precision": "none",
                "timezone_source": "none",
                "text": f"text {number}",
                "status": "visible",
                "source_format": "page",
                "imported_at": NOON,
                "state": "open",
                "version": 0,
            }
            | changes
        )

    def decision(number, comment, version, action, before, after, **changes):
        values = {"id": number, "key": f"k{number}", "comment": comment, "version": version, "action": action}
        at = NOON + timedelta(seconds=number)
        rest = {"before_state": before, "after_state": after, "actor": "anna", "decided_at": at}
        return values | rest | {"note": None, "undoes": None} | changes

    discussion = dict.fromkeys(c.name for c in DISCUSSIONS.columns)
    discussion |= {"thread_id": "t", "source": HOSTILE, "source_format": "page", "title": HOSTILE}
    discussion |= {"import_id": 1, "comments": 4, "authors": 1, "mean_sentiment": 0.1, "first_at": NOON}
    yield (
        IMPORTS,
        [
            {
                "id": 1,
                "source": HOSTILE,
                "imported_at": NOON,
                "kept": 4,
                "skipped": [[HOSTILE, ""]],
                "warnings": [],
            }
        ],
    )
    yield DISCUSSIONS, [discussion]
    yield (
        COMMENTS,
        [
            comment(
                1,
                text=HOSTILE,
                author=HOSTILE,
                author_id="7",
                published_at=NOON,
                likes=3,
                risk=4.5,
                version=3,
            ),
            comment(
                2,
                parent_id="c1",
                parent_source="inferred",
                parent_confidence=0.5,
                state="rejected",
                version=1,
            ),
            comment(3, text="", state="approved", version=2, risk=0.5, author="x" * 10_000),
            comment(4, published_at_raw="yesterday", edited_at=NOON),
        ],
    )
    yield (
        SCORES,
        [
            {"comment": 1, "values": {"sentiment": 0.1, "offensive": 0.75, "stance": "critical"}},
            {"comment": 2, "values": {}},
        ],
    )
    yield (
        FLAGS,
        [{"comment": 1, "rule": "links", "reason": HOSTILE, "value": 9, "limit": 2, "spans": [[0, 4]]}],
    )
    yield (
        DECISIONS,
        [
            decision(1, 1, 1, "reject", "open", "rejected", note=HOSTILE),
            decision(2, 1, 2, "undo", "rejected", "open", undoes=1, actor=HOSTILE),
            decision(5, 2, 1, "reject", "open", "rejected", note=""),
            decision(6, 3, 1, "reject", "open", "rejected"),
            decision(8, 1, 3, "approve", "open", "approved", note="after all"),
            decision(9, 3, 2, "approve", "rejected", "approved"),
        ],
    )


def make(url, version):
    """Make a database of an old version with rows of every kind."""
    engine = make_engine(url)
    with upgrading(engine) as connection:
        CONFIG.attributes["connection"] = connection
        command.upgrade(CONFIG, "0001")
        for which, rows in first_rows():
            connection.execute(which.insert(), rows)
        connection.execute(text("UPDATE comments SET state = 'approved' WHERE id = 1"))
        if engine.dialect.name == "postgresql":  # which counts by itself only what it numbered itself
            for name in ("imports", "comments", "decisions"):
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 9)"))
        command.upgrade(CONFIG, version)
    engine.dispose()


def content(url):
    """Every table's columns, and its rows as the database itself holds them."""
    engine = make_engine(url)
    found = {}
    with reading(engine) as connection:
        for name in inspect(connection).get_table_names():
            columns = [c["name"] for c in inspect(connection).get_columns(name)]
            order = ", ".join(str(n) for n in range(1, len(columns) + 1))
            quoted = ", ".join(f'"{c}"' for c in columns)
            rows = connection.execute(text(f"SELECT {quoted} FROM {name} ORDER BY {order}")).all()
            found[name] = (columns, [dict(zip(columns, row, strict=True)) for row in rows])
    engine.dispose()
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return new_database(request.getfixturevalue("postgresql"))


def test_there_is_an_older_version():
    assert OLD[0] == "0001"


@pytest.mark.parametrize("version", OLD)
def test_an_older_database_keeps_every_row(url, version):
    make(url, version)
    before = content(url)
    Store.open(url).close()
    after = content(url)
    # The second version gave notes a table of their own.
    notes = [(row["id"], row.pop("note")) for row in before["decisions"][1] if "note" in row] or [
        (row["decision"], row["text"]) for row in before["notes"][1]
    ]
    del before["alembic_version"]
    for name, (columns, rows) in before.items():
        left = [c for c in columns if (name, c) != ("decisions", "note")]
        kept = [{key: row[key] for key in left} for row in after[name][1]]
        assert kept == rows, name
    assert after["notes"][1] == [{"decision": key, "text": note} for key, note in notes if note is not None]
    assert after["alembic_version"][1] == [{"version_num": VERSIONS[-1]}]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_older_token_opens_what_it_opened(url):
    make(url, "0002")
    engine = make_engine(url)
    with writing(engine) as connection:
        user = "INSERT INTO users VALUES (1, 'ann', 'admin', NULL, 'x', '2024-05-18', false, '{}')"
        connection.execute(text(user))
        columns = "INSERT INTO tokens (id, user_id, name, hash, role, created_at, expires_at) VALUES "
        connection.execute(text(f"{columns} (1, 1, 't', 'h', 'viewer', '2024-05-18', '9999-01-01')"))
    engine.dispose()
    with Store.open(url) as store:
        (token,) = store.tokens.all(store.accounts.find("ann"))
    assert token.scopes == ("read", "score")


@pytest.mark.parametrize("version", OLD)
def test_an_older_database_has_the_tables_of_today(url, version):
    make(url, version)
    with Store.open(url) as store, reading(store._engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        foreign = {name: inspect(connection).get_foreign_keys(name) for name in tables.metadata.tables}
    assert {len(keys) for name, keys in foreign.items() if name == "decisions"} == {2}


@pytest.mark.parametrize("version", OLD)
def test_the_audit_log_begins_with_earlier_decisions(url, version):
    make(url, version)
    with Store.open(url, clock=Clock()) as store:
        assert store.verify() == []
        states = {comment: state for (_, comment), state in store.replay().items()}
        assert states == {"c1": ("approved", 3), "c2": ("rejected", 1), "c3": ("approved", 2)}
        notes = store.history("t", "c1")["note"].tolist()
        assert (notes[0], notes[2]) == (HOSTILE, "after all")
        undo = Action(
            key="new", thread_id="t", comment_id="c3", action="undo", actor="bea", expected_version=2
        )
        (outcome,) = store.decide([undo])
        assert (outcome.status, outcome.state, outcome.decision.undoes) == ("done", "rejected", 9)
        assert store.verify() == []


@pytest.mark.parametrize("version", OLD)
def test_recorded_decisions_cannot_be_changed_after_an_upgrade(url, version):
    make(url, version)
    with Store.open(url) as store:
        for statement in ("UPDATE decisions SET actor = 'x'", "DELETE FROM decisions", "DELETE FROM audit"):
            with pytest.raises(StoreError, match="cannot be changed"), writing(store._engine) as connection:
                connection.execute(text(statement))


@pytest.mark.parametrize("version", OLD)
def test_a_backup_of_an_older_version_is_restored_and_brought_up_to_date(tmp_path, version):
    path = tmp_path / "old"
    make(f"sqlite:///{path}", version)
    engine = make_engine(f"sqlite:///{path}")
    with reading(engine) as connection:
        found = content_of(connection)
    engine.dispose()
    values = {name: getattr(found, name) for name in ("schema", "rows", "audit_rows", "audit_head")}
    Manifest(
        file="old",
        bytes=path.stat().st_size,
        sha256=sha256_of(path),
        database="sqlite",
        taken_at=NOON,
        **values,
    ).write(path)
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    restore(path, url, actor="anna", clock=Clock())
    with Store.open(url) as store:
        assert (len(store.comments("t")), store.verify()) == (4, [])


def test_a_newer_database_is_refused_and_left_as_it_is(url):
    Store.open(url).close()
    engine = make_engine(url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    before = content(url)
    with pytest.raises(StoreError, match=f"has version 9999 of the tables.*up to version {VERSIONS[-1]}"):
        Store.open(url)
    assert content(url) == before


@pytest.mark.parametrize("version", OLD)
def test_an_upgrade_that_fails_leaves_the_database_as_it_was(url, version, monkeypatch):
    make(url, version)
    before = content(url)
    stamp = HeadMaintainer.update_to_step  # what comes last in each step

    def fail(self, step):
        return 1 / 0 if VERSIONS[-1] in step.to_revisions else stamp(self, step)

    monkeypatch.setattr(HeadMaintainer, "update_to_step", fail)
    with pytest.raises(ZeroDivisionError):
        Store.open(url)
    monkeypatch.undo()
    assert content(url) == before
    with Store.open(url) as store:
        assert store.verify() == []


KILLED = """
import os, signal, sys
from alembic.runtime.migration import HeadMaintainer
from threads.storage import Store
stamp = HeadMaintainer.update_to_step
def die(self, step):
    if sys.argv[2] in step.to_revisions:
        os.kill(os.getpid(), signal.SIGKILL)
    stamp(self, step)
HeadMaintainer.update_to_step = die
Store.open(sys.argv[1])
"""


@pytest.mark.parametrize("version", OLD)
def test_an_upgrade_that_is_killed_leaves_the_database_as_it_was(url, version):
    make(url, version)
    before = content(url)
    path = os.pathsep.join(entry for entry in sys.path if entry)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, VERSIONS[-1]],
        env={**os.environ, "PYTHONPATH": path},
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert content(url) == before
    with Store.open(url) as store:
        assert store.verify() == []
