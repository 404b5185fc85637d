"""Gradient-boosted trees from plain arrays: the answer for a row is the same whatever stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from threads.models.calibration import Vector

BLOCK: Final = 1024  # rows at a time; bounds memory at a few megabytes
TREE_ARRAYS: Final = (
    "features",
    "initial",
    "depth",
    "tree_feature",
    "tree_threshold",
    "tree_left",
    "tree_right",
    "tree_value",
)
"""What the weights of a model with boosted trees hold."""


def tree_scores(arrays: Mapping[str, npt.NDArray[Any]], rows: Vector) -> Vector:
    """Return what the trees say for each label, rows × labels, for rows × features: log odds, unnormalised.

    `arrays` (TREE_ARRAYS) hold trees as arrays of trees × nodes, those of one label together, in the order
    of the labels; a leaf is its own child. The boosting is that of Friedman (2001).
    """
    blocks = [_block(arrays, rows[start : start + BLOCK]) for start in range(0, len(rows), BLOCK)]
    return np.concatenate(blocks) if blocks else np.empty((0, len(arrays["initial"])))


def _block(arrays: Mapping[str, npt.NDArray[Any]], rows: Vector) -> Vector:
    initial = arrays["initial"]
    leaves = _leaves(arrays, rows).reshape(len(rows), len(initial), -1)
    return np.asarray(initial + leaves.sum(axis=2))


def _leaves(arrays: Mapping[str, npt.NDArray[Any]], rows: Vector) -> Vector:
    """Return the value of the leaf that each row reaches, rows × trees."""
    trees, nodes = arrays["tree_feature"].shape
    roots = np.arange(trees) * nodes
    feature, threshold = arrays["tree_feature"].ravel(), arrays["tree_threshold"].ravel()
    left, right = ((arrays[side] + roots[:, None]).ravel() for side in ("tree_left", "tree_right"))
    # The trees were grown on 32-bit features, and compare as they did then.
    narrow = np.ascontiguousarray(rows, dtype=np.float32)
    starts = np.arange(len(rows))[:, None] * narrow.shape[1]
    at = np.broadcast_to(roots, (len(rows), trees))
    for _ in range(int(arrays["depth"])):
        smaller = narrow.take(starts + feature.take(at)) <= threshold.take(at)
        at = np.where(smaller, left.take(at), right.take(at))
    return np.asarray(arrays["tree_value"].ravel().take(at))
