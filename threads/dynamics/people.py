"""Who carries a discussion: one row a person, and how many people it amounts to.

A person is an author id where the platform gives one, else a displayed name. Comments without either are one
group of their own, shown with a missing name: nobody knows how many people they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.errors import InputError
from threads.frames import typed
from threads.records import COMMENT_COLUMNS, Column
from threads.scores.text import words
from threads.scores.verbosity import MEASURES, Measures, is_english, measure

PEOPLE_COLUMNS: tuple[Column, ...] = (
    Column("author", "text", "Name as displayed; missing for all comments without a name together."),
    Column("author_id", "text", "The platform's own id, where it gives one."),
    Column("comments", "integer", "Number of comments."),
    Column("comment_share", "number", "Share of all comments.", "share"),
    Column("word_share", "number", "Share of all words.", "share"),
    Column("first_at", "time", "First comment with a known time.", "UTC"),
    Column("last_at", "time", "Last comment with a known time.", "UTC"),
    Column("median_gap", "number", "Median time between two comments, by times to the minute.", "minutes"),
    Column("mean_sentiment", "number", "Mean compound of the comments that have one.", "-1 to 1"),
    *MEASURES,
)

EXACT: Final = ("second", "minute")
"""Precisions of times between which a gap can be measured."""
MOST_MEASURED: Final = 50  # people whose variety and readability are measured where all words are counted
MOST_TEXTS: Final = 50  # of one person that are measured then

COUNTED: Final = ("words", "sentences", "characters")
"""Measures that add up."""

Groups = npt.NDArray[np.intp]


def people(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row a person, PEOPLE_COLUMNS, by number of words, most first.

    Variety and readability are of all the person's comments together, with the same minimum lengths as for
    one comment; readability is missing where one of them is known not to be in English. Where the frame has
    `words`, `sentences` and `characters`, these are added up, and variety and readability are of the
    MOST_MEASURED people with the most words.

    Parameters
    ----------
    frame
        Records and scores: `text`, and `author`, `author_id`, `published_at`, `sentiment`, `language` as far
        as they are known.
    """
    groups = person_of_each(frame)
    return ranked(pd.concat([totals(frame, groups), _measures(frame, groups)], axis="columns"))


def totals(frame: pd.DataFrame, persons: Groups) -> pd.DataFrame:
    """Return what is known of each person without a look at texts, by person: no MEASURES, no shares."""
    grouped = _with_columns(frame).groupby(persons, sort=True)
    found = grouped.agg(
        author=("author", "first"),
        author_id=("author_id", "first"),
        comments=("text", "size"),
        first_at=("published_at", "min"),
        last_at=("published_at", "max"),
        mean_sentiment=("sentiment", "mean"),
    )
    found["median_gap"] = median_gaps(frame, persons)
    return found


def ranked(found: pd.DataFrame) -> pd.DataFrame:
    """Return PEOPLE_COLUMNS of `totals` and MEASURES, by number of words, most first."""
    for share, count in (("comment_share", "comments"), ("word_share", "words")):
        total = found[count].sum()
        found[share] = found[count] / total if total else None
    ordered = found.sort_values("words", ascending=False, kind="stable", ignore_index=True)
    return typed(ordered, PEOPLE_COLUMNS)


def person_of_each(frame: pd.DataFrame) -> Groups:
    """Return the number of each row's person, from 0 in order of appearance; -1 without a name."""
    return pd.factorize(person_keys(frame), use_na_sentinel=True)[0]


def person_keys(frame: pd.DataFrame) -> pd.Series[str]:
    """Return what tells each row's person from others; missing without a name."""
    names, ids = known(frame, "author"), known(frame, "author_id")
    # The prefix keeps an id apart from a name that happens to be spelt alike.
    return ("i" + ids).where(ids.notna(), "n" + names)


def median_gaps(frame: pd.DataFrame, persons: Groups) -> pd.Series[float]:
    """Return the median minutes between two comments of a person, by person; by times to the minute only."""
    exact = exactly_timed(frame) & (persons >= 0)
    if not exact.any():
        return pd.Series(dtype=np.float64)
    times = pd.DataFrame({"at": frame["published_at"][exact], "person": persons[exact]})
    times = times.sort_values(["person", "at"], kind="stable")
    minutes = times["at"].diff().dt.total_seconds() / 60
    medians: pd.Series[float] = minutes[times["person"].diff() == 0].groupby(times["person"]).median()
    return medians


