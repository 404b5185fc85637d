"""Whether a discussion drifts from the article, or from how it opened, beyond what chance does. Any language.

Two samples of the same words differ, the more the shorter they are: a distance alone says nothing. So it is
compared with the distances after the order of the comments is shuffled, in blocks, as neighbours resemble
each other; what is reported is the z.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from threads.dynamics.columns import Floats, times_of
from threads.dynamics.sentences import Sentence, plain
from threads.dynamics.terms import Terms, spread_out, terms_of
from threads.language import _, number, signed

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SEED: Final = 20_240_517
FEWEST_COMMENTS: Final = 60  # eight blocks
MOST_COMMENTS: Final = 3_000
MOST_WORDS: Final = 1_500
FEWEST_WITH_WORD: Final = 2  # comments
FEWEST_IN_ARTICLE: Final = 20  # different words
SHUFFLES: Final = 499
ALARMS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the last third of a discussion is from `start`, beyond what a shuffled order gives.

    `value` is, from the article, how much the mean cosine similarity of comments with it (TF-IDF) falls from
    the first third to the last; from the opening, the Jensen-Shannon divergence of the words of first and
    last third, in bits. It says nothing alone: `z` compares it with SHUFFLES shuffled orders, `p` is how many
    of them drift as much. `read` comments were read, spread over the discussion.
    """

    start: Literal["article", "opening"]
    read: int
    value: float | None = None
    z: float | None = None
    p: float | None = None
    reason: str = ""

    def sentence(self) -> Sentence:
        """Return whether talk drifts."""
        if self.z is None or self.p is None:
            return plain(self.reason)
        place = _("the article") if self.start == "article" else _("how it opened")
        if self.p > ALARMS:
            said = _("The talk drifts no further from {place} than chance would have it", place=place)
        else:
            said = _(
                "The talk drifts from {place}: its last third is further off than chance would have it",
                place=place,
            )
        return plain(f"{said} (z {signed(self.z, 1)}, p {number(self.p, 3)}).")


def drift(frame: pd.DataFrame, article: str | None = None) -> Drift:
    """Return how far a discussion drifts from the article, or from its own opening where there is none.

    Comments are in order of time where all have one, else in the order of the rows.
    """
    times = times_of(frame)
    order = (
        np.argsort(times.to_numpy(dtype="datetime64[us]"), kind="stable")
        if times.notna().all()
        else np.arange(len(frame))
    )
    rows = spread_out(np.asarray(order, dtype=np.intp), MOST_COMMENTS)
    start: Literal["article", "opening"] = "opening" if article is None else "article"
    if len(rows) < FEWEST_COMMENTS:
        few = _(
            "{count} comments are too few to drift (from {fewest_comments} on).",
            count=len(rows),
            fewest_comments=FEWEST_COMMENTS,
        )
        return Drift(start, len(rows), reason=few)
    terms = _frequent(terms_of([*frame["text"].iloc[rows], article]))
    counts, target = terms.counts[:-1], terms.counts[[-1]]
    if article is not None and target.nnz < FEWEST_IN_ARTICLE:
        few = _(
            "The article shares {words} words with comments: too few (from {fewest_in_article} on).",
            words=target.nnz,
            fewest_in_article=FEWEST_IN_ARTICLE,
        )
        return Drift(start, len(rows), reason=few)
    blocks = _blocks(counts.shape[0])
    values = (
        _orders_from_opening(counts, blocks)
        if article is None
        else _orders_from_article(counts, target, blocks)
    )
    spread = float(values[1:].std())
    if not spread > 0:
        return Drift(start, len(rows), reason=_("Every order of the comments is alike: nothing to compare."))
    z = (values[0] - values[1:].mean()) / spread
    p = (int((values[1:] >= values[0] - 1e-12).sum()) + 1) / (SHUFFLES + 1)
    return Drift(start, len(rows), float(values[0]), float(z), p)


def jensen_shannon(one: Floats, other: Floats) -> Floats:
    """Return the Jensen-Shannon divergence of rows of shares from those of `other`, in bits, from 0 to 1."""
    middle = (one + other) / 2
    return (_relative_entropy(one, middle) + _relative_entropy(other, middle)) / 2


def _relative_entropy(one: Floats, other: Floats) -> Floats:
    ratio = np.divide(one, other, out=np.ones_like(one), where=one > 0)
    entropy: Floats = (one * np.log2(ratio)).sum(axis=-1)
    return entropy


def _blocks(comments: int) -> Floats:
    """Return which comments (columns) are of which block (rows): about 2 n^(1/3) neighbours each."""
    size = round(2 * comments ** (1 / 3))
    number = comments // size
    block = np.minimum(np.arange(comments) // size, number - 1)
    member: Floats = (block == np.arange(number)[:, None]).astype(np.float64)
    return member


def _thirds(blocks: int) -> tuple[Floats, Floats]:
    """Return which blocks are of the first and of the last third, in each order; the first is as it was."""
    random = np.random.default_rng(SEED)
    orders = np.stack([np.arange(blocks), *(random.permutation(blocks) for _ in range(SHUFFLES))])
    third = blocks // 3
    first, last = np.zeros((2, *orders.shape))
    np.put_along_axis(first, orders[:, :third], 1.0, axis=1)
    np.put_along_axis(last, orders[:, -third:], 1.0, axis=1)
    return first, last


def _orders_from_article(counts: csr_array, article: csr_array, blocks: Floats) -> Floats:
    """Return for each order how much less similar to the article its last third is than its first."""
    texts = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log((1 + counts.shape[0]) / (1 + texts)) + 1
    target = article.toarray()[0] * idf
    weighted = counts.multiply(idf).tocsr()
    lengths = np.sqrt(weighted.multiply(weighted).sum(axis=1)) * np.linalg.norm(target)
    near = np.divide(weighted @ target, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    sums, sizes = blocks @ near, blocks.sum(axis=1)
    first, last = _thirds(len(blocks))
    fallen: Floats = (first @ sums) / (first @ sizes) - (last @ sums) / (last @ sizes)
    return fallen


def _orders_from_opening(counts: csr_array, blocks: Floats) -> Floats:
    """Return for each order the divergence of the words of its last third from those of its first."""
    sums = blocks @ counts
    first, last = (third @ sums for third in _thirds(len(blocks)))
    totals = [np.maximum(side.sum(axis=1, keepdims=True), 1.0) for side in (first, last)]
    return jensen_shannon(first / totals[0], last / totals[1])


def _frequent(terms: Terms) -> Terms:
    """Return the words of two comments and more, the most frequent MOST_WORDS."""
    texts = terms.texts_with
    often = np.argsort(-texts, kind="stable")[:MOST_WORDS]
    chosen = np.zeros(len(texts), dtype=np.bool_)
    chosen[often] = texts[often] >= FEWEST_WITH_WORD
    return terms.only(chosen)
