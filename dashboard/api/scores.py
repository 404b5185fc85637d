"""Scores of texts that are sent: nothing of them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Annotated, Final

import pandas as pd
from pydantic import Field

from dashboard.api.declaring import MOST_COMMENTS, Id, Line, Reply, Request, Text, operation
from dashboard.pages.base import Context
from threads.scores import SCORES, score
from threads.scores.base import Score
from threads.scores.chosen import scores_for
from threads.scores.classifier import TrainedScore
from threads.scores.sentiment import Sentiment
from threads.scores.text import without_quotes
from threads.settings import Settings
from threads.storage.parts import rows_of

PROGRAM: Final = "below-the-line"
Values = Mapping[str, float | int | str | None]
"""Scores by column (`btl scores` explains each); null where the comment cannot carry one."""
ScoreName = Annotated[str, Field(json_schema_extra={"enum": [item.name for item in SCORES]})]


class CommentToScore(Request):
    """A text, and what it answers. `id` comes back with its scores."""

    id: Id | None = None
    text: Text
    parent_text: Text | None = None


class CommentsToScore(Request):
    """Texts, each scored as if it stood alone.

    `scores` are names of scores, all where not given. `article` is what relevance is measured against,
    `target` what stance is taken toward, `language` that of all where it is known.
    """

    comments: Annotated[list[CommentToScore], Field(min_length=1, max_length=MOST_COMMENTS)]
    scores: Annotated[list[ScoreName], Field(min_length=1)] | None = None
    article: Text | None = None
    target: Line | None = None
    language: Annotated[str, Field(min_length=2, max_length=35)] | None = None


@dataclass(frozen=True, slots=True)
class ScoredComment:
    """The scores of a comment."""

    id: str | None
    scores: Values


@dataclass(frozen=True, slots=True)
class ScoredComments:
    """Scores in the order of the comments; `models` names what judged each score, with its version."""

    comments: tuple[ScoredComment, ...]
    models: Mapping[str, str]
    version: str


@operation(
    "POST", "/scores", permission="view", scope="score", answers={200: ScoredComments}, statuses=(400, 422)
)
def score_comments(context: Context, body: CommentsToScore) -> Reply:
    """Score up to 1,000 comments.

    Lines that quote another comment ("> …") do not count, as when comments are stored. The same text has the
    same scores on any day, as long as `models` stay the same.
    """
    chosen = [item for item in _scores(context.settings) if body.scores is None or item.name in body.scores]
    known = {item.name for item in SCORES}
    wrong = [name for name in body.scores or () if name not in known]
    scores = score(_frame(body), wrong or chosen)  # a wrong name is refused there
    return Reply(
        ScoredComments(
            comments=tuple(
                ScoredComment(comment.id, row)
                for comment, row in zip(body.comments, rows_of(scores), strict=True)
            ),
            models={item.name: _judge(item) for item in chosen},
            version=version(PROGRAM),
        )
    )


def _frame(body: CommentsToScore) -> pd.DataFrame:
    """Return what scores read: each comment in a thread of its own, so that none depends on another."""
    count = len(body.comments)
    columns = {
        "text": [without_quotes(comment.text) for comment in body.comments],
        "parent_text": [c.parent_text and without_quotes(c.parent_text) for c in body.comments],
        "thread_id": [str(place) for place in range(count)],
        "article": [body.article] * count,
        "target": [body.target] * count,
        "language": [body.language] * count,
    }
    return pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})


@lru_cache(maxsize=2)
def _scores(settings: Settings) -> tuple[Score, ...]:
    return scores_for(settings)


def _judge(item: Score) -> str:
    if isinstance(item, TrainedScore):
        return item.classifier.label
    if isinstance(item, Sentiment):
        return f"vaderSentiment {version('vaderSentiment')}"
    return f"{PROGRAM} {version(PROGRAM)}"
