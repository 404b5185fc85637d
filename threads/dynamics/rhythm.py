"""When comments come, and how fast they would come if nothing happened.

A thread ages, and people sleep: a decay and a cycle of a day alone look like bursts and turning points (a
cycle alone gives a burstiness of .35). What is left when both are taken out is counted in expected
comments: by the time-rescaling theorem the gaps then are those of a steady Poisson process, of mean 1,
where nothing else happens (Brown et al., Neural Computation 14:325, 2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.columns import Floats, Missing, texts_of, times_of
from threads.language import _, ngettext, percent

DAY: Final = 86_400.0  # seconds
BINS: Final = 400  # that the rate is fitted on
STEPS: Final = 30  # of Newton's method; it takes about 6
RIDGE: Final = 1.0  # keeps a rate finite where few comments fill the bins
MOST_COARSE: Final = 0.05  # share of times that may be known to the hour or the day only
RESOLUTIONS: Final = (60.0, 1.0)  # seconds


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Comments in the order in which they came.

    `rows` are their places in the frame, `seconds` their times (POSIX), comments of one minute, or second,
    spread evenly over it, `expected` the number of comments that age and time of day lead to expect until
    each, from 0. `tied` is the share of neighbours that the times cannot tell apart.
    """

    rows: npt.NDArray[np.intp]
    seconds: Floats
    expected: Floats
    tied: float


def arrivals(frame: pd.DataFrame, fewest: int) -> Arrivals | Missing:
    """Return when the comments of a discussion came, or why that cannot be told exactly enough.

    It takes `fewest` comments with a time, no more than 5 in 100 known to the hour or the day only, and most
    neighbours apart by what the times resolve.
    """
    times = times_of(frame)
    there = times.notna().to_numpy()
    count = int(there.sum())
    if count < fewest:
        return Missing(
            ngettext(
                "{number} comment with a time is too few; it takes {fewest}.",
                "{number} comments with a time are too few; it takes {fewest}.",
                count,
                fewest=fewest,
            )
        )
    precisions = texts_of(frame, "published_at_precision")[there]
    coarse = float(precisions.isin(["day", "relative"]).mean())
    if coarse > MOST_COARSE:
        return Missing(
            _(
                "The times of {coarse} of the comments are known to the hour or the day only.",
                coarse=percent(coarse),
            )
        )
    rows = np.flatnonzero(there)
    seconds = times[there].astype("int64").to_numpy() / 1e6
    order = np.argsort(seconds, kind="stable")
    rows, seconds = rows[order], seconds[order]
    resolution = next(size for size in RESOLUTIONS if size == 1.0 or not (seconds % size).any())
    tied = float((np.diff(seconds) < resolution).mean())
    if tied > 0.5:
        unit = "minute" if resolution > 1 else "second"
        return Missing(
            _("Most comments came in the same {unit} as the one before: the times are too coarse.", unit=unit)
        )
    seconds = spread(seconds, resolution)
    return Arrivals(rows, seconds, expected_counts(seconds), tied)


def spread(seconds: Floats, resolution: float) -> Floats:
    """Return sorted times, those that fall into one unit of `resolution` spread evenly over it."""
    units, place, counts = np.unique(seconds // resolution, return_inverse=True, return_counts=True)
    nth = np.arange(len(seconds)) - (np.cumsum(counts) - counts)[place]
    return (units[place] + (nth + 0.5) / counts[place]) * resolution


def expected_counts(seconds: Floats, *, bent: bool = True) -> Floats:
    """Return how many comments are expected from the first until each, the last of n having n - 1.

    The rate is log-linear in the age of the thread and its square and, where it spans a day or more, in
    sine and cosine of the time of day and of twice that: nights are emptier than days are full. Poisson
    regression on counts, with a small ridge.

    Parameters
    ----------
    seconds
        Sorted POSIX times, not all equal.
    bent
        Whether age may speed a thread up, and then down, as a square can. If not, age only slows it down,
        and what speeds it up for good is not expected.
    """
    edges = np.linspace(seconds[0], seconds[-1], BINS + 1)
    counts = np.histogram(seconds[1:], edges)[0].astype(np.float64)
    features = _features((edges[1:] + edges[:-1]) / 2, seconds[0], seconds[-1])
    if not bent:
        features = np.delete(features, 2, axis=1)
        if _poisson(features, counts)[1] > 0:
            features = np.delete(features, 1, axis=1)
    rate = np.exp(np.clip(features @ _poisson(features, counts), -30, 30))
    total = np.concatenate([[0.0], np.cumsum(rate)])
    return np.asarray(np.interp(seconds, edges, total / total[-1] * (len(seconds) - 1)))


def _features(at: Floats, first: float, last: float) -> Floats:
    age = 2 * (at - first) / (last - first) - 1
    found = [np.ones_like(at), age, age**2 - 1 / 3]
    if last - first >= DAY:
        angle = 2 * np.pi * at / DAY
        found += [turn(angle * times) for times in (1, 2) for turn in (np.cos, np.sin)]
    return np.stack(found, axis=1)


def _poisson(features: Floats, counts: Floats) -> Floats:
    """Return coefficients of the log rate: Newton's method with halved steps where one goes too far."""
    ridge = np.diag([0.0] + [RIDGE] * (features.shape[1] - 1))
    found: Floats = np.zeros(features.shape[1])
    found[0] = np.log(counts.mean())

    def loss(coefficients: Floats) -> float:
        log_rate = np.clip(features @ coefficients, -30, 30)
        penalty = coefficients @ ridge @ coefficients / 2
        return float(np.exp(log_rate).sum() - counts @ log_rate + penalty)

    for _step in range(STEPS):
        rate = np.exp(np.clip(features @ found, -30, 30))
        gradient = features.T @ (rate - counts) + ridge @ found
        step = np.linalg.solve((features.T * rate) @ features + ridge, gradient)
        size = 1.0
        while loss(found - size * step) > loss(found) and size > 1e-4:
            size /= 2
        found = found - size * step
        if np.abs(size * step).max() < 1e-6:
            break
    return found


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
