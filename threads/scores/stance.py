"""Which side a comment takes toward the article."""

from __future__ import annotations

from threads.records import Column
from threads.scores.pair_model import PairScore


class Stance(PairScore):
    """supportive, critical or neutral toward `target`; `unclear` where the model is not sure enough.

    The model has seen no labels on the topic at hand, and says what it can say without them: it keeps silent
    often, and `Stance().card` says how often and how right it is where it speaks. English only.
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
            "Probability of the likeliest stance, calibrated on replies to rumours; given for unclear too.",
            "probability",
        ),
        Column("stance_model", "text", "Name and version of the model that judged."),
    )
