"""Changes behind the store's back: every one is found, and the ways to make one quietly are refused."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, select, text, update

from tests.security.moderation import act, fill
from tests.security.rows import Lab, Row, Tally
from threads.errors import StoreError
from threads.storage import Store, tables
from threads.storage.audit import chained, head
from threads.storage.engine import make_engine, writing
from threads.storage.verifying import differences

NOON = datetime(2024, 5, 18, 12, tzinfo=UTC)
COMMENTS = 30
HELD_AGAINST: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (tables.audit, ("id", "at", "actor", "event", "details", "previous", "hash")),
    (
        tables.decisions,
        (
            "id",
            "key",
            "comment",
            "version",
            "action",
            "before_state",
            "after_state",
            "actor",
            "decided_at",
            "reason",
            "batch",
            "undoes",
        ),
    ),
    (tables.second_opinions, ("decision", "actor", "state", "given_at")),
    (tables.comments, ("state", "version")),
)


def tampering(lab: Lab) -> Tally:
    """Change anything that the log is held against, at random, and look whether it is found."""
    tally, trials = Tally(), lab.size(100, 20)
    for name, url in lab.databases("tampered"):
        with Store.open(url) as store:
            _work(store)
            tally.hold(store.verify() == [], f"{name}: an untouched store is doubted: {store.verify()[:2]}")
            _, kept = store.audit_head()
        engine = make_engine(url)
        chance = random.Random(14)
        for trial in range(trials):
            with _unguarded(engine) as connection:
                change = chance.choice(CHANGES)(connection, chance)
                found = list(differences(connection, kept))
            tally.hold(bool(found), f"{name}, change {trial}: {change} was not found")
        with _unguarded(engine) as connection:  # the control: what was changed is taken back each time
            tally.hold(list(differences(connection, kept)) == [], f"{name}: a change was left behind")
        engine.dispose()
    tally.tried = f"{trials} random changes of rows, fields and their order on each database"
    return tally


def _work(store: Store) -> None:
    """Leave decisions of every kind, undone ones, second opinions, and events of other kinds."""
    fill(store, COMMENTS)
    actions = ("approve", "reject", "hold", "escalate", "feature", "not_offensive")
    for number in range(1, COMMENTS - 5):
        act(
            store, number, actions[number % len(actions)], actor=f"actor {number % 3}", batch=f"b{number % 4}"
        )
    for number in range(1, COMMENTS // 3):
        act(store, number, "undo", version=1, actor="admin")
    for due in store.second_opinions.due("bob", 1, limit=10):
        store.second_opinions.give(due.decision, "bob", "rejected", 1)
    for number in range(5):
        store.accounts.put_on_record("export", "anna", {"comments": number})


@contextmanager
def _unguarded(engine: Engine) -> Iterator[Connection]:
    """A transaction without triggers and foreign keys, as who has the file would have it; taken back."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.execute("PRAGMA foreign_keys=OFF")
            names = select(text("name FROM sqlite_master WHERE type = 'trigger'"))
            for trigger in list(connection.scalars(names)):
                connection.execute(text(f"DROP TRIGGER {trigger}"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
        yield connection
        connection.rollback()


def _a_field(connection: Connection, chance: random.Random) -> str:
    table, columns = chance.choice(HELD_AGAINST)
    row = chance.choice(connection.execute(select(table)).mappings().all())
    column = chance.choice(columns)
    value = _another(connection, table, column, row[column], chance)
    connection.execute(update(table).where(table.c.id == row["id"]).values({column: value}))
    return f"{table.name} {row['id']}: {column} made {value!r}"


def _another(connection: Connection, table: Table, column: str, value: Any, chance: random.Random) -> Any:
    """Return another value that the table takes."""
    words = {"action": ("approve", "reject", "undo")}
    if column == "action" or column.endswith("state"):
        known = words.get(column, ("open", "approved", "rejected", "held"))
        return chance.choice([word for word in known if word != value])
    if column == "comment":
        decided = select(tables.decisions.c.comment)
        free = select(tables.comments.c.id).where(tables.comments.c.id.not_in(decided))
        return chance.choice(list(connection.scalars(free)))
    if isinstance(value, datetime):
        return value + chance.choice((-1, 1)) * timedelta(microseconds=chance.randrange(1, 10**9))
    if isinstance(value, dict):
        return {**value, chance.choice(list(value)): "another"}
    if isinstance(value, int) or column == "undoes":
        return (value or 0) + chance.randrange(10_000, 20_000)
    return f"{value} "


def _a_row_less(connection: Connection, chance: random.Random) -> str:
    table = chance.choice((tables.audit, tables.decisions, tables.second_opinions))
    key = chance.choice(list(connection.scalars(select(table.c.id))))
    connection.execute(delete(table).where(table.c.id == key))
    return f"{table.name} {key} deleted"


def _the_end_cut_off(connection: Connection, chance: random.Random) -> str:
    rows, _ = head(connection)
    last = rows - chance.randrange(1, 5)
    connection.execute(delete(tables.audit).where(tables.audit.c.id > last))
    return f"audit cut off after {last}"


def _two_rows_swapped(connection: Connection, chance: random.Random) -> str:
    table = chance.choice((tables.audit, tables.decisions))
    one, other = chance.sample(list(connection.scalars(select(table.c.id))), 2)
    for before, after in ((one, -1), (other, one), (-1, other)):
        connection.execute(update(table).where(table.c.id == before).values(id=after))
    return f"{table.name} {one} and {other} swapped"


def _a_row_more(connection: Connection, chance: random.Random) -> str:
    table = chance.choice((tables.audit, tables.decisions))
    row = dict(chance.choice(connection.execute(select(table)).mappings().all()))
    number = max(connection.scalars(select(table.c.id))) + 1
    row["id"] = number
    if table is tables.decisions:
        row |= {"key": f"forged {number}", "version": 1_000, "undoes": None}
    connection.execute(table.insert().values(row))
    return f"{table.name} {number} forged"


def _a_log_written_anew(connection: Connection, chance: random.Random) -> str:
    """Change a row of no decision and give all that follow their right hashes: only the head tells."""
    log = connection.execute(select(tables.audit).order_by(tables.audit.c.id)).mappings().all()
    place = chance.choice([n for n, row in enumerate(log) if row["event"] == "export"])
    connection.execute(delete(tables.audit).where(tables.audit.c.id > place))
    previous = log[place - 1]["hash"]
    for n, row in enumerate(log[place:]):
        changed = {"details": {"comments": -1}} if n == 0 else {}
        values = chained({**row, **changed, "previous": previous})
        connection.execute(tables.audit.insert().values(values))
        previous = values["hash"]
    return f"audit written anew from {place + 1}"


Changing = Callable[[Connection, random.Random], str]
CHANGES: tuple[Changing, ...] = (
    *(_a_field,) * 4,
    _a_row_less,
    _the_end_cut_off,
    _two_rows_swapped,
    _a_row_more,
    _a_log_written_anew,
)

_QUIETLY = (
    "UPDATE {} SET actor = 'mallory'",
    "DELETE FROM {}",
    "INSERT INTO {0} SELECT * FROM {0} WHERE true ON CONFLICT (id) DO UPDATE SET actor = 'mallory'",
)
QUIETLY = {
    "SQLite": (
        *_QUIETLY,
        "INSERT OR REPLACE INTO {0} SELECT * FROM {0}",
        "REPLACE INTO {0} SELECT * FROM {0}",
        "UPDATE OR IGNORE {} SET actor = 'mallory'",
        "UPDATE OR REPLACE {} SET id = id + 1",
    ),
    "PostgreSQL": (*_QUIETLY, "TRUNCATE {} CASCADE", "DELETE FROM ONLY {}"),
}


def rewriting(lab: Lab) -> Tally:
    """Try each statement that changes or takes away rows on the tables that only grow."""
    tally = Tally()
    for name, url in lab.databases("append-only"):
        with Store.open(url) as store:
            _work(store)
            before = store.audit_head()
            for table in ("decisions", "audit"):
                for statement in QUIETLY[name]:
                    tried = statement.format(table)
                    tally.hold(_refused(store, tried), f"{name}: {tried} was done")
            tally.hold((store.audit_head(), store.verify()) == (before, []), f"{name}: something changed")
    tally.tried = "UPDATE, DELETE, REPLACE, TRUNCATE in every wording, on decisions and audit log"
    return tally


def _refused(store: Store, statement: str) -> bool:
    try:
        with writing(store._engine) as connection:
            connection.exec_driver_sql(statement)
    except StoreError as error:
        return "what is on record cannot be changed" in str(error)
    return False


TAMPERING = Row("audit", "Whatever is changed behind the store's back is found", tampering)
REWRITING = Row("append-only", "What is on record can be neither changed nor deleted", rewriting)
