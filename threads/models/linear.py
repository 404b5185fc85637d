"""Logistic regression from plain arrays: the answer for a row is the same whatever stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from threads.models.calibration import Vector, calibrated, log_softmax

Arrays = Mapping[str, npt.NDArray[Any]]

ARRAYS: Final = (
    "labels",
    "cues",
    "usual",
    "cue_weights",
    "bias",
    "temperature",
    "shift",
    "weights",
    "thresholds",
)
"""What the weights of every model hold; `weights` serve the forced choice, the last abstention."""


def probabilities(arrays: Arrays, rows: Vector, weight: Vector) -> Vector:
    """Return calibrated probabilities, rows × labels, for rows × cues, with the weight of each row's means.

    Of a cue that is a mean, the excess over what is usual counts, times the weight; `usual` is not a number
    for the others, which count as they are. Calibration divides the log odds by a temperature (Guo et al.
    2017) and shifts each label.
    """
    scores = np.repeat(arrays["bias"][None, :], len(rows), axis=0)
    # Cue by cue: a product of matrices may round a row otherwise when it stands beside others.
    for column, weights in zip(excess(rows, weight, arrays["usual"]).T, arrays["cue_weights"], strict=True):
        scores += column[:, None] * weights
    return calibrated(log_softmax(scores), float(arrays["temperature"]), arrays["shift"])


def excess(rows: Vector, weight: Vector, usual: Vector) -> Vector:
    """Return rows × cues with weighted excess over `usual` in the place of means."""
    return np.where(np.isnan(usual), rows, (rows - usual) * weight[:, None])
