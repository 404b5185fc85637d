"""How often what rules flag is then rejected, how sure that is, and which limits are worth proposing.

A flag was right where its comment was rejected, and wrong where it was approved, featured or marked as not
offensive. Comments that wait, are held or escalated, and decisions that were undone, do not count.

Recall, how much of what ought to be rejected was flagged, cannot be known from the queue: nobody looks at
what no rule flagged. `recall` estimates it from comments that were decided without a flag.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from threads.frames import typed
from threads.models.intervals import wilson
from threads.records import Column

__all__ = [
    "CURVE_COLUMNS",
    "FEWEST",
    "JUDGED_COLUMNS",
    "REASON_COLUMNS",
    "RULE_COLUMNS",
    "Proposal",
    "Recall",
    "Share",
    "by_reason",
    "by_rule",
    "curve",
    "difference",
    "propose",
    "recall",
    "wilson",
]

FEWEST: Final = 20  # decided comments below which a share is shown as thin, and no limit is proposed
MOST_LIMITS: Final = 12  # candidates on a curve
LEVEL: Final = 0.95
RIGHT: Final = "rejected"

JUDGED_COLUMNS: tuple[Column, ...] = (
    Column("rule", "text", "The rule that flagged."),
    Column("value", "number", "What it found, in its own unit."),
    Column("alone", "integer", "1: no other rule flagged the comment, 0: another one did."),
    Column("state", "text", "What was decided: approved, featured or rejected."),
    Column("reason", "text", "Why it was rejected, a code; missing where none was given."),
    Column("comments", "integer", "How many comments this is true of.", "comments"),
)
_SHARE = (
    Column("decided", "integer", "Flagged comments that were decided.", "comments"),
    Column("right", "integer", "Those of them that were rejected.", "comments"),
    Column("precision", "number", "Their share."),
    Column("low", "number", "Lower end of its 95% interval (Wilson)."),
    Column("high", "number", "Upper end."),
)
RULE_COLUMNS: tuple[Column, ...] = (
    JUDGED_COLUMNS[0],
    *_SHARE,
    *(Column(f"alone_{c.name}", c.kind, f"{c.help} Where no other rule flagged.", c.unit) for c in _SHARE),
)
REASON_COLUMNS: tuple[Column, ...] = (
    JUDGED_COLUMNS[0],
    JUDGED_COLUMNS[4],
    Column("rejected", "integer", "Flagged comments rejected for it.", "comments"),
    Column("share", "number", "Their share of all decided ones that the rule flagged."),
    *_SHARE[3:],
)
CURVE_COLUMNS: tuple[Column, ...] = (
    Column("limit", "number", "The limit that the value would have to reach."),
    *_SHARE,
    Column("kept", "number", "Share of what is rightly flagged now that would still be flagged."),
)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of `n` were `right`, as a share with its interval."""

    right: int
    n: int

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.right / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95% interval; (0, 1) of nothing."""
        return self.held_at(LEVEL)

    def held_at(self, level: float) -> tuple[float, float]:
        """Return its interval at a level."""
        return wilson(self.right, self.n, level)

    @property
    def thin(self) -> bool:
        """Whether it rests on too little to be said plainly."""
        return self.n < FEWEST


def by_rule(judged: pd.DataFrame) -> pd.DataFrame:
    """Return the precision of each rule, columns as in RULE_COLUMNS, the most decided first.

    `judged` has JUDGED_COLUMNS: the flags of decided comments, equal ones counted together.
    """
    alone = judged[judged["alone"] == 1]
    rows = [
        (rule, *_share(of_rule), *_share(alone[alone["rule"] == rule]))
        for rule, of_rule in judged.groupby("rule", sort=True)
    ]
    frame = _frame(rows, RULE_COLUMNS)
    return frame.sort_values("decided", ascending=False, kind="stable", ignore_index=True)


def by_reason(judged: pd.DataFrame) -> pd.DataFrame:
    """Return why what each rule flagged was rejected, columns as in REASON_COLUMNS, the commonest first."""
    rejected = judged[judged["state"] == RIGHT]
    decided = judged.groupby("rule")["comments"].sum()
    counts = rejected.groupby(["rule", "reason"], dropna=False, sort=True)["comments"].sum()
    rows = [
        (rule, reason, count, count / decided[rule], *wilson(count, int(decided[rule])))
        for rule, reason, count in counts.reset_index().itertuples(index=False)
    ]
    frame = _frame(rows, REASON_COLUMNS)
    return frame.sort_values(["rule", "rejected"], ascending=[True, False], kind="stable", ignore_index=True)


def curve(judged: pd.DataFrame, limits: Sequence[float] | None = None, level: float = LEVEL) -> pd.DataFrame:
    """Return how precise a rule would be at each of `limits`, lowest first, columns as in CURVE_COLUMNS.

    `judged` are the rows of one rule. Without `limits`, at most MOST_LIMITS of the values found: what is
    below the lowest of them was never flagged, and nothing is known of it.
    """
    values = judged["value"].to_numpy(dtype=float)
    counts = judged["comments"].to_numpy(dtype=np.int64)
    right = np.where(judged["state"] == RIGHT, counts, 0)
    rows = []
    for limit in _candidates(values, counts) if limits is None else limits:
        reached = values >= limit
        share = _of(int(right[reached].sum()), int(counts[reached].sum()), level)
        rows.append((limit, *share, share[1] / right.sum() if right.sum() else None))
    return _frame(rows, CURVE_COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A limit for a rule, or why there is none to propose.

    `before` and `after` are the precision at the limit in force and at the proposed one; `kept` is how many
    of those rightly flagged before are flagged after, as a ratio; `flagged_before` and `flagged_after` are
    comments a week, of those that were flagged. `curve` has CURVE_COLUMNS, with intervals of 95% each.
    """

    rule: str
    limit: float | None
    why: str
    in_force: float
    before: Share
    curve: pd.DataFrame
    after: Share | None = None
    kept: float | None = None
    flagged_before: float | None = None
    flagged_after: float | None = None


