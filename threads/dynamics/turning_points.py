"""Where a discussion turns: in sentiment, stance, tempo, tone or length, beyond what chance does.

`threads.dynamics.changes` says how; ERROR_RATES how often it is wrong and what it misses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.changes import ALPHA, FEWEST, Series, Shift, block_length, shifts
from threads.dynamics.columns import Floats, Missing, numbers_of, texts_of, times_of
from threads.dynamics.people import word_counts
from threads.dynamics.rhythm import arrivals, expected_counts
from threads.dynamics.sentences import Part, Sentence, figure, link, moment_of, name_of, plain
from threads.dynamics.steps import Told, unwatched
from threads.frames import typed
from threads.language import N_, _, counted, ngettext, number, percent
from threads.records import Column

FEWEST_TIMES: Final = 10  # different times; with fewer nobody knows what came before what
MOST_ALIKE: Final = 0.9  # share of comments with one and the same value
LEAST_UNEVEN: Final = 0.2  # standard deviation of the log gaps; by chance it is about 1
AROUND: Final = 3  # comments shown on either side
SIDES: Final = {"supportive": 1.0, "critical": -1.0, "neutral": 0.0, "unclear": 0.0}
FLOOR: Final = 0.1  # added to a gap, in expected comments, before its logarithm is taken

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Measure:
    """What can turn: its name, what comments get or come when it rises and when it falls, and its figures.

    `told` makes of the values of a stretch what the sentence says of them, `unit` what that is.
    """

    name: str
    rises: str
    falls: str
    unit: str
    told: Callable[[Floats], float]
    digits: int = 2


def _mean(values: Floats) -> float:
    return float(values.mean())


def _tempo(values: Floats) -> float:
    return 1 / float((np.exp(values) - FLOOR).mean())


def _tone(values: Floats) -> float:
    return 1 / (1 + math.exp(-values.mean()))


def _length(values: Floats) -> float:
    return math.expm1(values.mean())


MEASURES: Final = (
    Measure("sentiment", N_("more positive"), N_("more negative"), N_("mean sentiment"), _mean),
    Measure("stance", N_("more supportive"), N_("more critical"), N_("mean stance"), _mean),
    Measure("tempo", N_("slower"), N_("faster"), N_("comments for each expected"), _tempo),
    Measure("tone", N_("sharper"), N_("milder"), N_("typical score for offence"), _tone),
    Measure("length", N_("longer"), N_("shorter"), N_("typical number of words"), _length, 0),
)
BY_NAME: Final[Mapping[str, Measure]] = {measure.name: measure for measure in MEASURES}


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """How often turning points are wrong and missed, measured by `benchmarks/turning_points.py`.

    `false_alarms` is the share of simulated threads of `comments` without a turn in which any is told, with
    neighbours alike, heavy tails, and day and night; `found` the share of shifts of mean sentiment by one
    standard deviation that are told, `found_half` by half a one.
    """

    comments: int
    false_alarms: float
    found_half: float
    found: float

    def sentence(self) -> Sentence:
        """Return how often such threads are told wrongly, and what is missed, in one sentence."""
        return plain(
            _(
                "Of simulated threads of {comments} comments without a turn, {false_alarms} were "
                "told one; of shifts of mean sentiment by one standard deviation {found} were "
                "found, by half of one {found_half}.",
                comments=number(self.comments),
                false_alarms=percent(self.false_alarms, 1),
                found=percent(self.found),
                found_half=percent(self.found_half),
            )
        )

    @property
    def misses_most(self) -> bool:
        """Whether most shifts by one standard deviation are missed: that none is told says little then."""
        return self.found < MOSTLY


ERROR_RATES: Final = (
    ErrorRate(20, 0.010, 0.005, 0.012),
    ErrorRate(40, 0.012, 0.008, 0.040),
    ErrorRate(100, 0.037, 0.053, 0.392),
    ErrorRate(1_000, 0.047, 0.980, 1.0),
)

MOSTLY: Final = 0.5  # share of shifts found, below which finding none says little

TURNING_POINT_COLUMNS: tuple[Column, ...] = (
    Column("at", "time", "Last comment before it.", "UTC"),
    Column("thread_id", "text", "Discussion."),
    Column("comment_id", "text", "First comment after it."),
    Column("measure", "text", "What turns: sentiment, stance, tempo, tone or length."),
    Column("before", "number", "Figure of the stretch before, back to the last turn of the measure."),
    Column("after", "number", "Figure of the stretch after, up to its next turn."),
    Column("comments_before", "integer", "Comments with a value in the stretch before."),
    Column("comments_after", "integer", "Comments with a value in the stretch after."),
    Column("strength", "number", "Difference of the means.", "standard deviations within the stretches"),
    Column("p", "number", "Chance that it is nothing, adjusted for all that was looked at."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one measure does at a turning point; the fields are as in TURNING_POINT_COLUMNS."""

    measure: str
    before: float
    after: float
    comments_before: int
    comments_after: int
    strength: float
    p: float

    def words(self) -> str:
        """Return its figures, "mean sentiment 0.31 → −0.22 over 14 comments"."""
        told = BY_NAME[self.measure]
        span = f"{figure(self.before, told.digits)} → {figure(self.after, told.digits)}"
        return _(
            "{unit} {span} over {comments}",
            unit=_(told.unit),
            span=span,
            comments=counted(self.comments_after, "comment", "comments"),
        )


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """A moment at which a discussion turns.

    `row` is the place in the frame of the first comment after it, `at` the time of the last before, `turns`
    what turns, the strongest first, `around` the ids of up to three comments on either side, in order.
    """

    row: int
    at: pd.Timestamp
    turns: tuple[Turn, ...]
    around: tuple[str, ...]
    first: Part
    said_at: str

    def sentence(self) -> Sentence:
        """Return what turns, with figures and a link to the first comment, in one sentence."""
        gets = [_direction(turn) for turn in self.turns if turn.measure != "tempo"]
        comes = [
            _("come {direction} than expected", direction=_direction(turn))
            for turn in self.turns
            if turn.measure == "tempo"
        ]
        joint = _("and")
        doing = _(" and ").join(
            [*([_("get {directions}", directions=_listed(gets, joint))] if gets else []), *comes]
        )
        figures = ", ".join(turn.words() for turn in self.turns)
        said = _(
            "After {time} comments {doing}: {figures}; first:",
            time=self.said_at,
            doing=doing,
            figures=figures,
        )
        return Sentence((Part(f"{said} "), self.first, Part(".")))


