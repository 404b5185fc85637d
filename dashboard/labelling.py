"""Work on topics of one's own beside the requests of people: what to label, how good it gets, applying."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Lock
from typing import Any, Final, TypeVar

from dashboard.log import log_failure
from dashboard.pages.base import Context
from threads import own_topics
from threads.errors import ThreadsError
from threads.language import N_
from threads.scores.own_topic import OwnTopic
from threads.scores.own_topic.fitting import Accuracy

PATIENCE: Final = 0.7  # seconds that an answer may wait for work, before it says that there is some
KEPT: Final = 64  # results of work that are remembered

_T = TypeVar("_T")


@dataclass(slots=True)
class Job:
    """A discussion that is judged anew: how far it is, how and when it ended; `stop` cancels it.

    It ends "applied", "cancelled", with a problem, or "asked": then `doubt` says what would come of it.
    """

    done: int = 0
    of: int = 0
    ended: str | ThreadsError = ""
    at: datetime | None = None
    doubt: str = ""
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

    def begin(self, thread_id: str, target: str | None, actor: str, *, sure: bool = False) -> None:
        """Judge a discussion anew by what its labels teach, or, without a target, as the settings say.

        Where what is learnt helps little, nothing is judged unless somebody is `sure`.
        """
        with self._lock:
            running = self.jobs.get(thread_id)
            if running is None or running.ended:
                job = self.jobs[thread_id] = Job()
                self._workers.submit(self._apply, job, thread_id, target, actor, sure)

    def forget(self, thread_id: str) -> None:
        """Tell no more of a work that has ended: whoever began it has seen that, and goes on."""
        with self._lock:
            job = self.jobs.get(thread_id)
            if job is not None and job.ended:
                del self.jobs[thread_id]

    def close(self) -> None:
        """Return when all that was begun has ended; nothing can be begun afterwards."""
        self._workers.shutdown()

    def _apply(self, job: Job, thread_id: str, target: str | None, actor: str, sure: bool) -> None:
        store, settings = self._context.store, self._context.settings

        def told(done: int, of: int) -> bool:
            job.done, job.of = done, of
            return not job.stop.is_set()

        try:
            model = None if target is None else own_topics.learnt(store, thread_id, target)
            if model is not None and not sure and (doubt := _doubt(model)):
                job.doubt, job.ended = doubt, "asked"
                return
            done = own_topics.judge_again(store, thread_id, settings, model, actor, told)
            if done and model is not None and target is not None:
                own_topics.keep(settings, thread_id, target, model)
            job.at, job.ended = datetime.now(UTC), "applied" if done else "cancelled"
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


def _doubt(model: OwnTopic) -> str:
    """Return what would come of a model that helps little."""
    if len(model.never_said) == len(model.labels):
        return N_(
            "Every comment would become unclear: a stance is said only where {fewest} labelled comments show "
            "that it is right often enough, and none is so far. Label more, or apply it all the same."
        )
    if not model.surely_better:
        return N_(
            "What was learnt is not surely better than always saying the commonest label: stances would be "
            "guesses. Label more, or apply it all the same."
        )
    return ""
