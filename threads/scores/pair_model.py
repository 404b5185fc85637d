"""The classifier that today's models of a comment beside another text share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from threads.errors import ModelError
from threads.models import Card, Model, load
from threads.models.linear import ARRAYS, Vector, probabilities
from threads.models.trees import tree_probabilities
from threads.scores.cues import CUES, FEATURES, cue_matrix, feature_matrix


@dataclass(frozen=True)
class PairModel:
    """A trained model of cues as a Classifier."""

    model: Model

    @classmethod
    def load(cls, name: str) -> PairModel:
        """Return the model called `name`; ModelError when it cannot be trusted."""
        model = load(name)
        for array in ARRAYS:
            model.array(array)
        return cls(model)

    @property
    def label(self) -> str:
        """Name and version."""
        return self.model.label

    @property
    def card(self) -> Card:
        """What is known about the model."""
        return self.model.card

    @property
    def sentence(self) -> str:
        """How right it is."""
        return self.card.sentence

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `probabilities`."""
        return tuple(map(str, self.model.array("labels")))

    @cached_property
    def weights(self) -> Vector:
        """What probabilities are multiplied by for the forced choice."""
        return np.asarray(self.model.array("weights"))

    @cached_property
    def thresholds(self) -> Vector:
        """The probability from which each label is said."""
        return np.asarray(self.model.array("thresholds"))

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Return probabilities, texts × labels."""
        if "tree_feature" in self.model.arrays:
            rows = feature_matrix(texts, contexts)[:, self._places("features", FEATURES)]
            return tree_probabilities(self.model.arrays, rows)
        rows = cue_matrix(texts, contexts)
        cues = rows[:, self._places("cues", CUES)]
        return probabilities(self.model.arrays, cues, rows[:, CUES.index("weight")])

    def _places(self, array: str, known: Sequence[str]) -> list[int]:
        wanted = list(map(str, self.model.array(array)))
        unknown = sorted(set(wanted) - set(known))
        if unknown:
            raise ModelError(
                f"needs a feature that this release does not work out: {unknown[0]}",
                source=self.model.label,
                remedy="Train it again as training/README.md says",
            )
        return [known.index(name) for name in wanted]
