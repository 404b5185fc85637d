"""Every measure against peers: what is compared, how, what is wanted, and below what a check fails.

Programs take turns at the same work in the same run. A ratio is what the peer takes by what ours takes, 2.0
for twice as fast; where there is no peer, what a small input takes for each comment by what a large one does.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import UniqueConstraint, create_engine

from benchmarks import convokit, csv_files, duplicates, exports, pages, scores
from benchmarks.measuring import medians, peak_of_tree, wall
from threads.analysis import COMMENTS_AT_ONCE, scored_frame, scored_parts
from threads.frames import comments_frame
from threads.parse import Options, Source, reading
from threads.parse.reading import batches
from threads.records import COMMENT_COLUMNS, Parsed, Report
from threads.samples import sample_folder
from threads.scores import score, score_columns
from threads.settings import Settings
from threads.storage import Held, Store
from threads.storage.columns import known_columns
from threads.storage.csv_files import write_csv
from threads.storage.parquet_files import write_parquet
from threads.storage.tables import comments
from threads.workers import Workers

OURS = "below-the-line"
RUNS = 3
_LIMITS = Settings(max_input_bytes=10**11, max_comments=10**9)
_BTL = [sys.executable, "-m", "threads"]


class NotMeasuredError(Exception):
    """A peer is not installed, or what it is measured on is not there; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What measures work with: a file of comments, how many are wanted, a folder, and what else was named."""

    comments: Path
    size: int
    folder: Path
    pages: Path | None = None
    convokit: str | None = None

    def texts(self, words: int = 80, number: int = 1_000) -> list[str]:
        """Return comments of so many words each."""
        return scores.comments_of(self.comments, words, number)

    def dump(self, comments: int) -> Path:
        """Return a dump of Reddit of so many comments, in discussions of fifty."""
        path = self.folder / f"dump-{comments}.ndjson"
        if not path.exists():
            exports.write_ndjson(path, comments)
        return path


@dataclass(frozen=True, slots=True)
class Found:
    """What each program took, in `unit`, and the ratio that counts; `notes` are other figures."""

    taken: Mapping[str, float]
    ratio: float
    unit: str = "s"
    notes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """One of MEASURES. `bar` is the ratio that is wanted, `floor` the one below which a check fails."""

    name: str
    about: str
    bar: float
    floor: float
    run: Callable[[Bench], Found]


def _beside(taken: Mapping[str, float], peer: str, ours: str = OURS) -> Found:
    return Found(taken, taken[peer] / taken[ours])


def _installed(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise NotMeasuredError(f"{module} is not installed")


def sentiment(bench: Bench) -> Found:
    """Let programs judge each text; ours also as the frame that users call."""
    texts = bench.texts()
    works = {name: scores.each(work, texts) for name, work in scores.sentiment_programs()}
    works[f"{OURS}, as a frame"] = partial(score, texts, ["sentiment"])
    works[OURS]()
    works[f"{OURS}, as a frame"]()
    return _beside(medians(works, RUNS), scores.VADER)


def sentiment_columns(bench: Bench) -> Found:
    """Judge a frame as people do: by one apply, and an apply for each of the four columns."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415

    frame = pd.DataFrame({"text": bench.texts(number=500)})
    polarity = SentimentIntensityAnalyzer().polarity_scores

    def four_columns() -> None:
        for name in ("neg", "neu", "pos", "compound"):
            frame["text"].apply(lambda text, name=name: polarity(text)[name])

    works: dict[str, Callable[[], object]] = {
        OURS: lambda: score(frame, ["sentiment"]),
        "vaderSentiment, .apply": lambda: frame["text"].apply(polarity),
        "vaderSentiment, four columns": four_columns,
    }
    works[OURS]()
    return _beside(medians(works, RUNS), "vaderSentiment, .apply")


def verbosity(bench: Bench) -> Found:
    """Work out all nine measures, beside textstat and lexicalrichness together, which give six of them."""
    _installed("textstat")
    _installed("lexicalrichness")
    texts = bench.texts()
    taken = medians({name: scores.each(work, texts) for name, work in scores.verbosity_programs()}, RUNS)
    ours, *peers = taken.values()
    return Found(taken, sum(peers) / ours)


