"""Weeks as ISO 8601 counts them, in UTC: 2026-W48 is Monday 23 November to Sunday 29 November 2026."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from threads.errors import InputError

_WRITTEN = re.compile(r"(\d{4})-W(\d{2})")


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week of ISO 8601; `start` belongs to it and `end`, the start of the next one, does not."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Return the week that an aware moment falls in."""
        calendar = moment.astimezone(UTC).isocalendar()
        return cls(calendar.year, calendar.week)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the week that is written 2026-W48; InputError where there is none."""
        found = _WRITTEN.fullmatch(text)
        try:
            week = cls(int(found[1]), int(found[2])) if found else None
            if week is not None and week.start and week.end:  # both must be on the calendar
                return week
        except (ValueError, OverflowError):
            pass
        raise InputError(f"{text[:20]!r} is no week", source="week", remedy="Write it as 2026-W48")

    @property
    def start(self) -> datetime:
        """Its Monday, 00:00 UTC."""
        return datetime.fromisocalendar(self.year, self.number, 1).replace(tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The next Monday, 00:00 UTC."""
        return self.start + timedelta(days=7)

    def moved(self, weeks: int) -> Week:
        """Return the week so many weeks later; before, where negative."""
        return Week.of(self.start + timedelta(days=7 * weeks))

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"
