"""The outbox: what is to be told to platforms about decisions, until they have acknowledged it.

A decision waits in the outbox once for each target that it goes to. The latest decision on a comment counts:
an earlier one that was not delivered is superseded. No decision can be missed, for the outbox is filled from
all decisions that it does not hold yet; and none is sent twice at once, for a process leases what it sends.
A process that dies while it sends leaves the lease, and when that has run out it is sent again with the same
key: whoever receives it may get it twice, and must be left in the same state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Select, and_, case, exists, func, or_, select, update

from threads.moderation.decisions import State
from threads.moderation.deliveries import (
    DELIVERY_STATES,
    MOST_ATTEMPTS,
    DeliveryState,
    PlatformAction,
    pause,
)
from threads.storage import tables
from threads.storage.audit import record
from threads.storage.engine import chunks, insert_into, reading, writing

AnswerStatus = Literal["delivered", "later", "never"]

SUPERSEDED = "a later decision took its place"
NOTHING_SENT = "undone before anything was sent"
_LONGEST_ANSWER = 500  # characters of a platform's answer that are kept

_a, _c, _d, _v = tables.audit.c, tables.comments.c, tables.decisions.c, tables.deliveries.c
_IMPORTED = case((_c.emptied_at.is_(None), _c.status)).label("imported")
_EXCERPT = func.substr(_c.text, 1, 200, type_=tables.StoredText).label("excerpt")
_other = tables.deliveries.alias("other")
_other_decision = tables.decisions.alias("other_decision")


@dataclass(frozen=True, slots=True)
class Route:
    """What goes to a target: decisions in discussions that `covers` (thread_id, address), from `since` on."""

    target: str
    covers: Callable[[str, str | None], bool]
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A decision that is to be told to a target. `id` is missing while it is not in the outbox.

    `imported` is the status that the comment had when it was read, missing where nothing is kept of it;
    `reached` whether anything about the comment may have reached the target before.
    """

    id: int | None
    target: str
    key: str
    decision: int
    thread_id: str
    comment_id: str
    url: str | None
    imported: str | None
    version: int
    state: State
    reason: str | None
    decided_at: datetime
    attempts: int
    reached: bool

    @property
    def takes_back_nothing(self) -> bool:
        """Whether a decision was undone of which the target has heard nothing."""
        return self.state == "open" and not self.reached


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours to send until the lease runs out; `last` was sent about the comment before."""

    delivery: int
    attempt: int
    last: PlatformAction | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an attempt. "later" is tried again, after `wait` at the earliest; "never" is given up.

    With `rest`, nothing else is to be sent to the target before that either.
    """

    status: AnswerStatus
    text: str
    wait: timedelta | None = None
    rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row of the outbox, to be shown; `excerpt` is how the comment begins, empty where nothing is kept."""

    id: int
    target: str
    state: DeliveryState
    action: PlatformAction | None
    decision: int
    thread_id: str
    comment_id: str
    author: str | None
    excerpt: str
    after_state: State
    decided_at: datetime
    attempts: int
    next_at: datetime | None
    delivered_at: datetime | None
    answer: str | None


class Outbox:
    """Deliveries on their way. Made by the store as `store.outbox`; any number of processes may use one."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def fill(self, routes: Sequence[Route], seen: int | None = None) -> int:
        """Take in the latest decision on each comment, for every route, and return how far the log was read.

        What is returned is given as `seen` the next time, so that only what was decided since is looked at.
        Rows of the audit log are numbered in the order in which they become visible; decisions are not.
        """
        with reading(self._engine) as connection:
            read = connection.scalar(select(func.max(_a.id))) or 0
            if read == seen:
                return read
            if seen is not None and read < seen:  # the store was restored from a backup
                seen = None
            news = None if seen is None else _decided_since(connection, seen, read)
            found = {route: list(_not_taken_in(connection, route, news)) for route in routes}
        for route, decisions in found.items():
            self._take_in(route.target, decisions)
        return read

    def planned(self, routes: Sequence[Route]) -> Iterator[Waiting]:
        """Yield what would be sent: what waits in the outbox, and what `fill` would take in."""
        with reading(self._engine) as connection:
            for route in routes:
                query = _waiting_in_outbox(route.target).where(_c.version == _d.version)
                for row in connection.execute(query.order_by(_d.id)):
                    yield Waiting(**row._mapping)
                for row in connection.execute(_latest_decisions(route)):
                    if route.covers(row.thread_id, row.url):
                        yield _new(route.target, row)

    def due(self, target: str, limit: int = 100) -> list[Waiting]:
        """Return what may be sent to a target now, in the order of the decisions."""
        now = self._clock()
        query = _waiting_in_outbox(target).where(
            _v.next_at <= now, or_(_v.leased_until.is_(None), _v.leased_until <= now)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_d.id).limit(limit))
            return [Waiting(**row._mapping) for row in rows]

    def claim(
        self, waiting: Waiting, action: PlatformAction, lease: timedelta, actor: str = "delivery"
    ) -> Claim | None:
        """Lease a delivery in order to send it; None where it is not to be sent, or not now."""
        with writing(self._engine) as connection:
            return _claim(connection, waiting, action, self._clock(), lease, actor)

    def settle(
        self, waiting: Waiting, claim: Claim, answer: Answer, chance: float, actor: str = "delivery"
    ) -> DeliveryState:
        """Record what became of an attempt, and return the delivery's state after it.

        `chance` (0 to 1, drawn anew each time) scatters the next attempt.
        """
        now = self._clock()
        with writing(self._engine) as connection:
            row = connection.execute(
                select(_v.state, _v.action, _v.attempts).where(_v.id == claim.delivery).with_for_update()
            ).one()
            values = _after(answer, row, claim.attempt, now, chance)
            connection.execute(update(tables.deliveries).where(_v.id == claim.delivery).values(values))
            if answer.rest and answer.wait is not None:
                _rest(connection, waiting.target, now + answer.wait)
            details = _told(waiting, row.action, claim.attempt, answer.status)
            record(connection, "delivery", actor, details, now)
            state: DeliveryState = values["state"]
            return state

    def close(self, waiting: Waiting, state: Literal["failed", "unneeded"], answer: str) -> None:
        """End a delivery without an attempt, and say why."""
        values = {"state": state, "next_at": None, "answer": answer[:_LONGEST_ANSWER]}
        statement = update(tables.deliveries).where(_v.id == waiting.id, _v.state == "waiting")
        with writing(self._engine) as connection:
            connection.execute(statement.values(values))

    def again(self, actor: str, *, ids: Iterable[int] | None = None, target: str | None = None) -> int:
        """Let failed deliveries wait anew, with their keys: some, a target's, or all; return how many."""
        now = self._clock()
        condition = [_v.state == "failed"]
        if ids is not None:
            condition.append(_v.id.in_(list(ids)))
        if target is not None:
            condition.append(_v.target == target)
        values = {"state": "waiting", "attempts": 0, "next_at": now}
        with writing(self._engine) as connection:
            found = list(connection.scalars(select(_v.id).where(*condition).order_by(_v.id)))
            for some in chunks(found):
                connection.execute(update(tables.deliveries).where(_v.id.in_(some)).values(values))
            if found:
                record(connection, "delivery_again", actor, {"deliveries": found}, now)
        return len(found)

    def counts(self) -> dict[str, dict[DeliveryState, int]]:
        """Return how many deliveries each target has in each state."""
        query = select(_v.target, _v.state, func.count()).group_by(_v.target, _v.state).order_by(_v.target)
        counts: dict[str, dict[DeliveryState, int]] = {}
        with reading(self._engine) as connection:
            for target, state, number in connection.execute(query):
                counts.setdefault(target, dict.fromkeys(DELIVERY_STATES, 0))[state] = number
        return counts

    def listed(self, state: DeliveryState, limit: int = 50, offset: int = 0) -> list[Delivery]:
        """Return deliveries in a state, the latest decisions first."""
        query = (
            select(
                _v.id,
                _v.target,
                _v.state,
                _v.action,
                _v.decision,
                _c.thread_id,
                _c.comment_id,
                _c.author,
                _EXCERPT,
                _d.after_state,
                _d.decided_at,
                _v.attempts,
                _v.next_at,
                _v.delivered_at,
                _v.answer,
            )
            .select_from(_joined())
            .where(_v.state == state)
            .order_by(_d.id.desc(), _v.id)
        )
        with reading(self._engine) as connection:
            return [Delivery(**row._mapping) for row in connection.execute(query.limit(limit).offset(offset))]

    def about(self, thread_id: str, comment_id: str) -> tuple[str | None, str]:
        """Return the author of a comment and how it begins, for a person who looks at what is to be sent."""
        which = (_c.thread_id == thread_id, _c.comment_id == comment_id)
        with reading(self._engine) as connection:
            author, excerpt = connection.execute(select(_c.author, _EXCERPT).where(*which)).one()
        return author, excerpt

    def _take_in(self, target: str, decisions: Sequence[Any]) -> None:
        """Insert rows for `decisions` and supersede those whose place they take."""
        now = self._clock()
        for some in chunks(decisions):
            rows = [
                {
                    "decision": row.decision,
                    "target": target,
                    "key": _key(target, row),
                    "state": "waiting",
                    "attempts": 0,
                    "next_at": now,
                }
                for row in some
            ]
            with writing(self._engine) as connection:
                insert = insert_into(connection, tables.deliveries).on_conflict_do_nothing()
                connection.execute(insert, rows)
        if decisions:
            with writing(self._engine) as connection:
                connection.execute(_superseding(target))