def saved_pages(bench: Bench) -> Found:
    """Find comments of saved pages, beside trafilatura's; the others find no comments."""
    if bench.pages is None:
        raise NotMeasuredError("no folder of saved pages was named: PAGES=FOLDER")
    _installed("trafilatura")
    inputs = [path.read_bytes() for path in sorted(bench.pages.glob("*.html"))]
    works = {name: pages.every_page(read, inputs) for name, read in pages.readers()}
    for work in works.values():
        work()
    return _beside(medians(works, RUNS), "trafilatura, with comments")


def read_ndjson(bench: Bench) -> Found:
    """Read a dump into the records' columns, beside pandas' reader."""
    path = bench.dump(bench.size)
    works = {OURS: partial(exports.ours, path), "pandas": partial(exports.pandas_ndjson, path)}
    return _beside(medians(works, RUNS), "pandas")


def read_table(bench: Bench) -> Found:
    """Read a table into the records' columns, beside pandas' reader."""
    path = bench.folder / "table.csv"
    exports.write_csv(path, bench.size)
    works = {OURS: partial(exports.ours, path), "pandas": partial(exports.pandas_csv, path)}
    return _beside(medians(works, RUNS), "pandas")


def csv(mode: str, bench: Bench) -> Found:
    """Write records and scores as `btl export` does, beside DataFrame.to_csv; records alone as a note."""
    path = bench.folder / "out.csv"
    found = {}
    for columns in (COMMENT_COLUMNS, (*COMMENT_COLUMNS, *score_columns())):
        frame = csv_files.generated(bench.size, columns)

        def ours(frame: pd.DataFrame = frame) -> None:
            with path.open("w", encoding="utf-8", newline="") as file:
                write_csv(frame, file, "safe" if mode == "safe" else "raw")

        works = {OURS: ours, "DataFrame.to_csv": lambda frame=frame: frame.to_csv(path, index=False)}
        found[len(columns)] = medians(works, RUNS)
    records, whole = found.values()
    alone = records["DataFrame.to_csv"] / records[OURS]
    return Found(whole, whole["DataFrame.to_csv"] / whole[OURS], notes={"ratio of records alone": alone})


def sqlite_import(bench: Bench) -> Found:
    """Put scored comments into a store, beside to_sql of the same columns into a bare table.

    The store has indices, outlines and figures to write, too: to_sql stands there also with those of the
    indices whose columns it has.
    """
    parts = list(_parts(bench.dump(bench.size)))
    parsed = [Parsed(discussions=part, report=Report(source="dump")) for part in parts]
    frames = [scored_frame(part, _LIMITS) for part in parts[:1]]
    one = frames[0][[column.name for column in score_columns()]]
    whole = [comments_frame(part) for part in parts]
    scored = [one.iloc[: len(frame)].set_axis(frame.index) for frame in whole]
    tables = [pd.concat([frame, found], axis="columns") for frame, found in zip(whole, scored, strict=True)]

    def ours() -> None:
        path = bench.folder / "ours.sqlite"
        path.unlink(missing_ok=True)
        with Store.open(f"sqlite:///{path}") as store:
            for some, found in zip(parsed, scored, strict=True):
                store.add(some, found, {}, held=Held({}, {}))

    def to_sql(indices: Collection[str] = ()) -> None:
        path = bench.folder / "peer.sqlite"
        path.unlink(missing_ok=True)
        engine = create_engine(f"sqlite:///{path}")
        tables[0][:0].to_sql("comments", engine, index=False)
        with engine.begin() as connection:
            for number, columns in enumerate(indices):
                connection.exec_driver_sql(f"CREATE INDEX i{number} ON comments ({columns})")
        for table in tables:
            table.to_sql("comments", engine, if_exists="append", index=False)
        engine.dispose()

    indices = _indices(tables[0].columns)
    works = {OURS: ours, "to_sql": to_sql, f"to_sql, {len(indices)} indices": partial(to_sql, indices)}
    return _beside(medians(works, RUNS), "to_sql")


