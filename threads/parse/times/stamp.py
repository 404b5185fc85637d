"""What is read from a displayed timestamp, before it is settled which moment that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from threads.parse.calendar_words import Unit

LONGEST = 64
LONGEST_HEADER = 200
FIRST_YEAR, LAST_YEAR = 1980, 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A timestamp as displayed; what it does not say is None.

    In dates of numbers alone `pair` holds two numbers whose order is open, and `day_first` tells the order of
    two that make a date in one order only. `triple` holds the three numbers of a date whose year has two
    digits and may stand first.
    `start` and `end` are offsets into the string that was searched, and `raw` is what stands between them.
    `offset` is in minutes east of UTC; `zone` is the IANA name of a zone that has summer time.
    """

    start: int
    end: int
    raw: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    pair: tuple[int, int] | None = None
    triple: tuple[int, int, int] | None = None
    separator: str = ""
    day_first: bool | None = None
    hour: int | None = None
    minute: int = 0
    second: int | None = None
    half: str | None = None
    offset: int | None = None
    zone: str | None = None
    spans: tuple[tuple[int, Unit], ...] = ()
    days_ago: int | None = None
    weekday: int | None = None
    short_year: bool = False

    @property
    def is_relative(self) -> bool:
        """Whether it is counted from the moment that the page was seen."""
        return bool(self.spans) or self.days_ago is not None or self.weekday is not None

    @property
    def has_time(self) -> bool:
        """Whether it says a time of day."""
        return self.hour is not None

    @property
    def is_weak(self) -> bool:
        """Whether ordinary text could look like this: no time of day, and no year in full."""
        return not self.is_relative and not self.has_time and (self.year is None or self.short_year)


class Found(NamedTuple):
    """A part that was read: where it ends, and the fields of a stamp that it gives."""

    end: int
    fields: Mapping[str, Any]
