"""The classifier of stance: logistic regression on the cues of a comment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from threads.models.linear import ARRAYS, probabilities
from threads.scores.classifier import StoredClassifier, Vector
from threads.scores.cues import CUES, cue_matrix


class PairModel(StoredClassifier):
    """A trained model of cues as a Classifier."""

    arrays: ClassVar = ARRAYS

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Return probabilities, texts × labels."""
        rows = cue_matrix(texts, contexts)
        cues = rows[:, self.columns_of("cues", CUES)]
        return probabilities(self.model.arrays, cues, rows[:, CUES.index("weight")])
