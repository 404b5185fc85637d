"""What the order of a page says about who answers whom: an answer is later than its parent and below it.

Where a page shows answers under what they answer, its times run in one direction from thread to thread and
jump back where a thread ends. With the oldest thread first, a comment later than one that stands below it is
then an answer; with the newest first, one later than any above it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import log, log1p, tanh

from threads.records import Comment

_MOST_TRIED = 8  # comments of one author on either side
_DROPS_NESTED, _DROPS_FLAT = 0.2, 0.02  # share of neighbours within a thread whose times go back
_SURE_SHARE = (
    0.2  # of comments that begin a thread beyond what chance brings, at which a direction is certain
)


@dataclass(frozen=True, slots=True)
class Order:
    """The order of one thread on its page. Lists have one item a comment.

    `times` are seconds since 1970, a missing one that of the comment above. `is_lowest` is whether no comment
    above is earlier, `is_last_low` whether none below is earlier. `oldest_first` and `newest_first` (0–1)
    say how surely threads run in a direction. `late_share` is the share of comments that do not continue it.
    `nested` is -1 (answers have one level) to 1 (answers have answers).
    `typical_gap` is the median of the seconds between neighbours.
    """

    times: list[float]
    is_timed: bool
    is_lowest: list[bool]
    is_last_low: list[bool]
    oldest_first: float
    newest_first: float
    late_share: float
    nested: float
    typical_gap: float


def times_of(comments: Sequence[Comment]) -> list[float]:
    """Return the times in seconds since 1970; a missing one is that of the comment above, or of the first."""
    known = [c.published_at.timestamp() for c in comments if c.published_at is not None]
    latest = known[0] if known else 0.0
    times = []
    for comment in comments:
        if comment.published_at is not None:
            latest = comment.published_at.timestamp()
        times.append(latest)
    return times


def is_backwards(comments: Sequence[Comment]) -> bool:
    """Return whether a page has the newest comment first throughout, and so no answer below its parent."""
    times = times_of(comments)
    return len(times) > 1 and times[0] > times[-1] and all(a >= b for a, b in pairwise(times))


def order_of(comments: Sequence[Comment]) -> Order:
    """Return what the order of a thread's comments on their page says."""
    times = times_of(comments)
    is_lowest, is_last_low = _lowest(times), _lowest(times[::-1])[::-1]
    # Comments of the same time may stand in any order, so that they do not count as a direction.
    newest_first, oldest_first = (_beyond_chance(t) for t in (times, times[::-1]))
    is_newest_first = newest_first > oldest_first
    starts = is_lowest if is_newest_first else is_last_low
    inner = [times[k] - times[k - 1] for k in range(1, len(times)) if not starts[k]]
    gaps = sorted(abs(a - b) for a, b in pairwise(times))
    return Order(
        times=times,
        is_timed=len(set(times)) > 1,
        is_lowest=is_lowest,
        is_last_low=is_last_low,
        oldest_first=0.0 if is_newest_first else min(1.0, oldest_first),
        newest_first=min(1.0, newest_first) if is_newest_first else 0.0,
        late_share=1 - sum(starts) / max(1, len(times)),
        nested=_nested(sum(step < 0 for step in inner), len(inner)),
        typical_gap=gaps[len(gaps) // 2] if gaps else 0.0,
    )


def _lowest(times: Sequence[float]) -> list[bool]:
    """Return for each time whether none before it is lower."""
    return [time <= lowest for time, lowest in zip(times, accumulate(times, min), strict=True)]


def _nested(drops: int, steps: int) -> float:
    """Return -1 (one level) to 1 (answers of answers, where times go back within threads too)."""
    against = (steps - drops) * log((1 - _DROPS_NESTED) / (1 - _DROPS_FLAT))
    return tanh((drops * log(_DROPS_NESTED / _DROPS_FLAT) + against) / 4)


def _beyond_chance(times: Sequence[float]) -> float:
    """Return 0 or more: how far the new lows exceed those of an order by chance, which are few."""
    if not times:
        return 0.0
    lows = len(set(accumulate(times, min)))
    return max(0.0, (lows - 1 - log(len(times)) / 1.4) / (_SURE_SHARE * len(times)))


def nearest(places: Sequence[int], index: int, times: Sequence[float]) -> int | None:
    """Return the nearest of `places` (rising) above `index` that is no later, else below it and earlier."""
    middle = bisect_left(places, index)
    above = reversed(places[max(0, middle - _MOST_TRIED) : middle])
    below = (place for place in places[middle : middle + _MOST_TRIED] if place != index)
    found = next((place for place in above if times[place] <= times[index]), None)
    return found if found is not None else next((p for p in below if times[p] < times[index]), None)


class Open:
    """The comments above that the next one can answer: those no later than every comment since."""

    def __init__(self, times: Sequence[float]) -> None:
        self._times = times
        self._open: list[int] = []

    def until(self, index: int) -> list[int]:
        """Return the open comments for `index`, the nearest last, and forget those later than it."""
        while self._open and self._times[self._open[-1]] > self._times[index]:
            self._open.pop()
        return self._open

    def add(self, index: int) -> None:
        """Open a comment."""
        self._open.append(index)


def log_hours(seconds: float) -> float:
    """Return log(1 + hours), of a time that may not be negative."""
    return log1p(max(0.0, seconds) / 3600)
