"""Comments that say again what stood in another one, letter by letter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import pandas as pd

from threads.language import N_, _, number
from threads.moderation.rules.base import Found, Limit, ListOfWords, Values
from threads.moderation.rules.comments import Comments
from threads.records import Flag
from threads.wordlists.folding import letters_and_digits


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
    alone = False

    def flags(self, comments: Comments, values: Values) -> Iterator[Found]:
        """Yield flags whose value is how many comments have had this text by then, by time."""
        fewest, limit = int(values.limits["characters"]), values.limits["copies"]
        texts = [*(t.text for t in comments.texts), *comments.stored["text"].str[: comments.characters]]
        times = pd.concat([comments.frame["published_at"], comments.stored["published_at"]])
        names = [*comments.column("comment_id"), *comments.stored["comment_id"]]
        seen: dict[bytes, tuple[int, str]] = {}
        for place in _in_order(times):
            if (mark := fingerprint(texts[place], fewest)) is None:
                continue
            before, first = seen.get(mark, (0, names[place]))
            seen[mark] = (before + 1, first)
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


def fingerprint(text: str, fewest: int) -> bytes | None:
    """Return a mark that texts with the same letters and digits share, in whatever case and spacing.

    16 bytes (BLAKE2b); None for a text of fewer than `fewest` letters and digits.
    """
    plain = letters_and_digits(text)
    if len(plain) < max(1, fewest):
        return None
    return hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=16).digest()
