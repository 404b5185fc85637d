"""Many processes on one store, and processes that are killed: one winner, no error, nothing lost."""

import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from tests.security.moderation import act, fill
from tests.security.rows import Lab, Row, Tally
from threads.errors import ThreadsError
from threads.moderation.decisions import ActionName
from threads.moderation.queue_filter import QueueFilter
from threads.storage import Store, tables
from threads.storage.engine import reading

EVERYTHING = QueueFilter(view="all")
SLOWEST = 5.0  # seconds that a write may take


def contested(lab: Lab) -> Tally:
    """Let processes decide on the same comments, all in the same order, and count who won."""
    tally, processes, comments = Tally(), lab.size(8, 3), lab.size(1_000, 40)
    for name, url in lab.databases("contested"):
        with Store.open(url) as store:
            fill(store, comments)
        work = [(url, f"actor {number}", comments) for number in range(processes)]
        with _context().Pool(processes) as pool:
            statuses = Counter(status for of_one in pool.map(_decide_on_all, work, 1) for status in of_one)
        with Store.open(url) as store:
            versions = Counter(key.version for key in _keys(store))
            decided, audited = _rows(store)
            wrong = store.verify()
        expected = Counter(done=comments, conflict=(processes - 1) * comments)
        tally.hold(statuses == expected, f"{name}: {dict(statuses)}, not {dict(expected)}")
        tally.hold(versions == {1: comments}, f"{name}: comments by version: {dict(versions)}")
        tally.hold(decided == audited == comments, f"{name}: {decided} decisions, {audited} rows of the log")
        tally.hold(wrong == [], f"{name}: {wrong[:2]}")
    tally.tried = f"{processes} processes deciding on the same {comments:,} comments, on each database"
    return tally


def _decide_on_all(work: tuple[str, str, int]) -> list[str]:
    url, actor, comments = work
    with Store.open(url) as store:
        return [act(store, number, "approve", actor=actor).status for number in range(1, comments + 1)]


def killed(lab: Lab) -> Tally:
    """Kill a process in the middle of its writing, again and again; then look for what it said was done."""
    tally, kills = Tally(), lab.size(100, 5)
    chance = random.Random(9)
    for name, url in lab.databases("killed"):
        acknowledged = lab.folder / f"{name}.acknowledged"
        acknowledged.touch()
        with Store.open(url) as store:
            fill(store, 20)
        for number in range(kills):
            _kill_in_the_middle(url, acknowledged, number, chance.uniform(0, 0.3))
        keys = acknowledged.read_text().splitlines()
        with Store.open(url) as store:
            recorded = _recorded(store)
            wrong = store.verify()
        lost = [key for key in keys if key not in recorded]
        tally.hold(len(keys) >= kills, f"{name}: only {len(keys)} writes were acknowledged in {kills} lives")
        tally.hold(not lost, f"{name}: lost {lost[:3]}")
        tally.hold(len(recorded) - len(keys) <= kills, f"{name}: {len(recorded)} writes, {len(keys)} told")
        tally.hold(wrong == [], f"{name}: half applied: {wrong[:2]}")
        tally.tried += f"{name}: {kills} kill -9, {len(keys):,} writes acknowledged; "
    tally.tried = tally.tried.removesuffix("; ")
    return tally


def _kill_in_the_middle(url: str, acknowledged: Path, life: int, wait: float) -> None:
    before = acknowledged.stat().st_size
    process = _context().Process(target=_decide_for_ever, args=(url, acknowledged, life))
    process.start()
    while acknowledged.stat().st_size == before and process.is_alive():
        time.sleep(0.001)
    time.sleep(wait)
    process.kill()
    process.join()


def _decide_for_ever(url: str, acknowledged: Path, life: int) -> None:
    """Approve and reject in turn; write each key down, on disk, once the store has said that it is done."""
    with Store.open(url) as store, acknowledged.open("a") as file:
        versions = {int(key.comment_id[1:]): key.version for key in _keys(store)}
        for number in range(1_000_000):
            comment = 1 + number % len(versions)
            version = versions[comment]
            action: ActionName = "reject" if version % 2 else "approve"
            key = f"{life}-{number}"
            if act(store, comment, action, key=key, version=version).status != "done":
                return
            versions[comment] += 1
            file.write(f"{key}\n")
            file.flush()
            os.fsync(file.fileno())


