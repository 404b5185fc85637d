"""What commands share that write results: files that appear whole or not at all, and standard output."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    import pandas as pd


@contextmanager
def _output(name: str) -> Iterator[TextIO]:
    """Open a text file that appears whole or not at all; - is standard output."""
    from threads.storage.files import whole_file

    if name == "-":
        stream = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
        try:
            yield stream
        finally:
            stream.flush()
            stream.detach()
    else:
        with whole_file(Path(name)) as file:
            yield file


def write(name: str, text: str) -> None:
    """Write a text to the file `name`; - is standard output."""
    with _output(name) as file:
        file.write(text)


def write_csv(name: str, frame: pd.DataFrame, raw: bool) -> None:
    """Write a frame as CSV to the file `name` (- is standard output), safe for spreadsheets unless `raw`."""
    from threads.storage import csv_files

    with _output(name) as file:
        csv_files.write_csv(frame, file, mode="raw" if raw else "safe")


def table(rows: Iterable[tuple[str, str]]) -> None:
    """Print names with their explanations, these one under another."""
    rows = list(rows)
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        click.echo(f"{name:<{width}}  {text}")
