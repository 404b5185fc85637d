"""Many discussions at once, from their outline (`threads.outline`): counts, means and a timeline.

Made for millions of comments: each figure is a count over columns of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.timeline import TIMELINE_COLUMNS, WIDTHS, Timeline, edges_of, fitting_width
from threads.outline import HOUR, NO_TIME, STANCES, Outline, moment
from threads.records import DTYPES, Kind

Rows: TypeAlias = npt.NDArray[np.intp] | None
"""The rows that are chosen, in order; None for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """Figures of the chosen comments; None where there is no telling.

    `by_discussion` has the number of comments of each of the outline's discussions, `stances` of each of
    STANCES; `judged` is the sum of those.
    """

    comments: int
    discussions: int
    people: int
    untimed: int
    first_at: datetime | None
    last_at: datetime | None
    mean_sentiment: float | None
    stances: dict[str, int]
    judged: int
    by_discussion: npt.NDArray[np.intp]


def overall(outline: Outline, rows: Rows = None) -> Overall:
    """Return the figures of the chosen rows of an outline."""
    times = _taken(outline["time"], rows)
    timed = times[times != NO_TIME] if len(times) and times.min() == NO_TIME else times
    by_discussion = np.bincount(_taken(outline["thread"], rows), minlength=len(outline.thread_ids))
    # The place -1 of those without a name becomes 0.
    by_person = np.bincount(_taken(outline["person"], rows) + 1, minlength=len(outline.people) + 1)
    sentiment = _taken(outline["sentiment"], rows)
    scored = np.isfinite(sentiment)
    stances = np.bincount(_taken(outline["stance"], rows) + 1, minlength=len(STANCES) + 1)[1:].tolist()
    return Overall(
        comments=len(times),
        discussions=int(np.count_nonzero(by_discussion)),
        people=int(np.count_nonzero(by_person[1:])),
        untimed=len(times) - len(timed),
        first_at=moment(timed.min()) if len(timed) else None,
        last_at=moment(timed.max()) if len(timed) else None,
        mean_sentiment=float(sentiment.mean(where=scored)) if scored.any() else None,
        stances=dict(zip(STANCES, stances, strict=True)),
        judged=sum(stances),
        by_discussion=by_discussion,
    )


def overall_timeline(outline: Outline, rows: Rows = None) -> Timeline:
    """Return the chosen rows in bins of time, as `threads.dynamics.timeline.timeline` does.

    Of TIMELINE_COLUMNS, people, words and offensive language are missing: nothing here draws them.
    """
    times = _taken(outline["time"], rows)
    if len(times) and times.min() == NO_TIME:
        there = np.flatnonzero(times != NO_TIME)
        rows = there if rows is None else rows[there]
        left_out, times = len(times) - len(there), times[there]
    else:
        left_out = 0
    if not len(times):
        return Timeline(_table({}, 0), WIDTHS["1 hour"], "1 hour", left_out)
    first, last = (pd.Timestamp(int(value), unit="us", tz="UTC") for value in (times.min(), times.max()))
    width = fitting_width(first, last, len(times))
    edges = edges_of(first, last, width)
    place = _places(outline, rows, times, edges)
    return Timeline(_binned(outline, rows, place, edges), WIDTHS[width], width, left_out)


def _binned(
    outline: Outline, rows: Rows, place: npt.NDArray[np.intp], edges: pd.DatetimeIndex
) -> pd.DataFrame:
    size = len(edges) - 1
    # One count of both: in which bin, and which stance, those without one first.
    both = place * (len(STANCES) + 1)
    both += _taken(outline["stance"], rows)
    both += 1
    table = np.bincount(both, minlength=size * (len(STANCES) + 1)).reshape(size, -1)
    known = table[:, 1:].sum(axis=1)
    by_stance = dict(zip(STANCES, table[:, 1:].T, strict=True))
    return _table(
        {
            "start": edges[:-1],
            "end": edges[1:],
            "comments": table.sum(axis=1),
            "mean_sentiment": _mean_sentiment(outline, rows, place, size),
            "stances": known,
            **by_stance,
            **{f"{stance}_share": _ratio(counts, known) for stance, counts in by_stance.items()},
        },
        size,
    )


def _table(known: Mapping[str, Any], size: int) -> pd.DataFrame:
    """Return values as a frame of TIMELINE_COLUMNS; without a look at their types, which takes most of it."""
    return pd.DataFrame({c.name: _array(known.get(c.name), c.kind, size) for c in TIMELINE_COLUMNS})


def _array(values: Any, kind: Kind, size: int) -> Any:
    """Return the values of a column as it holds them, all missing where there are none."""
    if kind == "integer":
        missing = np.full(size, values is None)
        return pd.arrays.IntegerArray(np.zeros(size, np.int64) if values is None else values, missing)
    if kind == "number":
        return np.full(size, np.nan) if values is None else values
    return pd.DatetimeIndex([] if values is None else values, dtype=DTYPES[kind])


def _mean_sentiment(
    outline: Outline, rows: Rows, place: npt.NDArray[np.intp], size: int
) -> npt.NDArray[np.float64]:
    values = _taken(outline["sentiment"], rows)
    missing = np.isnan(values)
    if missing.any():
        place = np.where(missing, size, place)  # a bin of their own, which is left out
    sums = np.bincount(place, weights=values, minlength=size)[:size]
    return _ratio(sums, np.bincount(place, minlength=size)[:size])


def _places(
    outline: Outline, rows: Rows, times: npt.NDArray[np.int64], edges: pd.DatetimeIndex
) -> npt.NDArray[np.intp]:
    """Return the bin of each row; by a table of hours where bins are whole hours, which is faster."""
    starts = edges.as_unit("us").asi8
    if (starts % HOUR).any():
        return np.searchsorted(starts, times, side="right") - 1
    table = np.repeat(np.arange(len(starts) - 1), np.diff(starts) // HOUR)
    return table[_taken(outline["hour"], rows) - np.int32(starts[0] // HOUR)]


def _ratio(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    found = np.full(len(whole), np.nan)
    np.divide(part, whole, out=found, where=whole > 0)
    return found


def _taken(column: npt.NDArray[Any], rows: Rows) -> npt.NDArray[Any]:
    return column if rows is None else column[rows]
