"""Learning a model of one topic from labelled comments, and finding out how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from threads.models.calibration import calibrated, calibration
from threads.models.intervals import wilson
from threads.scores.classifier import UNCLEAR, Vector, spoken, surest
from threads.scores.evaluate import agreement, assess, speaking
from threads.scores.own_topic.labelled import Labelled
from threads.scores.own_topic.learning import learn, learning_curve, out_of_fold
from threads.scores.own_topic.model import FEWEST_SAID, OwnTopic, text_hashes
from threads.scores.own_topic.near_copies import Numbers, worth
from threads.scores.own_topic.ngrams import KINDS, vocabulary

ASKED: Final = 0.7  # how often right a label is to be where it is said
DRAWN: Final = 1000


def fit(texts: Sequence[str], labels: Sequence[str], target: str) -> OwnTopic:
    """Return a model of the stance that comments take toward `target`, and how good it is.

    `figures` of the answer has

    - cross_validated: as `threads.scores.evaluate.assess`; every text is judged, calibrated and given its
      threshold by what was learnt without it and its near-copies
    - accuracy_interval, macro_f1_interval: 95%, as `intervals`; near-copies make them no narrower
    - majority: label, accuracy and macro_f1 of always saying the commonest label
    - labelled: texts by label; left_out: how many texts were repeated, contradictory or blank (`Labelled`)
    - near_copies: how many of the texts learnt from nearly repeat another one
    - curve: how good models of fewer labels are (`learning_curve`)

    Parameters
    ----------
    labels
        One for each text, of TASKS["topic_stance"].labels.

    Raises
    ------
    InputError
        There are too few texts, or too few of a label.
    """
    data = Labelled.of(texts, labels)
    names = [vocabulary(data.texts, grams) for grams in KINDS]
    matrix, folds = data.matrix(names), data.folds()
    margins = out_of_fold(matrix, data, folds)
    learnt = learn(matrix, data.truth, len(data.labels))
    temperature, shift = _calibration(margins, data.truth)
    model = OwnTopic(
        target=" ".join(target.encode(errors="replace").decode().split()),
        labels=data.labels,
        grams=(np.array(names[0], dtype=np.str_), np.array(names[1], dtype=np.str_)),
        slopes=learnt.slopes.astype(np.float32),
        intercepts=learnt.intercepts,
        temperature=temperature,
        shift=shift,
        weights=np.exp(-shift),  # the forced choice is the machine's own, before probabilities were shifted
        thresholds=_thresholds(calibrated(margins, temperature, shift), data.truth),
        known=np.sort(text_hashes(data.texts)),
        figures={},
    )
    figures = {
        **measured(model, data, margins, folds),
        "curve": learning_curve(matrix, data),
        "labelled": data.counts(),
        "near_copies": data.near_copies,
        "left_out": {"repeated": data.repeated, "contradictory": data.contradictory, "blank": data.blank},
    }
    return replace(model, figures=figures)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often right labels by forced choice are on comments not seen, with its 95% interval (Wilson).

    `usual` is how often always saying the commonest label is right.
    """

    labels: int
    value: float
    low: float
    high: float
    usual: float


def accuracy_of(texts: Sequence[str], labels: Sequence[str]) -> Accuracy:
    """Return the cross-validated accuracy that `fit` would find, without making a model; errors as there."""
    data = Labelled.of(texts, labels)
    matrix = data.matrix([vocabulary(data.texts, grams) for grams in KINDS])
    answers = out_of_fold(matrix, data, data.folds()).argmax(axis=1)
    right, count = int((answers == data.truth).sum()), len(data.truth)
    low, high = _share_interval(right / count, worth(data.groups))
    return Accuracy(count, right / count, low, high, max(data.counts().values()) / count)


def _calibration(margins: Vector, truth: Numbers) -> tuple[float, Vector]:
    """Return a temperature and shifts that few comments cannot carry far from 1 and 0."""
    return calibration(margins, truth, steadiness=1 / len(truth))


def _thresholds(chances: Vector, truth: Numbers) -> Vector:
    return surest(chances, truth, [ASKED] * chances.shape[1], FEWEST_SAID)


def measured(model: OwnTopic, data: Labelled, margins: Vector, folds: Numbers) -> dict[str, Any]:
    """Return cross_validated, its intervals and majority, as `fit` says."""
    truth = data.names()
    chances, said = np.empty_like(margins), np.full(len(truth), UNCLEAR, dtype=object)
    for fold in np.unique(folds):
        out = folds == fold
        temperature, shift = _calibration(margins[~out], data.truth[~out])
        limits = _thresholds(calibrated(margins[~out], temperature, shift), data.truth[~out])
        chances[out] = calibrated(margins[out], temperature, shift)
        said[out] = spoken(chances[out], data.labels, limits)
    forced = margins.argmax(axis=1)
    commonest = max(data.labels, key=data.counts().__getitem__)
    always = agreement(truth, [commonest] * len(truth), data.labels)
    return {
        "cross_validated": assess(chances, truth, model)
        | agreement(truth, [data.labels[best] for best in forced], data.labels)
        | speaking(truth, said.tolist()),
        **intervals(data.truth, forced, len(data.labels), worth(data.groups)),
        "majority": {"label": commonest, "accuracy": always["accuracy"], "macro_f1": always["macro_f1"]},
    }


def intervals(
    truth: Numbers, answers: Numbers, labels: int, count: float | None = None
) -> dict[str, list[float]]:
    """Return the 95% intervals of accuracy and macro-F1.

    Neither shrinks to a point where all answers are right: accuracy has Wilson's score interval (1927), and
    macro-F1 that of DRAWN tables of answers from their posterior (a Bayesian bootstrap; Rubin 1981) after
    half a right and half a wrong answer, as in Jeffreys' interval of a share. `count` is how many independent
    rows they are worth, all of them unless it is given.
    """
    count = count or len(truth)
    generator = np.random.default_rng(0)
    cells = np.bincount(truth * labels + answers, minlength=labels * labels)
    before = np.where(np.eye(labels, dtype=np.bool_), 0.5 / labels, 0.5 / (labels * (labels - 1))).ravel()
    tables = generator.dirichlet(cells * (count / len(truth)) + before, DRAWN).reshape(-1, labels, labels)
    right = np.einsum("nii->ni", tables)
    both = np.maximum(tables.sum(axis=1) + tables.sum(axis=2), np.finfo(float).tiny)
    return {
        "accuracy_interval": list(_share_interval(float(np.mean(truth == answers)), count)),
        "macro_f1_interval": _middle((2 * right / both).mean(axis=1)),
    }


def _share_interval(share: float, count: float) -> tuple[float, float]:
    """Return Wilson's interval of a share of `count` rows, rounded to whole ones."""
    whole = max(1, round(count))
    return wilson(round(share * whole), whole)


def _middle(values: Vector) -> list[float]:
    found: list[float] = np.quantile(values, [0.025, 0.975]).tolist()
    return found
