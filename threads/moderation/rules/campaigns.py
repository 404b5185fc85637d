"""Nearly the same text from many people, or under many articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from threads.dynamics.near_duplicates import grouped_texts
from threads.dynamics.people import person_of_each
from threads.language import N_, _, counted, number
from threads.moderation.rules.base import Found, Limit, ListOfWords, Scope, Values
from threads.moderation.rules.comments import STORED_COLUMNS, Comments
from threads.records import Flag
from threads.similar_texts import Integers, may_be_similar


class Campaigns:
    """Flags every comment of a group of near-duplicates that has enough authors or discussions."""

    name = "campaigns"
    title = N_("Campaign")
    help = N_("Nearly the same was posted by many people or in many discussions, those stored included.")
    reason = "spam"
    limits = (
        Limit(
            name="people",
            default=3,
            unit="people",
            help=N_("People with nearly the same comment from which all of these are flagged."),
            least=2,
        ),
        Limit(
            name="discussions",
            default=3,
            unit="discussions",
            help=N_("Discussions with nearly the same comment from which all of these are flagged."),
            least=2,
        ),
        Limit(
            name="similarity",
            default=0.7,
            unit=N_("share of five-letter stretches"),
            help=N_("What two comments must share to be nearly the same."),
            least=0.3,
            most=1,
        ),
        Limit(
            name="characters",
            default=40,
            unit=N_("letters and digits"),
            help=N_("Shortest comment that is compared."),
            least=5,
        ),
    )
    lists: tuple[ListOfWords, ...] = ()
    scope: Scope = "store"

    def flags(self, comments: Comments, values: Values) -> Iterator[Found]:
        """Yield flags whose value is the number of people or of discussions, whichever is further over."""
        if not len(comments):
            return
        limits, names = values.limits, [column.name for column in STORED_COLUMNS]
        group = _grouped(
            comments.own_letters, len(comments), float(limits["similarity"]), int(limits["characters"])
        )
        rows = pd.concat([comments.frame.reindex(columns=names), comments.stored])
        copies = np.bincount(group + 1)[1:]
        people = _different_in(group, person_of_each(rows))
        discussions = _different_in(group, pd.factorize(rows["thread_id"])[0])
        are_campaigns = (copies > 1) & ((people >= limits["people"]) | (discussions >= limits["discussions"]))
        flags = {
            which: self._flag(values, int(copies[which]), int(people[which]), int(discussions[which]))
            for which in np.flatnonzero(are_campaigns).tolist()
        }
        for place, which in enumerate(group[: len(comments)].tolist()):
            if which in flags:
                yield place, flags[which]

    def _flag(self, values: Values, copies: int, people: int, discussions: int) -> Flag:
        counts = {"people": people, "discussions": discussions}
        most = max(counts, key=lambda name: counts[name] / values.limits[name])
        reason = _(
            "One of {copies} nearly equal comments by {people} in {discussions}.",
            copies=number(copies),
            people=counted(people, "person", "people"),
            discussions=counted(discussions, "discussion", "discussions"),
        )
        return Flag(self.name, reason, value=counts[most], limit=values.limits[most])


def _grouped(texts: Sequence[str], own: int, similarity: float, characters: int) -> Integers:
    """Return the group of each text, -1 for none: of the first `own`, and those that may be like them."""
    same, different = pd.factorize(np.array(texts, dtype=object))
    is_own = np.zeros(len(different), dtype=np.bool_)
    is_own[same[:own]] = True
    rest = np.flatnonzero(~is_own)
    near = rest[may_be_similar(different[is_own].tolist(), different[rest].tolist(), similarity)]
    compared = np.concatenate([np.flatnonzero(is_own), near])
    labels = np.full(len(different), -1)
    labels[compared] = grouped_texts(different[compared], similarity, characters).labels
    return labels[same]


def _different_in(group: Integers, of_each: Integers) -> Integers:
    """Return how many different ones stand in each group; -1 is in no group, or is nobody."""
    known = (group >= 0) & (of_each >= 0)
    pairs = pd.unique(group[known] * (of_each.max(initial=0) + 1) + of_each[known])
    return np.bincount(pairs // (of_each.max(initial=0) + 1), minlength=group.max(initial=-1) + 1)
