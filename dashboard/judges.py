"""Who judged the stances that a page shows, and how right that is."""

from __future__ import annotations

import pandas as pd

from dashboard.text import one_line
from threads.scores.stance import Stance


def who_judged(models: pd.Series) -> str:
    """Return how right the judge of the stances is; just its name where it is not that of the package."""
    builtin, labels = Stance().classifier, models.dropna().unique().tolist()
    if labels == [builtin.label]:
        return builtin.sentence
    return f"Judged by {', '.join(one_line(label, 80) for label in labels)}; see `btl models`."
