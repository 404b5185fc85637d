"""How a discussion went over time: bins, key figures, a smooth line, and a few plain sentences.

Nothing is stated that the data cannot carry: what is too few or unknown is missing, and says why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from babel.dates import format_date, format_datetime
from babel.units import format_unit

from threads.dynamics.people import effective_people, person_of_each, word_counts
from threads.dynamics.smoothing import Floats, change_of_mean, clusters_of, interval_of_mean, line_with_band
from threads.errors import SettingError
from threads.records import Column, typed

STANCES = ("supportive", "critical", "neutral", "unclear")
TIMELINE_COLUMNS: tuple[Column, ...] = (
    Column("start", "time", "Where the bin starts, included.", "UTC"),
    Column("end", "time", "Where it ends, not included.", "UTC"),
    Column("comments", "integer", "Comments in the bin."),
    Column("people", "integer", "Different people with a name in the bin."),
    Column("mean_sentiment", "number", "Mean compound of the comments that have one.", "-1 to 1"),
    *(Column(stance, "integer", f"Comments whose stance is known to be {stance}.") for stance in STANCES),
)

# Widths of bins, finest first: what people call it, and about how long it is.
WIDTHS: dict[str, pd.Timedelta] = {
    "15 minutes": pd.Timedelta(minutes=15),
    "30 minutes": pd.Timedelta(minutes=30),
    "1 hour": pd.Timedelta(hours=1),
    "3 hours": pd.Timedelta(hours=3),
    "6 hours": pd.Timedelta(hours=6),
    "12 hours": pd.Timedelta(hours=12),
    "1 day": pd.Timedelta(days=1),
    "1 week": pd.Timedelta(days=7),
    "1 month": pd.Timedelta(days=30),
    "3 months": pd.Timedelta(days=91),
    "1 year": pd.Timedelta(days=365),
}
_MONTHS = {"1 month": 1, "3 months": 3, "1 year": 12}
FEWEST_BINS, MOST_BINS = 5, 40
# A share of coarse timestamps above this makes bins finer than they are meaningless.
COARSE_SHARE = 0.05
COARSE_WIDTHS = {"day": "1 day", "relative": "1 hour"}

FEWEST_FOR_LINE = 15  # comments; below, a smooth line shows runs that chance made
FEWEST_TO_SPEAK_OF = 5  # comments; below, shares and halves say nothing
LINE_POINTS = 60
FEWEST_FOR_CHANGE = 30  # comments: ten in each third
LEAST_CHANGE = 0.1  # of a scale from -1 to 1; less is nothing to speak of
CLEARLY = 0.05  # Hutto and Gilbert 2014: compounds beyond this are positive or negative


Row: TypeAlias = "pd.Series[Any]"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigures:
    """The figures at the head of a page; None where there is no telling.

    `stances` is the number of comments with a known stance: where it is 0, nothing follows from the 0 of
    `supportive` and `critical`.
    """

    comments: int
    people: int
    unnamed_comments: int
    untimed_comments: int
    first_at: pd.Timestamp | None
    last_at: pd.Timestamp | None
    half_within: pd.Timedelta | None
    effective_people: float
    mean_sentiment: float | None
    sentiment_low: float | None
    sentiment_high: float | None
    replies_given: int
    replies_inferred: int
    stances: int
    supportive: int
    critical: int


@dataclass(frozen=True, slots=True)
class Smooth:
    """A smooth line with its 95% band; all four have the same length."""

    time: pd.Series[pd.Timestamp]
    value: pd.Series[float]
    low: pd.Series[float]
    high: pd.Series[float]


@dataclass(frozen=True, slots=True)
class Trend:
    """A smooth line of sentiment, or the reason why there is none."""

    curve: Smooth | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; with ids it speaks of that comment and can link to it."""

    text: str
    thread_id: str | None = None
    comment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A plain sentence about a discussion."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The sentence without its links."""
        return "".join(part.text for part in self.parts)

    @property
    def comment_ids(self) -> tuple[str, ...]:
        """The comments that it speaks of."""
        return tuple(part.comment_id for part in self.parts if part.comment_id is not None)


