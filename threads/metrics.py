"""What is counted while a server runs, for Prometheus; nothing here holds a name or a text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Histogram

from threads.errors import ThreadsError

# (words of the problem, cause); the first that fits is counted, so that causes stay few.
_CAUSES: tuple[tuple[str, str], ...] = (
    ("takes longer", "time"),
    ("takes more memory", "memory"),
    ("reading it failed", "crash"),
    ("still being read", "busy"),
    ("nothing", "empty"),
    ("limit", "size"),
    ("more than", "size"),
    ("unpack", "packing"),
    ("archive", "packing"),
    ("no format", "format"),
    ("not text", "encoding"),
    ("encoding", "encoding"),
    ("bytes are not", "encoding"),
    ("csv", "table"),
    ("column", "table"),
    ("address", "fetching"),
    ("server", "fetching"),
    ("site", "fetching"),
)

PARSE_FAILURES = Counter("btl_parse_failures", "Inputs that could not be read.", ["cause"])
CONFLICTS = Counter("btl_conflicts", "Decisions that came after a colleague's on the same comment.")
LOCK_WAITS = Histogram(
    "btl_lock_wait_seconds",
    "How long a writer waited for the store.",
    buckets=(0.001, 0.01, 0.1, 0.5, 1, 5, 30),
)

LIVE_COMMENTS = Counter("btl_live_comments", "Changes of comments that platforms told of.", ["outcome"])
LIVE_REFUSED = Counter("btl_live_refused", "Requests with comments that were not taken in.", ["cause"])
LIVE_POLLS = Counter("btl_live_polls", "Looks at addresses that are polled.", ["name", "outcome"])
LIVE_SETTLED = Counter("btl_live_settled", "Discussions settled after comments had come.")
LIVE_SECONDS = Histogram(
    "btl_live_seconds",
    "How long a request with comments took.",
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)


def count_failure(error: ThreadsError) -> None:
    """Count an input that could not be read."""
    problem = error.problem.lower()
    PARSE_FAILURES.labels(next((cause for words, cause in _CAUSES if words in problem), "other")).inc()


@contextmanager
def lock_wait() -> Iterator[None]:
    """Count how long what is inside waited for the store."""
    start = time.perf_counter()
    try:
        yield
    finally:
        LOCK_WAITS.observe(time.perf_counter() - start)
