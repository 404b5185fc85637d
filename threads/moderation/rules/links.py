"""Comments with several links, plain or disguised."""

from __future__ import annotations

import re

from threads.moderation.rules.base import CommentContext, counted, merged
from threads.records import Flag

# Names that also are short words (it, is, me, so, no …) are left out: "said it.is" is no link.
_ENDINGS = (
    "com|org|net|info|biz|edu|gov|io|co|uk|de|fr|ru|cn|eu|nl|pl|ch|tv|br|jp"
    "|xyz|top|shop|online|site|club|live|app|dev|news|blog|store|vip|link"
)
_WORD_START = r"(?<![\w@./-])"
_DISGUISED_DOT = r"(?:[\[({][ ]?(?:dot|\.)[ ]?[\])}]|[ ]dot[ ])"

# Every repetition is possessive or bounded, or starts only where a word does: linear.
_LINK = re.compile(
    rf"""
      (?: h(?:tt|xx)ps?:// | (?<![\w.]) www\. ) (?: (?!https?://) \S )++
    | {_WORD_START} (?: [a-z0-9-]++ \. )+ (?:{_ENDINGS}) (?! [\w@-] | \.\w ) (?: [/?] \S*+ )?
    | {_WORD_START} [a-z0-9-]{{2,63}} [ ]? {_DISGUISED_DOT} [ ]? (?:{_ENDINGS}) \b
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


# Most comments have no link; this finds that out five times faster. It looks at small letters.
_MAY_HOLD_LINKS = re.compile(rf"://|www\.|(?:[.\])}}]|dot)[ ]?(?:{_ENDINGS})\b")


def find_links(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of every link, plain or disguised; linear in the length."""
    if not _MAY_HOLD_LINKS.search(text.lower()):
        return []
    return [match.span() for match in _LINK.finditer(text)]


class Links:
    """Flags many links: with a scheme, bare domains, and disguised ones such as "example [dot] com"."""

    name = "links"
    help = "It holds at least link_limit links."

    def check(self, comment: CommentContext) -> Flag | None:
        """Return a flag whose value is the number of links, and whose spans are the links."""
        spans = find_links(comment.text)
        limit = comment.settings.link_limit
        if not spans or len(spans) < limit:
            return None
        return Flag(
            self.name,
            f"It holds {counted(len(spans), 'link')}.",
            value=len(spans),
            limit=limit,
            spans=merged(spans),
        )
