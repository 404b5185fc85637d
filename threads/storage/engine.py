"""The one place where databases are opened, and where their dialects differ."""

from __future__ import annotations

import random
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from itertools import islice
from threading import local
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, create_engine, event, func, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError, StatementError

from threads.errors import StoreError
from threads.metrics import lock_wait

T = TypeVar("T")

CHUNK = 500  # values in one IN (…); databases allow some tens of thousands
BUSY_SECONDS = 30.0
_CACHE = 65_536  # kB, of a connection that writes much
_LOG = 8_000  # pages of it, while it does
WIPE_SECONDS = 5.0  # for readers to let go of what was deleted
DIALECTS = ("sqlite", "postgresql")
_WRITES = "threads_writes"
_UPGRADES = "threads_upgrades"
_UPGRADE_LOCK = 0x62746C  # "btl"; the keys of PostgreSQL's advisory locks
_IMPORT_LOCK = _UPGRADE_LOCK + 1
_AUDIT_LOCK = _UPGRADE_LOCK + 2
_ACCOUNTS_LOCK = _UPGRADE_LOCK + 3
_TOO_LARGE = "a number is too large to be stored"
_UNWIPED = "bytes of it may be left in the database's files"
_WIPE_LATER = "`btl erase --again` tries once more"

# (words of the driver's message, what is wrong, what to do); the first that fits is said.
_CAUSES: tuple[tuple[str, str, str], ...] = (
    ("not a database", "this is not a database", "Name another file, or restore a backup"),
    ("malformed", "the database is damaged", "Restore a backup"),
    ("unable to open", "the database cannot be opened", "Check that the folder exists and may be written to"),
    ("readonly", "the database cannot be written to", "Check the permissions of the file and of its folder"),
    ("read-only", "the database cannot be written to", "Check the permissions of the user"),
    ("locked", "another program has kept the database locked", "Try again, or close the other program"),
    ("disk is full", "the disk is full", "Make room and try again; nothing was stored by halves"),
    ("append-only", "what is on record cannot be changed", "Undo is a decision of its own"),
    ("bigint out of range", _TOO_LARGE, "Give a number below 2^63"),
    ("out of range for type bigint", _TOO_LARGE, "Give a number below 2^63"),
    ("no such table", "the database lacks our tables", "Open it with Store.open, which makes them"),
)


def make_engine(url: str | URL) -> Engine:
    """Return an engine for a SQLite file or a PostgreSQL database; opens no connection yet.

    SQLite connections use write-ahead logging, wait up to 30 s for other writers, flush each commit to disk,
    enforce foreign keys, and fire triggers on REPLACE too.

    Raises
    ------
    StoreError
        The address cannot be read, names another kind of database, or its driver is not installed.
    """
    parsed = _checked_url(url)
    # Parameters hold comment text, which must not reach messages or logs.
    # Twenty moderators at once find a connection each; those beyond the size are opened anew each time.
    options: dict[str, Any] = {"hide_parameters": True, "pool_size": 20, "max_overflow": 20}
    if parsed.get_backend_name() == "sqlite":
        options["connect_args"] = {"isolation_level": None, "timeout": BUSY_SECONDS}
    try:
        engine = create_engine(parsed, **options)
    except ModuleNotFoundError as error:
        raise StoreError(
            f"the driver {error.name} is not installed",
            source=database_name(parsed),
            remedy=f"Install it: pip install {error.name}",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgresql)
    return engine


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield `values` in lists of at most CHUNK."""
    iterator = iter(values)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


@contextmanager
def reading(engine: Engine, *, own: bool = False) -> Iterator[Connection]:
    """One consistent view of the store, for reading; takes no write lock.

    Inside of `one_view` it is that one, unless it is to be its `own`.

    Raises
    ------
    StoreError
        The database cannot be opened or read; the message names it.
    """
    shared = _shared_by_this_thread(engine)
    with _named_errors(engine):
        if own or shared is None:
            with _view(engine) as connection:
                yield connection
            return
        try:
            yield shared.connection()
        except BaseException:
            shared.end()  # after an error, PostgreSQL answers nothing more in the same transaction
            raise


@contextmanager
def one_view(engine: Engine) -> Iterator[None]:
    """Let all that this thread reads inside be of one moment, in one transaction begun by the first of it.

    A write of the same thread ends the view; what is read after it is of a later moment, which has the write.
    """
    if _shared_by_this_thread(engine) is not None:
        yield
        return
    shared = _sharing.view = _SharedView(engine)
    try:
        yield
    finally:
        _sharing.view = None
        shared.end()


class _SharedView:
    """The view that the reads of one thread have in common; opened when it is asked for."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._opened: ExitStack | None = None
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        """Return the connection whose transaction is the view."""
        if self._connection is None:
            with ExitStack() as opened:
                self._connection = opened.enter_context(_view(self.engine))
                self._opened = opened.pop_all()
        return self._connection

    def end(self) -> None:
        """Let the next read begin a view anew."""
        opened, self._opened, self._connection = self._opened, None, None
        if opened is not None:
            opened.close()


