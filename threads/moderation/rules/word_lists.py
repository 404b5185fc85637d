"""Words that a moderator lead lists: suspect ones, which bring a comment to a moderator, and banned ones."""

from __future__ import annotations

from threads.language import N_, _, counted
from threads.moderation.rules.base import Limit, ListOfWords, OneComment, Values, merged
from threads.moderation.rules.comments import Text
from threads.moderation.rules.listed import listed_words
from threads.records import Flag


class WordList(OneComment):
    """Flags the words of a list that is empty until a moderator lead fills it."""

    def __init__(self, kind: str, help: str, reason: str) -> None:  # noqa: A002 - the Protocol's name
        self.name, self.title = f"{kind}_words", f"{kind.capitalize()} words"
        self.help, self.reason, self._kind = help, reason, kind
        self.limits = (
            Limit(
                name="different_words",
                default=1,
                unit="words",
                help=N_("Different words of the list from which it is flagged."),
                least=1,
            ),
        )
        self.lists = (
            ListOfWords(
                name="words",
                help=N_('Words and phrases, a line each. "In quotation marks": just so; begin*: any ending.'),
            ),
        )

    def check(self, text: Text, values: Values) -> Flag | None:
        """Return a flag whose value is how many different entries were found."""
        if not values.lists["words"]:
            return None
        hits = listed_words(values.lists["words"]).find(text)
        value, limit = len({entry.name for _, _, entry in hits}), values.limits["different_words"]
        if value < limit:
            return None
        return Flag(
            self.name,
            _("It holds {words}.", words=_counted(self._kind, value)),
            value=value,
            limit=limit,
            spans=merged(text.span(start, end) for start, end, _ in hits),
        )


def _counted(kind: str, count: int) -> str:
    if kind == "suspect":
        return counted(count, "suspect word", "suspect words")
    return counted(count, "banned word", "banned words")


SUSPECT = WordList("suspect", N_("It holds words that your moderators want to look at."), "other")
BANNED = WordList("banned", N_("It holds words that your house rules ban."), "offensive")
