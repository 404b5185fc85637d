"""What words are about: a vector for each, of small whole numbers.

Sums and products of whole numbers below 2**24 are exact in 32-bit floating point, so that they are the same
in whatever order a machine works them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from threads.models import Model, load
from threads.scores.topic_stance.tokens import SHORTEST, Memory, carries_content

LEVELS: Final = 7  # a number lies between -7 and 7: four bits
_ENDINGS: Final = (
    ("ies", "y"),
    ("s", ""),
    ("es", ""),
    ("ing", ""),
    ("ing", "e"),
    ("ed", ""),
    ("ed", "e"),
    ("er", ""),
    ("ly", ""),
    ("ness", ""),
)

Whole = npt.NDArray[np.float32]


class WordVectors:
    """The words of a model with their vectors (words × size), norms and rarity (whole numbers)."""

    def __init__(self, model: Model) -> None:
        self.label = model.label
        words = model.array("words").tobytes().decode("ascii").split("\n")
        self._places = {word: place for place, word in enumerate(words)}
        self._vectors = unpacked(model.array("vectors"))
        self.norms = np.sqrt(np.square(self._vectors, dtype=np.float64).sum(axis=1))
        self.rarity = model.array("rarity").astype(np.float32)
        self._place = Memory(self._found)

    @classmethod
    def load(cls) -> WordVectors:
        """Return the vectors of the package; ModelError when they cannot be trusted."""
        return _loaded()

    @property
    def size(self) -> int:
        """How many numbers a vector has."""
        return int(self._vectors.shape[1])

    def vectors(self, places: Sequence[int]) -> Whole:
        """Return the vectors at `places`, a row each."""
        return self._vectors.take(places, axis=0).astype(np.float32)

    def places(self, words: Iterable[str]) -> list[int]:
        """Return the distinct rows of the words that are known, in order; an inflected one as its base.

        Words that carry no content are not known.
        """
        found = dict.fromkeys(map(self._place.__getitem__, words))
        found.pop(-1, None)
        return list(found)

    def _found(self, word: str) -> int:
        if word in self._places or not carries_content(word):
            return self._places.get(word, -1)
        bases = (word[: -len(ending)] + instead for ending, instead in _ENDINGS if word.endswith(ending))
        known = (self._places[base] for base in bases if len(base) >= SHORTEST and base in self._places)
        return next(known, -1)


@lru_cache(maxsize=1)
def _loaded() -> WordVectors:
    return WordVectors(load("word_vectors"))


def packed(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Return vectors in four bits a number, each scaled by its greatest number; rows × half the size."""
    scaled = vectors / np.maximum(np.abs(vectors).max(axis=1, keepdims=True), np.finfo(float).tiny)
    levels = (scaled * LEVELS).round().astype(np.int16) + LEVELS
    return np.asarray((levels[:, ::2] * 16 + levels[:, 1::2]).astype(np.uint8))


def unpacked(halves: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """Return the whole numbers that `packed` has kept, rows × size."""
    levels = np.stack([halves >> 4, halves & 15], axis=2).reshape(len(halves), -1)
    return np.asarray(levels.astype(np.int8) - np.int8(LEVELS))
