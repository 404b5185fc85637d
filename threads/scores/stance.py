"""Which side a comment takes toward the article, or toward a target that the user gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from threads.records import Column
from threads.scores.classifier import Classifier, TrainedScore, spoken
from threads.scores.topic_stance.model import NEUTRAL, ByRelevance, builtin


class Stance(TrainedScore):
    """supportive, critical or neutral toward `target`; `unclear` where the model is not sure enough.

    The model has seen no label on the topic at hand. It says how much a comment is about the target, a
    leaning where it is confident, and otherwise unclear; `Stance().classifier.sentence` says how often it is
    right. English only. Without the weights of the leaning, all is unclear, and relevance is given.
    """

    name = "stance"
    help = "Which side a comment takes toward the article: supportive, critical, neutral or unclear."
    context = "target"
    needs_words = True
    columns: tuple[Column, ...] = (
        Column(
            "stance",
            "text",
            "supportive, critical, neutral (not about the target), or unclear where not sure enough; missing "
            "without a target, where the target or the comment has no word, and where the comment is not in "
            "English (see sentiment_missing). A model of one's own topic judges every comment that is not "
            "blank, in any language.",
        ),
        Column(
            "stance_probability",
            "number",
            "Probability of the likeliest stance; given for unclear too.",
            "probability",
        ),
        Column(
            "stance_relevance",
            "number",
            "Probability that the comment is about the target; missing where another model judged.",
            "probability",
        ),
        Column("stance_model", "text", "Name and version of the model that judged."),
    )

    def builtin(self) -> Classifier:
        """Return the model of the package; ModelError when it cannot be trusted."""
        return builtin()

    def values(self, texts: list[str], contexts: list[str]) -> npt.NDArray[Any]:
        """Return the values of `columns` for texts that can be judged, texts × columns."""
        judge = self.classifier
        found = judge.probabilities(texts, contexts)
        said = spoken(found, judge.labels, judge.thresholds)
        about = 1.0 - found[:, NEUTRAL] if isinstance(judge, ByRelevance) else [None] * len(texts)
        columns = [said, found.max(axis=1), about, [judge.label] * len(texts)]
        return np.array(columns, dtype=object).transpose()
