"""What speaks for featuring a comment: six cues, each a number to check against the text, and their mean.

After criteria by which editors pick comments (N. Diakopoulos, Picking the NYT Picks, ISOJ 5, 2015; Park,
Sachar, Diakopoulos and Elmqvist, Supporting comment moderators in identifying high quality online news
comments, CHI 2016), in formulas of our own, 0 to 1 each. A content word is a word of three letters or more
that is not on the list of English function words, in small letters without a final s; each counts once.

relevance
    Content words that stand in the article, its title or text / (content words + 3).
thread_relevance, within the thread
    Cosine of the comment and the sum of all others in the thread: content words weighted by
    1 + log((1 + comments) / (1 + comments that hold it)), each comment scaled to length 1.
readability
    (70 - LIX) / (70 - 40), cut to 0 … 1, LIX being words a sentence + 100 × share of words of more than six
    letters (C. H. Björnsson, Läsbarhet, 1968): 1 for plain prose, 0 for the hardest.
argument
    25 × marks / words (50 at least), at most 1: full from one mark in 25 words on. Marks are different words
    and phrases of reason, contrast, condition, example and evidence, numbers (three at most) and links (two).
experience
    The same with marks of what somebody lived: my or our before a person, place or thing of daily life, I or
    we before a verb in the past, "as a nurse", "years ago".
novelty, within the thread
    Mean over its content words of 1 / (1 + earlier comments that hold it). Missing for the first comment.

They are shares and rates of what is different: repeating or padding a comment raises none of them. Whoever
knows the marks can write to them, so the numbers order what a person reads first and decide nothing. No picks
by editors were at hand to measure them on.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import starmap
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.errors import SettingError
from threads.frames import typed
from threads.records import Column
from threads.scores.featuring_cues import content_words, cues_of
from threads.scores.text import MOST_CHARACTERS, words
from threads.scores.verbosity import is_english
from threads.settings import Settings

CUES: Final = ("relevance", "thread_relevance", "readability", "argument", "experience", "novelty")
FEWEST_WORDS: Final = 10

Vector = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Featuring:
    """The cues of each comment, and their mean with the weights that the settings featuring_CUE give.

    The mean is over the cues that are there: without an article there is no relevance, and in another
    language than English only the two of the thread. A comment of fewer than 10 words has none at all. Only
    the first 65,535 characters of a comment and of its article are read.
    """

    name = "featuring"
    help = "What speaks for featuring a comment: relevance, readability, argument, experience, novelty."
    columns: tuple[Column, ...] = (
        Column(
            "featuring", "number", "Weighted mean of its cues; some are taken within the thread.", "0 to 1"
        ),
        Column(
            "featuring_relevance",
            "number",
            "Share of its words that the article has, too; English.",
            "0 to 1",
        ),
        Column(
            "featuring_thread_relevance",
            "number",
            "Likeness to the others, within the thread.",
            "0 to 1",
        ),
        Column("featuring_readability", "number", "1 for plain prose, 0 for the hardest; English.", "0 to 1"),
        Column("featuring_argument", "number", "Rate of marks of argument; English.", "0 to 1"),
        Column("featuring_experience", "number", "Rate of marks of what was lived; English.", "0 to 1"),
        Column("featuring_novelty", "number", "How new its words were then, within the thread.", "0 to 1"),
    )

    def __init__(self, settings: Settings | None = None) -> None:
        self._weights = None if settings is None else weights(settings)

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns for each row; earlier is what has an earlier time, else what stands before."""
        order = _reading_order(frame)
        found = np.full((len(frame), len(CUES)), np.nan)
        talk = _Talk()
        for place, comment in zip(order.tolist(), starmap(_read, _rows(frame, order)), strict=True):
            found[place] = _alone(comment)
            talk.add(comment)
        within = _within_threads(talk)
        found[order, CUES.index("thread_relevance")] = within[:, 0]
        found[order, CUES.index("novelty")] = within[:, 1]
        cues = pd.DataFrame(found, columns=[column_of(cue) for cue in CUES], index=frame.index)
        weight_of = self._weights or weights(Settings.from_environment())
        return typed(cues.assign(featuring=weighted_mean(cues, weight_of)), self.columns)


def column_of(cue: str) -> str:
    """Return the column of a cue."""
    return f"featuring_{cue}"


def weights(settings: Settings) -> dict[str, float]:
    """Return the weight of each cue, from the settings featuring_relevance and so on.

    Raises
    ------
    SettingError
        All of them are 0: no mean is left.
    """
    found = {cue: float(getattr(settings, column_of(cue))) for cue in CUES}
    if not any(found.values()):
        raise SettingError(
            "all weights of the cues for featuring are 0",
            source=", ".join(f"BTL_{column_of(cue).upper()}" for cue in CUES),
            remedy="At least one must be above 0",
        )
    return found


def weighted_mean(cues: pd.DataFrame, weight_of: Mapping[str, float]) -> pd.Series[float]:
    """Return the mean of each row's cues that are there; missing where these have no weight."""
    total, weight = np.zeros(len(cues)), np.zeros(len(cues))
    for cue in CUES:
        values = cues[column_of(cue)].to_numpy(dtype=np.float64)
        present = np.isfinite(values)
        total[present] += weight_of[cue] * values[present]
        weight[present] += weight_of[cue]
    means = np.divide(total, weight, out=np.full(len(cues), np.nan), where=weight > 0)
    return pd.Series(means, index=cues.index)


