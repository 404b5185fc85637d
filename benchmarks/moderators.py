"""Moderators at work against a real server: how long they wait, and whether what they were told is so.

    python -m benchmarks.moderators [--database URL] [--people 20] [--minutes 10] [--kills 0]

Each of them signs in, opens pages of the queue, claims, decides, undoes, decides in bulk, searches, opens
threads, exports, and asks every two seconds what colleagues did, with time to think in between. Prints how
long every kind of request took, and looks in the store for each decision that was acknowledged.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import urllib3
from sqlalchemy import select
from urllib3.exceptions import HTTPError

from threads.analysis import analyse_parsed
from threads.records import Comment, Discussion, Parsed, Report
from threads.settings import Settings
from threads.storage import Store, tables
from threads.storage.engine import make_engine, reading

PASSWORD = "a tunnel under the river"  # noqa: S105 - of accounts that are gone afterwards
COMMENTS, A_THREAD = 12_000, 200
POLL_EVERY = 2.0  # seconds, as the browser does
THINK = 1.2  # seconds in the mean, beside a fifth of a second for the hand
NEVER = 1e9  # seconds
READY_WITHIN = 60.0  # seconds
PATIENCE = 30.0  # seconds for an answer
LAST_DECISIONS = 20  # that a moderator may take back
ITEM = re.compile(r'"data-(thread|comment|version)":\s*"?([^",}]+)"?')
UNDERSTOOD = "already|there is no decision"  # refusals that two people at once bring about
FLAGGED = (" you idiot", " THIS IS SHOUTING AND NOTHING ELSE", " http://a.example http://b.example")
TOPICS = ("tunnel", "tram", "market", "school", "bridge", "stadium", "library", "harbour")


@dataclass
class Seen:
    """What all moderators together met; times in milliseconds by kind of request."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)  # key → outcome
    conflicts: int = 0
    resent: int = 0  # requests sent again, after the server was killed


