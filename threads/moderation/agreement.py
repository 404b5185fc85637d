"""How far moderators agree beyond chance, with intervals.

Agreement by chance is high where most comments get the same decision: so two who agree on 98% may agree no
better than chance. Both measures are 1 where all agree and 0 where they do as well as chance would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.models.intervals import wilson

FEWEST: Final = 20  # comments below which agreement is shown as thin
RESAMPLED: Final = 2_000

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement beyond chance on `units` comments, with its 95% interval.

    `value` and interval are None where all decisions were the same: then chance agrees always. `observed` is
    the share of pairs of decisions on a comment that agree.
    """

    units: int
    observed: float
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def thin(self) -> bool:
        """Whether it rests on too little to be said plainly."""
        return self.units < FEWEST


def kappa(first: Sequence[str], second: Sequence[str]) -> Agreement | None:
    """Return Cohen's kappa (1960) of two moderators' decisions on the same comments; None without any.

    Its interval is that of the observed agreement (Wilson 1927) with chance agreement taken as it is; it
    does not shrink to a point where all agree.
    """
    if len(first) != len(second):
        raise ValueError("two moderators' decisions must be on the same comments")
    if not len(first):
        return None
    labels = {label: number for number, label in enumerate(sorted({*first, *second}))}
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(table, ([labels[label] for label in first], [labels[label] for label in second]), 1)
    units, agreed = int(table.sum()), int(np.trace(table))
    chance = float(table.sum(axis=0) @ table.sum(axis=1)) / units**2
    observed = agreed / units
    if chance == 1:
        return Agreement(units, observed)
    value, low, high = ((share - chance) / (1 - chance) for share in (observed, *wilson(agreed, units)))
    return Agreement(units, observed, value, low, high)


def alpha(ratings: pd.DataFrame) -> Agreement | None:
    """Return Krippendorff's alpha for names (2004) of any number of moderators; None without a pair.

    `ratings` has columns `unit`, `rater` and `label`, a row for each decision that there is: units need not
    be seen by all. Units with one decision do not count. The interval is that of RESAMPLED draws of units
    with replacement (Efron 1979), and where all agree that of the observed disagreement (Wilson 1927).
    """
    kept = ratings.drop_duplicates(["unit", "rater"])
    counts = pd.crosstab(kept["unit"], kept["label"]).to_numpy(dtype=np.int64)
    counts = counts[counts.sum(axis=1) > 1]
    if not len(counts):
        return None
    units = len(counts)
    patterns, times = np.unique(counts, axis=0, return_counts=True)
    pairs = patterns.sum(axis=1) * (patterns.sum(axis=1) - 1)
    agreeing = (patterns * (patterns - 1)).sum(axis=1)
    observed = float(times @ agreeing / (times @ pairs))
    (value,) = _alpha(times[None, :], patterns)
    if np.isnan(value):
        return Agreement(units, observed)
    if observed == 1:
        totals = times @ patterns
        chance = float(totals @ totals) / totals.sum() ** 2
        low, high = 1 - wilson(0, units)[1] / (1 - chance), 1.0
    else:
        draws = np.random.default_rng(0).multinomial(units, times / units, RESAMPLED)
        drawn = _alpha(draws, patterns)
        low, high = np.quantile(drawn[~np.isnan(drawn)], [0.025, 0.975]).tolist()
    return Agreement(units, observed, float(value), low, high)


def _alpha(times: npt.NDArray[Any], patterns: Counts) -> npt.NDArray[np.float64]:
    """Return alpha for each row of `times`: how often each pattern (decisions by label) occurs."""
    sizes = patterns.sum(axis=1)
    disagreeing = (sizes**2 - (patterns**2).sum(axis=1)) / (sizes - 1)
    totals = times @ patterns
    everything = totals.sum(axis=1)
    by_chance = (everything**2 - (totals**2).sum(axis=1)) / (everything - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(by_chance > 0, 1 - times @ disagreeing / by_chance, np.nan))
