"""Which comments of the queue are shown, and in what order; it goes into an address and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from threads.errors import InputError
from threads.language import N_, _, number
from threads.moderation.decisions import REASONS, STATES, State

View = Literal["new", "flagged", "reported", "held", "escalated", "decided", "all"]
Order = Literal["risk", "age", "thread"]

VIEWS: tuple[View, ...] = get_args(View)
ORDERS: tuple[Order, ...] = get_args(Order)
LONGEST_SEARCH = 200  # characters

_TIMES = frozenset({"since", "until"})
_NUMBERS = frozenset({"risk_from", "risk_to", "offensive_from", "offensive_to"})
_WORDS: Mapping[str, tuple[str, ...]] = {
    "view": VIEWS,
    "order": ORDERS,
    "state": STATES,
    "reason": tuple(REASONS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """A choice of comments; a restriction that is None restricts nothing.

    view
        "new" is open without a flag, "flagged" open with one, "reported" open and flagged because the
        platform reported it, "held" held, "escalated" waiting for an admin, "decided" approved, featured or
        rejected.
    order
        "risk" is the riskiest first and the oldest among equals, "age" the oldest first (by the time of
        import where the comment has none), "thread" as they stand under their articles.
    author
        The name as displayed.
    text
        Stands in the comment, in upper or lower case.
    since, until
        When it was published (aware): from `since` on and before `until`. One without a time does not pass.
    risk_from, risk_to
        As in `threads.moderation.queue_order`, both included; a comment without a flag has 0.
    offensive_from, offensive_to
        The stored score, both included.
    decided_by, reason
        Of the latest decision.
    claimed_by
        Who has claimed it at present.

    Raises
    ------
    InputError
        A value that no comment can have.
    """

    view: View = "flagged"
    order: Order = "risk"
    state: State | None = None
    rule: str | None = None
    thread_id: str | None = None
    author: str | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    risk_from: float | None = None
    risk_to: float | None = None
    offensive_from: float | None = None
    offensive_to: float | None = None
    decided_by: str | None = None
    reason: str | None = None
    claimed_by: str | None = None

    def __post_init__(self) -> None:
        for name, value in self._given().items():
            if name in _WORDS and value not in _WORDS[name]:
                raise InputError(
                    _("{value} is not known", value=repr(str(value)[:40])),
                    source=name,
                    remedy=_("Known: {list}", list=", ".join(_WORDS[name])),
                )
            if name in _TIMES and value.tzinfo is None:
                raise InputError("a time needs a zone", source=name)
            if name in _NUMBERS and not math.isfinite(value):
                raise InputError(f"{value} is not a number", source=name)
        if self.text is not None and len(self.text) > LONGEST_SEARCH:
            raise InputError(
                _(
                    "the search has {count} characters; at most {most} are looked for",
                    count=number(len(self.text)),
                    most=LONGEST_SEARCH,
                ),
                source="text",
            )

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> QueueFilter:
        """Read a filter from an address's query; what is empty restricts nothing, other names do not count.

        Raises
        ------
        InputError
            A value cannot be read; the message names it.
        """
        names = [field.name for field in fields(cls)]
        return cls(**{name: _read(name, query[name]) for name in names if query.get(name)})

    def to_query(self) -> dict[str, str]:
        """Return the filter as an address's query, without what is as it is by default."""
        default = type(self)()
        return {
            name: _written(value) for name, value in self._given().items() if value != getattr(default, name)
        }

    def _given(self) -> dict[str, Any]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


def _read(name: str, value: str) -> Any:
    try:
        if name in _NUMBERS:
            return float(value)
        if name in _TIMES:
            time = datetime.fromisoformat(value)
            return time.replace(tzinfo=UTC) if time.tzinfo is None else time
    except ValueError:
        said = N_("{value} is not a number") if name in _NUMBERS else N_("{value} is not a time")
        raise InputError(_(said, value=repr(value[:40])), source=name) from None
    return value


def _written(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
