"""Train the reply relation: `btl train reply_relation --data FOLDER --out threads/models`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import sklearn

from threads.models.calibration import calibrated
from threads.models.trees import tree_scores
from threads.scores.cues import FEATURES, feature_matrix
from threads.scores.evaluate import Examples, assess
from threads.scores.labels import task
from threads.scores.reply_relation import ReplyModel
from training.common import (
    Flags,
    Numbers,
    Vector,
    calibration,
    forced_weights,
    labelled,
    numbered,
    out_of_fold,
    thresholds,
    tree_arrays,
)
from training.output import About, in_memory, save

NAME: Final = "reply_relation"
LABELS: Final = task(NAME).labels
RUMOUREVAL: Final = (
    "RumourEval 2019, task A (Gorrell, Kochkina, Liakata, Aker, Zubiaga, Bontcheva, Derczynski: SemEval-2019 "
    "Task 7), CC BY 4.0; mentions and links masked; labels renamed"
)
MEASURED_ON: Final = {
    "Development part": "rumoureval2019_dev.jsonl",
    "Replies about Trump": "reddit_trump_train.jsonl",
}
RIGHT_WHEN_SAID: Final = {"agrees": 0.4, "disagrees": 0.5, "asks": 0.6, "comments": 0.8}
BOOSTING: Final[Mapping[str, Any]] = {
    "n_estimators": 100,
    "learning_rate": 0.06,
    "max_depth": 3,
    "min_samples_leaf": 20,
    "subsample": 0.5,
    "max_features": 0.3,
    "random_state": 0,
}

ABOUT: Final = About(
    name=NAME,
    version="3",
    purpose="Judges how a reply relates to the comment it answers: gradient-boosted trees on features of "
    "both texts, read sentence by sentence.",
    data=(RUMOUREVAL, "VADER lexicon (Hutto & Gilbert 2014), MIT; read from the package vaderSentiment"),
    licence="MIT; trained on CC BY 4.0 data, attribution above",
    trained_with=f"scikit-learn {sklearn.__version__}",
    says="",
    not_for=(
        "Deciding about a person, or removing a comment: an answer is a hint for a reader.",
        "Texts in other languages than English.",
        "Irony, and agreement that only knowledge of the topic reveals: the features do not see it.",
        "Counting who agrees with whom without the shares of right answers above beside the count.",
        "Quarrels about a politician, where little is said of the comment answered: see the table of the "
        "replies about Trump.",
        "News comments as such: the data are tweets, and some Reddit, about rumours, and there a reply deep "
        "in a thread was labelled with the rumour in view, not only with the reply it answers.",
    ),
    notes={},
)


def main(data: Path, out: Path) -> dict[str, Any]:
    """Train, measure and write the model; return its manifest entry."""
    train = labelled(NAME, data / "reply_relation/rumoureval2019_train.jsonl")
    arrays, logs = learnt(train)
    model = ReplyModel(in_memory(ABOUT, arrays))
    held_out = calibrated(logs, float(arrays["temperature"]), arrays["shift"])
    measured = {
        "Out of fold": assessed(train, held_out, model),
        **{
            name: measured_on(labelled(NAME, data / f"reply_relation/{file}"), model)
            for name, file in MEASURED_ON.items()
        },
    }
    return save(replace(ABOUT, says=sentence(measured)), arrays, measured, out)


def learnt(examples: Examples) -> tuple[dict[str, npt.NDArray[Any]], Vector]:
    """Return the weights, and the log odds of each row out of fold.

    All rows teach, replies and the posts that they answer; only replies set the frequencies that
    probabilities follow, and what is said.
    """
    labels = numbered(examples.labels, LABELS, "the training data of reply_relation")
    rows = feature_matrix(examples.texts, examples.contexts)
    logs = out_of_fold(
        lambda train, test: judged(rows[train], labels[train], rows[test]), threads_of(examples)
    )
    replies = answering(examples)
    temperature, shift = calibration(logs[replies], labels[replies])
    probabilities = calibrated(logs, temperature, shift)
    arrays = {
        "labels": np.array(LABELS),
        **tree_arrays(boosted(rows, labels), FEATURES),
        "temperature": np.array(temperature),
        "shift": shift,
        "weights": forced_weights(probabilities, labels),
        "thresholds": thresholds(probabilities[replies], labels[replies], list(RIGHT_WHEN_SAID.values())),
    }
    return arrays, logs


def threads_of(examples: Examples) -> list[str]:
    """Return the post that opens the thread of each row."""
    return [row.get("source") or row["text"] for row in examples.rows]


def answering(examples: Examples) -> Flags:
    """Return which rows answer another."""
    return np.array([context.strip() != "" for context in examples.contexts])


def boosted(rows: Vector, labels: Numbers) -> Any:
    """Return fitted gradient-boosted trees (Friedman 2001); the same rows give the same trees."""
    from sklearn.ensemble import GradientBoostingClassifier  # noqa: PLC0415 - slow to import
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - slow to import

    with threadpool_limits(1):
        return GradientBoostingClassifier(**BOOSTING).fit(rows.astype(np.float32), labels)


def judged(rows: Vector, labels: Numbers, other: Vector) -> Vector:
    """Return the log odds of `other` rows from trees grown on `rows`."""
    return tree_scores(tree_arrays(boosted(rows, labels), FEATURES), other)


def measured_on(examples: Examples, model: ReplyModel) -> dict[str, Any]:
    """Return the figures for replies that the model has not learnt from."""
    return assessed(examples, model.probabilities(examples.texts, examples.contexts), model)


def assessed(examples: Examples, probabilities: Vector, model: ReplyModel) -> dict[str, Any]:
    """Return the figures for the rows that answer another."""
    replies = answering(examples)
    labels = [label for label, reply in zip(examples.labels, replies, strict=True) if reply]
    return assess(probabilities[replies], labels, model)


def sentence(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how right the model is, for readers."""
    first, other = (measured[name] for name in ("Out of fold", "Replies about Trump"))
    speaking = first["speaking"]
    return (
        f"Speaks on {first['coverage']:.0%} of replies and is right there {10 * speaking['accuracy']:.1f} "
        f"times in 10, on texts from elsewhere {10 * other['speaking']['accuracy']:.1f}. Agreement is "
        "tentative: the words of a reply seldom show it."
    )