def reweighted(frame: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return scored comments with `featuring` under the weights of `settings`, whatever it was before."""
    return frame.assign(featuring=weighted_mean(frame, weights(settings)))


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment as it is read: its thread, its words, none where it is too short."""

    thread: object
    text: str
    words: list[str]
    content: list[str]
    article: str | None
    english: bool


class _Talk:
    """What stands in comments that come thread by thread, in order, as numbers: their texts are let go of.

    `slots` has a number for every content word, different in every thread; `sizes` how many of them a
    comment has, `threads` its thread.
    """

    def __init__(self) -> None:
        self.slots, self.threads, self.sizes = array("q"), array("q"), array("q")
        self._thread: object = None
        self._known: dict[str, int] = {}
        self._used = 0

    def add(self, comment: _Comment) -> None:
        """Add the next comment."""
        if not self.threads or comment.thread != self._thread:
            self._used += len(self._known)
            self._thread, self._known = comment.thread, {}
            self.threads.append(self.threads[-1] + 1 if self.threads else 0)
        else:
            self.threads.append(self.threads[-1])
        known, used = self._known, self._used
        self.slots.extend([known.setdefault(word, used + len(known)) for word in comment.content])
        self.sizes.append(len(comment.content))


def _reading_order(frame: pd.DataFrame) -> Integers:
    """Return the places of the rows thread by thread, in each by time, then by place in the source."""
    places = pd.DataFrame({"row": np.arange(len(frame))})
    keys = [name for name in ("thread_id", "published_at", "position") if name in frame]
    for name in keys:
        places[name] = frame[name].array
    # Stable, key by key from the last: missing times and places follow, in the order of the rows.
    for name in reversed(keys):
        places = places.sort_values(name, kind="stable", na_position="last")
    return places["row"].to_numpy()


def _rows(frame: pd.DataFrame, order: Integers) -> zip[tuple[object, ...]]:
    def column(name: str) -> list[object]:
        return frame[name].iloc[order].tolist() if name in frame else [None] * len(order)

    return zip(*map(column, ("thread_id", "text", "article", "language")), strict=True)


def _read(thread: object, text: object, article: object, language: object) -> _Comment:
    lower = text[:MOST_CHARACTERS].replace("’", "'").lower() if isinstance(text, str) else ""
    found = words(lower)
    if len(found) < FEWEST_WORDS:
        found = []
    return _Comment(
        # NaN is not equal to itself, and would make a thread of every comment.
        thread if isinstance(thread, str) else None,
        lower,
        found,
        content_words(found),
        article[:MOST_CHARACTERS] if isinstance(article, str) and article.strip() else None,
        is_english(language),
    )


def _alone(comment: _Comment) -> list[float]:
    """Return the CUES that need nothing of the thread, NaN for the others."""
    if not (comment.words and comment.english):
        return [np.nan] * len(CUES)
    cues = cues_of(comment.text, comment.words, comment.content, comment.article)
    return [np.nan if (value := getattr(cues, cue, None)) is None else value for cue in CUES]


def _within_threads(talk: _Talk) -> Vector:
    """Return thread_relevance and novelty of comments; comments × 2."""
    slots, threads, sizes = map(np.array, (talk.slots, talk.threads, talk.sizes))
    count = len(sizes)
    rows = np.repeat(np.arange(count), sizes)
    found = np.full((count, 2), np.nan)
    said = np.flatnonzero(sizes)
    if not len(said):
        return found
    found[said, 0] = _likeness(slots, rows, threads, count)[said]
    new = np.bincount(rows, 1 / (1 + _times_before(slots)), minlength=count)
    found[said, 1] = new[said] / sizes[said]
    _, firsts = np.unique(threads[said], return_index=True)
    found[said[firsts], 1] = np.nan
    return found


def _likeness(slots: Integers, rows: Integers, threads: Integers, count: int) -> Vector:
    """Return the cosine of each comment with the sum of the others of its thread; NaN without others."""
    holders = np.bincount(slots)
    thread_of_slot = np.zeros(len(holders), dtype=np.int64)
    thread_of_slot[slots] = threads[rows]
    comments = np.bincount(threads[np.unique(rows)], minlength=int(threads.max(initial=0)) + 1)
    weight = 1 + np.log((1 + comments[threads[rows]]) / (1 + holders[slots]))
    length = np.sqrt(np.bincount(rows, weight**2, minlength=count))
    unit = weight / length[rows]
    total = np.bincount(slots, unit)
    # A word that nobody else has leaves exactly 0: "v · S - 1" would leave the noise of rounding.
    shared = np.bincount(rows, unit * (total[slots] - unit), minlength=count)
    squares = np.bincount(thread_of_slot, total**2, minlength=len(comments))[threads]
    # |S - v|², for the sum S and a v of length 1; v · (S - v) is what is shared.
    rest = np.sqrt(np.maximum(squares - 2 * shared - 1, 0))
    alone = comments[threads] < 2
    cosine = np.divide(shared, rest, out=np.zeros(count), where=rest > 1e-9)
    return np.where(alone, np.nan, np.clip(cosine, 0, 1))


def _times_before(slots: Integers) -> Integers:
    """Return how often each entry's slot stood before it."""
    holders = np.bincount(slots)
    order = np.argsort(slots, kind="stable")
    times = np.empty(len(slots), dtype=np.int64)
    times[order] = np.arange(len(slots)) - (np.cumsum(holders) - holders)[slots[order]]
    return times
