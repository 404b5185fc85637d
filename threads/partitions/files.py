"""Parquet wherever fsspec finds it: files of this machine, and stores such as S3."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

import pandas as pd

from threads.errors import InputError, StoreError
from threads.records import COMMENT_COLUMNS, Column
from threads.storage.columns import known_columns
from threads.storage.parquet_files import read_parquet, write_parquet
from threads.storage.parts import ROWS_AT_ONCE
from threads.storage.provenance import input_of

ROWS_OF_A_PARTITION: Final = 50_000
NEEDED: Final = ("thread_id", "comment_id", "text")
ABOUT_DISCUSSION: Final = (
    Column("title", "text", "The discussion's title."),
    Column("article_text", "text", "Text of the article."),
    Column("language", "text", "ISO 639-1 code of the discussion's language."),
)
"""What a file may tell of the discussion that a comment is of, beside COMMENT_COLUMNS."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Some groups of rows of a Parquet file, and how many rows these are."""

    url: str
    groups: tuple[int, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is told of in a manifest, its partitions, and the columns it has."""

    told: dict[str, Any]
    partitions: tuple[Partition, ...]
    columns: tuple[str, ...]


def matching(pattern: str) -> list[str]:
    """Return the addresses of the files that a pattern, a name or a folder stands for, in order.

    Raises
    ------
    InputError
        There is none, or nothing here opens such addresses.
    """
    with _told(pattern):
        system, path = _system(pattern)
        if system.isdir(path):
            path = f"{path.rstrip('/')}/*.parquet"
        # As everywhere with Parquet, what begins with an underscore is about the data, and none of it.
        found = [name for name in sorted(system.glob(path)) if not PurePosixPath(name).name.startswith("_")]
        if not found:
            raise InputError("there is no such file", source=pattern, remedy="Put patterns in quotes")
        return [str(system.unstrip_protocol(name)) for name in found]


def file_of(url: str) -> File:
    """Look at a file: its hash, and its rows in partitions.

    Raises
    ------
    InputError
        It is no Parquet, or lacks a column that is needed.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra

    with _told(url):
        system, path = _system(url)
        with system.open(path, "rb") as stream:
            about = pq.ParquetFile(stream)
            columns = tuple(about.schema_arrow.names)
            groups = about.metadata
            sizes = [groups.row_group(number).num_rows for number in range(groups.num_row_groups)]
        if missing := [name for name in NEEDED if name not in columns]:
            raise InputError(
                f"no column {missing[0]}", source=url, remedy="Make it with btl parse SOURCE --parquet FILE"
            )
        with system.open(path, "rb") as stream:
            told = input_of(url, stream)
    return File(told, tuple(_partitions(url, sizes)), columns)


def _partitions(url: str, sizes: Sequence[int]) -> Iterator[Partition]:
    groups: list[int] = []
    rows = 0
    for number, size in enumerate(sizes):
        if groups and rows + size > ROWS_OF_A_PARTITION:
            yield Partition(url, tuple(groups), rows)
            groups, rows = [], 0
        groups.append(number)
        rows += size
    if rows:
        yield Partition(url, tuple(groups), rows)


def read(partition: Partition, columns: Sequence[str]) -> pd.DataFrame:
    """Return these columns of a partition, as far as the file has them."""
    with _told(partition.url):
        system, path = _system(partition.url)
        with system.open(path, "rb") as stream:
            return read_parquet(stream, columns=columns, groups=partition.groups)


def read_records(partition: Partition) -> pd.DataFrame:
    """Return what a partition of records says of comments and of their discussions."""
    return read(partition, [column.name for column in (*COMMENT_COLUMNS, *ABOUT_DISCUSSION)])


def begin(folder: str, manifest: str, inputs: Sequence[str]) -> None:
    """Make a folder for a result, and take away the manifest of an earlier one, which it will not be.

    Raises
    ------
    InputError
        An input lies in it, and would be written over.
    StoreError
        It cannot be made or written.
    """
    system, path = _system(folder)
    own = str(system.unstrip_protocol(path)).rstrip("/")
    if within := next((url for url in inputs if url.rpartition("/")[0] == own), None):
        raise InputError(
            "it lies in the folder of the result", source=within, remedy="Give --parquet another folder"
        )
    with _written(folder):
        system.makedirs(path, exist_ok=True)
        if system.exists(old := beside(path, manifest)):
            system.rm_file(old)


def keep_only(names: Sequence[str], folder: str, pattern: str) -> None:
    """Remove what an earlier result left in a folder: files of such names that are none of `names`."""
    system, path = _system(folder)
    with _written(folder):
        system.invalidate_cache()
        for found in system.glob(beside(path, pattern)):
            if PurePosixPath(found).name not in names:
                system.rm_file(found)


def write(frame: pd.DataFrame, url: str) -> tuple[dict[str, Any], Partition]:
    """Write a table in one go, so that nobody finds half of it in a store.

    Return what a manifest tells of it, and all of it as one partition.
    """
    made = io.BytesIO()
    starts = range(0, max(1, len(frame)), ROWS_AT_ONCE)
    write_parquet((frame.iloc[start : start + ROWS_AT_ONCE] for start in starts), known_columns(), made)
    return write_bytes(made.getvalue(), url), Partition(url, tuple(range(len(starts))), len(frame))


def write_bytes(content: bytes, url: str) -> dict[str, Any]:
    """Write a file; return its name, size and hash.

    Raises
    ------
    StoreError
        It cannot be written.
    """
    system, path = _system(url)
    with _written(url):
        system.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        system.pipe_file(path, content)
    name = PurePosixPath(path).name
    return {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def beside(folder: str, name: str) -> str:
    """Return the address of a file in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def _system(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra

    try:
        system, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise StoreError(str(error), source=url, remedy="For s3:// install the extra s3") from error
    return system, path


@contextmanager
def _written(url: str) -> Iterator[None]:
    """Name what cannot be written."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"it cannot be written ({error.strerror or error})", source=url) from error


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Name the file where it cannot be read."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    try:
        yield
    except (pa.ArrowInvalid, OSError) as error:
        problem = (
            "it is not Parquet" if isinstance(error, pa.ArrowInvalid) else f"it cannot be read ({error})"
        )
        raise InputError(problem, source=url) from error
