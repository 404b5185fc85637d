"""From displayed timestamps to moments: what one timestamp leaves open, the whole thread decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from threads.parse.calendar_words import UNIT_SECONDS, Unit
from threads.parse.timestamps import Stamp
from threads.parse.wording import counted
from threads.records import Precision, TimezoneSource

_SLACK = timedelta(days=1)  # a page may be ahead of the clock that saved it by a time zone


@dataclass(frozen=True, slots=True)
class Moment:
    """What a timestamp was settled to: fields of a comment of the same names."""

    published_at: datetime | None = None
    precision: Precision = "none"
    timezone_source: TimezoneSource = "none"


@dataclass(frozen=True, slots=True)
class Settled:
    """One moment for each timestamp, in the same order, and what was guessed on the way."""

    moments: tuple[Moment, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Context:
    timezone: ZoneInfo | None
    captured_at: datetime | None
    day_first: bool


def settle(
    stamps: Sequence[Stamp | None],
    *,
    timezone: ZoneInfo | None = None,
    captured_at: datetime | None = None,
    reference: datetime | None = None,
) -> Settled:
    """Return the moment of every timestamp of one thread, settled together.

    Parameters
    ----------
    stamps
        The timestamps in page order; None where a comment shows none.
    timezone
        The zone of times that name none. Without it they are taken for UTC and marked "assumed".
    captured_at
        When the page was seen (aware): spans ("2 hours ago") and dates without a year are counted from it.
    reference
        Another moment near the thread, such as the article's; used for missing years only.

    Notes
    -----
    05/06 against 06/05 is decided by the unambiguous dates of the thread, else by which order keeps the
    thread in sequence and not after `captured_at`, else by custom; only the first is free of a warning.
    A date without a time of day is that day at 00:00 UTC whatever the zone, so that its day never shifts;
    its timezone source is "none". A local time that occurs twice is the earlier one (fold 0), and one that
    the clock skipped is moved as PEP 495 moves it; both give a warning.
    """
    captured_at = None if captured_at is None else captured_at.astimezone(UTC)
    day_first, warnings = _number_order(stamps, captured_at)
    context = _Context(timezone, captured_at, day_first)
    years, year_warnings = _years(stamps, context, reference)
    warnings += year_warnings
    folds: list[str] = []
    moments = tuple(_moment(stamp, year, context, folds) for stamp, year in zip(stamps, years, strict=True))
    warnings += _zone_warnings(folds) + _relative_warnings(stamps, moments, captured_at)
    return Settled(moments, tuple(warnings))


# --- 05/06: which is the day ---


def _number_order(stamps: Sequence[Stamp | None], captured_at: datetime | None) -> tuple[bool, list[str]]:
    """Return whether the day comes first in all-numeric dates, and a warning unless the thread proves it."""
    numeric = [s for s in stamps if s is not None and s.separator]
    open_ones = [s for s in numeric if s.pair is not None]
    if not open_ones:
        return True, []
    proofs = [s.day_first for s in numeric if s.day_first is not None]
    if proofs and (all(proofs) or not any(proofs)):
        return proofs[0], []
    example = open_ones[0].raw
    if proofs:
        day_first = sum(proofs) * 2 >= len(proofs)
        why = "this input has dates of both orders; most decided"
    else:
        day_first, why = _likelier_order(stamps, captured_at)
    order = "day first" if day_first else "month first"
    count = f"{counted(len(open_ones), 'date')} such as {example!r}"
    return day_first, [f"ambiguous day and month: {count} read with the {order} ({why})"]


def _likelier_order(stamps: Sequence[Stamp | None], captured_at: datetime | None) -> tuple[bool, str]:
    scores = [_disorder(stamps, day_first, captured_at) for day_first in (True, False)]
    if scores[0] != scores[1]:
        return scores[0] < scores[1], "so the comments are in sequence"
    numeric = [s for s in stamps if s is not None and s.pair is not None]
    if any(s.half for s in numeric) and numeric[0].separator != ".":
        return False, "a guess, as is usual beside am and pm"
    return True, "a guess, as is usual in most countries"


def _disorder(
    stamps: Sequence[Stamp | None], day_first: bool, captured_at: datetime | None
) -> tuple[int, int]:
    """Return how many dates lie after the capture, and how many steps run against the usual direction."""
    dates = [d for s in stamps if s is not None and (d := _date(s, s.year, day_first)) is not None]
    future = 0 if captured_at is None else sum(d > (captured_at + _SLACK).date() for d in dates)
    steps = [b - a for a, b in pairwise(dates)]
    ups, downs = sum(s > timedelta(0) for s in steps), sum(s < timedelta(0) for s in steps)
    return future, min(ups, downs)


def _date(stamp: Stamp, year: int | None, day_first: bool) -> date | None:
    if year is None:
        return None
    if stamp.pair is not None:
        day, month = stamp.pair if day_first else stamp.pair[::-1]
    elif stamp.month is not None and stamp.day is not None:
        day, month = stamp.day, stamp.month
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:  # 29 February, in a year that was worked out
        return None


# --- years that are not said ---


def _years(
    stamps: Sequence[Stamp | None], context: _Context, reference: datetime | None
) -> tuple[list[int | None], list[str]]:
    years = [None if s is None else s.year for s in stamps]
    missing = [i for i, s in enumerate(stamps) if s is not None and s.month is not None and s.year is None]
    if not missing:
        return years, []
    neighbours = _nearest_dates(stamps, context, reference)
    for i in missing:
        stamp = stamps[i]
        near = neighbours[i]
        if stamp is not None and near is not None:
            years[i] = _closest_year(stamp, near)
        elif stamp is not None and context.captured_at is not None:
            years[i] = _latest_year(stamp, context.captured_at)
    unknown = sum(years[i] is None for i in missing)
    warnings = []
    if len(missing) > unknown:
        warnings.append(
            f"{counted(len(missing) - unknown, 'date')} without a year: worked out from what stands near"
        )
    if unknown:
        warnings.append(
            f"{counted(unknown, 'date')} without a year left open: say when the page was seen (--captured-at)"
        )
    return years, warnings


def _nearest_dates(
    stamps: Sequence[Stamp | None], context: _Context, reference: datetime | None
) -> list[date | None]:
    """Return for each timestamp the nearest full date: before it, else after it, else the reference."""
    near: list[date | None] = [None] * len(stamps)
    for order in (range(len(stamps)), reversed(range(len(stamps)))):
        last: date | None = None
        for i in order:
            stamp = stamps[i]
            last = (_date(stamp, stamp.year, context.day_first) if stamp is not None else None) or last
            near[i] = near[i] or last
    fallback = None if reference is None else reference.date()
    return [d or fallback for d in near]


def _closest_year(stamp: Stamp, near: date) -> int | None:
    candidates = [
        (d, year) for year in (near.year - 1, near.year, near.year + 1) if (d := _date(stamp, year, True))
    ]
    return min(((abs(d - near), year) for d, year in candidates), default=(None, None))[1]


def _latest_year(stamp: Stamp, captured_at: datetime) -> int | None:
    latest = (captured_at + _SLACK).date()
    years = range(latest.year, latest.year - 9, -1)  # nine years hold a 29 February
    return next((year for year in years if (d := _date(stamp, year, True)) and d <= latest), None)


# --- one timestamp ---


def _moment(stamp: Stamp | None, year: int | None, context: _Context, folds: list[str]) -> Moment:
    if stamp is None:
        return Moment()
    if stamp.is_relative:
        return _relative_moment(stamp, context, folds)
    day = _date(stamp, year, context.day_first)
    if day is None:
        return Moment()
    if not stamp.has_time:
        return Moment(datetime.combine(day, time(), UTC), "day", "none")
    published_at, source = _in_utc(datetime.combine(day, _clock(stamp)), stamp, context, folds)
    return Moment(published_at, "minute" if stamp.second is None else "second", source)


def _clock(stamp: Stamp) -> time:
    return time(stamp.hour or 0, stamp.minute, stamp.second or 0)


def _in_utc(
    local: datetime, stamp: Stamp, context: _Context, folds: list[str]
) -> tuple[datetime, TimezoneSource]:
    zone: tzinfo
    if stamp.offset is not None:
        return local.replace(tzinfo=timezone(timedelta(minutes=stamp.offset))).astimezone(UTC), "given"
    if stamp.zone is not None:
        zone = ZoneInfo(stamp.zone)
    elif context.timezone is not None:
        zone = context.timezone
    else:
        return local.replace(tzinfo=UTC), "assumed"
    aware = local.replace(tzinfo=zone)
    if aware.utcoffset() != aware.replace(fold=1).utcoffset():
        folds.append(stamp.raw)
    return aware.astimezone(UTC), "given"


def _relative_moment(stamp: Stamp, context: _Context, folds: list[str]) -> Moment:
    captured_at = context.captured_at
    if captured_at is None:
        return Moment(None, "relative", "none")
    try:
        if not stamp.has_time:
            return Moment(_back(captured_at, stamp), "relative", "given")
        zone = context.timezone or (
            UTC if stamp.offset is None else timezone(timedelta(minutes=stamp.offset))
        )
        local_day = _back(captured_at.astimezone(zone), stamp).date()
        published_at, source = _in_utc(datetime.combine(local_day, _clock(stamp)), stamp, context, folds)
    except (OverflowError, ValueError):  # more years ago than there are
        return Moment(None, "relative", "none")
    return Moment(published_at, "relative", source)


def _back(moment: datetime, stamp: Stamp) -> datetime:
    if stamp.days_ago is not None:
        return moment - timedelta(days=stamp.days_ago)
    if stamp.weekday is not None:
        return moment - timedelta(days=(moment.weekday() - stamp.weekday) % 7)
    for amount, unit in stamp.spans:
        moment = _minus(moment, amount, unit)
    return moment


def _minus(moment: datetime, amount: int, unit: Unit) -> datetime:
    months = {"month": amount, "year": 12 * amount}.get(unit)
    if months is None:
        return moment - timedelta(seconds=amount * UNIT_SECONDS[unit])
    years, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    last_day = (date(years + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return moment.replace(year=years, month=month + 1, day=min(moment.day, last_day))


# --- what to tell ---


def _zone_warnings(folds: list[str]) -> list[str]:
    if not folds:
        return []
    return [
        f"{counted(len(folds), 'time')} such as {folds[0]!r} where the clocks change: "
        "the earlier of two, or the time moved past the gap, was taken"
    ]


def _relative_warnings(
    stamps: Sequence[Stamp | None], moments: Sequence[Moment], captured_at: datetime | None
) -> list[str]:
    lost = [
        s.raw
        for s, m in zip(stamps, moments, strict=True)
        if s is not None and s.is_relative and m.published_at is None
    ]
    if not lost:
        return []
    example = f"{counted(len(lost), 'time')} such as {lost[0]!r}"
    if captured_at is None:
        return [f"{example} counted from when the page was seen: give that with --captured-at"]
    return [f"{example} before all calendars: left out"]
