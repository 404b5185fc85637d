"""What needs a human: flags, the queue, and decisions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, ClassVar
from uuid import uuid4

from flask import request
from pydantic import ConfigDict, Field

from dashboard.api.cursors import after, cursor_of
from dashboard.api.declaring import STRICT, Cursor, Reply, Request, operation
from dashboard.api.serving import KEY
from dashboard.pages.base import Context
from dashboard.security.access import may, require
from dashboard.security.problems import Fault, ProblemError
from threads.errors import StoreError
from threads.moderation.decisions import LONGEST_NOTE, REASONS, Action, ActionName, Decision, State
from threads.moderation.queue_filter import QueueFilter
from threads.pseudonyms import keyed
from threads.records import Flag
from threads.storage import QueueItem

MOST_QUEUED = 100


@dataclass(frozen=True, slots=True)
class Flags:
    """Why a comment needs a human; `risk` is how far it is over its limits, 0 where no rule flagged it."""

    flags: tuple[Flag, ...]
    risk: float
    state: State
    version: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions on a comment, the oldest first; the next one expects this `version`."""

    decisions: tuple[Decision, ...]
    state: State
    version: int


class NewDecision(Request):
    """A decision on what was seen: the comment as of `expected_version`.

    `reason` is for a rejection. "undo" takes the last decision back.
    """

    action: ActionName
    expected_version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    reason: Annotated[str, Field(json_schema_extra={"enum": list(REASONS)})] | None = None
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The comment after a decision, and which one it was."""

    state: State
    version: int
    decision: int
    undoes: int | None


@dataclass(frozen=True, kw_only=True)
class QueueQuery(QueueFilter):
    """Which comments of the queue, and which page of them."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    limit: Annotated[int, Field(ge=1, le=MOST_QUEUED)] = 50
    after: Cursor = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of the queue; `next` is null on the last one."""

    items: tuple[QueueItem, ...]
    next: str | None


@operation("GET", "/queue", permission="decide", scope="decide", answers={200: Queue}, statuses=(422,))
def read_queue(context: Context, query: QueueQuery) -> Reply:
    """Read the comments that wait, or those that a filter chooses, with all that is needed to decide."""
    ended = after(query.after, str, str)
    found = context.store.queue(query, query.limit + 1, after=None if ended is None else (ended[0], ended[1]))
    page = found[: query.limit]
    last = page[-1] if len(found) > len(page) else None
    return Reply(Queue(tuple(page), None if last is None else cursor_of(last.thread_id, last.comment_id)))


@operation(
    "GET",
    "/threads/{thread_id}/comments/{comment_id}/flags",
    permission="see_people",
    scope="read",
    answers={200: Flags},
    statuses=(404, 422),
)
def list_flags(context: Context, *, thread_id: str, comment_id: str) -> Reply:
    """Read why a comment was flagged."""
    item = _item(context, thread_id, comment_id)
    return Reply(Flags(item.flags, item.risk, item.state, item.version))


@operation(
    "GET",
    "/threads/{thread_id}/comments/{comment_id}/decisions",
    permission="see_people",
    scope="read",
    answers={200: Decisions},
    statuses=(404, 422),
)
def list_decisions(context: Context, *, thread_id: str, comment_id: str) -> Reply:
    """Read what was decided about a comment."""
    item = _item(context, thread_id, comment_id)
    return Reply(Decisions(item.decisions, item.state, item.version))


@operation(
    "POST",
    "/threads/{thread_id}/comments/{comment_id}/decisions",
    permission="decide",
    scope="decide",
    answers={201: Decided},
    statuses=(400, 404, 409, 422),
)
def decide(context: Context, body: NewDecision, *, thread_id: str, comment_id: str) -> Reply:
    """Decide about a comment, or undo.

    409 where somebody decided since the version that was seen: `now` says what, and nothing is changed.
    """
    _item(context, thread_id, comment_id)
    actor = require("decide").name
    (outcome,) = context.store.decide(
        [
            Action(
                key=_key(actor),
                thread_id=thread_id,
                comment_id=comment_id,
                action=body.action,
                actor=actor,
                expected_version=body.expected_version,
                reason=body.reason,
                note=body.note,
                undo_others=may("undo_others"),
            )
        ]
    )
    said = outcome.message or ""
    if outcome.status == "conflict":
        made = None if outcome.decision is None else _told(outcome.decision)
        now = {"state": outcome.state, "version": outcome.version, "decision": made}
        remedy = f"Look again, and expect version {outcome.version}"
        raise ProblemError(409, said, [Fault("body", "expected_version", said, remedy)], now=now)
    if outcome.status == "refused" or outcome.decision is None:
        raise ProblemError(422, said, [Fault("body", "action", said, "Read what was decided, and by whom")])
    decision = outcome.decision
    return Reply(Decided(decision.after_state, decision.version, decision.id, decision.undoes), 201)


def _item(context: Context, thread_id: str, comment_id: str) -> QueueItem:
    try:
        return context.store.queue_item(thread_id, comment_id)
    except StoreError as error:
        fault = Fault("path", "comment_id", error.problem, "List them with GET …/comments")
        raise ProblemError(404, "There is no such comment.", [fault]) from None


def _key(actor: str) -> str:
    """Return the key of a decision: the same for a request that is sent again, whatever was kept of it."""
    given = request.headers.get(KEY)
    return uuid4().hex if given is None else keyed(b"", "decisions over HTTP", actor, given).hex()


def _told(decision: Decision) -> dict[str, object]:
    told = asdict(decision)
    return {name: told[name] for name in ("id", "action", "actor", "reason", "version")} | {
        "decided_at": decision.decided_at.isoformat().replace("+00:00", "Z")
    }
