"""Databases of SQLite from others: opened to be read, with nothing in them run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from threads.errors import InputError
from threads.language import N_
from threads.parse.source import Source

_MAGIC = b"SQLite format 3\x00"


def is_sqlite(source: Source, *names: bytes) -> bool:
    """Return whether it is a database whose first pages, where tables are declared, hold all of `names`."""
    start = source.start
    return start.startswith(_MAGIC) and all(name in start for name in names)


@contextmanager
def opened(source: Source) -> Iterator[sqlite3.Connection]:
    """Open a database for reading; bytes that are no UTF-8 are replaced.

    A file is read where it lies, whatever its size; one that is packed is unpacked into memory.

    Raises
    ------
    InputError
        Now or while it is read: it is damaged, or not as the format has it.
    """
    try:
        with closing(_connected(source)) as connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
            for pragma in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON"):
                connection.execute(f"PRAGMA {pragma}")
            yield connection
    except (sqlite3.Error, UnicodeDecodeError) as error:  # names of columns, too, may be damaged
        raise InputError(
            N_("the database cannot be read ({reason})").format(reason=error),
            source=source.name,
            remedy=N_("Make the copy again, while nobody writes to the database (sqlite3 FILE .backup COPY)"),
        ) from None


def rows(connection: sqlite3.Connection, table: str, order: str) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a table, which has to be one: a view could run for ever."""
    known = connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,))
    if known.fetchone() is None:
        raise sqlite3.OperationalError(N_("it has no table {table}").format(table=table))
    cursor = connection.execute(f'SELECT * FROM "{table}" ORDER BY "{order}"')  # noqa: S608 - names of ours
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


def _connected(source: Source) -> sqlite3.Connection:
    if source.path is not None and source.path.is_file() and _begins(source):
        return sqlite3.connect(f"{source.path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    connection = sqlite3.connect(":memory:")
    connection.deserialize(source.data)
    return connection


def _begins(source: Source) -> bool:
    assert source.path is not None  # noqa: S101 - the caller looked
    with source.path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
