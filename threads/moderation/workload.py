"""How long comments wait for a decision, who decides how many, and when. Frame in, frame out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from threads.frames import typed
from threads.language import N_, _, number
from threads.records import Column

WEEKDAYS: Final = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)

MADE_COLUMNS: tuple[Column, ...] = (
    Column("action", "text", "approve, not_offensive, feature, reject, hold, escalate or undo."),
    Column("actor", "text", "Who decided."),
    Column("decided_at", "time", "When.", "UTC"),
    Column("undone", "integer", "1: it was taken back later, 0: it stands."),
    Column(
        "waiting_since",
        "time",
        "From when the comment could be decided, where this is its first decision that stands: from its "
        "import, or from its publication if that is later. Missing for other decisions.",
        "UTC",
    ),
)
BY_MODERATOR_COLUMNS: tuple[Column, ...] = (
    Column("actor", "text", "Who decided."),
    Column("day", "time", "Day in UTC.", "UTC"),
    Column("decisions", "integer", "Decisions made, undoing apart.", "decisions"),
    Column("undone", "integer", "Those of them that were taken back later.", "decisions"),
    Column("undoing", "integer", "Decisions taken back, one's own or others'.", "decisions"),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long `n` comments waited: median and 9th decile in seconds, None of nothing."""

    n: int
    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class QueueAge:
    """What waits: how many flagged comments are open, and for how long, in seconds."""

    waiting: int
    median: float | None = None
    oldest: float | None = None


def time_to_decision(made: pd.DataFrame) -> Waiting:
    """Return how long comments waited for their first decision that stands; `made` has MADE_COLUMNS.

    To hold or to escalate decides nothing yet. A comment that is dated after its decision waited no time.
    """
    first = made.dropna(subset=["waiting_since"])
    if first.empty:
        return Waiting(0)
    seconds = (first["decided_at"] - first["waiting_since"]).dt.total_seconds().clip(lower=0)
    median, p90 = np.quantile(seconds.to_numpy(dtype=float), [0.5, 0.9]).tolist()
    return Waiting(len(first), median, p90)


def by_moderator(made: pd.DataFrame) -> pd.DataFrame:
    """Return decisions by moderator and day, columns as in BY_MODERATOR_COLUMNS, in that order."""
    undo = made["action"] == "undo"
    counted = pd.DataFrame(
        {
            "actor": made["actor"],
            "day": made["decided_at"].dt.floor("D"),
            "decisions": (~undo).astype("int64"),
            "undone": made["undone"].fillna(0).astype("int64").where(~undo, 0),
            "undoing": undo.astype("int64"),
        }
    )
    return typed(counted.groupby(["actor", "day"], sort=True).sum().reset_index(), BY_MODERATOR_COLUMNS)


def by_hour(made: pd.DataFrame) -> pd.DataFrame:
    """Return decisions by weekday (rows, WEEKDAYS) and hour of the day in UTC (columns 0 … 23)."""
    decisions = made[made["action"] != "undo"]["decided_at"].dt
    counts = np.zeros((7, 24), dtype=np.int64)
    np.add.at(counts, (decisions.day_of_week.to_numpy(), decisions.hour.to_numpy()), 1)
    return pd.DataFrame(counts, index=list(WEEKDAYS), columns=range(24))


def queue_age(
    waiting: int, median_since: datetime | None, oldest_since: datetime | None, now: datetime
) -> QueueAge:
    """Return the age of the queue at `now`, from since when its comments can be decided."""

    def seconds(since: datetime | None) -> float | None:
        return None if since is None else max(0.0, (now - since).total_seconds())

    return QueueAge(waiting, seconds(median_since), seconds(oldest_since))


def in_words(seconds: float | None) -> str:
    """Return a length of time in one unit: "45 s", "12 min", "3.5 h", "9 days"."""
    if seconds is None:
        return "–"
    for size, unit, most in ((1, "s", 90), (60, "min", 90 * 60), (3_600, "h", 48 * 3_600)):
        if seconds < most:
            value = seconds / size
            return f"{number(value, 1)} {unit}" if unit == "h" and value < 10 else f"{value:.0f} {unit}"
    return _("{days} days", days=f"{seconds / 86_400:.0f}")
