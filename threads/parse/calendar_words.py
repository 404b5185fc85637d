"""The words of dates in many languages, from the Unicode CLDR by way of Babel, and how they are looked up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Generic, TypeVar

from threads.parse.times.cldr import LANGUAGES, cldr
from threads.parse.times.folding import fold
from threads.parse.times.words import (
    DAY_PARTS,
    DAY_WORDS,
    JUST_NOW,
    MORE_AGO,
    ONE_AGO,
    SHORT_DAYS,
    SHORT_UNITS,
    UNIT_SECONDS,
    Half,
    Unit,
)

__all__ = [
    "DAY_WORDS",
    "LANGUAGES",
    "SHORT_UNITS",
    "UNIT_SECONDS",
    "Half",
    "Phrases",
    "SpanWords",
    "Unit",
    "day_halves",
    "fold",
    "fold_word",
    "months",
    "span_words",
    "splits_word",
    "weekdays",
]

Value = TypeVar("Value")


class Phrases(Generic[Value]):
    """Words and phrases with what they mean; finds the longest that stands at a place of a text.

    The cost of a look-up is bounded by how many lengths the phrases have, whatever the text.
    """

    def __init__(self, meanings: Mapping[str, Value]) -> None:
        self.meanings = meanings
        lengths: dict[str, set[int]] = {}
        for phrase in meanings:
            lengths.setdefault(phrase[:2], set()).add(len(phrase))
        self._lengths = {opening: sorted(each, reverse=True) for opening, each in lengths.items()}

    def match(self, folded: str, start: int) -> tuple[Value, int] | None:
        """Return what stands at `start` and where it ends, or None; words are not cut."""
        for length in self._lengths.get(folded[start : start + 2], ()):
            end = start + length
            phrase = folded[start:end]
            if phrase in self.meanings and end <= len(folded) and not splits_word(folded, end):
                return self.meanings[phrase], end
        single = folded[start : start + 1]  # a text can end in a phrase of one letter, or go on behind it
        if single in self.meanings and single and not splits_word(folded, start + 1):
            return self.meanings[single], start + 1
        return None


def splits_word(text: str, position: int) -> bool:
    """Return whether a cut at `position` runs through a word; scripts without spaces have no such thing."""
    if position >= len(text) or not text[position].isalpha():
        return False
    before = text[position - 1]
    return before.isalpha() and not (before >= "\u2e80" or "\u0e00" <= before < "\u1200")


@dataclass(frozen=True, slots=True)
class SpanWords:
    """How spans of time are said, folded by `fold`.

    `ago` maps what stands before the number to what stands after it and the unit; `whole` holds spans said
    without a number ("an hour ago"); `plain` maps unit words without a direction ("2 weeks").
    """

    ago: Mapping[str, Phrases[Unit]]
    whole: Phrases[tuple[int, Unit]]
    plain: Phrases[Unit]


@lru_cache(maxsize=4_096)
def fold_word(word: str) -> str:
    """Return a single word in the form of the tables: composed, lower case, without full stops."""
    return fold(unicodedata.normalize("NFC", word)).strip(". ")


@cache
def months() -> Mapping[str, int]:
    """Return the month (1–12) of every month name, full and abbreviated, in every language."""
    found: dict[str, int] = {**cldr()["months"], "sept": 9, "setiembre": 9}
    # Hebrew writes "in" and the month as one word.
    return {**found, **{f"ב{word}": month for word, month in found.items() if "א" <= word[0] <= "ת"}}


@cache
def weekdays() -> Mapping[str, int]:
    """Return the weekday (Monday is 0) of every weekday name, full and abbreviated, in every language."""
    found: dict[str, int] = cldr()["weekdays"]
    return {
        word: day for word, day in found.items() if len(word) > 2 or word > "\u3000" or word in SHORT_DAYS
    }


@cache
def day_halves() -> Mapping[str, Half]:
    """Return the words for before and after noon, other than a.m. and p.m., which are read by pattern."""
    found: dict[str, Half] = dict(DAY_PARTS)
    for word, half in cldr()["halves"]:
        if not word.isascii():
            found.setdefault(word, half)
            found.setdefault(word.strip("."), half)
    return {word: half for word, half in found.items() if not re.fullmatch(r"[ap]\W*m\W*", word)}


@cache
def span_words() -> SpanWords:
    """Return the words for spans of time that lie in the past."""
    ago: dict[str, dict[str, Unit]] = {"": {f"{letter}月前": "month" for letter in "ヶヵケカ箇"}}
    whole: dict[str, tuple[int, Unit]] = dict(ONE_AGO)
    plain: dict[str, Unit] = {}
    open_words: set[str] = set()
    for language, (said, amount, unit, directed) in _spans():
        before, number, behind = (part.strip() for part in re.split(r"(\d+|$)", said, maxsplit=1))
        ways = [("", "")] if directed else _more_ago(language)
        if not number:
            whole.update({f"{lead} {said}{tail}".strip(): (amount, unit) for lead, tail in ways})
        elif directed:
            _add_ago(ago, before, behind, unit)
        elif not before:
            if plain.setdefault(behind, unit) != unit:
                open_words.add(behind)
            for lead, tail in ways:
                _add_ago(ago, lead, behind + tail, unit)
    for word, unit in SHORT_UNITS.items():
        ago[""] |= {f"{word} ago": unit, f"{word}. ago": unit}
    for lead, short in product(("vor", "il y a", "hace", "há"), ("min", "h", "d")):
        ago[lead].setdefault(short, SHORT_UNITS[short])
    for name in UNIT_SECONDS:
        whole |= dict.fromkeys(
            (f"{'an' if name == 'hour' else 'a'} {name} ago", f"one {name} ago"), (1, name)
        )
    # The other Arabic word for "ago" takes the same forms.
    whole |= {said.replace("قبل ", "منذ ", 1): span for said, span in whole.items() if said[:4] == "قبل "}
    whole |= dict.fromkeys(JUST_NOW, (0, "second"))
    # "5 j" are days in French, years in German and hours in Indonesian: left unread.
    clear = {word: unit for word, unit in plain.items() if len(word) > 2 or word not in open_words}
    return SpanWords(
        {before: Phrases(words) for before, words in ago.items()}, Phrases(whole), Phrases(clear)
    )


def _more_ago(language: str) -> list[tuple[str, str]]:
    return [(before, behind) for named, before, behind in MORE_AGO if named == language]


def _add_ago(ago: dict[str, dict[str, Unit]], before: str, behind: str, unit: Unit) -> None:
    # "-5 h" is no way of saying a time on a page; and behind a number alone any text could follow.
    if not behind or before.endswith(("-", "−")):
        return
    words = ago.setdefault(before, {})
    first, space, rest = behind.partition(" ")
    short = first.rstrip(".")
    for form in (first, short, f"{short}.") if first != short or len(short) < 5 else (first,):
        words.setdefault(f"{form}{space}{rest}", unit)  # "5 мин. назад" and "5 мин назад"


def _spans() -> Iterator[tuple[str, tuple[str, int, Unit, bool]]]:
    return ((language, span) for language, spans in cldr()["spans"].items() for span in spans)
