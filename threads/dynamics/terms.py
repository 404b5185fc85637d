"""Words of many comments as counts, in any language: Unicode words, folded in case, quoted lines left out.

No list of stop words: a word that very many comments hold says little about any of them, in every language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import regex

from threads.scores.text import MOST_CHARACTERS, without_quotes, words

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Two letters, or one ideograph: "a" and "1" say nothing, and an address is no word of a language.
_TERM = regex.compile(r"(?!https?:|www\.)(?:\p{Han}|(?=.*\p{L}).{2,})", regex.DOTALL)


@dataclass(frozen=True, slots=True)
class Terms:
    """How often each text (row) holds each word (column); the words are folded in case."""

    counts: csr_array
    words: npt.NDArray[np.object_]

    def only(self, columns: npt.NDArray[np.bool_]) -> Terms:
        """Return some of the words."""
        return Terms(self.counts[:, np.flatnonzero(columns)], self.words[columns])

    @property
    def texts_with(self) -> npt.NDArray[np.intp]:
        """In how many texts each word stands."""
        return np.bincount(self.counts.indices, minlength=len(self.words))


def terms_of(texts: Iterable[object]) -> Terms:
    """Return the words of texts; what is no text has none."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import

    numbers: defaultdict[str, int] = defaultdict(lambda: len(numbers))
    columns: list[int] = []
    ends = [0]
    for text in texts:
        if isinstance(text, str):
            said = without_quotes(text[:MOST_CHARACTERS]).casefold().replace("’", "'")
            columns += [numbers[word] for word in words(said)]
        ends.append(len(columns))
    shape = (len(ends) - 1, len(numbers))
    counts = csr_array(
        (np.ones(len(columns)), np.array(columns, dtype=np.int32), np.array(ends)), shape=shape
    )
    counts.sum_duplicates()
    found = Terms(counts, np.array(list(numbers), dtype=object))
    return found.only(np.array([_TERM.match(word) is not None for word in numbers], dtype=np.bool_))


def spread_out(rows: npt.NDArray[np.intp], most: int) -> npt.NDArray[np.intp]:
    """Return at most so many of the rows, spread evenly over them and in their order."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).round().astype(np.intp)]
