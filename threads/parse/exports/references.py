"""References between comments of one discussion, checked: found, repaired where certain, always reported."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from threads.parse.exports.found import FoundComments
from threads.records import LeftOut, Skipped


@dataclass(slots=True)
class Tally:
    """How often something was found wrong with references, over all discussions of an input."""

    orphans: int = 0
    answers_to_self: int = 0
    cycles: int = 0
    # Hashes of ids: of all comments, and of those that are answered and not in the same discussion.
    ids: array[int] = field(default_factory=lambda: array("q"))
    elsewhere: array[int] = field(default_factory=lambda: array("q"))

    def in_other_discussions(self) -> int:
        """Return how many answers are to a comment of another discussion of the input.

        0 where ids are told apart within a discussion only, as those are that stand in several.
        """
        ids = set(self.ids)
        if not self.elsewhere or len(ids) < len(self.ids):
            return 0
        return sum(map(ids.__contains__, self.elsewhere))

    def sentences(self) -> list[str]:
        """Return a sentence for each that was found."""
        others = self.in_other_discussions()
        said = (
            (others, "answer{s} to a comment in another discussion of this export; the reference stays"),
            (self.orphans - others, "answer{s} to a comment that is not in this export; the reference stays"),
            (self.answers_to_self, "comment{s} said to answer itself: taken as an answer to the article"),
            (self.cycles, "circle{s} of comments that answer each other: the first one answers the article"),
        )
        return [f"{n:,} {text.format(s='' if n == 1 else 's')}" for n, text in said if n]


def settle(comments: FoundComments, skipped: LeftOut | list[Skipped], tally: Tally) -> FoundComments:
    """Return the comments of one discussion, each id once, with no answer to itself and no circle.

    A comment whose id came before is left out. A parent that is not among them stays named.
    """
    comments = _each_once(comments, skipped)
    own, said = comments.id, comments.parent
    parents = [None if parent == id_ else parent for id_, parent in zip(own, said, strict=True)]
    places = dict(zip(own, range(len(own)), strict=True))
    above = list(map(places.get, parents))  # None is nobody's id
    tally.answers_to_self += parents.count(None) - said.count(None)
    tally.ids.extend(map(hash, own))
    if orphans := above.count(None) - parents.count(None):
        tally.orphans += orphans
        tally.elsewhere.extend(
            hash(parent)
            for parent, place in zip(parents, above, strict=True)
            if place is None and parent is not None
        )
    if not _all_one_way(above):
        for place in _ends_of_circles(above):
            parents[place] = None
            tally.cycles += 1
    return comments._replace(parent=parents)


def _each_once(comments: FoundComments, skipped: LeftOut | list[Skipped]) -> FoundComments:
    if len(set(comments.id)) == len(comments.id):
        return comments
    first: dict[str | None, str] = {}
    kept = []
    for place, own, text in zip(comments.place, comments.id, comments.text, strict=True):
        kept.append(own not in first)
        if kept[-1]:
            first[own] = text
            continue
        same = "the same" if first[own] == text else "another text"
        skipped.append(Skipped(place, f"duplicate: the id {own} came before, with {same}"))
    return comments.where(kept)


def _all_one_way(above: Sequence[int | None]) -> bool:
    """Return whether all answers come after what they answer, or all before: no circle can be among them."""
    after = [place > other for place, other in enumerate(above) if other is not None]
    return all(after) or not any(after)


def _ends_of_circles(above: Sequence[int | None]) -> list[int]:
    """Return the first comment of each circle.

    Parameters
    ----------
    above
        The place of what each comment answers, None where it answers nobody, or one that is not there.
    """
    ends: list[int] = []
    settled = [False] * len(above)
    for start in range(len(above)):
        path: dict[int, None] = {}
        here: int | None = start
        while here is not None and not settled[here] and here not in path:
            path[here] = None
            here = above[here]
        if here is not None and here in path:
            walked = list(path)
            ends.append(min(walked[walked.index(here) :]))
        for place in path:
            settled[place] = True
    return ends
