"""Putting decisions on record: each in its own transaction, each once, and only on what the moderator saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, Select, bindparam, select, update

from threads.language import N_
from threads.metrics import CONFLICTS
from threads.moderation.decisions import (
    Action,
    Change,
    Decision,
    Outcome,
    OutcomeStatus,
    Refusal,
    State,
    decide,
    problem,
    standing,
)
from threads.storage import tables
from threads.storage.audit import record
from threads.storage.claims import release_decided
from threads.storage.engine import chunks, insert_into, reading, writing

_c, _d = tables.comments.c, tables.decisions.c
_DECISIONS: Select[Any] = select(
    _d.id,
    _c.thread_id,
    _c.comment_id,
    _d.version,
    _d.action,
    _d.before_state,
    _d.after_state,
    _d.actor,
    _d.decided_at,
    _d.reason,
    tables.notes.c.text.label("note"),
    _d.batch,
    _d.undoes,
    _d.key,
).select_from(tables.decisions.join(tables.comments).outerjoin(tables.notes))
# Made once: to put a query together takes as long as to ask it.
_BY_KEY = _DECISIONS.where(_d.key == bindparam("of_key"))
_BY_IDS = _DECISIONS.where(_d.id.in_(bindparam("of_ids", expanding=True)))
_HISTORY = _DECISIONS.where(_d.comment == bindparam("of_comment")).order_by(_d.version)
_ON_COMMENTS = (
    _DECISIONS.add_columns(_d.comment)
    .where(_d.comment.in_(bindparam("of_comments", expanding=True)))
    .order_by(_d.comment, _d.version)
)
# FOR UPDATE is PostgreSQL's; SQLite's transaction holds the lock of the whole file.
_LOCKED = (
    select(_c.id, _c.state, _c.version)
    .where(_c.thread_id == bindparam("of_thread"), _c.comment_id == bindparam("of_comment"))
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A comment as the transaction found it."""

    id: int
    state: State
    version: int


_KEY_USED = N_("the key was used for another action")


class _KeyTakenError(Exception):
    """Another process used the key for another comment in this moment; raised to roll back."""


def decide_one(engine: Engine, action: Action, now: datetime) -> Outcome:
    """Do one action and record it, in one transaction; see `Store.decide`."""
    if wrong := problem(action):
        return _outcome(action, "refused", None, message=wrong)
    try:
        with writing(engine) as connection:
            return decide_within(connection, action, now)
    except _KeyTakenError:
        return _outcome(action, "refused", None, message=_KEY_USED)


def decide_within(connection: Connection, action: Action, now: datetime) -> Outcome:
    """Do one action, which `problem` finds nothing wrong with, within the caller's transaction."""
    comment = _locked_comment(connection, action)
    if comment is None:
        return _outcome(action, "refused", None, message=N_("there is no such comment"))
    # After the lock: a resent action waits here for the first one and then finds it.
    if earlier := _by_key(connection, action.key):
        return _again(action, earlier, comment)
    history = list(history_of(connection, comment.id))
    if comment.version != action.expected_version:
        return _conflict(action, comment, history)
    last = standing(history)
    change = decide(
        comment.state,
        action.action,
        last=last,
        actor=action.actor,
        undo_others=action.undo_others,
    )
    if isinstance(change, Refusal):
        return _outcome(action, "refused", comment, message=change.reason)
    outcome = _record(connection, action, comment, change, now)
    return outcome if change.undoes is None else replace(outcome, taken_back=last)


def undo_batch(engine: Engine, batch: str, actor: str, *, undo_others: bool, now: datetime) -> list[Outcome]:
    """Undo what still stands of a batch; see `Store.undo_batch`."""
    with reading(engine) as connection:
        actions = list(_undos(connection, batch, actor, undo_others=undo_others))
    return [decide_one(engine, action, now) for action in actions]


def _undos(connection: Connection, batch: str, actor: str, *, undo_others: bool) -> Iterator[Action]:
    """Yield an undo for each decision of a batch that is not undone.

    One that another decision stands on expects the version that it made, and so is a conflict.
    """
    query = _DECISIONS.add_columns(_d.comment).where(_d.batch == batch, _d.action != "undo").order_by(_d.id)
    for chunk in chunks(connection.execute(query)):
        histories = decisions_on(connection, {row.comment for row in chunk})
        for row in chunk:
            history = histories[row.comment]
            if any(other.undoes == row.id for other in history):
                continue
            last = standing(history)
            stands = last is not None and last.id == row.id
            yield Action(
                key=uuid4().hex,
                thread_id=row.thread_id,
                comment_id=row.comment_id,
                action="undo",
                actor=actor,
                expected_version=history[-1].version if stands else row.version,
                batch=batch,
                undo_others=undo_others,
            )


def decisions_by_id(connection: Connection, ids: Iterable[int]) -> dict[int, Decision]:
    """Return at most some hundred decisions by their ids."""
    found = connection.execute(_BY_IDS, {"of_ids": list(ids)})
    return {row.id: Decision(**row._mapping) for row in found}


