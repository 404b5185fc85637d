"""What the fine-tuning of an encoder leaves behind, in the folder of the distribution below-the-line-weights.

export(module, tokenizer, out / "NAME.onnx", samples)                  # training.onnx_export
save(about, judgement, tokenizer, {}, out)                             # enough to load it
judge = OnnxModel.load("NAME", builtin, out)                           # the very file that will be used
save(about, judgement, tokenizer, {"set": assess(...)}, out)           # with what `judge` reached
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from threads.scores.onnx_model import MANIFEST
from training.output import About, publish

TOKENIZER: Final = "tokenizer.json"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How logits become answers; see threads.scores.onnx_model and threads.scores.classifier."""

    labels: tuple[str, ...]
    max_tokens: int
    temperature: float
    shift: tuple[float, ...]
    weights: tuple[float, ...]
    thresholds: tuple[float, ...]
    averaged_temperature: float | None


def save(
    about: About,
    judgement: Judgement,
    tokenizer: Path,
    measured: Mapping[str, Mapping[str, Any]],
    out: Path,
) -> dict[str, Any]:
    """Write tokenizer.json, NAME.md and the manifest entry for NAME.onnx, which is in `out`; return it.

    Raises
    ------
    ValueError
        `out` holds another tokenizer already: its models share one; or the sentence is too long.
    """
    content, kept = tokenizer.read_bytes(), out / TOKENIZER
    if kept.exists() and kept.read_bytes() != content:
        raise ValueError(f"{kept}: is not the tokenizer of {about.name}")
    kept.write_bytes(content)
    return publish(
        about,
        out / f"{about.name}.onnx",
        measured,
        out / MANIFEST,
        tokenizer=TOKENIZER,
        tokenizer_sha256=hashlib.sha256(content).hexdigest(),
        labels=list(judgement.labels),
        max_tokens=judgement.max_tokens,
        temperature=judgement.temperature,
        shift=list(judgement.shift),
        weights=list(judgement.weights),
        thresholds=list(judgement.thresholds),
        averaged_temperature=judgement.averaged_temperature,
    )