def _joined() -> Any:
    return tables.deliveries.join(tables.decisions, _d.id == _v.decision).join(
        tables.comments, _c.id == _d.comment
    )


def _key(target: str, row: Any) -> str:
    """Return the key of a delivery: the same for the same decision, in a store that was restored as well."""
    parts = (target, row.thread_id, row.comment_id, str(row.version), row.decided_at.isoformat())
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:32]


def _latest_decisions(route: Route) -> Select[Any]:
    """Return the latest decision on each comment, unless the outbox holds it for the route's target."""
    d = tables.discussions.c
    held = exists().where(_v.decision == _d.id, _v.target == route.target)
    query = (
        select(
            _d.id.label("decision"),
            _d.version,
            _d.after_state,
            _d.reason,
            _d.decided_at,
            _c.thread_id,
            _c.comment_id,
            _IMPORTED,
            d.url,
            _reached(route.target).label("reached"),
        )
        .select_from(
            tables.decisions.join(tables.comments, and_(_c.id == _d.comment, _c.version == _d.version)).join(
                tables.discussions, d.thread_id == _c.thread_id
            )
        )
        .where(~held)
        .order_by(_d.id)
    )
    return query if route.since is None else query.where(_d.decided_at >= route.since)


def _reached(target: str) -> Any:
    """Return whether anything about the decision's comment may have reached the target."""
    return (
        exists()
        .where(
            _other.c.decision == _other_decision.c.id,
            _other_decision.c.comment == _d.comment,
            _other.c.target == target,
            _other.c.attempts > 0,
        )
        .correlate(tables.decisions)
    )


