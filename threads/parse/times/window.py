"""The text that a timestamp is read from, in the form that the patterns are written for."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from threads.parse.calendar_words import fold

_ZEROS = (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10)  # Arabic, Persian, Devanagari, Bengali, Thai, full width
_PLAIN = str.maketrans(
    {
        **{chr(zero + digit): str(digit) for zero in _ZEROS for digit in range(10)},
        **dict(zip("：／．－，（）＠‐‑、。・،", ":/.-,()@--,.•,", strict=True)),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " "),
    }
)
# Marks of direction and width that are not seen, and accents written apart from their letters.
_LOOSE = re.compile("[\u00ad\u0300-\u0345\u0653-\u0655\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class Window(NamedTuple):
    """A piece of text with plain digits and punctuation, the same in lower case, and where each came from.

    `places` maps offsets in `text` to offsets in the original; None where they are the same.
    """

    text: str
    folded: str
    places: tuple[int, ...] | None = None

    def piece(self, start: int, length: int) -> Window:
        """Return the window on a part of this one; offsets count from its beginning."""
        end = start + length
        places = self.places
        if places is not None:
            places = tuple(place - places[start] for place in places[start : end + 1])
        return Window(self.text[start:end], self.folded[start:end], places)

    def original(self, offset: int) -> int:
        """Return the offset in the original text that belongs to `offset` here."""
        return offset if self.places is None else self.places[offset]


def window_on(text: str) -> Window:
    """Return the window on all of `text`; the cost is linear in its length."""
    if text.isascii():
        return Window(text, text.lower())
    places = None
    if _LOOSE.search(text):
        text, places = _composed(text)
    plain = text.translate(_PLAIN)
    return Window(plain, fold(plain), places)


def _composed(text: str) -> tuple[str, tuple[int, ...]]:
    """Return `text` without hidden characters and with accents joined to their letters, and offsets."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if not _LOOSE.match(letter):
            letters.append(letter)
            places.append(place)
        elif letters and unicodedata.combining(letter):
            joined = unicodedata.normalize("NFC", letters[-1] + letter)
            letters[-1] = joined if len(joined) == 1 else letters[-1]
    return "".join(letters), (*places, len(text))
