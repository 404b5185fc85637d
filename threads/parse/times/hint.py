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

_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"[^\W\d_]+")
# Three groups of digits, two and a time of day, or the compact form of ISO 8601.
_NUMBERS = re.compile(
    r"\d ?[./-] ?\d\d? ?[./-] ?\d\d|\d[./-]\d\d?\D.{0,14}?\d\s?[:h.]\s?\d\d|\d{8}t\d{4}", re.IGNORECASE
)
# Letters of scripts without spaces, wide forms, marks that are not seen, accents apart from their letters.
_UNUSUAL = re.compile(
    "[\u00ad\u0300-\u036f\u0590-\u10ff\u1100-\u1fff\u200b-\u200f\u202a-\u202e\u2060-\u2069\u2e80-\uffef]"
)


@cache
def _tokens_beside_digits() -> frozenset[str]:
    return frozenset(
        token
        for said in (
            *months(),
            *weekdays(),
            *DAY_WORDS,
            *SHORT_UNITS,
            *span_words().plain.meanings,
            *(behind for words in span_words().ago.values() for behind in words.meanings),
            "thg",
        )
        for token in _TOKEN.findall(said)
    )


@cache
def _tokens_without_digits() -> frozenset[str]:
    whole = (
        token for said in (*DAY_WORDS, *span_words().whole.meanings) for token in _TOKEN.findall(said)[-1:]
    )
    return frozenset(whole)


def looks_like_time(text: str) -> bool:
    """Return whether `text` may hold a timestamp; False is certain, and costs little.

    For text of a line at most (longer than `LONGEST_HEADER`: False), in any of the languages.
    """
    if len(text) > LONGEST_HEADER:
        return False
    if not text.isascii() and _UNUSUAL.search(text):
        return True
    tokens = _TOKEN.findall(text.lower())
    if _DIGIT.search(text) is None:
        return not _tokens_without_digits().isdisjoint(tokens)
    return not _tokens_beside_digits().isdisjoint(tokens) or _NUMBERS.search(text) is not None


@cache
def _starts() -> Phrases[bool]:
    spans = span_words()
    words = (*months(), *weekdays(), *DAY_WORDS, *day_halves(), *spans.ago, *spans.whole.meanings, *ABOUT)
    eras = ("令和", "平成", "昭和", "民國", "民国")
    return Phrases(dict.fromkeys([*words, *eras], True))


def may_start(folded: str, position: int) -> bool:
    """Return whether a timestamp may begin at `position`: a digit or one of the words stands there."""
    return folded[position : position + 1].isdecimal() or _starts().match(folded, position) is not None
