"""What the moderation queue shows, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select, true

from threads.moderation.decisions import Decision, State
from threads.moderation.queue_filter import QueueFilter
from threads.records import COMMENT_COLUMNS, Comment, Flag
from threads.storage import tables
from threads.storage.choosing import chosen_ids
from threads.storage.claims import Claim, claims_on
from threads.storage.deciding import decisions_on
from threads.storage.importing import flags_of

EXCERPT = 600  # characters of the article

_c = tables.comments.c
_AS_STORED = (
    *(column.name for column in COMMENT_COLUMNS),
    "title",
    "url",
    "article",
    "parent_author",
    "parent_text",
    "state",
    "version",
    "imported_at",
)
_parent = tables.comments.alias("parent")
_thread = tables.discussions.c

_ITEMS: Select[Any] = (
    select(
        tables.comments,
        _thread.title,
        _thread.url,
        func.substr(_thread.article_text, 1, EXCERPT, type_=tables.StoredText).label("article"),
        _parent.c.author.label("parent_author"),
        _parent.c.text.label("parent_text"),
        tables.scores.c["values"],
    )
    .join_from(tables.comments, tables.discussions)
    .outerjoin(tables.scores)
    .outerjoin(_parent, (_parent.c.thread_id == _c.thread_id) & (_parent.c.comment_id == _c.parent_id))
)
_AUTHOR: Select[Any] = select(_c.source_format, _c.author_id, _c.author)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem(Comment):
    """A comment that waits for a moderator, or had one, with all that is needed to decide.

    `author_comments` and `author_rejected` count the author's comments in the whole store, within the same
    source format and this one included; of an unnamed author, this one is all that is known. `risk` is as in
    `threads.moderation.queue_order`, and 0 when no rule flagged the comment. Missing
    `scores` are left out. `article` is how the article begins, `decisions` all on this comment, oldest first,
    and `claim` the one that holds.
    """

    title: str | None
    url: str | None
    article: str | None
    parent_author: str | None
    parent_text: str | None
    flags: tuple[Flag, ...]
    risk: float
    scores: Mapping[str, Any]
    author_comments: int
    author_rejected: int
    state: State
    version: int
    decisions: tuple[Decision, ...]
    claim: Claim | None
    imported_at: datetime

    @property
    def last_decision(self) -> Decision | None:
        """The latest decision."""
        return self.decisions[-1] if self.decisions else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorComment:
    """Another comment of an author, and what became of it."""

    thread_id: str
    comment_id: str
    title: str | None
    published_at: datetime | None
    text: str
    state: State
    is_flagged: bool


def read_queue(
    connection: Connection,
    chosen: QueueFilter,
    limit: int,
    offset: int,
    now: datetime,
    after: tuple[str, str] | None = None,
) -> list[QueueItem]:
    """Return a page of the queue; see `Store.queue`."""
    return items(connection, chosen_ids(connection, chosen, limit, offset, now, after), now)


def items(connection: Connection, keys: Sequence[int], now: datetime) -> list[QueueItem]:
    """Return at most some hundred comments with all that is needed to decide, in the order of `keys`."""
    rows = connection.execute(_ITEMS.where(_c.id.in_(keys))).mappings().all()
    flags: dict[int, list[Flag]] = {}
    for key, flag in flags_of(connection, list(keys)):
        flags.setdefault(key, []).append(flag)
    decisions, counts = decisions_on(connection, keys), _author_counts(connection, rows)
    claims = claims_on(connection, keys, now)
    found = {
        row["id"]: _item(
            row, flags.get(row["id"], []), decisions.get(row["id"], []), claims.get(row["id"]), counts
        )
        for row in rows
    }
    return [found[key] for key in keys if key in found]


def author_history(connection: Connection, comment: int, limit: int) -> list[AuthorComment]:
    """Return the latest other comments of a comment's author; see `Store.author_history`."""
    row = connection.execute(_AUTHOR.where(_c.id == comment)).mappings().one()
    who = _author_key(row)
    if who is None:
        return []
    source_format, kind, name = who
    by_them = [_c[kind] == name, _c.source_format == source_format, _c.id != comment]
    if kind == "author":
        by_them.append(func.coalesce(_c.author_id, "") == "")  # so that no index is used for it
    query = (
        select(
            _c.thread_id,
            _c.comment_id,
            _thread.title,
            _c.published_at,
            _c.text,
            _c.state,
            _c.risk.is_not(None).label("is_flagged"),
        )
        .join_from(tables.comments, tables.discussions)
        .where(*by_them)
        .order_by(_c.appeared_at.desc(), _c.id.desc())
        .limit(limit)
    )
    return [AuthorComment(**row) for row in connection.execute(query).mappings()]


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
    for kind, column in (("author_id", _c.author_id), ("author", _c.author)):
        names = [name for _, of_kind, name in wanted if of_kind == kind]
        # Counted, not chosen, by having no id: that index would find nearly every comment.
        theirs = _c.author_id.is_(None) if kind == "author" else true()
        total, rejected = func.count().filter(theirs), func.count().filter(theirs, _c.state == "rejected")
        query = select(_c.source_format, column, total, rejected).where(column.in_(names))
        for source_format, name, *found in connection.execute(query.group_by(_c.source_format, column)):
            counts[source_format, kind, name] = (found[0], found[1])
    return counts


def _item(
    row: RowMapping,
    flags: list[Flag],
    decisions: list[Decision],
    claim: Claim | None,
    counts: dict[AuthorKey, tuple[int, int]],
) -> QueueItem:
    author = _author_key(row)
    total, rejected = (1, int(row["state"] == "rejected")) if author is None else counts[author]
    return QueueItem(
        **{name: row[name] for name in _AS_STORED},
        flags=tuple(flags),
        risk=row["risk"] or 0.0,
        scores=row["values"] or {},
        author_comments=total,
        author_rejected=rejected,
        decisions=tuple(decisions),
        claim=claim,
    )