def history_of(connection: Connection, comment_key: int) -> Iterator[Decision]:
    """Yield the decisions on one comment, oldest first."""
    for row in connection.execute(_HISTORY, {"of_comment": comment_key}):
        yield Decision(**row._mapping)


def all_decisions(connection: Connection) -> Iterator[Decision]:
    """Yield every decision in the order in which they were made, a few thousand in memory at a time."""
    query = _DECISIONS.order_by(_d.id).execution_options(yield_per=5_000)
    with connection.execute(query) as found:
        for row in found:
            yield Decision(**row._mapping)


def decisions_on(connection: Connection, comments: Iterable[int]) -> dict[int, list[Decision]]:
    """Return the decisions on each of at most some hundred comments, oldest first, by the comment's key."""
    found: dict[int, list[Decision]] = {}
    for row in connection.execute(_ON_COMMENTS, {"of_comments": list(comments)}):
        *values, comment = row
        found.setdefault(comment, []).append(Decision(**dict(zip(row._fields[:-1], values, strict=True))))
    return found


def _locked_comment(connection: Connection, action: Action) -> _Seen | None:
    names = {"of_thread": action.thread_id, "of_comment": action.comment_id}
    row = connection.execute(_LOCKED, names).one_or_none()
    return None if row is None else _Seen(*row)


def _by_key(connection: Connection, key: str) -> Decision | None:
    row = connection.execute(_BY_KEY, {"of_key": key}).one_or_none()
    return None if row is None else Decision(**row._mapping)


def _again(action: Action, earlier: Decision, comment: _Seen) -> Outcome:
    """Answer a resent action as it was answered first."""
    same = (earlier.thread_id, earlier.comment_id, earlier.action, earlier.actor)
    if same != (action.thread_id, action.comment_id, action.action, action.actor):
        return _outcome(action, "refused", comment, message=_KEY_USED)
    return _done(action, earlier)


def _conflict(action: Action, comment: _Seen, history: list[Decision]) -> Outcome:
    last = history[-1] if history else None
    message = (
        f"{last.actor} decided first: {last.action.replace('_', ' ')} "
        f"at {last.decided_at:%Y-%m-%d %H:%M:%S} UTC"
        if last
        else N_("the comment has version {version}, not {expected}").format(
            version=comment.version, expected=action.expected_version
        )
    )
    CONFLICTS.inc()
    return _outcome(action, "conflict", comment, message=message, decision=last)


def _record(connection: Connection, action: Action, comment: _Seen, change: Change, now: datetime) -> Outcome:
    moved = connection.execute(
        update(tables.comments)
        .where(_c.id == comment.id, _c.version == action.expected_version)
        .values(state=change.after_state, version=action.expected_version + 1)
    )
    if moved.rowcount != 1:
        return _conflict(action, comment, list(history_of(connection, comment.id)))
    statement = insert_into(connection, tables.decisions).values(
        key=action.key,
        comment=comment.id,
        version=action.expected_version + 1,
        action=action.action,
        before_state=comment.state,
        after_state=change.after_state,
        actor=action.actor,
        decided_at=now,
        reason=action.reason,
        batch=action.batch,
        undoes=change.undoes,
    )
    connection.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
    recorded = _by_key(connection, action.key)
    if recorded is None or (recorded.thread_id, recorded.comment_id) != (action.thread_id, action.comment_id):
        raise _KeyTakenError
    if action.note:
        connection.execute(tables.notes.insert().values(decision=recorded.id, text=action.note))
    release_decided(connection, comment.id)
    record(connection, "decision", action.actor, audited(recorded), now)
    return _done(action, replace(recorded, note=action.note or None))


def audited(decision: Decision) -> dict[str, Any]:
    """Return what the audit log holds of a decision: ids and states, never a text that somebody wrote."""
    return {
        "decision": decision.id,
        "key": decision.key,
        "thread_id": decision.thread_id,
        "comment_id": decision.comment_id,
        "version": decision.version,
        "action": decision.action,
        "before_state": decision.before_state,
        "after_state": decision.after_state,
        "reason": decision.reason,
        "batch": decision.batch,
        "undoes": decision.undoes,
    }


def _done(action: Action, decision: Decision) -> Outcome:
    return Outcome(
        key=action.key,
        thread_id=action.thread_id,
        comment_id=action.comment_id,
        status="done",
        state=decision.after_state,
        version=decision.version,
        decision=decision,
    )


def _outcome(
    action: Action,
    status: OutcomeStatus,
    comment: _Seen | None,
    *,
    message: str,
    decision: Decision | None = None,
) -> Outcome:
    return Outcome(
        key=action.key,
        thread_id=action.thread_id,
        comment_id=action.comment_id,
        status=status,
        state=None if comment is None else comment.state,
        version=None if comment is None else comment.version,
        message=message,
        decision=decision,
    )
