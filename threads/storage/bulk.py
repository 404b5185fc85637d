"""Very many new rows at once: whole columns to the database's own driver, little work for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from threads.storage.tables import StoredJson, StoredText, UtcTime

_VALUES = 999  # in a statement of SQLite, whose oldest versions take no more


def insert_columns(
    connection: Connection,
    table: Table,
    columns: Mapping[str, Sequence[Any]],
    fixed: Mapping[str, Any] | None = None,
) -> None:
    """Insert rows that stand in columns of one length; `fixed` has what is the same in every row.

    SQLite gets many rows by each run of one prepared statement, PostgreSQL all by COPY. Within the caller's
    transaction: all or nothing.
    """
    count = len(next(iter(columns.values())))
    if not count:
        return
    bound = {
        name: _bound(connection, table, name, values)
        for name, values in columns.items()
        if any(value is not None for value in values)
    }
    for name, value in (fixed or {}).items():
        bound[name] = list(repeat(_bound(connection, table, name, [value])[0], count))
    quote = connection.dialect.identifier_preparer.quote
    into = f"{table.name} ({', '.join(map(quote, bound))})"
    rows = list(zip(*bound.values(), strict=True))
    if connection.dialect.name == "postgresql":
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    at_once = max(1, _VALUES // len(bound))
    whole = count - count % at_once
    for some, size in ((rows[:whole], at_once), (rows[whole:], count - whole)):
        if some:
            places = ", ".join([f"({', '.join('?' * len(bound))})"] * size)
            runs = [tuple(chain(*some[start : start + size])) for start in range(0, len(some), size)]
            connection.exec_driver_sql(f"INSERT INTO {into} VALUES {places}", runs)  # noqa: S608 - our names


def new_keys(connection: Connection, table: Table, count: int) -> list[int]:
    """Return keys for so many new rows of a table, ascending; the caller keeps other writers of it away."""
    if connection.dialect.name == "sqlite":
        last = connection.scalar(select(func.max(table.c.id))) or 0
        return list(range(last + 1, last + 1 + count))
    drawn = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return sorted(connection.scalars(drawn, {"table": table.name, "count": count}))


def _bound(connection: Connection, table: Table, name: str, values: Sequence[Any]) -> Sequence[Any]:
    """Return what the driver gets for values of a column."""
    kind = table.c[name].type
    if isinstance(kind, StoredText | StoredJson | UtcTime):
        return kind.bind_all(values, connection.dialect)
    return values
