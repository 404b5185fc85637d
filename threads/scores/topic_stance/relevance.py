"""How much a comment is about a target: its words are there, or words that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import fsum, log1p, sqrt
from operator import mul
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from threads.models import Model, load
from threads.scores.topic_stance.tokens import Reading, carries_content, stem
from threads.scores.topic_stance.vectors import Whole, WordVectors

Vector = npt.NDArray[np.float64]

MOST_TARGET_WORDS: Final = 32  # of longer targets the first; sums over them stay exact (see vectors)
REMEMBERED: Final = 256  # targets
USUAL_SCALE: Final = 64.0

MEASURES: Final = (
    "taken_up",  # share of the target's words that the comment holds, or words close to them, by rarity
    "repeated",  # the same, of words that are the same but for their ending
    "least",  # how close the word of the target comes that is met least
    "nearest",  # how close the comment's word comes that is closest to the target as a whole
    "nearest_3",  # mean of the three closest
    "nearest_8",
    "together",  # cosine of the whole comment, less what is usual, and the target
    "comment_words",  # logarithm of the number of distinct content words
    "target_words",
)


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What stance is taken toward, read once. `places` has -1 for a word without a vector."""

    stems: list[str | None]
    rarity: list[float] = field(repr=False)
    weight: float
    places: list[int] = field(repr=False)
    vectors: Whole = field(repr=False)
    norms: Vector = field(repr=False)
    whole: Whole = field(repr=False)
    norm: float
    usual: float


class Relevance:
    """Logistic regression on MEASURES."""

    def __init__(self, model: Model, vectors: WordVectors) -> None:
        self.model, self._vectors = model, vectors
        self._usual = model.array("usual").astype(np.float64)
        self._usual_square = float(self._usual @ self._usual)
        self._slopes = model.array("slopes")
        self._intercept = float(model.array("intercept"))
        self.target = lru_cache(maxsize=REMEMBERED)(self._target)

    @classmethod
    def load(cls) -> Relevance:
        """Return the model of the package; ModelError when it cannot be trusted."""
        return _loaded()

    def log_odds(self, texts: Sequence[Reading], targets: Sequence[str]) -> Vector:
        """Return the log odds that each comment is about its target.

        0 where the one or the other has no word that carries content: nothing is known.
        """
        pairs = zip(texts, map(self.target, targets), strict=True)
        found = [self.measures(text, target) for text, target in pairs]
        rows = np.array([row or [0.0] * len(MEASURES) for row in found]).reshape(-1, len(MEASURES))
        odds = np.full(len(rows), self._intercept)
        # Measure by measure: a product of matrices may round a row otherwise when it stands beside others.
        for column, slope in zip(rows.T, self._slopes, strict=True):
            odds += column * slope
        return np.where([row is None for row in found], 0.0, odds)

    def measures(self, text: Reading, target: Target) -> list[float] | None:
        """Return MEASURES of a comment, None where it or the target has no word that carries content."""
        if not text.stems or not target.stems:
            return None
        repeated = [float(one in text.stems) for one in target.stems]
        taken_up, places = list(repeated), self._vectors.places(text.distinct)
        near, together = [0.0] * 3, 0.0
        if places and len(target.vectors):
            vectors, norms = self._vectors.vectors(places), self._vectors.norms.take(places)
            closest = iter(((target.vectors @ vectors.T / norms).max(axis=1) / target.norms).tolist())
            for number, place in enumerate(target.places):
                if place >= 0:
                    taken_up[number] = max(repeated[number], next(closest))
            ranked = np.sort(vectors @ target.whole / norms)[:-9:-1].tolist()
            near = [fsum(ranked[:most]) / len(ranked[:most]) / target.norm for most in (1, 3, 8)]
            together = self._together(vectors, self._vectors.rarity.take(places), target)
        return [
            _weighed(taken_up, target.rarity) / target.weight,
            _weighed(repeated, target.rarity) / target.weight,
            min(taken_up),
            *near,
            together,
            log1p(len(text.stems)),
            log1p(len(target.stems)),
        ]

    def _together(self, vectors: Whole, rarity: Whole, target: Target) -> float:
        """Return the cosine of the target and the mean of `vectors`, by rarity, less the usual one."""
        whole, weight = (rarity @ vectors).astype(np.float64), (float(rarity.sum()) or 1.0) / USUAL_SCALE
        product = float(whole @ target.whole) / weight - target.usual
        square = (
            float(whole @ whole) / weight**2 - 2 * float(whole @ self._usual) / weight + self._usual_square
        )
        return product / target.norm / sqrt(square) if square > 0 else 0.0

    def _target(self, text: str) -> Target:
        words = list(filter(carries_content, Reading(text).distinct))[:MOST_TARGET_WORDS]
        places = [next(iter(self._vectors.places([word])), -1) for word in words]
        known = [place for place in places if place >= 0]
        rarest = float(self._vectors.rarity.max())
        vectors, rarity = self._vectors.vectors(known), self._vectors.rarity[known]
        whole = rarity @ vectors
        rarities = [float(self._vectors.rarity[place]) if place >= 0 else rarest for place in places]
        return Target(
            stems=list(map(stem, words)),
            rarity=rarities,
            weight=fsum(rarities),
            places=places,
            vectors=vectors,
            norms=self._vectors.norms[known],
            whole=whole,
            norm=sqrt(float(np.square(whole, dtype=np.float64).sum())) or 1.0,
            usual=float(self._usual @ whole),
        )


@lru_cache(maxsize=1)
def _loaded() -> Relevance:
    return Relevance(load("topic_relevance"), WordVectors.load())


def usual(vectors: WordVectors, texts: Sequence[Reading]) -> npt.NDArray[np.int32]:
    """Return the mean vector of comments, in parts of USUAL_SCALE."""
    total, count = np.zeros(vectors.size), 0
    for text in texts:
        places = vectors.places(text.distinct)
        if places:
            rarity = vectors.rarity[places]
            total += (rarity @ vectors.vectors(places)) / max(1.0, float(rarity.sum()))
            count += 1
    return np.asarray((total / max(1, count) * USUAL_SCALE).round(), dtype=np.int32)


def _weighed(values: Sequence[float], weights: Sequence[float]) -> float:
    return fsum(map(mul, values, weights))


def arrays(slopes: Vector, intercept: float, middle: npt.NDArray[np.int32]) -> dict[str, npt.NDArray[Any]]:
    """Return the weights as they are stored."""
    return {
        "measures": np.array(MEASURES),
        "slopes": slopes,
        "intercept": np.array(intercept),
        "usual": middle,
    }