def _indices(columns: Collection[str]) -> list[str]:
    """Return of which columns the store has indices, as SQL, as far as they are among `columns`."""
    unique = [one for one in comments.constraints if isinstance(one, UniqueConstraint)]
    found = [index.columns.keys() for index in (*unique, *comments.indexes)]
    return sorted(", ".join(names) for names in found if set(names) <= set(columns))


def _parts(path: Path) -> Iterator[tuple[Any, ...]]:
    source = Source.from_path(path, _LIMITS)
    return batches(reading(source, Options(), settings=_LIMITS).discussions, COMMENTS_AT_ONCE)


def near_duplicates(bench: Bench) -> Found:
    """Group similar texts, beside datasketch with what finds as many of the pairs that there are."""
    _installed("datasketch")
    taken, recalls = duplicates.compared(bench.comments, bench.size)
    return Found(taken, taken[duplicates.THOROUGH] / taken[OURS], notes=recalls)


def convokit_build(bench: Bench) -> Found:
    """Build and save a corpus of 50,000 utterances with words counted; peak memory as a note."""
    if bench.convokit is None:
        raise NotMeasuredError("no interpreter with ConvoKit 5 was named: CONVOKIT=PYTHON")
    found = convokit.measured(bench.convokit, 50_000)
    taken = {program: one["seconds"] for (work, program), one in found.items() if work == "write"}
    peaks = {program: one["peak"] for (work, program), one in found.items() if work == "write"}
    memory = peaks["ConvoKit 5"] / peaks[OURS]
    return Found(taken, taken["ConvoKit 5"] / taken[OURS], notes={"peak memory, ConvoKit by ours": memory})


def two_processes(bench: Bench) -> Found:
    """Read and score by two warm workers, beside one process."""
    path = bench.dump(bench.size)

    def work(workers: Workers) -> None:
        for _ in scored_parts(_parts(path), _LIMITS, workers=workers):
            pass

    with Workers(2) as two, Workers(1) as one:
        for workers in (one, two):
            for _ in scored_parts(_parts(bench.dump(4 * COMMENTS_AT_ONCE)), _LIMITS, workers=workers):
                pass
        taken = wall({"2 workers": partial(work, two), "1 process": partial(work, one)}, RUNS)
    return _beside(taken, "1 process", "2 workers")


def two_of_dask(bench: Bench) -> Found:
    """Score Parquet by a cluster of two workers, beside one of one."""
    _installed("distributed")
    from threads.partitions.cluster import cluster  # noqa: PLC0415
    from threads.partitions.job import score_files  # noqa: PLC0415

    folder = bench.folder / "records"
    folder.mkdir(exist_ok=True)
    for number, part in enumerate(_parts(bench.dump(bench.size))):
        with (folder / f"{number:04}.parquet").open("wb") as file:
            write_parquet([comments_frame(part)], known_columns(), file)
    out = str(bench.folder / "scored")
    with cluster(None, 1) as one, cluster(None, 2) as two:
        for client in (one, two):
            score_files([str(folder / "000*.parquet")], out, _LIMITS, client)
        works = {
            name: partial(score_files, [f"{folder}/*.parquet"], out, _LIMITS, client)
            for name, client in (("2 workers", two), ("1 worker", one))
        }
        return _beside(wall(works, RUNS), "1 worker", "2 workers")


def start(arguments: list[str], _: Bench) -> Found:
    """Get from nothing to an answer, beside a Python that imports pandas."""
    works = {
        OURS: partial(_run, [*_BTL, *arguments]),
        "import pandas": partial(_run, [sys.executable, "-c", "import pandas"]),
    }
    return _beside(wall(works, 5), "import pandas")


def _run(command: list[str]) -> None:
    # Bytecode is kept from the run before, as where a program is installed.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(command, check=True, capture_output=True, env=environment)  # noqa: S603


