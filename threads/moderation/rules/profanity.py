"""Words and phrases that offend, by the lists of the package. It finds words; it understands nothing."""

from __future__ import annotations

from functools import cache

from threads.language import N_, _, counted
from threads.moderation.rules.base import Limit, ListOfWords, OneComment, Values, merged
from threads.moderation.rules.comments import Text
from threads.moderation.rules.listed import lexicon_words, listed_words
from threads.records import Flag
from threads.wordlists.lexicon import Lexicon, read_lexicon

LANGUAGES = ("en", "de")


class Profanity(OneComment):
    """Flags words from lists, weighted by severity. Disguised words are found, words within words are not."""

    name = "profanity"
    title = N_("Swear words")
    help = N_("Swear words, insults and slurs of the package's lists add up (English and German).")
    reason = "offensive"
    limits = (
        Limit(
            name="severity",
            default=2.0,
            unit="severity",
            help=N_("Sum from which it is flagged: .5 a mild word, 1 vulgar, 2 strong, 3 abusive, 4 a slur."),
            least=0.5,
            setting="offensive_severity",
        ),
    )
    lists = (ListOfWords(name="allowed", help=N_("Words that are not to count, a line each.")),)

    def check(self, text: Text, values: Values) -> Flag | None:
        """Return a flag whose value adds up the severities of the different words found.

        Severities: 0.5 mild, 1 vulgar, 2 strong or an insult, 3 abusive, 4 a slur, a threat, a wish of harm.
        """
        found = list(lexicon_words(text, lexicon()))
        if not found:
            return None
        if allowed := values.lists["allowed"]:
            passed = [(start, end) for start, end, _ in listed_words(allowed).find(text)]
            found = [hit for hit in found if not any(s < hit[1] and hit[0] < e for s, e in passed)]
        severities = {entry.name: entry.severity for _, _, entry in found}
        value, limit = sum(severities.values()), values.limits["severity"]
        if not found or value < limit:
            return None
        words = (
            _("a listed word or phrase")
            if len(severities) == 1
            else counted(len(severities), "listed word or phrase", "listed words or phrases")
        )
        return Flag(
            self.name,
            _("It holds {words} that may offend.", words=words),
            value=value,
            limit=limit,
            spans=merged(text.span(start, end) for start, end, _ in found),
        )


@cache
def lexicon() -> Lexicon:
    """Return the lists of all languages as one."""
    return read_lexicon(LANGUAGES)
