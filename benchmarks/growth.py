"""Time and memory of each stage as inputs grow: python -m benchmarks.growth [SIZE…].

Each stage works on each size in a process of its own, on a dump that is generated; what it needs of earlier
stages is made before the clock starts. The slope is that of time by size on logarithmic scales: 1.0 where
twice the comments take twice as long. Prints a table in Markdown; needs Linux.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from benchmarks import csv_files, exports
from benchmarks.measuring import alone, machine
from threads.analysis import COMMENTS_AT_ONCE, import_reading, scored_parts
from threads.dynamics.near_duplicates import near_duplicates
from threads.dynamics.people import people
from threads.frames import comments_frame
from threads.parse import Options, Source, reading
from threads.parse.reading import Reading, batches
from threads.records import COMMENT_COLUMNS
from threads.scores import score_columns
from threads.settings import Settings
from threads.storage import Store
from threads.storage.columns import known_columns
from threads.storage.csv_files import write_csv
from threads.storage.parquet_files import write_parquet

SIZES = (1_000, 10_000, 100_000)
LIMITS = Settings(max_input_bytes=10**12, max_comments=10**9)
_PART = 50_000  # rows of tables that are made while they are written

Work = Callable[[], object]


def _reading(dump: Path) -> Reading:
    return reading(Source.from_path(dump, LIMITS), Options(), settings=LIMITS)


def _frames(size: int) -> Iterator[pd.DataFrame]:
    columns = (*COMMENT_COLUMNS, *score_columns())
    whole = csv_files.generated(min(size, _PART), columns)
    for start in range(0, size, _PART):
        yield whole.iloc[: size - start]


def _read(dump: Path, _: int) -> Work:
    return lambda: sum(len(comments_frame(some)) for some in batches(_reading(dump).discussions, 10_000))


def _score(dump: Path, _: int) -> Work:
    return lambda: sum(
        len(frame) for _, frame in scored_parts(batches(_reading(dump).discussions, COMMENTS_AT_ONCE), LIMITS)
    )


def _store(dump: Path, size: int) -> Work:
    """Import: reading, scoring, flags and the store."""

    def work() -> None:
        path = dump.with_name(f"store-{size}.sqlite")
        path.unlink(missing_ok=True)
        with Store.open(f"sqlite:///{path}") as store:
            import_reading(store, _reading(dump), LIMITS)

    return work


def _csv(dump: Path, size: int) -> Work:
    def work() -> None:
        with dump.with_name("out.csv").open("w", encoding="utf-8", newline="") as file:
            write_csv(_frames(size), file)

    return work


def _parquet(dump: Path, size: int) -> Work:
    def work() -> None:
        with dump.with_name("out.parquet").open("wb") as file:
            write_parquet(_frames(size), known_columns(), file)

    return work


def _people(dump: Path, _: int) -> Work:
    frame = _records(dump)
    return lambda: people(frame.assign(words=20, sentences=2, characters=100, sentiment=0.1))


def _near_duplicates(dump: Path, _: int) -> Work:
    frame = _records(dump)
    return lambda: near_duplicates(frame)


def _records(dump: Path) -> pd.DataFrame:
    frame = comments_frame(list(_reading(dump).discussions))
    # The dump repeats its texts: a word of its own keeps them apart, and their neighbours alike by a half.
    own = frame["comment_id"].str.cat(frame["thread_id"], sep=" ")
    return frame.assign(text=frame["text"].str.cat(own + " " + own.str[::-1], sep=" "))


STAGES: dict[str, Callable[[Path, int], Work]] = {
    "read NDJSON into records": _read,
    "read and score": _score,
    "read, score, flag, store": _store,
    "write CSV, safe": _csv,
    "write Parquet": _parquet,
    "people": _people,
    "near-duplicates": _near_duplicates,
}


def prepared(stage: str, dump: str, size: str) -> Work:
    """Return a stage's work, models and tables loaded."""
    warm = Path(dump).with_name("warm.ndjson")
    STAGES[stage](warm, 500)()
    return STAGES[stage](Path(dump), int(size))


def main(sizes: list[int]) -> None:
    """Print a row a stage and size, and the slope of each."""
    print("; ".join(f"{name} {value}" for name, value in machine().items() if value))
    print("\n| stage | comments | seconds | µs a comment | memory, MB | slope |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="btl-growth-") as folder:
        home = Path(folder)
        exports.write_ndjson(home / "warm.ndjson", 500)
        for size in sizes:
            exports.write_ndjson(home / f"{size}.ndjson", size)
        for stage in STAGES:
            before: tuple[int, float] | None = None
            for size in sizes:
                seconds, grown = alone(__file__, stage, str(home / f"{size}.ndjson"), str(size))
                slope = "" if before is None else f"{_slope(before, (size, seconds)):.2f}"
                each = seconds / size * 1e6
                print(
                    f"| {stage} | {size:,} | {seconds:.2f} | {each:.1f} | {grown / 1e6:,.0f} | {slope} |",
                    flush=True,
                )
                before = size, seconds


def _slope(one: tuple[int, float], other: tuple[int, float]) -> float:
    return math.log(other[1] / one[1]) / math.log(other[0] / one[0])


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
