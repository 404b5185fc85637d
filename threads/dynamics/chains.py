"""Which comments are drawn together in a bootstrap: those of a person, or of a chain of replies.

A chain is a comment that answers the article with everything that stands below it. Comments of one person,
and of one chain, resemble each other; drawn one by one they would make every interval too narrow.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.people import person_of_each
from threads.dynamics.smoothing import clusters_of
from threads.dynamics.tree import roots, tree_of

Unit = Literal["people", "chains"]


def chain_of_each(frame: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Return the number of each comment's chain, from 0 in order of appearance."""
    return pd.factorize(roots(tree_of(frame)))[0]


def clusters(frame: pd.DataFrame, unit: Unit) -> npt.NDArray[np.intp]:
    """Return which comments are drawn together, numbered from 0."""
    return chain_of_each(frame) if unit == "chains" else clusters_of(person_of_each(frame))
