"""How a reply relates to the comment it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from threads.models.calibration import calibrated
from threads.models.trees import TREE_ARRAYS, tree_scores
from threads.records import Column
from threads.scores.classifier import Classifier, StoredClassifier, TrainedScore, Vector
from threads.scores.reply_features import FEATURES, feature_matrix


class ReplyModel(StoredClassifier):
    """Boosted trees on the features of a comment and of the one that it answers."""

    arrays: ClassVar = (*StoredClassifier.arrays, *TREE_ARRAYS, "temperature", "shift")

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Return probabilities, texts × labels; "" is the context of a comment that answers none."""
        stored = self.model.arrays
        rows = feature_matrix(texts, contexts)[:, self.columns_of("features", FEATURES)]
        return calibrated(tree_scores(stored, rows), float(stored["temperature"]), stored["shift"])


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
            "sure enough; missing without a parent.",
        ),
        Column(
            "reply_relation_probability",
            "number",
            "Probability of the likeliest relation; given for unclear too.",
            "probability",
        ),
        Column("reply_relation_model", "text", "Name and version of the model that judged."),
    )

    def builtin(self) -> Classifier:
        """Return the model of the package; ModelError when it cannot be trusted."""
        return ReplyModel.load("reply_relation")
