"""Who judged the stances that a page shows, and how right that is."""

from __future__ import annotations

import pandas as pd

from dashboard.text import one_line
from threads.language import _
from threads.scores.own_topic import OwnTopic
from threads.scores.stance import Stance


def who_judged(models: pd.Series, own: OwnTopic | None = None) -> str:
    """Return how right the judge of the stances is; just a name where it is another than `own`."""
    builtin, labels = Stance().classifier, models.dropna().unique().tolist()
    if own is not None and labels == [own.label]:
        return _(
            "Judged by your own model of the stance toward “{target}”. {sentence}",
            target=one_line(own.target, 120),
            sentence=own.sentence,
        )
    if labels == [builtin.label]:
        return _(builtin.sentence)
    return _("Judged by {list}; see `btl models`.", list=", ".join(one_line(label, 80) for label in labels))
