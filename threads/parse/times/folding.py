"""The form in which words of dates and of pages are compared."""

from __future__ import annotations

_SAME = str.maketrans({"’": "'", "ё": "е", **dict.fromkeys("\t\n\r\f\v\u00a0\u2007\u2009\u202f\u3000", " ")})


def fold(text: str) -> str:
    """Return `text` in the form that words are compared in; the length does not change."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters, such as İ, have no lower case of one character
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lowered.translate(_SAME)
