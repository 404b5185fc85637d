"""Probabilities that follow the frequencies of held-out data (Guo et al. 2017)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


def calibrated(log_probabilities: Vector, temperature: float, shift: Vector) -> Vector:
    """Return probabilities, rows × labels, from logarithms divided by `temperature` and a `shift` a label."""
    return np.asarray(np.exp(log_softmax(log_probabilities / temperature + shift)))


def calibration(logs: Vector, labels: npt.NDArray[np.intp], steadiness: float = 0.0) -> tuple[float, Vector]:
    """Return the temperature and the shift of each label that give held-out rows the least log loss.

    Probabilities then follow the frequencies of these rows (Guo et al. 2017; the shifts are those of
    bias-corrected temperature scaling, Alexandari et al. 2020). With few rows `steadiness`, a weight on the
    squares of what is looked for, keeps them near those of `logs`.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    own = np.arange(len(labels)), labels

    def loss(values: Vector) -> float:
        shift = np.concatenate([[0.0], values[1:]])
        lost = -log_softmax(logs / np.exp(values[0]) + shift)[own].mean()
        return float(lost + steadiness * np.square(values).sum())

    found = minimize(loss, np.zeros(logs.shape[1]), method="BFGS").x.round(4)
    return float(np.exp(found[0]).round(4)), np.concatenate([[0.0], found[1:]])


def log_softmax(scores: Vector) -> Vector:
    """Return the logarithms of the probabilities that stand in proportion to the exponentials of `scores`."""
    moved = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(moved - np.log(np.exp(moved).sum(axis=1, keepdims=True)))


def log_sigmoid(log_odds: Vector) -> Vector:
    """Return the logarithm of the probability that has these log odds."""
    return np.asarray(-np.logaddexp(0.0, -log_odds))