class _Sharing(local):
    view: _SharedView | None = None


_sharing = _Sharing()  # of each thread: a connection is one thread's


def _shared_by_this_thread(engine: Engine) -> _SharedView | None:
    shared = _sharing.view
    return shared if shared is not None and shared.engine is engine else None


@contextmanager
def _view(engine: Engine) -> Iterator[Connection]:
    if engine.dialect.name != "sqlite":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        connection.begin()
        yield connection


@contextmanager
def asking(engine: Engine) -> Iterator[Connection]:
    """Give a connection for one statement, which is a view by itself: nothing is begun and ended around it.

    Raises
    ------
    StoreError
        As in `reading`.
    """
    if engine.dialect.name == "sqlite":
        with reading(engine) as connection:
            yield connection
        return
    with (
        _named_errors(engine),
        engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection,
    ):
        yield connection


@contextmanager
def writing(engine: Engine, *, much: bool = False) -> Iterator[Connection]:
    """One transaction that writes: committed at the end, rolled back on any error.

    On SQLite it takes the write lock at its start (BEGIN IMMEDIATE): a transaction that reads first and
    writes later fails when somebody else wrote in between. Where it writes `much`, SQLite gets memory for it,
    which the connection keeps until `rest`, and brings its log into the database less often; each commit is
    flushed to disk as ever.

    Raises
    ------
    StoreError
        The database cannot be opened or written; the message names it.
    """
    if (shared := _shared_by_this_thread(engine)) is not None:
        shared.end()
    writer = engine.execution_options(**{_WRITES: True})
    with (
        _named_errors(engine),
        writer.connect() as connection,
        _room(connection) if much else nullcontext(),
        connection.begin(),
    ):
        yield connection


@contextmanager
def _room(connection: Connection) -> Iterator[None]:
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.dbapi_connection
    raw.execute(f"PRAGMA cache_size=-{_CACHE}")
    usual = raw.execute("PRAGMA wal_autocheckpoint").fetchone()[0]
    try:
        raw.execute(f"PRAGMA wal_autocheckpoint={_LOG}")
        yield
    finally:
        raw.execute(f"PRAGMA wal_autocheckpoint={usual}")


def rest(engine: Engine) -> None:
    """Give back the memory that writing much took, with the connections that nobody uses."""
    if engine.dialect.name == "sqlite":
        engine.dispose()


@contextmanager
def upgrading(engine: Engine) -> Iterator[Connection]:
    """One transaction that may make tables anew: SQLite holds foreign keys again only at its end.

    Raises
    ------
    StoreError
        As in `writing`; or a row was left that points nowhere, and then nothing was changed.
    """
    if engine.dialect.name == "postgresql":
        with writing(engine) as connection:
            yield connection
        return
    maker = engine.execution_options(**{_WRITES: True, _UPGRADES: True})
    with _named_errors(engine), maker.begin() as connection:
        yield connection
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise StoreError(
                "the upgrade would leave rows that point nowhere", source=database_name(engine.url)
            )
    engine.dispose()  # a new connection has foreign keys on


