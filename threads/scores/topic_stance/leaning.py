"""Which side a comment takes: words of approval and disapproval, turned round where the target is against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import copysign, fsum, sqrt
from operator import mul
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from threads.models import Model
from threads.scores.reply_reading import NEGATION_FACTOR, VALENCE_SCALE, valences
from threads.scores.topic_stance.tokens import NEGATIONS, Reading

REACH: Final = 3  # words after a negation that are denied
MOST_NEGATIONS: Final = 2  # that count
REMEMBERED: Final = 256  # targets

MEASURES: Final = (
    "target_valence",
    "valence",
    "valence_of_named",  # the comment's valence, turned round where the target's is negative
    "side_pleasant",  # more pleasant words than unpleasant, times the target's side
    "overlap_valence",  # valence by share of the target's words taken up, times the target's side
    "sides_overlap",  # the comment's side by that share, times the target's side
    "denied_overlap",  # that share, where something is denied
    "negations",
    "negations_of_both",
)


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a text with "not_" before the denied ones, and its mood by the VADER lexicon.

    `valence` is -1 to 1, `balance` pleasant less unpleasant words by one more than both.
    """

    words: list[str]
    valence: float
    balance: float


def said(text: Reading) -> Said:
    """Return what a text says; a negation turns the ratings of the next REACH words, as in VADER."""
    ratings, words = valences(), text.words
    marked = _marked(words) if text.negations else words
    rated = [
        ratings[word] if word is mark else ratings[word] * NEGATION_FACTOR
        for word, mark in zip(words, marked, strict=True)
        if word in ratings
    ]
    total, pleasant = sum(rated), sum(rating > 0 for rating in rated)
    return Said(
        words=marked,
        valence=total / sqrt(total * total + VALENCE_SCALE),
        balance=(2 * pleasant - len(rated)) / (1 + len(rated)),
    )


def _marked(words: list[str]) -> list[str]:
    marked = list(words)
    for place, word in enumerate(words):
        if word in NEGATIONS:
            after = slice(place + 1, place + 1 + REACH)
            marked[after] = [f"not_{denied}" for denied in words[after]]
    return marked


@dataclass(frozen=True, slots=True)
class Side:
    """A target read for its side."""

    side: float
    valence: float
    negations: int
    stems: frozenset[str | None]


def side_of(target: str) -> Side:
    """Return what a target says."""
    text = Reading(target)
    return Side(text.side, said(text).valence, min(MOST_NEGATIONS, text.negations), frozenset(text.stems))


def measures(text: Reading, found: Said, target: Side) -> list[float]:
    """Return MEASURES of a comment."""
    overlap = len(target.stems & text.stems.keys()) / max(1, len(target.stems))
    negations = min(MOST_NEGATIONS, text.negations)
    return [
        target.valence,
        found.valence,
        copysign(found.valence, found.valence * target.valence) if target.valence else 0.0,
        target.side * found.balance,
        target.side * overlap * found.valence,
        target.side * overlap * text.side,
        overlap if negations else 0.0,
        float(negations),
        float(target.negations * negations),
    ]


class Leaning:
    """Logistic regression on the words of a comment, turned round with the target's side, and on MEASURES."""

    def __init__(self, model: Model) -> None:
        names = model.array("words").tobytes().decode("ascii").split("\n")
        self._weights = dict(zip(names, model.array("word_slopes").astype(float).tolist(), strict=True))
        self._slopes = model.array("leaning_slopes").tolist()
        self._intercept = float(model.array("leaning_intercept"))
        self._side = lru_cache(maxsize=REMEMBERED)(side_of)

    def log_odds(self, texts: Sequence[Reading], targets: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return the log odds that each comment is for its target; 0 where it has no word."""
        pairs = zip(texts, map(self._side, targets), strict=True)
        found = [self._odds(text, side) if text.words else 0.0 for text, side in pairs]
        return np.array(found, dtype=np.float64)

    def _odds(self, text: Reading, target: Side) -> float:
        found, weights = said(text), self._weights
        known = dict.fromkeys(filter(weights.__contains__, found.words))
        return (
            self._intercept
            + target.side * fsum(map(weights.__getitem__, known)) / sqrt(max(1, len(known)))
            + fsum(map(mul, measures(text, found, target), self._slopes))
        )


def arrays(
    names: Sequence[str], slopes: npt.NDArray[np.float64], intercept: float
) -> dict[str, npt.NDArray[Any]]:
    """Return the weights as they are stored: `slopes` of the marked words, then of MEASURES."""
    return {
        "words": np.frombuffer("\n".join(names).encode("ascii"), dtype=np.uint8),
        "word_slopes": slopes[: len(names)].astype(np.float32),
        "leaning_slopes": slopes[len(names) :],
        "leaning_intercept": np.array(intercept),
    }
