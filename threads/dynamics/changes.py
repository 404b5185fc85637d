"""Where the mean of a series shifts, and how often chance alone looks like it.

The scan takes the place at which the means before and after differ most (max-CUSUM, the likelihood ratio
for one shift of a mean; James, James and Siegmund, Biometrika 74:71, 1987). Neighbouring comments resemble
each other, and shuffling them one by one calls half of all such series changed; so p is of series put
together from blocks of neighbours (Politis and Romano's circular block bootstrap, 1992). Several series,
and the parts left and right of a change, are many tests: those of one step of the recursion are a family,
adjusted together (Benjamini and Hochberg 1995), and a part is looked at only where the whole was found to
change (Yekutieli, JASA 103:309, 2008).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from threads.dynamics.columns import Floats
from threads.dynamics.smoothing import SEED
from threads.dynamics.steps import Steps, Told, unwatched

ALPHA: Final = 0.05
FEWEST: Final = 20  # values that are looked at for a change
LEAST: Final = 5  # values on either side
BATCHES: Final = (99, 400, 500)  # replicates; more are drawn only where the ones before leave it open
ENOUGH: Final = 20  # replicates beyond the statistic from which p is surely not small
CELLS: Final = 1_000  # means that a longer series is looked at in

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Series:
    """Values in order; `may_split[k]` is whether a change may lie before value k."""

    values: Floats
    may_split: Mask


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of the mean of `name` before value `place`, with its adjusted p."""

    name: str
    place: int
    p: float


def shifts(series: Mapping[str, Series], *, alpha: float = ALPHA, told: Told = unwatched) -> list[Shift]:
    """Return the changes of several series of one discussion, by place, false ones being at most `alpha`.

    `told` hears how many of the stretches that are looked at so far are done, and may stop it (`Stopped`).
    """
    random = np.random.default_rng(SEED)
    found: list[Shift] = []
    parts = [(name, 0, len(one.values), 0.0) for name, one in series.items()]
    steps = Steps(told, 0)
    while parts:
        parts = [part for part in parts if part[2] - part[1] >= FEWEST]
        tests, more = [], len(parts)
        for name, start, end, _ in parts:
            one = series[name]
            tests.append(shift_of(one.values[start:end], one.may_split[start:end], random))
            steps.step(more)
            more = 0
        adjusted = benjamini_hochberg(np.array([p for _, p in tests]))
        below = []
        for (name, start, end, above), (place, _), own in zip(parts, tests, adjusted.tolist(), strict=True):
            if place is None or own > alpha:
                continue
            p = max(own, above)
            found.append(Shift(name, start + place, p))
            below += [(name, start, start + place, p), (name, start + place, end, p)]
        parts = below
    return sorted(found, key=lambda shift: (shift.place, shift.name))


def shift_of(values: Floats, may_split: Mask, random: np.random.Generator) -> tuple[int | None, float]:
    """Return the place of the strongest change and its p; no place and 1 where the values are all alike."""
    width = -(-len(values) // CELLS)
    cells, allowed = _in_cells(values, may_split, width)
    place, statistic = max_cusum(cells, allowed)
    if place is None:
        return None, 1.0
    p = _chance(cells, allowed, statistic, random)
    if width == 1:
        return place, p
    # Of a long series the cell says about where; the value that it begins with is looked for around.
    near = np.zeros(len(values), dtype=bool)
    near[max(1, (place - 1) * width) : (place + 1) * width] = True
    exact, _ = max_cusum(values, may_split & near)
    return (place * width if exact is None else exact), p


def max_cusum(values: Floats, may_split: Mask | None = None, least: int = LEAST) -> tuple[int | None, float]:
    """Return where a series changes most, and by how much: max over k of n / (k (n - k)) S_k^2 / variance.

    S_k is the sum of the first k deviations from the mean; `least` values are on either side. No place and
    0 where all values are alike or no split is allowed.
    """
    allowed = _allowed(len(values), may_split, least)
    if not len(allowed):
        return None, 0.0
    found = _statistics(values[None], allowed)[0]
    if found.max() <= 0:
        return None, 0.0
    best = int(found.argmax())
    return int(allowed[best]), float(found[best])


def benjamini_hochberg(p: Floats) -> Floats:
    """Return p adjusted for the number of tests: the false discovery rate at which each would be told."""
    if not len(p):
        return p
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    found: Floats = np.empty(len(p))
    found[order] = np.minimum(1, np.minimum.accumulate(p[order] * len(p) / ranks))
    return found


def block_length(count: int) -> int:
    """Return how many neighbours stay together: about 2 n^(1/3)."""
    return max(1, round(2 * math.pow(count, 1 / 3)))


def _chance(cells: Floats, may_split: Mask, statistic: float, random: np.random.Generator) -> float:
    """Return p; drawing ends early where it is surely not small (Besag and Clifford 1991)."""
    allowed, block = _allowed(len(cells), may_split, LEAST), block_length(len(cells))
    drawn = beyond = 0
    for batch in BATCHES:
        starts = random.integers(len(cells), size=(batch, -(-len(cells) // block)))
        places = ((starts[:, :, None] + np.arange(block)) % len(cells)).reshape(batch, -1)[:, : len(cells)]
        beyond += int((_statistics(cells[places], allowed).max(axis=1) >= statistic).sum())
        drawn += batch
        if beyond >= ENOUGH:
            break
    return (1 + beyond) / (1 + drawn)


def _statistics(values: Floats, allowed: npt.NDArray[np.intp]) -> Floats:
    """Return the statistic of each series (rows) at each allowed place (columns); 0 without variance."""
    count = values.shape[1]
    centred = values - values.mean(axis=1, keepdims=True)
    sums = np.cumsum(centred, axis=1)[:, allowed - 1]
    variance = (centred**2).mean(axis=1, keepdims=True)
    scale = count / (allowed * (count - allowed))
    found: Floats = np.zeros(sums.shape)
    np.divide(scale * sums**2, variance, out=found, where=variance > 1e-18)
    return found


def _allowed(count: int, may_split: Mask | None, least: int) -> npt.NDArray[np.intp]:
    places = np.arange(least, count - least + 1)
    return places if may_split is None else places[may_split[places]]


def _in_cells(values: Floats, may_split: Mask, width: int) -> tuple[Floats, Mask]:
    """Return the means of `width` neighbours each, the last of what is left."""
    if width == 1:
        return values, may_split
    starts = np.arange(0, len(values), width)
    counts = np.diff(np.append(starts, len(values)))
    return np.add.reduceat(values, starts) / counts, np.logical_or.reduceat(may_split, starts)
