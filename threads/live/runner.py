"""What goes on beside a server while comments come: discussions are settled, addresses are polled."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from threads.errors import ThreadsError
from threads.live.configured import read_sources
from threads.live.polling import Poller
from threads.live.settling import settle
from threads.live.taking import warm
from threads.metrics import LIVE_COMMENTS, LIVE_POLLS, LIVE_SETTLED
from threads.settings import Settings
from threads.storage import Store

PAUSE_SECONDS: Final = 1.0
REST: Final = 10
"""How many times as long as settling a discussion took it is left alone: a tenth of a processor at most."""
LEASE: Final = timedelta(minutes=2)  # of settling one discussion, among processes


class Runner:
    """Settles and polls in a thread of its own, until it is stopped; any number of processes may have one.

    Parameters
    ----------
    store, settings
        As for `threads.live.take`. Polls are those of the file that the settings name.
    tell
        Told of what went wrong, in a line without texts of comments.
    """

    def __init__(self, store: Store, settings: Settings, tell: Callable[[str], object] | None = None) -> None:
        self._store, self._settings = store, settings
        sources = read_sources(settings)
        self._expects = bool(sources.senders or sources.polls)
        self._pollers = [Poller(store, poll, settings) for poll in sources.polls]
        self._rested: dict[str, float] = {}
        self._stop = threading.Event()
        self._tell = tell or (lambda line: sys.stderr.write(f"live: {line}\n"))
        self._threads = [
            threading.Thread(target=self._repeat, args=(do,), name=f"live-{do.__name__}", daemon=True)
            for do in ((self.settle, self.poll) if self._pollers else (self.settle,))
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; what is under way is finished, for some seconds at the most."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def settle(self) -> None:
        """Settle the discussions that have to be and were left alone long enough."""
        for thread_id, revision in self._store.intake.unsettled().items():
            if self._stop.is_set():
                return
            if self._rested.get(thread_id, 0.0) > time.monotonic():
                continue
            name = f"settle {thread_id}"
            if self._store.lookouts.claim(name, LEASE) is None:
                continue
            began = time.monotonic()
            try:
                settle(self._store, thread_id, revision, self._settings)
            finally:
                self._store.lookouts.forget(name)
                now = time.monotonic()
                self._rested[thread_id] = now + REST * (now - began)
            LIVE_SETTLED.inc()
        self._rested = {name: end for name, end in self._rested.items() if end > time.monotonic()}

    def poll(self) -> None:
        """Ask the addresses whose time has come."""
        for poller in self._pollers:
            if self._stop.is_set():
                return
            polled = poller.look()
            if polled is None:
                continue
            LIVE_POLLS.labels(polled.name, "failed" if polled.problem else "done").inc()
            LIVE_COMMENTS.labels("polled").inc(polled.taken)
            if polled.problem:
                self._tell(f"{polled.name}: {polled.problem}")

    def _repeat(self, do: Callable[[], None]) -> None:
        if self._expects:
            warm(self._settings)
        while not self._stop.wait(PAUSE_SECONDS):
            try:
                do()
            except ThreadsError as error:  # the store is away for a while
                self._tell(str(error))
            except Exception as error:  # noqa: BLE001 - the others go on
                self._tell(f"{type(error).__name__} in {do.__name__}")
