"""How a reply relates to the comment it answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from threads.models.calibration import calibrated
from threads.models.trees import TREE_ARRAYS, tree_scores
from threads.records import Column
from threads.scores.classifier import Classifier, StoredClassifier, TrainedScore, Vector, in_blocks, spoken
from threads.scores.reply_features import FEATURES, feature_matrix

SIDES: Final = ("agrees", "disagrees")


class ReplyModel(StoredClassifier):
    """Boosted trees on the features of a comment and of the one that it answers."""

    arrays: ClassVar = (*StoredClassifier.arrays, *TREE_ARRAYS, "temperature", "shift")

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Return probabilities, texts × labels; "" is the context of a comment that answers none."""
        return in_blocks(self._block, texts, contexts, len(self.labels))

    def _block(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        stored = self.model.arrays
        rows = feature_matrix(texts, contexts)[:, self._columns]
        return calibrated(tree_scores(stored, rows), float(stored["temperature"]), stored["shift"])

    @cached_property
    def _columns(self) -> list[int]:
        return self.columns_of("features", FEATURES)


class ReplyRelation(TrainedScore):
    """agrees, disagrees, asks or comments, toward the parent; `unclear` where the model is not sure enough.

    Trained on replies to rumours (RumourEval 2019, Gorrell et al. 2019); English only.
    `ReplyRelation().classifier.sentence` says how often it is right.
    """

    name = "reply_relation"
    help = "How a reply relates to its parent: agrees (tentative), disagrees, asks, comments or unclear."
    context = "parent_text"
    columns: tuple[Column, ...] = (
        Column(
            "reply_relation",
            "text",
            "agrees (tentative, the weakest of the four), disagrees, asks, comments, or unclear where not "
            "sure enough; missing without a parent, and where the comment is blank or not in English (see "
            "sentiment_missing).",
        ),
        Column(
            "reply_relation_probability",
            "number",
            "Probability of the likeliest relation; given for unclear too.",
            "probability",
        ),
        Column(
            "reply_relation_agrees",
            "number",
            "Probability that it agrees, to rank by; tentative.",
            "probability",
        ),
        Column(
            "reply_relation_disagrees",
            "number",
            "Probability that it disagrees, to rank by; seldom high enough for disagrees to be said.",
            "probability",
        ),
        Column("reply_relation_model", "text", "Name and version of the model that judged."),
    )

    def builtin(self) -> Classifier:
        """Return the model of the package; ModelError when it cannot be trusted."""
        return ReplyModel.load("reply_relation")

    def values(self, texts: list[str], contexts: list[str]) -> npt.NDArray[Any]:
        """Return the values of `columns` for texts that can be judged, texts × columns."""
        judge = self.classifier
        found = judge.probabilities(texts, contexts)
        said = spoken(found, judge.labels, judge.thresholds)
        by_label = dict(zip(judge.labels, found.T, strict=True))
        sides = [by_label.get(side, [None] * len(texts)) for side in SIDES]
        columns = [said, found.max(axis=1), *sides, [judge.label] * len(texts)]
        return np.array(columns, dtype=object).transpose()
