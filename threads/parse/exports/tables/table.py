"""What every kind of table gives: names of columns, first rows, and the columns asked for, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

from threads.records import Skipped

BLOCK = 2_000  # rows that are read together

SAMPLED = 1_000  # rows that are looked at to guess what the columns mean
LARGEST_SAMPLE = 4_000_000  # characters of them
MOST_COLUMNS = 1_000


Block = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Rows that follow each other: their places in words, and as many cells in each column."""


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

    def blocks(self, wanted: Sequence[int]) -> Iterator[Block]:
        """Yield all rows, the first ones too, some at a time: the columns at `wanted`, in that order."""
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


def in_blocks(rows: Iterator[tuple[str, Sequence[str]]]) -> Iterator[Block]:
    """Yield rows, each a place and cells, some at a time."""
    while some := list(islice(rows, BLOCK)):
        places, cells = zip(*some, strict=True)
        yield places, list(zip(*cells, strict=True))
