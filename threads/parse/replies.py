"""Who answers whom, worked out where the source does not say: a small ranker over the comments above.

For each comment it weighs the article against the comments that it may answer, by what the order of the
page, names, quotations, times and words say (`reply_cues`), in the manner of the linear rankers for chats
(Kummerfeld et al. 2019), and abstains where it is not sure. Its card tells how right it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp
from typing import Final

from threads.models import load
from threads.parse.reply_cues import ARTICLE, Candidate, Thread
from threads.parse.reply_order import is_backwards
from threads.records import Comment

MODEL: Final = "reply_links"
"""The name of the trained weights."""

MOST_COMMENTS: Final = 10_000
"""In a longer thread nothing is worked out: it takes about 0.3 ms a comment, and no page shows so many."""

# With more given parents than this share, the source does thread: an answer without one is to the article.
_MOST_GIVEN = 0.05


@dataclass(frozen=True, slots=True)
class Guess:
    """The index of the comment that one answers (ARTICLE for none), and the probability that it does."""

    parent: int
    confidence: float


def infer_replies(comments: Sequence[Comment], article: str | None = None) -> tuple[Comment, ...]:
    """Return the comments of one thread, with parents worked out where the source gives (almost) none.

    Parameters
    ----------
    comments
        One thread in page order; one of more than MOST_COMMENTS is returned as it is.
    article
        The text commented on: names that it mentions mean those people, not commenters.

    Returns
    -------
    tuple of Comment
        Parents so found have the source "inferred" and the probability that the model gives them; its card
        tells how often that was right.
    """
    if len(comments) > MOST_COMMENTS or _is_threaded(comments):
        return tuple(comments)
    threshold = _weights().threshold
    return tuple(
        replace(
            comment,
            parent_id=comments[guess.parent].comment_id,
            parent_source="inferred",
            parent_confidence=guess.confidence,
        )
        if comment.parent_id is None and guess.parent != ARTICLE and guess.confidence >= threshold
        else comment
        for comment, guess in zip(comments, guess_parents(comments, article), strict=True)
    )


def _is_threaded(comments: Sequence[Comment]) -> bool:
    """Return whether the source gives threads; "@Bob" at the start of a text is its writer's word only."""
    given = sum(c.parent_source == "given" and not c.text.lstrip().startswith("@") for c in comments)
    return given > _MOST_GIVEN * len(comments)


def guess_parents(comments: Sequence[Comment], article: str | None = None) -> list[Guess]:
    """Return for each comment what it most likely answers, however unsure; a given parent is certain."""
    if not is_backwards(comments):
        return list(_guesses(comments, article))
    last = len(comments) - 1
    guesses = _guesses(comments[::-1], article)
    turned = [g if g.parent == ARTICLE else Guess(last - g.parent, g.confidence) for g in guesses]
    return turned[::-1]


def _guesses(comments: Sequence[Comment], article: str | None) -> Iterator[Guess]:
    weights = _weights().cues
    thread = Thread(comments, article)
    places = {comment.comment_id: i for i, comment in enumerate(comments)}
    for i, comment in enumerate(comments):
        given = places.get(comment.parent_id or "", i)
        guess = Guess(given, 1.0) if given < i else best(thread.candidates(i), weights)
        thread.settle(i, guess.parent)
        yield guess


def best(candidates: Sequence[Candidate], weights: Mapping[str, float]) -> Guess:
    """Return the likeliest candidate, with its probability by a conditional logit (McFadden 1974)."""
    scores = [sum([weights[name] * value for name, value in c.cues.items()]) for c in candidates]
    highest = max(scores)
    confidence = 1 / sum(exp(score - highest) for score in scores)
    return Guess(candidates[scores.index(highest)].index, confidence)


@dataclass(frozen=True, slots=True)
class _Weights:
    cues: Mapping[str, float]
    threshold: float


@lru_cache(maxsize=1)
def _weights() -> _Weights:
    model = load(MODEL)
    names, values = model.array("cues"), model.array("weights")
    return _Weights(
        cues={str(name): float(value) for name, value in zip(names, values, strict=True)},
        threshold=float(model.array("threshold")),
    )