def timeline(frame: pd.DataFrame, *, width: str | None = None) -> Timeline:
    """Return the discussion in bins of time; bins are in UTC and weeks start on Monday.

    Parameters
    ----------
    frame
        Records and, where there are any, `sentiment` and `stance`.
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
    times = _times(frame)
    timed, times = frame[times.notna().to_numpy()], times.dropna()
    if times.empty:
        width = width or "1 hour"
        rows = typed(pd.DataFrame(index=pd.RangeIndex(0)), TIMELINE_COLUMNS)
    else:
        width = width or _fitting_width(timed, times)
        rows = _binned(timed, times, _edges(times.min(), times.max(), width))
    return Timeline(rows, WIDTHS[width], width, len(frame) - len(timed))


def key_figures(frame: pd.DataFrame, *, since: datetime | None = None) -> KeyFigures:
    """Return the key figures of a discussion.

    Half of the comments came within `half_within` of `since`, the article's publication, or of the first
    comment where that is not given. `sentiment_low` and `sentiment_high` are a 95% bootstrap interval over
    people, None under 5 scored comments or with only one person. `effective_people` is as if how many people
    had written equally many comments (Hill number of order 1), comments without a name left out.
    """
    groups, times = person_of_each(frame), _times(frame).dropna()
    values = _numbers(frame, "sentiment")
    low, high = interval_of_mean(values, groups) or (None, None)
    start = pd.Timestamp(since) if since is not None else times.min()
    sources, stances = _texts(frame, "parent_source"), _texts(frame, "stance")
    return KeyFigures(
        comments=len(frame),
        people=int(groups.max(initial=-1)) + 1,
        unnamed_comments=int((groups < 0).sum()),
        untimed_comments=len(frame) - len(times),
        first_at=times.min() if len(times) else None,
        last_at=times.max() if len(times) else None,
        half_within=(times - start).median() if len(times) > 1 else None,
        effective_people=effective_people(frame),
        mean_sentiment=float(np.nanmean(values)) if np.isfinite(values).any() else None,
        sentiment_low=low,
        sentiment_high=high,
        replies_given=int((sources == "given").sum()),
        replies_inferred=int((sources == "inferred").sum()),
        stances=int(stances.notna().sum()),
        supportive=int((stances == "supportive").sum()),
        critical=int((stances == "critical").sum()),
    )


def smooth(frame: pd.DataFrame) -> Trend:
    """Return sentiment over time as a line (LOWESS) with a 95% band by bootstrap over people.

    No line under 15 comments that have both a time and a sentiment, of one person, or of one moment.
    """
    times, values = _times(frame), _numbers(frame, "sentiment")
    usable = times.notna().to_numpy() & np.isfinite(values)
    count = int(usable.sum())
    if count < FEWEST_FOR_LINE:
        here = _count(count, "comment")
        return Trend(
            None, f"No trend can be told from {here} with time and sentiment; it takes {FEWEST_FOR_LINE}."
        )
    moments = times[usable]
    seconds = np.asarray((moments - moments.min()).dt.total_seconds(), dtype=np.float64)
    if seconds.max() == 0:
        return Trend(None, "No trend can be told: all comments have the same time.")
    clusters = clusters_of(person_of_each(frame)[usable])
    if clusters.max() == 0:
        return Trend(None, "No trend can be told: all comments are by one person.")
    at = np.linspace(0, seconds.max(), LINE_POINTS)
    curve = pd.DataFrame(
        dict(
            zip(("value", "low", "high"), line_with_band(seconds, values[usable], clusters, at), strict=True)
        )
    )
    curve["time"] = moments.min() + pd.to_timedelta(np.round(at).astype(np.int64), unit="s")
    curve = curve.dropna(ignore_index=True)
    return Trend(Smooth(curve["time"], curve["value"], curve["low"], curve["high"]))


def what_happened(frame: pd.DataFrame) -> list[Sentence]:
    """Return two to four plain sentences on a discussion; one when there are no comments."""
    if frame.empty:
        return [Sentence((Part("There are no comments."),))]
    candidates = (
        _dominance(frame),
        _most_negative(frame),
        _sides(frame),
        _tone(frame),
        _pace(frame),
        _size(frame),
    )
    found = [sentence for sentence in candidates if sentence is not None]
    return found[:4]


def _times(frame: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    if "published_at" not in frame:
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
    return pd.to_datetime(frame["published_at"], utc=True).astype("datetime64[us, UTC]")


def _texts(frame: pd.DataFrame, column: str) -> pd.Series[str]:
    return frame[column] if column in frame else pd.Series(None, index=frame.index, dtype="str")


def _numbers(frame: pd.DataFrame, column: str) -> Floats:
    return frame[column].to_numpy(dtype=np.float64) if column in frame else np.full(len(frame), np.nan)


def _fitting_width(timed: pd.DataFrame, times: pd.Series[pd.Timestamp]) -> str:
    names = list(WIDTHS)
    precisions = _texts(timed, "published_at_precision")
    coarse = [names.index(w) for p, w in COARSE_WIDTHS.items() if (precisions == p).mean() > COARSE_SHARE]
    names = names[max(coarse, default=0) :]
    most = min(MOST_BINS, max(FEWEST_BINS, math.ceil(2 * math.sqrt(len(times)))))
    finer = names[0]
    for name in names:
        bins = (times.max() - times.min()) // WIDTHS[name] + 1
        if bins <= most:
            return name if bins >= FEWEST_BINS or name == names[0] else finer
        finer = name
    return names[-1]


def _edges(first: pd.Timestamp, last: pd.Timestamp, width: str) -> pd.DatetimeIndex:
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
    values, groups = _numbers(timed, "sentiment"), person_of_each(timed)
    scored, named = np.isfinite(values), groups >= 0
    sums = np.bincount(place[scored], weights=values[scored], minlength=size)
    counts = np.bincount(place[scored], minlength=size)
    different = np.unique(np.stack([place[named], groups[named]]), axis=1)[0]
    stances = _texts(timed, "stance")
    return typed(
        pd.DataFrame(
            {
                "start": edges[:-1],
                "end": edges[1:],
                "comments": np.bincount(place, minlength=size),
                "people": np.bincount(different, minlength=size),
                "mean_sentiment": np.where(counts > 0, sums / np.maximum(counts, 1), np.nan),
                **{
                    stance: np.bincount(place[(stances == stance).to_numpy()], minlength=size)
                    for stance in STANCES
                },
            }
        ),
        TIMELINE_COLUMNS,
    )


def _dominance(frame: pd.DataFrame) -> Sentence | None:
    groups, counts = person_of_each(frame), word_counts(frame)
    named, total = groups >= 0, counts.sum()
    people = int(groups.max(initial=-1)) + 1
    if people < 3 or len(frame) < FEWEST_TO_SPEAK_OF or total == 0:
        return None
    shares = np.bincount(groups[named], weights=counts[named]) / total
    top = int(shares.argmax())
    if shares[top] < max(1 / 3, 2 / people):
        return None
    rows = np.flatnonzero(groups == top)
    longest = frame.iloc[rows[counts[rows].argmax()]]
    amount = "over half" if shares[top] > 0.5 else "over a third" if shares[top] > 1 / 3 else "a third"
    comments = "one comment" if len(rows) == 1 else f"{len(rows)} comments"
    return Sentence(
        (
            Part(f"{_name(longest)} wrote {amount} of all words ({shares[top]:.0%}) in "),
            _link(comments, longest),
            Part("."),
        )
    )


def _most_negative(frame: pd.DataFrame) -> Sentence | None:
    values = _numbers(frame, "sentiment")
    if np.isfinite(values).sum() < 2 or np.nanmin(values) > -CLEARLY:
        return None
    lowest = frame.iloc[int(np.nanargmin(values))]
    when = _moment(lowest)
    score = f"{np.nanmin(values):.2f}".replace("-", "−")
    return Sentence(
        (
            Part("The "),
            _link("most negative comment", lowest),
            Part(f" ({score} on a scale from −1 to 1) is by {_name(lowest)}{when}."),
        )
    )


def _sides(frame: pd.DataFrame) -> Sentence | None:
    counts = _texts(frame, "stance").value_counts()
    supportive, critical = int(counts.get("supportive", 0)), int(counts.get("critical", 0))
    if supportive + critical < FEWEST_TO_SPEAK_OF:
        return None
    rest = len(frame) - supportive - critical
    ending = f"; {rest} {'takes' if rest == 1 else 'take'} no clear side" if rest else ""
    return Sentence((Part(f"{critical} comments read as critical and {supportive} as supportive{ending}."),))


def _tone(frame: pd.DataFrame) -> Sentence | None:
    values = _numbers(frame, "sentiment")
    times = _times(frame)
    usable = times.notna().to_numpy() & np.isfinite(values)
    if not usable.any():
        return None
    count = int(usable.sum())
    if count < FEWEST_FOR_CHANGE:
        return Sentence(
            (Part(f"{_count(count, 'comment')} {'is' if count == 1 else 'are'} too few for a trend."),)
        )
    order = np.argsort(times[usable].to_numpy(), kind="stable")
    ordered, groups = values[usable][order], person_of_each(frame)[usable][order]
    change = change_of_mean(ordered, groups, count // 3)
    if change is None or abs(change) < LEAST_CHANGE:
        return Sentence((Part("No change of tone from the first to the last third stands out from chance."),))
    first, last = ordered[: count // 3].mean(), ordered[-(count // 3) :].mean()
    span = f"from {first:+.2f} in the first third to {last:+.2f} in the last".replace("-", "−")
    return Sentence((Part(f"The tone became more {'positive' if change > 0 else 'negative'}, {span}."),))


def _pace(frame: pd.DataFrame) -> Sentence | None:
    times = _times(frame)
    timed, times = frame[times.notna().to_numpy()], times.dropna()
    exact = bool(_texts(timed, "published_at_precision").isin(["second", "minute"]).all())
    if len(times) < FEWEST_TO_SPEAK_OF or not exact:
        return None
    half = (times - times.min()).median()
    if half < pd.Timedelta(minutes=1):
        return None
    first = _link("the first", timed.iloc[int(times.argmin())])
    return Sentence(
        (Part(f"Half of {len(times)} comments came within {_duration(half)} of "), first, Part("."))
    )


def _size(frame: pd.DataFrame) -> Sentence:
    groups = person_of_each(frame)
    people, unnamed = int(groups.max(initial=-1)) + 1, int((groups < 0).sum())
    said = f"{_count(len(frame), 'comment')} by {_count(people, 'person', 'people')}"
    ending = f", {unnamed} of them without a name" if unnamed and people else ""
    return Sentence(
        (Part(f"{said if people else _count(len(frame), 'comment') + ' without a name'}{ending}."),)
    )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _link(text: str, row: Row) -> Part:
    thread, comment = row.get("thread_id"), row.get("comment_id")
    return Part(
        text,
        thread_id=thread if isinstance(thread, str) else None,
        comment_id=comment if isinstance(comment, str) else None,
    )


def _name(row: Row) -> str:
    author = row.get("author")
    return author if isinstance(author, str) else "somebody without a name"


def _moment(row: Row) -> str:
    time, precision = row.get("published_at"), row.get("published_at_precision")
    if not isinstance(time, pd.Timestamp) or pd.isna(time):
        return ""
    if precision in ("day", "relative"):
        return f", {'about ' if precision == 'relative' else ''}{format_date(time, 'd MMMM y', locale='en')}"
    return f", {format_datetime(time, 'd MMMM y, HH:mm', locale='en')} UTC"


def _duration(length: pd.Timedelta) -> str:
    minutes = length.total_seconds() / 60
    for unit, size in (("day", 1_440), ("hour", 60)):
        if minutes >= 2 * size:
            return str(format_unit(round(minutes / size), f"duration-{unit}", locale="en"))
    return str(format_unit(round(minutes), "duration-minute", locale="en"))
