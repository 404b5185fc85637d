"""Measure the queue on SQLite and PostgreSQL: opening a page of it, and deciding beside nineteen others.

    python -m benchmarks.queue [--open N] [--decisions N]

A store with N open flagged comments (100,000), a fifth as many new ones and twice as many decided ones is
made, in a folder that is gone afterwards, and on a PostgreSQL server of our own where there is one. A page
is what the dashboard asks for: the counts of every view and fifty comments in full. Two times are given:
until the answer is there, the median of five; and the processor time, ours and the database's, which other
work on the machine changes less. Deciding is timed from asking to having it on disk.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tests.postgresql_server import NoServerError, new_database, running
from threads.moderation.queue_filter import ORDERS, QueueFilter
from threads.storage import Action, Store, tables
from threads.storage.engine import writing

RUNS = 5
PAGE = 50
MODERATORS = 20
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
THREADS, AUTHORS = 200, 8_000
RULES = (("offensive", 0.6), ("links", 0.25), ("reported", 0.3), ("shouting", 0.1))
WORDS: list[str] = re.findall(
    r"\w+",
    "the of and to in that it is was for on are as with they be at one have this from or had by but some "
    "what there we can out other were all your when up use word how said an each she which do their time "
    "if will way about many then them would write like so these her long make thing see him two has look "
    "more day could go come did my sound no most number who over know water than call first people may "
    "down side been now find tunnel council traffic vote money idiot liar shame nonsense Lügenpresse Straße",
)


def fill(connection: Connection, waiting: int) -> None:
    """Store flagged, new and decided comments, as imports and moderators would have left them."""
    chance = random.Random(1)  # noqa: S311 - nothing secret
    connection.execute(
        tables.imports.insert().values(
            id=1, source="benchmark", imported_at=BEGAN, kept=0, skipped=[], warnings=[]
        )
    )
    for start in range(0, THREADS, 50):
        connection.execute(
            tables.discussions.insert(),
            [
                {
                    "thread_id": f"thread-{n:06}",
                    "source": "benchmark",
                    "source_format": "page",
                    "title": _text(chance, 8),
                    "article_text": _text(chance, 900),
                    "import_id": 1,
                }
                for n in range(start, start + 50)
            ],
        )
    states = ["open"] * waiting + ["new"] * (waiting // 5) + ["decided"] * (2 * waiting)
    chance.shuffle(states)
    for start in range(0, len(states), 5_000):
        _fill_comments(connection, chance, start, states[start : start + 5_000])


def _fill_comments(connection: Connection, chance: random.Random, start: int, states: list[str]) -> None:
    comments: list[dict[str, Any]] = []
    scores: list[dict[str, Any]] = []
    flags: list[dict[str, Any]] = []
    decisions: list[dict[str, Any]] = []
    for key, state in enumerate(states, start + 1):
        raised = [] if state == "new" else [rule for rule, share in RULES if chance.random() < share]
        raised = raised or ([] if state == "new" else ["offensive"])
        values = {rule: 1 + chance.expovariate(1) for rule in raised}
        after = chance.choice(("approved", "approved", "rejected", "held")) if state == "decided" else "open"
        offensive = chance.random()
        comments.append(
            {
                "id": key,
                "thread_id": f"thread-{chance.randrange(THREADS):06}",
                "comment_id": f"comment-{key:08}",
                "position": key,
                "author": f"author {min(chance.randrange(AUTHORS), chance.randrange(AUTHORS))}",
                "published_at": BEGAN + timedelta(seconds=chance.randrange(10_000_000)),
                "published_at_precision": "second",
                "timezone_source": "given",
                "text": _text(chance, chance.randrange(10, 110)),
                "status": "visible",
                "source_format": "page",
                "imported_at": BEGAN,
                "state": after,
                "version": int(state == "decided"),
                "risk": max(values.values(), default=None),
                "flagged_by": f"|{'|'.join(sorted(raised))}|" if raised else None,
                "offensive": offensive,
            }
        )
        scores.append(
            {
                "comment": key,
                "values": {"offensive": offensive, "sentiment": chance.random()}
                | {f"score_{n}": chance.random() for n in range(25)},
            }
        )
        flags += [
            {
                "comment": key,
                "rule": rule,
                "reason": "It holds 3 of the words that are listed.",
                "value": value,
                "limit": 1.0,
                "spans": [[0, 3]],
            }
            for rule, value in values.items()
        ]
        if state == "decided":
            decisions.append(
                {
                    "key": f"benchmark-{key}",
                    "comment": key,
                    "version": 1,
                    "action": {"approved": "approve", "rejected": "reject", "held": "hold"}[after],
                    "before_state": "open",
                    "after_state": after,
                    "actor": f"moderator {key % MODERATORS}",
                    "decided_at": BEGAN + timedelta(seconds=key),
                    "reason": "spam" if after == "rejected" else None,
                }
            )
    for table, rows in (
        (tables.comments, comments),
        (tables.scores, scores),
        (tables.flags, flags),
        (tables.decisions, decisions),
    ):
        if rows:
            connection.execute(table.insert(), rows)


def _text(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words))


def pages(store: Store) -> Iterator[tuple[str, QueueFilter, int]]:
    """Yield what is opened: a name, a filter, and at which comment the page begins."""
    for view in ("flagged", "reported", "decided", "all"):
        counted = store.queue_counts()[view]
        last = max(0, (counted - 1) // PAGE * PAGE)
        for order in ORDERS:
            chosen = QueueFilter(view=view, order=order)
            for place, offset in (("first", 0), ("middle", last // 2), ("last", last)):
                yield f"{view}, by {order}, {place} page", chosen, offset
    for restriction in (
        {"rule": "offensive"},
        {"rule": "links", "order": "age"},
        {"thread_id": "thread-000007"},
        {"author": "author 5"},
        {"since": BEGAN, "until": BEGAN + timedelta(days=3)},
        {"since": BEGAN, "until": BEGAN + timedelta(days=90)},
        {"risk_from": 1.5, "risk_to": 3.0},
        {"offensive_from": 0.5},
        {"offensive_from": 0.999},
        {"decided_by": "moderator 3", "view": "decided"},
        {"reason": "spam", "view": "decided", "order": "age"},
        {"claimed_by": "moderator 3"},
        {"text": "council"},
        {"text": "lügenpresse"},
        {"text": "not there"},
        {"text": "нигде"},
    ):
        chosen = QueueFilter(**restriction)  # type: ignore[arg-type]
        named = ", ".join(f"{name} {str(value)[:16]}" for name, value in restriction.items())
        last = max(0, (store.queue_counts(chosen)[chosen.view] - 1) // PAGE * PAGE)
        yield f"{named}, first page", chosen, 0
        if last:
            yield f"{named}, last page", chosen, last


def milliseconds(work: Callable[[], object], processor: Callable[[], float]) -> tuple[float, float]:
    """Return how long a work takes, the median of RUNS, and the processor time of one, in milliseconds."""
    taken = []
    used = processor()
    for _ in range(RUNS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return 1000 * statistics.median(taken), 1000 * (processor() - used) / RUNS


def processor_seconds(store: Store) -> float:
    """Return the processor time that this process and the database's, if it has any, have used (Linux)."""
    seconds = time.process_time()
    if store._engine.dialect.name == "postgresql":
        with store._engine.connect() as connection:
            folder = connection.exec_driver_sql("SHOW data_directory").scalar_one()
        server = int((Path(folder) / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        # Of processes that live, their own time; of those that ended, what the server was told of them.
        ticks = sum(sum(_ticks(int(child))[:2]) for child in children) + sum(_ticks(server)[2:])
        seconds += ticks / os.sysconf("SC_CLK_TCK")
    return seconds


def _ticks(process: int) -> list[int]:
    """Return a process's times: user, system, and both of its children that ended."""
    try:
        after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return [0, 0, 0, 0]
    return [int(value) for value in after_name[11:15]]


def open_page(store: Store, chosen: QueueFilter, offset: int) -> None:
    """Ask for all that a page of the queue shows."""
    store.queue_counts(chosen)
    store.queue(chosen, limit=PAGE, offset=offset)


def decide_at_once(store: Store, decisions: int) -> list[float]:
    """Return how many milliseconds each decision took while MODERATORS decided at once."""
    each = decisions // MODERATORS
    keys = [
        key
        for n in range(-(-each * MODERATORS // 500))
        for key in store.queue(QueueFilter(order="age"), limit=500, offset=500 * n)
    ]
    starting = threading.Barrier(MODERATORS)

    def work(moderator: int) -> list[float]:
        starting.wait()
        taken = []
        for item in keys[moderator * each : (moderator + 1) * each]:
            action = Action(
                key=f"{moderator}-{item.comment_id}",
                thread_id=item.thread_id,
                comment_id=item.comment_id,
                action="approve",
                actor=f"moderator {moderator}",
                expected_version=item.version,
            )
            begun = time.perf_counter()
            (outcome,) = store.decide([action])
            taken.append(1000 * (time.perf_counter() - begun))
            assert outcome.status == "done", outcome  # noqa: S101
        return taken

    with ThreadPoolExecutor(MODERATORS) as pool:
        return [taken for of_one in pool.map(work, range(MODERATORS)) for taken in of_one]


def measure(name: str, url: str, waiting: int, decisions: int) -> None:
    """Fill one database and print its tables."""
    with Store.open(url) as store:
        begun = time.perf_counter()
        with writing(store._engine) as connection:
            fill(connection, waiting)
        if store._engine.dialect.name == "postgresql":  # which does this by itself after a while
            with store._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
        print(
            f"\n{name}: {store.queue_counts()}, filled in {time.perf_counter() - begun:.0f} s\n", flush=True
        )
        print_pages(store)
        print_percentiles(f"{MODERATORS} moderators decide at once", decide_at_once(store, decisions))


def print_pages(store: Store) -> None:
    """Print how long each page takes to open."""
    print(f"{'page':66}{'ms':>8}{'processor':>12}")

    def measured(label: str, work: Callable[[], object]) -> tuple[float, float]:
        found = milliseconds(work, lambda: processor_seconds(store))
        print(f"{label:66}{found[0]:8.0f}{found[1]:12.0f}", flush=True)
        return found

    found = [measured(label, partial(open_page, store, *page)) for label, *page in pages(store)]
    print(f"{'slowest':66}{max(found)[0]:8.0f}{max(used for _, used in found):12.0f}")
    measured("what changed since", lambda: store.changes(store.last_change()))


def print_percentiles(label: str, taken: Sequence[float]) -> None:
    """Print median, p95 and the slowest."""
    cuts = statistics.quantiles(taken, n=100)
    print(
        f"\n{label}: {len(taken):,} decisions, p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, "
        f"slowest {max(taken):.0f} ms"
    )


def main() -> None:
    """Measure both kinds of database."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queue")
    parser.add_argument("--open", type=int, default=100_000, help="flagged comments that wait")
    parser.add_argument("--decisions", type=int, default=2_000, help="decisions made at once")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    asked = parser.parse_args()
    if asked.only != "postgresql":
        with tempfile.TemporaryDirectory(prefix="btl-queue-") as folder:
            measure("SQLite", f"sqlite:///{Path(folder) / 'queue.sqlite'}", asked.open, asked.decisions)
    if asked.only != "sqlite":
        try:
            with running(durable=True) as server:
                measure("PostgreSQL", new_database(server), asked.open, asked.decisions)
        except NoServerError as missing:
            print(f"\nPostgreSQL was not measured: {missing}")


if __name__ == "__main__":
    main()
