"""Years that a page does not show: from the dates near by, else from when the page was seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from threads.language import N_
from threads.parse.times.day_order import Evidence, date_of, last_day
from threads.parse.times.stamp import Stamp
from threads.parse.wording import counted


def years_of(
    stamps: Sequence[Stamp | None], evidence: Evidence, *, day_first: bool
) -> tuple[list[int | None], list[str]]:
    """Return the year of every timestamp, None where it has or gets none, and what was worked out."""
    years = [None if s is None else s.year for s in stamps]
    missing = [i for i, s in enumerate(stamps) if s is not None and s.year is None and (s.month or s.pair)]
    if not missing:
        return years, []
    neighbours = _nearest_dates(stamps, evidence, day_first)
    for i in missing:
        stamp, near = stamps[i], neighbours[i]
        if stamp is not None and near is not None:
            years[i] = _closest_year(stamp, near, day_first)
        elif stamp is not None and evidence.captured_at is not None:
            years[i] = _latest_year(stamp, evidence.captured_at, day_first)
    unknown = sum(years[i] is None for i in missing)
    warnings = []
    if len(missing) > unknown:
        warnings.append(
            N_("{dates} without a year: worked out from what stands near").format(
                dates=counted(len(missing) - unknown, "date", "dates")
            )
        )
    if unknown:
        warnings.append(
            N_("{dates} without a year left open: say when the page was seen (--captured-at)").format(
                dates=counted(unknown, "date", "dates")
            )
        )
    return years, warnings


def _nearest_dates(stamps: Sequence[Stamp | None], evidence: Evidence, day_first: bool) -> list[date | None]:
    """Return for each timestamp the nearest full date: before it, else after it, else the reference."""
    near: list[date | None] = [None] * len(stamps)
    for order in (range(len(stamps)), reversed(range(len(stamps)))):
        last: date | None = None
        for i in order:
            stamp = stamps[i]
            last = (date_of(stamp, stamp.year, day_first=day_first) if stamp is not None else None) or last
            near[i] = near[i] or last
    fallback = None if evidence.reference is None else evidence.reference.date()
    return [d or fallback for d in near]


def _closest_year(stamp: Stamp, near: date, day_first: bool) -> int | None:
    candidates = [
        (abs(d - near), year)
        for year in (near.year - 1, near.year, near.year + 1)
        if 1 <= year <= 9999 and (d := date_of(stamp, year, day_first=day_first)) is not None
    ]
    return min(candidates, default=(None, None))[1]


def _latest_year(stamp: Stamp, captured_at: datetime, day_first: bool) -> int | None:
    latest = last_day(captured_at)
    years = range(latest.year, max(0, latest.year - 9), -1)  # nine years hold a 29 February
    return next(
        (y for y in years if (d := date_of(stamp, y, day_first=day_first)) is not None and d <= latest), None
    )
