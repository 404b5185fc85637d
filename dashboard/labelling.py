"""Work on topics of one's own beside the requests of people: what to label, how good it gets, applying."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any, Final, TypeVar

from dashboard.log import log_failure
from dashboard.pages.base import Context
from threads import own_topics
from threads.errors import ThreadsError
from threads.language import N_
from threads.scores.own_topic.fitting import Accuracy

PATIENCE: Final = 0.7  # seconds that an answer may wait for work, before it says that there is some
KEPT: Final = 64  # results of work that are remembered

_T = TypeVar("_T")


@dataclass(slots=True)
class Job:
    """A discussion that is judged anew: how far it is, what went wrong; `stop` cancels it."""

    done: int = 0
    of: int = 0
    ended: str | ThreadsError = ""  # "applied", "cancelled" or a problem; "" while it is at work
    stop: Event = field(default_factory=Event)


class Labelling:
    """The work of one process: one thing at a time, results remembered while labels stay the same."""

    def __init__(self, context: Context) -> None:
        self._context, self._lock = context, Lock()
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="labelling")
        self._found: dict[Any, Future[Any]] = {}
        self.jobs: dict[str, Job] = {}

    def to_label(self, thread_id: str, target: str, labels: int) -> list[str] | None:
        """Return what to label next, asked anew every STEP labels; None while that is worked out."""
        key = ("next", thread_id, target, labels // own_topics.STEP)
        return self._result(key, lambda: own_topics.to_label(self._context.store, thread_id, target))

    def growth(self, thread_id: str, target: str, labels: tuple[str, ...]) -> list[Accuracy] | None:
        """Return the accuracy as it grew with the labels; None while that is worked out."""
        key = ("growth", thread_id, target, labels)
        return self._result(key, lambda: own_topics.growth(self._context.store, thread_id, target), 0.1)

    def begin(self, thread_id: str, target: str | None, actor: str) -> None:
        """Judge a discussion anew by what its labels teach, or, without a target, as the settings say."""
        with self._lock:
            running = self.jobs.get(thread_id)
            if running is None or running.ended:
                job = self.jobs[thread_id] = Job()
                self._workers.submit(self._apply, job, thread_id, target, actor)

    def close(self) -> None:
        """Return when all that was begun has ended; nothing can be begun afterwards."""
        self._workers.shutdown()

    def _apply(self, job: Job, thread_id: str, target: str | None, actor: str) -> None:
        store, settings = self._context.store, self._context.settings

        def told(done: int, of: int) -> bool:
            job.done, job.of = done, of
            return not job.stop.is_set()

        try:
            model = None if target is None else own_topics.learnt(store, thread_id, target)
            done = own_topics.judge_again(store, thread_id, settings, model, actor, told)
            if done and model is not None and target is not None:
                own_topics.keep(settings, thread_id, target, model)
            job.ended = "applied" if done else "cancelled"
        except ThreadsError as error:
            job.ended = error
        except Exception as error:
            log_failure(error, work="judging anew")
            job.ended = N_("This failed; the server's log says why.")
            raise

    def _result(self, key: Any, work: Callable[[], _T], patience: float = PATIENCE) -> _T | None:
        with self._lock:
            future = self._found.get(key)
            if future is None or (future.done() and future.exception() is not None):
                while len(self._found) >= KEPT:
                    self._found.pop(next(iter(self._found)))
                future = self._found[key] = self._workers.submit(work)
        try:
            found: _T = future.result(timeout=patience)
            return found
        except TimeoutError:
            return None
