"""The audit log: every event once, in order, each row with the hash of the one before.

A row's hash is SHA-256 over its values and the hash before it (Haber & Stornetta 1991), so that a change, a
gap or a change of order is seen from there on. Somebody who writes the whole log anew is seen by a hash that
was kept elsewhere: `btl verify-audit --head HASH`. The log holds ids, never a text that a commenter wrote.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from threads.frames import typed
from threads.records import Column
from threads.storage import tables
from threads.storage.engine import lock_for_audit

BEFORE_THE_FIRST = "0" * 64
_a = tables.audit.c
_LAST = select(_a.id, _a.hash).order_by(_a.id.desc()).limit(1)
_as_json = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode


AUDIT_COLUMNS: tuple[Column, ...] = (
    Column("id", "integer", "The event, counted from 1 without a gap."),
    Column("at", "time", "When it happened.", "UTC"),
    Column("actor", "text", "Who did it."),
    Column("event", "text", "What kind of event it is."),
    Column("details", "text", "What it tells of, as JSON: ids, states, numbers."),
    Column("previous", "text", "Hash of the row before."),
    Column("hash", "text", "SHA-256 over all the rest."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """An event on record; `hash` covers all the rest."""

    id: int
    at: datetime
    actor: str
    event: str
    details: Mapping[str, Any]
    previous: str
    hash: str


def record(connection: Connection, event: str, actor: str, details: Mapping[str, Any], now: datetime) -> None:
    """Append an event, within the caller's transaction: what it tells of happens with it or not at all."""
    lock_for_audit(connection)
    rows_before, previous = head(connection)
    values: dict[str, Any] = {
        "id": rows_before + 1,
        "at": now,
        "actor": actor,
        "event": event,
        "details": dict(details),
        "previous": previous,
    }
    connection.execute(tables.audit.insert().values(chained(values)))


def chained(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a row with the hash that belongs to them."""
    return {**values, "hash": _hash(values)}


def rows(connection: Connection, event: str | None = None) -> Iterator[AuditRow]:
    """Yield every event, or all of a kind, in order, a few thousand in memory at a time."""
    query = select(tables.audit).order_by(_a.id)
    if event is not None:
        query = query.where(_a.event == event)
    with connection.execute(query.execution_options(yield_per=5_000)) as found:
        for row in found:
            yield AuditRow(**row._mapping)


def head(connection: Connection) -> tuple[int, str]:
    """Return the number of rows and the hash of the last one, which stands for them all."""
    last = connection.execute(_LAST).one_or_none()
    return (0, BEFORE_THE_FIRST) if last is None else (last.id, last.hash)


def log_frame(connection: Connection) -> pd.DataFrame:
    """Return the whole log, columns as in AUDIT_COLUMNS."""
    values = [
        (row.id, row.at, row.actor, row.event, canonical(row.details).decode(), row.previous, row.hash)
        for row in rows(connection)
    ]
    names = [column.name for column in AUDIT_COLUMNS]
    return typed(pd.DataFrame(values, columns=names, dtype=object), AUDIT_COLUMNS)


def broken(log: Iterator[AuditRow]) -> Iterator[str]:
    """Yield what is wrong with a log: a row changed, missing, or out of order."""
    previous, number = BEFORE_THE_FIRST, 0
    for row in log:
        number += 1
        if row.id != number:
            yield f"row {number} is missing: the next one is {row.id}"
            number = row.id
        if row.previous != previous:
            yield f"row {row.id} does not follow the row before it"
        if row.hash != _hash(asdict(row)):
            yield f"row {row.id} was changed after it was written"
        previous = row.hash


def _hash(values: Mapping[str, Any]) -> str:
    parts = [
        values["previous"],
        values["id"],
        values["at"].astimezone(UTC).isoformat(),
        values["actor"],
        values["event"],
        values["details"],
    ]
    return hashlib.sha256(canonical(parts)).hexdigest()


def canonical(value: Any) -> bytes:
    """Return a value of JSON as bytes that are the same whenever the value is."""
    return _as_json(value).encode("ascii")
