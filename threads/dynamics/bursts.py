"""When comments came thick and fast, beyond what the age of a thread and the time of day lead to expect.

Kleinberg's automaton of two states (Bursty and hierarchical structure in streams, DMKD 7:373, 2003) marks
bursts in noise, too: with its usual parameters in 4 to 9 of 100 threads of 20 to 200 comments that have
none, and a trend reads as one. So it runs on gaps in expected comments (`rhythm`), and a burst is told only
where threads without any seldom have one as strong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.columns import Floats, Missing, texts_of
from threads.dynamics.rhythm import Arrivals, arrivals
from threads.dynamics.sentences import Part, Sentence, figure, link, name_of, when
from threads.dynamics.smoothing import SEED
from threads.frames import typed
from threads.language import _, counted, number, percent
from threads.records import Column

S: Final = 2.0  # how many times as fast comments come in a burst
GAMMA: Final = 1.0  # how much it costs to begin one
FEWEST_GAPS: Final = 20
ALPHA: Final = 0.05
NULL_THREADS: Final = 999
NULL_GAPS: Final = 2_000
REPLICATES: Final = 199  # for burstiness, of at most so many gaps: with more the interval is no wider
MOST_GAPS: Final = 20_000
MOST_TIED: Final = 0.1  # share of neighbours of one time, which make gaps look even

BURST_COLUMNS: tuple[Column, ...] = (
    Column("start", "time", "First comment of the burst.", "UTC"),
    Column("end", "time", "Its last comment.", "UTC"),
    Column("thread_id", "text", "Discussion."),
    Column("comment_id", "text", "Its first comment."),
    Column("comments", "integer", "Comments of the burst."),
    Column("times_expected", "number", "How many times as many as age and time of day lead to expect."),
    Column("saving", "number", "What the automaton saves by the burst, cost of its beginning included."),
    Column("p", "number", "Share of threads without bursts whose strongest is at least as strong."),
)


@dataclass(frozen=True, slots=True)
class Bursts:
    """Bursts that stand out: `rows`, a row a burst, BURST_COLUMNS.

    `by_chance` counts what the automaton marks and threads without bursts have, too; `false_share` is the
    share of such threads in which it marks any. `reason` says why nothing could be looked for.
    """

    rows: pd.DataFrame
    by_chance: int = 0
    false_share: float | None = None
    first: Part | None = None
    reason: str = ""

    def sentence(self) -> Sentence:
        """Return the strongest burst, or that there is none, in one sentence."""
        if self.reason:
            return Sentence((Part(self.reason),))
        if self.rows.empty or self.first is None:
            marks = _(
                "; {by_chance} marked, as in {false_share} of threads without bursts",
                by_chance=self.by_chance,
                false_share=percent(self.false_share),
            )
            return Sentence(
                (Part(_("No burst stands out from chance{marks}.", marks=marks if self.by_chance else "")),)
            )
        row = self.rows.iloc[int(self.rows["saving"].argmax())]
        comments = counted(int(row["comments"]), "comment", "comments")
        many = _(
            "{times} times as many as expected; first:",
            times=number(row["times_expected"], 1),
        )
        said = _(
            "From {start} to {end} came {comments}, {many}",
            start=when(row["start"]),
            end=when(row["end"]),
            comments=comments,
            many=many,
        )
        return Sentence((Part(f"{said} "), self.first, Part(".")))


@dataclass(frozen=True, slots=True)
class Burstiness:
    """How unequal the gaps between comments are: -1 all alike, 0 as by chance, 1 all in bursts.

    `value` is of gaps in expected comments, so that age and time of day do not count; `raw` is of gaps in
    time, for comparison with what others publish: a cycle of a day alone gives it .35. `low` and `high` are
    the 95% interval of `value` by bootstrap of blocks of gaps; `null_low` and `null_high` hold 95% of
    threads whose comments come by chance.
    """

    value: float | None
    raw: float = math.nan
    low: float = math.nan
    high: float = math.nan
    null_low: float = math.nan
    null_high: float = math.nan
    reason: str = ""

    def sentence(self) -> Sentence:
        """Return how it compares with chance, in one sentence."""
        if self.value is None:
            return Sentence((Part(self.reason),))
        verdict = _("about as chance has it")
        if self.low > self.null_high:
            verdict = _("in bursts")
        elif self.high < self.null_low:
            verdict = _("more evenly than chance has it")
        own = _(
            "burstiness {value} ({low} to {high})",
            value=figure(self.value),
            low=figure(self.low),
            high=figure(self.high),
        )
        null = _(
            "{null_low} to {null_high} by chance",
            null_low=figure(self.null_low),
            null_high=figure(self.null_high),
        )
        return Sentence(
            (
                Part(
                    _(
                        "Given age and time of day, comments came {verdict}: {own}, {null}.",
                        verdict=verdict,
                        own=own,
                        null=null,
                    )
                ),
            )
        )


def kleinberg(gaps: Floats, s: float = S, gamma: float = GAMMA) -> tuple[npt.NDArray[np.intp], float]:
    """Return the state of each gap, 0 or 1 for a burst, and the cost of the cheapest sequence of states.

    Rates are n/T and s n/T; a gap g costs -ln a + a g in a state of rate a; going up costs gamma ln n,
    going down nothing. Gaps of 0 are allowed; not all may be.
    """
    rate, cost = len(gaps) / gaps.sum(), gamma * math.log(len(gaps))
    lead = _lead(_advantage(gaps * rate, s), cost)
    marks = np.where(lead < 0, 1.0, np.where(lead > cost, 0.0, np.nan))
    marks[-1] = lead[-1] < 0
    # Between the two, a gap is in the state of the next one.
    states = pd.Series(marks).bfill().to_numpy().astype(np.intp)
    calm = float((-math.log(rate) + rate * gaps).sum())
    return states, calm + float(np.minimum(lead, 0).sum())


def burstiness(gaps: Floats) -> float:
    """Return B_n, burstiness corrected for few gaps (Kim and Jo, Phys. Rev. E 94:032311, 2016).

    B_n = (sqrt(n+1) r - sqrt(n-1)) / ((sqrt(n+1) - 2) r + sqrt(n-1)), r being standard deviation over mean of
    the n gaps; -1 to 1. NaN where all gaps are 0 or there are fewer than 2.
    """
    return float(_burstiness(np.asarray(gaps, dtype=np.float64)[None])[0])


def bursts(frame: pd.DataFrame, *, s: float = S, gamma: float = GAMMA) -> Bursts:
    """Return the bursts of a discussion that chance, age and time of day do not explain (p at most .05)."""
    found = arrivals(frame, FEWEST_GAPS + 1)
    if isinstance(found, Missing):
        return Bursts(typed(pd.DataFrame(index=pd.RangeIndex(0)), BURST_COLUMNS), reason=found.reason)
    gaps = np.diff(found.expected)
    states, _ = kleinberg(gaps, s, gamma)
    lead = _lead(_advantage(gaps / gaps.mean(), s), gamma * math.log(len(gaps)))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], states, [0]])))
    rows = []
    for start, end in edges.reshape(-1, 2):
        saving = float(-np.minimum(lead[start:end], 0).sum())
        rows.append(_row(frame, found, start, end, saving, chance_of(saving, len(gaps), s, gamma)))
    table = typed(pd.DataFrame(rows, columns=[c.name for c in BURST_COLUMNS]), BURST_COLUMNS)
    kept = table[table["p"] <= ALPHA].reset_index(drop=True)
    false_share = chance_of(0.0, len(gaps), s, gamma)
    return Bursts(kept, len(table) - len(kept), false_share, _first(frame, kept))


def burstiness_of(frame: pd.DataFrame) -> Burstiness:
    """Return the burstiness of a discussion with its interval, and what gaps by chance give."""
    found = arrivals(frame, FEWEST_GAPS + 1)
    if isinstance(found, Missing):
        return Burstiness(None, reason=found.reason)
    if found.tied > MOST_TIED:
        return Burstiness(
            None,
            reason=_(
                "{tied} of the comments came at the time of the one before: too coarse.",
                tied=percent(found.tied),
            ),
        )
    gaps = np.diff(found.expected)
    random = np.random.default_rng(SEED)
    size = min(len(gaps), MOST_GAPS)
    # Blocks, since a gap resembles its neighbours.
    block = max(1, round(2 * size ** (1 / 3)))
    starts = random.integers(len(gaps), size=(REPLICATES, -(-size // block)))
    drawn = ((starts[:, :, None] + np.arange(block)) % len(gaps)).reshape(REPLICATES, -1)[:, :size]
    low, high = np.percentile(_burstiness(gaps[drawn]), [2.5, 97.5])
    null = _burstiness(random.standard_exponential((REPLICATES, size)))
    null_low, null_high = np.percentile(null, [2.5, 97.5])
    return Burstiness(
        burstiness(gaps),
        burstiness(np.diff(found.seconds)),
        float(low),
        float(high),
        float(null_low),
        float(null_high),
    )


def _burstiness(gaps: Floats) -> Floats:
    """Return B_n of each row."""
    n, mean = gaps.shape[1], gaps.mean(axis=1)
    r = np.divide(gaps.std(axis=1), mean, out=np.full(len(gaps), np.nan), where=mean > 0)
    more, less = math.sqrt(n + 1), math.sqrt(max(n - 1, 0))
    below = (more - 2) * r + less
    found: Floats = np.full(len(gaps), np.nan)
    np.divide(more * r - less, below, out=found, where=below > 0)
    return found


def _advantage(gaps: Floats, s: float) -> Floats:
    """Return by how much each gap, in units of the mean, costs more in a burst than outside."""
    return -math.log(s) + (s - 1) * gaps


def _lead(advantage: Floats, cost: float) -> Floats:
    """Return, for each gap, by how much the cheapest way to end in a burst costs more than to end outside.

    Viterbi's recursion on two states needs no more than this difference: going down is free and going up
    costs `cost`, so that before the next gap it is at least 0 and at most `cost`. Where it is below 0 a
    burst pays.
    """
    lead, found = cost, []
    for step in advantage.tolist():
        lead = step + (0.0 if lead < 0 else min(lead, cost))
        found.append(lead)
    return np.array(found)


def chance_of(saving: float, count: int, s: float = S, gamma: float = GAMMA) -> float:
    """Return in what share of threads of `count` gaps without bursts the strongest saves at least `saving`.

    What a burst saves is the largest partial sum of log likelihood ratios, less what it costs to begin one,
    and such sums have an exponential tail of rate 1: 1 - exp(-K n e^(-saving - gamma ln n)) (Karlin and
    Altschul, PNAS 87:2264, 1990).
    """
    return -math.expm1(-_constant(s) * count ** (1 - gamma) * math.exp(-saving))


@lru_cache(maxsize=64)
def _constant(s: float) -> float:
    """Return Karlin and Altschul's K, from simulated threads without bursts: for s = 2 about .13."""
    random = np.random.default_rng(SEED)
    height, highest = np.zeros((2, NULL_THREADS))
    for step in -_advantage(random.standard_exponential((NULL_GAPS, NULL_THREADS)), s):
        height = np.maximum(height, 0) + step
        np.maximum(highest, height, out=highest)
    # Of all heights reached, the upper half is where the tail holds.
    middle = float(np.median(highest))
    return math.log(2) / NULL_GAPS * math.exp(middle)


def _row(
    frame: pd.DataFrame, found: Arrivals, start: int, end: int, saving: float, p: float
) -> tuple[object, ...]:
    """Return the row of the burst that spans the gaps from `start` to before `end`."""
    first, last = found.rows[start], found.rows[end]
    expected = float(found.expected[end] - found.expected[start])
    return (
        frame["published_at"].iloc[first],
        frame["published_at"].iloc[last],
        texts_of(frame, "thread_id").iloc[first],
        texts_of(frame, "comment_id").iloc[first],
        end - start + 1,
        (end - start) / max(expected, 1e-9),
        saving,
        p,
    )


def _first(frame: pd.DataFrame, kept: pd.DataFrame) -> Part | None:
    """Return a link to the first comment of the strongest burst."""
    if kept.empty:
        return None
    strongest = kept.iloc[int(kept["saving"].argmax())]
    rows = frame[texts_of(frame, "comment_id") == strongest["comment_id"]]
    return link(name_of(rows.iloc[0]), rows.iloc[0]) if len(rows) else Part(_("a comment without an id"))
