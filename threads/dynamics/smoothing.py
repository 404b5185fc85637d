"""Means and lines with their uncertainty, where what varies is which people took part.

The comments of one person resemble each other, so a bootstrap draws people, not comments.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FEWEST_FOR_INTERVAL = 5  # comments
REPLICATES = 1_000  # fewer of very many people: their mean hardly varies
DRAWS = 5_000_000
LINE_REPLICATES = 200
LINE_CELLS = 1_000  # distinct places that a line is fitted to; closer ones are put together
LINE_FRACTION = 0.6
SEED = 20_240_517

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]


def lowess(x: Floats, y: Floats, fraction: float = LINE_FRACTION, at: Floats | None = None) -> Floats:
    """Return locally weighted linear fits (tricube weights) at `at`, or at each x.

    W. S. Cleveland, Robust Locally Weighted Regression, JASA 74, 1979, without the robust steps. Each fit
    sees the nearest `fraction` of the points.
    """
    at = x if at is None else at
    distance = (x[None, :] - at[:, None]) / _bandwidths(x, at, fraction)[:, None]
    return _local_lines(distance, np.ones((len(x), 1)), y[:, None])[:, 0]


def clusters_of(groups: Integers) -> Integers:
    """Return persons numbered from 0; each -1 in `groups` (no name) is a person of its own."""
    own = np.arange(len(groups)) + groups.max(initial=-1) + 1
    return np.unique(np.where(groups < 0, own, groups), return_inverse=True)[1]


def interval_of_mean(values: Floats, groups: Integers) -> tuple[float, float] | None:
    """Return the 95% bootstrap interval of the mean of the finite `values`, drawing `groups` (-1: no name).

    None under 5 values or with a single person: the interval would mean nothing.
    """
    scored = np.isfinite(values)
    if scored.sum() < FEWEST_FOR_INTERVAL:
        return None
    clusters = clusters_of(groups[scored])
    if clusters.max() == 0:
        return None
    sums, counts = np.bincount(clusters, weights=values[scored]), np.bincount(clusters)
    totals = _drawn_totals(np.stack([sums, counts]))
    low, high = np.percentile(totals[0] / totals[1], [2.5, 97.5])
    return float(low), float(high)


def change_of_mean(values: Floats, groups: Integers, part: int) -> float | None:
    """Return last minus first mean, of `part` values at either end; None where chance may have made it.

    Two kinds of chance: who took part (99% bootstrap interval over persons, -1 in `groups` being no name),
    and that neighbouring comments resemble each other (95% of arrangements of blocks of neighbours). Of
    simulated threads of 30 to 200 comments without change up to 6% pass, neighbours correlated or not.
    """
    change = float(values[-part:].mean() - values[:part].mean())
    if _may_be_people(values, groups, part) or abs(change) <= _change_of_blocks(values, part):
        return None
    return change


def _may_be_people(values: Floats, groups: Integers, part: int) -> bool:
    clusters = clusters_of(groups)
    people = int(clusters.max()) + 1
    ends = [(clusters[:part], values[:part]), (clusters[-part:], values[-part:])]
    sums = [np.bincount(c, weights=v, minlength=people) for c, v in ends]
    counts = [np.bincount(c, minlength=people) for c, _ in ends]
    first, last, first_count, last_count = _drawn_totals(np.stack([*sums, *counts]))
    both = (first_count > 0) & (last_count > 0)  # of some draws nobody is at one of the ends
    if both.mean() < 0.99:
        return True
    changes = last[both] / last_count[both] - first[both] / first_count[both]
    low, high = np.percentile(changes, [0.5, 99.5])
    return bool(low <= 0 <= high)


def _drawn_totals(rows: Floats) -> Floats:
    """Return the totals of `rows` (k × people) over people drawn with replacement, k × replicates."""
    people = rows.shape[1]
    random = np.random.default_rng(SEED)
    totals = np.empty((len(rows), _replicates(people)))
    at_once = max(1, DRAWS // (20 * people))
    for start in range(0, totals.shape[1], at_once):
        size = min(at_once, totals.shape[1] - start), people
        totals[:, start : start + size[0]] = rows[:, random.integers(people, size=size)].sum(axis=2)
    return totals


def _change_of_blocks(values: Floats, part: int) -> float:
    """Return the change that 95% of random arrangements of blocks stay below."""
    size = min(part, round(2 * len(values) ** (1 / 3)))
    sums = np.cumsum(np.concatenate([[0.0], values, values[: size - 1]]))
    means = (sums[size:] - sums[:-size]) / size
    drawn = np.random.default_rng(SEED).integers(len(means), size=(REPLICATES, 2, max(1, part // size)))
    ends = means[drawn].mean(axis=2)
    return float(np.percentile(np.abs(ends[:, 1] - ends[:, 0]), 95))


def line_with_band(x: Floats, y: Floats, clusters: Integers, at: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the LOWESS line at `at`, and the ends of its 95% band by bootstrap over `clusters`.

    `x` starts at 0; values are kept within the range of `y`. A band is NaN where most replicates have nobody
    near.
    """
    # Rows at nearly the same time are put together, so that the cost of a replicate is that of a count.
    cells = np.minimum((x / x.max() * LINE_CELLS).astype(np.intp), LINE_CELLS - 1)
    _, cells = np.unique(cells, return_inverse=True)
    size = int(cells.max()) + 1
    centres = np.bincount(cells, weights=x) / np.bincount(cells)
    distance = (centres[None, :] - at[:, None]) / _bandwidths(x, at, LINE_FRACTION)[:, None]
    random = np.random.default_rng(SEED)
    people = int(clusters.max()) + 1
    weights = np.ones((LINE_REPLICATES + 1, people))
    for replicate in range(1, LINE_REPLICATES + 1):
        weights[replicate] = np.bincount(random.integers(people, size=people), minlength=people)
    counts: Floats = np.empty((size, len(weights)))
    sums: Floats = np.empty((size, len(weights)))
    for replicate, weight in enumerate(weights):
        counts[:, replicate] = np.bincount(cells, weights=weight[clusters], minlength=size)
        sums[:, replicate] = np.bincount(cells, weights=weight[clusters] * y, minlength=size)
    lines = np.clip(_local_lines(distance, counts, sums), y.min(), y.max())
    low, high = _band(lines[:, 1:])
    return lines[:, 0], low, high


