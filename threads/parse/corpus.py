"""A corpus of ConvoKit is several files: where its utterances are, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

UTTERANCES = ("utterances.jsonl", "utterances.json")
"""What the file is called that stands for the corpus in a folder or an archive; the first that is there."""


def of_folder(folder: Path) -> Path | None:
    """Return the utterances in a folder; None where it is no corpus."""
    return next((folder / name for name in UTTERANCES if (folder / name).is_file()), None)


def of_archive(names: Iterable[str]) -> str | None:
    """Return which name in an archive is that of the utterances; None where none or several may be."""
    found = [name for name in names if PurePosixPath(name).name in UTTERANCES]
    return found[0] if len(found) == 1 else None
