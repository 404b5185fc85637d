"""How a discussion went over time, in bins that fit it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.columns import Floats, numbers_of, texts_of, times_of
from threads.dynamics.people import person_of_each, word_counts
from threads.dynamics.sentences import Part, Sentence, when
from threads.errors import SettingError
from threads.frames import typed
from threads.language import N_, _, counted, number, written
from threads.records import Column
from threads.scores.offensive_model import LIKELY

STANCES = ("supportive", "critical", "neutral", "unclear")
OFFENSIVE: Final = LIKELY
"""Value of the score `offensive` from which a comment counts as offensive in a share."""

TIMELINE_COLUMNS: tuple[Column, ...] = (
    Column("start", "time", "Where the bin starts, included.", "UTC"),
    Column("end", "time", "Where it ends, not included.", "UTC"),
    Column("comments", "integer", "Comments in the bin."),
    Column("people", "integer", "Different people with a name in the bin."),
    Column("mean_sentiment", "number", "Mean compound of the comments that have one.", "-1 to 1"),
    Column("mean_words", "number", "Mean number of words of a comment.", "words"),
    Column(
        "offensive_share",
        "number",
        f"Share of the comments with the score `offensive` at {OFFENSIVE} or more.",
    ),
    Column("stances", "integer", "Comments with a known stance."),
    *(Column(stance, "integer", f"Comments whose stance is known to be {stance}.") for stance in STANCES),
    *(
        Column(f"{stance}_share", "number", f"Share of known stances that are {stance}.")
        for stance in STANCES
    ),
)

# Widths of bins, finest first: what people call it, and about how long it is.
WIDTHS: dict[str, pd.Timedelta] = {
    N_("15 minutes"): pd.Timedelta(minutes=15),
    N_("30 minutes"): pd.Timedelta(minutes=30),
    N_("1 hour"): pd.Timedelta(hours=1),
    N_("3 hours"): pd.Timedelta(hours=3),
    N_("6 hours"): pd.Timedelta(hours=6),
    N_("12 hours"): pd.Timedelta(hours=12),
    N_("1 day"): pd.Timedelta(days=1),
    N_("1 week"): pd.Timedelta(days=7),
    N_("1 month"): pd.Timedelta(days=30),
    N_("3 months"): pd.Timedelta(days=91),
    N_("1 year"): pd.Timedelta(days=365),
}
_MONTHS = {"1 month": 1, "3 months": 3, "1 year": 12}
FEWEST_BINS, MOST_BINS = 5, 40
# A share of coarse timestamps above this makes bins finer than they are meaningless.
COARSE_SHARE = 0.05
COARSE_WIDTHS = {"day": "1 day", "relative": "1 hour"}


@dataclass(frozen=True, slots=True)
class Timeline:
    """A discussion in bins of time.

    `rows` has a row a bin, TIMELINE_COLUMNS, without gaps. `label` names the width of the bins and `width` is
    its length, months and years taken as 30, 91 and 365 days. `left_out` counts the comments without a time.
    """

    rows: pd.DataFrame
    width: pd.Timedelta
    label: str
    left_out: int

    def sentence(self) -> Sentence:
        """Return when most was written, in one sentence."""
        rows = self.rows
        if rows.empty:
            return Sentence(
                (
                    Part(
                        _(
                            "No time is known of {comments}.",
                            comments=counted(self.left_out, "comment", "comments"),
                        )
                    ),
                )
            )
        busiest = rows.iloc[int(rows["comments"].argmax())]
        total = int(rows["comments"].sum())
        whole_days = self.width >= pd.Timedelta(days=1)
        start = written(busiest["start"], _("%-d %B %Y")) if whole_days else when(busiest["start"])
        said = _(
            "It was busiest within {length} from {start} on: {comments} of {all}",
            length=_(self.label),
            start=start,
            comments=number(int(busiest["comments"])),
            all=counted(total, "comment", "comments"),
        )
        ending = (
            _("; {left_out} more have no known time", left_out=number(self.left_out)) if self.left_out else ""
        )
        return Sentence((Part(f"{said}{ending}."),))


def timeline(frame: pd.DataFrame, *, width: str | None = None) -> Timeline:
    """Return the discussion in bins of time; bins are in UTC and weeks start on Monday.

    Parameters
    ----------
    frame
        Records and, where there are any, `sentiment`, `words`, `offensive` and `stance`.
    width
        A key of WIDTHS; where not given, chosen to make about 5 to 40 bins, fewer for few comments, and none
        finer than the timestamps.

    Raises
    ------
    SettingError
        The width is not in WIDTHS.
    """
    if width is not None and width not in WIDTHS:
        raise SettingError(f"no width is called {width}", remedy=f"Known: {', '.join(WIDTHS)}")
    times = times_of(frame)
    timed, times = frame[times.notna().to_numpy()], times.dropna()
    if times.empty:
        width = width or "1 hour"
        rows = typed(pd.DataFrame(index=pd.RangeIndex(0)), TIMELINE_COLUMNS)
    else:
        width = width or _width_of(timed, times)
        rows = _binned(timed, times, edges_of(times.min(), times.max(), width))
    return Timeline(rows, WIDTHS[width], width, len(frame) - len(timed))


def _width_of(timed: pd.DataFrame, times: pd.Series[pd.Timestamp]) -> str:
    precisions = texts_of(timed, "published_at_precision")
    coarse = [width for p, width in COARSE_WIDTHS.items() if (precisions == p).mean() > COARSE_SHARE]
    return fitting_width(times.min(), times.max(), len(times), coarse)


def fitting_width(
    first: pd.Timestamp, last: pd.Timestamp, comments: int, at_least: Iterable[str] = ()
) -> str:
    """Return the width of bins that suits a number of comments from `first` to `last`: a key of WIDTHS."""
    names = list(WIDTHS)
    names = names[max((names.index(width) for width in at_least), default=0) :]
    most = min(MOST_BINS, max(FEWEST_BINS, math.ceil(2 * math.sqrt(comments))))
    finer = names[0]
    for name in names:
        bins = (last - first) // WIDTHS[name] + 1
        if bins <= most:
            return name if bins >= FEWEST_BINS or name == names[0] else finer
        finer = name
    return names[-1]


def edges_of(first: pd.Timestamp, last: pd.Timestamp, width: str) -> pd.DatetimeIndex:
    """Return where the bins start, and at the end where the last one ends."""
    step: pd.Timedelta | pd.DateOffset = WIDTHS[width]
    day = first.floor("D")
    if width in _MONTHS:
        months = _MONTHS[width]
        start = day.replace(day=1, month=(day.month - 1) // months * months + 1)
        step = pd.DateOffset(months=months)
    elif width == "1 week":
        start = day - pd.Timedelta(days=day.weekday())
    else:
        start = first.floor(WIDTHS[width])
    return pd.date_range(start, last + step, freq=step)


def _binned(timed: pd.DataFrame, times: pd.Series[pd.Timestamp], edges: pd.DatetimeIndex) -> pd.DataFrame:
    size = len(edges) - 1
    place = edges.searchsorted(times, side="right") - 1
    groups, offensive = person_of_each(timed), numbers_of(timed, "offensive")
    different = np.unique(np.stack([place[groups >= 0], groups[groups >= 0]]), axis=1)[0]
    stances = texts_of(timed, "stance")
    of_stance = {s: np.bincount(place[(stances == s).to_numpy()], minlength=size) for s in STANCES}
    known = np.bincount(place[stances.notna().to_numpy()], minlength=size)
    return typed(
        pd.DataFrame(
            {
                "start": edges[:-1],
                "end": edges[1:],
                "comments": np.bincount(place, minlength=size),
                "people": np.bincount(different, minlength=size),
                "mean_sentiment": _means(place, numbers_of(timed, "sentiment"), size),
                "mean_words": _means(place, word_counts(timed), size),
                "offensive_share": _means(
                    place, np.where(np.isnan(offensive), np.nan, offensive >= OFFENSIVE), size
                ),
                "stances": known,
                **of_stance,
                **{f"{s}_share": _ratio(counts, known) for s, counts in of_stance.items()},
            }
        ),
        TIMELINE_COLUMNS,
    )


def _means(place: npt.NDArray[np.intp], values: Floats, size: int) -> Floats:
    there = np.isfinite(values)
    sums = np.bincount(place[there], weights=values[there], minlength=size)
    return _ratio(sums, np.bincount(place[there], minlength=size))


def _ratio(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    """Return part / whole, missing where there is nothing."""
    found: Floats = np.full(len(whole), np.nan)
    np.divide(part, whole, out=found, where=whole > 0)
    return found
