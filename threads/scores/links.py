"""Links in a text, plain or disguised: found here for the scores and for the rules that flag."""

from __future__ import annotations

import re

# Names that also are short words (it, is, me, so, no …) are left out: "said it.is" is no link.
_ENDINGS = (
    "com|org|net|info|biz|edu|gov|io|co|uk|de|fr|ru|cn|eu|nl|pl|ch|tv|br|jp"
    "|xyz|top|shop|online|site|club|live|app|dev|news|blog|store|vip|link"
)
_WORD_START = r"(?<![\w@./-])"
_DISGUISED_DOT = r"(?:[\[({][ ]?(?:dot|\.)[ ]?[\])}]|[ ]dot[ ])"

# Every repetition is possessive or bounded, or starts only where a word does: linear.
_ADDRESS = r"(?: h(?:tt|xx)ps?:// | (?<![\w.]) www\. ) (?: (?!https?://) \S )++"
_FLAGS = re.VERBOSE | re.IGNORECASE | re.ASCII
_ADDRESSES = re.compile(_ADDRESS, _FLAGS)
_LINK = re.compile(
    rf"""
      {_ADDRESS}
    | {_WORD_START} (?: [a-z0-9-]++ \. )+ (?:{_ENDINGS}) (?! [\w@-] | \.\w ) (?: [/?] \S*+ )?
    | {_WORD_START} [a-z0-9-]{{2,63}} [ ]? {_DISGUISED_DOT} [ ]? (?:{_ENDINGS}) \b
    """,
    _FLAGS,
)

# Most comments have no link, and these find that out ten times faster. They look at small letters.
_PLAIN_ENDING = re.compile(rf"[.\])}}] ?(?:{_ENDINGS})\b")
_SPELT_ENDING = re.compile(rf"dot ?(?:{_ENDINGS})\b")


def find_links(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of every link, plain or disguised; linear in the length."""
    lower = text.lower()
    if _may_end_a_link(lower):
        return [match.span() for match in _LINK.finditer(text)]
    if "://" in lower or "www." in lower:
        return [match.span() for match in _ADDRESSES.finditer(text)]
    return []


def _may_end_a_link(lower: str) -> bool:
    """Return whether there is an ending such as .com: without one, links are addresses with http or www."""
    return _PLAIN_ENDING.search(lower) is not None or (
        "dot" in lower and _SPELT_ENDING.search(lower) is not None
    )
