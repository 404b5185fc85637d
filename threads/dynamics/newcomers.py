"""Newcomers against regulars, across discussions. Frame in, frame out.

Discussions are ordered by their first comment. Everybody seems new in the earliest ones, so the earlier half
of them only tells who was there before, and the later half is measured: a newcomer is somebody who was in no
earlier discussion, a regular somebody who was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from threads.dynamics.columns import Floats, numbers_of, times_of
from threads.dynamics.people import Groups, known, person_of_each, word_counts
from threads.dynamics.sentences import Sentence, plain
from threads.dynamics.smoothing import interval_of_mean
from threads.dynamics.tree import ARTICLE, tree_of
from threads.frames import typed
from threads.language import _, counted, number, percent
from threads.records import Column

GROUPS: Final = ("newcomer", "regular")
FEWEST_DISCUSSIONS: Final = 2
FEWEST_IN_A_GROUP: Final = 5  # people

NEWCOMER_COLUMNS: tuple[Column, ...] = (
    Column("group", "text", "newcomer (in no earlier discussion) or regular."),
    Column("people", "integer", "Number of people; who became a regular meanwhile is in both."),
    Column("comments", "integer", "Number of comments."),
    Column("comment_share", "number", "Share of the comments that are measured.", "share"),
    Column("mean_words", "number", "Mean number of words.", "words"),
    *(
        column
        for name, unit in (
            ("sentiment", "-1 to 1"),
            ("offensive", "probability"),
            ("answered", "share"),
        )
        for column in (
            Column(f"mean_{name}", "number", f"Mean of {name}.", unit),
            Column(f"{name}_low", "number", "Lower end of its 95% interval, by bootstrap over people.", unit),
            Column(
                f"{name}_high", "number", "Upper end of its 95% interval, by bootstrap over people.", unit
            ),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Newcomers:
    """NEWCOMER_COLUMNS, a row a group, over `discussions` that are measured; or no row and a reason."""

    rows: pd.DataFrame
    discussions: int
    reason: str = ""

    def sentence(self) -> Sentence:
        """Return how much newcomers wrote, and whether they are answered as often as regulars."""
        if self.rows.empty:
            return plain(self.reason)
        new, old = self.rows.iloc[0], self.rows.iloc[1]
        said = _(
            "In the later half of the discussions {newcomers} wrote {comment_share} of {comments}, "
            "{regulars} the others",
            newcomers=counted(new["people"], "newcomer", "newcomers"),
            comment_share=percent(new["comment_share"]),
            comments=counted(int(self.rows["comments"].sum()), "comment", "comments"),
            regulars=counted(old["people"], "regular", "regulars"),
        )
        if new["answered_high"] < old["answered_low"] or new["answered_low"] > old["answered_high"]:
            said += _(
                "; {mean_answered} of the newcomers' comments are answered, {mean_answered_2} of "
                "the regulars'",
                mean_answered=percent(new["mean_answered"]),
                mean_answered_2=percent(old["mean_answered"]),
            )
        return plain(f"{said}.")


def newcomers(frame: pd.DataFrame) -> Newcomers:
    """Return newcomers against regulars: from `thread_id`, people, `published_at` and the scores there are.

    People are told apart by id, else by name: one name may be two people. Comments without a name are left
    out. `answered` is the share of comments that somebody answers.
    """
    persons = person_of_each(frame)
    order, discussions = _order_of_threads(frame)
    if discussions < FEWEST_DISCUSSIONS:
        return _nothing(
            _(
                "Who is new takes {fewest_discussions} discussions with times or more; there is {number}.",
                fewest_discussions=FEWEST_DISCUSSIONS,
                number=discussions,
            )
        )
    named = (persons >= 0) & (order >= 0)
    if not named.any():
        return _nothing(_("No comment has a name or an id: nobody knows who was here before."))
    first = np.full(int(persons.max()) + 1, discussions)
    np.minimum.at(first, persons[named], order[named])
    measured = named & (order >= discussions // 2)
    regular = (first[persons] < order).astype(np.intp)
    groups = [measured & (regular == group) for group in (0, 1)]
    sizes = [len(np.unique(persons[rows])) for rows in groups]
    if min(sizes) < FEWEST_IN_A_GROUP:
        return _nothing(
            _(
                "{newcomers} newcomers and {regulars} regulars: too few to compare (from "
                "{fewest_in_a_group} each on).",
                newcomers=number(sizes[0]),
                regulars=number(sizes[1]),
                fewest_in_a_group=FEWEST_IN_A_GROUP,
            )
        )
    values = {
        **{name: numbers_of(frame, name) for name in ("sentiment", "offensive")},
        "answered": _answered(frame),
    }
    words = word_counts(frame)
    rows = [
        {
            "group": GROUPS[group],
            "people": sizes[group],
            "comments": int(chosen.sum()),
            "comment_share": chosen.sum() / measured.sum(),
            "mean_words": words[chosen].mean(),
            **_means(values, chosen, persons),
        }
        for group, chosen in enumerate(groups)
    ]
    return Newcomers(typed(pd.DataFrame(rows), NEWCOMER_COLUMNS), discussions - discussions // 2)


def _nothing(reason: str) -> Newcomers:
    empty = typed(pd.DataFrame(index=pd.RangeIndex(0)), NEWCOMER_COLUMNS)
    return Newcomers(empty, 0, reason)


def _order_of_threads(frame: pd.DataFrame) -> tuple[Groups, int]:
    """Return the place of each row's discussion by its first time, -1 for one without, and their number."""
    times = times_of(frame)
    threads = known(frame, "thread_id")
    begun = times.groupby(threads).min().dropna().sort_values(kind="stable")
    return pd.Index(begun.index).get_indexer(pd.Index(threads)).astype(np.intp), len(begun)


def _means(
    values: dict[str, Floats], chosen: np.ndarray[tuple[int], np.dtype[np.bool_]], persons: Groups
) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, numbers in values.items():
        there = numbers[chosen]
        finite = there[np.isfinite(there)]
        low, high = interval_of_mean(there, persons[chosen]) or (np.nan, np.nan)
        found |= {
            f"mean_{name}": float(finite.mean()) if len(finite) else np.nan,
            f"{name}_low": low,
            f"{name}_high": high,
        }
    return found


def _answered(frame: pd.DataFrame) -> Floats:
    parents = tree_of(frame).parents
    return (np.bincount(parents[parents != ARTICLE], minlength=len(frame)) > 0).astype(np.float64)
