"""Probabilities that follow the frequencies of held-out data (Guo et al. 2017)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


def calibrated(log_probabilities: Vector, temperature: float, shift: Vector) -> Vector:
    """Return probabilities, rows × labels, from logarithms divided by `temperature` and a `shift` a label."""
    return np.asarray(np.exp(log_softmax(log_probabilities / temperature + shift)))


def log_softmax(scores: Vector) -> Vector:
    """Return the logarithms of the probabilities that stand in proportion to the exponentials of `scores`."""
    moved = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(moved - np.log(np.exp(moved).sum(axis=1, keepdims=True)))
