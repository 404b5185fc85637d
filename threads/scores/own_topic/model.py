"""A model of one topic, learnt from a user's own labels: what it says, and how it is kept in a file."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from threads.errors import ModelError
from threads.models.calibration import calibrated
from threads.scores.classifier import NEVER, Vector
from threads.scores.own_topic.ngrams import KINDS, normalised, places_of, rows

LARGEST: Final = 50_000_000  # bytes, packed or unpacked; a model of 100,000 labels is smaller
BLOCK: Final = 1_000  # texts at a time; bounds memory
FEWEST_SAID: Final = 20  # answers on which a label must have been right often enough to be said
SHOWN: Final = 40  # characters of the target that stand in the model's name
_REMEDY: Final = "Make it again with `btl topic fit`"


@dataclass(frozen=True, eq=False)
class OwnTopic:
    """A Classifier of comments on one target: a linear model of n-grams, calibrated out of fold.

    `grams` are the n-grams of words and those of characters; `slopes` is all of them × labels. `known` are
    the hashes of the texts it has learnt from, `figures` is what `fit` found out about it.
    """

    target: str
    labels: tuple[str, ...]
    grams: tuple[npt.NDArray[np.str_], npt.NDArray[np.str_]] = field(repr=False)
    slopes: npt.NDArray[np.float32] = field(repr=False)
    intercepts: Vector = field(repr=False)
    temperature: float
    shift: Vector = field(repr=False)
    weights: Vector = field(repr=False)
    thresholds: Vector = field(repr=False)
    known: npt.NDArray[np.uint64] = field(repr=False)
    figures: dict[str, Any] = field(repr=False)

    @cached_property
    def label(self) -> str:
        """`own:TARGET@HASH`: eight digits that change with anything the model holds."""
        digest = hashlib.sha256()
        for name, array in sorted(_arrays(self).items()):
            digest.update(f"{name} {array.dtype} {array.shape} ".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return f"own:{self.target[:SHOWN]}@{digest.hexdigest()[:8]}"

    @property
    def sentence(self) -> str:
        """How right it is on comments that it had not seen."""
        found, usual = self.figures["cross_validated"], self.figures["majority"]
        return (
            f"Learnt from {found['n']:,} comments that its user labelled; on others of them than it had seen "
            f"right {found['accuracy']:.0%} of the time, where always saying {usual['label']} would be right "
            f"{usual['accuracy']:.0%}."
        )

    @property
    def never_said(self) -> dict[str, int]:
        """The labels that it never says, each with how many more labelled comments it needs at the least.

        0 where there are enough, and it was not right often enough.
        """
        counts = self.figures["cross_validated"]["per_class"]
        return {
            label: max(0, FEWEST_SAID - counts[label]["n"])
            for label, threshold in zip(self.labels, self.thresholds, strict=True)
            if threshold >= NEVER
        }

    @property
    def surely_better(self) -> bool:
        """Whether its macro-F1 is surely better than that of always saying the commonest label."""
        found: float = self.figures["macro_f1_interval"][0]
        usual: float = self.figures["majority"]["macro_f1"]
        return found > usual

    @property
    def doubt(self) -> str | None:
        """Why its answers help little, for its user; None where they do."""
        if len(self.never_said) == len(self.labels):
            return "never says a label: every comment will be unclear"
        if not self.surely_better:
            return "is not surely better than always saying the commonest label"
        return None

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str] = ()) -> Vector:  # noqa: ARG002
        """Return probabilities, texts × labels. Contexts do not count: the model knows its target."""
        return calibrated(self.margins([normalised(text) for text in texts]), self.temperature, self.shift)

    def margins(self, texts: Sequence[str]) -> Vector:
        """Return how far normalised texts lie on each label's side, texts × labels."""
        blocks = [self._block(texts[start : start + BLOCK]) for start in range(0, len(texts), BLOCK)]
        return np.concatenate(blocks) if blocks else np.empty((0, len(self.labels)))

    def saw(self, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Return which texts it has learnt from."""
        return np.isin(text_hashes([normalised(text) for text in texts]), self.known)

    def save(self, path: Path) -> None:
        """Write the model as .npz, plain arrays only, whole or not at all; ModelError where it cannot be."""
        packed = io.BytesIO()
        np.savez_compressed(packed, allow_pickle=False, **_arrays(self))
        unfinished = path.with_name(f".{path.name}.part")
        try:
            unfinished.write_bytes(packed.getvalue())
            unfinished.replace(path)
        except OSError as error:
            raise ModelError(f"cannot be written ({error.strerror})", source=str(path)) from error

    def _block(self, texts: Sequence[str]) -> Vector:
        found = np.repeat(self.intercepts[None, :], len(texts), axis=0)
        start = 0
        for grams, places in zip(KINDS, self._places, strict=True):
            # A sparse row times a matrix is summed n-gram by n-gram, the same whatever stands beside it.
            found += rows(texts, grams, places) @ self._slopes[start : start + len(places)]
            start += len(places)
        return found

    @cached_property
    def _places(self) -> tuple[dict[str, int], ...]:
        return tuple(map(places_of, self.grams))

    @cached_property
    def _slopes(self) -> Vector:
        return self.slopes.astype(np.float64)


def load(path: str | Path) -> OwnTopic:
    """Return the model in a file that `OwnTopic.save` wrote.

    Raises
    ------
    ModelError
        The file cannot be read, is larger than LARGEST, holds Python objects (pickles), or is no such model.
    """
    try:
        return _model(_read(Path(path)))
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
    except (KeyError, ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile):
        problem = "is not a model of your own topic"
    raise ModelError(problem, source=str(path), remedy=_REMEDY)


def text_hashes(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return 64 bits of each normalised text's SHA-256, to know it again without keeping it."""
    digests = [hashlib.sha256(text.encode()).digest()[:8] for text in texts]
    return np.array([int.from_bytes(digest, "little") for digest in digests], dtype=np.uint64)


def _arrays(model: OwnTopic) -> dict[str, npt.NDArray[Any]]:
    return {
        "target": np.array(model.target),
        "labels": np.array(model.labels),
        "words": model.grams[0],
        "characters": model.grams[1],
        "slopes": model.slopes,
        "intercepts": model.intercepts,
        "temperature": np.array(model.temperature),
        "shift": model.shift,
        "weights": model.weights,
        "thresholds": model.thresholds,
        "known": model.known,
        "figures": np.array(orjson.dumps(model.figures).decode()),
    }


def _read(path: Path) -> dict[str, npt.NDArray[Any]]:
    if path.stat().st_size > LARGEST:
        raise ValueError("too large")
    with zipfile.ZipFile(path) as packed:
        if sum(item.file_size for item in packed.infolist()) > 10 * LARGEST:
            raise ValueError("too large")
    with np.load(path, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def _model(found: dict[str, npt.NDArray[Any]]) -> OwnTopic:
    model = OwnTopic(
        target=str(found["target"]),
        labels=tuple(map(str, found["labels"])),
        grams=(found["words"], found["characters"]),
        slopes=found["slopes"],
        intercepts=found["intercepts"],
        temperature=float(found["temperature"]),
        shift=found["shift"],
        weights=found["weights"],
        thresholds=found["thresholds"],
        known=found["known"],
        figures=orjson.loads(str(found["figures"])),
    )
    count = len(model.labels)
    shapes = [array.shape for array in (model.intercepts, model.shift, model.weights, model.thresholds)]
    fits = (
        count > 1
        and shapes == [(count,)] * 4
        and model.slopes.shape == (sum(map(len, model.grams)), count)
        and {"cross_validated", "majority", "macro_f1_interval"} <= model.figures.keys()
    )
    if not fits:
        raise ValueError("shapes do not fit")
    return model
