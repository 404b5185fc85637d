"""A reader of displayed timestamps: what a line says, before it is settled which moment that is.

A hand-written reader, because the general date libraries take seconds on text that is no date, and read
ordinary words as dates. At most `LONGEST` characters are looked at for each candidate, whatever the input.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from threads.parse.calendar_words import (
    DAY_WORDS,
    SHORT_UNITS,
    UNIT_SECONDS,
    Unit,
    day_halves,
    fold,
    fold_word,
    months,
    span_words,
    weekdays,
)

LONGEST = 64
LONGEST_HEADER = 200
FIRST_YEAR, LAST_YEAR = 1980, 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A timestamp as displayed; what it does not say is None.

    In dates of numbers alone `pair` holds two numbers whose order is open, and `day_first` tells the order of
    two that make a date in one order only.
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


@dataclass(frozen=True, slots=True)
class _Found:
    end: int
    fields: Mapping[str, Any]


# A year may touch the time that follows it ("20194:14 pm", "28.09.1912:44"): the time says where it ends.
_TIME_AHEAD = r"(?=\d{1,2}[:hH]\d\d)"
_YEAR = rf"(?:\d{{4}}{_TIME_AHEAD}|\d{{4}}(?!\d))"
_NUMERIC_YEAR = rf"(?:\d{{4}}{_TIME_AHEAD}|\d\d(?=\d\d[:hH]\d\d)|\d{{4}}(?!\d)|\d\d(?!\d))"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.]) ?(\d{{1,2}})\2 ?(\d\d{_TIME_AHEAD}|\d{{1,2}}(?!\d))")
_NUMERIC = re.compile(rf"(\d{{1,2}})([./-]) ?(\d{{1,2}})\2 ?({_NUMERIC_YEAR})(?!\2\d)")
_CJK = re.compile(r"(?:(\d{4})\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?(?![\d:])", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_GAP = re.compile(r"(?:[\s.,/-]|\bde\b|\bdel\b|\bof\b){0,6}", re.IGNORECASE)
_YEAR_WORD = re.compile(rf"({_YEAR}|(?:19|20)\d\d|['’]\d\d(?!\d)|(?<=[-/])\d\d(?!\d))")
_CLOCK = re.compile(
    r"(\d{1,2})(?::(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?"
    r"|\s?[hH時时시](?:\s?(\d\d)(?!\d)\s?[分분]?|(?![^\W\d_])))(?!:\d)"
)
_DOTTED_CLOCK = re.compile(r"(\d{1,2})\.(\d\d)(?!\d)")
_BARE_HOUR = re.compile(r"(\d{1,2})(?=\s?(?:[ap]\.?\s?m\b|uhr\b))", re.IGNORECASE)
_HALF = re.compile(r"\s{0,2}([apAP])(\.?\s?)([mM])\.?")
_CLOCK_WORD = re.compile(r"\s?(?:Uhr|uhr|hrs|h)(?![^\W\d_])")
_PUNCTUATION = re.compile(r"(?:\.(?=\s{1,2}[오午]))?[\s,;@|•·–—\-/()~]{0,8}")
_AFTER_WEEKDAY = re.compile(r"[\s.,]{0,4}(?:den |le |the |,)?\s?", re.IGNORECASE)
_WEEKDAY_BEHIND = re.compile(r"\s?[(（]?\s?([^\W\d_]{1,12})\.?\s?[)）]?")
_JOINING_WORDS = frozenset(
    [
        "at",
        "um",
        "a",
        "à",
        "alle",
        "ore",
        "às",
        "as",
        "om",
        "o",
        "godz",
        "г",
        "в",
        "saat",
        "la",
        "las",
        "los",
        "kl",
        "klo",
        "on",
        "am",
        "le",
        "el",
        "il",
        "op",
        "den",
        "t",
        "the",
        "ob",
    ]
)
_OFFSET = re.compile(r"\s?\(?(?:UTC|GMT)?\s?([+\-−])(\d\d?)(?::?([0134][05]))?(?!\d)\)?")
_ZONE = re.compile(r"\s?\(?(Z|[A-Z]{2,5})\)?(?![^\W_])")
_ANY_DIGIT = re.compile(r"\d")
_WORD_BEFORE_DIGIT = re.compile(r"([^\W\d_]{2,4})\s?(?=\d)")
_SHORT_WORD = re.compile(r"\s?([^\W\d_]{1,4})(?![^\W\d_])")
_JOINED_SPANS = re.compile(r",? ?(?:and |und |et |i |e |y |en |и )?(?=\d)")
_DIGITS = re.compile(r"\d{1,4}(?!\d)")
_ABOUT = re.compile(r"(?:about|around|almost|over|circa|ca\.|etwa|ungefähr|environ|около|약|约|約)\s")
_START = re.compile(r"(?:(?<!\w)|(?<=[^\x00-\x7f]))[^\W_]")

_OFFSETS: Mapping[str, int] = {
    **dict.fromkeys(("Z", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("CET", "MEZ", "BST", "WEST"), 60),
    **dict.fromkeys(("CEST", "MESZ", "EET", "SAST"), 120),
    **dict.fromkeys(("EEST", "MSK"), 180),
    **dict.fromkeys(("JST", "KST"), 540),
    **{
        "EST": -300,
        "EDT": -240,
        "CST": -360,
        "CDT": -300,
        "MST": -420,
        "MDT": -360,
        "PST": -480,
        "PDT": -420,
    },
    **{"AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780},
}
_ZONES: Mapping[str, str] = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}


def find_timestamp(text: str, start: int = 0) -> Stamp | None:
    """Return the timestamp that begins at `start` (after white space), or None.

    Text may touch its end: in ``20:41Can't`` and ``20:4112 people`` the time is 20:41. The `raw` of the
    answer is exactly what was read.
    """
    window = text[start : start + LONGEST]
    skipped = len(window) - len(window.lstrip())
    for reader in (_relative, _date_then_time, _day_word, _time_then_date):
        found = reader(window, skipped)
        if found is not None:
            begin, end = start + skipped, start + found.end
            return Stamp(start=begin, end=end, raw=text[begin:end], **found.fields)
    return None


def search_timestamp(line: str) -> Stamp | None:
    """Return the first timestamp within a header line, a complete one rather than a weak one.

    Lines longer than `LONGEST_HEADER` characters are no headers: None.
    """
    if len(line) > LONGEST_HEADER:
        return None
    weak = None
    for match in _START.finditer(line):
        if not _may_start(line, match.start()):
            continue
        stamp = find_timestamp(line, match.start())
        if stamp is not None and not stamp.is_weak:
            return stamp
        weak = weak or stamp
    return weak


_SHORT_SPAN = re.compile(
    r"(?:(?P<mark>[•·|])[\s]{0,3}|,\s|^)(?P<span>(\d{1,3})(\s?)([a-z]{1,4}))\s*$", re.IGNORECASE
)


def find_short_span(line: str) -> Stamp | None:
    """Return a span of time said without "ago" that ends a header line: "3h", "Ann, 4d", "Ann · 5 mins".

    Alone and after a comma the number must touch its unit: "5 mins" is a line of recipes, too.
    """
    match = _SHORT_SPAN.search(line, max(0, len(line) - LONGEST)) if len(line) <= LONGEST_HEADER else None
    unit = None if match is None else SHORT_UNITS.get(fold_word(match[5]))
    if match is None or unit is None or (match[4] and match["mark"] is None):
        return None
    begin, end = match.span("span")
    return Stamp(start=begin, end=end, raw=match["span"], spans=((int(match[3]), unit),))


def _may_start(line: str, position: int) -> bool:
    if line[position].isdigit():
        return True
    word = _WORD.match(line, position)
    return word is not None and fold_word(word[0]) in _starting_words()


@lru_cache(maxsize=1)
def _starting_words() -> frozenset[str]:
    words = span_words()
    first = {said.split()[0] for said in [*words.ago, *words.whole] if said}
    about = {"about", "around", "almost", "over", "circa", "ca", "etwa", "environ"}
    return frozenset({*months(), *weekdays(), *DAY_WORDS, *day_halves(), *first, *about})


# --- spans of time: "2 hours ago", "vor 2 Monaten, 1 Woche" ---


def _relative(window: str, start: int) -> _Found | None:
    folded = fold(window)
    about = _ABOUT.match(folded, start)
    position = about.end() if about else start
    found = _whole_span(folded, position) or _counted_span(folded, position)
    if found is None:
        return None
    clock = (
        _clock_after(window, found.end) if _is_days(found.fields["spans"]) else _bracketed(window, found.end)
    )
    return found if clock is None else _Found(clock.end, {**found.fields, **clock.fields})


def _is_days(spans: tuple[tuple[int, Unit], ...]) -> bool:
    return all(UNIT_SECONDS[unit] >= UNIT_SECONDS["day"] for _, unit in spans)


def _bracketed(window: str, start: int) -> _Found | None:
    """Read over a bracketed time after a span ("15 seconds ago (7:18 PM)"); it adds nothing to the span."""
    if window[start : start + 2] != " (":
        return None
    clock = _clock(window, start + 2, dotted=False)
    if clock is None or window[clock.end : clock.end + 1] != ")":
        return None
    return _Found(clock.end + 1, {})


def _whole_span(folded: str, start: int) -> _Found | None:
    if folded[start : start + 1] not in _whole_span_letters():
        return None
    end = _longest(folded, start, span_words().whole)
    return None if end is None else _Found(end, {"spans": (span_words().whole[folded[start:end]],)})


@lru_cache(maxsize=1)
def _whole_span_letters() -> frozenset[str]:
    return frozenset(said[0] for said in span_words().whole)


def _counted_span(folded: str, start: int) -> _Found | None:
    number = _ANY_DIGIT.search(folded, start)
    if number is None:
        return None
    before = folded[start : number.start()].rstrip()
    about = _ABOUT.search(before + " ")
    if about and about.end() == len(before) + 1:
        before = before[: about.start()].rstrip()
    table = span_words().ago.get(before)
    if table is None:
        return None
    if before:
        return _spans_after_word(folded, number.start(), table)
    return _spans_before_word(folded, number.start(), table)


def _spans_after_word(folded: str, start: int, table: Mapping[str, Unit]) -> _Found | None:
    first = _amount(folded, start, table)
    if first is None:
        return None
    spans, end = [first[0]], first[1]
    while (comma := _JOINED_SPANS.match(folded, end)) is not None:
        more = _amount(folded, comma.end(), table) or _amount(folded, comma.end(), span_words().plain)
        if more is None:
            break
        spans.append(more[0])
        end = more[1]
    return _Found(end, {"spans": tuple(spans)})


def _spans_before_word(folded: str, start: int, table: Mapping[str, Unit]) -> _Found | None:
    spans: list[tuple[int, Unit]] = []
    while True:
        last = _amount(folded, start, table)
        if last is not None:
            return _Found(last[1], {"spans": (*spans, last[0])})
        more = _amount(folded, start, span_words().plain)
        if more is None:
            return None
        spans.append(more[0])
        joint = _JOINED_SPANS.match(folded, more[1])
        if joint is None:
            return None
        start = joint.end()


def _amount(folded: str, start: int, table: Mapping[str, Unit]) -> tuple[tuple[int, Unit], int] | None:
    number = _DIGITS.match(folded, start)
    if number is None:
        return None
    begin = number.end() + (folded[number.end() : number.end() + 1] == " ")
    end = _longest(folded, begin, table)
    return None if end is None else ((int(number[0]), table[folded[begin:end]]), end)


_LONGEST_SPAN_WORD = 24


def _longest(folded: str, start: int, table: Mapping[str, Any]) -> int | None:
    """Return where the longest entry of `table` that stands at `start` ends, as a whole word."""
    for end in range(min(len(folded), start + _LONGEST_SPAN_WORD), start, -1):
        if folded[start:end] in table and not _splits_word(folded, end):
            return end
    return None


def _splits_word(text: str, position: int) -> bool:
    """Return whether a cut at `position` runs through a word; scripts without spaces have no such thing."""
    after, before = text[position : position + 1], text[position - 1]
    return before.isalpha() and after.isalpha() and ord(before) < 0x2E80


# --- dates ---


def _date_then_time(window: str, start: int) -> _Found | None:
    found = _dated(window, start)
    if found is None:
        return _weekday_and_time(window, start)
    clock = _clock_after(window, _past_weekday(window, found.end))
    if clock is not None:
        return _Found(clock.end, {**found.fields, **clock.fields})
    return _Found(_past_weekday(window, found.end, at_end=True), found.fields)


def _dated(window: str, start: int) -> _Found | None:
    """Read a date, or a weekday and a date: "Mar 12" is March, though "mar" is an Italian Tuesday."""
    plain = _date(window, start)
    position, weekday = _weekday(window, start)
    behind = None if weekday is None else _date(window, position)
    if plain is None or behind is None:
        return plain or behind
    return behind if behind.end > plain.end else plain  # "mar 12 marzo 2024"


def _weekday(window: str, start: int) -> tuple[int, int | None]:
    word = _WORD.match(window, start)
    number = weekdays().get(fold_word(word[0])) if word else None
    if word is None or number is None:
        return start, None
    gap = _AFTER_WEEKDAY.match(window, word.end())
    return (gap.end() if gap else word.end()), number


def _weekday_and_time(window: str, start: int) -> _Found | None:
    position, weekday = _weekday(window, start)
    if weekday is None:
        return None
    clock = _clock_after(window, position)
    return None if clock is None else _Found(clock.end, {"weekday": weekday, **clock.fields})


def _past_weekday(window: str, end: int, *, at_end: bool = False) -> int:
    """Return where a weekday behind a date ends; with `at_end` it must be in brackets or the last word.

    Sam and May are names, too: "17 May 2024 Sam: I was there".
    """
    behind = _WEEKDAY_BEHIND.match(window, end)
    if behind is None or fold_word(behind[1]) not in weekdays():
        return end
    bracketed = behind[0].rstrip()[-1:] in (")", "）")
    return end if at_end and not bracketed and window[behind.end() :].strip() else behind.end()


def _date(window: str, start: int) -> _Found | None:
    for reader in (_year_first, _numeric, _cjk, _day_month, _month_day):
        found = reader(window, start)
        if found is not None:
            return found
    return None


def _year_first(window: str, start: int) -> _Found | None:
    match = _YEAR_FIRST.match(window, start)
    if match is None:
        return None
    return _calendar(match.end(), int(match[1]), int(match[3]), int(match[4]))


def _cjk(window: str, start: int) -> _Found | None:
    match = _CJK.match(window, start)
    if match is None:
        return None
    return _calendar(match.end(), int(match[1]) if match[1] else None, int(match[2]), int(match[3]))


def _numeric(window: str, start: int) -> _Found | None:
    match = _NUMERIC.match(window, start)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), _full_year(match[4])
    short: dict[str, Any] = {"short_year": len(match[4]) == 2, "separator": match[2]}
    day_first, month_first = _valid(year, second, first), _valid(year, first, second)
    if day_first and month_first and first != second:
        return _Found(match.end(), {"year": year, "pair": (first, second), **short})
    if first != second:
        short["day_first"] = day_first
    if not (day_first or month_first):
        return None
    day, month = (first, second) if day_first else (second, first)
    return _Found(match.end(), {"year": year, "month": month, "day": day, **short})


def _day_month(window: str, start: int) -> _Found | None:
    day = _DAY.match(window, start)
    if day is None:
        return None
    month_at = _gap(window, day.end())
    word = _WORD.match(window, month_at)
    month = months().get(fold_word(word[0])) if word else None
    if word is None or month is None:
        return None
    return _with_year(window, word.end(), month, int(day[1]))


def _month_day(window: str, start: int) -> _Found | None:
    word = _WORD.match(window, start)
    month = months().get(fold_word(word[0])) if word else None
    if word is None or month is None:
        return None
    day = _DAY.match(window, _gap(window, word.end()))
    return None if day is None else _with_year(window, day.end(), month, int(day[1]))


def _gap(window: str, start: int) -> int:
    gap = _GAP.match(window, start)
    return gap.end() if gap else start


def _with_year(window: str, end: int, month: int, day: int) -> _Found | None:
    match = _YEAR_WORD.match(window, _gap(window, end))
    if match is not None:
        return _calendar(match.end(), _full_year(match[1].lstrip("'’")), month, day)
    return _calendar(end, None, month, day)


def _calendar(end: int, year: int | None, month: int, day: int) -> _Found | None:
    if not _valid(year, month, day):
        return None
    return _Found(end, {"year": year, "month": month, "day": day})


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
        return number
    return 2000 + number if number < 80 else 1900 + number


# --- times of day ---


def _time_then_date(window: str, start: int) -> _Found | None:
    clock = _clock(window, start, dotted=False)
    if clock is None:
        return None
    found = _dated(window, _past_joint(window, clock.end)[0])
    return None if found is None else _Found(found.end, {**clock.fields, **found.fields})


def _day_word(window: str, start: int) -> _Found | None:
    word = _WORD.match(window, start)
    days = DAY_WORDS.get(fold_word(word[0])) if word else None
    if word is None or days is None:
        return None
    clock = _clock_after(window, word.end())
    if clock is not None:
        return _Found(clock.end, {"days_ago": days, **clock.fields})
    # Alone on its line a day word is a timestamp; before more words ("Today we…") it is text.
    return _Found(word.end(), {"days_ago": days}) if not window[word.end() :].strip() else None


def _clock_after(window: str, start: int) -> _Found | None:
    """Read a time of day that follows a date, with what joins them: ", ", " AT ", " um ", "T" or nothing."""
    position, has_word = _past_joint(window, start)
    return _clock(window, position, dotted=has_word)


def _past_joint(window: str, start: int) -> tuple[int, bool]:
    position, has_word = _past_punctuation(window, start), False
    for _ in range(2):  # "a las"
        word = _WORD.match(window, position)
        if word is None or fold_word(word[0]) not in _JOINING_WORDS:
            break
        end = word.end() + window.startswith(".", word.end())  # "2024 г. 20:41"
        position, has_word = _past_punctuation(window, end), True
    return position, has_word


def _past_punctuation(window: str, start: int) -> int:
    match = _PUNCTUATION.match(window, start)
    return match.end() if match else start


def _clock(window: str, start: int, *, dotted: bool) -> _Found | None:
    position, half = _half_before(window, start)
    match = _CLOCK.match(window, position) or _BARE_HOUR.match(window, position)
    if match is None:
        match = _dotted(window, position, asked=dotted)
    if match is None:
        return None
    groups = [*match.groups(), None, None, None]
    hour, minute, second = int(match[1]), int(groups[1] or groups[3] or 0), groups[2]
    end = match.end()
    if half is None:
        end, half = _half_after(window, end)
    if hour > 23 or minute > 59 or (second is not None and int(second) > 60):
        return None
    word = _CLOCK_WORD.match(window, end)
    end = word.end() if word else end
    fields: dict[str, Any] = {"hour": _hour(hour, half), "minute": minute, "half": half}
    if second is not None:
        fields["second"] = min(int(second), 59)  # a leap second is shown as :60
    end, zone = _zone(window, end)
    return _Found(end, {**fields, **zone})


def _dotted(window: str, position: int, *, asked: bool) -> re.Match[str] | None:
    """Match 21.11, which is a time only after a word such as "um", or before "Uhr", "am" or "pm"."""
    match = _DOTTED_CLOCK.match(window, position)
    if match is None or asked:
        return match
    ahead = _CLOCK_WORD.match(window, match.end()) or _half_after(window, match.end())[1]
    return match if ahead else None


def _hour(hour: int, half: str | None) -> int:
    if half == "pm" and hour < 12:
        return hour + 12
    return 0 if half == "am" and hour == 12 else hour


def _half_before(window: str, start: int) -> tuple[int, str | None]:
    word = _WORD_BEFORE_DIGIT.match(window, start)
    half = day_halves().get(fold_word(word[1])) if word else None
    return (word.end(), half) if word and half else (start, None)


def _half_after(window: str, start: int) -> tuple[int, str | None]:
    match = _HALF.match(window, start)
    if match is not None and not _runs_on(match[1] + match[3], window[match.end() : match.end() + 2]):
        return match.end(), f"{match[1].lower()}m"
    word = _SHORT_WORD.match(window, start)
    half = day_halves().get(fold_word(word[1])) if word else None
    return (word.end(), half) if word and half else (start, None)


def _runs_on(half: str, after: str) -> bool:
    """Return whether "am" or "pm" is the beginning of a word: "8:41 Among"; "8:41 pmThe" is not."""
    if not after[:1].isalpha():
        return False
    if half.islower() or not half.isupper():
        return not after[0].isupper()
    return not after[0].isupper() or after[1:2].isupper()


def _zone(window: str, start: int) -> tuple[int, dict[str, Any]]:
    shift = _OFFSET.match(window, start)
    if shift is not None and (shift[3] or "UTC" in shift[0] or "GMT" in shift[0]) and int(shift[2]) <= 14:
        minutes = int(shift[2]) * 60 + int(shift[3] or 0)
        return shift.end(), {"offset": minutes if shift[1] == "+" else -minutes}
    name = _ZONE.match(window, start)
    if name is not None and name[1] in _OFFSETS:
        return name.end(), {"offset": _OFFSETS[name[1]]}
    if name is not None and name[1] in _ZONES:
        return name.end(), {"zone": _ZONES[name[1]]}
    return start, {}


def shape(raw: str) -> str:
    """Return the outline of a timestamp, equal for timestamps that one template made: "Mon 0, 0 at 0:0"."""
    outline = re.sub(r"\d+", "0", unicodedata.normalize("NFC", raw))
    return _WORD.sub(lambda word: "Mon" if fold_word(word[0]) in months() else fold(word[0]), outline)
