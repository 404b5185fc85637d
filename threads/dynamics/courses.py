"""How groups of comments went beside each other: when they came and how their mean sentiment moved.

Every group is counted from its own first comment, and by shares: 8 comments and 8,000 fit the same axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from threads.dynamics.columns import times_of
from threads.dynamics.sentences import Sentence, in_words, plain
from threads.dynamics.smoothing import Integers
from threads.dynamics.trend import Trend, smooth
from threads.language import _, counted

FEWEST: Final = 5  # comments with a time; fewer are no course
POINTS: Final = 20  # of a line; those of twelve groups are few enough for a table
SHOWN_SHARE: Final = 0.9  # of the comments, on the mean over groups, that had come where the common axis ends
COURSE_COLUMNS: Final = ("group", "measure", "hours", "value", "low", "high", "reason")


@dataclass(frozen=True, slots=True)
class Course:
    """One group from its first comment on.

    `arrived` has `hours` since then and the `share` of its comments, 0 to 1, that had come, half of them by
    `half`; where `reason` says why, it is empty. `sentiment` is the line of its mean, or why there is none.
    """

    comments: int
    first: pd.Timestamp | None
    arrived: pd.DataFrame
    half: float
    reason: str
    sentiment: Trend

    @property
    def line(self) -> pd.DataFrame:
        """The line of sentiment over `hours` since the first comment, with `value`, `low` and `high`."""
        curve = self.sentiment.curve
        if curve is None or self.first is None:
            return _nothing("hours", "value", "low", "high")
        hours = (curve.time - self.first).dt.total_seconds() / 3600
        line = pd.DataFrame({"hours": hours, "value": curve.value, "low": curve.low, "high": curve.high})
        return line.iloc[_places(len(line))].reset_index(drop=True)


@dataclass(frozen=True, slots=True)
class Courses:
    """The courses of groups by their names; their common axis ends at `hours`, 0 where none is."""

    of: Mapping[str, Course]
    hours: float

    @property
    def rows(self) -> pd.DataFrame:
        """What is drawn, and why something is not, as COURSE_COLUMNS."""
        parts = [part for name, course in self.of.items() for part in _rows(name, course)]
        return pd.concat(parts, ignore_index=True)[list(COURSE_COLUMNS)]

    def sentence(self) -> Sentence:
        """Return in which group half of the comments were there soonest, and in which latest."""
        halves = {name: course.half for name, course in self.of.items() if not course.reason}
        if len(halves) < 2:
            return plain(_("Too few groups have comments with times for their courses to be compared."))
        soonest, latest = min(halves, key=halves.__getitem__), max(halves, key=halves.__getitem__)
        return plain(
            _(
                "Half of the comments had come within {soon} of the first in {soonest}, "
                "within {late} in {latest}.",
                soon=in_words(pd.Timedelta(hours=halves[soonest])),
                soonest=soonest,
                late=in_words(pd.Timedelta(hours=halves[latest])),
                latest=latest,
            )
        )


def courses(groups: Mapping[str, pd.DataFrame]) -> Courses:
    """Return how each group of records went; `sentiment` may be missing.

    A group with fewer than FEWEST times, or with one time only, has a reason in the place of its course.
    """
    found = {name: _course(frame) for name, frame in groups.items()}
    return Courses(found, _end([course.arrived for course in found.values() if len(course.arrived)]))


def _end(arrived: Sequence[pd.DataFrame]) -> float:
    """Return when SHOWN_SHARE of the comments had come, a group of 8 counting as much as one of 8,000."""
    if not arrived:
        return 0.0
    together = pd.concat([rows.assign(weight=rows["share"].diff().fillna(rows["share"])) for rows in arrived])
    together = together.sort_values("hours", kind="stable")
    came = (together["weight"].cumsum() / len(arrived)).to_numpy()
    return float(together["hours"].iloc[int(np.searchsorted(came, SHOWN_SHARE - 1e-9))])


def _nothing(*columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="float64") for name in columns})


def _course(frame: pd.DataFrame) -> Course:
    times = times_of(frame).dropna().sort_values()
    first = times.iloc[0] if len(times) else None
    trend = smooth(frame)
    nothing = _nothing("hours", "share")
    if len(times) < FEWEST:
        here = counted(len(times), "comment", "comments")
        reason = _("{here} with a time; a course takes {fewest}.", here=here, fewest=FEWEST)
        return Course(len(times), first, nothing, np.nan, reason, trend)
    if times.iloc[0] == times.iloc[-1]:
        return Course(len(times), first, nothing, np.nan, _("All comments have the same time."), trend)
    kept = _places(len(times))
    hours = ((times - times.iloc[0]).dt.total_seconds() / 3600).to_numpy()
    arrived = pd.DataFrame({"hours": hours[kept], "share": (kept + 1) / len(times)})
    return Course(len(times), first, arrived, float(np.median(hours)), "", trend)


def _places(length: int) -> Integers:
    """Return at most POINTS places in so many, at equal steps from the first to the last."""
    return np.unique(np.linspace(0, length - 1, min(POINTS, length)).round().astype(np.intp))


def _rows(name: str, course: Course) -> list[pd.DataFrame]:
    came = course.arrived.rename(columns={"share": "value"})
    return [
        _told(name, "arrived", came, course.reason),
        _told(name, "sentiment", course.line, course.sentiment.reason),
    ]


def _told(name: str, measure: str, rows: pd.DataFrame, reason: str) -> pd.DataFrame:
    """Return rows of one group and measure; one that says why there are none."""
    if rows.empty:
        rows = pd.DataFrame({"hours": [np.nan]})
    columns = ["hours", "value", "low", "high"]
    return rows.reindex(columns=columns).assign(group=name, measure=measure, reason=reason or None)
