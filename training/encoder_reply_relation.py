"""Fine-tune the encoder for the reply relation: `btl train encoder_reply_relation`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import torch

from threads.models.calibration import calibrated
from threads.scores.classifier import Classifier
from threads.scores.evaluate import Examples
from threads.scores.labels import task
from threads.scores.reply_relation import ReplyRelation
from training import reply_relation as builtin
from training.common import labelled, numbered
from training.encoder import Recipe, Rows, held_out, trained
from training.encoder_output import MINILM, settled, write
from training.output import About

NAME: Final = "reply_relation"
LABELS: Final = task(NAME).labels
RECIPE: Final = Recipe(
    max_tokens=128,
    importance=(1.6, 1.8, 1.6, 0.7),  # about one by the root of how common a label is
)
SAMPLES: Final = 50
ABOUT: Final = About(
    name=NAME,
    version="2",
    purpose="Judges how a reply relates to the comment it answers: a small language model, fine-tuned, "
    f"averaged half and half with {builtin.ABOUT.name}@{builtin.ABOUT.version} of the package.",
    data=(builtin.RUMOUREVAL, MINILM),
    licence="Apache 2.0 (the encoder); fine-tuned on CC BY 4.0 data, attribution above",
    trained_with=f"torch {torch.__version__.partition('+')[0]}",
    says="",
    not_for=builtin.ABOUT.not_for,
    notes={
        "How it was trained": f"{RECIPE.runs} runs, {RECIPE.epochs} epochs at a rate of {RECIPE.rate:g}; "
        "the model is the mean of their weights. The table out of fold, and how sure it is, are of "
        f"{RECIPE.held_out} further runs, each on all threads but a third, which it judges; the others are "
        "of the file.",
    },
)


def main(data: Path, out: Path, work: Path | None = None) -> dict[str, Any]:
    """Fine-tune, export, measure and write the model; return its entry. `work` keeps finished runs."""
    with TemporaryDirectory() as folder:
        return _made(data, out, work or Path(folder))


def _made(data: Path, out: Path, work: Path) -> dict[str, Any]:
    train = labelled(NAME, data / "reply_relation/rumoureval2019_train.jsonl")
    labels = numbered(train.labels, LABELS, "the training data of reply_relation")
    rows = rows_of(train)
    judge = trained(rows, RECIPE, work)
    arrays, logs = builtin.learnt(train)
    found, probabilities = settled(
        held_out(rows, RECIPE, work),
        labels,
        names=LABELS,
        max_tokens=RECIPE.max_tokens,
        asked=list(builtin.RIGHT_WHEN_SAID.values()),
        usual=builtin.as_usual(train),
        judged=np.flatnonzero(builtin.answering(train)),
        beside=calibrated(logs, float(arrays["temperature"]), arrays["shift"]),
    )

    def measured(model: Classifier) -> Mapping[str, Mapping[str, Any]]:
        return {
            "Out of fold": builtin.assessed(train, probabilities, model),
            **{
                name: builtin.measured_on(labelled(NAME, data / f"reply_relation/{file}"), model)
                for name, file in builtin.MEASURED_ON.items()
            },
        }

    samples = list(zip(train.texts, train.contexts, strict=True))[:SAMPLES]
    return write(ABOUT, judge, found, samples, measured, builtin.sentence, ReplyRelation().builtin, out)


def rows_of(examples: Examples) -> Rows:
    """Return labelled replies; a group is a thread, known by the post that opens it."""
    targets = np.eye(len(LABELS))[[LABELS.index(label) for label in examples.labels]]
    return Rows(examples.texts, examples.contexts, targets, np.array(builtin.threads_of(examples)))
