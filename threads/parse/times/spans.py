"""Spans of time counted from now: "2 hours ago", "vor 2 Monaten, 1 Woche", "قبل ساعتين", "just now"."""

from __future__ import annotations

import re
from functools import cache

from threads.parse.calendar_words import (
    SHORT_UNITS,
    UNIT_SECONDS,
    Phrases,
    Unit,
    fold_word,
    span_words,
)
from threads.parse.times.clock import clock, clock_after
from threads.parse.times.stamp import LONGEST, LONGEST_HEADER, Found, Stamp
from threads.parse.times.window import Window, window_on
from threads.parse.times.words import listed

ABOUT = listed("""
about around almost nearly over more_than less_than etwa ungefähr ca. circa rund über mehr_als environ plus_de
moins_de presque más_de casi unos cerca_de mais_de quase più_di quasi ongeveer meer_dan bijna około ponad
prawie около больше почти yaklaşık 约 大约 約 약
""")
_ABOUT = re.compile(rf"(?:{'|'.join(map(re.escape, ABOUT))})\s?(?=\S)")
_JOINED_SPANS = re.compile(r",? ?(?:(?:and|und|et|i|e|y|en|и|och|og|ja|és|και|і|și|dan|và) )?(?=[0-9])")
_DIGITS = re.compile(r"([0-9]{1,4})(?![0-9]) ?")
_SHORT_SPAN = re.compile(
    r"(?:(?P<mark>[•·|])[\s]{0,3}|,\s|^)(?P<span>(\d{1,3})(\s?)([a-z]{1,4}))\s*$", re.IGNORECASE
)


def span_at(window: Window, start: int) -> Found | None:
    """Read the span of time at `start`, with a time of day where it counts days ("2 days ago at 7:52")."""
    about = _ABOUT.match(window.folded, start)
    position = about.end() if about else start
    found = _whole_span(window, position) or _counted_span(window.folded, position)
    if found is None:
        return None
    is_days = all(UNIT_SECONDS[unit] >= UNIT_SECONDS["day"] for _, unit in found.fields["spans"])
    time = clock_after(window, found.end) if is_days else _bracketed(window, found.end)
    return found if time is None else Found(time.end, {**found.fields, **time.fields})


def _bracketed(window: Window, start: int) -> Found | None:
    """Read over a bracketed time after a span ("15 seconds ago (7:18 PM)"); it adds nothing to the span."""
    if window.folded[start : start + 2] != " (":
        return None
    time = clock(window, start + 2, dotted=False)
    if time is None or window.folded[time.end : time.end + 1] != ")":
        return None
    return Found(time.end + 1, {})


def _whole_span(window: Window, start: int) -> Found | None:
    found = span_words().whole.match(window.folded, start)
    return None if found is None else Found(found[1], {"spans": (found[0],)})


@cache
def _leads() -> Phrases[Phrases[Unit]]:
    return Phrases({before: words for before, words in span_words().ago.items() if before})


def _counted_span(folded: str, start: int) -> Found | None:
    if folded[start : start + 1].isdecimal():
        return _spans_before_word(folded, start, span_words().ago[""])
    lead = _leads().match(folded, start)
    if lead is None:
        return None
    position = lead[1] + (folded[lead[1] : lead[1] + 1] == " ")
    about = _ABOUT.match(folded, position)
    return _spans_after_word(folded, about.end() if about else position, lead[0])


def _spans_after_word(folded: str, start: int, table: Phrases[Unit]) -> Found | None:
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
    return Found(end, {"spans": tuple(spans)})


def _spans_before_word(folded: str, start: int, table: Phrases[Unit]) -> Found | None:
    spans: list[tuple[int, Unit]] = []
    while True:
        last = _amount(folded, start, table)
        if last is not None:
            return Found(last[1], {"spans": (*spans, last[0])})
        more = _amount(folded, start, span_words().plain)
        joint = None if more is None else _JOINED_SPANS.match(folded, more[1])
        if more is None or joint is None:
            return None
        spans.append(more[0])
        start = joint.end()


def _amount(folded: str, start: int, table: Phrases[Unit]) -> tuple[tuple[int, Unit], int] | None:
    number = _DIGITS.match(folded, start)
    found = None if number is None else table.match(folded, number.end())
    if number is None or found is None:
        return None
    return (int(number[1]), found[0]), found[1]


def bare_span(text: str) -> Stamp | None:
    """Return the span of time that is all of `text` ("5 d", "3 Std.", "2 sem."), in any language.

    For places that are known to show a time: in running text such words mean a length of time.
    """
    stripped = text.strip()
    window = window_on(stripped[:LONGEST])
    found = _bare(window.folded) if len(stripped) <= LONGEST else None
    if found is None:
        return None
    begin = text.index(stripped)
    return Stamp(start=begin, end=begin + len(stripped), raw=stripped, **found.fields)


def _bare(folded: str) -> Found | None:
    found = _spans_after_word(folded, 0, span_words().plain) or _spans_after_word(folded, 0, _short_units())
    return found if found is not None and folded[found.end :] in ("", ".") else None


@cache
def _short_units() -> Phrases[Unit]:
    return Phrases(SHORT_UNITS)


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
