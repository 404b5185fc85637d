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
from threads.scores.evaluate import Examples, assess
from threads.scores.labels import task
from threads.scores.reply_features import FEATURES, feature_matrix
from threads.scores.reply_relation import ReplyModel
from training.common import (
    FEWEST_SPOKEN,
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
RIGHT_WHEN_SAID: Final = {"agrees": 0.5, "disagrees": 0.5, "asks": 0.55, "comments": 0.83}
SEEDS: Final = (0, 1, 2)  # of as many boostings, whose mean is steadier than one
LIKE_COMMENTS: Final = 3  # times that a reply on Reddit counts where frequencies are learnt
BOOSTING: Final[Mapping[str, Any]] = {
    "n_estimators": 100,
    "learning_rate": 0.06,
    "max_depth": 3,
    "min_samples_leaf": 20,
    "subsample": 0.5,
    "max_features": 0.1,
}

ABOUT: Final = About(
    name=NAME,
    version="3",
    purpose="Judges how a reply relates to the comment it answers: the mean of three gradient boostings of "
    f"trees on {len(FEATURES)} features worked out from both texts (words that agree, disagree, ask or tell; "
    "questions; form; what the parent shares).",
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
    notes={
        "What a probability means": "Probabilities follow the frequencies of replies held out in training. "
        f"There a reply on Reddit counts {LIKE_COMMENTS} times, since comments under an article read more "
        "like it than like a tweet. Most replies take no side, and the probabilities say so. For a post that "
        "opens a thread, and answers nothing, a probability is only good to compare with.",
        "When it is silent": "It says the likeliest relation where that was right often enough out of fold ("
        + ", ".join(f"{label} {share:.0%}" for label, share in RIGHT_WHEN_SAID.items())
        + f", over at least {FEWEST_SPOKEN} replies), and nothing otherwise. Disagreement is hardly ever the "
        "likeliest, and so is never said. Agreement is tentative: in the data it is mostly a reply that "
        "repeats the post answered, and seldom known by words of agreement.",
        "Forced choice": "Probabilities are multiplied by weights chosen out of fold, on replies, for the "
        "best macro-F1; the first table has the same replies. The others were only measured on.",
        "What else was tried": "Word and character n-grams beside the features changed macro-F1 by less than "
        "a hundredth out of fold, as did class weights, and more or deeper trees. Learning from the replies "
        "about Trump besides lowered it from .53 to .52.",
    },
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
    probabilities follow, the weights of the forced choice, and what is said.
    """
    labels = numbered(examples.labels, LABELS, "the training data of reply_relation")
    rows = feature_matrix(examples.texts, examples.contexts)
    logs = out_of_fold(
        lambda train, test: tree_scores(boosted(rows[train], labels[train]), rows[test]), threads_of(examples)
    )
    replies = np.flatnonzero(answering(examples))
    usual = as_usual(examples)
    temperature, shift = calibration(logs[usual], labels[usual])
    probabilities = calibrated(logs, temperature, shift)
    arrays = {
        "labels": np.array(LABELS),
        **boosted(rows, labels),
        "temperature": np.array(temperature),
        "shift": shift,
        "weights": forced_weights(probabilities[replies], labels[replies]),
        "thresholds": thresholds(probabilities[replies], labels[replies], list(RIGHT_WHEN_SAID.values())),
    }
    return arrays, logs


def threads_of(examples: Examples) -> list[str]:
    """Return the post that opens the thread of each row."""
    return [row.get("source") or row["text"] for row in examples.rows]


def answering(examples: Examples) -> Flags:
    """Return which rows answer another."""
    return np.array([context.strip() != "" for context in examples.contexts])


def as_usual(examples: Examples) -> Numbers:
    """Return the numbers of the replies, those that read like comments several times."""
    replies = np.flatnonzero(answering(examples))
    times = [LIKE_COMMENTS if examples.rows[n].get("platform") == "reddit" else 1 for n in replies]
    return np.repeat(replies, times)


def boosted(rows: Vector, labels: Numbers) -> dict[str, npt.NDArray[Any]]:
    """Return gradient-boosted trees (Friedman 2001) as arrays; the same rows give the same trees."""
    from sklearn.ensemble import GradientBoostingClassifier  # noqa: PLC0415 - slow to import
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - slow to import

    narrow = rows.astype(np.float32)
    with threadpool_limits(1):
        models = [
            GradientBoostingClassifier(**BOOSTING, random_state=seed).fit(narrow, labels) for seed in SEEDS
        ]
    return tree_arrays(models, FEATURES)


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
    said = first["speaking"]["per_label"]
    never = [label for label in LABELS if label not in said]
    return (
        f"Speaks on {first['coverage']:.0%} of replies and is right there "
        f"{10 * first['speaking']['accuracy']:.1f} times in 10, on texts from elsewhere "
        f"{10 * other['speaking']['accuracy']:.1f}. "
        + (f"Never says {' or '.join(never)}. " if never else "")
        + "Agreement is tentative: words seldom show it."
    )
