"""Trained weights as plain arrays, each with a card, under a manifest of hashes; no pickle is ever read."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from threads.errors import ModelError

FOLDER: Final = Path(__file__).parent
MANIFEST: Final = "manifest.json"
REMEDY: Final = "Install the package again, or train the model again as training/README.md says"
_NEEDED: Final = ("name", "version", "file", "sha256", "data", "licence", "trained_with", "says", "measured")


@dataclass(frozen=True, slots=True)
class Card:
    """What is known about a model: where it comes from, and how right it is.

    `sentence` says how right, at most 240 characters, to stand beside a figure; `measured` has the figures of
    `threads.scores.evaluate.assess` by data set.
    """

    name: str
    version: str
    data: tuple[str, ...]
    licence: str
    sentence: str
    measured: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Verified weights: named arrays, with the card that belongs to them."""

    name: str
    version: str
    arrays: dict[str, npt.NDArray[Any]] = field(repr=False)
    card: Card

    @property
    def label(self) -> str:
        """name@version, as written beside every result."""
        return f"{self.name}@{self.version}"

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return one array; ModelError when the weights do not hold it."""
        if name not in self.arrays:
            raise ModelError(f"the weights hold no array {name}", source=self.label, remedy=REMEDY)
        return self.arrays[name]


def load(name: str, folder: Path | None = None) -> Model:
    """Return the model called `name` from `folder` (the package's own by default), its hash checked.

    Raises
    ------
    ModelError
        The manifest or the weights are missing, altered, unreadable or hold Python objects (pickles).
    """
    return _load(name, FOLDER if folder is None else Path(folder))


def installed(name: str, folder: Path | None = None) -> bool:
    """Return whether the weights of a model are there: who may not use its licence can delete the file."""
    folder = FOLDER if folder is None else Path(folder)
    entries = read_manifest(folder / MANIFEST)
    return name in entries and (folder / entries[name]["file"]).exists()


def names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of the models in the manifest of `folder`, in its order."""
    return tuple(read_manifest((FOLDER if folder is None else Path(folder)) / MANIFEST))


def problems(folder: Path | None = None) -> list[str]:
    """Return what is wrong with the weights that are there; [] where each is what the manifest says."""
    folder = FOLDER if folder is None else Path(folder)
    found: list[str] = []
    try:
        entries = read_manifest(folder / MANIFEST)
    except ModelError as error:
        return [str(error)]
    for name, entry in entries.items():
        try:
            if installed(name, folder):
                verified(folder / entry["file"], entry["sha256"])
        except ModelError as error:
            found.append(str(error))
    return found


@lru_cache(maxsize=16)
def _load(name: str, folder: Path) -> Model:
    entry = entry_of(name, folder / MANIFEST)
    path = folder / entry["file"]
    if path.parent != folder or path.suffix != ".npz":
        raise ModelError("is no .npz file beside the manifest", source=str(path), remedy=REMEDY)
    arrays = _arrays(verified(path, entry["sha256"]), str(path))
    return Model(name, entry["version"], arrays, card_of(entry))


def entry_of(name: str, manifest: Path, *, remedy: str = REMEDY) -> dict[str, Any]:
    """Return what a manifest says of the model called `name`; ModelError when it says nothing."""
    entries = read_manifest(manifest, remedy=remedy)
    if name not in entries:
        raise ModelError(
            f"no model is called {name}",
            source=str(manifest),
            remedy=f"Known: {', '.join(entries) or 'none'}",
        )
    return entries[name]


def read_manifest(path: Path, *, remedy: str = REMEDY) -> dict[str, dict[str, Any]]:
    """Return the entries of a manifest by name; ModelError when it is missing or of another shape."""
    try:
        entries = orjson.loads(path.read_bytes())["models"]
        found = {entry["name"]: entry for entry in entries}
        absent = [f"{entry['name']}: {key}" for entry in entries for key in _NEEDED if key not in entry]
    except OSError as error:
        raise ModelError(f"cannot be read ({error.strerror})", source=str(path), remedy=remedy) from error
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ModelError("is not a manifest of models", source=str(path), remedy=remedy) from error
    if absent:
        raise ModelError("lacks a field", source=str(path), place=absent[0], remedy=remedy)
    return found


def verified(path: Path, sha256: str, *, remedy: str = REMEDY) -> bytes:
    """Return the content of a file; ModelError when it is missing or its SHA-256 is another."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot be read ({error.strerror})", source=str(path), remedy=remedy) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelError(
            "is not the file that the manifest names: its SHA-256 differs", source=str(path), remedy=remedy
        )
    return bytes(content)


def _arrays(content: bytes, source: str) -> dict[str, npt.NDArray[Any]]:
    problem = "does not hold plain arrays; pickles are refused"
    try:
        if not zipfile.is_zipfile(io.BytesIO(content)):
            raise ModelError(problem, source=source, remedy=REMEDY)
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(problem, source=source, remedy=REMEDY) from error
    # np.load hands a member that is no .npy file through as bytes.
    if not all(isinstance(array, np.ndarray) for array in arrays.values()):
        raise ModelError(problem, source=source, remedy=REMEDY)
    return arrays


def card_of(entry: dict[str, Any]) -> Card:
    """Return the card that a manifest entry holds."""
    return Card(
        name=entry["name"],
        version=entry["version"],
        data=tuple(entry["data"]),
        licence=entry["licence"],
        sentence=entry["says"],
        measured=entry["measured"],
    )
