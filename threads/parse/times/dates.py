"""Calendar dates: "17 May 2024", "May 17", "2024. május 17.", "05/06/2024", "令和6年5月17日"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from threads.parse.calendar_words import Phrases, months, weekdays
from threads.parse.times.clock import TIME_AHEAD, half_at
from threads.parse.times.stamp import FIRST_YEAR, LAST_YEAR, Found
from threads.parse.times.window import Window

_YEAR = rf"(?:[0-9]{{4}}{TIME_AHEAD}|[0-9]{{4}}(?![0-9]))"
_TOUCHED_YEAR = rf"[0-9]{{4}}{TIME_AHEAD}|[0-9]{{2}}(?=[0-9]{{2}}[:h][0-9]{{2}})"
_NUMERIC_YEAR = rf"(?:{_TOUCHED_YEAR}|[0-9]{{4}}(?![0-9])|[0-9]{{2}}(?![0-9]|[:h][0-9]))"
_YEAR_FIRST = re.compile(
    rf"([0-9]{{4}}) ?([-/.]) ?([0-9]{{1,2}}) ?\2 ?([0-9]{{2}}{TIME_AHEAD}|[0-9]{{1,2}}(?![0-9]))"
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?=t[0-9]{4})")
_NUMERIC = re.compile(rf"([0-9]{{1,2}}) ?([./-]) ?([0-9]{{1,2}}) ?\2 ?({_NUMERIC_YEAR})(?!\2[0-9])")
_NO_YEAR = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})(?![0-9])\.?")
_CJK = re.compile(
    r"(?:(?:([0-9]{4}|(?<![0-9])[0-9]{2})|(令和|平成|昭和|民國|民国)([0-9]{1,3}|元))\s?[年년]\s?)?"
    r"([0-9]{1,2})\s?[月월]\s?([0-9]{1,2})\s?[日일号號]"
)
_VIETNAMESE = re.compile(
    r"([0-9]{1,2}) (?:tháng|thg) ([0-9]{1,2})(?![0-9])(?:,? (?:năm )?([0-9]{4})(?![0-9]))?"
)
_NUMBER = re.compile(r"([0-9]{1,9})\s?(.?)", re.DOTALL)
_DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|er|e(?=\s)|:[ea]|[º°ª]|\.|-?го)?(?![0-9:])")
_GAP = re.compile(r"(?:[\s.,/-]|\bde\b|\bdel\b|\bd'|\bof\b|\bm\.(?=\s)|ค\.ศ\.|พ\.ศ\.|年){0,6}")
_YEAR_WORD = re.compile(
    rf"({_YEAR}|(?:19|20)[0-9]{{2}}|['’][0-9]{{2}}(?![0-9])|(?<=[-/])[0-9]{{2}}(?![0-9])"
    rf"|[0-9]{{2}}(?=,? [0-9]{{1,2}}:[0-9]{{2}}))"
)
_YEAR_SIGN = re.compile(r"\s?[гр]\.")  # the Russian and Ukrainian words for year
_YEAR_BEFORE = re.compile(r"([0-9]{4})(?:\.? ?|[-/])(?=[^\W\d_])")
_AFTER_WEEKDAY = re.compile(r"[\s.,]{0,4}(?:den |le |the |del? |a |o |,)?\s?")
_YEAR_ALONE = re.compile(r"\s([0-9]{4})(?![0-9:])")
_BRACKET = re.compile(r"[.,]{0,2}\s?\(?\s?")

# The Gregorian year before the first of each era.
_ERAS: Mapping[str, int] = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
_BUDDHIST_YEARS = range(2523, 2644)
_BUDDHIST_SHIFT = 543


@cache
def _months() -> Phrases[int]:
    return Phrases(months())


@cache
def _weekdays() -> Phrases[int]:
    return Phrases(weekdays())


def date_at(window: Window, start: int) -> Found | None:
    """Read the date at `start`, or a weekday and a date.

    "Mar 12" is March, though "mar" is an Italian Tuesday, too.
    """
    plain = _date(window.folded, start)
    if window.folded[start : start + 1].isdecimal():
        return plain
    position, weekday = weekday_at(window, start)
    behind = None if weekday is None else _date(window.folded, position)
    if plain is None or behind is None:
        return plain or behind
    return behind if behind.end > plain.end else plain  # "mar 12 marzo 2024"


def weekday_at(window: Window, start: int) -> tuple[int, int | None]:
    """Return where the weekday at `start` and what joins it to a date end, and the day (Monday is 0)."""
    found = _weekdays().match(window.folded, start)
    if found is None:
        return start, None
    gap = _AFTER_WEEKDAY.match(window.folded, found[1])
    return (gap.end() if gap else found[1]), found[0]


def past_weekday(window: Window, end: int, *, at_end: bool = False) -> int:
    """Return where a weekday behind a date ends; with `at_end` it must be in brackets or the last word.

    Sam and May are names, too: "17 May 2024 Sam: I was there".
    """
    gap = _BRACKET.match(window.folded, end)
    start = gap.end() if gap else end
    found = _weekdays().match(window.folded, start)
    if found is None or half_at(window, start) is not None:
        return end
    behind = found[1] + window.folded.startswith(".", found[1])
    if window.folded.startswith(")", behind):
        return behind + 1
    return end if at_end and window.folded[behind:].strip() else behind


def month_day_without_year(window: Window, start: int) -> Found | None:
    """Read "17.05." or "05-17", which are dates only where a time of day follows."""
    match = _NO_YEAR.match(window.folded, start)
    return None if match is None else _two_numbers(match.end(), int(match[1]), int(match[3]), None, match[2])


def year_at(window: Window, start: int) -> Found | None:
    """Read the year that some programs put behind the time ("Mon Jul 30 14:33:00 CEST 2013")."""
    match = _YEAR_ALONE.match(window.folded, start)
    if match is None or not _valid(int(match[1]), 1, 1):
        return None
    return Found(match.end(), {"year": int(match[1])})


def _date(folded: str, start: int) -> Found | None:
    number = _NUMBER.match(folded, start)
    if number is None:
        return _month_day(folded, start) or (
            _cjk(folded, start) if folded[start : start + 2] in _ERAS else None
        )
    for reader in _readers(len(number[1]), number[2]):
        found = reader(folded, start)
        if found is not None:
            return found
    return None


def _readers(digits: int, after: str) -> tuple[Callable[[str, int], Found | None], ...]:
    """Return who can read a date that begins with a number of so many digits, and `after` behind it."""
    if after and after in "年년月월":
        return (_cjk,)
    if digits > 2:
        return (_year_first, _year_month_day)
    return (_numeric, _day_month) if after and after in "./-" else (_day_month, _vietnamese)


def _year_first(folded: str, start: int) -> Found | None:
    match = _YEAR_FIRST.match(folded, start)
    if match is not None:
        return _calendar(match.end(), _full_year(match[1]), int(match[3]), int(match[4]))
    match = _COMPACT.match(folded, start)
    return _calendar(match.end(), *map(int, match.groups())) if match else None


def _cjk(folded: str, start: int) -> Found | None:
    match = _CJK.match(folded, start)
    if match is None or (
        match[1] is None and match[2] is None and folded[:start].rstrip()[-1:] in ("年", "년")
    ):
        return None  # the day of a year that was not read
    year = None
    if match[1]:
        year = _full_year(match[1])
    elif match[2]:
        year = _ERAS[match[2]] + (1 if match[3] == "元" else int(match[3]))
    return _calendar(match.end(), year, int(match[4]), int(match[5]))


def _vietnamese(folded: str, start: int) -> Found | None:
    match = _VIETNAMESE.match(folded, start)
    if match is None:
        return None
    return _calendar(match.end(), int(match[3]) if match[3] else None, int(match[2]), int(match[1]))


def _numeric(folded: str, start: int) -> Found | None:
    match = _NUMERIC.match(folded, start)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), _full_year(match[4])
    if len(match[4]) > 2:
        return _two_numbers(match.end(), first, second, year, match[2])
    found = _two_numbers(match.end(), first, second, year, match[2])
    year_first = _valid(_full_year(match[1]), second, int(match[4]))
    if not year_first:
        return None if found is None else Found(found.end, {**found.fields, "short_year": True})
    fields: Mapping[str, Any] = {"separator": match[2], "year": year} if found is None else found.fields
    return Found(match.end(), {**fields, "short_year": True, "triple": (first, second, int(match[4]))})


def _two_numbers(end: int, first: int, second: int, year: int | None, separator: str) -> Found | None:
    day_first, month_first = _valid(year, second, first), _valid(year, first, second)
    if not (day_first or month_first):
        return None
    fields: dict[str, Any] = {"year": year, "separator": separator}
    if day_first and month_first and first != second:
        return Found(end, {**fields, "pair": (first, second)})
    if first != second:
        fields["day_first"] = day_first
    day, month = (first, second) if day_first else (second, first)
    return Found(end, {**fields, "month": month, "day": day})


def _day_month(folded: str, start: int) -> Found | None:
    day = _DAY.match(folded, start)
    if day is None:
        return None
    month = _months().match(folded, _past_gap(folded, day.end()))
    return None if month is None else _with_year(folded, month[1], month[0], int(day[1]))


def _month_day(folded: str, start: int) -> Found | None:
    month = _months().match(folded, start)
    if month is None:
        return None
    day = _DAY.match(folded, _past_gap(folded, month[1]))
    return None if day is None else _with_year(folded, day.end(), month[0], int(day[1]))


def _year_month_day(folded: str, start: int) -> Found | None:
    year = _YEAR_BEFORE.match(folded, start)
    month = None if year is None else _months().match(folded, year.end())
    if year is None or month is None:
        return None
    day = _DAY.match(folded, _past_gap(folded, month[1]))
    return None if day is None else _calendar(day.end(), _full_year(year[1]), month[0], int(day[1]))


def _past_gap(folded: str, start: int) -> int:
    gap = _GAP.match(folded, start)
    return gap.end() if gap else start


def _with_year(folded: str, end: int, month: int, day: int) -> Found | None:
    match = _YEAR_WORD.match(folded, _past_gap(folded, end))
    if match is not None:
        behind = _YEAR_SIGN.match(folded, match.end())
        end = behind.end() if behind else match.end()
        return _calendar(end, _full_year(match[1].lstrip("'’")), month, day)
    return _calendar(end, None, month, day)


def _calendar(end: int, year: int | None, month: int, day: int) -> Found | None:
    if not _valid(year, month, day):
        return None
    return Found(end, {"year": year, "month": month, "day": day})


def _valid(year: int | None, month: int, day: int) -> bool:
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        return False
    try:
        date(2024 if year is None else year, month, day)  # 2024 has a 29 February
    except ValueError:
        return False
    return True


def _full_year(digits: str) -> int:
    number = int(digits)
    if len(digits) > 2:
        return number - _BUDDHIST_SHIFT if number in _BUDDHIST_YEARS else number
    return 2000 + number if number < 80 else 1900 + number