def propose(
    judged: pd.DataFrame, rule: str, in_force: float, wanted: float, values: pd.DataFrame, weeks: float
) -> Proposal:
    """Return the lowest limit from which the rule is right at least `wanted` of the time, as sure as 95%.

    The lower bound of precision is held against `wanted`. The more limits are tried, the likelier one passes
    by chance: so the error that is allowed, 1 in 20, is shared out among them (Bonferroni).

    Parameters
    ----------
    judged
        JUDGED_COLUMNS; rows of other rules are passed over.
    in_force
        The limit now.
    values
        Columns `rule`, `value` and `comments`: all flags raised in the `weeks` before, decided or not.
    weeks
        How many weeks these are; may be less than 1.
    """
    judged = judged[judged["rule"] == rule]
    raised = values[values["rule"] == rule]
    limits = sorted({in_force, *_candidates(judged["value"].to_numpy(dtype=float), _counts(judged))})
    found = curve(judged, limits, 1 - 2 * (1 - LEVEL) / len(limits))  # only its lower bound can mislead
    now = found[found["limit"] == in_force].iloc[0]
    before = Share(int(now["right"]), int(now["decided"]))
    flagged = _a_week(raised, in_force, weeks)

    def answer(limit: float | None, why: str, **more: Any) -> Proposal:
        return Proposal(
            rule=rule,
            limit=limit,
            why=why,
            in_force=in_force,
            before=before,
            curve=curve(judged, limits),
            flagged_before=flagged,
            **more,
        )

    if int(found["decided"].max()) < FEWEST:
        return answer(None, f"fewer than {FEWEST} of its comments are decided")
    passing = found[(found["low"] >= wanted) & (found["decided"] >= FEWEST)]
    sure = f"surely right {wanted:.0%} of the time"
    if passing.empty:
        best = found[found["decided"] >= FEWEST]["low"].max()
        return answer(None, f"at no limit is it {sure}; {best:.0%} at best")
    row = passing.iloc[0]
    limit = float(row["limit"])
    if limit == in_force:
        return answer(None, f"the limit in force is the lowest known that is {sure}")
    return answer(
        limit,
        f"the lowest limit known that is {sure}",
        after=Share(int(row["right"]), int(row["decided"])),
        kept=float(row["right"]) / before.right if before.right else None,
        flagged_after=_a_week(raised, limit, weeks),
    )