def _replicates(people: int) -> int:
    return min(REPLICATES, max(LINE_REPLICATES, DRAWS // people))


def _band(lines: Floats) -> tuple[Floats, Floats]:
    """Return the 95% band of each row; missing where most replicates have no line."""
    low, high = np.full((2, len(lines)), np.nan)
    there = np.isfinite(lines).mean(axis=1) > 0.5
    low[there], high[there] = np.nanpercentile(lines[there], [2.5, 97.5], axis=1)
    return low, high


def _bandwidths(x: Floats, at: Floats, fraction: float) -> Floats:
    """Return the distance from each of `at` to the farthest of its nearest points."""
    nearest = min(len(x), max(2, int(fraction * len(x) + 1e-10)))
    widths: Floats = np.empty(len(at))
    for place, centre in enumerate(at):
        widths[place] = np.partition(np.abs(x - centre), nearest - 1)[nearest - 1]
    # Where so many points share one time that the width is nothing, all of them and no others count.
    return np.maximum(widths, np.finfo(np.float64).tiny ** 0.25 + 1e-9 * np.ptp(x))


def _local_lines(distance: Floats, counts: Floats, sums: Floats) -> Floats:
    """Return weighted linear fits at distance 0, one row a place and one column a replicate.

    `distance` (places x points) is in bandwidths; `counts` and `sums` (points x replicates) are the number of
    values at each point and their sum.
    """
    kernel = np.clip(1 - np.abs(np.clip(distance, -1, 1)) ** 3, 0, 1) ** 3
    first, second = kernel * distance, kernel * distance**2
    s0, s1, s2 = kernel @ counts, first @ counts, second @ counts
    t0, t1 = kernel @ sums, first @ sums
    spread = s0 * s2 - s1**2
    level = np.divide(t0, s0, out=np.full_like(t0, np.nan), where=s0 > 0)
    # Where all points are at one place there is no slope: the mean stays.
    return np.asarray(np.divide(s2 * t0 - s1 * t1, spread, out=level, where=spread > 1e-9 * s0**2))
