"""Comments that nearly repeat each other across partitions: what `threads.dynamics.near_duplicates` finds.

Each partition is compared with itself and with each other one, to find the comments that have a similar one
anywhere; among these few, one process finds the groups. No group is lost: all of its comments are among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.near_duplicates import FEWEST_CHARACTERS, THRESHOLD, compared
from threads.partitions import files
from threads.partitions.files import Partition
from threads.similar_texts import Block, block_of, partners, shingle_counts

COUNT_BITS: Final = 22  # four million counters: 16 MB on their way between workers
_READ: Final = ("thread_id", "comment_id", "author", "author_id", "published_at", "text")

Counts = npt.NDArray[np.uint32]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Folded:
    """What is compared of a partition: different texts, and which of them each row has; -1 for none."""

    texts: list[str]
    number: npt.NDArray[np.intp]


def folded(partition: Partition) -> Folded:
    """Return the texts of a partition as they are compared."""
    texts = np.array(compared(files.read(partition, ["text"])["text"]), dtype=object)
    long_enough = np.array([len(text) >= FEWEST_CHARACTERS for text in texts], dtype=np.bool_)
    number = np.full(len(texts), -1)
    number[long_enough], different = pd.factorize(texts[long_enough])
    return Folded(list(different), number)


def counts_of(some: Folded) -> Counts:
    """Return how often shingles occur."""
    return shingle_counts(some.texts, bits=COUNT_BITS)


def added(*counts: Counts) -> Counts:
    """Return how often shingles occur in several."""
    total: Counts = np.sum(counts, axis=0, dtype=np.uint32)
    return total


def block(some: Folded, counts: Counts) -> Block:
    """Return the texts of a partition ready to be compared with others."""
    return block_of(some.texts, THRESHOLD, counts)


def compared_blocks(one: Block, other: Block | None = None) -> tuple[Marks, Marks, bool]:
    """Return which texts of two blocks have a similar one in the other; without another, in the same."""
    return partners(one, one if other is None else other, THRESHOLD)


def rows_of(partition: Partition, some: Folded, *marks: Marks) -> pd.DataFrame:
    """Return the rows of a partition whose text repeats or is similar to one elsewhere."""
    marked = np.logical_or.reduce(
        [np.bincount(some.number[some.number >= 0], minlength=len(some.texts)) > 1, *marks]
    )
    found = np.zeros(len(some.number), dtype=np.bool_)
    found[some.number >= 0] = marked[some.number[some.number >= 0]]
    return files.read(partition, _READ)[found]