def _not_taken_in(connection: Connection, route: Route, news: Sequence[int] | None) -> Iterator[Any]:
    query = _latest_decisions(route)
    queries = [query] if news is None else [query.where(_d.id.in_(some)) for some in chunks(news)]
    for one in queries:
        for row in connection.execution_options(yield_per=5_000).execute(one):
            if route.covers(row.thread_id, row.url):
                yield row


def _decided_since(connection: Connection, seen: int, read: int) -> list[int]:
    query = select(_a.details).where(_a.id > seen, _a.id <= read, _a.event == "decision").order_by(_a.id)
    return [details["decision"] for details in connection.scalars(query)]


def _new(target: str, row: Any) -> Waiting:
    return Waiting(
        id=None,
        target=target,
        key=_key(target, row),
        decision=row.decision,
        thread_id=row.thread_id,
        comment_id=row.comment_id,
        url=row.url,
        imported=row.imported,
        version=row.version,
        state=row.after_state,
        reason=row.reason,
        decided_at=row.decided_at,
        attempts=0,
        reached=row.reached,
    )


def _waiting_in_outbox(target: str) -> Select[Any]:
    d = tables.discussions.c
    return (
        select(
            _v.id,
            _v.target,
            _v.key,
            _v.decision,
            _c.thread_id,
            _c.comment_id,
            d.url,
            _IMPORTED,
            _d.version,
            _d.after_state.label("state"),
            _d.reason,
            _d.decided_at,
            _v.attempts,
            _reached(target).label("reached"),
        )
        .select_from(_joined().join(tables.discussions, d.thread_id == _c.thread_id))
        .where(_v.target == target, _v.state == "waiting")
    )


