"""The times of one column: how they are written is found out once, and then each is read fast."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from threads.parse.exports.found import NO_MOMENT, Moment, Moments
from threads.parse.exports.moments import since_1970, written
from threads.parse.formats import Options
from threads.parse.settling import settle
from threads.parse.times.day_order import Evidence, number_order
from threads.parse.timestamps import Stamp, machine_timestamp
from threads.records import TimezoneSource

Reader = Callable[[Sequence[str]], Moments]
"""Reads cells of a column."""

_Cell = Callable[[str], Moment]

_LONGEST = 64  # characters of a time
_REMEMBERED = 50_000  # times that were slow to read
_LONGEST_DAY = 10  # characters of a date without a time of day
_SECONDS = 10  # digits of a number of seconds since 1970, from 2001 to 2286
_MARKERS = frozenset(
    ("", "0", "none", "null", "nan", "nat", "na", "n/a", "-", "false", "0.0", "-1", "undefined")
)
_MIDNIGHT = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?$")
_DIGIT = re.compile(r"\d")
_EPOCH = re.compile(
    r"\d{9,10}(?:\.\d+)?|\d{12,13}(?:\.0)?|\d{15,16}|\d{18,19}|\d\.\d+e\+?(?:09|9|12)", re.IGNORECASE
)


def is_time(value: str) -> bool:
    """Return whether a cell holds a time and nothing else; a bare number does where it counts from 1970."""
    value = value.strip()
    if not 6 <= len(value) <= _LONGEST:
        return False
    if _EPOCH.fullmatch(value):
        return since_1970(value).at is not None
    if _is_iso(value):
        return True
    stamp = _stamp(value) if _DIGIT.search(value) else None
    if stamp is None or (stamp.is_weak and stamp.pair is None):
        return False
    return len(stamp.raw) >= 0.8 * len(value)


def is_epoch(value: str) -> bool:
    """Return whether a cell may be a number of seconds (milli-, micro-, nano-) since 1970."""
    return _EPOCH.fullmatch(value.strip()) is not None


def is_day(value: str) -> bool:
    """Return whether a cell holds a date without a time of day, or at midnight, as spreadsheets write it."""
    value = without_midnight(value.strip())
    stamp = None if is_epoch(value) else _stamp(value)
    return stamp is not None and not stamp.is_relative and stamp.hour is None and is_time(value)


def without_midnight(value: str) -> str:
    """Return a date without the midnight that spreadsheets write after it."""
    return _MIDNIGHT.sub("", value)


def is_span(value: str) -> bool:
    """Return whether a cell counts from when it was written down: "2 years ago"."""
    stamp = None if _is_iso(value) or is_epoch(value) else _stamp(value.strip())
    return stamp is not None and stamp.is_relative


def time_reader(
    sample: Sequence[str], options: Options, *, time_format: str | None = None, zone: str | None = None
) -> tuple[Reader, tuple[str, ...]]:
    """Return what reads the times of a column, and what was guessed of them.

    Parameters
    ----------
    sample
        The column's first cells.
    options
        The zone of times that carry none, where `zone` does not say it; and when the table was made, which
        "2 hours ago" counts from.
    time_format
        A format of strptime, where the user gave one.
    zone
        An IANA name, where the mapping gives one.
    """
    own = ZoneInfo(zone) if zone else None
    filled = [value for value in sample if value.strip().lower() not in _MARKERS]
    if time_format is not None:
        return _each(_by_format(time_format, options, own)), ()
    if filled and sum(map(is_epoch, filled)) >= 0.9 * len(filled):
        return _epochs, ()
    if filled and sum(map(_is_iso, filled)) >= 0.5 * len(filled):
        return _iso_reader(options, own, filled), ()
    slow, warnings = _slow_reader(filled, options, own)
    return _each(slow), warnings


def _each(read: _Cell) -> Reader:
    return lambda cells: Moments.of(map(read, cells))


def _epochs(cells: Sequence[str]) -> Moments:
    if "".join(cells).isdecimal() and {*map(len, cells)} == {_SECONDS}:
        return Moments.alike(
            [datetime.fromtimestamp(seconds, UTC) for seconds in map(int, cells)], cells, "second", "given"
        )
    return Moments.of(map(_epoch, cells))


def _epoch(value: str) -> Moment:
    if value in _MARKERS:
        return NO_MOMENT
    moment = since_1970(value)
    return moment if moment.at is not None or value.lower() in _MARKERS else _unread(value)


def _is_iso(value: str) -> bool:
    try:
        datetime.fromisoformat(value.strip())
    except ValueError:
        return False
    return True


def _iso_reader(options: Options, own: tzinfo | None, sample: Sequence[str]) -> Reader:
    zone = own or options.timezone
    known = zone or UTC
    source: TimezoneSource = "given" if zone else "assumed"
    read = datetime.fromisoformat
    slow = cache(lambda: _slow_reader(sample, options, own)[0])  # of most columns it is never asked for

    def cell(value: str) -> Moment:
        try:
            at = read(value)
        except ValueError:
            return slow()(value)
        if len(value) <= _LONGEST_DAY:
            return written(value, options, zone=own)
        if at.tzinfo is None:
            return Moment(at.replace(tzinfo=known), value, "second", source)
        return Moment(at, value, "second", "given")

    def reader(cells: Sequence[str]) -> Moments:
        try:
            found = list(map(read, cells))
        except ValueError:
            return Moments.of(map(cell, cells))
        zones = {at.tzinfo for at in found}
        if not found or min(map(len, cells)) <= _LONGEST_DAY or (None in zones and len(zones) > 1):
            return Moments.of(map(cell, cells))
        if None in zones:
            return Moments.alike([at.replace(tzinfo=known) for at in found], cells, "second", source)
        return Moments.alike(found, cells, "second", "given")

    return reader


def _by_format(time_format: str, options: Options, own: tzinfo | None) -> _Cell:
    zone = own or options.timezone
    known, source = zone or UTC, "given" if zone else "assumed"
    precision = (
        "second" if re.search("%[STscXfr]", time_format) else "minute" if "%M" in time_format else "day"
    )

    def read(value: str) -> Moment:
        try:
            at = datetime.strptime(value.strip(), time_format)  # noqa: DTZ007 - the zone follows
        except ValueError:
            return NO_MOMENT if value.strip().lower() in _MARKERS else _unread(value)
        if at.tzinfo is not None:
            return Moment(at, value, precision, "given")  # type: ignore[arg-type]
        return Moment(at.replace(tzinfo=known), value, precision, source)  # type: ignore[arg-type]

    return _remembering(read)


def _slow_reader(
    sample: Sequence[str], options: Options, own: tzinfo | None
) -> tuple[_Cell, tuple[str, ...]]:
    """Return a reader of dates in numbers or words; the order of day and month is that of the sample."""
    stamps = [_stamp(value) for value in sample]
    day_first, warnings = number_order(stamps, Evidence(options.captured_at))
    zone = own if isinstance(own, ZoneInfo) else options.timezone

    def read(value: str) -> Moment:
        if value.strip().lower() in _MARKERS:
            return NO_MOMENT
        stamp = _stamp(value)
        if stamp is not None and stamp.pair is not None:
            day, month = stamp.pair if day_first else stamp.pair[::-1]
            stamp = replace(stamp, pair=None, day=day, month=month) if month <= 12 else stamp
        (moment,) = settle([stamp], timezone=zone, captured_at=options.captured_at).moments
        return Moment(moment.published_at, value, moment.precision, moment.timezone_source)

    return _remembering(read), tuple(warnings)


def _stamp(value: str) -> Stamp | None:
    return machine_timestamp(value[:_LONGEST])


def _unread(value: str) -> Moment:
    return Moment(None, value, "none", "none")


def _remembering(read: _Cell) -> _Cell:
    """Return a reader that remembers what it read: many rows of a table share a day or a minute."""
    known: dict[str, Moment] = {}

    def reader(value: str) -> Moment:
        moment = known.get(value)
        if moment is None:
            if len(known) >= _REMEMBERED:
                known.clear()
            moment = known[value] = read(value)
        return moment

    return reader
