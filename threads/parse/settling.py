"""From displayed timestamps to moments: what one timestamp leaves open, the whole thread decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from threads.language import N_
from threads.parse.calendar_words import UNIT_SECONDS, Unit
from threads.parse.times.day_order import Evidence, date_of, number_order, place_years
from threads.parse.times.years import years_of
from threads.parse.timestamps import Stamp
from threads.parse.wording import counted
from threads.records import Precision, TimezoneSource

_MANY_TIMES = 15  # so many times of day that none after noon is no chance


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


def in_own_zone(published_at: datetime | None, stamp: Stamp | None) -> datetime | None:
    """Return a moment in the zone that its timestamp names: the same instant, at the hour displayed."""
    if published_at is None or stamp is None or stamp.is_relative:
        return published_at
    if stamp.offset:
        return published_at.astimezone(timezone(timedelta(minutes=stamp.offset)))
    return published_at.astimezone(ZoneInfo(stamp.zone)) if stamp.zone else published_at


def settle(
    stamps: Sequence[Stamp | None],
    *,
    timezone: ZoneInfo | None = None,
    captured_at: datetime | None = None,
    reference: datetime | None = None,
    language: str | None = None,
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
        A moment near the beginning of the thread, such as the article's: for missing years, and for the
        order of day and month.
    language
        The language of the page, as a BCP 47 tag ("en-GB"): the last thing that is asked.

    Notes
    -----
    05/06 against 06/05 is decided by the unambiguous dates of the thread, else by which order keeps it
    between `reference` and `captured_at`, in sequence and close together, else by the custom of `language`
    and then of most countries; only the first is free of a warning.
    A date without a time of day is that day at 00:00 UTC whatever the zone, so that its day never shifts;
    its timezone source is "none". A local time that occurs twice is the earlier one (fold 0), and one that
    the clock skipped is moved as PEP 495 moves it; both give a warning.
    """
    captured_at = None if captured_at is None else captured_at.astimezone(UTC)
    evidence = Evidence(captured_at, reference, language)
    stamps, warnings = place_years(stamps, evidence)
    day_first, order_warnings = number_order(stamps, evidence)
    context = _Context(timezone, captured_at, day_first)
    years, year_warnings = years_of(stamps, evidence, day_first=day_first)
    warnings += order_warnings + year_warnings
    folds: list[str] = []
    moments = tuple(_moment(stamp, year, context, folds) for stamp, year in zip(stamps, years, strict=True))
    warnings += _zone_warnings(folds) + _relative_warnings(stamps, moments, captured_at) + _halves(stamps)
    return Settled(moments, tuple(warnings))


# --- one timestamp ---


def _moment(stamp: Stamp | None, year: int | None, context: _Context, folds: list[str]) -> Moment:
    if stamp is None:
        return Moment()
    if stamp.is_relative:
        return _relative_moment(stamp, context, folds)
    day = date_of(stamp, year, day_first=context.day_first)
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
        N_(
            "{times} such as {example} where the clocks change: the earlier of two, or the time "
            "moved past the gap, was taken"
        ).format(times=counted(len(folds), "time", "times"), example=repr(folds[0]))
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
    example = N_("{times} such as {example}").format(
        times=counted(len(lost), "time", "times"), example=repr(lost[0])
    )
    if captured_at is None:
        return [
            N_("{example} counted from when the page was seen: give that with --captured-at").format(
                example=example
            )
        ]
    return [N_("{example} before all calendars: left out").format(example=example)]


def _halves(stamps: Sequence[Stamp | None]) -> list[str]:
    """Warn of times on a clock of twelve hours that do not say which half of the day they lie in."""
    timed = [s for s in stamps if s is not None and s.hour is not None and s.offset is None]
    if len(timed) < _MANY_TIMES or any(s.half or not 1 <= (s.hour or 0) <= 12 for s in timed):
        return []
    if 12 not in {s.hour for s in timed}:
        return []
    return [
        N_(
            "ambiguous half of the day: {times} such as {example} all lie between 1 and 12 "
            "o'clock and show no am or pm; they were read as shown"
        ).format(times=counted(len(timed), "time", "times"), example=repr(timed[0].raw))
    ]
