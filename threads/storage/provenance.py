"""What is written beside an exported table, so that a figure drawn from it can be made again.

It holds nothing that changes from one run to the next, no time and no path of the output: the same command on
the same input writes the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from threads.models import FOLDER, read_manifest
from threads.models import MANIFEST as MODELS
from threads.records import Column
from threads.settings import SETTINGS, Settings
from threads.storage.columns import known_columns
from threads.storage.files import MANIFEST_SUFFIX, sha256_of, whole_file

if TYPE_CHECKING:
    from threads.storage.parts import Part

PROGRAM: Final = "below-the-line"
MANIFEST_OF_FOLDER: Final = "manifest.json"
# What works figures out, beside this program.
PACKAGES: Final = (
    *("babel", "lxml", "numpy", "orjson", "pandas", "py3langid", "regex", "scikit-learn", "selectolax"),
    *("trafilatura", "tzdata", "vaderSentiment", "onnxruntime", "torch", "transformers", "pyarrow"),
)
_PIECE = 1_000_000  # bytes
# Settings that change records or scores; others say where things are, who may see them and what is flagged.
_DECISIVE: Final = ("max_input_bytes", "max_unpacked_bytes", "max_unpacked_ratio", "max_comments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a table was made: the command with its options, the settings, and what it was made from.

    `sources` are objects of JSON: inputs with their hashes, or what a store says of its discussions.
    """

    command: str
    options: Mapping[str, Any]
    settings: Settings
    sources: Sequence[Mapping[str, Any]]


@dataclass(slots=True)
class Tally:
    """What goes by in the rows of a table while it is written."""

    rows: int = 0
    columns: tuple[str, ...] = ()
    judges: set[str] = field(default_factory=set)

    def counted(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Yield the parts as they are, and count them."""
        for part in parts:
            self.rows += len(part.frame)
            self.columns = tuple(map(str, part.frame.columns))
            for name in self.columns:
                if name.endswith("_model"):
                    self.judges.update(map(str, part.frame[name].dropna().unique()))
            yield part


def write_manifest(path: Path, files: Sequence[Path], tally: Tally, made: Provenance) -> None:
    """Write what `files`, which make up one table, are and how they were made, to `path`.

    Raises
    ------
    StoreError
        It cannot be written.
    """
    told = [{"name": file.name, "bytes": file.stat().st_size, "sha256": sha256_of(file)} for file in files]
    with whole_file(path) as stream:
        stream.write(manifest_text(told, tally, made))


def manifest_text(files: Sequence[Mapping[str, Any]], tally: Tally, made: Provenance) -> str:
    """Return what a manifest says of files, of which name, bytes and sha256 are known, as JSON."""
    known = {column.name: column for column in known_columns()}
    columns = [known.get(name, Column(name, "text", "")) for name in tally.columns]
    values = {
        "files": list(files),
        "rows": tally.rows,
        "columns": [{"name": c.name, "kind": c.kind, "unit": c.unit, "help": c.help} for c in columns],
        "command": made.command,
        "options": dict(made.options),
        "settings": _decisive(made.settings),
        "sources": list(made.sources),
        "models": _models(made.settings),
        "judged_by": sorted(tally.judges),
        "versions": _versions(),
    }
    return json.dumps(values, indent=2) + "\n"


def manifest_beside(path: Path) -> Path:
    """Return where the manifest of a file stands."""
    return path.with_name(path.name + MANIFEST_SUFFIX)


def input_of(name: str, stream: BinaryIO) -> dict[str, Any]:
    """Return what is told of an input: its name as given, its size in bytes and its SHA-256."""
    hashed = hashlib.sha256()
    size = 0
    while piece := stream.read(_PIECE):
        hashed.update(piece)
        size += len(piece)
    return {"name": name, "bytes": size, "sha256": hashed.hexdigest()}


def _decisive(settings: Settings) -> dict[str, Any]:
    return {
        setting.name: getattr(settings, setting.name)
        for setting in SETTINGS
        if setting.name in _DECISIVE
        or setting.name.endswith("_model")
        or setting.name.startswith("featuring_")
    }


def _models(settings: Settings) -> list[dict[str, str]]:
    """Return the weights that are installed, and the files of one's own that settings name."""
    entries = read_manifest(FOLDER / MODELS)
    models = [
        {"name": f"{name}@{entry['version']}", "file": entry["file"], "sha256": entry["sha256"]}
        for name, entry in entries.items()
        if (FOLDER / entry["file"]).exists()
    ]
    named = {str(getattr(settings, s.name)) for s in SETTINGS if s.name.endswith("_model")}
    own = sorted(path for name in named if (path := Path(name)).is_file())
    return models + [{"name": path.stem, "file": path.name, "sha256": sha256_of(path)} for path in own]


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in (PROGRAM, *PACKAGES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
