"""Which comments to label next: those that stand for many others and that the model is least sure of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from threads.records import GONE
from threads.scores.classifier import Vector
from threads.scores.own_topic.model import OwnTopic, text_hashes
from threads.scores.own_topic.near_copies import Numbers
from threads.scores.own_topic.ngrams import KINDS, READ, normalised, rows, vocabulary
from threads.scores.text import is_placeholder, only_quotes

POOL: Final = 2_000  # comments looked at; of more, so many by chance
COMPARED: Final = 1_000  # characters of a comment that say what it is like
NOT_ASKED: Final = GONE | {"spam"}  # statuses of comments that nobody need label


def suggest(
    texts: Sequence[str],
    count: int,
    model: OwnTopic | None = None,
    statuses: Sequence[object] | None = None,
) -> list[int]:
    """Return the places of at most `count` texts to label next, the most useful first.

    Each one is the text that makes the chosen ones most like all the others (facility location; Lin and
    Bilmes 2011), counted by how unsure `model` is of it: one minus the distance of its two likeliest labels.
    Without a model every text counts the same. Left out are texts without a word of their author's (blank,
    only quotation, "[deleted]"), those whose status is one of NOT_ASKED, repetitions, and texts that the
    model has learnt from. Of more than POOL texts a part is looked at, the same on every call.
    """
    left_out = [status in NOT_ASKED for status in statuses or [None] * len(texts)]
    own = ["" if out else own_words(text) for text, out in zip(texts, left_out, strict=True)]
    places = _different(own, model)
    if not places:
        return []
    chosen = [normalised(texts[place]) for place in places]
    unsure = np.ones(len(places))
    if model is not None:
        unsure = unsureness(model.probabilities([texts[place] for place in places]))
    return [places[number] for number in spread(likeness(chosen), unsure, min(count, len(places)))]


def own_words(text: str) -> str:
    """Return a normalised text, "" where nothing of it is its author's: only quotation, or a placeholder."""
    start = text[:READ]
    return "" if only_quotes(start) or is_placeholder(start) else normalised(start)


def _different(compared: Sequence[str], model: OwnTopic | None) -> list[int]:
    """Return the places of different, unknown normalised texts; of more than POOL, those of smallest hash."""
    known = set() if model is None else set(model.known.tolist())
    first: dict[int, int] = {}
    for place, (text, digest) in enumerate(zip(compared, text_hashes(compared).tolist(), strict=True)):
        if text and digest not in known:
            first.setdefault(digest, place)
    return sorted(first[digest] for digest in sorted(first)[:POOL])


def unsureness(probabilities: Vector) -> Vector:
    """Return for each row one minus the distance of its two greatest probabilities."""
    ordered = np.sort(probabilities, axis=1)
    return np.asarray(1 - (ordered[:, -1] - ordered[:, -2]))


def likeness(texts: Sequence[str]) -> Vector:
    """Return the cosine of the n-grams of each two texts, the mean of words and characters."""
    starts = [text[:COMPARED] for text in texts]
    found = np.zeros((len(texts), len(texts)))
    for grams in KINDS:
        names = vocabulary(starts, grams)
        matrix = rows(starts, grams, dict(zip(names, range(len(names)), strict=True)))
        shared = (matrix @ matrix.T).toarray()
        lengths = np.sqrt(np.maximum(shared.diagonal(), np.finfo(float).tiny))
        found += shared / np.outer(lengths, lengths) / len(KINDS)
    return found


def spread(alike: Vector, unsure: Vector, count: int) -> Numbers:
    """Return `count` rows, each the one whose choice adds most to how well all are stood for."""
    covered, chosen = np.zeros(len(alike)), []
    open_ = np.ones(len(alike), dtype=bool)
    for _ in range(count):
        gains = np.maximum(alike - covered[:, None], 0).sum(axis=0) * unsure
        best = int(np.where(open_, gains, -1.0).argmax())
        open_[best] = False
        covered = np.maximum(covered, alike[:, best])
        chosen.append(best)
    return np.array(chosen, dtype=np.intp)
