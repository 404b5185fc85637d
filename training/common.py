"""What training scripts share: folds that split no group, calibration, forced choice, abstention, trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from threads.errors import InputError
from threads.models.calibration import calibrated, calibration
from threads.scores.classifier import surest
from threads.scores.evaluate import Examples, read_examples

Vector = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

FOLDS: Final = 5
FEWEST_SPOKEN: Final = 50  # rows that a threshold must rest on
RATIOS: Final = np.exp(np.linspace(-1.5, 1.5, 31))  # tried for the weight of a label, against what it was
ROUNDS: Final = 3


def labelled(name: str, file: Path) -> Examples:
    """Return the labelled rows of the task `name`; InputError where there are none."""
    examples = read_examples(name, file)
    if not examples.texts:
        raise InputError("holds no row to train on", source=str(file))
    return examples


def numbered(labels: Sequence[str], names: Sequence[str], source: str) -> Numbers:
    """Return each label as its place in `names`; InputError where a name does not occur."""
    absent = [name for name in names if name not in set(labels)]
    if absent:
        raise InputError(f"no row is labelled {absent[0]}", source=source)
    return np.array([names.index(label) for label in labels])


def out_of_fold(
    fitted: Callable[[Numbers, Numbers], Vector], groups: Sequence[str], folds: int = FOLDS
) -> Vector:
    """Return what is found for each row by a model that saw no row of its group.

    `fitted` takes the numbers of the rows to learn from and of the rows to judge, and returns what it finds
    for the latter, one row each.
    """
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415 - slow to import

    count = min(folds, len(set(groups)))
    if count < 2:
        raise InputError("all rows are one group", source="the training data")
    parts = list(GroupKFold(count).split(np.zeros(len(groups)), groups=list(groups)))
    found = [fitted(train, test) for train, test in parts]
    whole = np.empty((len(groups), *found[0].shape[1:]))
    for (_, test), rows in zip(parts, found, strict=True):
        whole[test] = rows
    return whole


def calibrated_by(logs: Vector, labels: Numbers, judged: Vector) -> Vector:
    """Return probabilities for `judged` by the calibration of other rows."""
    return calibrated(judged, *calibration(logs, labels))


def forced_weights(probabilities: Vector, labels: Numbers) -> Vector:
    """Return what to multiply each label's probability by, for the best macro-F1 of the likeliest label.

    Found label by label, over and over, from weights that make all labels as likely on the whole.
    """
    weights = 1 / np.sqrt(probabilities.mean(axis=0))
    for _ in range(ROUNDS):
        for label in range(len(weights)):
            tried = np.repeat(weights[None, :], len(RATIOS), axis=0)
            tried[:, label] *= RATIOS
            scores = [macro_f1(labels, (probabilities * row).argmax(axis=1), len(weights)) for row in tried]
            weights = tried[_middle_of_best(np.array(scores))]
    return np.asarray((weights / weights.max()).round(4))


def _middle_of_best(scores: Vector) -> int:
    """Return the place of the best score after smoothing, which does not follow single rows."""
    smooth = np.convolve(np.pad(scores, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    return int(smooth.argmax())


def macro_f1(labels: Numbers, answers: Numbers, count: int) -> float:
    """Return the mean F1 of `count` labels."""
    table = np.bincount(labels * count + answers, minlength=count * count).reshape(count, count)
    return float(np.mean(2 * table.diagonal() / np.maximum(1, table.sum(axis=0) + table.sum(axis=1))))


def thresholds(probabilities: Vector, labels: Numbers, asked: Sequence[float]) -> Vector:
    """Return for each label the lowest probability from which it is right as often as `asked`."""
    return surest(probabilities, labels, asked, FEWEST_SPOKEN)


def tree_arrays(models: Sequence[Any], features: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """Return the mean of scikit-learn's fitted gradient boostings as the arrays of `threads.models.trees`.

    All have been fitted to the same rows.
    """
    trees = [
        (estimator.tree_, model.learning_rate / len(models))
        for label in range(models[0].estimators_.shape[1])
        for model in models
        for estimator in model.estimators_[:, label]
    ]
    leaves = 2 ** max(tree.max_depth for tree, _ in trees)
    # What a shallow tree lacks sends every row left, to the value of the leaf above.
    feature = np.zeros((len(trees), leaves - 1), np.int16)
    threshold = np.full(feature.shape, np.inf, np.float32)
    value = np.zeros((len(trees), leaves))
    for number, (tree, rate) in enumerate(trees):
        for place, node in _places(tree, leaves):
            if place >= leaves - 1:
                value[number, place - leaves + 1] = rate * tree.value[node, 0, 0]
            else:
                feature[number, place] = tree.feature[node]
                threshold[number, place] = _below(tree.threshold[node])
    return {
        "features": np.array(features),
        "initial": np.log(models[0].init_.class_prior_),
        "tree_feature": feature,
        "tree_threshold": threshold,
        "tree_value": value,
    }


def _places(tree: Any, leaves: int) -> Iterator[tuple[int, int]]:
    """Yield the places of a full tree, level by level, that a fitted tree fills, with its node for each."""
    waiting = [(0, 0)]
    while waiting:
        place, node = waiting.pop()
        if tree.children_left[node] < 0:
            while place < leaves - 1:
                place = 2 * place + 1
            yield place, node
        else:
            yield place, node
            waiting += [(2 * place + 1, tree.children_left[node]), (2 * place + 2, tree.children_right[node])]


def _below(threshold: float) -> np.float32:
    """Return the greatest 32-bit number that is not above: 32-bit features compare with it alike."""
    narrow = np.float32(threshold)
    return narrow if narrow <= threshold else np.nextafter(narrow, np.float32(-np.inf))
