"""References between comments of one discussion, checked: found, repaired where certain, always reported."""

from __future__ import annotations

from dataclasses import dataclass

from threads.parse.exports.found import FoundComment
from threads.records import LeftOut, Skipped


@dataclass(slots=True)
class Tally:
    """How often something was found wrong with references, over all discussions of an input."""

    orphans: int = 0
    answers_to_self: int = 0
    cycles: int = 0

    def sentences(self) -> list[str]:
        """Return a sentence for each that was found."""
        said = (
            (self.orphans, "answer{s} to a comment that is not in this export; the reference stays"),
            (self.answers_to_self, "comment{s} said to answer itself: taken as an answer to the article"),
            (self.cycles, "circle{s} of comments that answer each other: the first one answers the article"),
        )
        return [f"{n:,} {text.format(s='' if n == 1 else 's')}" for n, text in said if n]


def settle(
    comments: list[FoundComment], skipped: LeftOut | list[Skipped], tally: Tally
) -> list[FoundComment]:
    """Return the comments of one discussion, each id once, with no answer to itself and no circle.

    A comment whose id came before is left out. A parent that is not among them stays named.
    """
    known: dict[str, FoundComment] = {}
    for comment in comments:
        key = comment.id or ""
        if key in known:
            same = "the same" if known[key].text == comment.text else "another text"
            skipped.append(Skipped(comment.place, f"duplicate: the id {key} came before, with {same}"))
            continue
        known[key] = comment
    for key, comment in known.items():
        if comment.parent == key:
            comment.parent = None
            tally.answers_to_self += 1
        elif comment.parent is not None and comment.parent not in known:
            tally.orphans += 1
    _cut_circles(known, tally)
    return list(known.values())


def _cut_circles(known: dict[str, FoundComment], tally: Tally) -> None:
    settled: set[str] = set()
    order = {key: place for place, key in enumerate(known)}
    for key in known:
        path: dict[str, None] = {}
        here: str | None = key
        while here is not None and here in known and here not in settled and here not in path:
            path[here] = None
            here = known[here].parent
        if here is not None and here in path:
            names = list(path)
            first = min(names[names.index(here) :], key=order.__getitem__)
            known[first].parent = None
            tally.cycles += 1
        settled.update(path)
