"""Text that UTF-8 stores cannot hold, made storable and brought back unchanged."""

from __future__ import annotations

import re
from collections.abc import Sequence

# U+001A SUBSTITUTE is the control character made for this; it marks four hexadecimal digits.
_UNSTORABLE = re.compile("[\x00\x1a\ud800-\udfff]")
_MARKED = re.compile("\x1a([0-9A-F]{4})")


def to_storable(text: str) -> str:
    r"""Return `text` with what UTF-8 stores refuse written as U+001A and four hexadecimal digits.

    That is NUL, lone surrogates and U+001A itself: UTF-8 has no lone surrogates and PostgreSQL no NUL.
    Everything else stays as it is, so that the stored text can be searched. `from_storable` is the exact
    inverse, for every string.

    >>> to_storable("a\ud800")
    'a\x1aD800'
    """
    return _UNSTORABLE.sub(_mark, text)


def from_storable(text: str) -> str:
    r"""Return the text that `to_storable` was given.

    >>> from_storable("a\x1aD800") == "a\ud800"
    True
    """
    return _MARKED.sub(_unmark, text) if "\x1a" in text else text


def all_storable(texts: Sequence[str | None]) -> Sequence[str | None]:
    """Return what `to_storable` makes of each text that is there; the very same texts where none needs it."""
    if is_storable("".join(filter(None, texts))):
        return texts
    return [None if text is None else to_storable(text) for text in texts]


def is_storable(text: str) -> bool:
    """Return whether a text is stored as it is; far faster than to look for each character."""
    if "\x00" in text or "\x1a" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def all_from_storable(texts: Sequence[str | None]) -> Sequence[str | None]:
    """Return the texts that `all_storable` was given."""
    if "\x1a" not in "".join(filter(None, texts)):
        return texts
    return [None if text is None else from_storable(text) for text in texts]


def _mark(match: re.Match[str]) -> str:
    return f"\x1a{ord(match[0]):04X}"


def _unmark(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))
