"""The dashboard, started as a user starts it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(url: str, log: Path, **settings: str) -> Iterator[str]:
    """Serve the store at `url` on a free port of this machine; yield the address, no slash at its end.

    What the server says goes into `log`, and no exception may be in it.
    """
    command = [sys.executable, "-m", "threads", "serve", "--db", url, "--port", "0"]
    variables = {f"BTL_{name.upper()}": value for name, value in settings.items()}
    with (
        log.open("w", encoding="utf-8") as messages,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=messages, text=True, env={**os.environ, **variables}
        ) as process,
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            assert found, f"the server did not say where it is: {line!r}"
            yield found.group()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=120)
    assert not (failures := failures_in(log.read_text(encoding="utf-8"))), f"the server failed: {failures[0]}"


def failures_in(log: str) -> list[str]:
    """Return the lines of a server's log that tell of an exception."""
    return [line[:1_000] for line in log.splitlines() if '"failure"' in line or line.startswith("Traceback")]
