"""The figures at the head of a page. What cannot be told is None."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from threads.dynamics.columns import numbers_of, texts_of, times_of
from threads.dynamics.people import effective_people, person_of_each
from threads.dynamics.smoothing import interval_of_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigures:
    """The figures at the head of a page; None where there is no telling.

    `stances` is the number of comments with a known stance: where it is 0, nothing follows from the 0 of
    `supportive` and `critical`.
    """

    comments: int
    people: int
    unnamed_comments: int
    untimed_comments: int
    first_at: pd.Timestamp | None
    last_at: pd.Timestamp | None
    half_within: pd.Timedelta | None
    effective_people: float
    mean_sentiment: float | None
    sentiment_low: float | None
    sentiment_high: float | None
    replies_given: int
    replies_inferred: int
    stances: int
    supportive: int
    critical: int


def key_figures(frame: pd.DataFrame, *, since: datetime | None = None) -> KeyFigures:
    """Return the key figures of a discussion.

    Half of the comments came within `half_within` of `since`, the article's publication, or of the first
    comment where that is not given. `sentiment_low` and `sentiment_high` are a 95% bootstrap interval over
    people, None under 5 scored comments or with only one person. `effective_people` is as if how many people
    had written equally many comments (Hill number of order 1), comments without a name left out.
    """
    groups, times = person_of_each(frame), times_of(frame).dropna()
    values = numbers_of(frame, "sentiment")
    low, high = interval_of_mean(values, groups) or (None, None)
    start = pd.Timestamp(since) if since is not None else times.min()
    sources, stances = texts_of(frame, "parent_source"), texts_of(frame, "stance")
    return KeyFigures(
        comments=len(frame),
        people=int(groups.max(initial=-1)) + 1,
        unnamed_comments=int((groups < 0).sum()),
        untimed_comments=len(frame) - len(times),
        first_at=times.min() if len(times) else None,
        last_at=times.max() if len(times) else None,
        half_within=(times - start).median() if len(times) > 1 else None,
        effective_people=effective_people(frame),
        mean_sentiment=float(np.nanmean(values)) if np.isfinite(values).any() else None,
        sentiment_low=low,
        sentiment_high=high,
        replies_given=int((sources == "given").sum()),
        replies_inferred=int((sources == "inferred").sum()),
        stances=int(stances.notna().sum()),
        supportive=int((stances == "supportive").sum()),
        critical=int((stances == "critical").sum()),
    )
