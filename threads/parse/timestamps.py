"""A reader of displayed timestamps: what a line says, before it is settled which moment that is.

A hand-written reader, because the general date libraries take seconds on text that is no date, and read
ordinary words as dates. At most `LONGEST` characters are looked at for each candidate, whatever the input.
"""

from __future__ import annotations

import re
import unicodedata

from threads.parse.calendar_words import fold, fold_word, months
from threads.parse.times.hint import looks_like_time
from threads.parse.times.machine import machine_timestamp
from threads.parse.times.reader import find_timestamp, search_timestamp
from threads.parse.times.spans import bare_span, find_short_span
from threads.parse.times.stamp import FIRST_YEAR, LAST_YEAR, LONGEST, LONGEST_HEADER, Stamp

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "LONGEST",
    "LONGEST_HEADER",
    "Stamp",
    "bare_span",
    "find_short_span",
    "find_timestamp",
    "looks_like_time",
    "machine_timestamp",
    "search_timestamp",
    "shape",
]

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


def shape(raw: str) -> str:
    """Return the outline of a timestamp, equal for timestamps that one template made: "Mon 0, 0 at 0:0"."""
    outline = re.sub(r"\d+", "0", unicodedata.normalize("NFC", raw))
    return _WORD.sub(lambda word: "Mon" if fold_word(word[0]) in months() else fold(word[0]), outline)
