"""What belongs to one comment alone, and what is read of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from threads.parse.page.items import Item, PageFacts, own_elements, own_pieces
from threads.parse.page.marks import Mark
from threads.parse.page_words import words

LONGEST_NAME = 80
# What stands in these is for clicking and filling in, not for reading.
CONTROLS = words("button label input form nav menu noscript summary")


@dataclass(slots=True)
class Fields:
    """What was found of one comment: its time, the name and its element, and its pieces of text."""

    mark: Mark | None = None
    author: str | None = None
    author_element: int = -1
    reply_to: str | None = None
    body: list[int] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    likes: int | None = None


@dataclass(slots=True)
class Own:
    """What belongs to one item and to none inside it."""

    item: Item
    pieces: list[int]
    elements: list[range]
    marks: list[Mark]

    def all_elements(self) -> Iterator[int]:
        """Yield the item's own elements in page order."""
        for part in self.elements:
            yield from part


def owned(page: PageFacts, items: Sequence[Item]) -> list[Own]:
    """Return what belongs to each item alone."""
    pieces, elements = own_pieces(items), own_elements(items)
    places = [mark.element for mark in page.marks]
    found = []
    for item, own, ranges in zip(items, pieces, elements, strict=True):
        marks = [
            page.marks[i]
            for part in ranges
            for i in range(bisect_left(places, part.start), bisect_left(places, part.stop))
        ]
        found.append(Own(item, own, ranges, marks))
    return found
