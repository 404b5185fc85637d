"""How far a share that was counted can be trusted."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson(right: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a share, `right` of `n`, that holds it at `level` (Wilson 1927).

    It does not shrink to a point where all or none are right. Of nothing, all is possible: (0, 1).

    Raises
    ------
    ValueError
        `right` is not within 0 … `n`, or `level` not within 0 … 1.
    """
    if not 0 <= right <= n:
        raise ValueError(f"{right} of {n} is no share")
    if not 0 < level < 1:
        raise ValueError(f"a level is between 0 and 1, not {level}")
    if not n:
        return 0.0, 1.0
    normal = NormalDist().inv_cdf((1 + level) / 2)
    share, square = right / n, normal**2 / n
    middle = (share + square / 2) / (1 + square)
    reach = normal * math.sqrt(share * (1 - share) / n + square / n / 4) / (1 + square)
    return max(0.0, middle - reach), min(1.0, middle + reach)
