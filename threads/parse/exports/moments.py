"""Times of exports: numbers since 1970, and texts, with the zone that the format or the user gives them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from threads.parse.exports.found import NO_MOMENT, Moment, Moments
from threads.parse.formats import Options
from threads.parse.times.machine import machine_timestamp

_FIRST_SECOND, _LAST_SECOND = 0, 4_102_444_800  # 1970 to 2100
_LONG = len("2024-05-17 22:45:00")
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)


def since_1970(value: object) -> Moment:
    """Return the moment of a number (or its text) of seconds, milli-, micro- or nanoseconds since 1970.

    NO_MOMENT where it is none; fractions of a second stay.
    """
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return NO_MOMENT
    if not math.isfinite(number):
        return NO_MOMENT
    for unit in _UNITS:
        if _FIRST_SECOND < number / unit < _LAST_SECOND:
            at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=number / unit)
            return Moment(at, str(value), "second", "given")
    return NO_MOMENT


def written(value: str | None, options: Options, *, zone: tzinfo | None = None) -> Moment:
    """Return the moment of a text: ISO 8601 in any shape, RFC 2822, or a date in words.

    A text without a zone of its own is in `zone`, where the format defines one (then it counts as given),
    else in that of the options, else in UTC, which counts as assumed. What cannot be read stays as `raw`.
    """
    if value is None or not value.strip():
        return NO_MOMENT
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return _by_reader(value, options, zone)
    if len(value.strip()) <= 10:
        return _placed(at, value, "day", options, zone)
    return _placed(at, value, "second", options, zone)


def all_written(values: Sequence[str], options: Options, *, zone: tzinfo) -> Moments:
    """Return the moments of texts without a zone of their own, as `written` would one by one."""
    if {*map(len, values)} == {_LONG}:
        try:
            at = [datetime.fromisoformat(f"{value}+00:00") for value in values] if zone is UTC else []
        except ValueError:
            at = []
        if at:
            return Moments.alike(at, values, "second", "given")
    return Moments.of(written(value, options, zone=zone) for value in values)


def _by_reader(value: str, options: Options, zone: tzinfo | None) -> Moment:
    stamp = machine_timestamp(value)
    if stamp is None or stamp.year is None or stamp.month is None or stamp.day is None:
        return Moment(None, value, "none", "none")
    offset = None if stamp.offset is None else timezone(timedelta(minutes=stamp.offset))
    clock = time(stamp.hour or 0, stamp.minute, stamp.second or 0)
    at = datetime.combine(date(stamp.year, stamp.month, stamp.day), clock, tzinfo=offset)
    precision = "day" if stamp.hour is None else "minute" if stamp.second is None else "second"
    return _placed(at, value, precision, options, zone)


def _placed(at: datetime, raw: str, precision: str, options: Options, zone: tzinfo | None) -> Moment:
    if at.tzinfo is not None:
        return Moment(at, raw, precision, "given")  # type: ignore[arg-type]
    known = zone or options.timezone
    source = "given" if known is not None else "assumed"
    return Moment(at.replace(tzinfo=known or UTC), raw, precision, source)  # type: ignore[arg-type]
