"""What cannot be a timestamp, told from the look of a text before it is read."""

from __future__ import annotations

import re
from functools import cache

from threads.parse.calendar_words import (
    DAY_WORDS,
    SHORT_UNITS,
    Phrases,
    day_halves,
    months,
    span_words,
    weekdays,
)
from threads.parse.times.spans import ABOUT
from threads.parse.times.stamp import LONGEST_HEADER
from threads.parse.times.window import window_on

_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"[^\W\d_]+")
# Three groups of digits, two and a time of day, or the compact form of ISO 8601.
_NUMBERS = re.compile(
    r"[0-9]\s?[./-]\s?[0-9]{1,2}\s?[./-]\s?[0-9]"
    r"|[0-9][./-][0-9]{1,2}[^0-9].{0,30}?[0-9]\s?[:h.]\s?[0-9]{2}"
    r"|[0-9]{8}t[0-9]{4}",
    re.DOTALL,
)
# Scripts without spaces, wide forms, marks that are not seen, accents apart from their letters.
_UNUSUAL = re.compile(
    "[\u00ad\u0300-\u036f\u0653-\u0669\u06f0-\u06f9\u0900-\u1fff\u200b-\u200f\u2010\u2011\u202a-\u202e\u2060-\u2069"
    "\u2e80-\ud7ff\ufb00-\uffef]"
)
_UNSPACED = re.compile("[\u0e00-\u11ff\u2e80-\ud7ff]")


@cache
def _tokens_beside_digits() -> frozenset[str]:
    spans = span_words()
    behind = (said for words in spans.ago.values() for said in words.meanings)
    touched = (ending + month for ending in ("st", "nd", "rd", "th", "er") for month in months())  # "17thMay"
    said = (*months(), *touched, *weekdays(), *SHORT_UNITS, *spans.plain.meanings, *behind, "thg")
    return _tokens_without_digits().union(*map(_TOKEN.findall, said))


@cache
def _tokens_without_digits() -> frozenset[str]:
    said = (*DAY_WORDS, *span_words().whole.meanings)
    return frozenset(token for phrase in said for token in _TOKEN.findall(phrase)[-1:])


@cache
def _unspaced_phrases() -> re.Pattern[str]:
    said = (*DAY_WORDS, *span_words().whole.meanings)
    return re.compile("|".join(re.escape(phrase) for phrase in said if _UNSPACED.search(phrase)))


def looks_like_time(text: str) -> bool:
    """Return whether `text` may hold a timestamp; False is certain, and costs about a microsecond.

    For text of a line at most (longer than `LONGEST_HEADER`: False), in any of the languages.
    """
    if len(text) > LONGEST_HEADER:
        return False
    is_unusual = not text.isascii() and _UNUSUAL.search(text) is not None
    folded = window_on(text).folded if is_unusual else text.lower()
    tokens = _TOKEN.findall(folded)
    if _DIGIT.search(folded) is None:
        return not _tokens_without_digits().isdisjoint(tokens) or (
            is_unusual and _unspaced_phrases().search(folded) is not None
        )
    return (
        not _tokens_beside_digits().isdisjoint(tokens)
        or _NUMBERS.search(folded) is not None
        or (is_unusual and _UNSPACED.search(folded) is not None)
    )


@cache
def _starts() -> Phrases[bool]:
    spans = span_words()
    words = (*months(), *weekdays(), *DAY_WORDS, *day_halves(), *spans.ago, *spans.whole.meanings, *ABOUT)
    eras = ("令和", "平成", "昭和", "民國", "民国")
    return Phrases(dict.fromkeys([*words, *eras], True))


def may_start(folded: str, position: int) -> bool:
    """Return whether a timestamp may begin at `position`: a digit or one of the words stands there."""
    return folded[position : position + 1].isdecimal() or _starts().match(folded, position) is not None
