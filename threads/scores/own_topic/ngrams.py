"""Which n-grams of words and of characters a text holds, as sparse rows."""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from threads.scores.text import without_quotes

if TYPE_CHECKING:
    from scipy.sparse import csr_array

READ: Final = 20_000  # characters of a text that count; what comes after is not looked at
LONGEST: Final = 40  # characters of a word that count
WORDS: Final = range(1, 4)
CHARACTERS: Final = range(2, 6)
MOST: Final = 100_000  # n-grams of a kind that a model keeps: the commonest

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_UNWRITABLE = re.compile("[\x00-\x20\x7f\ud800-\udfff\\s]+")
_TOKEN = re.compile(r"[#@]?\w+(?:['’]\w+)?|[^\w\s]")

Grams = Callable[[str], set[str]]


def normalised(text: str) -> str:
    """Return a text as it is compared: quotations left out, small letters, web addresses as "url".

    Only READ characters are looked at; blanks, control characters and lone surrogates become one blank.
    """
    said = without_quotes(text[:READ]).lower()
    return _UNWRITABLE.sub(" ", _ADDRESS.sub("url", said)).strip()


def word_grams(text: str) -> set[str]:
    """Return the runs of one to three words; hashtags, mentions and each mark count as words."""
    tokens = [token[:LONGEST] for token in _TOKEN.findall(text)]
    return {
        " ".join(tokens[start : start + size]) for size in WORDS for start in range(len(tokens) - size + 1)
    }


def character_grams(text: str) -> set[str]:
    """Return the runs of two to five characters inside words, a blank before and after each word."""
    return {
        padded[start : start + size]
        for padded in {f" {word} " for word in text.split(" ")}
        for size in CHARACTERS
        for start in range(len(padded) - size + 1)
    }


KINDS: Final[tuple[Grams, Grams]] = (word_grams, character_grams)


def vocabulary(texts: Sequence[str], grams: Grams) -> list[str]:
    """Return the MOST commonest n-grams of normalised texts, in alphabetical order."""
    counts = Counter(gram for text in texts for gram in grams(text))
    return sorted(sorted(counts, key=lambda gram: (-counts[gram], gram))[:MOST])


def rows(texts: Iterable[str], grams: Grams, places: Mapping[str, int]) -> csr_array[Any]:
    """Return normalised texts × n-grams: the same value for each that is there, 0 elsewhere.

    The value is one over the fourth root of their number: a long text says more than a short one, but not in
    proportion. Each row is worked out by itself and in the order of the vocabulary: neighbours do not change
    its bits.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import

    found = [_known(grams(text), places) for text in texts]
    counts = np.array([len(row) for row in found], dtype=np.int32)
    # The learner takes indices of 32 bits only.
    indices = np.array([place for row in found for place in row], dtype=np.int32)
    ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    values = np.repeat(np.maximum(counts, 1) ** -0.25, counts)
    return csr_array((values, indices, ends), shape=(len(found), len(places)))


def _known(grams: set[str], places: Mapping[str, int]) -> list[int]:
    """Return the places of the n-grams that have one, in order."""
    ordered = sorted(map(places.get, grams, repeat(-1)))
    return ordered[bisect(ordered, -1) :]


def places_of(names: npt.NDArray[np.str_]) -> dict[str, int]:
    """Return the column of each n-gram of a vocabulary."""
    return dict(zip(names.tolist(), range(len(names)), strict=True))
