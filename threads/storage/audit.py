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

from sqlalchemy import Connection, select

from threads.storage import tables
from threads.storage.engine import lock_for_audit

BEFORE_THE_FIRST = "0" * 64
_a = tables.audit.c
_canonical = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode


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
    last = connection.execute(select(_a.id, _a.hash).order_by(_a.id.desc()).limit(1)).one_or_none()
    number, previous = (1, BEFORE_THE_FIRST) if last is None else (last.id + 1, last.hash)
    values: dict[str, Any] = {
        "id": number,
        "at": now,
        "actor": actor,
        "event": event,
        "details": dict(details),
        "previous": previous,
    }
    connection.execute(tables.audit.insert().values(**values, hash=_hash(values)))


def rows(connection: Connection) -> Iterator[AuditRow]:
    """Yield every event in order, a few thousand in memory at a time."""
    query = select(tables.audit).order_by(_a.id)
    for row in connection.execute(query.execution_options(yield_per=5_000)):
        yield AuditRow(**row._mapping)


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
    return hashlib.sha256(_canonical(parts).encode("ascii")).hexdigest()
