"""What the moderation queue shows, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import ColumnElement, Connection, RowMapping, func, or_, select

from threads.errors import StoreError
from threads.moderation.decisions import STATES, Decision, State
from threads.records import COMMENT_COLUMNS, Comment, Flag
from threads.storage import tables
from threads.storage.deciding import last_decisions
from threads.storage.importing import CHUNK, flags_of

_c = tables.comments.c
_AS_STORED = (
    *(column.name for column in COMMENT_COLUMNS),
    "title",
    "url",
    "parent_author",
    "parent_text",
    "state",
    "version",
    "imported_at",
)
_parent = tables.comments.alias("parent")
_thread = tables.discussions.c

# A comment that was decided without a flag is shown too: no decision is out of sight.
_IN_QUEUE: ColumnElement[bool] = or_(_c.risk.is_not(None), _c.state != "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem(Comment):
    """A comment that waits for a moderator, or had one, with all that is needed to decide.

    `author_comments` and `author_rejected` count the author's comments in the whole store, within the same
    source format and this one included; of an unnamed author, this one is all that is known. `risk` is as in
    `threads.moderation.queue_order`, and 0 when no rule flagged the comment. `sentiment` is the compound.
    """

    title: str | None
    url: str | None
    parent_author: str | None
    parent_text: str | None
    flags: tuple[Flag, ...]
    risk: float
    sentiment: float | None
    author_comments: int
    author_rejected: int
    state: State
    version: int
    last_decision: Decision | None
    imported_at: datetime


def read_queue(connection: Connection, state: str, limit: int, offset: int) -> list[QueueItem]:
    """Return a page of the queue; see `Store.queue`."""
    if state not in get_args(State):
        raise StoreError(f"no state is called {state!r}", remedy=f"Known: {', '.join(STATES)}")
    if not 0 <= limit <= CHUNK or offset < 0:
        raise StoreError(f"a page of the queue has at most {CHUNK} comments", remedy="Use a smaller limit")
    rows = (
        connection.execute(
            select(
                tables.comments,
                _thread.title,
                _thread.url,
                _parent.c.author.label("parent_author"),
                _parent.c.text.label("parent_text"),
                tables.scores.c["values"],
            )
            .join_from(tables.comments, tables.discussions)
            .outerjoin(tables.scores)
            .outerjoin(
                _parent, (_parent.c.thread_id == _c.thread_id) & (_parent.c.comment_id == _c.parent_id)
            )
            .where(_c.state == state, _IN_QUEUE)
            .order_by(_c.risk.desc().nulls_last(), _c.published_at.asc().nulls_last(), _c.id)
            .limit(limit)
            .offset(offset)
        )
        .mappings()
        .all()
    )
    keys = [row["id"] for row in rows]
    flags: dict[int, list[Flag]] = {}
    for key, flag in flags_of(connection, keys):
        flags.setdefault(key, []).append(flag)
    decisions, counts = last_decisions(connection, keys), _author_counts(connection, rows)
    return [_item(row, flags.get(row["id"], []), decisions.get(row["id"]), counts) for row in rows]


def count_queue(connection: Connection) -> dict[State, int]:
    """Return the length of the queue in each state."""
    query = select(_c.state, func.count()).where(_IN_QUEUE).group_by(_c.state)
    found = connection.execute(query).all()
    return {state: sum(count for other, count in found if other == state) for state in STATES}


AuthorKey = tuple[str, str, str]


def _author_key(row: RowMapping) -> AuthorKey | None:
    """Return who wrote a comment: the platform's id where it gives one, the name where it does not."""
    if row["author_id"] is not None:
        return row["source_format"], "author_id", row["author_id"]
    return None if row["author"] is None else (row["source_format"], "author", row["author"])


def _author_counts(connection: Connection, rows: Iterable[RowMapping]) -> dict[AuthorKey, tuple[int, int]]:
    """Return comments and rejected comments of the authors of `rows`; two queries."""
    wanted = {key for row in rows if (key := _author_key(row)) is not None}
    counts: dict[AuthorKey, tuple[int, int]] = {}
    rejected = func.count().filter(_c.state == "rejected")
    for kind, column in (("author_id", _c.author_id), ("author", _c.author)):
        names = [name for _, of_kind, name in wanted if of_kind == kind]
        query = select(_c.source_format, column, func.count(), rejected).where(column.in_(names))
        if kind == "author":
            query = query.where(_c.author_id.is_(None))
        for source_format, name, total, gone in connection.execute(query.group_by(_c.source_format, column)):
            counts[source_format, kind, name] = (total, gone)
    return counts


def _item(
    row: RowMapping,
    flags: list[Flag],
    decision: Decision | None,
    counts: dict[AuthorKey, tuple[int, int]],
) -> QueueItem:
    author = _author_key(row)
    total, rejected = (1, int(row["state"] == "rejected")) if author is None else counts[author]
    return QueueItem(
        **{name: row[name] for name in _AS_STORED},
        flags=tuple(flags),
        risk=row["risk"] or 0.0,
        sentiment=(row["values"] or {}).get("sentiment"),
        author_comments=total,
        author_rejected=rejected,
        last_decision=decision,
    )
