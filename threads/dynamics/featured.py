"""Which comments of a discussion to look at first when some are to be featured. Frame in, frame out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from threads.scores.featuring import CUES, column_of, weighted_mean

LIMITS: Final[Mapping[str, float]] = {"offensive": 0.5, "spam": 0.5}
"""Scores that keep a comment out from these values on, where the frame has them."""


def worth_featuring(frame: pd.DataFrame, weights: Mapping[str, float], most: int = 5) -> pd.DataFrame:
    """Return up to `most` rows with the highest mean of cues under `weights`, the best first.

    `featuring` of these rows is that mean. Left out are comments without any cue, those with a score at one
    of LIMITS, those that the platform does not show and those that moderators rejected; a score that is
    missing keeps nobody out.

    Parameters
    ----------
    frame
        Comments with the columns of the score `featuring`, and `status`, `state`, `spam` and `offensive` as
        far as there are any.
    weights
        The weight of each of CUES, as `threads.scores.featuring.weights` gives it.
    """
    if any(column_of(cue) not in frame for cue in CUES):
        return frame.iloc[:0]
    rows = frame.assign(featuring=weighted_mean(frame, weights)).dropna(subset=["featuring"])
    for score, limit in LIMITS.items():
        if score in rows:
            rows = rows[~(rows[score] >= limit)]
    if "status" in rows:
        rows = rows[rows["status"] == "visible"]
    if "state" in rows:
        rows = rows[rows["state"] != "rejected"]
    return rows.sort_values("featuring", ascending=False, kind="stable").head(most)
