"""Choosing comments of the queue: a filter as SQL, answered from indexes wherever there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from threads.errors import StoreError
from threads.moderation.queue_filter import Order, QueueFilter, View
from threads.storage import tables
from threads.storage.engine import contains_text
from threads.storage.importing import CHUNK

_c, _f, _d = tables.comments.c, tables.flags.c, tables.decisions.c
_s, _l = tables.scores.c, tables.claims.c

REPORTED = "reported"  # the rule that flags what the platform reported

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
    "decided": "decided",
}


class QueueKey(NamedTuple):
    """A comment, and its version as it was read."""

    thread_id: str
    comment_id: str
    version: int


def chosen_ids(
    connection: Connection, chosen: QueueFilter, limit: int, offset: int, now: datetime
) -> list[int]:
    """Return the keys of a page of the chosen comments, in order.

    Raises
    ------
    StoreError
        `limit` or `offset` is out of range.
    """
    query = _page(select(_c.id), connection, chosen, limit, offset, now)
    return list(connection.scalars(query))


def chosen_keys(connection: Connection, chosen: QueueFilter, limit: int, now: datetime) -> list[QueueKey]:
    """Return ids and versions of the first of the chosen comments; see `chosen_ids`."""
    ids = chosen_ids(connection, chosen, limit, 0, now)
    query = select(_c.id, _c.thread_id, _c.comment_id, _c.version).where(_c.id.in_(ids))
    found = {key: QueueKey(*values) for key, *values in connection.execute(query)}
    return [found[key] for key in ids]


def count_chosen(connection: Connection, chosen: QueueFilter, now: datetime) -> dict[View, int]:
    """Return how many comments each view has, with all other restrictions of the filter."""
    conditions = list(_conditions(connection, chosen, now))
    query = select(_c.stage, func.count()).where(*conditions).group_by(_c.stage)
    stages: dict[str, int] = {stage: count for stage, count in connection.execute(query).all()}  # noqa: C416 - typed
    reported = select(func.count()).where(*conditions, *_in_view("reported"))
    return {
        "new": stages.get("new", 0),
        "flagged": stages.get("flagged", 0),
        "reported": connection.scalar(reported) or 0,
        "held": stages.get("held", 0),
        "decided": stages.get("decided", 0),
        "all": sum(stages.values()),
    }


def _page(
    query: Select[Any], connection: Connection, chosen: QueueFilter, limit: int, offset: int, now: datetime
) -> Select[Any]:
    if not 0 <= limit <= CHUNK or offset < 0:
        raise StoreError(f"a page of the queue has at most {CHUNK} comments", remedy="Use a smaller limit")
    conditions = (*_in_view(chosen.view), *_conditions(connection, chosen, now))
    return query.where(*conditions).order_by(*_ORDERS[chosen.order]).limit(limit).offset(offset)


def _in_view(view: View) -> Iterator[ColumnElement[bool]]:
    if view in _STAGES:
        yield _c.stage == _STAGES[view]
    if view == "reported":
        yield _flagged_by(REPORTED)


def _conditions(connection: Connection, chosen: QueueFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    """Yield what a comment must be, apart from the view."""
    for column, value in (
        (_c.state, chosen.state),
        (_c.thread_id, chosen.thread_id),
        (_c.author, chosen.author),
    ):
        if value is not None:
            yield column == value
    if chosen.rule is not None:
        yield _flagged_by(chosen.rule)
    yield from _by_time(chosen)
    yield from _by_score(chosen)
    yield from _by_decision(chosen)
    if chosen.claimed_by is not None:
        yield exists().where(_l.comment == _c.id, _l.actor == chosen.claimed_by, _l.expires_at > now)
    if chosen.text:
        yield contains_text(connection, _c.text, chosen.text)


def _flagged_by(rule: str) -> ColumnElement[bool]:
    return exists().where(_f.comment == _c.id, _f.rule == rule)


def _by_time(chosen: QueueFilter) -> Iterator[ColumnElement[bool]]:
    if chosen.since is None and chosen.until is None:
        return
    yield _c.published_at.is_not(None)
    # Equal to published_at where there is one, and what the indexes hold.
    if chosen.since is not None:
        yield _c.appeared_at >= chosen.since
    if chosen.until is not None:
        yield _c.appeared_at < chosen.until


def _by_score(chosen: QueueFilter) -> Iterator[ColumnElement[bool]]:
    if chosen.risk_from is not None:
        yield _c.urgency <= -chosen.risk_from
    if chosen.risk_to is not None:
        yield _c.urgency >= -chosen.risk_to
    bounds = []
    if chosen.offensive_from is not None:
        bounds.append(_s.offensive >= chosen.offensive_from)
    if chosen.offensive_to is not None:
        bounds.append(_s.offensive <= chosen.offensive_to)
    if bounds:
        yield exists().where(_s.comment == _c.id, *bounds)


def _by_decision(chosen: QueueFilter) -> Iterator[ColumnElement[bool]]:
    wanted = []
    if chosen.decided_by is not None:
        wanted.append(_d.actor == chosen.decided_by)
    if chosen.reason is not None:
        wanted.append(_d.reason == chosen.reason)
    if wanted:
        yield exists().where(_d.comment == _c.id, _d.version == _c.version, *wanted)
