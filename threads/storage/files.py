"""Files that appear whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from threads.errors import StoreError

MANIFEST_SUFFIX = ".manifest.json"


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Open a UTF-8 text file as `whole_binary_file` does; line ends are written as given."""
    with whole_binary_file(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        try:
            yield text
        finally:
            text.detach()


@contextmanager
def whole_binary_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path` only when everything was written.

    On an error nothing is left behind, and an older file stays as it was.

    Raises
    ------
    StoreError
        The file cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    except OSError as error:
        raise _refused(path, error) from error
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(_mode(path))
        unfinished.replace(path)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def unfinished_file(path: Path) -> Iterator[Path]:
    """Give an empty file beside `path`, for its owner alone; gone afterwards, with what SQLite put beside it.

    Raises
    ------
    StoreError
        The file cannot be made.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    except OSError as error:
        raise _refused(path, error) from error
    os.close(handle)
    try:
        yield Path(name)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(name + suffix).unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """Return the permissions of the file to be replaced, or those that a new file gets."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _refused(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"the file cannot be written ({error.strerror or error})",
        source=str(path),
        remedy="Check the folder, its permissions and the room left",
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
