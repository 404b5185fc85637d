"""A folder whose files are imported as they appear and as they grow.

What was imported is remembered in the store, by the file's size and time of change, so that a restart neither
loses nor doubles; and an import that is done again adds nothing anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from threads.analysis import import_reading
from threads.errors import InputError, StoreError
from threads.parse import reading
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.settings import Settings
from threads.storage import Added, Store

UNFINISHED: Final = (".part", ".partial", ".tmp", ".crdownload", ".swp")
"""Endings of files that a program is still writing, by custom."""
Signature = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: what it brought, or why it could not be read."""

    path: Path
    added: Added | None
    problem: str | None = None


class Folder:
    """A folder that is looked through again and again.

    Parameters
    ----------
    path
        The folder; those in it are not looked into.
    store
        Where comments go.
    options, format_name
        How files are read; as for `threads.parse.reading`.
    settings
        Limits and models.
    """

    def __init__(
        self, path: Path, store: Store, options: Options, settings: Settings, format_name: str | None = None
    ) -> None:
        self._path, self._store, self._settings = path, store, settings
        self._options, self._format = options, format_name
        self._seen: dict[Path, Signature] = {}  # at the last look
        self._done: dict[Path, Signature] = {}

    def look(self) -> Iterator[Imported]:
        """Import what is new and stood still since the last look; yield what became of each file.

        Raises
        ------
        InputError
            The folder cannot be read.
        StoreError
            The database refuses; the next look tries again.
        """
        seen = dict(self._files())
        for path, signature in seen.items():
            still = self._seen.get(path) == signature
            if still and self._done.get(path) != signature and not self._is_remembered(path, signature):
                yield self._import(path)
                self._store.lookouts.remember(self._name(path), {"signature": list(signature)})
            if still:
                self._done[path] = signature
        self._seen = seen

    def _files(self) -> Iterator[tuple[Path, Signature]]:
        try:
            found = sorted(self._path.iterdir())
        except OSError as error:
            raise InputError(
                f"the folder cannot be read ({error.strerror})",
                source=str(self._path),
                remedy="Check its name",
            ) from None
        for path in found:
            if path.name.startswith(".") or path.name.endswith(UNFINISHED):
                continue
            try:
                about = path.stat()
            except OSError:  # it went meanwhile
                continue
            if path.is_file() and about.st_size:
                yield path, (about.st_size, about.st_mtime_ns)

    def _is_remembered(self, path: Path, signature: Signature) -> bool:
        return self._store.lookouts.remembered(self._name(path)).get("signature") == list(signature)

    def _name(self, path: Path) -> str:
        return f"file {path.resolve()}"

    def _import(self, path: Path) -> Imported:
        try:
            source = Source.from_path(path, self._settings)
            found = reading(source, self._options, self._format, settings=self._settings)
            return Imported(path, import_reading(self._store, found, self._settings))
        except InputError as error:
            return Imported(path, None, str(error))


def watch(
    folder: Folder,
    wait: Callable[[float], bool],
    tell: Callable[[Imported], None],
    trouble: Callable[[Exception], None],
    pause: float,
) -> None:
    """Look through a folder until `wait`, which is given the seconds between two looks, says to stop."""
    while True:
        try:
            for imported in folder.look():
                tell(imported)
        except StoreError as error:
            trouble(error)
        if wait(pause):
            return
