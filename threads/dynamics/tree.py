"""Comments as a tree: what each answers, how deep it stands, how much hangs on it; in about linear time.

The article is the root. It is not a row: what answers it has the parent ARTICLE and depth 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.people import known

ARTICLE: Final = -1

Integers = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Tree:
    """For each row the row it answers (ARTICLE for none), and how many steps it is from the article.

    `lost` counts rows whose parent is named and not among the rows, or that answer each other in a circle;
    they count as answers to the article.
    """

    parents: Integers
    depths: Integers
    lost: int = 0


def tree_of(frame: pd.DataFrame) -> Tree:
    """Return the tree of a frame, by `comment_id` and `parent_id` within each `thread_id`."""
    named = known(frame, "parent_id").notna().to_numpy()
    tree = tree_from(_places_of_parents(frame))
    return Tree(tree.parents, tree.depths, int((named & (tree.parents == ARTICLE)).sum()))


def tree_from(parents: Integers) -> Tree:
    """Return the tree of rows that answer the rows `parents`; a circle is cut where it leads forward."""
    depths = _depths(parents)
    in_circle = depths < 0
    if in_circle.any():
        # Every circle has a row that answers a later row, or itself.
        forward = in_circle & (parents >= np.arange(len(parents)))
        parents = np.where(forward, ARTICLE, parents)
        depths = _depths(parents)
    return Tree(parents, depths)


def level_counts(tree: Tree) -> Integers:
    """Return how many comments stand at each depth, from 1 on."""
    return np.bincount(tree.depths)[1:]


def subtree_sizes(tree: Tree) -> Integers:
    """Return for each row how many rows hang on it, itself included."""
    sizes = [1] * len(tree.parents)
    parents = tree.parents.tolist()
    for row in np.argsort(-tree.depths, kind="stable").tolist():
        if parents[row] != ARTICLE:
            sizes[parents[row]] += sizes[row]
    return np.array(sizes, dtype=np.intp)


def roots(tree: Tree) -> Integers:
    """Return for each row the row at depth 1 that its sub-thread begins with."""
    own = np.arange(len(tree.parents))
    above = np.where(tree.parents == ARTICLE, own, tree.parents)
    while not np.array_equal(further := above[above], above):
        above = further
    return above


def h_index(levels: Integers) -> int:
    """Return the largest h such that every level i up to h has at least i comments.

    Gómez, Kaltenbrunner and López, Statistical analysis of the social network and discussion threads in
    Slashdot, WWW 2008. Of two threads with the same index the one with fewer comments counts as the more
    controversial.
    """
    short = np.flatnonzero(levels < np.arange(1, len(levels) + 1))
    return int(short[0]) if len(short) else len(levels)


def mean_path(tree: Tree) -> float | None:
    """Return the mean number of steps between two nodes, the article being one; None without a comment.

    Structural virality (Goel, Anderson, Hofman and Watts, Management Science 62, 2016): Wiener's index by the
    number of pairs. A step is on the paths between all nodes below it and all others, so one pass does.
    """
    nodes = len(tree.parents) + 1
    if nodes < 2:
        return None
    sizes = subtree_sizes(tree).astype(np.float64)
    return float((sizes * (nodes - sizes)).sum() / (nodes * (nodes - 1) / 2))


def mean_path_by_chance(comments: int) -> float | None:
    """Return the mean path expected where each comment answers one before it or the article, all alike.

    Exact, for random recursive trees: what hangs on the i-th of n nodes is 1 + a beta-binomial number of
    n - i draws with parameters 1 and i - 1 (Pólya's urn).
    """
    nodes = comments + 1
    if nodes < 2:
        return None
    place = np.arange(2, nodes + 1, dtype=np.float64)
    left = nodes - place
    mean = nodes / place
    variance = left * (place - 1) * nodes / (place**2 * (place + 1))
    wiener = (nodes * mean - mean**2 - variance).sum()
    return float(wiener / (nodes * (nodes - 1) / 2))


def _places_of_parents(frame: pd.DataFrame) -> Integers:
    thread = known(frame, "thread_id").fillna("") + "\x00"
    own, above = thread + known(frame, "comment_id"), thread + known(frame, "parent_id")
    first = (own.notna() & ~own.duplicated()).to_numpy()
    found = pd.Index(own[first]).get_indexer(pd.Index(above))
    places = np.append(np.flatnonzero(first), ARTICLE)[found]
    return np.where(above.notna().to_numpy(), places, ARTICLE).astype(np.intp)


def _depths(parents: Integers) -> Integers:
    """Return the steps to the article, found by doubling the step; -1 where none leads there."""
    article = len(parents)
    jump = np.append(np.where(parents == ARTICLE, article, parents), article)
    steps = np.append(np.ones(article, dtype=np.intp), 0)
    for _ in range(article.bit_length() + 1):
        if (jump == article).all():
            break
        steps += steps[jump]
        jump = jump[jump]
    return np.where(jump[:-1] == article, steps[:-1], -1)
