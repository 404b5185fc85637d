"""What was found, by discussion, of any number: in memory while it is little, then in a temporary file."""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import IO, Any, NamedTuple

import numpy as np

from threads.parse.exports.found import FoundComment, FoundComments, FoundThread

IN_MEMORY = 40_000_000  # bytes, about; then what is held goes to the file
_EACH = 400  # bytes that a comment takes beside its text
_BLOCK = 2_000  # comments that are given back together,
_LARGEST_BLOCK = 500_000  # or those of so many bytes in the file


class Block(NamedTuple):
    """Discussions that follow each other: what was said of each, the comments of all, and how many of each.

    Comments of one discussion stand together, in the order in which they were found.
    """

    said: list[list[FoundThread]]
    comments: FoundComments
    counts: list[int]


class Spool:
    """Takes what is found in any order, and gives it back by discussion.

    The file has no name and is gone with the process. What stays in memory is the name of each discussion,
    and where its parts were written: some 200 bytes each.
    """

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._most = in_memory
        self._numbers: dict[str, int] = {}
        self._comments = array("L")  # of each discussion
        self._weight = 0
        # What is held: comments found alone, columns of comments, and of both the discussions' numbers.
        self._threads: dict[int, list[FoundThread]] = {}
        self._alone: list[FoundComment] = []
        self._columns: list[FoundComments] = []
        self._of = array("L")
        self._file: IO[bytes] | None = None
        # Of each discussion its last run in the file, of each run the one before and where it stands.
        self._last = array("q")
        self._before = array("q")
        self._place = array("Q")
        self._length = array("Q")

    def add(self, comment: FoundComment) -> int:
        """Take one more comment; return how many its discussion has now."""
        number = self._number(comment.thread)
        self._alone.append(comment)
        self._of.append(number)
        self._comments[number] += 1
        self._grow(len(comment.text) + _EACH)
        return self._comments[number]

    def add_all(self, comments: FoundComments) -> int:
        """Take more comments; return how many the largest of their discussions has now."""
        self._columns += [*self._taken_alone(), comments]
        names = list(dict.fromkeys(comments.thread))
        numbers = dict(zip(names, map(self._number, names), strict=True))
        self._of.extend(map(numbers.__getitem__, comments.thread))
        for name, count in Counter(comments.thread).items():
            self._comments[numbers[name]] += count
        self._grow(sum(map(len, comments.text)) + _EACH * len(comments.text))
        return max((self._comments[number] for number in numbers.values()), default=0)

    def add_thread(self, thread: FoundThread) -> None:
        """Take what is said of a discussion."""
        self._threads.setdefault(self._number(thread.key), []).append(thread)
        self._grow(len(thread.article_text or "") + _EACH)

    def blocks(self) -> Iterator[Block]:
        """Yield the discussions in the order in which they were first named, some at a time; once."""
        self._numbers.clear()
        if self._file is None:
            yield from self._held()
        else:
            self._write()
            yield from self._read()
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self._last)
            self._last.append(-1)
            self._comments.append(0)
        return number

    def _grow(self, weight: int) -> None:
        self._weight += weight
        if self._weight > self._most:
            self._write()

    def _taken_alone(self) -> list[FoundComments]:
        alone, self._alone = self._alone, []
        return [FoundComments.of(alone)] if alone else []

    def _taken(self) -> tuple[dict[int, list[FoundThread]], FoundComments, np.ndarray[Any, Any]]:
        """Give away what is held: threads by number, and comments in the order of numbers, with these."""
        comments = _joined([*self._columns, *self._taken_alone()])
        of = np.frombuffer(self._of, dtype=f"u{self._of.itemsize}") if self._of else np.empty(0, dtype=int)
        if (of[1:] < of[:-1]).any():
            order = np.argsort(of, kind="stable")
            comments, of = comments.at_places(order.tolist()), of[order]
        threads, self._threads, self._columns, self._of = self._threads, {}, [], array("L")
        self._weight = 0
        return threads, comments, of

    def _held(self) -> Iterator[Block]:
        threads, comments, of = self._taken()
        ends = np.searchsorted(of, np.arange(len(self._last)), side="right").tolist()
        first = start = 0
        for number, end in enumerate(ends, start=1):
            if end - start >= _BLOCK or number == len(ends):
                said = [threads.get(other, []) for other in range(first, number)]
                counts = np.diff(ends[first:number], prepend=start).tolist()
                yield Block(said, comments.between(start, end), counts)
                first, start = number, end

    def _write(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="btl-")  # noqa: SIM115 - closed with the spool
        place = self._file.tell()
        threads, comments, of = self._taken()
        numbers = sorted({*threads, *of.tolist()})
        starts, ends = np.searchsorted(of, numbers), np.searchsorted(of, numbers, side="right")
        for number, start, end in zip(numbers, starts.tolist(), ends.tolist(), strict=True):
            parts = threads.get(number, []), tuple(comments.between(start, end))
            run = pickle.dumps(parts, pickle.HIGHEST_PROTOCOL)
            self._file.write(run)
            self._before.append(self._last[number])
            self._last[number] = len(self._place)
            self._place.append(place)
            self._length.append(len(run))
            place += len(run)

    def _read(self) -> Iterator[Block]:
        said: list[list[FoundThread]] = []
        parts: list[FoundComments] = []
        counts: list[int] = []
        size = 0
        for number in range(len(self._last)):
            threads, comments, length = self._read_one(number)
            said.append(threads)
            parts += comments
            counts.append(sum(len(part.text) for part in comments))
            size += length
            if size >= _LARGEST_BLOCK or sum(counts) >= _BLOCK or number == len(self._last) - 1:
                yield Block(said, _joined(parts), counts)
                said, parts, counts, size = [], [], [], 0

    def _read_one(self, number: int) -> tuple[list[FoundThread], list[FoundComments], int]:
        """Return what was said of a discussion, its comments in parts, and how many bytes those took."""
        threads: list[list[FoundThread]] = []
        comments: list[FoundComments] = []
        size = 0
        run = self._last[number]
        file = self._file
        assert file is not None  # noqa: S101 - it was written to
        while run >= 0:
            file.seek(self._place[run])
            said, columns = pickle.loads(file.read(self._length[run]))  # noqa: S301 - what was written here
            threads.append(said)
            comments.append(FoundComments(*columns))
            size += self._length[run]
            run = self._before[run]
        return list(chain.from_iterable(reversed(threads))), comments[::-1], size


def _joined(parts: Sequence[FoundComments]) -> FoundComments:
    """Return columns one below the other."""
    if len(parts) < 2:
        return parts[0] if parts else FoundComments.of([])
    return FoundComments._make(list(chain.from_iterable(columns)) for columns in zip(*parts, strict=True))