def _superseding(target: str) -> Any:
    later = exists().where(_d.id == _v.decision, _c.id == _d.comment, _c.version > _d.version)
    return (
        update(tables.deliveries)
        .where(_v.target == target, _v.state.in_(("waiting", "failed")), later)
        .values(state="superseded", next_at=None, answer=SUPERSEDED)
    )


def _claim(
    connection: Connection,
    waiting: Waiting,
    action: PlatformAction,
    now: datetime,
    lease: timedelta,
    actor: str,
) -> Claim | None:
    # The comment is locked as by a decision: what is seen here holds until the lease is written.
    comment = connection.execute(
        select(_c.id, _c.version)
        .where(_c.thread_id == waiting.thread_id, _c.comment_id == waiting.comment_id)
        .with_for_update()
    ).one()
    rows = _deliveries_of(connection, comment.id, waiting.target)
    own = next(row for row in rows if row.id == waiting.id)
    if own.state != "waiting" or own.next_at > now or any(_leased(row, now) for row in rows):
        return None
    if ending := _ending(waiting, comment.version, rows):
        connection.execute(update(tables.deliveries).where(_v.id == own.id).values(ending))
        return None
    if own.leased_until is not None:  # the process that had it did not live to say what became of it
        details = _told(waiting, own.action, own.attempts, "interrupted")
        record(connection, "delivery", actor, details, now)
    values = {"attempts": own.attempts + 1, "leased_until": now + lease, "action": action}
    connection.execute(update(tables.deliveries).where(_v.id == own.id).values(values))
    sent = [row.action for row in rows if row.attempts and row.action is not None]
    return Claim(own.id, own.attempts + 1, sent[-1] if sent else None)


def _deliveries_of(connection: Connection, comment: int, target: str) -> Sequence[Any]:
    """Return what the outbox holds for a target about one comment, in the order of the decisions."""
    query = (
        select(_v.id, _v.state, _v.attempts, _v.next_at, _v.leased_until, _v.action)
        .select_from(tables.deliveries.join(tables.decisions, _d.id == _v.decision))
        .where(_d.comment == comment, _v.target == target)
        .order_by(_d.id)
    )
    return connection.execute(query).all()


def _leased(row: Any, now: datetime) -> bool:
    return row.leased_until is not None and row.leased_until > now


def _ending(waiting: Waiting, version: int, rows: Sequence[Any]) -> Mapping[str, Any] | None:
    """Return what ends a delivery before it is sent: it is superseded, or there is nothing to take back."""
    if version != waiting.version:
        return {"state": "superseded", "next_at": None, "answer": SUPERSEDED}
    if waiting.state == "open" and not any(row.attempts for row in rows):
        return {"state": "unneeded", "next_at": None, "answer": NOTHING_SENT}
    return None


def _after(answer: Answer, row: Any, attempt: int, now: datetime, chance: float) -> dict[str, Any]:
    """Return the columns that an answer changes."""
    text = {"answer": answer.text[:_LONGEST_ANSWER]}
    if answer.status == "delivered":
        done = {**text, "state": "delivered", "delivered_at": now, "next_at": None}
        return done if row.attempts != attempt else {**done, "leased_until": None}
    if row.attempts != attempt:  # the lease ran out, and another process has it now
        return {"state": row.state}
    values: dict[str, Any] = {**text, "state": row.state, "leased_until": None, "next_at": None}
    if row.state != "waiting":  # superseded while it was on its way
        return values
    if answer.status == "never" or attempt >= MOST_ATTEMPTS:
        return {**values, "state": "failed"}
    return {**values, "next_at": now + pause(attempt, chance, answer.wait)}


def _rest(connection: Connection, target: str, until: datetime) -> None:
    statement = update(tables.deliveries).where(
        _v.target == target, _v.state == "waiting", _v.next_at < until
    )
    connection.execute(statement.values(next_at=until))


def _told(waiting: Waiting, action: str | None, attempt: int, status: str) -> dict[str, Any]:
    """Return what the audit log holds of an attempt: ids and outcome, nothing that anybody wrote."""
    return {
        "delivery": waiting.id,
        "decision": waiting.decision,
        "thread_id": waiting.thread_id,
        "comment_id": waiting.comment_id,
        "target": waiting.target,
        "action": action,
        "attempt": attempt,
        "status": status,
    }
