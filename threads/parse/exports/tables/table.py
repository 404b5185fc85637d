"""What every kind of table gives: names of columns, first rows, and the columns asked for, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from threads.records import Skipped

SAMPLED = 1_000  # rows that are looked at to guess what the columns mean
LARGEST_SAMPLE = 4_000_000  # characters of them
MOST_COLUMNS = 1_000


class Table(Protocol):
    """A table that is being read. Cells are texts; one that is missing is ""."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns; numbers, counted from 1, where the table has none."""
        ...

    @property
    def is_named(self) -> bool:
        """Whether the names stand in the table."""
        ...

    @property
    def sample(self) -> Sequence[Sequence[str]]:
        """The first rows, of all columns."""
        ...

    def rows(self, wanted: Sequence[int]) -> Iterator[tuple[str, Sequence[str]]]:
        """Yield all rows with their places, the first ones too: cells of the columns at `wanted`, in order.

        A place that no column has, one past the last, gives "".
        """
        ...

    def close(self) -> None:
        """Close the file."""
        ...

    @property
    def skipped(self) -> Sequence[Skipped]:
        """Rows that could not be read, once all were asked for."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What was found of the table as a whole, once all rows were asked for."""
        ...
