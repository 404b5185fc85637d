"""Plain sentences about a discussion, with links to the comments that they speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd
from babel.units import format_unit

from threads.language import _, language, localised, written

Row: TypeAlias = "pd.Series[Any]"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; with ids it speaks of that comment and can link to it."""

    text: str
    thread_id: str | None = None
    comment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A plain sentence about a discussion."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The sentence without its links."""
        return "".join(part.text for part in self.parts)

    @property
    def comment_ids(self) -> tuple[str, ...]:
        """The comments that it speaks of."""
        return tuple(part.comment_id for part in self.parts if part.comment_id is not None)


def plain(text: str) -> Sentence:
    """Return a sentence that speaks of no comment."""
    return Sentence((Part(text),))


def link(text: str, row: Row) -> Part:
    """Return a piece of a sentence that speaks of the comment in `row`."""
    thread, comment = row.get("thread_id"), row.get("comment_id")
    return Part(
        text,
        thread_id=thread if isinstance(thread, str) else None,
        comment_id=comment if isinstance(comment, str) else None,
    )


def name_of(row: Row) -> str:
    """Return who wrote a comment, as displayed."""
    author = row.get("author")
    return author if isinstance(author, str) else _("somebody without a name")


def moment_of(row: Row) -> str:
    """Return when a comment appeared, as exactly as it is known, behind a comma; "" where it is not."""
    time, precision = row.get("published_at"), row.get("published_at_precision")
    if not isinstance(time, pd.Timestamp) or pd.isna(time):
        return ""
    if precision in ("day", "relative"):
        day = written(time, _("%-d %B %Y"))
        return ", " + (_("about {time}", time=day) if precision == "relative" else day)
    return f", {when(time)}"


def when(time: pd.Timestamp) -> str:
    """Return a moment in words, 17 May 2024, 20:41 UTC."""
    return written(time, _("%-d %B %Y, %H:%M")) + " UTC"


def figure(value: float, digits: int = 2) -> str:
    """Return a number with a proper minus sign, its thousands set apart."""
    return localised(f"{value:,.{digits}f}")


def in_words(length: pd.Timedelta) -> str:
    """Return a length of time in words, minutes, hours or days."""
    minutes = length.total_seconds() / 60
    for unit, size in (("day", 1_440), ("hour", 60)):
        if minutes >= 2 * size:
            return str(format_unit(round(minutes / size), f"duration-{unit}", locale=language()))
    return str(format_unit(round(minutes), "duration-minute", locale=language()))
