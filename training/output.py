"""What every training script leaves behind: weights, a card, an entry of the manifest; no date."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from threads.models import MANIFEST, Card, Model
from threads.scores.evaluate import commonest

LONGEST_SENTENCE = 240  # characters; it stands beside figures


@dataclass(frozen=True, slots=True)
class About:
    """What a card says beside figures.

    `data` names each source with its licence; `says` is one sentence for readers on how right the model is;
    `notes` are further sections, by heading.
    """

    name: str
    version: str
    purpose: str
    data: tuple[str, ...]
    licence: str
    trained_with: str
    says: str
    not_for: tuple[str, ...]
    notes: Mapping[str, str]


def in_memory(about: About, arrays: Mapping[str, npt.NDArray[Any]]) -> Model:
    """Return the model that `save` would write, to be measured before."""
    card = Card(about.name, about.version, about.data, about.licence, about.says, {})
    return Model(about.name, about.version, dict(arrays), card)


def save(
    about: About, arrays: Mapping[str, npt.NDArray[Any]], measured: Mapping[str, Mapping[str, Any]], out: Path
) -> dict[str, Any]:
    """Write NAME.npz, NAME.md and the manifest entry to the folder `out`; return the entry.

    `measured` has, for each set that was measured on, the figures of `threads.scores.evaluate.assess`.
    """
    out.mkdir(parents=True, exist_ok=True)
    weights = out / f"{about.name}.npz"
    np.savez_compressed(weights, allow_pickle=False, **dict(arrays))
    return publish(about, weights, measured, out / MANIFEST)


def publish(
    about: About,
    file: Path,
    measured: Mapping[str, Mapping[str, Any]],
    manifest: Path,
    **further: Any,
) -> dict[str, Any]:
    """Write NAME.md beside `manifest` and the entry for the weights in `file` into it; return the entry.

    `further` are fields of the entry that this kind of model needs besides.
    """
    if len(about.says) > LONGEST_SENTENCE:
        raise ValueError(f"{about.name}: the sentence is longer than {LONGEST_SENTENCE} characters")
    entry = {
        "name": about.name,
        "version": about.version,
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        **further,
        "data": list(about.data),
        "licence": about.licence,
        "trained_with": about.trained_with,
        "says": about.says,
        "measured": rounded({"sets": dict(measured)}),
    }
    others = orjson.loads(manifest.read_bytes())["models"] if manifest.exists() else []
    models = sorted(
        [entry, *(other for other in others if other["name"] != entry["name"])], key=lambda item: item["name"]
    )
    manifest.write_bytes(orjson.dumps({"models": models}, option=orjson.OPT_INDENT_2) + b"\n")
    (manifest.parent / f"{about.name}.md").write_text(card(about, entry["measured"]["sets"]), "utf-8")
    return entry


def rounded(value: Any) -> Any:
    """Return figures with four decimals."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def card(about: About, sets: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the card of a model as Markdown: data, licence, how right it is, what it is not for."""
    parts = [
        f"# {about.name}@{about.version}",
        about.purpose,
        f"In sum: {about.says}",
        "## Data and licence",
        "\n".join(f"- {item}" for item in about.data),
        f"Licence of the weights: {about.licence}. Trained with {about.trained_with}.",
        *(part for heading, text in about.notes.items() for part in (f"## {heading}", text)),
        "## How right it is",
        *(figures(name, found) for name, found in sets.items()),
        "## Not for",
        "\n".join(f"- {item}" for item in about.not_for),
    ]
    return "\n\n".join(parts) + "\n"


def figures(name: str, found: Mapping[str, Any]) -> str:
    """Return one set's figures as a Markdown table and a sentence."""
    said = found["speaking"]["per_label"]
    lines = [
        f"### {name}, n = {found['n']}",
        "",
        "| label | n | precision | recall | F1 | said, when it may be silent | right when said |",
        "|---|---|---|---|---|---|---|",
    ]
    for label, row in found["per_class"].items():
        spoken = said.get(label, {"n": 0, "precision": None})
        lines.append(
            f"| {label} | {row['n']} | {row['precision']:.2f} | {row['recall']:.2f} | {row['f1']:.2f} "
            f"| {spoken['n']} | {_share(spoken['precision'])} |"
        )
    usual, share = commonest(found)
    ranked = f", AUC {found['auc']:.3f}" if "auc" in found else ""
    lines += [
        "",
        f"Forced choice: macro-F1 {found['macro_f1']:.3f}, accuracy {found['accuracy']:.3f}{ranked}; always "
        f"saying {usual}: accuracy {share:.3f}. When it may be silent it speaks on {found['coverage']:.1%} "
        f"and is right there {_share(found['speaking']['accuracy'])} of the time; 70% right is reached on "
        f"{found['coverage_at_70']:.1%}. Calibration error {found['calibration_error']:.3f}, where a perfect "
        f"model shows {found['calibration_floor']:.3f}.",
    ]
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
