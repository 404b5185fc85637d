"""Comments that say again what stood in another one, letter by letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from threads.language import N_, _, number
from threads.moderation.rules.base import Found, Limit, ListOfWords, Scope, Values
from threads.moderation.rules.comments import Comments
from threads.records import Flag


class Repeats:
    """Flags the second and every later comment with the same text, whoever wrote them; not the first."""

    name = "repeats"
    title = N_("Repeat")
    help = N_("The same text was posted before, here or in another discussion.")
    reason = "repeat"
    limits = (
        Limit(
            name="copies",
            default=2,
            unit="comments",
            help=N_("Comments with one text, counted by time, from which they are flagged."),
            least=2,
        ),
        Limit(
            name="characters",
            default=30,
            unit=N_("letters and digits"),
            help=N_("Shortest text that counts as a repeat."),
            least=1,
            setting="repeat_characters",
        ),
    )
    lists: tuple[ListOfWords, ...] = ()
    scope: Scope = "store"

    def flags(self, comments: Comments, values: Values) -> Iterator[Found]:
        """Yield flags whose value is how many comments have had this text by then, by time."""
        fewest, limit = int(values.limits["characters"]), values.limits["copies"]
        texts = comments.letters
        times = pd.concat([comments.frame["published_at"], comments.stored["published_at"]])
        names = [*comments.column("comment_id"), *comments.stored["comment_id"].to_numpy().tolist()]
        seen: dict[str, tuple[int, str]] = {}
        for place in _in_order(times):
            if len(texts[place]) < max(1, fewest):
                continue
            before, first = seen.get(texts[place], (0, names[place]))
            seen[texts[place]] = (before + 1, first)
            if place < len(comments) and before + 1 >= limit:
                reason = _(
                    "The same text was posted {before} times by now, first in comment {first}.",
                    before=number(before + 1),
                    first=first,
                )
                yield place, Flag(self.name, reason, value=before + 1, limit=limit)


def _in_order(times: pd.Series) -> Iterable[int]:
    """Return the places of comments from the earliest on; those without a time keep theirs, at the end."""
    if times.isna().all():
        return range(len(times))
    return times.reset_index(drop=True).sort_values(kind="stable", na_position="last").index.tolist()
