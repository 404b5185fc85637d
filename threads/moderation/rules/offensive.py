"""Comments that the score `offensive` ranks high: on the whole, as a threat, as an attack on a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from threads.language import N_, _, percent
from threads.moderation.rules.base import Found, Limit, ListOfWords, Scope, Values, merged
from threads.moderation.rules.comments import Comments, blanked
from threads.records import Flag
from threads.scores.offensive import Offensive
from threads.scores.offensive_model import Span

SCORE = Offensive()  # keeps its model, once it is needed


class Scored:
    """Flags comments by a column of the score, and marks the words of `kind` (all where there are none)."""

    scope: Scope = "comment"
    lists: tuple[ListOfWords, ...] = ()

    def __init__(
        self,
        name: str,
        title: str,
        column: str,
        help: str,  # noqa: A002 - the Protocol's name
        says: str,
        default: float,
        kind: str,
    ) -> None:
        self.name, self.title, self.help, self.reason = name, title, help, name
        self.limits = (
            Limit(
                name="probability",
                default=default,
                unit="probability",
                help=N_("How likely it must be, from 0 to 1, to be flagged."),
                least=0.01,
                most=1,
            ),
        )
        self._column, self._says, self._kind = column, says, kind

    def flags(self, comments: Comments, values: Values) -> Iterator[Found]:
        """Yield flags whose value is the probability; none without the score."""
        limit = values.limits["probability"]
        chances = comments.column(self._column)
        places = [place for place, value in enumerate(chances) if value is not None and value >= limit]
        for place, spans in zip(places, _marked(comments, places), strict=True):
            yield (
                place,
                Flag(
                    self.name,
                    _(
                        "{says} with a probability of {chance}.",
                        says=_(self._says),
                        chance=in_percent(chances[place]),
                    ),
                    value=chances[place],
                    limit=limit,
                    spans=merged(_chosen(spans, self._kind)),
                ),
            )


def in_percent(value: float) -> str:
    """Return a probability in percent; no ranking is certain, so none is rounded up to 100%."""
    return _("over {chance}", chance=percent(0.99)) if value >= 0.995 else percent(value)


def _marked(comments: Comments, places: list[int]) -> list[list[Span]]:
    """Return the words that carry the offence of some comments; those of one comment are found once."""
    known = comments.offence
    new = [place for place in places if place not in known]
    marks = SCORE.marked_in([quotations_blanked(comments.texts[place].text) for place in new])
    known.update(zip(new, marks, strict=True))
    return [known[place] for place in places]


def _chosen(spans: Sequence[Span], kind: str) -> list[tuple[int, int]]:
    of_kind = [span for span in spans if span.type == kind] or spans
    return [(span.start, span.end) for span in of_kind]


def quotations_blanked(text: str) -> str:
    """Return a text with blanks in the place of lines that quote another comment, so that places stay."""
    if ">" not in text:
        return text
    place, quoted = 0, []
    for line in text.split("\n"):
        if line.lstrip(" ").startswith(">"):
            quoted.append((place, place + len(line)))
        place += len(line) + 1
    own = blanked(text, quoted)
    return own if own.strip() else text


OFFENSIVE = Scored(
    "offensive",
    N_("Offensive language"),
    "offensive",
    N_("Readers probably find its language offensive, by the ranking of offensive language (English)."),
    N_("Readers find its language offensive"),
    0.8,
    "",
)
THREAT = Scored(
    "threat",
    N_("Threat"),
    "offensive_threat",
    N_("It probably threatens or wishes harm, by the same ranking (English)."),
    N_("It threatens or wishes harm"),
    0.3,
    "threat",
)
IDENTITY_ATTACK = Scored(
    "identity_attack",
    N_("Attack on a group"),
    "offensive_identity_attack",
    N_("It probably attacks people for who they are, by the same ranking (English)."),
    N_("It attacks people for who they are"),
    0.3,
    "identity_attack",
)
