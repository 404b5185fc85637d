"""Putting new rules into force on what is stored, beside the requests of people."""

from __future__ import annotations

from threading import Lock, Thread

from dashboard.pages.base import Context
from threads.errors import ThreadsError


class Applying:
    """Flags stored comments anew in a thread of its own; at most one a process, and it can be begun again."""

    def __init__(self, context: Context) -> None:
        self._context, self._lock = context, Lock()
        self._thread: Thread | None = None
        self.problem: ThreadsError | None = None

    def begin(self, actor: str) -> None:
        """Begin, unless it is at work: then what it does includes what was saved since."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self.problem = None
                self._thread = Thread(target=self._work, args=(actor,), name="rules", daemon=True)
                self._thread.start()

    @property
    def at_work(self) -> bool:
        """Whether it is at work."""
        return self._thread is not None and self._thread.is_alive()

    def wait(self) -> None:
        """Return when it has ended."""
        if self._thread is not None:
            self._thread.join()

    def _work(self, actor: str) -> None:
        books = self._context.store.rule_books
        try:
            while not books.is_in_force_everywhere():  # a book may be saved meanwhile
                books.reflag(self._context.settings, actor)
        except ThreadsError as error:
            self.problem = error
