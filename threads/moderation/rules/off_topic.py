"""Comments that are probably not about the article."""

from __future__ import annotations

from collections.abc import Iterator

from threads.language import N_, _, percent
from threads.moderation.rules.base import Found, Limit, ListOfWords, Scope, Values
from threads.moderation.rules.comments import Comments
from threads.records import Flag
from threads.scores.text import words


class OffTopic:
    """Flags comments that answer no other one and that the score finds far from the article.

    An answer to somebody need not name the subject. English only, as the scores are.
    """

    name = "off_topic"
    title = N_("Off topic")
    help = N_("It answers nobody, has little to do with the article, and shares no word with it (English).")
    reason = "off_topic"
    limits = (
        Limit(
            name="distance",
            default=0.85,
            unit="probability",
            help=N_("How likely it must be, from 0 to 1, that it is about something else."),
            least=0.01,
            most=1,
        ),
        Limit(
            name="shared",
            default=0.02,
            unit=N_("share of words"),
            help=N_("Most of its words that it may share with the article."),
            most=1,
        ),
        Limit(
            name="words",
            default=10,
            unit="words",
            help=N_("Fewest words that it takes to judge."),
            least=1,
        ),
    )
    lists: tuple[ListOfWords, ...] = ()
    scope: Scope = "comment"

    def flags(self, comments: Comments, values: Values) -> Iterator[Found]:
        """Yield flags whose value is the distance from the article, 0 to 1; none without the score."""
        limit = values.limits["distance"]
        columns = (comments.column(n) for n in ("stance_relevance", "featuring_relevance", "parent_id"))
        for place, (relevance, shared, parent) in enumerate(zip(*columns, strict=True)):
            if relevance is None or parent is not None or 1 - relevance < limit:
                continue
            if (shared or 0) > values.limits["shared"]:
                continue
            if len(words(comments.texts[place].text)) >= values.limits["words"]:
                reason = _(
                    "It is about something else than the article with a probability of {relevance}.",
                    relevance=percent(1 - relevance),
                )
                yield place, Flag(self.name, reason, value=1 - relevance, limit=limit)