def whole_job(bench: Bench) -> Found:
    """Import a dump with two workers: parse, all scores, flags, store; a tenth of it beside all."""
    each, notes = {}, {}
    for size in (bench.size // 10, bench.size):
        database = f"sqlite:///{bench.folder / f'job-{size}.sqlite'}"
        command = [*_BTL, "import", str(bench.dump(size)), "--db", database, "--workers", "2"]
        seconds, peak = peak_of_tree(command)
        each[f"{size:,} comments"] = seconds / size * 1e6
        notes |= {f"seconds of {size:,}": seconds, f"MB of {size:,}": peak / 1e6}
    small, large = each.values()
    (less, _), (more, _) = ((float(name.split()[2].replace(",", "")), 0) for name in list(notes)[::2])
    seconds = list(notes.values())[::2]
    notes["seconds of 1,000,000, by the slope"] = seconds[1] + (seconds[1] - seconds[0]) / (more - less) * (
        1_000_000 - more
    )
    return Found(each, small / large, unit="µs a comment", notes=notes)


def dashboard(bench: Bench) -> Found:
    """Start the server and get its first answer, of a hundredth of the comments beside all of them."""
    taken = {}
    for size in (max(1_000, bench.size // 100), bench.size):
        store = bench.folder / f"shown-{size}.sqlite"
        if not store.exists():
            url = f"sqlite:///{store}"
            _run([*_BTL, "import", str(bench.dump(size)), "--db", url, "--workers", "2"])
        runs = [_first_answer(store) for _ in range(RUNS)]
        taken[f"{size:,} comments"] = statistics.median(runs)
    small, large = taken.values()
    return Found(taken, small / large)


def _first_answer(store: Path) -> float:
    """Return seconds from the start of `btl serve` until the overview's figures are there."""
    import urllib.request  # noqa: PLC0415

    begun = time.perf_counter()
    server = subprocess.Popen(  # noqa: S603
        [*_BTL, "serve", "--db", f"sqlite:///{store}", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = next(
            word for line in server.stdout or () for word in line.split() if word.startswith("http")
        )
        with urllib.request.urlopen(f"{address.rstrip('/.')}/_dash-layout") as answer:  # noqa: S310
            json.load(answer)
        return time.perf_counter() - begun
    finally:
        server.kill()
        server.wait()


PAGE = str(sample_folder() / "siberia_pipeline" / "thread.txt")
MEASURES: tuple[Measure, ...] = (
    Measure("sentiment", "sentiment of each text, beside vaderSentiment", 10, 8, sentiment),
    Measure("sentiment-columns", "sentiment of a frame, beside .apply", 8, 6, sentiment_columns),
    Measure("verbosity", "length, variety and readability", 2, 2, verbosity),
    Measure("pages", "comments of saved pages, beside trafilatura", 2, 2, saved_pages),
    Measure("read-ndjson", "a dump as records, beside pandas", 0.5, 0.2, read_ndjson),
    Measure("read-csv", "a table as records, beside pandas", 0.5, 0.12, read_table),
    Measure("csv-safe", "CSV for spreadsheets, beside to_csv", 3, 3, partial(csv, "safe")),
    Measure("csv-raw", "CSV for programs, beside to_csv", 8, 7, partial(csv, "raw")),
    Measure("sqlite-import", "scored comments into SQLite, beside to_sql", 5, 0.8, sqlite_import),
    Measure("near-duplicates", "groups, beside datasketch at equal recall", 4, 7, near_duplicates),
    Measure("convokit", "a corpus built and saved, beside ConvoKit 5", 1, 1, convokit_build),
    Measure("processes", "2 workers beside 1 process", 1.75, 1.5, two_processes),
    Measure("dask", "2 workers of Dask beside 1", 1.6, 1.4, two_of_dask),
    Measure("start-help", "btl --help, beside import pandas", 1, 1, partial(start, ["--help"])),
    Measure(
        "start-parse",
        "btl parse of a page, beside import pandas",
        0.5,
        0.4,
        partial(start, ["parse", PAGE, "--csv", "-"]),
    ),
    Measure("job", "btl import with 2 workers, a tenth beside all", 0.83, 0.75, whole_job),
    Measure("dashboard", "first answer, a hundredth beside all", 0.5, 0.3, dashboard),
)
