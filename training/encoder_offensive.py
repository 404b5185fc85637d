"""Fine-tune the encoder to rank offensive language: `btl train encoder_offensive`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import torch

from threads.scores.classifier import Classifier
from threads.scores.evaluate import assess
from threads.scores.labels import task
from threads.scores.offensive import Offensive
from threads.scores.offensive_model import OffensiveModel
from training import offensive as builtin
from training.common import Numbers, Vector
from training.encoder import Recipe, Rows, held_out, trained
from training.encoder_output import MINILM, settled, write
from training.offensive_suite import measure as suite
from training.output import About

NAME: Final = "offensive"
LABELS: Final = task(NAME).labels
RECIPE: Final = Recipe(max_tokens=128, importance=(1.0, 1.0), held_out=1, epochs=2, batch=32)
MOST: Final[Mapping[str, tuple[int, int]]] = {
    "Davidson": (5_500, 5_500),
    "Civil": (20_000, 20_000),
    "Civil sentences": (3_000, 3_000),
    "New York Times": (0, 2_000),
    "Amazon": (0, 1_500),
    "films": (0, 2_000),
    "other tweets": (0, 2_500),
    "written attacks": (1_000, 0),
    "written clean": (0, 1_000),
}
"""How many texts of each source are learnt from: offensive ones, and clean ones."""
MAJORITY: Final = 0.5  # share of readers from which a text counts as offensive
RIGHT_WHEN_SAID: Final = (0.8, 0.8)
SAMPLES: Final = 50
TWEETS: Final = ("Davidson", "other tweets")
WHOLE: Final = (*TWEETS, "Civil", "New York Times", "Amazon", "films")
ABOUT: Final = About(
    name=NAME,
    version="2",
    purpose="Offensive-language ranking: puts comments in order by how likely readers find their language "
    f"offensive. A small language model, fine-tuned, averaged half and half with {builtin.ABOUT.name}@"
    f"{builtin.ABOUT.version} of the package. The words and types beside it are those of the latter: which "
    "words the language model goes by cannot be named.",
    data=(*builtin.ABOUT.data, MINILM),
    licence="Apache 2.0 (the encoder); fine-tuned on MIT and CC0 data, attribution above",
    trained_with=f"torch {torch.__version__.partition('+')[0]}",
    says="",
    not_for=builtin.ABOUT.not_for,
    notes={
        "How it was trained": f"{RECIPE.runs} runs, {RECIPE.epochs} epochs at a rate of {RECIPE.rate:g}; "
        "the model is the mean of their weights. A comment is offensive by the share of its readers who said "
        "so. The tables out of fold, and how sure it is, are of a run on two thirds of the texts that judges "
        "the last third; the one of sentences of our own is of the file.",
    },
)


def main(data: Path, out: Path, work: Path | None = None) -> dict[str, Any]:
    """Fine-tune, export, measure and write the model; return its entry. `work` keeps finished runs."""
    with TemporaryDirectory() as folder:
        return _made(data, out, work or Path(folder))


def _made(data: Path, out: Path, work: Path) -> dict[str, Any]:
    known = builtin.read_rows(data)
    chosen = chosen_of(known)
    rows = rows_of(known, chosen)
    judge, logits = trained(rows, RECIPE, work), held_out(rows, RECIPE, work)
    is_judged = np.isfinite(logits[:, 0])
    chosen, logits = chosen[is_judged], logits[is_judged]
    sources = known.sources[chosen]
    labels = (known.targets[chosen, 0] < MAJORITY).astype(np.intp)
    whole = np.flatnonzero(np.isin(sources, WHOLE))
    judgement, probabilities = settled(
        logits,
        labels,
        names=LABELS,
        max_tokens=RECIPE.max_tokens,
        asked=RIGHT_WHEN_SAID,
        usual=whole,
        judged=whole,
        beside=held_out_beside(known)[chosen],
    )

    def measured(model: Classifier) -> Mapping[str, Mapping[str, Any]]:
        def of(*names: str) -> dict[str, Any]:
            own = np.isin(sources, names)
            return assess(probabilities[own], [LABELS[label] for label in labels[own]], model)

        return {
            "Tweets, out of fold": of(*TWEETS),
            "News comments, out of fold": of("Civil"),
            "News comments and edited prose, out of fold": of("Civil", "New York Times", "Amazon", "films"),
            builtin.OWN_SENTENCES: suite(model),
        }

    samples = [(known.texts[number], "") for number in chosen[:: len(chosen) // SAMPLES]]
    return write(ABOUT, judge, judgement, samples, measured, sentence, Offensive().builtin, out)


def held_out_beside(known: builtin.Rows) -> Vector:
    """Return for each text the probabilities of the package's model, by weights learnt without its group."""
    table, weights = builtin.learnable(builtin.table(known.texts)), builtin.source_weights(known)
    model = Offensive().builtin()
    assert isinstance(model, OffensiveModel)
    return model.calibrated(builtin.out_of_fold(table, known, weights)[:, 0])


def chosen_of(known: builtin.Rows) -> Numbers:
    """Return the numbers of the texts that are learnt from, as many of each source as MOST says."""
    generator = np.random.default_rng(0)
    found = []
    for source, most in MOST.items():
        for offensive, limit in zip((True, False), most, strict=True):
            is_said = (known.targets[:, 0] >= MAJORITY) == offensive
            own = np.flatnonzero((known.sources == source) & is_said)
            found.append(np.sort(generator.permutation(own)[:limit]))
    return np.concatenate(found)


def rows_of(known: builtin.Rows, chosen: Numbers) -> Rows:
    """Return texts as rows; the labels are offensive and clean, by the share of readers."""
    share = known.targets[chosen, 0]
    texts = [known.texts[number] for number in chosen]
    return Rows(texts, [""] * len(texts), np.column_stack([share, 1 - share]), known.groups[chosen])


def sentence(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how right the model is, for readers."""
    comments, own = measured["News comments and edited prose, out of fold"], measured[builtin.OWN_SENTENCES]
    return (
        f"Ranks an offensive news comment above a clean text {100 * comments['auc']:.0f} times in 100. "
        f"{own['flagged_mentions']:.0%} of our sentences that only name a group are taken for offensive."
    )
