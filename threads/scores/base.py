"""What a score is: some columns, worked out from a frame of comments."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from threads.records import Column

CONTEXT_COLUMNS: tuple[Column, ...] = (
    Column("text", "text", "The comment as found; the only column that every frame must have."),
    Column("thread_id", "text", "Shares and ranks are taken within it; one thread where absent."),
    Column("comment_id", "text", "Identity of the comment."),
    Column("author", "text", "Name as displayed."),
    Column("parent_text", "text", "Text of the comment answered."),
    Column("target", "text", "What stance is taken toward: the article's title, or a text the user gives."),
    Column("article", "text", "Title and text of the article, where its text is known."),
    Column("published_at", "time", "When the comment appeared: what is earlier is known by it.", "UTC"),
    Column("position", "integer", "Place in the source, for comments without a time."),
    Column("language", "text", "ISO 639-1 code of the discussion, or of a comment surely in another."),
)


class Score(Protocol):
    """A score of comments. An item of SCORES, or of the entry-point group `below_the_line.scores`."""

    name: str
    help: str
    columns: tuple[Column, ...]

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return `columns` for each row of `frame` (CONTEXT_COLUMNS), same index, same row order.

        A row's values do not depend on its neighbours, save where a column's help says "within the thread".
        A value that cannot be had is missing, never zero.
        """
        ...
