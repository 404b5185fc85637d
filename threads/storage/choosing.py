"""Choosing comments of the queue: a filter as SQL, answered from indexes wherever there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    func,
    select,
    tuple_,
    union_all,
)

from threads.errors import StoreError
from threads.moderation.queue_filter import Order, QueueFilter, View
from threads.storage import tables
from threads.storage.engine import CHUNK, contains_text

_c, _d, _l = tables.comments.c, tables.decisions.c, tables.claims.c

REPORTED = "reported"  # the rule that flags what the platform reported


def _flagged_by(rule: str) -> ColumnElement[bool]:
    return _c.flagged_by.contains(f"|{rule}|", autoescape=True)


# Each begins an index after `stage`, and none of the columns is ever missing.
_ORDERS: Mapping[Order, tuple[ColumnElement[Any], ...]] = {
    "risk": (_c.urgency, _c.appeared_at, _c.id),
    "age": (_c.appeared_at, _c.id),
    "thread": (_c.thread_id, _c.position, _c.id),
}
_STAGES: Mapping[View, str] = {
    "new": "new",
    "flagged": "flagged",
    "reported": "flagged",
    "held": "held",
    "escalated": "held",
    "decided": "decided",
}


# What a view asks for besides its stage.
_WITHIN: Mapping[View, ColumnElement[bool]] = {
    "reported": _flagged_by(REPORTED),
    "held": _c.state == "held",
    "escalated": _c.state == "escalated",
}
_ALL_STAGES = ("new", "flagged", "held", "decided", "gone")  # what is gone is in no view of its own


class QueueKey(NamedTuple):
    """A comment, and its version as it was read."""

    thread_id: str
    comment_id: str
    version: int


def chosen_ids(
    connection: Connection,
    chosen: QueueFilter,
    limit: int,
    offset: int,
    now: datetime,
    after: tuple[str, str] | None = None,
) -> list[int]:
    """Return the keys of a page of the chosen comments, in order, behind the comment `after`.

    Raises
    ------
    StoreError
        `limit` or `offset` is out of range.
    """
    query = _page(connection, chosen, limit, offset, now, after)
    return [key for *_, key in connection.execute(query)]


def chosen_keys(connection: Connection, chosen: QueueFilter, limit: int, now: datetime) -> list[QueueKey]:
    """Return ids and versions of the first of the chosen comments; see `chosen_ids`."""
    ids = chosen_ids(connection, chosen, limit, 0, now)
    query = select(_c.id, _c.thread_id, _c.comment_id, _c.version).where(_c.id.in_(ids))
    found = {key: QueueKey(*values) for key, *values in connection.execute(query)}
    return [found[key] for key in ids]


def count_chosen(
    connection: Connection, chosen: QueueFilter, now: datetime, after: int = 0
) -> dict[View, int]:
    """Return how many comments each view has, with all other restrictions of the filter.

    Only those that were stored after the comment of the key `after` are counted.
    """
    stage = _in_no_index(connection, _c.stage) if _is_selective(chosen) else _c.stage
    within = [func.count().filter(condition) for condition in _WITHIN.values()]
    query = select(stage, func.count(), *within).where(*_conditions(connection, chosen, now)).group_by(stage)
    query = query.where(_c.id > after) if after else query
    found = {
        stage: {"all": count, **dict(zip(_WITHIN, counts, strict=True))}
        for stage, count, *counts in connection.execute(query)
    }
    counts = {
        view: found.get(stage, {}).get(view if view in _WITHIN else "all", 0)
        for view, stage in _STAGES.items()
    }
    return {**counts, "all": sum(counts["all"] for counts in found.values())}


def _page(
    connection: Connection,
    chosen: QueueFilter,
    limit: int,
    offset: int,
    now: datetime,
    after: tuple[str, str] | None,
) -> Select[Any] | CompoundSelect[Any]:
    """Return the query of a page: the key of a comment is the last column."""
    if not 0 <= limit <= CHUNK or offset < 0:
        raise StoreError(f"a page of the queue has at most {CHUNK} comments", remedy="Use a smaller limit")
    columns = _ORDERS[chosen.order]
    # One part a stage: an index holds each in order, and parts in order are merged.
    stages = _ALL_STAGES if chosen.view == "all" else (_STAGES[chosen.view],)
    behind = [] if after is None else [_behind(columns, after)]
    parts = [_part(connection, chosen, stage, now).where(*behind) for stage in stages]
    if len(parts) == 1:
        return parts[0].order_by(*columns).limit(limit).offset(offset)
    whole = union_all(*parts).order_by(*(column.name for column in columns))
    return whole.limit(limit).offset(offset)


def _behind(columns: Sequence[ColumnElement[Any]], after: tuple[str, str]) -> ColumnElement[bool]:
    """Return the condition that a comment comes behind another in the order of `columns`."""
    other = tables.comments.alias("other")
    place = select(*(other.c[str(column.key)] for column in columns)).where(
        other.c.thread_id == after[0], other.c.comment_id == after[1]
    )
    return tuple_(*columns) > place.scalar_subquery()


def _part(connection: Connection, chosen: QueueFilter, stage: str, now: datetime) -> Select[Any]:
    query = select(*_ORDERS[chosen.order])
    column = _in_no_index(connection, _c.stage) if _is_selective(chosen) else _c.stage
    query = query.where(column == stage)
    if chosen.view in _WITHIN:
        query = query.where(_WITHIN[chosen.view])
    return query.where(*_conditions(connection, chosen, now))


def _is_selective(chosen: QueueFilter) -> bool:
    """Return whether a filter leaves few comments, or looks at what no index holds: then rows are read."""
    restrictions = (chosen.author, chosen.text, chosen.decided_by, chosen.reason, chosen.claimed_by)
    in_a_thread = chosen.thread_id is not None and chosen.order != "thread"
    return in_a_thread or any(value is not None for value in restrictions)


def _in_no_index(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column in a form that no index of SQLite has; PostgreSQL knows figures of the tables.

    SQLite would take an index for a condition that most comments meet, and look up the row of each, or sort
    them all.
    """
    return column if connection.dialect.name == "postgresql" else func.coalesce(column, column)


