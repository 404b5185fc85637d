"""Comments written in capitals."""

from __future__ import annotations

import re

from threads.language import N_, _, percent
from threads.moderation.rules.base import Limit, OneComment, Values, merged
from threads.moderation.rules.comments import Text
from threads.records import Flag
from threads.scores.spam import capitals_of

_WORDS = re.compile(r"[^\W\d_]{2,}")


class Shouting(OneComment):
    """Flags a large share of capitals among the letters that have a small and a capital form."""

    name = "shouting"
    title = N_("Shouting")
    help = N_("Most of its letters are capitals.")
    reason = "other"
    limits = (
        Limit(
            name="share",
            default=0.7,
            unit=N_("share of letters"),
            help=N_("Share of capitals from which it is flagged."),
            least=0.01,
            most=1,
            setting="shouting_share",
        ),
        Limit(
            name="letters",
            default=20,
            unit="letters",
            help=N_("Fewest letters that it takes to judge."),
            least=1,
            setting="shouting_letters",
        ),
    )

    def check(self, text: Text, values: Values) -> Flag | None:
        """Return a flag whose value is the share, and whose spans are the words in capitals."""
        capitals, letters = capitals_of(text.text)
        limit = values.limits["share"]
        if letters < values.limits["letters"] or capitals < limit * letters:
            return None
        share = capitals / letters
        return Flag(
            self.name,
            _("{share} of its letters are capitals.", share=percent(share)),
            value=share,
            limit=limit,
            spans=merged(word.span() for word in _WORDS.finditer(text.text) if word[0].isupper()),
        )
