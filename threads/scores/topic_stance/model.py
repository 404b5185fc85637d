"""The classifiers of stance toward a target on whose topic no label was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from threads.models import Model, installed, load
from threads.models.calibration import log_sigmoid
from threads.scores.classifier import NEVER, StoredClassifier, Vector, in_blocks
from threads.scores.labels import task
from threads.scores.topic_stance.leaning import Leaning
from threads.scores.topic_stance.relevance import Relevance
from threads.scores.topic_stance.tokens import Reading

LABELS: Final = task("topic_stance").labels
NEUTRAL: Final = LABELS.index("neutral")
STANCE: Final = "topic_stance"
RELEVANCE: Final = "topic_relevance"


class RelevanceOnly:
    """Says how much a comment is about the target, and takes no side for it: all it says is unclear.

    It serves where the weights of the leaning, which are under a licence of their own, were taken out.
    """

    labels = LABELS
    weights = np.ones(len(LABELS))
    thresholds = np.full(len(LABELS), NEVER)

    def __init__(self, relevance: Relevance | None = None) -> None:
        self._relevance = relevance or Relevance.load()

    @property
    def label(self) -> str:
        """Name and version."""
        return self._relevance.model.label

    @property
    def sentence(self) -> str:
        """How right it is."""
        return self._relevance.model.card.sentence

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Return probabilities, texts × labels: both sides alike."""
        return in_blocks(self._block, texts, contexts, len(self.labels))

    def _block(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        odds = self._relevance.log_odds([Reading(text) for text in texts], contexts)
        return together(odds, np.zeros(len(odds)))


class TopicStance(StoredClassifier):
    """Neutral as far as a comment is not about its target; else one side or the other, as it leans."""

    arrays = (
        *StoredClassifier.arrays,
        *("relevance_slope", "relevance_shift", "leaning_scale"),
        *("words", "word_slopes", "leaning_slopes", "leaning_intercept"),
    )

    def __init__(self, model: Model, relevance: Relevance | None = None) -> None:
        super().__init__(model)
        self._relevance, self._leaning = relevance or Relevance.load(), Leaning(model)

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Return probabilities, texts × labels; a context is the target."""
        return in_blocks(self._block, texts, contexts, len(self.labels))

    def _block(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        read = [Reading(text) for text in texts]
        relevance = self._relevance.log_odds(read, contexts)
        leaning = self._leaning.log_odds(read, contexts)
        slope, shift, scale = (
            float(self.model.array(name)) for name in ("relevance_slope", "relevance_shift", "leaning_scale")
        )
        return together(relevance * slope + shift, leaning * scale)


def together(relevance: Vector, leaning: Vector) -> Vector:
    """Return probabilities, rows × LABELS, from log odds of being about the target and of being for it."""
    about = np.exp(log_sigmoid(relevance))
    found = np.empty((len(about), len(LABELS)))
    found[:, LABELS.index("supportive")] = about * np.exp(log_sigmoid(leaning))
    found[:, LABELS.index("critical")] = about * np.exp(log_sigmoid(-leaning))
    found[:, NEUTRAL] = np.exp(log_sigmoid(-relevance))
    return found


ByRelevance = RelevanceOnly | TopicStance
"""The classifiers whose probability of neutral says how little a comment is about the target."""


def builtin() -> ByRelevance:
    """Return the classifier of the package: without a leaning where its weights are not installed."""
    return TopicStance(load(STANCE)) if installed(STANCE) else RelevanceOnly()
