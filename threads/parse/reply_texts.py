"""The words of the comments of a thread, each text read once while the thread is not very long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from threads.parse.calendar_words import fold
from threads.records import Comment

WORD: Final = re.compile(r"[^\W\d_][\w'’-]*|\d{4,}")
"""A word, or a number that a quotation may hold."""

LONGEST_READ: Final = 20_000
"""Characters of a comment that are read."""

_MOST_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a text, folded, and where each begins in it."""

    words: list[str]
    starts: list[int]


def read(text: str) -> Text:
    """Return the words at the beginning of a text (LONGEST_READ)."""
    found = list(WORD.finditer(fold(text[:LONGEST_READ])))  # folding keeps places
    return Text([match[0] for match in found], [match.start() for match in found])


class Texts:
    """The texts of comments by their index; of long threads only some are kept, to bound the memory."""

    def __init__(self, comments: Sequence[Comment]) -> None:
        self._comments = comments
        self._kept: dict[int, Text] = {}

    def __len__(self) -> int:
        return len(self._comments)

    def __getitem__(self, index: int) -> Text:
        found = self._kept.get(index)
        if found is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            found = self._kept[index] = read(self._comments[index].text)
        return found
