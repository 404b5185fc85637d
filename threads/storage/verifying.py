"""Holding the store against its audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from threads.moderation.decisions import Step, replay
from threads.storage import tables
from threads.storage.audit import AuditRow, broken, rows
from threads.storage.deciding import all_decisions, audited


def differences(connection: Connection, head: str | None = None) -> Iterator[str]:
    """Yield what is wrong with the log, and where decisions and comments are not what it says of them."""
    log = list(rows(connection))
    yield from broken(iter(log))
    if head is not None and all(row.hash != head for row in log):
        yield f"no row has the hash {head}: the log was written anew, or is another one"
    told = [row for row in log if row.event == "decision"]
    yield from _decisions_that_differ(connection, told)
    yield from _comments_that_differ(connection, told)


def _decisions_that_differ(connection: Connection, told: Sequence[AuditRow]) -> Iterator[str]:
    expected = {row.details["decision"]: row for row in told}
    for decision in all_decisions(connection):
        row = expected.pop(decision.id, None)
        if row is None:
            yield f"decision {decision.id} is not in the audit log"
        elif (row.actor, row.at, dict(row.details)) != (
            decision.actor,
            decision.decided_at,
            audited(decision),
        ):
            yield f"decision {decision.id} differs from row {row.id} of the audit log"
    for row in expected.values():
        yield f"row {row.id} tells of decision {row.details['decision']}, which is not there"


def _comments_that_differ(connection: Connection, told: Sequence[AuditRow]) -> Iterator[str]:
    c = tables.comments.c
    query = select(c.thread_id, c.comment_id, c.state, c.version)
    expected = replay(
        Step(row.details["thread_id"], row.details["comment_id"], row.details["action"]) for row in told
    )
    for thread_id, comment_id, *found in connection.execute(query.execution_options(yield_per=5_000)):
        state, version = expected.get((thread_id, comment_id), ("open", 0))
        if [state, version] != found:
            yield (
                f"{thread_id}, {comment_id}: is {found[0]} at version {found[1]}, "
                f"but its decisions make it {state} at version {version}"
            )
