"""Gradient-boosted trees from plain arrays: the answer for a row is the same whatever stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

BLOCK: Final = 1024  # rows at a time; bounds memory at a few megabytes
ARRAYS: Final = (
    "labels",
    "features",
    "initial",
    "depth",
    "tree_feature",
    "tree_threshold",
    "tree_left",
    "tree_right",
    "tree_value",
    "temperature",
    "shift",
    "weights",
    "thresholds",
    "most_words",
)
"""What the weights of boosted trees hold; `weights` serve the forced choice, the last two abstention."""

Arrays = Mapping[str, npt.NDArray[Any]]


def probabilities(arrays: Arrays, rows: Vector) -> Vector:
    """Return calibrated probabilities, rows × labels, for rows × features.

    `arrays` (ARRAYS) hold trees as arrays of trees × nodes, those of one label together, in the order of
    `labels`; a leaf is its own child. The boosting is that of Friedman (2001); calibration divides the log
    odds by a temperature (Guo et al. 2017) and shifts each label.
    """
    blocks = [_block(arrays, rows[start : start + BLOCK]) for start in range(0, len(rows), BLOCK)]
    return np.concatenate(blocks) if blocks else np.empty((0, len(arrays["labels"])))


def _block(arrays: Arrays, rows: Vector) -> Vector:
    initial = arrays["initial"]
    leaves = _leaves(arrays, rows).reshape(len(rows), len(initial), -1)
    scores = initial + leaves.sum(axis=2)
    return calibrated(_log_softmax(scores), float(arrays["temperature"]), arrays["shift"])


def _leaves(arrays: Arrays, rows: Vector) -> Vector:
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


def calibrated(log_probabilities: Vector, temperature: float, shift: Vector) -> Vector:
    """Return probabilities after division of the logarithms by `temperature` and a `shift` for each label."""
    return np.asarray(np.exp(_log_softmax(log_probabilities / temperature + shift)))


def _log_softmax(scores: Vector) -> Vector:
    moved = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(moved - np.log(np.exp(moved).sum(axis=1, keepdims=True)))