@dataclass(frozen=True, slots=True)
class Recall:
    """An estimate: share of all that ought to be rejected that rules flagged, with its 95% interval.

    `looked_at` is what was decided without a flag, `missed` how many unflagged comments ought to be rejected.
    """

    looked_at: Share
    value: float
    low: float
    high: float
    missed: float


def recall(flagged: Share, all_flagged: int, unflagged: Share, all_unflagged: int) -> Recall | None:
    """Return how much of what ought to be rejected was flagged; None where too little was looked at.

    It takes what was decided without a flag for a fair sample of what has none, and what was decided of the
    flagged for one of these. Where moderators picked what looked bad, the truth is higher. Each of the two
    shares is held by an interval of 97.5%, so both at once by 95% (Bonferroni).
    """
    if flagged.thin or unflagged.thin or not flagged.right:
        return None
    caught, slipped = _ends(flagged, all_flagged), _ends(unflagged, all_unflagged)
    missed = unflagged.right / unflagged.n * all_unflagged
    found = flagged.right / flagged.n * all_flagged
    return Recall(
        looked_at=unflagged,
        value=found / (found + missed),
        low=caught[0] / (caught[0] + slipped[1]),
        high=caught[1] / (caught[1] + slipped[0]),
        missed=missed,
    )


def difference(now: Share, before: Share, level: float = LEVEL) -> tuple[float, float]:
    """Return the interval of the difference of two shares (Newcombe 1998, method 10).

    Raises
    ------
    ValueError
        One of them is a share of nothing.
    """
    if now.value is None or before.value is None:
        raise ValueError("a share of nothing differs from none")
    (low, high), (low_before, high_before) = now.held_at(level), before.held_at(level)
    change = now.value - before.value
    return (
        change - math.hypot(now.value - low, high_before - before.value),
        change + math.hypot(high - now.value, before.value - low_before),
    )


def _ends(share: Share, total: int) -> tuple[float, float]:
    low, high = wilson(share.right, share.n, 1 - (1 - LEVEL) / 2)
    return low * total, high * total


def _a_week(raised: pd.DataFrame, limit: float, weeks: float) -> float | None:
    return None if weeks <= 0 else float(raised.loc[raised["value"] >= limit, "comments"].sum()) / weeks


def _candidates(values: np.ndarray[Any, Any], counts: np.ndarray[Any, Any]) -> list[float]:
    """Return at most MOST_LIMITS of the values, so that about equally many comments lie between them.

    They are rounded down to three decimals, for people to read.
    """
    values = np.floor(1_000 * values + 1e-6) / 1_000
    known = np.unique(values)
    if len(known) > MOST_LIMITS:
        order = np.argsort(values, kind="stable")
        reached = np.cumsum(counts[order])
        wanted = np.linspace(0, 1, MOST_LIMITS, endpoint=False) * reached[-1]
        known = np.unique(values[order][np.searchsorted(reached, wanted, side="right")])
    return [float(value) for value in known]


def _counts(judged: pd.DataFrame) -> np.ndarray[Any, Any]:
    return judged["comments"].to_numpy(dtype=np.int64)


def _share(judged: pd.DataFrame) -> tuple[Any, ...]:
    decided = int(judged["comments"].sum())
    return _of(int(judged.loc[judged["state"] == RIGHT, "comments"].sum()), decided)


def _of(right: int, decided: int, level: float = LEVEL) -> tuple[Any, ...]:
    return (decided, right, right / decided if decided else None, *wilson(right, decided, level))


def _frame(rows: Sequence[tuple[Any, ...]], columns: tuple[Column, ...]) -> pd.DataFrame:
    names = [column.name for column in columns]
    return typed(pd.DataFrame(rows, columns=names, dtype=object), columns)
