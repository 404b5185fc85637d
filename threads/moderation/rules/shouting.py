"""Comments written in capitals."""

from __future__ import annotations

import re

from threads.moderation.rules.base import CommentContext, merged
from threads.records import Flag
from threads.scores.spam import capitals_of

_WORDS = re.compile(r"[^\W\d_]{2,}")


class Shouting:
    """Flags a large share of capitals among the letters that have a small and a capital form."""

    name = "shouting"
    help = "Capitals make up at least shouting_share of its letters, and it has at least shouting_letters."

    def check(self, comment: CommentContext) -> Flag | None:
        """Return a flag whose value is the share, and whose spans are the words in capitals."""
        capitals, letters = capitals_of(comment.text)
        limit = comment.settings.shouting_share
        if letters < max(1, comment.settings.shouting_letters) or capitals / letters < limit:
            return None
        share = capitals / letters
        return Flag(
            self.name,
            f"{share:.0%} of its letters are capitals.",
            value=share,
            limit=limit,
            spans=merged(word.span() for word in _WORDS.finditer(comment.text) if word[0].isupper()),
        )