def _conditions(connection: Connection, chosen: QueueFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    """Yield what a comment must be, apart from the view."""
    for column, value in (
        (_c.thread_id, chosen.thread_id),
        (_c.author, chosen.author),
        (_c.state, chosen.state),
    ):
        if value is not None:
            yield column == value
    if chosen.rule is not None:
        yield _flagged_by(chosen.rule)
    yield from _by_time(connection, chosen)
    yield from _by_score(connection, chosen)
    yield from _by_decision(chosen)
    if chosen.claimed_by is not None:
        claimed = select(_l.comment).where(_l.actor == chosen.claimed_by, _l.expires_at > now)
        yield _c.id.in_(claimed)
    if chosen.text:
        yield contains_text(connection, _c.text, chosen.text)


def _by_time(connection: Connection, chosen: QueueFilter) -> Iterator[ColumnElement[bool]]:
    if chosen.since is None and chosen.until is None:
        return
    yield _c.published_at.is_not(None)
    # Equal to published_at where there is one.
    appeared_at = _c.appeared_at if chosen.order == "age" else _in_no_index(connection, _c.appeared_at)
    if chosen.since is not None:
        yield appeared_at >= chosen.since
    if chosen.until is not None:
        yield appeared_at < chosen.until


def _by_score(connection: Connection, chosen: QueueFilter) -> Iterator[ColumnElement[bool]]:
    urgency = _c.urgency if chosen.order == "risk" else _in_no_index(connection, _c.urgency)
    if chosen.risk_from is not None:
        yield urgency <= -chosen.risk_from
    if chosen.risk_to is not None:
        yield urgency >= -chosen.risk_to
    if chosen.offensive_from is not None:
        yield _c.offensive >= chosen.offensive_from
    if chosen.offensive_to is not None:
        yield _c.offensive <= chosen.offensive_to


def _by_decision(chosen: QueueFilter) -> Iterator[ColumnElement[bool]]:
    wanted = []
    if chosen.decided_by is not None:
        wanted.append(_d.actor == chosen.decided_by)
    if chosen.reason is not None:
        wanted.append(_d.reason == chosen.reason)
    if wanted:
        yield tuple_(_c.id, _c.version).in_(select(_d.comment, _d.version).where(*wanted))
