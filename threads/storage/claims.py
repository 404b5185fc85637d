"""Claims: a hint to colleagues that somebody is at a comment. It locks nothing, and it passes by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, or_, select

from threads.errors import StoreError
from threads.language import N_
from threads.storage import tables
from threads.storage.engine import insert_into

CLAIM_LASTS = timedelta(minutes=10)

_c, _l = tables.comments.c, tables.claims.c
# Names as queries of their own: what a database believes of a table that changes all the time would have it
# read all comments for a join.
_CLAIMS: Select[Any] = select(
    *(
        select(name).where(_c.id == _l.comment).scalar_subquery().label(name.key)
        for name in (_c.thread_id, _c.comment_id)
    ),
    _l.actor,
    _l.claimed_at,
    _l.expires_at.label("until"),
)
_HELD = _CLAIMS.where(_l.expires_at > bindparam("now")).order_by(_l.claimed_at, _l.comment)
_ON_COMMENTS = _CLAIMS.add_columns(_l.comment).where(
    _l.comment.in_(bindparam("of_comments", expanding=True)), _l.expires_at > bindparam("now")
)
_DECIDED = delete(tables.claims).where(_l.comment == bindparam("of_comment"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody is at a comment, `until` a moment."""

    thread_id: str
    comment_id: str
    actor: str
    claimed_at: datetime
    until: datetime


def claim(connection: Connection, comment: int, actor: str, now: datetime) -> Claim:
    """Claim a comment, or claim it for longer; return the claim that holds, which may be a colleague's."""
    statement = insert_into(connection, tables.claims).values(
        comment=comment, actor=actor, claimed_at=now, expires_at=now + CLAIM_LASTS
    )
    longer = {name: statement.excluded[name] for name in ("actor", "claimed_at", "expires_at")}
    theirs_is_over = or_(_l.actor == actor, _l.expires_at <= now)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["comment"], set_=longer, where=theirs_is_over)
    )
    return Claim(**connection.execute(_CLAIMS.where(_l.comment == comment)).one()._mapping)


def release(connection: Connection, comment: int, actor: str) -> bool:
    """Take back a claim of one's own; return whether there was one."""
    gone = connection.execute(delete(tables.claims).where(_l.comment == comment, _l.actor == actor))
    return gone.rowcount > 0


def release_decided(connection: Connection, comment: int) -> None:
    """Take back the claim on a comment that was decided, whoever had it."""
    connection.execute(_DECIDED, {"of_comment": comment})


def claims_on(connection: Connection, comments: Iterable[int], now: datetime) -> dict[int, Claim]:
    """Return the claims that hold on some hundred comments, by the comment's key."""
    found = {}
    for row in connection.execute(_ON_COMMENTS, {"of_comments": list(comments), "now": now}):
        *values, comment = row
        found[comment] = Claim(**dict(zip(row._fields[:-1], values, strict=True)))
    return found


def claims_held(connection: Connection, now: datetime) -> list[Claim]:
    """Return every claim that holds, the oldest first."""
    return [Claim(**row._mapping) for row in connection.execute(_HELD, {"now": now})]


def comment_key(connection: Connection, thread_id: str, comment_id: str) -> int:
    """Return the key of a comment.

    Raises
    ------
    StoreError
        There is no such comment.
    """
    query = select(_c.id).where(_c.thread_id == thread_id, _c.comment_id == comment_id)
    key = connection.scalar(query)
    if key is None:
        raise StoreError(N_("there is no such comment"), source=thread_id, place=comment_id)
    return int(key)