@dataclass(frozen=True, slots=True)
class TurningPoints:
    """The turning points of a discussion by time, and for each measure that has none looked for, why."""

    points: tuple[TurningPoint, ...]
    looked_at: tuple[str, ...]
    missing: Mapping[str, str] = field(default_factory=dict)
    frame: pd.DataFrame = field(default_factory=lambda: typed(pd.DataFrame(), TURNING_POINT_COLUMNS))

    def sentence(self) -> Sentence:
        """Return the strongest one, or that there is none, in one sentence."""
        if self.points:
            return max(self.points, key=lambda point: abs(point.turns[0].strength)).sentence()
        if not self.looked_at:
            return Sentence((Part(next(iter(self.missing.values()), _("There are no comments."))),))
        measures = _listed([_(name) for name in self.looked_at], _("or"))
        return Sentence((Part(_("No turn in {measures} stands out from chance.", measures=measures)),))


def error_rate(comments: int) -> ErrorRate:
    """Return the error rates of the size measured that is nearest to a number of comments, by ratio."""
    return min(ERROR_RATES, key=lambda rate: abs(math.log(rate.comments / max(comments, 1))))


def turning_points(frame: pd.DataFrame, *, alpha: float = ALPHA, told: Told = unwatched) -> TurningPoints:
    """Return where a discussion turns.

    Measures: `sentiment`; `stance`, supportive counting 1 and critical -1; `tempo`, gaps in comments
    expected by age and time of day; `tone`, log odds of the score `offensive`; `length`, the logarithm of
    the number of words. Changes of several measures at about the same comment are one turning point.

    Parameters
    ----------
    frame
        Comments of one discussion, with times and as many of the scores as there are.
    alpha
        Share of discussions without any turn in which one may be told.
    told
        Hears how far it is, and may stop it.

    Raises
    ------
    Stopped
        `told` answered that it is not to go on.
    """
    series, rows, missing = _series(frame)
    found = shifts(series, alpha=alpha, told=told)
    order = np.argsort(times_of(frame).to_numpy(dtype="datetime64[us]"), kind="stable")
    rank = np.empty(len(frame), dtype=np.intp)
    rank[order] = np.arange(len(frame))
    groups = _together(found, rows, rank, block_length(len(frame)))
    points = tuple(_point(frame, group, series, rows, found, order, rank) for group in groups)
    return TurningPoints(points, tuple(series), missing, _table(frame, points))


def _series(frame: pd.DataFrame) -> tuple[dict[str, Series], dict[str, Rows], dict[str, str]]:
    """Return the series that can be looked at, the rows of their values, and why others cannot."""
    times = times_of(frame)
    stamps = times.astype("int64").to_numpy()
    values = {
        "sentiment": numbers_of(frame, "sentiment"),
        "stance": texts_of(frame, "stance").map(SIDES).to_numpy(dtype=np.float64),
        "tone": _log_odds(numbers_of(frame, "offensive")),
        "length": np.log1p(word_counts(frame)) if "text" in frame else np.log1p(numbers_of(frame, "words")),
    }
    series, rows, missing = {}, {}, {}
    for measure in MEASURES:
        if measure.name == "tempo":
            here, found = _gaps(frame)
        else:
            here = np.flatnonzero(times.notna().to_numpy() & np.isfinite(values[measure.name]))
            here = here[np.argsort(stamps[here], kind="stable")]
            found = values[measure.name][here]
        reason = found.reason if isinstance(found, Missing) else _unfit(found, stamps[here], measure)
        if reason:
            missing[measure.name] = reason
        elif not isinstance(found, Missing):
            may_split = np.diff(stamps[here], prepend=stamps[here[:1]]) > 0
            series[measure.name], rows[measure.name] = Series(found, may_split), here
    return series, rows, missing


