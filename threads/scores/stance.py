"""Which side a comment takes toward the article."""

from __future__ import annotations

from threads.records import Column
from threads.scores.classifier import Classifier, TrainedScore
from threads.scores.pair_model import PairModel


class Stance(TrainedScore):
    """supportive, critical or neutral toward `target`; `unclear` where the model is not sure enough.

    A leaning, from cues of approval, disapproval and question; the model has seen no labels on the topic at
    hand. It keeps silent often, and neutral must be earned like a side: `Stance().card` says how often it
    speaks, how right it is there, and which label it never says. English only.
    """

    name = "stance"
    help = "Which side a comment takes toward the article: supportive, critical, neutral or unclear."
    context = "target"
    columns: tuple[Column, ...] = (
        Column(
            "stance",
            "text",
            "supportive, critical, neutral, or unclear where not sure enough; missing without a target.",
        ),
        Column(
            "stance_probability",
            "number",
            "Probability of the likeliest stance if all were equally common; given for unclear too.",
            "probability",
        ),
        Column("stance_model", "text", "Name and version of the model that judged."),
    )

    def builtin(self) -> Classifier:
        """Return the model of the package; ModelError when it cannot be trusted."""
        return PairModel.load("stance")
