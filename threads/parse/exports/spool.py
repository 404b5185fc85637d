"""What was found, by discussion, of any number: in memory while it is little, then in a temporary file."""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Iterator
from typing import IO

from threads.parse.exports.found import FoundComment, FoundThread

IN_MEMORY = 24_000_000  # bytes, about; then what is held goes to the file
_EACH = 700  # bytes that a comment takes beside its text

Item = FoundThread | FoundComment


class Spool:
    """Takes items in any order, and gives them back by discussion, each discussion in the order of its items.

    The file has no name and is gone with the process. What stays in memory is the name of each discussion,
    and where its items were written: some 200 bytes each.
    """

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._most = in_memory
        self._numbers: dict[str, int] = {}
        self._held: dict[int, list[Item]] = {}
        self._weight = 0
        self._file: IO[bytes] | None = None
        # Of each discussion the last run of its items, of each run the one before and where it stands.
        self._last = array("q")
        self._comments = array("L")
        self._before = array("q")
        self._place = array("Q")
        self._length = array("Q")

    def add(self, item: Item) -> int:
        """Take one more item; return how many comments its discussion has now."""
        if isinstance(item, FoundComment):
            key, weight = item.thread, len(item.text)
        else:
            key, weight = item.key, len(item.article_text or "")
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._last)
            self._last.append(-1)
            self._comments.append(0)
        held = self._held.get(number)
        if held is None:
            self._held[number] = [item]
        else:
            held.append(item)
        self._weight += weight + _EACH
        if self._weight > self._most:
            self._write()
        self._comments[number] += isinstance(item, FoundComment)
        return self._comments[number]

    def discussions(self) -> Iterator[list[Item]]:
        """Yield the items of each discussion, in the order in which discussions were first named; once."""
        if self._file is not None:
            self._write()
        self._numbers.clear()
        for number in range(len(self._last)):
            if self._file is None:
                yield self._held.pop(number)
            else:
                yield self._read(number)
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def _write(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="btl-")  # noqa: SIM115 - closed with the spool
        place = self._file.tell()
        for number in sorted(self._held):
            run = pickle.dumps(self._held[number], pickle.HIGHEST_PROTOCOL)
            self._file.write(run)
            self._before.append(self._last[number])
            self._last[number] = len(self._place)
            self._place.append(place)
            self._length.append(len(run))
            place += len(run)
        self._held.clear()
        self._weight = 0

    def _read(self, number: int) -> list[Item]:
        runs: list[list[Item]] = []
        run = self._last[number]
        file = self._file
        assert file is not None  # noqa: S101 - it was written to
        while run >= 0:
            file.seek(self._place[run])
            runs.append(pickle.loads(file.read(self._length[run])))  # noqa: S301 - what was written here
            run = self._before[run]
        return [item for items in reversed(runs) for item in items]
