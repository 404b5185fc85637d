"""Which comments of a discussion to look at first when some are to be featured. Frame in, frame out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

LIMITS: Final[Mapping[str, float]] = {"offensive": 0.5, "spam": 0.5}
"""Scores that keep a comment out from these values on, where the frame has them."""


def worth_featuring(frame: pd.DataFrame, most: int = 5) -> pd.DataFrame:
    """Return up to `most` rows with the highest `featuring`, the best first.

    Left out are comments without any cue, those with a score at one of LIMITS, those that the platform does
    not show and those that moderators rejected; a score that is missing keeps nobody out.

    Parameters
    ----------
    frame
        Comments with the score `featuring`, under whichever weights (`threads.scores.featuring.reweighted`),
        and `status`, `state`, `spam` and `offensive` as far as there are any.
    """
    keep = frame["featuring"].notna()
    for score, limit in LIMITS.items():
        if score in frame:
            keep &= ~(frame[score] >= limit)
    if "status" in frame:
        keep &= frame["status"] == "visible"
    if "state" in frame:
        keep &= frame["state"] != "rejected"
    best = frame["featuring"][keep].sort_values(ascending=False, kind="stable").head(most)
    return frame.loc[best.index]