def _gaps(frame: pd.DataFrame) -> tuple[Rows, Floats | Missing]:
    """Return for each comment but the first the log of the gap before it, in expected comments."""
    found = arrivals(frame, FEWEST + 1)
    if isinstance(found, Missing):
        return np.empty(0, dtype=np.intp), found
    expected = expected_counts(found.seconds, bent=False)
    return found.rows[1:], np.log(np.diff(expected) + FLOOR)


def _unfit(values: Floats, stamps: npt.NDArray[Any], measure: Measure) -> str:
    count = len(values)
    if count < FEWEST:
        return ngettext(
            "{number} comment with time and {measure} is too few: it takes {fewest}.",
            "{number} comments with time and {measure} are too few: it takes {fewest}.",
            count,
            measure=_(measure.name),
            fewest=FEWEST,
        )
    different = len(np.unique(stamps))
    if different < FEWEST_TIMES:
        return _(
            "The times are too coarse: {different} different ones, and it takes {fewest_times}.",
            different=different,
            fewest_times=FEWEST_TIMES,
        )
    if measure.name == "tempo" and values.std() < LEAST_UNEVEN:
        return _("The comments come at even gaps, as no people write.")
    if np.unique(values, return_counts=True)[1].max() > MOST_ALIKE * count:
        return _("Nearly all comments have the same {measure}.", measure=_(measure.name))
    return ""


def _log_odds(probabilities: Floats) -> Floats:
    kept = np.clip(probabilities, 0.001, 0.999)
    return np.asarray(np.log(kept / (1 - kept)))


def _together(found: Sequence[Shift], rows: Mapping[str, Rows], rank: Rows, near: int) -> list[list[Shift]]:
    """Return shifts in groups: of different measures, at most `near` comments after the first."""
    groups: list[list[Shift]] = []
    places = {id(shift): int(rank[rows[shift.name][shift.place]]) for shift in found}
    for shift in sorted(found, key=lambda shift: places[id(shift)]):
        last = groups[-1] if groups else []
        other = all(shift.name != before.name for before in last)
        if last and other and places[id(shift)] - places[id(last[0])] <= near:
            last.append(shift)
        else:
            groups.append([shift])
    return groups


def _point(
    frame: pd.DataFrame,
    group: Sequence[Shift],
    series: Mapping[str, Series],
    rows: Mapping[str, Rows],
    found: Sequence[Shift],
    order: Rows,
    rank: Rows,
) -> TurningPoint:
    turns = [(_turn(shift, series[shift.name].values, found), shift) for shift in group]
    turns.sort(key=lambda pair: -abs(pair[0].strength))
    strongest = turns[0][1]
    row = int(rows[strongest.name][strongest.place])
    place = int(rank[row])
    before, first = frame.iloc[int(order[max(0, place - 1)])], frame.iloc[row]
    ids = texts_of(frame, "comment_id").iloc[order[max(0, place - AROUND) : place + AROUND]]
    return TurningPoint(
        row=row,
        at=times_of(frame).iloc[int(order[max(0, place - 1)])],
        turns=tuple(turn for turn, _ in turns),
        around=tuple(ids.dropna()),
        first=link(name_of(first), first),
        said_at=moment_of(before).removeprefix(", "),
    )


def _turn(shift: Shift, values: Floats, found: Sequence[Shift]) -> Turn:
    """Return what a shift changes, between the shifts of the same measure before and after it."""
    places = [0, *(other.place for other in found if other.name == shift.name), len(values)]
    at = places.index(shift.place, 1)
    before, after = values[places[at - 1] : shift.place], values[shift.place : places[at + 1]]
    told = BY_NAME[shift.name].told
    spread = np.sqrt(np.concatenate([before - before.mean(), after - after.mean()]).var())
    return Turn(
        measure=shift.name,
        before=told(before),
        after=told(after),
        comments_before=len(before),
        comments_after=len(after),
        strength=float((after.mean() - before.mean()) / spread) if spread > 0 else math.inf,
        p=shift.p,
    )


def _table(frame: pd.DataFrame, points: Sequence[TurningPoint]) -> pd.DataFrame:
    """Return a row a turn, TURNING_POINT_COLUMNS."""
    threads, comments = texts_of(frame, "thread_id"), texts_of(frame, "comment_id")
    rows = [
        {
            "at": point.at,
            "thread_id": threads.iloc[point.row],
            "comment_id": comments.iloc[point.row],
            **{name: getattr(turn, name) for name in Turn.__slots__},
        }
        for point in points
        for turn in point.turns
    ]
    names = [column.name for column in TURNING_POINT_COLUMNS]
    return typed(pd.DataFrame(rows, columns=names), TURNING_POINT_COLUMNS)


def _direction(turn: Turn) -> str:
    told = BY_NAME[turn.measure]
    return _(told.rises if turn.strength > 0 else told.falls)


def _listed(words: Sequence[str], joint: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"
