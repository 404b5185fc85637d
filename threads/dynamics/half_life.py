"""How fast the interest in a discussion fades.

Wu and Huberman, Novelty and collective attention, PNAS 104:17599, 2007, count it as a half-life. What was
written after a page was saved is not on it, so that the time to half of the comments seen is too short:
with a half-life of 1 it is .42 when a page is saved at 1. The maximum likelihood of an exponential that is
cut off at the end of the window is not (.96).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from threads.dynamics.chains import clusters
from threads.dynamics.columns import Floats, texts_of, times_of
from threads.dynamics.rhythm import MOST_COARSE
from threads.dynamics.sentences import Part, Sentence, in_words
from threads.dynamics.smoothing import SEED
from threads.language import N_, _, counted

FEWEST: Final = 10  # comments that the estimate is made of
FEWEST_CLUSTERS: Final = 5  # people that an interval is drawn from
REPLICATES: Final = 999
STEPS: Final = 60  # of the bisection
FASTEST: Final = 1e9  # the longest window that is told from one without an end, in mean times
LONGEST: Final = pd.Timedelta.max.total_seconds()  # half-life that can be written, 292 years
NO_FADING: Final = N_("Comments do not come more slowly toward the end: no half-life can be told.")
STEP: Final = {"day": pd.Timedelta(days=1), "relative": pd.Timedelta(hours=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfLife:
    """How long it took until half of the comments were there; None where there is no telling.

    `half_within` is of the comments seen, from the article's publication, or from the first comment where
    that is not known. `estimate` takes into account that the window ended; `low` and `high` are its 95%
    interval by bootstrap over people, `high` missing where it has no bound. `reason` says why there is no
    estimate.
    """

    comments: int
    from_article: bool
    half_within: pd.Timedelta | None = None
    estimate: pd.Timedelta | None = None
    low: pd.Timedelta | None = None
    high: pd.Timedelta | None = None
    reason: str = ""

    def sentence(self) -> Sentence:
        """Return both in one sentence."""
        if self.half_within is None:
            return Sentence((Part(self.reason),))
        since = _("the article") if self.from_article else _("the first")
        said = _(
            "Half of {comments} came within {length} of {since}",
            comments=counted(self.comments, "comment", "comments"),
            length=in_words(self.half_within),
            since=since,
        )
        if self.estimate is None:
            return Sentence((Part(f"{said}. {self.reason}"),))
        halves = _(
            "interest halves every {length}{interval}",
            length=in_words(self.estimate),
            interval=self._interval(),
        )
        return Sentence((Part(f"{said}; {halves}."),))

    def _interval(self) -> str:
        if self.low is None:
            return ""
        low = in_words(self.low)
        if self.high is None:
            return " " + _("(95% interval: {low} or more)", low=low)
        return " " + _("(95% interval: {low} to {high})", low=low, high=in_words(self.high))


def half_life(
    frame: pd.DataFrame, *, since: datetime | None = None, until: datetime | None = None
) -> HalfLife:
    """Return the half-life of a discussion.

    An exponential does not remember: given the first comment, the later ones fall off from there at the
    same rate, and given the last, the earlier ones are cut off there. So where `since` or `until` is not
    known, that comment is where the window begins or ends, and is not counted itself.

    Parameters
    ----------
    frame
        Records.
    since
        When the article appeared. Where it is later than the first comment, the first comment counts.
    until
        When the page was saved. Where it is earlier than the last comment, the last comment counts.
    """
    times = times_of(frame)
    there = times.notna().to_numpy()
    known = times[there]
    count = len(known)
    first, last = known.min(), known.max()
    begin = pd.Timestamp(since) if since is not None else None
    end = pd.Timestamp(until) if until is not None else None
    from_article = begin is not None and count > 0 and begin <= first
    if count < 2:
        reason = _(
            "{comments} with a time cannot have a half-life.", comments=counted(count, "comment", "comments")
        )
        return HalfLife(comments=count, from_article=from_article, reason=reason)
    start = begin if begin is not None and from_article else first
    stop = end if end is not None and end >= last else last
    half = (known - start).median()
    people = clusters(frame, "people")[there]
    keep: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.ones(count, dtype=bool)
    keep[[known.argmin()] if start is first else []] = False
    keep[[known.argmax()] if stop is last else []] = False
    ages = np.asarray((known - start).dt.total_seconds(), dtype=np.float64)
    window = (stop - start).total_seconds()
    reason = _reason(ages[keep], window)
    if reason:
        return HalfLife(comments=count, from_article=from_article, half_within=half, reason=reason)
    estimate, low, high = _with_interval(ages[keep], people[keep], window)
    if estimate > LONGEST:
        return HalfLife(comments=count, from_article=from_article, half_within=half, reason=NO_FADING)
    step = _step(frame[there])
    if estimate < 2 * step.total_seconds():
        reason = _(
            "The times are too coarse for a half-life of about {in_words}.",
            in_words=in_words(pd.Timedelta(estimate, "s")),
        )
        return HalfLife(comments=count, from_article=from_article, half_within=half, reason=reason)
    return HalfLife(
        comments=count,
        from_article=from_article,
        half_within=half,
        estimate=pd.Timedelta(estimate, "s"),
        low=_length(low),
        high=_length(high),
    )


def truncated_half_life(means: Floats, window: float) -> Floats:
    """Return the half-life of an exponential seen for `window`, for each mean time; NaN where there is none.

    Maximum likelihood: mean = 1/L - T / (exp(L T) - 1), half-life = ln 2 / L, in the unit of the arguments.
    It is not identified where the mean is half of the window or more: nothing fades within it.
    """
    share = np.asarray(means, dtype=np.float64) / window
    low, high = np.full(share.shape, np.log(1e-6)), np.full(share.shape, np.log(FASTEST))
    for _step in range(STEPS):
        middle = (low + high) / 2
        x = np.exp(middle)
        above = 1 / x - 1 / np.expm1(np.minimum(x, 700)) > share
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    found = np.log(2) * window / np.exp((low + high) / 2)
    return np.where((share < 0.5) & (share > 0), found, np.nan)


def _reason(ages: Floats, window: float) -> str:
    if len(ages) < FEWEST:
        number = counted(len(ages), "comment", "comments")
        return _(
            "{number} within the window are too few for a half-life; it takes {fewest}.",
            number=number,
            fewest=FEWEST,
        )
    if window <= 0:
        return _("All comments have the same time: nothing can be seen to fade.")
    if ages.mean() >= window / 2:
        return NO_FADING
    return ""


def _with_interval(
    ages: Floats, people: np.ndarray[tuple[int], np.dtype[np.intp]], window: float
) -> tuple[float, float | None, float | None]:
    """Return the estimate and the ends of its interval, in seconds; None for an end that is not known."""
    estimate = float(truncated_half_life(np.array([ages.mean()]), window)[0])
    clusters_here = np.unique(people, return_inverse=True)[1]
    sums, counts = np.bincount(clusters_here, weights=ages), np.bincount(clusters_here)
    if len(counts) < FEWEST_CLUSTERS:
        return estimate, None, None
    random = np.random.default_rng(SEED)
    replicates = min(REPLICATES, max(99, 5_000_000 // len(counts)))
    means = np.empty(replicates)
    for place in range(replicates):
        drawn = random.integers(len(counts), size=len(counts))
        means[place] = sums[drawn].sum() / counts[drawn].sum()
    # A replicate in which nothing fades is one with a half-life without bound.
    lives = np.nan_to_num(truncated_half_life(means, window), nan=np.inf)
    low, high = np.sort(lives)[[int(0.025 * replicates), int(0.975 * replicates)]]
    return estimate, _finite(low), _finite(high)


def _finite(value: float) -> float | None:
    return float(value) if value <= LONGEST else None


def _length(seconds: float | None) -> pd.Timedelta | None:
    return None if seconds is None else pd.Timedelta(seconds, "s")


def _step(frame: pd.DataFrame) -> pd.Timedelta:
    """Return how coarse the times are: a day, an hour, or nothing to speak of."""
    precisions = texts_of(frame, "published_at_precision")
    coarse = [step for name, step in STEP.items() if (precisions == name).mean() > MOST_COARSE]
    return max(coarse, default=pd.Timedelta(0))
