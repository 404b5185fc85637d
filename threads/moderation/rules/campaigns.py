"""Nearly the same text from many people, or under many articles."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.near_duplicates import compared, near_duplicates
from threads.dynamics.similar_texts import may_be_similar
from threads.language import N_, _, counted, number
from threads.moderation.rules.base import Found, Limit, ListOfWords, Values
from threads.moderation.rules.comments import Comments
from threads.records import Flag


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
    alone = False

    def flags(self, comments: Comments, values: Values) -> Iterator[Found]:
        """Yield flags whose value is the number of people or of discussions, whichever is further over."""
        limits = values.limits
        frame = pd.concat([comments.frame, _near(comments, float(limits["similarity"]))], ignore_index=True)
        if not len(comments):
            return
        found = near_duplicates(
            frame,
            threshold=float(limits["similarity"]),
            fewest_characters=int(limits["characters"]),
            campaign_authors=int(limits["people"]),
            campaign_threads=int(limits["discussions"]),
        )
        campaigns = found.groups[found.groups["campaign"] == 1]
        names = ("duplicate_group", "comments", "authors", "threads")
        flags = {
            group: self._flag(values, *counts)
            for group, *counts in zip(*(campaigns[name].tolist() for name in names), strict=True)
        }
        for place, group in enumerate(found.comments["duplicate_group"].tolist()[: len(comments)]):
            if group in flags:
                yield place, flags[group]

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


def _near(comments: Comments, threshold: float) -> pd.DataFrame:
    """Return those of the stored comments that may be nearly the same as one of the others."""
    if not len(comments.stored):
        return comments.stored
    likely: npt.NDArray[np.bool_] = may_be_similar(
        compared(comments.frame["text"]), compared(comments.stored["text"]), threshold
    )
    return comments.stored[likely]
