"""What commands share that write results: files that appear whole or not at all, and standard output."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

import click

if TYPE_CHECKING:
    import pandas as pd


STANDARD_OUTPUT = "-"


@contextmanager
def output(name: str) -> Iterator[TextIO]:
    """Open a UTF-8 text file that appears whole or not at all; - is standard output."""
    with binary_output(name) as file:
        stream = io.TextIOWrapper(file, encoding="utf-8", newline="")
        try:
            yield stream
        finally:
            stream.detach()


@contextmanager
def binary_output(name: str) -> Iterator[BinaryIO]:
    """Open a file that appears whole or not at all; - is standard output."""
    from threads.storage.files import whole_binary_file

    if name == STANDARD_OUTPUT:
        yield sys.stdout.buffer
    else:
        with whole_binary_file(Path(name)) as file:
            yield file


def write(name: str, text: str) -> None:
    """Write a text to the file `name`; - is standard output."""
    with output(name) as file:
        file.write(text)


def write_csv(name: str, frame: pd.DataFrame | Iterable[pd.DataFrame], raw: bool) -> None:
    """Write a frame as CSV to the file `name` (- is standard output), safe for spreadsheets unless `raw`."""
    from threads.storage import csv_files

    with output(name) as file:
        csv_files.write_csv(frame, file, mode="raw" if raw else "safe")


def table(rows: Iterable[tuple[str, str]]) -> None:
    """Print names with their explanations, these one under another."""
    rows = list(rows)
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        click.echo(f"{name:<{width}}  {text}")