def locks(lab: Lab) -> Tally:
    """Let processes write and read at once for a minute, and look for errors and for the slowest answer."""
    tally, writers, readers, seconds = Tally(), lab.size(8, 3), lab.size(4, 1), lab.size(60, 2)
    for name, url in lab.databases("locks"):
        with Store.open(url) as store:
            fill(store, 400)
        works: list[tuple[Callable[..., None], str, int, float]] = [
            *((_write, url, number, seconds) for number in range(writers)),
            *((_read, url, number, seconds) for number in range(readers)),
        ]
        with _context().Pool(len(works)) as pool:
            results = pool.map(_repeatedly, works, 1)
        errors = [error for _, error in results if error]
        written = [taken for (taken, _), work in zip(results, works, strict=True) if work[0] is _write]
        count, slowest = sum(map(len, written)), max((max(taken, default=0) for taken in written), default=0)
        with Store.open(url) as store:
            wrong = store.verify()
        tally.hold(not errors, f"{name}: {errors[:2]}")
        tally.hold(0 < slowest <= SLOWEST, f"{name}: the slowest write took {slowest:.1f} s")
        tally.hold(wrong == [], f"{name}: {wrong[:2]}")
        tally.tried += f"{name}: {count:,} writes, the slowest {slowest:.2f} s; "
    tally.tried = f"{writers} writers and {readers} readers for {seconds} s, {tally.tried.removesuffix('; ')}"
    return tally


def _repeatedly(work: tuple[Callable[..., None], str, int, float]) -> tuple[list[float], str]:
    """Do a work until the time is over; return the seconds that each run took, and the first error."""
    do, url, number, seconds = work
    taken: list[float] = []
    chance = random.Random(number)
    with Store.open(url) as store:
        until = time.monotonic() + seconds
        while (begun := time.monotonic()) < until:
            try:
                do(store, chance, number)
            except ThreadsError as error:
                return taken, str(error)
            taken.append(time.monotonic() - begun)
    return taken, ""


def _write(store: Store, chance: random.Random, number: int) -> None:
    comment = chance.randrange(1, 401)
    item = store.queue_item("t", f"c{comment}")
    action: ActionName = chance.choice(("approve", "reject", "undo"))
    key = f"{number}-{chance.random()}"
    act(store, comment, action, key=key, actor=f"actor {number}", version=item.version)
    store.claim("t", f"c{comment}", f"actor {number}")


def _read(store: Store, chance: random.Random, number: int) -> None:
    store.queue_counts()
    store.queue(EVERYTHING, limit=50, offset=chance.randrange(0, 350))
    store.changes(max(0, store.last_change() - 20))


def _context() -> ForkServerContext:
    """Processes that start fast: from one that has imported the store and nothing else."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.security.concurrency"])
    return context


def _keys(store: Store) -> list[Any]:
    query = select(tables.comments.c.comment_id, tables.comments.c.version)
    with reading(store._engine) as connection:
        return list(connection.execute(query))


def _recorded(store: Store) -> set[str]:
    with reading(store._engine) as connection:
        keys: Iterable[str] = connection.scalars(select(tables.decisions.c.key))
        return set(keys)


def _rows(store: Store) -> tuple[int, int]:
    told = select(func.count()).where(tables.audit.c.event == "decision")
    with reading(store._engine) as connection:
        decided = connection.scalar(select(func.count()).select_from(tables.decisions))
        return decided or 0, connection.scalar(told) or 0


CONTESTED = Row(
    "one-winner", "Of several who decide on one comment, one does, and the others are told", contested
)
KILLED = Row(
    "killed-writer",
    "A process that is killed loses nothing that it said was done, and leaves nothing half",
    killed,
)
LOCKS = Row("locks", "Writers and readers at once get no error, and no write waits longer than 5 s", locks)
