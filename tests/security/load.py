"""Moderators at work, many at once: how long they wait, and what is left after the server is killed."""

from pathlib import Path

from benchmarks.moderators import FLAGGED, Seen, Server, lost, percentile, prepare, work
from tests.security.rows import Lab, Row, Tally
from tests.security.serving import failures_in

BARS = {"SQLite": 300.0, "PostgreSQL": 200.0}  # ms, 95 of 100 requests


def moderators(lab: Lab) -> Tally:
    """Let twenty people work for ten minutes on each database."""
    people, seconds, tally = lab.size(20, 3), lab.size(600, 6), Tally()
    parts = []
    for name, url in lab.databases("load"):
        seen = _worked(lab, name, url, people, seconds, 0, tally)
        waits = percentile([taken for kind in seen.times.values() for taken in kind], 0.95)
        tally.hold(
            lab.small or waits <= BARS[name], f"{name}: p95 {waits:.0f} ms, more than {BARS[name]:.0f}"
        )
        requests = sum(map(len, seen.times.values()))
        parts.append(
            f"{name}: {requests:,} requests, p95 {waits:.0f} ms, {len(seen.acknowledged):,} decisions"
        )
    tally.tried = f"{people} moderators for {seconds:,} s of mixed work; {'; '.join(parts)}"
    return tally


def killed(lab: Lab) -> Tally:
    """Kill the server under that load, again and again, and hold what was acknowledged against the store."""
    people, kills, tally = lab.size(20, 3), lab.size(50, 3), Tally()
    parts = []
    sqlite = [("SQLite", lab.sqlite("killed"))]
    for name, url in sqlite if lab.small else lab.databases("killed"):
        seen = _worked(lab, name, url, people, 5, kills, tally)
        tally.hold(seen.resent > 0, f"{name}: no request met a killed server")
        parts.append(
            f"{name}: {len(seen.acknowledged):,} decisions acknowledged, {seen.resent:,} requests resent"
        )
    tally.tried = f"kill -9 of the server {kills} times under {people} moderators; {'; '.join(parts)}"
    return tally


def _worked(lab: Lab, name: str, url: str, people: int, seconds: float, kills: int, tally: Tally) -> Seen:
    """Let moderators work at a server, and hold what it told them, its store and its log."""
    folder = Path(lab.folder / f"{name}-{kills}")
    folder.mkdir()
    names = prepare(url, people, lab.size(12_000, 1_000))
    server = Server(url, folder, workers=lab.size(2, 1))
    server.start()
    try:
        seen = work(server, names, seconds, kills)
    finally:
        server.stop()
    _hold(name, url, seen, tally)
    said = server.said()
    failures = failures_in(said)
    tally.hold(not failures, f"{name}: the server failed: {failures[:1]}")
    told = [text for text in FLAGGED if text in said]
    tally.hold(not told, f"{name}: the log holds what commenters wrote: {told}")
    return seen


def _hold(name: str, url: str, seen: Seen, tally: Tally) -> None:
    for error in seen.errors:
        tally.hold(False, f"{name}: {error}")
    wrong = lost(url, seen)
    for problem in wrong:
        tally.hold(False, f"{name}: {problem}")
    tally.hold(len(seen.acknowledged) > 0, f"{name}: no decision was acknowledged")
    tally.of += len(seen.acknowledged)
    tally.held += len(seen.acknowledged) - min(len(wrong), len(seen.acknowledged))


LOAD = Row("load", "Twenty moderators at once wait for nothing, and lose nothing", moderators, sampled=False)
KILLED = Row("killed-server", "A killed server loses no decision that it acknowledged", killed)
