"""Scores: SCORES lists them all; `score()` works some of them out for texts or a frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import entry_points

import pandas as pd

from threads.errors import InputError, SettingError
from threads.parse.language import of_comment
from threads.records import Column, typed
from threads.scores.base import CONTEXT_COLUMNS, Score
from threads.scores.featuring import Featuring
from threads.scores.offensive import Offensive
from threads.scores.reply_relation import ReplyRelation
from threads.scores.sentiment import Sentiment
from threads.scores.spam import Spam
from threads.scores.stance import Stance
from threads.scores.verbosity import Verbosity

SCORES: tuple[Score, ...] = (
    Sentiment(),
    Verbosity(),
    Stance(),
    ReplyRelation(),
    Offensive(),
    Spam(),
    Featuring(),
    *(entry.load()() for entry in entry_points(group="below_the_line.scores")),
)


def score_columns(scores: Iterable[Score] = SCORES) -> tuple[Column, ...]:
    """Return the columns of `scores`, in their order."""
    return tuple(column for item in scores for column in item.columns)


def score(
    comments: Sequence[str] | pd.DataFrame, scores: Sequence[str | Score] | None = None
) -> pd.DataFrame:
    """Return the scores of each comment: one row a comment, same index.

    Parameters
    ----------
    comments
        Texts, or a frame with a column `text` and as much context (CONTEXT_COLUMNS) as there is.
    scores
        Names of scores (see SCORES), or scores themselves; all of SCORES where not given.

    Raises
    ------
    SettingError
        A name is not in SCORES.
    InputError
        The frame has no column `text`, or a single text is given.
    """
    if isinstance(comments, str):
        raise InputError("one text where a list of texts is wanted", remedy="Put it in a list")
    chosen = (
        SCORES
        if scores is None
        else tuple(_named(item) if isinstance(item, str) else item for item in scores)
    )
    frame = (
        comments
        if isinstance(comments, pd.DataFrame)
        else pd.DataFrame({"text": list(comments)}, dtype="str")
    )
    if "text" not in frame:
        raise InputError("no column text", source="the frame", remedy="Scores read the column named text")
    context = typed(frame, CONTEXT_COLUMNS)
    context["language"] = own_languages(context)
    return pd.concat([typed(item.score(context), item.columns) for item in chosen], axis="columns")


def own_languages(context: pd.DataFrame) -> pd.Series:
    """Return the language of each comment: the discussion's, in `language`, unless it is surely another."""
    pairs = zip(context["text"].tolist(), context["language"].tolist(), strict=True)
    return pd.Series([of_comment(text, language) for text, language in pairs], context.index, dtype="str")


def _named(name: str) -> Score:
    for item in SCORES:
        if item.name == name:
            return item
    raise SettingError(
        f"no score is called {name}", remedy=f"Known: {', '.join(item.name for item in SCORES)}"
    )
