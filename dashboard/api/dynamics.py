"""How a discussion went: key figures, sentences, its timeline, and where it turned."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from dashboard.api.declaring import Reply, Time, operation
from dashboard.api.discussions import require_thread
from dashboard.changes import AT_ONCE
from dashboard.pages.base import Context
from threads.dynamics.key_figures import key_figures
from threads.dynamics.sentences import Sentence
from threads.dynamics.summary import what_happened
from threads.dynamics.timeline import timeline
from threads.dynamics.turning_points import turning_points
from threads.storage.parts import rows_of


@dataclass(frozen=True, slots=True)
class Figures:
    """Key figures; null where there is no telling. `half_within` is in seconds.

    `stances` counts comments with a known stance: where it is 0, nothing follows from the other two.
    """

    comments: int
    people: int
    unnamed_comments: int
    untimed_comments: int
    first_at: Time | None
    last_at: Time | None
    half_within: float | None
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
class Said:
    """A plain sentence, and the comments that it speaks of."""

    text: str
    comment_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """A stretch of the timeline; a mean or a share is null where no comment has the score."""

    start: Time
    end: Time
    comments: int
    people: int
    mean_sentiment: float | None
    mean_words: float | None
    offensive_share: float | None
    stances: int
    supportive_share: float | None
    critical_share: float | None
    neutral_share: float | None
    unclear_share: float | None


@dataclass(frozen=True, slots=True)
class Bins:
    """The discussion in stretches of time of one width; `left_out` counts comments without a time."""

    width: str
    left_out: int
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Turned:
    """Where the discussion turned, each in a sentence.

    `missing` says for each measure that was not looked at, why; null where the discussion is too long to be
    looked at at once.
    """

    points: tuple[Said, ...]
    missing: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How a discussion went."""

    thread_id: str
    figures: Figures
    what_happened: tuple[Said, ...]
    timeline: Bins
    turning_points: Turned


@operation(
    "GET",
    "/threads/{thread_id}/dynamics",
    permission="view",
    scope="read",
    answers={200: Dynamics},
    statuses=(404, 422),
)
def read_dynamics(context: Context, *, thread_id: str) -> Reply:
    """Read how a discussion went, with the same figures and sentences as its page."""
    require_thread(context, thread_id)
    frame = context.comments(thread_id)
    return Reply(
        Dynamics(
            thread_id,
            _figures(frame),
            tuple(map(_said, what_happened(frame))),
            _timeline(frame),
            _turned(frame),
        )
    )


def _figures(frame: pd.DataFrame) -> Figures:
    found = asdict(key_figures(frame))
    half = found["half_within"]
    found |= {name: _time(found[name]) for name in ("first_at", "last_at")}
    return Figures(**{**found, "half_within": None if half is None else half.total_seconds()})


def _time(moment: pd.Timestamp | None) -> str | None:
    return None if moment is None else moment.tz_convert("UTC").isoformat().replace("+00:00", "Z")


def _said(sentence: Sentence) -> Said:
    return Said(sentence.text, sentence.comment_ids)


def _timeline(frame: pd.DataFrame) -> Bins:
    found = timeline(frame)
    names = Bin.__dataclass_fields__
    rows: list[dict[str, Any]] = list(rows_of(found.rows))
    bins = tuple(Bin(**{name: row[name] for name in names}) for row in rows)
    return Bins(found.label, found.left_out, bins)


def _turned(frame: pd.DataFrame) -> Turned:
    if len(frame) > AT_ONCE:
        return Turned((), None)
    found = turning_points(frame)
    return Turned(tuple(_said(point.sentence()) for point in found.points), dict(found.missing))
