"""References between comments, checked: found, repaired where certain, always reported."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, TypeAlias

import numpy as np

from threads.language import N_
from threads.parse.exports.found import FoundComments
from threads.parse.wording import counted
from threads.records import LeftOut, Skipped

Places: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
_SAME = N_("duplicate: the id {id} came before, with the same")
_OTHER = N_("duplicate: the id {id} came before, with another text")


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
        if not self.elsewhere:
            return 0
        ids = np.unique(np.frombuffer(self.ids, dtype=np.int64))  # a set of them takes ten times the memory
        if len(ids) < len(self.ids):
            return 0
        named = np.frombuffer(self.elsewhere, dtype=np.int64)
        found = ids[np.minimum(np.searchsorted(ids, named), len(ids) - 1)]
        return int(np.count_nonzero(found == named))

    def sentences(self) -> list[str]:
        """Return a sentence for each that was found."""
        others = self.in_other_discussions()
        absent, to_self, cycles = self.orphans - others, self.answers_to_self, self.cycles
        said = (
            (others, N_("{answers} to a comment in another discussion of this export; the reference stays")),
            (absent, N_("{answers} to a comment that is not in this export; the reference stays")),
            (to_self, N_("{comments} said to answer itself: taken as an answer to the article")),
            (cycles, N_("{circles} of comments that answer each other: the first one answers the article")),
        )
        return [
            text.format(
                answers=counted(n, "answer", "answers"),
                comments=counted(n, "comment", "comments"),
                circles=counted(n, "circle", "circles"),
            )
            for n, text in said
            if n
        ]


def settle(
    comments: FoundComments, of: Places, skipped: LeftOut | list[Skipped], tally: Tally
) -> tuple[FoundComments, Places]:
    """Return comments, each id once in its discussion, with no answer to itself and no circle.

    A comment whose id came before is left out. A parent that is not in its discussion stays named.

    Parameters
    ----------
    comments
        Comments of any number of discussions, those of one together.
    of
        The discussion that each is in; returned with those of the comments that were left out gone, too.
    skipped, tally
        What is left out, and what is found, goes here.
    """
    own: Sequence[Hashable] = comments.id
    said: Sequence[Hashable] = comments.parent
    if len({*own}) < len(own):  # some are told apart within their discussion only, or came before
        comments, of = _each_once(comments, of, skipped)
        own = list(zip(of.tolist(), comments.id, strict=True))
        said = list(zip(of.tolist(), comments.parent, strict=True))
    tally.ids.extend(map(hash, comments.id))
    here = np.arange(len(own))
    places = dict(zip(own, range(len(own)), strict=True))
    above = np.fromiter(map(places.get, said, repeat(-1)), dtype=np.int64, count=len(own))
    above[of[above] != of] = -1
    parents = list(comments.parent)
    for place in np.flatnonzero(above == here).tolist():
        parents[place] = None
        tally.answers_to_self += 1
    above[above == here] = -1
    unanswered = map(parents.__getitem__, np.flatnonzero(above < 0).tolist())
    absent = [parent for parent in unanswered if parent is not None]
    tally.orphans += len(absent)
    tally.elsewhere.extend(map(hash, absent))
    for place in _ends_of_circles(above.tolist(), _ways_of_both_kinds(above, here, of)):
        parents[place] = None
        tally.cycles += 1
    return comments._replace(parent=parents), of


def _each_once(
    comments: FoundComments, of: Places, skipped: LeftOut | list[Skipped]
) -> tuple[FoundComments, Places]:
    first: dict[tuple[int, str | None], str] = {}
    kept = []
    rows = zip(of.tolist(), comments.id, comments.place, comments.text, strict=True)
    for discussion, own, place, text in rows:
        kept.append((discussion, own) not in first)
        if kept[-1]:
            first[discussion, own] = text
            continue
        reason = _SAME if first[discussion, own] == text else _OTHER
        skipped.append(Skipped(place, reason.format(id=own)))
    return comments.where(kept), of[np.array(kept)]


def _ways_of_both_kinds(above: Places, here: Places, of: Places) -> list[int]:
    """Return the comments of discussions with answers before and after what they answer.

    In all others no circle can be.
    """
    later, earlier = of[above > here], of[(above >= 0) & (above < here)]
    return np.flatnonzero(np.isin(of, np.intersect1d(later, earlier))).tolist() if later.size else []


def _ends_of_circles(above: Sequence[int], starts: Sequence[int]) -> list[int]:
    """Return the first comment of each circle that can be reached from `starts`.

    Parameters
    ----------
    above
        The place of what each comment answers, -1 where it answers nobody, or one that is not there.
    """
    ends: list[int] = []
    settled: set[int] = set()
    for start in starts:
        path: dict[int, None] = {}
        here = start
        while here >= 0 and here not in settled and here not in path:
            path[here] = None
            here = above[here]
        if here in path:
            walked = list(path)
            ends.append(min(walked[walked.index(here) :]))
        settled.update(path)
    return ends
