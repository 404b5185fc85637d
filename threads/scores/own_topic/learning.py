"""A linear support vector machine on n-grams, and how it gets better with more labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from threads.scores.classifier import Vector
from threads.scores.evaluate import agreement
from threads.scores.own_topic.labelled import Labelled
from threads.scores.own_topic.near_copies import Numbers

if TYPE_CHECKING:
    from scipy.sparse import csr_array

COST: Final = 0.1  # C, what errors cost beside the size of weights; chosen on other data than any user's
SIZES: Final = (10, 20, 50, 100, 300)
DRAWS: Final = 10
LEFT: Final = 0.2  # the share of comments that a point of the learning curve is measured on at least


@dataclass(frozen=True)
class Learnt:
    """Weights of n-grams × labels, and an intercept for each label."""

    slopes: Vector
    intercepts: Vector

    def margins(self, matrix: csr_array[Any]) -> Vector:
        """Return rows × labels, positive on a label's own side."""
        return np.asarray(matrix @ self.slopes + self.intercepts)


def learn(matrix: csr_array[Any], truth: Numbers, labels: int) -> Learnt:
    """Return a machine for each label against the rest.

    Squared hinge loss (Fan et al. 2008); every comment weighs the same, so that common labels are said more
    often: that was right more often on other data. A label that does not occur is always on its far side.
    """
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - slow to import

    slopes, intercepts = np.zeros((matrix.shape[1], labels)), np.full(labels, -1.0)
    for label in range(labels):
        own = truth == label
        if own.any() and not own.all():
            machine = LinearSVC(C=COST, random_state=0, max_iter=5000)
            machine.fit(matrix, own)
            slopes[:, label], intercepts[label] = machine.coef_[0], machine.intercept_[0]
    return Learnt(slopes, intercepts)


def out_of_fold(matrix: csr_array[Any], data: Labelled, folds: Numbers) -> Vector:
    """Return the margins of each text, rows × labels, from machines that have not seen its fold."""
    found = np.empty((len(data.truth), len(data.labels)))
    for fold in np.unique(folds):
        out = folds == fold
        found[out] = learn(matrix[~out], data.truth[~out], len(data.labels)).margins(matrix[out])
    return found


def learning_curve(matrix: csr_array[Any], data: Labelled, draws: int = DRAWS) -> list[dict[str, Any]]:
    """Return how good machines of fewer labels are on the other texts: mean and quartiles over `draws`.

    A row for each of SIZES that leaves enough texts to measure on: labels, macro_f1, macro_f1_quartiles,
    accuracy, accuracy_quartiles. Near-copies of what a machine has learnt from are not measured on; a draw
    that leaves nothing else is left out.
    """
    sizes = [size for size in SIZES if size <= (1 - LEFT) * len(data.texts)]
    points = ((size, _point(matrix, data, size, draws)) for size in sizes)
    return [{"labels": size, **point} for size, point in points if point]


def _point(matrix: csr_array[Any], data: Labelled, size: int, draws: int) -> dict[str, Any]:
    names, found = np.array(data.names()), []
    for chosen in data.draws(size, draws):
        others = np.flatnonzero(~np.isin(data.groups, data.groups[chosen]))
        if not len(others):
            continue
        learnt = learn(matrix[chosen], data.truth[chosen], len(data.labels))
        answers = np.array(data.labels)[learnt.margins(matrix[others]).argmax(axis=1)]
        found.append(agreement(names[others].tolist(), answers.tolist(), data.labels))
    return {
        key: value
        for measure in ("macro_f1", "accuracy")
        for key, value in (_spread(measure, [figures[measure] for figures in found]) if found else {}).items()
    }


def _spread(measure: str, values: list[float]) -> dict[str, Any]:
    quartiles = np.quantile(values, [0.25, 0.75]).tolist()
    return {measure: float(np.mean(values)), f"{measure}_quartiles": quartiles}
