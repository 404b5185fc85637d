"""What a moderator may decide about a comment, and what becomes of it. Pure: the store does the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["open", "approved", "rejected"]
ActionName = Literal["approve", "reject", "undo"]
OutcomeStatus = Literal["done", "conflict", "refused"]

STATES: tuple[State, ...] = ("open", "approved", "rejected")
ACTIONS: tuple[ActionName, ...] = ("approve", "reject", "undo")

# (state, action) → state after it. A pair that is missing is refused, save undo, which has its own rule.
TRANSITIONS: Mapping[tuple[State, ActionName], State] = {
    ("open", "approve"): "approved",
    ("open", "reject"): "rejected",
    ("approved", "reject"): "rejected",
    ("rejected", "approve"): "approved",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What a moderator asks for.

    `key` is made by the client, once for each action: a resent key is answered and not done twice.
    `expected_version` is the version of the comment that the moderator saw. Without `undo_others`, only the
    actor's own decision is undone.
    """

    key: str
    thread_id: str
    comment_id: str
    action: ActionName
    actor: str
    expected_version: int
    note: str | None = None
    undo_others: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision on record. `version` is the comment's version after it; `undoes` the id of another one."""

    id: int
    thread_id: str
    comment_id: str
    version: int
    action: ActionName
    before_state: State
    after_state: State
    actor: str
    decided_at: datetime
    note: str | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to an action, with the comment's state and version as they are now.

    "done" carries the decision made. "conflict" means that somebody decided since the moderator looked, and
    carries their decision. "refused" changes nothing. `message` says why it was not done.
    """

    key: str
    thread_id: str
    comment_id: str
    status: OutcomeStatus
    state: State | None
    version: int | None
    message: str | None = None
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """An action that is allowed: the state after it, and the decision that it undoes."""

    after_state: State
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An action that is not allowed, and why."""

    reason: str


def decide(
    state: State, action: str, *, last: Decision | None = None, actor: str = "", undo_others: bool = True
) -> Change | Refusal:
    """Return what `action` makes of a comment in `state`, or why it is refused.

    `last` is the comment's latest decision that is neither an undo nor undone (see `standing`).
    """
    if action not in ACTIONS:
        return Refusal(f"no action is called {action}; known are {', '.join(ACTIONS)}")
    if action == "undo":
        return _undo(last, actor, undo_others=undo_others)
    after = TRANSITIONS.get((state, action))
    if after is None:
        return Refusal(f"the comment is {state} already")
    return Change(after)


def _undo(last: Decision | None, actor: str, *, undo_others: bool) -> Change | Refusal:
    if last is None:
        return Refusal("there is no decision to undo")
    if last.actor != actor and not undo_others:
        return Refusal(f"the decision is {last.actor}'s, and only they or an admin may undo it")
    return Change(last.before_state, undoes=last.id)


def standing(history: Sequence[Decision]) -> Decision | None:
    """Return the decision that an undo would take back, given a comment's history in order; None: nothing."""
    undone = {decision.undoes for decision in history}
    return next((d for d in reversed(history) if d.action != "undo" and d.id not in undone), None)


def replay(decisions: Iterable[Decision]) -> dict[tuple[str, str], tuple[State, int]]:
    """Return state and version of every decided comment, worked out from the decisions alone, in order.

    Nothing is taken from what a decision says of the states before and after it, so that the answer can be
    held against them.
    """
    stacks: dict[tuple[str, str], list[State]] = {}
    versions: dict[tuple[str, str], int] = {}
    for decision in decisions:
        comment = (decision.thread_id, decision.comment_id)
        stack = stacks.setdefault(comment, ["open"])
        versions[comment] = versions.get(comment, 0) + 1
        if decision.action == "undo":
            if len(stack) > 1:
                stack.pop()
        else:
            stack.append(TRANSITIONS.get((stack[-1], decision.action), stack[-1]))
    return {comment: (stack[-1], versions[comment]) for comment, stack in stacks.items()}
