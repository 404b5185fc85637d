"""Whole timestamps, put together from their parts: a date and a time in either order, a span, a day word."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from threads.parse.calendar_words import DAY_WORDS, Phrases
from threads.parse.times.clock import clock, clock_after, past_joint
from threads.parse.times.dates import (
    date_at,
    month_day_without_year,
    past_weekday,
    weekday_at,
    year_at,
)
from threads.parse.times.hint import looks_like_time, may_start
from threads.parse.times.spans import span_at
from threads.parse.times.stamp import LONGEST, LONGEST_HEADER, Found, Stamp
from threads.parse.times.window import Window, window_on

_START = re.compile(r"(?:(?<!\w)|(?<=[^\x00-\x7f]))[^\W_]")


def find_timestamp(text: str, start: int = 0) -> Stamp | None:
    """Return the timestamp that begins at `start` (after white space), or None.

    Text may touch its end: in ``20:41Can't`` and ``20:4112 people`` the time is 20:41. The `raw` of the
    answer is exactly what was read.
    """
    piece = text[start : start + LONGEST]
    begin = start + len(piece)
    piece = piece.lstrip()
    begin -= len(piece)
    window = window_on(piece)
    if not may_start(window.folded, 0) or not looks_like_time(piece):
        return None
    return _stamp(text, begin, window)


def search_timestamp(line: str) -> Stamp | None:
    """Return the first timestamp within a header line, a complete one rather than a weak one.

    Lines longer than `LONGEST_HEADER` characters are no headers: None.
    """
    if len(line) > LONGEST_HEADER or not looks_like_time(line):
        return None
    weak = None
    window = window_on(line)
    for match in _START.finditer(window.folded):
        if not may_start(window.folded, match.start()):
            continue
        stamp = _stamp(line, window.original(match.start()), window.piece(match.start(), LONGEST))
        if stamp is not None and not stamp.is_weak:
            return stamp
        weak = weak or stamp
    return weak


def _stamp(text: str, begin: int, window: Window) -> Stamp | None:
    found = _found(window)
    if found is None:
        return None
    end = begin + window.original(found.end)
    return Stamp(start=begin, end=end, raw=text[begin:end], **found.fields)


def _found(window: Window) -> Found | None:
    if window.folded[:1].isdecimal():
        return span_at(window, 0) or _date_then_time(window) or _time_then_date(window)
    return span_at(window, 0) or _date_then_time(window) or _day_word(window, 0) or _time_then_date(window)


def _date_then_time(window: Window) -> Found | None:
    found = date_at(window, 0)
    if found is None:
        return _without_date(window)
    time = clock_after(window, past_weekday(window, found.end))
    if time is None:
        return Found(past_weekday(window, found.end, at_end=True), found.fields)
    fields: dict[str, Any] = {**found.fields, **time.fields}
    year = year_at(window, time.end) if fields.get("year") is None else None
    return Found(time.end, fields) if year is None else Found(year.end, {**fields, **year.fields})


def _without_date(window: Window) -> Found | None:
    """Read a weekday and a time of day, or two numbers and a time of day."""
    if window.folded[:1].isdecimal():
        found = month_day_without_year(window, 0)
        time = None if found is None else clock_after(window, found.end)
        return None if found is None or time is None else Found(time.end, {**found.fields, **time.fields})
    position, weekday = weekday_at(window, 0)
    # Two letters with a small one in front are a word far more often: "so 8:41", "to 8:41".
    if weekday is None or (window.text[2:3] == " " and window.text[:1].islower()):
        return None
    time = clock_after(window, position)
    return None if time is None else Found(time.end, {"weekday": weekday, **time.fields})


def _time_then_date(window: Window) -> Found | None:
    time = clock(window, 0, dotted=False)
    if time is None:
        return None
    position = past_joint(window, time.end)[0]
    found = date_at(window, position) or _day_word(window, position)
    return None if found is None else Found(found.end, {**time.fields, **found.fields})


@cache
def _day_words() -> Phrases[int]:
    return Phrases(DAY_WORDS)


def _day_word(window: Window, start: int) -> Found | None:
    word = _day_words().match(window.folded, start)
    if word is None:
        return None
    days, end = word
    written = date_at(window, past_joint(window, end)[0])  # "Today, 17 May 2024, 20:41"
    fields = {"days_ago": days} if written is None else written.fields
    end = end if written is None else written.end
    time = clock_after(window, end, alone=True)
    if time is not None:
        return Found(time.end, {**fields, **time.fields})
    # Alone on its line a day word is a timestamp; before more words ("Today we…") it is text.
    return Found(end, fields) if written is not None or not window.folded[end:].strip(" .)") else None
