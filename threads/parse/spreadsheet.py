"""Text that a spreadsheet cannot take for a formula, and the way back to the text as found."""

from __future__ import annotations

import re

# A cell can be cut at these when a sheet guesses another separator, so a formula may begin after each.
_BREAKS = r"\r\n;\t"
# The apostrophe is among the marked characters: that alone makes the marking invertible.
_MARKED = r"=+\-@|%'\t\r\n＝＋－＠"
_TO_LOOK_FOR = "=+-@|%'\t\r\n＝＋－＠"
_TO_MARK = re.compile(rf"(?:\A|(?<=[{_BREAKS}]))(?=[{_MARKED}])")
# A pattern for each, as searching for one character takes a fraction of the time of searching for several.
_TO_MARK_AFTER = {start: re.compile(rf"{start}(?=[{_MARKED}])") for start in "\0\r\n;\t"}
_MARKS = re.compile(rf"(?:\A|(?<=[{_BREAKS}]))'")


def escape(value: str) -> str:
    """Return `value` with an apostrophe wherever a spreadsheet could begin to read a formula.

    That is at the start, and after a carriage return, line feed, semicolon or tab, when one of
    ``= + - @ | % '``, tab, carriage return, line feed or a full-width ``＝＋－＠`` comes next.
    ``unescape(escape(value)) == value`` for every string. Linear in the length.
    """
    return _TO_MARK.sub("'", value)


def escape_all(values: str) -> str:
    """Return many values, joined by NUL, which none of them holds, as `escape` makes them; faster."""
    if not any(character in values for character in _TO_LOOK_FOR):
        return values
    marked = f"\0{values}"
    for start, pattern in _TO_MARK_AFTER.items():
        if start in marked:
            marked = pattern.sub(f"{start}'", marked)
    return marked[1:]


def unescape(value: str) -> str:
    """Return the text that `escape` was given; the marks are the apostrophes at the start or after a break.

    A text that `escape` never makes, such as ``=1``, comes back as it is.
    """
    return _MARKS.sub("", value)
