"""Platforms that send comments: to a server that is killed again and again, and more than it can take."""

import base64
import hashlib
import hmac
import itertools
import json
import os
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import urllib3

from benchmarks.moderators import Server, percentile
from tests.security.rows import Lab, Row, Tally
from tests.security.serving import failures_in
from threads.live import settle_all
from threads.settings import Settings
from threads.storage import Store

SECRET = "a secret that is long enough for this"
URL = "https://paper.example/news/{}/"
TEXTS = (
    "The tunnel will cost ninety million, and nobody knows who pays for it in the end.",
    "You are an idiot, and whoever wants this tunnel is another.",
    "No, that is wrong: it costs forty, as the council has said again and again.",
)
PATIENCE = urllib3.Timeout(connect=5, read=30)
RECOVERED = 5.0  # seconds
GROWTH = 60_000_000  # bytes
UNDER_WAY = 10  # changes acknowledged between a start and the next kill
CROWD = 80  # clients that wait for nothing


@dataclass
class Told:
    """What platforms sent and were told is stored: the latest text of each comment, and how it went."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    acknowledged: int = 0
    resent: int = 0
    refused: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Platform(threading.Thread):
    """Sends comments one after the other, some of them edits and answers, until it is stopped.

    A `patient` one sends again whatever was not acknowledged; another goes on at once.
    """

    numbers = itertools.count(1)

    def __init__(self, address: str, told: Told, stop: threading.Event, *, patient: bool, seed: int) -> None:
        super().__init__(daemon=True)
        self._address, self._told, self._stopped, self._patient = address, told, stop, patient
        self._chance = random.Random(seed)
        self._pool = urllib3.PoolManager(timeout=PATIENCE, retries=False, maxsize=1)
        self._mine: list[tuple[str, str]] = []

    def run(self) -> None:
        """Send until it is over; what is being sent is sent to its end."""
        try:
            while not self._stopped.is_set():
                self._send()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is an error of the run
            self._told.problems.append(f"{type(error).__name__}: {error}")

    def _send(self) -> None:
        is_edit = self._mine and self._chance.random() < 0.2
        key = self._chance.choice(self._mine) if is_edit else self._new()
        number = next(self.numbers)
        text = f"{self._chance.choice(TEXTS)} {number}"
        body = json.dumps(_change(*key, text, parent=self._chance.randint(1, max(1, number - 1)))).encode()
        for attempt in itertools.count():
            began = time.monotonic()
            status = self._post(body)
            if status == 200:
                with self._told.lock:
                    self._told.texts[key] = text
                    self._told.acknowledged += 1
                    self._told.resent += attempt > 0
                    self._told.seconds.append(time.monotonic() - began)
                if not is_edit:
                    self._mine.append(key)
                return
            if status == 503:
                with self._told.lock:
                    self._told.refused += 1
            elif status not in (0, 502):
                raise AssertionError(f"the server answers {status}")
            if not self._patient:
                return
            time.sleep(0.05)

    def _new(self) -> tuple[str, str]:
        return URL.format(self._chance.randint(1, 3)), uuid.UUID(int=self._chance.getrandbits(128)).hex

    def _post(self, body: bytes) -> int:
        try:
            answer = self._pool.request(
                "POST", f"{self._address}/hooks/comments", body=body, headers=_signed(body)
            )
        except urllib3.exceptions.HTTPError:
            return 0
        if answer.status == 503 and "Retry-After" not in answer.headers:
            raise AssertionError("503 without Retry-After")
        return answer.status


def _change(url: str, comment_id: str, text: str, parent: int) -> dict[str, object]:
    now = datetime.now(UTC).isoformat()
    comment = {"id": comment_id, "author": f"Author {parent % 50}", "text": text, "published_at": now}
    return {"at": now, "discussion": {"url": url, "title": "A tunnel"}, "comment": comment}


def _signed(body: bytes) -> dict[str, str]:
    identity, stamp = uuid.uuid4().hex, str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _server(lab: Lab, name: str, url: str) -> Server:
    folder = Path(lab.folder / f"live-{name}")
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    (folder / "live.toml").write_text('[[sender]]\nname = "paper"\nsecret_file = "secret"\n')
    with Store.open(url) as store:
        store.accounts.create("ann", "admin", "correct horse battery staple", actor="local")
    return Server(url, folder, workers=lab.size(2, 1), live_file=str(folder / "live.toml"))


def killed(lab: Lab) -> Tally:
    """Kill the server while platforms send, again and again; hold what was acknowledged against the store."""
    kills, tally, parts = lab.size(50, 3), Tally(), []
    sqlite = [("SQLite", lab.sqlite("live"))]
    for name, url in sqlite if lab.small else lab.databases("live"):
        told = Told()
        server = _server(lab, name, url)
        server.start()
        stop, chance = threading.Event(), random.Random(7)
        crowd = [Platform(server.address, told, stop, patient=True, seed=n) for n in range(6)]
        for platform in crowd:
            platform.start()
        for _ in range(kills):
            _await(told, told.acknowledged + UNDER_WAY)
            time.sleep(chance.uniform(0.0, 0.5))
            server.kill()
            server.start()
        time.sleep(1.0)
        stop.set()
        for platform in crowd:
            platform.join(timeout=120)
        server.stop()
        _hold(name, url, told, tally)
        failures = failures_in(server.said())
        tally.hold(not failures, f"{name}: the server failed: {failures[:1]}")
        tally.hold(told.resent > 0, f"{name}: no request met a killed server")
        parts.append(f"{name}: {told.acknowledged:,} changes acknowledged, {told.resent:,} sent again")
    tally.tried = f"kill -9 of the server {kills} times under {len(crowd)} platforms; {'; '.join(parts)}"
    return tally


def _await(told: Told, acknowledged: int) -> None:
    """Wait until so many changes were acknowledged: a server that has just begun loses nothing."""
    deadline = time.monotonic() + 60
    while told.acknowledged < acknowledged and not told.problems and time.monotonic() < deadline:
        time.sleep(0.01)


def _hold(name: str, url: str, told: Told, tally: Tally) -> None:
    """Hold what was acknowledged against the store: each once, with its latest text, counted and outlined."""
    for problem in told.problems:
        tally.hold(False, f"{name}: {problem}")
    with Store.open(url) as store:
        settle_all(store, Settings())
        frame = store.comments()
        listed = store.discussions().set_index("url")
        urls = {row["thread_id"]: address for address, row in listed.iterrows()}
        stored: dict[tuple[str, str], list[str]] = {}
        for thread_id, comment_id, text in zip(
            frame["thread_id"], frame["comment_id"], frame["text"], strict=True
        ):
            stored.setdefault((urls[thread_id], comment_id), []).append(text)
        for key, text in told.texts.items():
            tally.hold(stored.get(key) == [text], f"{name}: {key} is {stored.get(key)}, not {text!r}")
        tally.hold(bool(told.texts), f"{name}: nothing was acknowledged")
        tally.hold(int(listed["comments"].sum()) == len(frame), f"{name}: the list counts otherwise")
        tally.hold(len(store.outlines.current()) == len(frame), f"{name}: the outline has others")
        tally.hold(store.verify() == [], f"{name}: the audit log is not whole")
        positions = frame.groupby("thread_id")["position"].apply(list)
        tally.hold(
            all(places == list(range(1, len(places) + 1)) for places in positions),
            f"{name}: positions do not run from 1 to n",
        )


def overload(lab: Lab) -> Tally:
    """Let ten times as many send as can be taken in, and see the server refuse, and be well afterwards."""
    seconds, tally = lab.size(60, 6), Tally()
    url = lab.sqlite("overload")
    server = _server(lab, "overload", url)
    server.start()
    try:
        told = Told()
        _crowd(server, Told(), 2, lab.size(10, 3))  # until models are loaded
        usual = _crowd(server, told, 8, lab.size(10, 3))
        capacity = len(usual.seconds) / lab.size(10, 3)
        before, began = _memory(server.pid), time.monotonic()
        crowd = Told()
        sampled = _crowd(server, crowd, CROWD, seconds, patient=False)
        offered = (sampled.acknowledged + sampled.refused) / (time.monotonic() - began)
        after = _memory(server.pid)
        calm = Told()
        time.sleep(RECOVERED)
        _crowd(server, calm, 1, lab.size(5, 2), patient=False)
    finally:
        server.stop()
    said = server.said()
    tally.hold(sampled.refused > 0, "nothing was refused")
    tally.hold(sampled.acknowledged > 0, "nothing was taken in meanwhile")
    tally.hold(calm.refused == 0 and bool(calm.seconds), "it still refuses after the load")
    tally.hold(
        percentile(calm.seconds, 0.95) <= max(1.0, 3 * percentile(usual.seconds, 0.95)),
        f"it is slow after the load: {percentile(calm.seconds, 0.95):.2f} s",
    )
    tally.hold(after - before <= GROWTH, f"its memory grew by {(after - before) / 1e6:.0f} MB")
    tally.hold(not failures_in(said), f"the server failed: {failures_in(said)[:1]}")
    tally.hold("Booting worker" in said and said.count("Booting worker") == lab.size(2, 1), "a worker died")
    for one in (told, crowd, calm):
        for problem in one.problems:
            tally.hold(False, problem)
    with Store.open(url) as store:
        frame = store.comments()
    stored = dict(zip(frame["comment_id"], frame["text"], strict=True))
    texts = told.texts | crowd.texts | calm.texts
    tally.hold(all(stored.get(key[1]) == text for key, text in texts.items()), "an acknowledged one is lost")
    tally.tried = (
        f"{CROWD} clients that wait for nothing, {seconds} s: {offered:,.0f} requests/s at a capacity of "
        f"{capacity:,.0f}; {crowd.acknowledged:,} taken in, {crowd.refused:,} told to come back; memory "
        f"{(after - before) / 1e6:+.0f} MB; {RECOVERED:g} s later p95 "
        f"{1000 * percentile(calm.seconds, 0.95):.0f} ms"
    )
    return tally


def _crowd(server: Server, told: Told, size: int, seconds: float, *, patient: bool = True) -> Told:
    """Let so many platforms send for so long."""
    stop = threading.Event()
    crowd = [Platform(server.address, told, stop, patient=patient, seed=n + size) for n in range(size)]
    for platform in crowd:
        platform.start()
    time.sleep(seconds)
    stop.set()
    for platform in crowd:
        platform.join(timeout=60)
    return told


def _memory(leader: int) -> int:
    """Return the bytes that the processes of a group hold in memory."""
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == leader:
                    fields = (entry / "statm").read_text().split()
                    total += int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
            except (OSError, IndexError):
                continue
    return total


KILLED = Row(
    "killed-intake", "A killed server loses no comment that it acknowledged, and doubles none", killed
)
OVERLOAD = Row(
    "overload", "Ten times more comments than can be taken in are refused, and nothing breaks", overload
)