def lock_for_upgrade(connection: Connection) -> None:
    """Wait until no other process upgrades this database; held until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")


def lock_for_import(connection: Connection) -> None:
    """Wait until no other import is being written; on SQLite every writer waits for the others anyway."""
    _wait_for(connection, _IMPORT_LOCK)


def lock_for_audit(connection: Connection) -> None:
    """Wait until no other transaction is about to append to the audit log: its rows stand in one chain."""
    _wait_for(connection, _AUDIT_LOCK)


def lock_for_accounts(connection: Connection) -> None:
    """Wait until no other transaction changes accounts or counts failed sign-ins."""
    _wait_for(connection, _ACCOUNTS_LOCK)


def wiped(engine: Engine) -> str:
    """Overwrite what was deleted in the database's files; return what may be left of it, "" for nothing.

    SQLite writes its file anew, which takes room for another copy and keeps other writers waiting. PostgreSQL
    keeps deleted rows until it vacuums, which is for its administrator to do.
    """
    if engine.dialect.name == "postgresql":
        return (
            "PostgreSQL keeps deleted rows in its files until it vacuums: run VACUUM FULL at a quiet hour; "
            "replicas and archived logs are yours to look after"
        )
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        cursor.execute(f"PRAGMA busy_timeout={WIPE_SECONDS * 1000:.0f}")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError as error:
        return f"{_UNWIPED} ({error}): {_WIPE_LATER}"
    finally:
        connection.invalidate()  # it waits for others less long than it should for writing
    return f"{_UNWIPED}, for another program is reading it: {_WIPE_LATER}" if busy else ""


def _wait_for(connection: Connection, lock: int) -> None:
    if connection.dialect.name == "postgresql":
        with lock_wait():
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({lock})")


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the dialect's INSERT, which knows ON CONFLICT; both dialects share its methods."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def contains_text(connection: Connection, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Return the condition that `text` stands in `column`, in upper or lower case, its % and _ as they are.

    Databases fold the case of ASCII fast and that of all letters slowly: the longest stretch of ASCII goes
    first.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    found: list[ColumnElement[bool]] = []
    if plain := max(re.findall(r"[\x00-\x7f]+", text), key=len, default=""):
        pattern = _anywhere(plain)
        found.append(
            column.like(pattern, escape="/") if on_sqlite else column.collate("C").ilike(pattern, escape="/")
        )
    if plain != text:
        found.append(
            func.threads_contains(column, text)
            if on_sqlite
            else column.collate("und-x-icu").ilike(_anywhere(text), escape="/")
        )
    return and_(*found)


def _anywhere(text: str) -> str:
    return "%" + re.sub("([/%_])", r"/\1", text) + "%"


def _contains(text: str | None, part: str) -> bool:
    if text is None or (text.isascii() and not part.isascii()):
        return False
    return part in text or part.lower() in text.lower()


def database_name(url: URL) -> str:
    """Return the database as messages name it: a path, or an address without its password."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return url.render_as_string(hide_password=True)


def _checked_url(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(
            "this is no address of a database",
            source="database",
            remedy="Write sqlite:///PATH or postgresql://…",
        ) from error
    if backend not in DIALECTS:
        raise StoreError(
            f"{backend} databases are not supported",
            source=database_name(parsed),
            remedy="Write sqlite:///PATH or postgresql://…",
        )
    if backend == "sqlite" and (parsed.database in (None, "", ":memory:") or "mode" in parsed.query):
        raise StoreError(
            "a database in memory is seen by one thread only",
            source=database_name(parsed),
            remedy="Name a file: sqlite:///PATH",
        )
    return parsed


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    _use_write_ahead_log(connection)
    connection.create_function("threads_contains", 2, _contains, deterministic=True)
    for pragma in ("foreign_keys=ON", "synchronous=FULL", "recursive_triggers=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Have each query planned for its own values, as long as the connection lasts.

    A plan for any limit and offset sorts a whole view of the queue, where one page is read off an index.
    """
    connection.execute("SET plan_cache_mode = force_custom_plan")
    connection.commit()


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging, once a file; SQLite does not wait for the lock of this switch."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                return
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    raw: Any = connection.connection.dbapi_connection
    if connection.get_execution_options().get(_UPGRADES, False):
        raw.execute("PRAGMA foreign_keys=OFF")  # heeded outside of a transaction only
    if not connection.get_execution_options().get(_WRITES, False):
        connection.exec_driver_sql("BEGIN")
    else:
        with lock_wait():
            taken = _write_lock_taken(raw)
        if not taken:
            # Once more through SQLAlchemy, so that the failure is one of its errors.
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _write_lock_taken(connection: Any) -> bool:
    """Take the write lock, trying often: SQLite's own waiting backs off, and an unlucky writer starves."""
    deadline = time.monotonic() + BUSY_SECONDS
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < deadline:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    return False
                time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 - nothing secret
            else:
                return True
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000:.0f}")
    return False


@contextmanager
def _named_errors(engine: Engine) -> Iterator[None]:
    """Turn a driver's error into a StoreError that names the database, the cause and the remedy."""
    try:
        yield
    except SQLAlchemyError as error:
        raise _named(error, engine.url) from None  # PostgreSQL's own quotes the row that it refuses
    except engine.dialect.loaded_dbapi.Error as error:  # of COPY, which SQLAlchemy does not know
        raise _named(error, engine.url) from None
    except OverflowError:
        raise StoreError(_TOO_LARGE, source=database_name(engine.url)) from None


def _named(error: Exception, url: URL) -> StoreError:
    inner = error.orig if isinstance(error, StatementError) else None
    # hide_parameters keeps comment text out of it; PostgreSQL quotes the row that it refuses from line 2 on.
    message = next(iter(str(inner if inner is not None else error).splitlines()), type(error).__name__)
    if isinstance(inner, StoreError):
        return inner
    for words, problem, remedy in _CAUSES:
        if words in message.lower():
            return StoreError(problem, source=database_name(url), remedy=remedy)
    kind = "the database cannot be reached" if _unreachable(error) else "the database refused a change"
    return StoreError(f"{kind} ({message})", source=database_name(url))


def _unreachable(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and error.statement is None
