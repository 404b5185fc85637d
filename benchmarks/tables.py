"""Reading comments from CSV and NDJSON against pandas' own readers of the same files, into the same columns.

python -m benchmarks.tables COMMENTS.jsonl
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

import pandas as pd

from benchmarks.measuring import medians
from threads.parse.exports.tables.formats import JsonTable, TableExport, TextTable
from threads.parse.formats import Options
from threads.parse.source import Source

ROWS = 60_000
_COLUMNS = ("comment_id", "parent_id", "post_id", "author", "created_at", "body", "likes")
_TEXTS = {name: "str" for name in _COLUMNS if name not in ("created_at", "likes")}
_FIRST = datetime(2024, 1, 1, tzinfo=UTC)


def rows(texts: list[str]) -> Iterator[tuple[object, ...]]:
    """Yield comments with the texts, in threads of 500, a third of them answers to nobody."""
    for number, text in enumerate(islice(cycle(texts), ROWS)):
        above = f"c{number - 3}" if number % 3 else ""
        at = f"{_FIRST + timedelta(seconds=37 * number):%Y-%m-%dT%H:%M:%SZ}"
        yield f"c{number}", above, f"p{number // 500}", f"user{number % 700}", at, text, number % 50


def prepared(texts: list[str], folder: Path) -> tuple[Path, Path]:
    """Write the comments as CSV and as NDJSON; return both files."""
    table, objects = folder / "comments.csv", folder / "comments.ndjson"
    with (
        table.open("w", newline="", encoding="utf-8") as csv_file,
        objects.open("w", encoding="utf-8") as lines,
    ):
        writer = csv.writer(csv_file)
        writer.writerow(_COLUMNS)
        for row in rows(texts):
            writer.writerow(row)
            lines.write(json.dumps(dict(zip(_COLUMNS, row, strict=True))) + "\n")
    return table, objects


def exhausted(item: TableExport, path: Path, *, whole: bool) -> Callable[[], object]:
    """Return what reads a file: its comments as they are found, or `whole`, gathered into discussions."""

    def read() -> object:
        source = Source.from_path(path)
        if whole:
            return deque(item.reading(source, Options()).discussions, maxlen=0)
        return deque(item.found(source, Options()), maxlen=0)

    return read


def main() -> None:
    """Print processor time of each reader and its speed as a multiple of that of pandas."""
    texts = [json.loads(line)["text"] for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as name:
        table, objects = prepared(texts, Path(name))
        kinds: tuple[tuple[str, TableExport, Path, Callable[[], object]], ...] = (
            ("CSV", TextTable(), table, lambda: pd.read_csv(table, dtype=_TEXTS, parse_dates=["created_at"])),
            ("NDJSON", JsonTable(), objects, lambda: pd.read_json(objects, lines=True, dtype=_TEXTS)),
        )
        for kind, item, path, peer in kinds:
            taken = medians(
                {
                    "pandas": peer,
                    "found": exhausted(item, path, whole=False),
                    "gathered": exhausted(item, path, whole=True),
                }
            )
            for reader, seconds in taken.items():
                print(f"{kind:7} {reader:9} {seconds:.2f} s  {taken['pandas'] / seconds:.2f} ×")


if __name__ == "__main__":
    main()
