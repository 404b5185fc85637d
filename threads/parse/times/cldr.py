"""The words of dates as the Unicode CLDR has them, by way of Babel.

Babel takes more time for all of them than it takes to read a page, so they stand in a file beside this
module. `python -c "from threads.parse.times import cldr; cldr.write()"` writes it anew; a test holds it to be
what Babel says.
Data: Unicode CLDR, © Unicode, Inc., Unicode License v3.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal, cast

from threads.parse.times.folding import fold
from threads.parse.times.words import UNIT_SECONDS, Half, Unit

# Where one word means two months (Polish and Croatian "listopada"), the language that stands first keeps it;
# a language that would lose a month so is left out.
LANGUAGES = tuple(
    re.findall(
        r"\w+",
        "en de fr es it pt nl pl ru ja zh ko tr ar"
        " cs sv da nb fi hu el uk ro he fa id vi th ca sk bg sl et gl hi fil zh_Hant",
    )
)

FILE: Final = Path(__file__).with_suffix(".json")
_HIDDEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_HIDDEN_CHARACTERS = re.compile(f"[{_HIDDEN}]")


@cache
def cldr() -> Mapping[str, Any]:
    """Return what the file says, in the form of `from_babel`."""
    words: dict[str, Any] = json.loads(FILE.read_bytes())
    return words


def from_babel() -> dict[str, Any]:
    """Return the words, folded.

    `months` and `weekdays` have the number of each name (January is 1, Monday 0), `halves` how each half of
    the day is called, language by language. `spans` have for each language how spans of time in the past are
    said: the words, how many, of which unit, and whether the words say that it is past.
    """
    from babel.dates import get_day_names, get_month_names  # noqa: PLC0415 - not needed to read the file

    spans: dict[str, list[list[Any]]] = {language: [] for language in LANGUAGES}
    for language, *span in _spans():
        if span not in spans[language][-1:]:
            spans[language].append(span)
    return {
        "months": _names(get_month_names),
        "weekdays": _names(get_day_names),
        "halves": [list(each) for each in _halves()],
        "spans": spans,
    }


def write() -> None:
    """Write the file anew, a line for each kind of words."""
    lines = (
        f"{json.dumps(name)}: {json.dumps(words, ensure_ascii=False)}" for name, words in from_babel().items()
    )
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _tidy(text: str) -> str:
    return fold(_HIDDEN_CHARACTERS.sub("", unicodedata.normalize("NFC", text)))


def _halves() -> Iterator[tuple[str, Half]]:
    from babel.dates import get_period_names  # noqa: PLC0415

    widths: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
    halves: tuple[Half, ...] = ("am", "pm")
    for language, width, half in product(LANGUAGES, widths, halves):
        names = get_period_names(width=width, context="format", locale=language)
        if word := _tidy(names.get(half, "")):  # some widths leave them out
            yield word, half


def _names(getter: Callable[..., Mapping[int, str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for language, width, context in product(LANGUAGES, ("wide", "abbreviated"), ("format", "stand-alone")):
        for number, name in getter(width=width, context=context, locale=language).items():
            word = _tidy(name).strip(". ")
            # "5月" is read by its own pattern; a single letter is no word, a single character (金) is.
            if (len(word) > 1 or word >= "\u2e80") and not any(c.isdigit() for c in word):
                found.setdefault(word, number)
    return found


def _spans() -> Iterator[tuple[str, str, int, Unit, bool]]:
    from babel.dates import format_timedelta  # noqa: PLC0415

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
        yield language, _tidy(said), amount, unit, directed
