"""Reply chains: a comment that answers the article, with everything that stands below it.

Comments of one chain resemble each other, so what is drawn anew in a bootstrap is people or chains.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.columns import texts_of
from threads.dynamics.people import person_of_each
from threads.dynamics.smoothing import clusters_of

Unit = Literal["people", "chains"]
Rows = npt.NDArray[np.intp]


def parent_rows(frame: pd.DataFrame) -> Rows:
    """Return the row that each comment answers, -1 where it answers none that is in the frame."""
    comments, parents = texts_of(frame, "comment_id"), texts_of(frame, "parent_id")
    threads = pd.factorize(texts_of(frame, "thread_id"), use_na_sentinel=False)[0]
    codes, _ = pd.factorize(np.concatenate([comments, parents]), use_na_sentinel=True)
    own, answered = codes[: len(frame)], codes[len(frame) :]
    # One key for the pair of thread and comment: a comment's id is unique within its thread only.
    size = int(codes.max(initial=0)) + 1
    keys, wanted = threads * size + own, threads * size + answered
    rows = pd.Series(np.arange(len(frame)), index=keys)[own >= 0]
    found = rows[~rows.index.duplicated()].reindex(wanted).fillna(-1).to_numpy(dtype=np.intp)
    return np.where(answered >= 0, found, -1)


def chain_of_each(frame: pd.DataFrame) -> Rows:
    """Return the number of each comment's chain, from 0 in order of appearance.

    Comments that answer each other in a circle, which a damaged source may give, are one chain.
    """
    above = _or_itself(parent_rows(frame))
    least = np.minimum(np.arange(len(frame)), above)
    # Each step doubles how far up a comment looks: the deepest chain, or circle, takes few.
    for _ in range(len(frame).bit_length()):
        least = np.minimum(least, least[above])
        above = above[above]
    return pd.factorize(least[above])[0]


def depth_of_each(frame: pd.DataFrame) -> Rows:
    """Return how deep each comment stands: 1 for an answer to the article; 1 on or below a circle, too."""
    parents = parent_rows(frame)
    above, steps = _or_itself(parents), (parents >= 0).astype(np.intp)
    for _ in range(len(frame).bit_length()):
        steps = steps + steps[above]
        above = above[above]
    return np.where(parents[above] >= 0, 1, steps + 1)


def _or_itself(parents: Rows) -> Rows:
    return np.where(parents < 0, np.arange(len(parents)), parents)


def clusters(frame: pd.DataFrame, unit: Unit) -> Rows:
    """Return which comments are drawn together, numbered from 0: those of a person, or of a chain."""
    return chain_of_each(frame) if unit == "chains" else clusters_of(person_of_each(frame))
