"""Which side people take, and which replies go from one side to the other. Frames in, frames out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from threads.dynamics.columns import texts_of
from threads.dynamics.people import person_of_each
from threads.dynamics.sentences import Sentence, plain
from threads.dynamics.timeline import STANCES
from threads.dynamics.tree import ARTICLE, tree_of
from threads.frames import typed
from threads.language import _, counted, number
from threads.records import Column

SIDES: Final = ("supportive", "critical")

SIDE_COLUMNS: tuple[Column, ...] = (
    Column("author", "text", "Name as displayed."),
    Column("comments", "integer", "Comments the person wrote."),
    *(Column(stance, "integer", f"Of these, {stance} ones.") for stance in STANCES),
)
PAIR_COLUMNS: tuple[Column, ...] = (
    Column("comment_id", "text", "The reply."),
    Column("stance", "text", "Its side."),
    Column("answered_id", "text", "The comment it answers."),
    Column("answered_stance", "text", "The side of that."),
    Column("crosses", "integer", "1 where the sides differ, else 0."),
    Column("inferred", "integer", "1 where whom it answers was worked out from the text, else 0."),
)


@dataclass(frozen=True, slots=True)
class Across:
    """Replies between comments that both take a side: PAIR_COLUMNS, one row a reply."""

    rows: pd.DataFrame

    def sentence(self) -> Sentence:
        """Return how many replies go to the other side."""
        total, crossing = len(self.rows), int(self.rows["crosses"].sum())
        if not total:
            return plain(_("No reply is known in which both comments take a side."))
        inferred = int(self.rows["inferred"].sum())
        ending = (
            _("; whom they answer is inferred of {inferred}", inferred=number(inferred)) if inferred else ""
        )
        said = counted(total, "reply", "replies")
        return plain(
            _(
                "Of {said} between comments that take a side {crossing} go to the other side{ending}.",
                said=said,
                crossing=number(crossing),
                ending=ending,
            )
        )


def sides_of_people(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row a person with a name, SIDE_COLUMNS, those with the most comments first."""
    persons = person_of_each(frame)
    named = frame[persons >= 0]
    groups, stances = persons[persons >= 0], texts_of(named, "stance")
    size = int(groups.max(initial=-1)) + 1
    known = stances.to_numpy(dtype=object)
    found = {stance: np.bincount(groups[known == stance], minlength=size) for stance in STANCES}
    table = pd.DataFrame(
        {
            "author": texts_of(named, "author").groupby(groups).first().reindex(range(size)).to_numpy(),
            "comments": np.bincount(groups, minlength=size),
            **found,
        }
    )
    ordered = table.sort_values("comments", ascending=False, kind="stable", ignore_index=True)
    return typed(ordered, SIDE_COLUMNS)


def across(frame: pd.DataFrame, replies: pd.DataFrame | None = None) -> Across:
    """Return the replies of a discussion in which both comments take a side.

    `replies` are the rows of `frame` (by index) that count as replies, all where not given: what they answer
    may stand anywhere in `frame`.
    """
    parents = tree_of(frame).parents
    stances = texts_of(frame, "stance").to_numpy(dtype=object)
    takes = np.isin(stances.astype(str), SIDES)
    rows = np.flatnonzero((parents != ARTICLE) & takes & takes[parents])
    if replies is not None:
        rows = rows[np.isin(frame.index.to_numpy()[rows], replies.index.to_numpy())]
    above = parents[rows]
    ids = frame["comment_id"].to_numpy(dtype=object)
    table = pd.DataFrame(
        {
            "comment_id": ids[rows],
            "stance": stances[rows],
            "answered_id": ids[above],
            "answered_stance": stances[above],
            "crosses": (stances[rows] != stances[above]).astype(int),
            "inferred": (texts_of(frame, "parent_source").to_numpy(dtype=object)[rows] == "inferred").astype(
                int
            ),
        }
    )
    return Across(typed(table, PAIR_COLUMNS))
