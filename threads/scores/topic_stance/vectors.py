"""What words are about: a vector for each, of small whole numbers.

Sums and products of whole numbers below 2**24 are exact in 32-bit floating point, so that they are the same
in whatever order a machine works them out.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from threads.models import Model, load
from threads.scores.topic_stance.tokens import REMEMBERED, SHORTEST

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
        self.vectors = unpacked(model.array("vectors"))
        self.norms = np.sqrt(np.square(self.vectors).sum(axis=1)).astype(np.float64)
        self.rarity = model.array("rarity").astype(np.float32)
        self._place = lru_cache(maxsize=REMEMBERED)(self._found)

    @classmethod
    def load(cls) -> WordVectors:
        """Return the vectors of the package; ModelError when they cannot be trusted."""
        return _loaded()

    def places(self, words: Iterable[str]) -> list[int]:
        """Return the distinct rows of the words that are known, in order; an inflected one as its base."""
        found = dict.fromkeys(map(self._place, words))
        found.pop(-1, None)
        return list(found)

    def _found(self, word: str) -> int:
        if word in self._places:
            return self._places[word]
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


def unpacked(halves: npt.NDArray[np.uint8]) -> Whole:
    """Return the whole numbers that `packed` has kept, rows × size."""
    levels = np.stack([halves >> 4, halves & 15], axis=2).reshape(len(halves), -1)
    return np.asarray(levels.astype(np.float32) - LEVELS)
