"""Comments that say again what stood in another one, letter by letter."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from threads.moderation.rules.base import CommentContext
from threads.records import Flag

_BETWEEN_WORDS = re.compile(r"[\W_]+")


class Repeats:
    """Flags the second and every later comment with the same text, whoever wrote them; not the first."""

    name = "repeats"
    help = "An earlier comment of the same import has the same text, of at least repeat_characters."

    def check(self, comment: CommentContext) -> Flag | None:
        """Return a flag whose value is how many comments have had this text by now; the limit is 2."""
        if not comment.copies:
            return None
        times = comment.copies + 1
        return Flag(
            self.name,
            f"The same text was posted {times:,} times by now, first in comment {comment.first_copy}.",
            value=times,
            limit=2,
        )


def fingerprint(text: str, fewest: int) -> bytes | None:
    """Return a mark that is the same for texts that differ only in case, punctuation and spacing.

    16 bytes (BLAKE2b); None for a text of fewer than `fewest` characters, counted without those.
    """
    words = _BETWEEN_WORDS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    if len(words) < max(1, fewest):
        return None
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).digest()
