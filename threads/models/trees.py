"""Gradient-boosted trees from plain arrays: the answer for a row is the same whatever stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from threads.models.calibration import Vector

BLOCK: Final = 32  # rows at a time, so that what is looked up for them stays in the processor's cache
TREE_ARRAYS: Final = ("features", "initial", "tree_feature", "tree_threshold", "tree_value")
"""What the weights of a model with boosted trees hold."""


def tree_scores(arrays: Mapping[str, npt.NDArray[Any]], rows: Vector) -> Vector:
    """Return what the trees say for each label, rows × labels, for rows × features: log odds, unnormalised.

    `arrays` (TREE_ARRAYS) hold full binary trees of one depth, those of one label together, in the order of
    the labels: `tree_feature` and `tree_threshold` are trees × inner nodes, level by level, `tree_value` is
    trees × leaves. A row goes right where its feature exceeds the threshold. The boosting is that of
    Friedman (2001).
    """
    blocks = [_block(arrays, rows[start : start + BLOCK]) for start in range(0, len(rows), BLOCK)]
    return np.concatenate(blocks) if blocks else np.empty((0, len(arrays["initial"])))


def _block(arrays: Mapping[str, npt.NDArray[Any]], rows: Vector) -> Vector:
    initial = arrays["initial"]
    leaves = _leaves(arrays, rows).reshape(len(rows), len(initial), -1)
    return np.asarray(initial + leaves.sum(axis=2))


def _leaves(arrays: Mapping[str, npt.NDArray[Any]], rows: Vector) -> Vector:
    """Return the value of the leaf that each row reaches, rows × trees."""
    trees, inner = arrays["tree_feature"].shape
    feature, threshold = arrays["tree_feature"].ravel(), arrays["tree_threshold"].ravel()
    roots = np.arange(trees) * inner
    # The trees were grown on 32-bit features, and compare as they did then.
    narrow = np.ascontiguousarray(rows, dtype=np.float32)
    starts = np.arange(len(rows))[:, None] * narrow.shape[1]
    at = np.zeros((len(rows), trees), dtype=np.intp)  # the place within the level
    for level in range(inner.bit_length()):
        nodes = at + (roots + 2**level - 1)
        at = 2 * at + (narrow.take(starts + feature.take(nodes)) > threshold.take(nodes))
    return np.asarray(arrays["tree_value"].ravel().take(at + np.arange(trees) * (inner + 1)))
