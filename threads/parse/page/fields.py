"""Who, when and what: the fields of each comment, chosen for all comments of a page together.

What stands in the same kind of element on most comments decides; a single comment's own words only where it
differs from the others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from threads.parse.page.authors import choose_authors
from threads.parse.page.bodies import choose_bodies
from threads.parse.page.items import PageFacts
from threads.parse.page.marks import Mark
from threads.parse.page.own import Fields, Own
from threads.parse.page.texts import likes
from threads.parse.page.vocabulary import Role
from threads.parse.page_words import count_alone

_LONGEST_COUNT = 30
_NUMBERS = re.compile(r"\d+")


def read_fields(page: PageFacts, own: Sequence[Own]) -> list[Fields]:
    """Return the fields of every item, in the same order."""
    found = [Fields(marks=o.marks) for o in own]
    _choose_times(page, own, found)
    choose_authors(page, own, found)
    choose_bodies(page, own, found)
    for o, fields in zip(own, found, strict=True):
        fields.likes = _likes(page, o) if fields.likes is None else fields.likes
    return found


def _likes(page: PageFacts, own: Own) -> int | None:
    """Return the likes that a short text counts, or a number alone where its class speaks of votes."""
    tree = page.tree
    for place in own.pieces:
        text = tree.pieces[place].strip()
        if len(text) > _LONGEST_COUNT or not _NUMBERS.search(text):
            continue
        owner = tree.owners[place]
        is_vote = (page.roles[owner] | page.roles[max(0, tree.parents[owner])]) & Role.VOTES
        count = likes(text) if likes(text) is not None else count_alone(text) if is_vote else None
        if count is not None:
            return count
    return None


def _choose_times(page: PageFacts, own: Sequence[Own], found: Sequence[Fields]) -> None:
    coverage: Counter[str] = Counter()
    for o in own:
        coverage.update({page.kinds[mark.element] for mark in o.marks})
    for o, fields in zip(own, found, strict=True):
        if o.marks:
            fields.mark = max(o.marks, key=lambda m: (_time_rank(page, coverage, m), -m.element))


def _time_rank(page: PageFacts, coverage: Counter[str], mark: Mark) -> float:
    stamp = mark.machine or mark.stamp
    weak = stamp is not None and mark.machine is None and stamp.is_weak
    said = bool(page.roles[mark.element] & Role.TIME) or page.tree.tags[mark.element] == "time"
    count = coverage[page.kinds[mark.element]]
    # What is only in an attribute may be the time of something else, such as the last change.
    return count * (1.0 + 0.3 * said - 0.5 * weak - 0.4 * (mark.stamp is None))
