"""Scores: SCORES lists them all; `score()` works some of them out for texts or a frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pandas as pd
from pandas.api.types import is_scalar

from threads.errors import InputError, SettingError
from threads.frames import typed
from threads.parse.language import of_comment
from threads.records import Column
from threads.scores.base import CONTEXT_COLUMNS, Score
from threads.scores.featuring import Featuring
from threads.scores.offensive import Offensive
from threads.scores.plug_ins import values_of, with_plug_ins
from threads.scores.reply_relation import ReplyRelation
from threads.scores.sentiment import Sentiment
from threads.scores.spam import Spam
from threads.scores.stance import Stance
from threads.scores.verbosity import Verbosity

SCORES: tuple[Score, ...] = with_plug_ins(
    (
        Sentiment(),
        Verbosity(),
        Stance(),
        ReplyRelation(),
        Offensive(),
        Spam(),
        Featuring(),
    )
)
WITHIN_THREAD: Final = frozenset(
    column.name for item in SCORES for column in item.columns if "within the thread" in column.help
)
"""Columns that depend on all comments of a thread; the others on the comment and what it answers."""
TEXTS: Final = "Give a list of texts, or a frame with a column text"


def score_columns(scores: Iterable[Score] = SCORES) -> tuple[Column, ...]:
    """Return the columns of `scores`, in their order."""
    return tuple(column for item in scores for column in item.columns)


def score(
    comments: Sequence[str | None] | pd.DataFrame, scores: str | Sequence[str | Score] | None = None
) -> pd.DataFrame:
    """Return the scores of each comment: one row a comment, same index.

    Parameters
    ----------
    comments
        Texts, None or NaN for a missing one; or a frame with a column `text` and as much context
        (CONTEXT_COLUMNS) as there is.
    scores
        Names of scores (see SCORES), or scores themselves; one name may stand alone; all of SCORES where not
        given. A score that is named twice is given once.

    Raises
    ------
    SettingError
        A name is not in SCORES, something else than names and scores is given, none of them, or two scores
        with a column of the same name.
    InputError
        The frame has no column `text`, or something else than texts is given.
    PlugInError
        A score from outside this package fails, or gives other columns, rows or types than it declares.
    """
    frame = comments if isinstance(comments, pd.DataFrame) else _frame_of(comments)
    if list(frame.columns).count("text") != 1:
        many = "more than one column" if "text" in frame else "no column"
        raise InputError(f"{many} text", source="the frame", remedy="Scores read the column named text")
    chosen = SCORES if scores is None else _chosen(scores)
    context = typed(frame, CONTEXT_COLUMNS)
    context["language"] = own_languages(context)
    return pd.concat([values_of(item, context) for item in chosen], axis="columns")


def _frame_of(comments: object) -> pd.DataFrame:
    """Return texts as a frame; InputError for anything else, and for what is not a text among them."""
    if isinstance(comments, str):
        raise InputError("one text where a list of texts is wanted", remedy="Put it in a list")
    if isinstance(comments, bytes | Mapping) or not isinstance(comments, Iterable):
        raise InputError(f"{_kind(comments)} where a list of texts is wanted", remedy=TEXTS)
    texts = list(comments)
    for number, text in enumerate(texts, start=1):
        if not isinstance(text, str) and not (is_scalar(text) and pd.isna(text)):
            raise InputError(
                f"{_kind(text)} where a text is wanted",
                source="the list",
                place=f"item {number}",
                remedy=TEXTS,
            )
    return pd.DataFrame({"text": texts}, dtype="str")


def _chosen(scores: object) -> tuple[Score, ...]:
    """Return the scores that names and scores stand for; SettingError for anything else, and for none."""
    known = f"Give a list of names ({', '.join(item.name for item in SCORES)}) or of scores"
    if isinstance(scores, str):
        scores = [scores]
    if isinstance(scores, bytes | Mapping) or not isinstance(scores, Iterable):
        raise SettingError(f"{_kind(scores)} where a list of scores is wanted", remedy=known)
    chosen: list[Score] = []
    for item in scores:
        if not isinstance(item, str) and (isinstance(item, type) or not hasattr(item, "score")):
            raise SettingError(f"{_kind(item)} where a score or its name is wanted", remedy=known)
        one = _named(item) if isinstance(item, str) else item
        if not any(one is other for other in chosen):
            chosen.append(one)
    if not chosen:
        raise SettingError("an empty list of scores", remedy=known)
    _require_columns_apart(chosen)
    return tuple(chosen)


def _require_columns_apart(scores: Iterable[Score]) -> None:
    """Raise SettingError where two scores have a column of one name: a frame would hold it twice."""
    owners: dict[str, str] = {}
    for item in scores:
        for column in item.columns:
            if column.name in owners:
                raise SettingError(
                    f"the scores {owners[column.name]} and {item.name} both have a column {column.name}",
                    remedy="Ask for one of them at a time",
                )
            owners[column.name] = item.name


def _kind(value: object) -> str:
    """Return what a wrong argument is, in words for a message."""
    if value is None:
        return "None"
    name = value.__name__ if isinstance(value, type) else type(value).__name__
    return f"{'the class' if isinstance(value, type) else 'a value of type'} {name}"


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
