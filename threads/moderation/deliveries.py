"""What a platform is told of a decision, and when it is tried again. Pure: store and targets do the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, get_args

from threads.moderation.decisions import State

DeliveryState = Literal["waiting", "delivered", "failed", "superseded", "unneeded"]
PlatformAction = Literal["approve", "feature", "hold", "spam", "remove"]

DELIVERY_STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)
PLATFORM_ACTIONS: tuple[PlatformAction, ...] = get_args(PlatformAction)
NOTHING = "nothing"  # in place of an action: the platform is not told
AS_IMPORTED = "as imported"  # in place of an action: what the platform had before a moderator came

# What a platform is told, by the state after a decision, and for a rejection by its reason.
DEFAULT_ACTIONS: Mapping[str, str] = {
    "approved": "approve",
    "featured": "approve",
    "rejected": "remove",
    "rejected:spam": "spam",
    "held": "hold",
    "escalated": NOTHING,  # it stays as it is until somebody has decided
    "open": AS_IMPORTED,  # after an undo
}
_IMPORTED: Mapping[str, PlatformAction] = {
    "visible": "approve",
    "pending": "hold",
    "spam": "spam",
    "removed": "remove",
    "deleted": "remove",
}

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
LONGEST_WISH = timedelta(days=1)  # of what a platform may ask for with Retry-After
MOST_ATTEMPTS = 18  # the last one comes a day or two after the first


def platform_action(
    actions: Mapping[str, str], state: State, reason: str | None, imported: str | None
) -> PlatformAction | None:
    """Return what a platform is told about a comment in `state`, None where nothing.

    Parameters
    ----------
    actions
        As DEFAULT_ACTIONS, with a value for every state.
    state
        The comment's state after the decision.
    reason
        A key of REASONS, for a rejection that has one.
    imported
        The status that the comment had when it was read: visible, pending, removed, spam or deleted. None
        where that is not known: then nothing is told in its place.
    """
    told = actions.get(f"{state}:{reason}", actions[state])
    if told == AS_IMPORTED:
        return None if imported is None else _IMPORTED[imported]
    return next((action for action in PLATFORM_ACTIONS if action == told), None)


def pause(attempts: int, chance: float, wish: timedelta | None = None) -> timedelta:
    """Return how long to wait after so many failed attempts: doubled each time, and scattered.

    Parameters
    ----------
    attempts
        How many there were, from 1.
    chance
        0 to 1, drawn anew each time: deliveries that failed together are not tried together.
    wish
        How long the platform asked to be left alone; at most LONGEST_WISH of it is heeded.
    """
    longest = min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 20), LONGEST_PAUSE)
    scattered = longest * (0.5 + chance / 2)
    return max(scattered, min(wish or timedelta(), LONGEST_WISH))
