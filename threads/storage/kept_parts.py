"""Parts of a table that several outputs read, worked out only once."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from os import SEEK_END
from types import TracebackType
from typing import Self

from threads.errors import StoreError
from threads.storage.parts import Part


class KeptParts:
    """Parts that can be gone through again: a temporary file keeps what the first time made of them.

    One part at a time is in memory. The file is gone when the context is left.

    Raises
    ------
    StoreError
        The file cannot be made or written to: the disk is full.
    """

    def __init__(self, parts: Iterable[Part]) -> None:
        self._coming = iter(parts)
        try:
            self._file = tempfile.TemporaryFile(prefix="btl-")  # noqa: SIM115 - closed with the context
        except OSError as error:
            raise _refused(error) from error
        self._places: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Part]:
        """Yield every part in order: what is kept already, then what comes."""
        number = 0
        while number < len(self._places) or self._keep_next():
            self._file.seek(self._places[number])
            yield Part(*pickle.load(self._file))  # noqa: S301 - what was written here
            number += 1

    def _keep_next(self) -> bool:
        """Keep the next part that comes; return whether there was one."""
        part = next(self._coming, None)
        if part is None:
            return False
        # What is written are the rows: the comments would be kept twice.
        without = {name: replace(discussion, comments=()) for name, discussion in part.discussions.items()}
        try:
            self._places.append(self._file.seek(0, SEEK_END))
            pickle.dump((part.frame, without), self._file, pickle.HIGHEST_PROTOCOL)
            self._file.flush()
        except OSError as error:
            raise _refused(error) from error
        return True


def _refused(error: OSError) -> StoreError:
    return StoreError(
        f"rows for more than one output cannot be kept: {error.strerror}",
        source=tempfile.gettempdir(),
        remedy="Make room there, name another folder in TMPDIR, or write one output at a time",
    )
