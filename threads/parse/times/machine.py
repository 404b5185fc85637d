"""Timestamps written for programs: `datetime`, `content`, `title`, `data-time`, `data-utime` and the like."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from threads.parse.times.reader import find_timestamp, search_timestamp
from threads.parse.times.stamp import FIRST_YEAR, LAST_YEAR, LONGEST_HEADER, Stamp

_EPOCH = re.compile(
    r"(?:\\?/date\()?([0-9]{9,19})(?:\.[0-9]{1,9})?(?:[+-][0-9]{4})?(?:\)\\?/)?", re.IGNORECASE
)
_EPOCH_UNITS = {9: 1, 10: 1, 12: 1_000, 13: 1_000, 15: 1_000_000, 16: 1_000_000, 18: 10**9, 19: 10**9}
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:t?([0-9]{2})([0-9]{2})([0-9]{2})?)?", re.IGNORECASE)
_ISO = re.compile(
    r"(?P<day>[0-9]{4}-?(?:W[0-9]{2}-?[0-9]|[0-9]{2}-?[0-9]{2}|[0-9]{3}))"
    r"(?:(?:\s*T\s*|\s+)(?P<hour>[0-9]{1,2})(?::?(?P<minute>[0-9]{2}))?(?::?(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?"
    r"\s*(?P<zone>Z|(?:UTC|GMT)?\s?[+\-−][0-9]{1,2}(?::?[0-9]{2})?)?Z?)?(?:\[[\w/+-]{1,40}\])?",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"([0-9]{4})-?([0-9]{3})")
_OFFSET = re.compile(r"([+\-−])([0-9]{1,2}):?([0-9]{2})?")
# Programs that have no date write the first moment that they can; P1DT3H is a length of time.
_NEVER = re.compile(r"0000-|0001-01-01|1970-01-01|-?p(?:[0-9t]|$)", re.IGNORECASE)


def machine_timestamp(value: str) -> Stamp | None:
    """Return the timestamp that an attribute's value holds, or None where it holds none.

    Read are ISO 8601 in every shape (calendar, ordinal and week dates, basic and extended) and with the usual
    mistakes (``2023-11-02T1643``), Unix time in seconds to nanoseconds from 1980 to 2100, RFC 2822, and
    displayed dates in words. Literals (``comment_date``), small numbers and the placeholders 0000-00-00 and
    1970-01-01 give None. `start` and `end` are offsets into `value`.
    """
    if len(value) > LONGEST_HEADER or _NEVER.match(value.lstrip()):
        return None
    text = value.strip()
    begin = value.index(text)
    fields = _epoch(text) or _iso(text)
    if fields is not None:
        return Stamp(start=begin, end=begin + len(text), raw=text, **fields)
    return find_timestamp(value) or search_timestamp(value)


def _epoch(text: str) -> dict[str, Any] | None:
    match = _EPOCH.fullmatch(text)
    unit = None if match is None else _EPOCH_UNITS.get(len(match[1]))
    if match is None or unit is None:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(match[1]) // unit)
    return _fields(moment.date(), moment.hour, moment.minute, moment.second, 0)


def _compact(text: str) -> dict[str, Any] | None:
    """Read 20231102 and 202311021643(00), the only numbers that are no Unix time."""
    match = _COMPACT.fullmatch(text)
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    if match[4] is None:
        return _fields(day)
    return _fields(day, int(match[4]), int(match[5]), None if match[6] is None else int(match[6]))


def _iso(text: str) -> dict[str, Any] | None:
    compact = _compact(text)
    match = None if compact else _ISO.fullmatch(text)
    day = None if match is None else _day(match["day"])
    if match is None or day is None:
        return compact
    if match["hour"] is None:
        return _fields(day)
    second = None if match["second"] is None else int(match["second"])
    return _fields(day, int(match["hour"]), int(match["minute"] or 0), second, _offset(match["zone"]))


def _day(written: str) -> date | None:
    ordinal = _ORDINAL.fullmatch(written)
    try:
        if ordinal is not None:
            day = date(int(ordinal[1]), 1, 1) + timedelta(days=int(ordinal[2]) - 1)
            return day if day.year == int(ordinal[1]) else None
        return date.fromisoformat(written.upper())
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    match = _OFFSET.search(zone)
    if match is None:
        return 0
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return minutes if match[1] == "+" else -minutes


def _fields(
    day: date,
    hour: int | None = None,
    minute: int = 0,
    second: int | None = None,
    offset: int | None = None,
) -> dict[str, Any] | None:
    """Return the fields of a stamp; None where they make no moment of the years that have web pages."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    if (hour or 0) > 24 or minute > 59 or (second or 0) > 60 or abs(offset or 0) > 14 * 60:
        return None
    if hour == 24:  # midnight at the end of the day
        if minute or second:
            return None
        day, hour = day + timedelta(days=1), 0
    return {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "hour": hour,
        "minute": minute,
        "second": None if second is None else min(second, 59),
        "offset": offset,
    }
