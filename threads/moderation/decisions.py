"""What a moderator may decide about a comment, and what becomes of it. Pure: the store does the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from threads.language import N_, _, number

State = Literal["open", "approved", "featured", "rejected", "held", "escalated"]
ActionName = Literal["approve", "not_offensive", "feature", "reject", "hold", "escalate", "undo"]
OutcomeStatus = Literal["done", "conflict", "refused"]

STATES: tuple[State, ...] = get_args(State)
ACTIONS: tuple[ActionName, ...] = get_args(ActionName)

# What each action makes of a comment, whatever its state; undo has a rule of its own.
AFTER: Mapping[str, State] = {
    "approve": "approved",
    "not_offensive": "approved",  # and the flags for its language were wrong, which models learn from
    "feature": "featured",
    "reject": "rejected",
    "hold": "held",
    "escalate": "escalated",
}
DECIDED: frozenset[State] = frozenset({"approved", "featured", "rejected"})
PUBLISHED: frozenset[State] = frozenset({"approved", "featured"})

# Why a comment is rejected: code → what it says to people.
REASONS: Mapping[str, str] = {
    "offensive": N_("Offensive language"),
    "harassment": N_("Harasses or attacks a person"),
    "identity_attack": N_("Attacks people for who they are"),
    "threat": N_("Threatens, or wishes harm"),
    "personal_data": N_("Gives away personal data"),
    "spam": N_("Advertising or spam"),
    "off_topic": N_("Not about the article"),
    "repeat": N_("Says again what was posted before"),
    "unlawful": N_("May be against the law"),
    "other": N_("Another reason, in the note"),
}
LONGEST_NOTE = 2_000  # characters
LONGEST_KEY = 200  # characters, of a batch too


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What a moderator asks for.

    `key` is made by the client, once for each action: a resent key is answered and not done twice.
    `expected_version` is the version of the comment that the moderator saw. `reason` is a key of REASONS,
    for a rejection only. Actions of one `batch` were asked for together. Without `undo_others`, only the
    actor's own decision is undone.
    """

    key: str
    thread_id: str
    comment_id: str
    action: ActionName
    actor: str
    expected_version: int
    reason: str | None = None
    note: str | None = None
    batch: str | None = None
    undo_others: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision on record.

    `version` is the comment's version after it, `undoes` the id of another decision, `key` the action's.
    """

    id: int
    thread_id: str
    comment_id: str
    version: int
    action: ActionName
    before_state: State
    after_state: State
    actor: str
    decided_at: datetime
    reason: str | None = None
    note: str | None = None
    batch: str | None = None
    undoes: int | None = None
    key: str = ""


class Step(NamedTuple):
    """As much of a decision as its outcome follows from."""

    thread_id: str
    comment_id: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to an action, with the comment's state and version as they are now.

    "done" carries the decision made, and of an undo the one that it took back. "conflict" means that somebody
    decided since the moderator looked, and carries their decision. "refused" changes nothing. `message` says
    why it was not done.
    """

    key: str
    thread_id: str
    comment_id: str
    status: OutcomeStatus
    state: State | None
    version: int | None
    message: str | None = None
    decision: Decision | None = None
    taken_back: Decision | None = None


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
        return Refusal(
            _("no action is called {action}; known are {list}", action=action, list=", ".join(ACTIONS))
        )
    if action == "undo":
        return _undo(last, actor, undo_others=undo_others)
    after = AFTER[action]
    if after == state:
        return Refusal(_("the comment is {state} already", state=state))
    return Change(after)


def _undo(last: Decision | None, actor: str, *, undo_others: bool) -> Change | Refusal:
    if last is None:
        return Refusal(_("there is no decision to undo"))
    if last.actor != actor and not undo_others:
        return Refusal(
            _("the decision is {actor}'s, and only they or an admin may undo it", actor=last.actor)
        )
    return Change(last.before_state, undoes=last.id)


def problem(action: Action) -> str | None:
    """Return what is wrong with an action as it was asked for, or None."""
    if not action.key or not action.actor:
        return _("an action needs a key and an actor")
    if max(len(action.key), len(action.batch or "")) > LONGEST_KEY:
        return _(
            "a key, and the name of a batch, have at most {longest_key} characters", longest_key=LONGEST_KEY
        )
    if action.reason is not None and action.action != "reject":
        return _(
            "a reason is given for a rejection, not to {replace}", replace=action.action.replace("_", " ")
        )
    if action.reason is not None and action.reason not in REASONS:
        return _(
            "no reason is called {reason}; known are {list}", reason=action.reason, list=", ".join(REASONS)
        )
    if action.note is not None and len(action.note) > LONGEST_NOTE:
        return _(
            "the note has {count} characters; at most {longest_note} are kept",
            count=number(len(action.note)),
            longest_note=number(LONGEST_NOTE),
        )
    return None


def standing(history: Sequence[Decision]) -> Decision | None:
    """Return the decision that an undo would take back, given a comment's history in order; None: nothing."""
    undone = {decision.undoes for decision in history}
    return next((d for d in reversed(history) if d.action != "undo" and d.id not in undone), None)


def replay(decisions: Iterable[Decision | Step]) -> dict[tuple[str, str], tuple[State, int]]:
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
            stack.append(AFTER[decision.action])
    return {comment: (stack[-1], versions[comment]) for comment, stack in stacks.items()}
