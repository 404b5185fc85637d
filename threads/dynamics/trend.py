"""A smooth line with its band, where there is enough for one; else the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from threads.dynamics.chains import Unit, clusters
from threads.dynamics.columns import numbers_of, times_of
from threads.dynamics.sentences import Part, Sentence, figure
from threads.dynamics.smoothing import line_with_band
from threads.language import N_, _, counted

FEWEST_FOR_LINE = 15  # comments; below, a smooth line shows runs that chance made
LINE_POINTS = 60


NOUNS: Final[Mapping[str, str]] = {
    "sentiment": "sentiment",
    "words": N_("number of words"),
    "offensive": N_("score for offensive language"),
}


@dataclass(frozen=True, slots=True)
class Smooth:
    """A smooth line with its 95% band; all four have the same length."""

    time: pd.Series[pd.Timestamp]
    value: pd.Series[float]
    low: pd.Series[float]
    high: pd.Series[float]


@dataclass(frozen=True, slots=True)
class Trend:
    """A smooth line of a column, or the reason why there is none."""

    curve: Smooth | None
    reason: str = ""
    column: str = "sentiment"

    def sentence(self) -> Sentence:
        """Return where the line begins and ends, and whether its bands there overlap, in one sentence."""
        if self.curve is None:
            return Sentence((Part(self.reason),))
        value, low, high = (side.to_numpy() for side in (self.curve.value, self.curve.low, self.curve.high))
        apart = low[-1] > high[0] or high[-1] < low[0]
        digits = 0 if self.column == "words" else 2
        span = _(
            "from {first} at the start to {last} at the end",
            first=figure(value[0], digits),
            last=figure(value[-1], digits),
        )
        ending = (
            _("the bands there do not overlap")
            if apart
            else _("the bands there overlap, so it may be chance")
        )
        return Sentence(
            (
                Part(
                    _(
                        "The line of {column} goes {span}; {ending}.",
                        column=noun_of(self.column),
                        span=span,
                        ending=ending,
                    )
                ),
            )
        )


def noun_of(column: str) -> str:
    """Return what a column is called in a sentence."""
    return _(NOUNS.get(column, column.replace("_", " ")))


def smooth(frame: pd.DataFrame, column: str = "sentiment", *, unit: Unit = "people") -> Trend:
    """Return a column of numbers over time as a line (LOWESS) with a 95% band by bootstrap over `unit`.

    No line under 15 comments that have both a time and a value, of one person or chain, or of one moment.

    Parameters
    ----------
    frame
        Records and the column; one that the frame lacks is missing throughout.
    column
        Its name, such as sentiment, words or offensive.
    unit
        What the bootstrap draws: people, or chains of replies.
    """
    times, values = times_of(frame), numbers_of(frame, column)
    usable = times.notna().to_numpy() & np.isfinite(values)
    if (reason := _reason(times[usable], column)) is not None:
        return Trend(None, reason, column)
    together = np.unique(clusters(frame, unit)[usable], return_inverse=True)[1]
    if together.max() == 0:
        reason = (
            _("No trend can be told: all comments are by one person.")
            if unit == "people"
            else _("No trend can be told: all comments are in one chain of replies.")
        )
        return Trend(None, reason, column)
    moments = times[usable]
    seconds = np.asarray((moments - moments.min()).dt.total_seconds(), dtype=np.float64)
    at = np.linspace(0, seconds.max(), LINE_POINTS)
    lines = line_with_band(seconds, values[usable], together, at)
    curve = pd.DataFrame(dict(zip(("value", "low", "high"), lines, strict=True)))
    curve["time"] = moments.min() + pd.to_timedelta(np.round(at).astype(np.int64), unit="s")
    curve = curve.dropna(ignore_index=True)
    return Trend(Smooth(curve["time"], curve["value"], curve["low"], curve["high"]), column=column)


def _reason(moments: pd.Series[pd.Timestamp], column: str) -> str | None:
    number = len(moments)
    if number < FEWEST_FOR_LINE:
        here = counted(number, "comment", "comments")
        return _(
            "No trend can be told from {here} with time and {column}; it takes {fewest_for_line}.",
            here=here,
            column=noun_of(column),
            fewest_for_line=FEWEST_FOR_LINE,
        )
    if moments.min() == moments.max():
        return _("No trend can be told: all comments have the same time.")
    return None
