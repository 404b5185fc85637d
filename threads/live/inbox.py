"""Many at once hand in changes; whoever comes first takes them all in, for together each costs less."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from threads.errors import StoreError, ThreadsError
from threads.live.changes import Change, Taken
from threads.live.taking import take
from threads.settings import Settings
from threads.storage import Store


@dataclass(slots=True, eq=False)
class _Handed:
    """What one of them handed in, and what became of it."""

    changes: Sequence[Change]
    taken: list[Taken] | None = None
    error: ThreadsError | None = None
    done: bool = field(default=False)


class Inbox:
    """Takes changes in for any number of threads of a process."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._handed: list[_Handed] = []

    def take(self, changes: Sequence[Change]) -> list[Taken]:
        """Return what became of the changes, once they are on disk; errors as of `take`, of these alone."""
        mine = _Handed(changes)
        with self._lock:
            self._handed.append(mine)
        with self._turn:
            if not mine.done:
                with self._lock:
                    together, self._handed = self._handed, []
                self._take_all(together)
        if mine.error is not None:
            raise mine.error
        return mine.taken or []

    def _take_all(self, together: Sequence[_Handed]) -> None:
        """Take in what all handed in; where that fails, each by itself, so that it costs no other."""
        try:
            taken = iter(take(self._store, [c for one in together for c in one.changes], self._settings))
            for one in together:
                one.taken = [next(taken) for _ in one.changes]
        except ThreadsError as error:
            if len(together) == 1:
                together[0].error = error
            else:
                for one in together:
                    self._take_all([one])
        finally:
            for one in together:
                one.done = True
                if one.taken is None and one.error is None:
                    one.error = StoreError("taking it in broke off", remedy="Send it again")
