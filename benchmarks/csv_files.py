"""CSV of comments, ours and pandas' own, on one core: python -m benchmarks.csv_files [COMMENTS]."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd

from benchmarks.measuring import medians
from threads.frames import typed
from threads.records import COMMENT_COLUMNS, Column
from threads.scores import score_columns
from threads.storage.csv_files import Mode, write_csv

RUNS = 3
_WORDS = (
    "the",
    "of",
    "tunnel,",
    "and",
    "port",
    "said",
    '"we"',
    "will",
    "not",
    "pay;",
    "why?",
    "-",
    "never\n",
)


def generated(comments: int, columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return comments of 5 to 60 words with records and any scores, by a fixed seed."""
    random, numbers = Random(1), np.random.default_rng(1)  # noqa: S311
    first = pd.Timestamp("2024-05-18T09:30:00Z")
    values = {
        "thread_id": [f"{number // 400:016x}" for number in range(comments)],
        "comment_id": [f"{number * 7919:016x}" for number in range(comments)],
        "parent_id": [f"{number * 7907:016x}" if number % 2 else None for number in range(comments)],
        "author": [f"author {random.randrange(50_000)}" for _ in range(comments)],
        "published_at": first + pd.to_timedelta(np.arange(comments) * 61, unit="s"),
        "text": [" ".join(random.choices(_WORDS, k=random.randint(5, 60))) for _ in range(comments)],
    }
    for column in columns:
        if column.kind == "number" and column.name != "parent_confidence":
            values[column.name] = numbers.random(comments)
        elif column.kind == "integer":
            values[column.name] = numbers.integers(0, 99, comments)
    return typed(pd.DataFrame(values), columns)


def main(comments: int) -> None:
    """Measure on records alone and on records with scores; print a table in Markdown."""
    print("| columns | program | seconds | x to_csv |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.csv"
        for columns in (COMMENT_COLUMNS, (*COMMENT_COLUMNS, *score_columns())):
            frame = generated(comments, columns)

            def ours(mode: Mode, frame: pd.DataFrame = frame) -> None:
                with path.open("w", encoding="utf-8", newline="") as file:
                    write_csv(frame, file, mode)

            works = {
                "below-the-line, raw": lambda ours=ours: ours("raw"),
                "below-the-line, safe": lambda ours=ours: ours("safe"),
                "DataFrame.to_csv": lambda frame=frame: frame.to_csv(path, index=False),
            }
            taken = medians(works, RUNS)
            for name, seconds in taken.items():
                ratio = taken["DataFrame.to_csv"] / seconds
                print(f"| {len(columns)} | {name} | {seconds:.2f} | {ratio:.1f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
