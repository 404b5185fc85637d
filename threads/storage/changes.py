"""What happened since a moderator's page last asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from threads.moderation.decisions import Decision
from threads.storage import tables
from threads.storage.claims import Claim, claims_held
from threads.storage.deciding import decisions_by_id

_a = tables.audit.c
_AFTER = (
    select(_a.id, _a.event, _a.details)
    .where(_a.id > bindparam("after"))
    .order_by(_a.id)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Decisions since a cursor, in the order in which they were made; all claims that hold; the new cursor.

    `more` says that there are further decisions to ask for at once.
    """

    decisions: tuple[Decision, ...]
    claims: tuple[Claim, ...]
    cursor: int
    more: bool = False


def last_change(connection: Connection) -> int:
    """Return the cursor of this moment."""
    return connection.scalar(select(func.max(_a.id))) or 0


def changes_since(connection: Connection, after: int, limit: int, now: datetime) -> Changes:
    """Return what happened after the cursor `after`; see `Store.changes`.

    The cursor is the id of a row of the audit log: those count without a gap in the order in which
    transactions end, so that none appears behind a cursor that was given out. Ids of decisions do not.
    """
    rows = connection.execute(_AFTER, {"after": after, "most": limit}).all()
    ids = [row.details["decision"] for row in rows if row.event == "decision"]
    found = decisions_by_id(connection, ids) if ids else {}
    return Changes(
        decisions=tuple(found[key] for key in ids if key in found),
        claims=tuple(claims_held(connection, now)),
        # A store that was restored may be behind a cursor of before.
        cursor=rows[-1].id if rows else min(after, last_change(connection)),
        more=len(rows) == limit,
    )
