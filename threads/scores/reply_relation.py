"""How a reply relates to the comment it answers."""

from __future__ import annotations

from threads.records import Column
from threads.scores.classifier import Classifier, TrainedScore
from threads.scores.pair_model import PairModel


class ReplyRelation(TrainedScore):
    """agrees, disagrees, asks or comments, toward the parent; `unclear` where the model is not sure enough.

    Trained on replies to rumours (RumourEval 2019, Gorrell et al. 2019), from cues of agreement, disagreement
    and question; English only. `ReplyRelation().card` says how often it is right, and what it never says.
    """

    name = "reply_relation"
    help = "How a reply relates to the comment it answers: agrees, disagrees, asks, comments or unclear."
    context = "parent_text"
    columns: tuple[Column, ...] = (
        Column(
            "reply_relation",
            "text",
            "agrees, disagrees, asks, comments, or unclear where not sure enough; missing without a parent.",
        ),
        Column(
            "reply_relation_probability",
            "number",
            "Probability of the likeliest relation if all were equally common; given for unclear too.",
            "probability",
        ),
        Column("reply_relation_model", "text", "Name and version of the model that judged."),
    )

    def builtin(self) -> Classifier:
        """Return the model of the package; ModelError when it cannot be trusted."""
        return PairModel.load("reply_relation")
