"""Holding the store against its audit log, which is read row by row however long it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from threads.moderation.decisions import Step, replay
from threads.storage import tables
from threads.storage.audit import AuditRow, broken, canonical, rows
from threads.storage.deciding import all_decisions, audited


class _Told(NamedTuple):
    """What a row of the log says of something: its place, and a digest that takes little memory."""

    row: int
    digest: bytes


@dataclass(slots=True)
class _Log:
    """What the whole log says."""

    decisions: dict[int, _Told] = field(default_factory=dict)
    opinions: dict[tuple[int, str], _Told] = field(default_factory=dict)
    hashes_sought: set[str] = field(default_factory=set)

    def noted(self, log: Iterator[AuditRow]) -> Iterator[AuditRow]:
        """Pass the rows on, and keep what the store is held against."""
        for row in log:
            told = _Told(row.id, _digest(row.actor, row.at, row.details))
            if row.event == "decision":
                self.decisions[row.details["decision"]] = told
            elif row.event == "second_opinion":
                self.opinions[row.details["decision"], row.actor] = told
            self.hashes_sought.discard(row.hash)
            yield row


def differences(connection: Connection, head: str | None = None) -> Iterator[str]:
    """Yield what is wrong with the log, and where the store is not what it says; see `Store.verify`."""
    log = _Log(hashes_sought=set() if head is None else {head})
    try:
        yield from broken(log.noted(rows(connection)))
        if log.hashes_sought:
            yield f"no row has the hash {head}: the log was written anew, or is another one"
        yield from _decisions_that_differ(connection, log.decisions)
        yield from _opinions_that_differ(connection, log.opinions)
        yield from _comments_that_differ(connection)
    except (ValueError, TypeError, LookupError) as error:  # a value that this program never writes
        yield f"the store cannot be read to its end: {' '.join(str(error).split())}"


def _decisions_that_differ(connection: Connection, told: dict[int, _Told]) -> Iterator[str]:
    for decision in all_decisions(connection):
        row = told.pop(decision.id, None)
        if row is None:
            yield f"decision {decision.id} is not in the audit log"
        elif row.digest != _digest(decision.actor, decision.decided_at, audited(decision)):
            yield f"decision {decision.id} differs from row {row.row} of the audit log"
    for number, row in told.items():
        yield f"row {row.row} tells of decision {number}, which is not there"


def _opinions_that_differ(connection: Connection, told: dict[tuple[int, str], _Told]) -> Iterator[str]:
    for opinion in connection.execute(select(tables.second_opinions)):
        row = told.pop((opinion.decision, opinion.actor), None)
        details = {"decision": opinion.decision, "state": opinion.state}
        if row is None:
            yield f"second opinion {opinion.id} is not in the audit log"
        elif row.digest != _digest(opinion.actor, opinion.given_at, details):
            yield f"second opinion {opinion.id} differs from row {row.row} of the audit log"
    for row in told.values():
        yield f"row {row.row} tells of a second opinion, which is not there"


def _comments_that_differ(connection: Connection) -> Iterator[str]:
    c = tables.comments.c
    query = select(c.thread_id, c.comment_id, c.state, c.version)
    expected = replay(
        Step(row.details["thread_id"], row.details["comment_id"], row.details["action"])
        for row in rows(connection, event="decision")
    )
    with connection.execute(query.execution_options(yield_per=5_000)) as comments:
        for thread_id, comment_id, *found in comments:
            state, version = expected.get((thread_id, comment_id), ("open", 0))
            if [state, version] != found:
                yield (
                    f"{thread_id}, {comment_id}: is {found[0]} at version {found[1]}, "
                    f"but its decisions make it {state} at version {version}"
                )


def _digest(actor: str, at: datetime, details: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(canonical([actor, at.isoformat(), details])).digest()
