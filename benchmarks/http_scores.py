"""How many requests for scores one process answers, and how fast: gunicorn with one worker on one core.

    python -m benchmarks.http_scores [SECONDS]

A store is made with an admin and a token of its own, so that every request goes all the way of a team's:
comments:analyze with TOXICITY on comments of 80 words, first by CONNECTIONS programs that ask again as soon
as they are answered, then at half of the rate that this gave, and a batch of 1,000 with every score; before,
each comment is scored once, for a server knows most words after some minutes. The worker is held to one core
and the load to the others. Where others work on the machine too, wall time says little; the worker's own
processor time is given beside it.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from random import Random

from threads.samples import sample_folder
from threads.storage import Store

WORDS = 80
CONNECTIONS = 4
SECONDS = 10.0
BATCH = 1_000
PASSWORD = "correct horse battery staple"  # noqa: S105 - of a store that is gone afterwards
_JSON = {"Content-Type": "application/json"}


def comments(count: int) -> list[str]:
    """Return different comments of 80 words each, put together from those of a sample thread."""
    words = (sample_folder() / "harbour_tunnel" / "thread.txt").read_text(encoding="utf-8").split()
    chance = Random(1)  # noqa: S311 - nothing secret
    starts = [chance.randrange(len(words)) for _ in range(count)]
    return [" ".join(islice(cycle(words), start, start + WORDS)) for start in starts]


@contextmanager
def server(folder: Path) -> Iterator[tuple[int, int, str]]:
    """Yield port, the worker's process id and a token of a gunicorn with one worker on one core."""
    url = f"sqlite:///{folder}/store.sqlite"
    with Store.open(url) as store:
        admin = store.accounts.create("root", "admin", PASSWORD, actor="benchmark")
        token = store.tokens.create(admin, "benchmark", "viewer", 1, ["score"])
    environment = {
        **os.environ,
        "BTL_DATABASE": url,
        "BTL_KEY_FILE": str(folder / "key"),
        "BTL_REQUESTS_PER_MINUTE": "0",
        "BTL_LOG_REQUESTS": "0",
        "PROMETHEUS_MULTIPROC_DIR": str(folder),
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "python:dashboard.gunicorn_settings"]
    options = ["--workers", "1", "--bind", "127.0.0.1:0"]
    master = subprocess.Popen(  # noqa: S603
        [*command, *options], env=environment, cwd=folder, stderr=subprocess.PIPE, text=True
    )
    try:
        said = master.stderr
        assert said is not None  # noqa: S101
        port = worker = 0
        for line in said:
            port = (
                int(found[1]) if (found := re.search(r"Listening at: http://127.0.0.1:(\d+)", line)) else port
            )
            worker = int(found[1]) if (found := re.search(r"worker with pid: (\d+)", line)) else worker
            if port and worker:
                break
        threading.Thread(target=said.read, daemon=True).start()
        first, *others = sorted(os.sched_getaffinity(0))
        for task in Path(f"/proc/{worker}/task").iterdir():
            os.sched_setaffinity(int(task.name), {first})
        if others:
            os.sched_setaffinity(0, set(others))
        yield port, worker, token
    finally:
        master.terminate()
        master.wait()


def cpu_seconds(process: int) -> float:
    """Return the processor time that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def asked(port: int, token: str, bodies: Iterator[bytes], wait: Callable[[], bool]) -> list[float]:
    """Ask on one connection while `wait` says so; return how long each answer took, in seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {**_JSON, "Authorization": f"Bearer {token}"}
    taken = []
    while wait():
        begun = time.perf_counter()
        connection.request("POST", "/v1alpha1/comments:analyze", next(bodies), headers)
        answer = connection.getresponse()
        answer.read()
        taken.append(time.perf_counter() - begun)
        if answer.status != http.HTTPStatus.OK:
            raise SystemExit(f"it answers {answer.status}")
    connection.close()
    return taken


def load(port: int, token: str, bodies: list[bytes], waits: list[Callable[[], bool]]) -> list[float]:
    """Ask on as many connections as there are `waits`; return how long all answers took."""
    found: list[list[float]] = [[] for _ in waits]

    def run(place: int, wait: Callable[[], bool]) -> None:
        found[place] = asked(port, token, cycle(bodies[place :: len(waits)]), wait)

    threads = [threading.Thread(target=run, args=item) for item in enumerate(waits)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [seconds for some in found for seconds in some]


def until(end: float) -> Callable[[], bool]:
    """Return what says whether to go on until a moment, without a pause."""
    return lambda: time.perf_counter() < end


def paced(end: float, every: float, offset: float) -> Callable[[], bool]:
    """Return what waits for the next of evenly spaced moments, and says whether there is one before `end`."""
    moments = iter(range(10**9))
    begun = time.perf_counter() + offset

    def wait() -> bool:
        due = begun + next(moments) * every
        time.sleep(max(0.0, due - time.perf_counter()))
        return due < end

    return wait


def main(arguments: list[str]) -> None:
    """Measure, and print a table."""
    seconds = float(arguments[0]) if arguments else SECONDS
    texts = comments(2_000)
    wanted = {"requestedAttributes": {"TOXICITY": {}}, "languages": ["en"], "doNotStore": True}
    bodies = [json.dumps({"comment": {"text": text}, **wanted}).encode() for text in texts]
    with tempfile.TemporaryDirectory() as name, server(Path(name)) as (port, worker, token):
        once = iter(range(len(bodies)))
        asked(port, token, iter(bodies), lambda: next(once, None) is not None)
        before, begun = cpu_seconds(worker), time.perf_counter()
        taken = load(port, token, bodies, [until(begun + seconds)] * CONNECTIONS)
        wall, cpu = time.perf_counter() - begun, cpu_seconds(worker) - before
        rate = len(taken) / wall
        begun = time.perf_counter()
        every = CONNECTIONS / (rate / 2)
        waits = [paced(begun + seconds, every, every * n / CONNECTIONS) for n in range(CONNECTIONS)]
        half = load(port, token, bodies, waits)
        batch = json.dumps({"comments": [{"text": text} for text in texts[:BATCH]]}).encode()
        headers = {**_JSON, "Authorization": f"Bearer {token}"}
        times = []
        for _ in range(5):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            before, begun = cpu_seconds(worker), time.perf_counter()
            connection.request("POST", "/api/v1/scores", batch, headers)
            if len(json.loads(connection.getresponse().read())["comments"]) != BATCH:
                raise SystemExit("the batch came back cut")
            times.append((time.perf_counter() - begun, cpu_seconds(worker) - before))
            connection.close()
    print(f"comments:analyze, {CONNECTIONS} connections: {rate:,.0f} requests/s")
    each = 1000 * cpu / len(taken)
    print(f"  of the worker's processor time: {len(taken) / cpu:,.0f} requests/s, {each:.2f} ms each")
    print(f"  at half of it: p50 {1000 * statistics.median(half):.1f} ms, p95 {1000 * _p95(half):.1f} ms")
    wall, cpu = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"batch of {BATCH:,}, all scores: {wall:.2f} s, {cpu:.2f} s of processor time")


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    main(sys.argv[1:])
