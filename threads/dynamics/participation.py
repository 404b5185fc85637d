"""How a discussion's comments are shared out among people, and at what pace they came.

How unequal a discussion is depends on how many comments it has: never compare two as they are, but at equal
numbers of comments (`rarefied_people`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from threads.dynamics.columns import times_of
from threads.dynamics.people import Groups, exactly_timed, hill_numbers, person_of_each, word_counts
from threads.dynamics.sentences import Sentence, plain
from threads.errors import InputError
from threads.language import N_, _, counted, number

UNNAMED: Final = N_("No comment has a name or an id: nobody knows how many people wrote them.")
FEWEST_FOR_GAP: Final = 3  # comments with an exact time


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """Who took part how much. A measure that is None stands in `missing` with its reason.

    `people_by_comments` and `people_by_words` are Hill numbers of order 0, 1 and 2: as if how many people had
    written equally many comments, or words. `coverage` is the estimated share of all comments, of the same
    crowd, that would come from people seen already. `one_time` people wrote one comment, `returning` more.
    `largest_share` is of words. `median_gap` lies between a comment and the next, in minutes. Comments
    without a name (`unnamed`) are in no measure of people.
    """

    comments: int
    unnamed: int
    people: int
    one_time: int
    returning: int
    people_by_comments: tuple[float, float, float] | None = None
    people_by_words: tuple[float, float, float] | None = None
    coverage: float | None = None
    largest_share: float | None = None
    first_at: pd.Timestamp | None = None
    last_at: pd.Timestamp | None = None
    median_gap: float | None = None
    missing: Mapping[str, str] = field(default_factory=dict)

    def sentence(self) -> Sentence:
        """Return how many took part, and as if how many had spoken equally."""
        if not self.people:
            return plain(UNNAMED)
        comments = counted(self.comments - self.unnamed, "comment", "comments")
        said = _(
            "{people} wrote {comments}", people=counted(self.people, "person", "people"), comments=comments
        )
        if self.people > 1:
            said += (
                _(", {number} of them one each", number=number(self.one_time))
                if self.returning
                else _(", all of them one each")
            )
            if self.people_by_words is not None:
                said += _(
                    "; by their words it is as if {people} people spoke equally",
                    people=number(self.people_by_words[1], 1),
                )
        return plain(f"{said}.")


def participation(frame: pd.DataFrame) -> Participation:
    """Return who took part how much: from `author`, `author_id`, `text` or `words`, `published_at`."""
    persons = person_of_each(frame)
    named = persons >= 0
    people = int(persons.max(initial=-1)) + 1
    comments = np.bincount(persons[named], minlength=people)
    words = np.bincount(persons[named], weights=word_counts(frame)[named], minlength=people)
    times = times_of(frame).dropna()
    gap, no_gap = _median_gap(frame, times)
    missing = {"median_gap": no_gap} if no_gap else {}
    if not len(times):
        missing |= dict.fromkeys(("first_at", "last_at"), _("No comment has a time."))
    if not people:
        names = ("people_by_comments", "people_by_words", "coverage", "largest_share")
        missing |= dict.fromkeys(names, UNNAMED)
    elif not words.sum():
        missing |= dict.fromkeys(("people_by_words", "largest_share"), _("Nobody wrote a word."))
    by_words = hill_numbers(words.tolist()) if words.sum() else None
    return Participation(
        comments=len(frame),
        unnamed=int((~named).sum()),
        people=people,
        one_time=int((comments == 1).sum()),
        returning=int((comments > 1).sum()),
        people_by_comments=hill_numbers(comments.tolist()) if people else None,
        people_by_words=by_words,
        coverage=coverage(comments.tolist()) if people else None,
        largest_share=float(words.max() / words.sum()) if words.sum() else None,
        first_at=times.min() if len(times) else None,
        last_at=times.max() if len(times) else None,
        median_gap=gap,
        missing=missing,
    )


def coverage(counts: Sequence[int]) -> float:
    """Return the estimated share of the crowd's comments that come from people seen: 1 - f1 / N.

    I. J. Good, Biometrika 40, 1953; f1 is the number of people with one comment, N that of comments. 0.0 when
    nothing is counted.
    """
    values = _counts(counts)
    total = values.sum()
    return float(1 - (values == 1).sum() / total) if total else 0.0


def rarefied_people(counts: Sequence[int], comments: int) -> float:
    """Return how many people are expected among `comments` drawn at random, without putting back.

    S. H. Hurlbert, Ecology 52, 1971: sum of 1 - C(N - x_i, m) / C(N, m). To compare discussions take one m
    for all: the number of comments of the smallest.

    Raises
    ------
    InputError
        A count is negative, or fewer comments are there than are to be drawn.
    """
    from scipy.special import gammaln  # noqa: PLC0415 - slow to import

    values = _counts(counts)
    total = int(values.sum())
    if not 0 <= comments <= total:
        raise InputError(
            f"{comments} of {total} comments cannot be drawn", remedy="Draw as many as the smallest has"
        )
    left = total - values
    drawable = left >= comments
    rest = left[drawable]
    ways = gammaln(rest + 1) - gammaln(rest - comments + 1)
    all_ways = gammaln(total + 1) - gammaln(total - comments + 1)
    return float((values > 0).sum() - np.exp(ways - all_ways)[values[drawable] > 0].sum())


def _counts(counts: Sequence[int]) -> Groups:
    values = np.asarray(counts, dtype=np.intp)
    if (values < 0).any():
        raise InputError("a count is negative", remedy="Counts start at 0")
    return values


def _median_gap(frame: pd.DataFrame, times: pd.Series[pd.Timestamp]) -> tuple[float | None, str]:
    exact = exactly_timed(frame)
    if exact.sum() < FEWEST_FOR_GAP or exact.sum() < len(times) / 2:
        return (
            None,
            _(
                "{sum} of {count} comments have a time to the minute: too few for a pace.",
                sum=number(exact.sum()),
                count=number(len(frame)),
            ),
        )
    ordered = np.sort(times_of(frame)[exact].to_numpy(dtype="datetime64[us]"))
    return float(np.median(np.diff(ordered) / np.timedelta64(1, "m"))), ""
