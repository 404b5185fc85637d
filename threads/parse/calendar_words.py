"""The words of dates in fourteen languages, from the Unicode CLDR by way of Babel."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import product
from typing import Literal, cast

from babel.dates import format_timedelta, get_day_names, get_month_names, get_period_names

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "ja", "zh", "ko", "tr", "ar")

Unit = Literal["second", "minute", "hour", "day", "week", "month", "year"]
UNIT_SECONDS: Mapping[Unit, int] = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
    "year": 31_536_000,
}

# CLDR has these, but Babel does not give them out.
DAY_WORDS: Mapping[str, int] = {
    word: days
    for days, words in (
        (0, "today heute aujourd'hui hoy oggi hoje vandaag dzisiaj dziś сегодня 今日 今天 오늘 bugün اليوم"),
        (1, "yesterday gestern hier ayer ieri ontem gisteren wczoraj вчера 昨日 昨天 어제 dün أمس"),
        (2, "vorgestern avant-hier anteayer anteontem eergisteren przedwczoraj позавчера 一昨日 前天"),
    )
    for word in words.split()
}

# What English sites write and CLDR does not, before "ago" or without it.
SHORT_UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("s", "sec", "secs"), "second"),
    **dict.fromkeys(("m", "min", "mins"), "minute"),
    **dict.fromkeys(("h", "hr", "hrs"), "hour"),
    **dict.fromkeys(("d",), "day"),
    **dict.fromkeys(("w", "wk", "wks"), "week"),
    **dict.fromkeys(("mo", "mos"), "month"),
    **dict.fromkeys(("y", "yr", "yrs"), "year"),
}


@dataclass(frozen=True, slots=True)
class SpanWords:
    """How spans of time are said, folded by `fold`.

    `ago` maps what stands before the number to what stands after it and the unit; `whole` holds spans said
    without a number ("an hour ago"); `plain` maps unit words without a direction ("2 weeks").
    """

    ago: Mapping[str, Mapping[str, Unit]]
    whole: Mapping[str, tuple[int, Unit]]
    plain: Mapping[str, Unit]


_SAME = str.maketrans({"’": "'", "ё": "е", **dict.fromkeys("\t\n\r\f\v\u00a0\u2007\u2009\u202f\u3000", " ")})


def fold(text: str) -> str:
    """Return `text` in the form that words are compared in; the length does not change."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters, such as İ, have no lower case of one character
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lowered.translate(_SAME)


@lru_cache(maxsize=4_096)
def fold_word(word: str) -> str:
    """Return a single word in the form of the tables: composed, lower case, without full stops."""
    return fold(unicodedata.normalize("NFC", word)).strip(". ")


@lru_cache(maxsize=1)
def months() -> Mapping[str, int]:
    """Return the month (1–12) of every month name, full and abbreviated, in every language."""
    found = {word: number for number, word in _names(get_month_names)}
    return found | {"sept": 9}


@lru_cache(maxsize=1)
def weekdays() -> Mapping[str, int]:
    """Return the weekday (Monday is 0) of every weekday name, full and abbreviated, in every language."""
    return {word: number for number, word in _names(get_day_names)}


@lru_cache(maxsize=1)
def day_halves() -> Mapping[str, Literal["am", "pm"]]:
    """Return the words for before and after noon, other than a.m. and p.m., which are read by pattern."""
    found: dict[str, Literal["am", "pm"]] = {}
    halves: tuple[Literal["am", "pm"], ...] = ("am", "pm")
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            names = get_period_names(width=width, context="format", locale=language)
            for half in halves:
                word = fold_word(names.get(half, ""))  # some widths leave them out
                if not word.isascii():
                    found[word] = half
    return {word: half for word, half in found.items() if not re.fullmatch(r"[ap]\W*m", word)}


def _names(getter: object) -> Iterator[tuple[int, str]]:
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = getter(width=width, context=context, locale=language)  # type: ignore[operator]
                for number, name in names.items():
                    word = fold_word(name)
                    # "5月" is read by its own pattern; a name of several words is not used in comments.
                    if not any(c.isdigit() or c.isspace() for c in word):
                        yield number, word


@lru_cache(maxsize=1)
def span_words() -> SpanWords:
    """Return the words for spans of time that lie in the past."""
    ago: dict[str, dict[str, Unit]] = {}
    whole: dict[str, tuple[int, Unit]] = {}
    plain: dict[str, Unit] = {}
    for said, amount, unit, directed in _spans():
        parts = re.split(r"\d+", said, maxsplit=1)
        if not directed:
            if len(parts) == 2 and not parts[0].strip():
                plain[parts[1].strip()] = unit
        elif len(parts) == 1:
            whole[said] = (amount, unit)
        elif not parts[0].strip().endswith(("-", "−")):  # "-5 h" is no way of saying a time on a page
            ago.setdefault(parts[0].strip(), {})[parts[1].strip()] = unit
    for word, unit in SHORT_UNITS.items():
        ago[""].setdefault(f"{word} ago", unit)
    for unit in UNIT_SECONDS:
        whole[f"{'an' if unit == 'hour' else 'a'} {unit} ago"] = (1, unit)
    whole["just now"] = (0, "second")
    return SpanWords(ago, whole, plain)


def _spans() -> Iterator[tuple[str, int, Unit, bool]]:
    # 1, 2, 3 and 5 meet every plural form of these languages.
    for language, unit, amount, width, directed in product(
        LANGUAGES, UNIT_SECONDS, (1, 2, 3, 5), ("long", "short", "narrow"), (True, False)
    ):
        try:
            said = format_timedelta(
                timedelta(seconds=-amount * UNIT_SECONDS[unit]),
                threshold=amount,  # keeps 5 weeks from being said as a month
                add_direction=directed,
                format=cast(Literal["long", "short", "narrow"], width),
                locale=language,
            )
        except KeyError:  # some locales have no narrow form with a direction
            continue
        yield fold(unicodedata.normalize("NFC", said)), amount, unit, directed
