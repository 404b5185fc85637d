"""Work in pieces on every core: processes that are kept, answers in the order of the pieces.

A process imports and loads what its work needs once. A thread here stands for each of them, so that it gets
its next piece at once, whatever else is done here. Processes are started anew, never copied: a copy of a
process with threads, as numpy and scikit-learn have, may stand still for ever.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from threads.errors import WorkerError
from threads.isolation import IS_POSIX, environment
from threads.language import N_

T = TypeVar("T")
R = TypeVar("R")

AHEAD: Final = 2  # pieces a worker that are taken before an answer is waited for
ATTEMPTS: Final = 2
LARGE: Final = 5_000_000  # bytes of input from which starting processes pays


def number_of_workers(asked: int, size: int) -> int:
    """Return how many processes work on `size` bytes: `asked`, or for 0 every core where these are many."""
    if not IS_POSIX:
        return 1
    return asked or (_cores() if size >= LARGE else 1)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Processes that work on pieces until the context is left; with a `count` of 1 all is done here.

    `told` gets a sentence when one of them died and its piece is tried once more.
    """

    def __init__(self, count: int = 1, told: Callable[[str], object] = lambda _: None) -> None:
        self.count = count
        self._told = told
        self._lock = threading.Lock()
        self._closed = False
        self._processes: dict[int, _Process] = {}  # by the thread that stands for it
        self._threads = ThreadPoolExecutor(count, "worker", _leave_interrupts_to_the_main_thread)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all of them at once, with what they are at."""
        with self._lock:
            self._closed = True
            for process in self._processes.values():
                process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes.values():
            process.end()

    def in_order(self, work: Callable[[T], R], pieces: Iterable[T]) -> Iterator[R]:
        """Yield what `work` makes of each piece, in their order; some are worked on ahead.

        Parameters
        ----------
        work
            Something that pickle knows by name, such as a function of a module or a partial of one.
        pieces
            What pickle can carry; taken in this thread, while the processes work.

        Raises
        ------
        WorkerError
            A process died of a piece, and so did the one that tried it again.
        Exception
            What `work` raises, with the other process' traceback as a note.
        """
        if self.count == 1:
            yield from map(work, pieces)
            return
        waiting: deque[Future[R]] = deque()
        for piece in pieces:
            waiting.append(self._threads.submit(self._done, work, piece))
            if len(waiting) > AHEAD * self.count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    # What follows runs in the threads.

    def _done(self, work: Callable[[T], R], piece: T) -> R:
        request = pickle.dumps((work, piece), protocol=pickle.HIGHEST_PROTOCOL)
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._process().ask(request)
            if answer is not None:
                made: R = _result(*answer)
                return made
            how = self._ended()
            if attempt < ATTEMPTS:
                self._told(f"a worker {how}; what it was at is tried once more")
        raise WorkerError(
            N_("a worker {how}, twice at the same part of the input").format(how=how),
            remedy=N_("Where memory is short, give fewer --workers; --workers 1 says where it fails"),
        )

    def _process(self) -> _Process:
        own = threading.get_ident()
        with self._lock:
            if self._closed:
                raise _ClosedError
            if own not in self._processes:
                self._processes[own] = _Process()
            return self._processes[own]

    def _ended(self) -> str:
        """Let go of this thread's process, which died; return how, in words."""
        with self._lock:
            if self._closed:
                raise _ClosedError
            code = self._processes.pop(threading.get_ident()).end()
        if code < 0:
            return N_("was ended by signal {number}").format(number=-code)
        return N_("ended with exit code {number}").format(number=code)


class _ClosedError(Exception):
    """The context was left: nobody waits for the answer."""


class _Process:
    """A process that answers one request after another."""

    def __init__(self) -> None:
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this module
                [sys.executable, "-m", "threads.workers", str(theirs.fileno())],
                env=environment(),
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )

    def ask(self, request: bytes) -> tuple[bool, Any] | None:
        """Return whether it was done and what came of it or was raised; None where the process died."""
        try:
            self._connection.send_bytes(request)
            answer = self._connection.recv_bytes()
        except (EOFError, OSError):
            return None
        done: tuple[bool, Any] = pickle.loads(answer)  # noqa: S301 - of a process of our own
        return done

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> int:
        """Wait until it has ended, for which nothing more is sent; return its exit code."""
        self._connection.close()
        return self._process.wait()


def _leave_interrupts_to_the_main_thread() -> None:
    """Block Ctrl-C in this thread: the processes that it starts inherit that, from their first moment on."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _result(done: bool, value: Any) -> Any:
    if done:
        return value
    raise value


# What follows runs in the process.


def serve(connection: Connection) -> None:
    """Answer requests until the one who asks is gone."""
    with suppress(EOFError, OSError):
        while True:
            connection.send_bytes(_answer(connection.recv_bytes()))


def _answer(request: bytes) -> bytes:
    try:
        work, piece = pickle.loads(request)  # noqa: S301 - the parent made it
        return pickle.dumps((True, work(piece)), protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - raised again by the one who asked
        error.add_note(traceback.format_exc())
        return pickle.dumps((False, error))


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