class Server:
    """The dashboard as a team runs it, on a port of its own, started again when it dies."""

    def __init__(self, url: str, folder: Path, workers: int = 2, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.starts = 0
        self._log = folder / "server.log"
        self._command = [sys.executable, "-m", "gunicorn", "--config", "python:dashboard.gunicorn_settings"]
        self._command += ["--bind", f"127.0.0.1:{self.port}", "--workers", str(workers)]
        self._environment = {
            **os.environ,
            "BTL_DATABASE": url,
            "BTL_KEY_FILE": str(folder / "key"),
            **{f"BTL_{name.upper()}": value for name, value in settings.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.starts += 1
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command, stdout=log, stderr=log, env=self._environment, start_new_session=True
            )
        deadline, pool = time.monotonic() + READY_WITHIN, urllib3.PoolManager()
        while True:
            try:
                if pool.request("GET", f"{self.address}/healthz", retries=False, timeout=5).status == 200:
                    return
            except HTTPError:
                pass
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start: {self.said()[-2_000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, master and workers, as a power failure would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """Let it end what it is doing, and end."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=60)

    @property
    def pid(self) -> int:
        """The process that began it, which leads the group of all."""
        return 0 if self._process is None else self._process.pid

    def said(self) -> str:
        """Return its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")


class Moderator(threading.Thread):
    """Somebody who works fast until the time is over; with `patient`, through failures of the server."""

    def __init__(
        self, name: str, address: str, seen: Seen, until: float, *, patient: bool, seed: int
    ) -> None:
        super().__init__(daemon=True)
        self._name, self._address, self._seen, self.until = name, address, seen, until
        self._patient, self._rng = patient, random.Random(seed)  # noqa: S311 - nothing secret
        self._pool = urllib3.PoolManager(timeout=PATIENCE, retries=False)
        self._cookies: dict[str, str] = {}
        self._callback: dict[str, Any] = {}
        self._cursor, self._polled_at = 0, 0.0
        self._mine: list[dict[str, Any]] = []  # decisions that can be taken back
        self._batches: list[str] = []

    def run(self) -> None:
        """Work until the time is over."""
        try:
            self._sign_in()
            while time.monotonic() < self.until:
                self._shift()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is an error of the run
            self._seen.errors.append(f"{self._name}: {type(error).__name__}: {error}")

    def _shift(self) -> None:
        """Work through some of a page of the queue, and do something else."""
        for item in self._queue(view="flagged", page=self._rng.randint(1, 20))[: self._rng.randint(5, 15)]:
            self._think()
            if time.monotonic() > self.until:
                return
            if self._rng.random() < 0.3:
                self._save("claim", claims=[{name: item[name] for name in ("thread_id", "comment_id")}])
            self._decide(item)
            if self._mine and self._rng.random() < 0.1:
                self._think()
                self._undo()
        chance = self._rng.random()
        if chance < 0.3:
            self._queue("search", view="all", text=self._rng.choice(TOPICS))
        elif chance < 0.55:
            self._page("thread page", f"/thread/t{self._rng.randrange(COMMENTS // A_THREAD)}")
        elif chance < 0.75:
            self._bulk()
        elif chance < 0.85:
            thread = f"t{self._rng.randrange(COMMENTS // A_THREAD)}"
            self._ask("export", "GET", f"/export.csv?thread={thread}")
        elif chance < 0.9:
            self._sign_out()
            self._sign_in()

    def _think(self) -> None:
        until = time.monotonic() + 0.2 + self._rng.expovariate(1 / THINK)
        while (now := time.monotonic()) < until:
            if now - self._polled_at >= POLL_EVERY:
                self._polled_at = now
                self._hear(self._json("poll", "/moderation/poll", {"after": self._cursor, "search": ""}))
            time.sleep(max(0.0, min(until, self._polled_at + POLL_EVERY) - time.monotonic()))

    def _decide(self, item: Mapping[str, Any]) -> None:
        choice = self._rng.choices(("approve", "reject", "hold", "escalate", "feature"), (55, 30, 5, 5, 5))[0]
        self._act("decide", [self._action(item, choice)])

    def _undo(self) -> None:
        item = self._mine.pop()
        self._act("undo", [self._action(item, "undo")])

    def _bulk(self) -> None:
        items = self._queue(view="flagged", page=self._rng.randint(1, 20))[:20]
        self._think()
        batch = uuid4().hex
        self._act("bulk", [self._action(item, "approve", batch=batch) for item in items])
        if self._rng.random() < 0.3:
            self._think()
            self._save("undo bulk", batches=[batch])

    @staticmethod
    def _action(item: Mapping[str, Any], action: str, **more: Any) -> dict[str, Any]:
        names = ("thread_id", "comment_id")
        reason = {"reason": "spam", "note": "Seen before."} if action == "reject" else {}
        known = {name: item[name] for name in names} | {"expected_version": item["version"]}
        return {"key": uuid4().hex, "action": action, **known, **reason, **more}

    def _act(self, kind: str, actions: Sequence[Mapping[str, Any]]) -> None:
        for outcome in self._save(kind, actions=actions)["outcomes"]:
            if outcome["status"] == "done":
                self._seen.acknowledged[outcome["key"]] = outcome
                self._mine = [*self._mine[-LAST_DECISIONS:], outcome] if kind == "decide" else self._mine
            elif outcome["status"] == "conflict":
                self._seen.conflicts += 1
            elif not re.search(UNDERSTOOD, outcome["message"]):
                self._seen.errors.append(f"{kind}: {outcome['message']}")

    def _save(self, kind: str, **what: Any) -> dict[str, Any]:
        answer = self._json(kind, "/moderation/save", {"actions": [], **what, "after": self._cursor})
        self._hear(answer)
        return answer

    def _hear(self, answer: Mapping[str, Any]) -> None:
        self._cursor = max(self._cursor, answer.get("cursor", 0))

    def _queue(self, kind: str = "queue page", **query: Any) -> list[dict[str, Any]]:
        """Open a page of the queue and return what it shows: thread_id, comment_id and version of each."""
        found: list[dict[str, Any]] = []
        for name, value in ITEM.findall(self._page(kind, "/moderation", f"?{urlencode(query)}")):
            if name == "thread":
                found.append({"thread_id": value})
            elif found:
                found[-1] |= {"comment_id": value} if name == "comment" else {"version": int(value)}
        return [item for item in found if len(item) == 3]

    def _page(self, kind: str, path: str, search: str = "") -> str:
        """Ask for a page as the application in a browser does, and return it as JSON."""
        values = {"pathname": path, "search": search}
        body = {
            "output": self._callback["output"],
            "outputs": [
                {"id": one.rpartition(".")[0], "property": one.rpartition(".")[2]}
                for one in self._callback["output"].strip(".").split("...")
            ],
            "inputs": [{**one, "value": values[one["property"]]} for one in self._callback["inputs"]],
            "state": [{**one, "value": values[one["property"]]} for one in self._callback["state"]],
            "changedPropIds": ["url.pathname"],
        }
        return self._ask(kind, "POST", "/_dash-update-component", body)

    def _sign_in(self) -> None:
        form = self._ask("sign-in page", "GET", "/sign-in")
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)
        fields = {
            "name": self._name,
            "password": PASSWORD,
            "csrf_token": token[1] if token else "",
            "next": "/",
        }
        self._ask("sign in", "POST", "/sign-in", urlencode(fields))
        self._ask("first page", "GET", "/moderation")
        self._callback = next(
            callback
            for callback in json.loads(self._ask("first page", "GET", "/_dash-dependencies"))
            if "content.children" in callback["output"]
        )

    def _sign_out(self) -> None:
        token = self._cookies.get("_csrf_token", "")
        self._ask("sign out", "POST", "/sign-out", urlencode({"csrf_token": token}))
        self._cookies.clear()

    def _json(self, kind: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._ask(kind, "POST", path, body))
        return answer

    def _ask(self, kind: str, method: str, path: str, body: Any = None) -> str:
        """Send a request, again and again where the server was killed, and return the answer's text."""
        content_type = "application/x-www-form-urlencoded" if isinstance(body, str) else "application/json"
        sent = body if body is None or isinstance(body, str) else json.dumps(body)
        while True:
            headers = {
                "Accept-Encoding": "gzip",
                "Origin": self._address,
                "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
                **({"Content-Type": content_type} if body is not None else {}),
                **({"X-CSRFToken": self._cookies["_csrf_token"]} if "_csrf_token" in self._cookies else {}),
            }
            began = time.perf_counter()
            try:
                answer = self._pool.request(
                    method, f"{self._address}{path}", body=sent, headers=headers, redirect=False
                )
            except HTTPError as error:
                if not self._patient:
                    self._seen.errors.append(f"{kind}: {type(error).__name__}: {error}")
                    raise
                self._seen.resent += 1
                time.sleep(0.2)
                continue
            self._seen.times[kind].append(1_000 * (time.perf_counter() - began))
            for line in answer.headers.getlist("Set-Cookie"):
                name, _, value = line.partition(";")[0].partition("=")
                self._cookies[name] = value
            if answer.status >= 400:
                raise RuntimeError(f"{kind}: {answer.status} {answer.data[:200]!r}")
            return answer.data.decode("utf-8")


def prepare(url: str, people: int, comments: int = COMMENTS) -> list[str]:
    """Fill the store at `url` with threads, flagged as rules do it, and accounts; return their names."""
    names = [f"moderator{number}" for number in range(people)]
    with Store.open(url) as store:
        discussions = tuple(_discussion(number) for number in range(comments // A_THREAD))
        parsed = Parsed(discussions=discussions, report=Report(source="made up", kept=comments))
        analysis = analyse_parsed(parsed, Settings())
        store.add(parsed, analysis.scores, analysis.flags)
        store.accounts.create("admin", "admin", PASSWORD, actor="local")
        for name in names:
            store.accounts.create(name, "moderator", PASSWORD, actor="admin")
    return names


def _discussion(number: int) -> Discussion:
    rng, topic = random.Random(number), TOPICS[number % len(TOPICS)]  # noqa: S311 - nothing secret
    began = datetime(2024, 6, 3, 8, tzinfo=UTC) + timedelta(hours=number)
    words = (
        "the",
        topic,
        "is",
        "late",
        "again",
        "and",
        "nobody",
        "says",
        "why",
        "we",
        "pay",
        "for",
        "it",
        "all",
    )
    comments = tuple(
        Comment(
            thread_id=f"t{number}",
            comment_id=f"c{place}",
            position=place + 1,
            parent_id=f"c{place - 1}" if place % 3 else None,
            parent_source="given" if place % 3 else None,
            author=f"Reader {rng.randrange(900)}",
            published_at=began + timedelta(minutes=place),
            published_at_precision="minute",
            text=" ".join(rng.choices(words, k=rng.randint(10, 60))) + rng.choice(FLAGGED),
            source_format="pasted",
        )
        for place in range(A_THREAD)
    )
    return Discussion(
        thread_id=f"t{number}",
        source="made up",
        source_format="pasted",
        title=f"The {topic}, once more ({number})",
        article_text=f"The {topic} of this town is to be made anew.",
        comments=comments,
    )


def work(server: Server, names: Sequence[str], seconds: float, kills: int = 0) -> Seen:
    """Let moderators work at a server that runs, and kill it some times meanwhile; return what they met.

    It is killed while decisions are being saved, and the work goes on for as long as that takes.
    """
    seen, rng = Seen(), random.Random(len(names))  # noqa: S311 - nothing secret
    until = time.monotonic() + (seconds if not kills else NEVER)
    people = [
        Moderator(name, server.address, seen, until, patient=kills > 0, seed=place)
        for place, name in enumerate(names)
    ]
    for person in people:
        person.start()
        time.sleep(min(0.2, seconds / 10 / len(people)))
    for _ in range(kills):
        _wait_for_decisions(seen)
        time.sleep(rng.uniform(0, 3))
        server.kill()
        server.start()
    if kills:
        for person in people:
            person.until = time.monotonic() + 3
    for person in people:
        person.join(timeout=seconds + 120)
        if person.is_alive():
            seen.errors.append(f"{person.name} did not come to an end")
    return seen


def _wait_for_decisions(seen: Seen, count: int = 3) -> None:
    """Wait until some more decisions were acknowledged: the server works again, and is worked at."""
    wanted, deadline = len(seen.acknowledged) + count, time.monotonic() + READY_WITHIN
    while len(seen.acknowledged) < wanted and time.monotonic() < deadline:
        time.sleep(0.02)


def lost(url: str, seen: Seen) -> list[str]:
    """Return what the store does not have of what was acknowledged, and what is wrong with its record."""
    d, c = tables.decisions.c, tables.comments.c
    query = select(d.key, c.thread_id, c.comment_id, d.version, d.after_state).join_from(
        tables.decisions, tables.comments
    )
    engine = make_engine(url)
    with reading(engine) as connection:
        kept = {row.key: row for row in connection.execute(query)}
    engine.dispose()
    problems = []
    for key, outcome in seen.acknowledged.items():
        wanted = tuple(outcome[name] for name in ("thread_id", "comment_id", "version", "state"))
        found = tuple(kept[key][1:]) if key in kept else None
        if found != wanted:
            problems.append(f"acknowledged {wanted}, stored {found}")
    with Store.open(url) as store:
        return problems + store.verify()


def table(times: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Yield the percentiles of every kind of request, and of all together, in Markdown."""
    yield "| request | times | p50 ms | p95 ms | p99 ms | longest ms |"
    yield "|---|---|---|---|---|---|"
    everything = [taken for kind in times.values() for taken in kind]
    for kind, taken in (*sorted(times.items()), ("all", everything)):
        figures = [percentile(taken, share) for share in (0.5, 0.95, 0.99, 1.0)]
        yield f"| {kind} | {len(taken):,} | {' | '.join(f'{figure:,.0f}' for figure in figures)} |"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> int:
    """Run the work that the command line describes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", help="an empty one; a SQLite file of its own where not given")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="btl-moderators-") as folder:
        url = asked.database or f"sqlite:///{folder}/moderators.sqlite"
        names, server = prepare(url, asked.people), Server(url, Path(folder), asked.workers)
        server.start()
        try:
            seen = work(server, names, 60 * asked.minutes, asked.kills)
        finally:
            server.stop()
        print("\n".join(table(seen.times)))
        problems = lost(url, seen)
        print(
            f"{len(seen.acknowledged):,} decisions acknowledged, {seen.conflicts:,} conflicts, "
            f"{seen.resent:,} requests sent again, {server.starts - 1} restarts; "
            f"{len(seen.errors)} errors, {len(problems)} lost or wrong"
        )
        for line in [*seen.errors[:5], *problems[:5]]:
            print(f"  {line}")
    return 1 if seen.errors or problems else 0


if __name__ == "__main__":
    sys.exit(main())