def exactly_timed(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which rows have a time to the minute; all with a time where no precision is known."""
    if "published_at" not in frame:
        return np.zeros(len(frame), dtype=np.bool_)
    there = frame["published_at"].notna().to_numpy(dtype=np.bool_)
    if "published_at_precision" not in frame:
        return there
    return there & known(frame, "published_at_precision").isin(EXACT).to_numpy(dtype=np.bool_)


def known(frame: pd.DataFrame, column: str) -> pd.Series[str]:
    """Return a text column of the frame, all missing where the frame lacks it."""
    if column in frame:
        return frame[column].astype("str")
    return pd.Series(None, index=frame.index, dtype="str")


def hill_numbers(counts: Sequence[float]) -> tuple[float, float, float]:
    """Return how many equally active people the counts amount to: Hill numbers of order 0, 1 and 2.

    M. O. Hill, Diversity and Evenness, Ecology 54, 1973. Order 0 counts everybody, 2 hardly sees those with
    little to say; 1, the exponential of Shannon's entropy, is between and is what this program takes.
    All are 0.0 when nothing is counted.

    Raises
    ------
    InputError
        A count is negative or not finite.
    """
    values = np.asarray(counts, dtype=np.float64)
    if not np.isfinite(values).all() or (values < 0).any():
        raise InputError("a count is negative or no number", remedy="Counts start at 0")
    values = values[values > 0]
    if not values.size:
        return 0.0, 0.0, 0.0
    shares = values / values.sum()
    return (
        float(values.size),
        float(np.exp(-(shares * np.log(shares)).sum())),
        float(1 / (shares**2).sum()),
    )


def effective_people(frame: pd.DataFrame) -> float:
    """Return as if how many people had written equally many words (Hill number of order 1).

    Words, not comments: one long comment carries a thread more than one short one. Comments without a name
    are left out; 0.0 when all are.
    """
    groups = person_of_each(frame)
    named = groups >= 0
    return hill_numbers(np.bincount(groups[named], weights=word_counts(frame)[named]).tolist())[1]


def word_counts(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the number of words of each row: the column `words` where it is there, else counted."""
    if "words" in frame and frame["words"].notna().all():
        return frame["words"].to_numpy(dtype=np.float64)
    return np.array([float(len(words(t))) if isinstance(t, str) else 0.0 for t in frame["text"]])


def _with_columns(frame: pd.DataFrame) -> pd.DataFrame:
    context = (*COMMENT_COLUMNS, Column("language", "text", ""), Column("sentiment", "number", ""))
    wanted = ("text", "author", "author_id", "published_at", "language", "sentiment")
    return typed(frame, tuple(column for column in context if column.name in wanted))


def _measures(frame: pd.DataFrame, groups: Groups) -> pd.DataFrame:
    """Return the MEASURES of each group's comments together, by group."""
    if not all(name in frame and frame[name].notna().all() for name in COUNTED):
        return measured(frame, groups)
    counts = frame[list(COUNTED)].groupby(groups, sort=True).sum()
    chosen = np.flatnonzero(np.isin(groups, wordiest(counts["words"])))
    chosen = chosen[sampled(groups[chosen])]
    return with_counts(measured(frame.iloc[chosen], groups[chosen]), counts)


def wordiest(words: pd.Series[int]) -> pd.Index[int]:
    """Return the persons whose variety and readability are measured, by how many words each has written."""
    return words.sort_values(ascending=False, kind="stable").index[:MOST_MEASURED]


def sampled(persons: Groups) -> npt.NDArray[np.bool_]:
    """Return which comments of persons are measured: of one with more, about every so many-th."""
    own = pd.Series(persons).groupby(persons)
    apart = np.ceil(own.transform("size").to_numpy(dtype=np.float64) / MOST_TEXTS)
    chosen: npt.NDArray[np.bool_] = own.cumcount().to_numpy() % apart == 0
    return chosen


def with_counts(measures: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return MEASURES of all persons: COUNTED of each, the others of those that were measured."""
    found = measures.reindex(counts.index)
    found[list(COUNTED)] = counts
    found["mean_sentence_length"] = counts["words"] / counts["sentences"].where(counts["words"] > 0)
    return found


def measured(frame: pd.DataFrame, persons: Groups) -> pd.DataFrame:
    """Return MEASURES of each person's comments together, by person."""
    grouped = _with_columns(frame)[["text", "language"]].groupby(persons, sort=True)
    found = {group: _measure_together(rows) for group, rows in grouped}
    return pd.DataFrame(list(found.values()), columns=list(Measures._fields), index=list(found))


def _measure_together(rows: pd.DataFrame) -> Measures:
    texts = [text for text in rows["text"].tolist() if isinstance(text, str)]
    return measure(texts, english=all(map(is_english, rows["language"].tolist())))
