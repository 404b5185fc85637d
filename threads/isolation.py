"""Work in a process of its own, so that no input can take the memory or the time of the one that asks.

A worker imports what its work needs once, and does each piece in a copy of itself (fork) that is gone
afterwards; it is started with the first piece, or before by `warm`, and goes when nothing comes for a while
or its parent is gone. The answer comes back as JSON: a process that worked on unknown input is not trusted
with the means to run code in this one.
"""

from __future__ import annotations

import atexit
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from threads.errors import InputError, ModelError, SettingError, ThreadsError
from threads.language import N_
from threads.settings import Settings

WORKERS = 2  # pieces of work that are done at the same time
IDLE_SECONDS = 900.0
START_SECONDS = 60.0  # for a worker to start, which is not counted
IS_POSIX = os.name == "posix"  # other systems know no such limits
_ERRORS: dict[str, Callable[..., ThreadsError]] = {
    "InputError": InputError,
    "ModelError": ModelError,
    "SettingError": SettingError,
}
_IN_PIECES = N_("Give it in smaller pieces")


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work: the module that does it, what it does in a word, the settings that limit it.

    The module, run with the number of a connection, calls `serve`.
    """

    module: str
    doing: str
    seconds: str
    bytes: str
    advice: str = ""


# A process with threads cannot be copied safely; and what is reserved for a thread's memory, as pyarrow's
# would have it, could be used beyond the limit.
_ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


def environment() -> dict[str, str]:
    """Return the environment of a process that works for this one: what can be imported here can be there."""
    path = os.pathsep.join(entry or "." for entry in sys.path)
    return {**os.environ, "PYTHONPATH": path, **_ALONE}


class _Worker:
    """A process that does one piece of work after another."""

    def __init__(self, module: str) -> None:
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this module
                [sys.executable, "-m", module, str(theirs.fileno())],
                env=environment(),
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: bytes, seconds: float) -> dict[str, Any] | None:
        """Return the answer, None where there is no sound one in time."""
        timer = threading.Timer(seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            self._connection.send_bytes(request)
            answer: dict[str, Any] = json.loads(self._connection.recv_bytes())
        except (EOFError, OSError, ValueError):
            return None
        else:
            return answer
        finally:
            timer.cancel()

    def end(self) -> int:
        """End the process, if it has not ended itself; return its exit code, negative for a signal."""
        self._connection.close()
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(1)
        self._process.kill()
        return self._process.wait()


class Pool:
    """The workers for a kind of work: those that wait, and how many more may work."""

    def __init__(self, work: Work) -> None:
        self._work = work
        atexit.register(self.close)
        self._waiting: list[_Worker] = []
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(WORKERS)

    def warm(self) -> None:
        """Start a worker if none is waiting, without waiting for it."""
        with self._lock:
            if not any(worker.is_alive for worker in self._waiting):
                self._waiting.append(_Worker(self._work.module))

    def ask(self, request: tuple[Any, ...], name: str, settings: Settings) -> Any:
        """Return what the work makes of a request about the input `name`.

        Raises
        ------
        ThreadsError
            As the work does; an InputError where it broke a limit or ended its process.
        """
        seconds = float(getattr(settings, self._work.seconds))
        if not self._free.acquire(timeout=seconds):
            raise InputError(
                N_("other inputs are still being read"), source=name, remedy=N_("Try again soon")
            )
        try:
            answer = self._answer(pickle.dumps((*request, settings)), seconds + START_SECONDS)
        finally:
            self._free.release()
        if "made" in answer:
            return answer["made"]
        raise _error(answer, name, self._work, settings)

    def _answer(self, request: bytes, seconds: float) -> dict[str, Any]:
        while True:
            worker = self._taken()
            answer = worker.ask(request, seconds)
            if answer is not None:
                with self._lock:
                    self._waiting.append(worker)
                return answer
            code = worker.end()
            if code != 0:  # else it had waited too long and was about to go
                return {"ended": code}

    def _taken(self) -> _Worker:
        with self._lock:
            while self._waiting:
                worker = self._waiting.pop()
                if worker.is_alive:
                    return worker
                worker.end()
        return _Worker(self._work.module)

    def close(self) -> None:
        """End the workers that wait."""
        with self._lock:
            while self._waiting:
                self._waiting.pop().end()


def _error(answer: dict[str, Any], name: str, work: Work, settings: Settings) -> ThreadsError:
    if "error" in answer:
        kind, problem, source, place, remedy = answer["error"]
        return _ERRORS[kind](problem, source=source, place=place, remedy=remedy)
    if "raised" in answer:
        raised = str(answer["raised"])
        return _memory(name, work, settings) if raised == "MemoryError" else _crash(raised, name, work)
    code = int(answer["ended"])
    if code in (-signal.SIGALRM, -signal.SIGXCPU):
        limit = N_("{seconds} seconds").format(seconds=f"{getattr(settings, work.seconds):g}")
        return _too_much(N_("longer than the limit of {limit}").format(limit=limit), name, work, work.seconds)
    if code == -signal.SIGKILL:  # the system's own way when memory runs out
        return _memory(name, work, settings)
    return _crash(
        N_("signal {code}").format(code=-code) if code < 0 else N_("exit code {code}").format(code=code),
        name,
        work,
    )


def _memory(name: str, work: Work, settings: Settings) -> ThreadsError:
    limit = N_("{bytes} bytes").format(bytes=f"{getattr(settings, work.bytes):,}")
    return _too_much(N_("more memory than the limit of {limit}").format(limit=limit), name, work, work.bytes)


def _too_much(what: str, name: str, work: Work, setting: str) -> ThreadsError:
    return InputError(
        N_("{doing} it takes {what}").format(doing=work.doing, what=what),
        source=name,
        remedy=N_("{pieces}, or raise the limit with the variable BTL_{setting}").format(
            pieces=_IN_PIECES, setting=setting.upper()
        ),
    )


def _crash(how: str, name: str, work: Work) -> ThreadsError:
    return InputError(
        N_("{doing} it failed ({how})").format(doing=work.doing, how=how), source=name, remedy=work.advice
    )


# What follows runs in the worker.


def serve(connection_number: int, do: Callable[..., Any], work: Work, first: Callable[[], object]) -> None:
    """Answer requests until nothing comes any more: `do` makes of each what JSON can hold.

    `first` is done once, so that what is loaded at the first use is loaded before the first request.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides, and its end closes the connection
    connection = Connection(connection_number)
    with suppress(ThreadsError):
        first()
    with suppress(EOFError, OSError):
        while connection.poll(IDLE_SECONDS):
            request = connection.recv_bytes()
            copy = os.fork()
            if copy == 0:
                _answer_and_exit(connection, do, work, request)
            _, status = os.waitpid(copy, 0)
            if code := os.waitstatus_to_exitcode(status):
                connection.send_bytes(json.dumps({"ended": code}).encode())


def _answer_and_exit(connection: Connection, do: Callable[..., Any], work: Work, request: bytes) -> NoReturn:
    try:
        *about, settings = pickle.loads(request)  # noqa: S301 - the parent made it
        answer = json.dumps(_worked(do, work, about, settings)).encode()
        signal.setitimer(signal.ITIMER_REAL, 0)  # half an answer would spoil the next
        connection.send_bytes(answer)
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


def _worked(do: Callable[..., Any], work: Work, about: list[Any], settings: Settings) -> dict[str, Any]:
    _limit(float(getattr(settings, work.seconds)), int(getattr(settings, work.bytes)))
    try:
        return {"made": do(*about, settings)}
    except ThreadsError as error:
        known = next((name for name, kind in _ERRORS.items() if type(error) is kind), "InputError")
        return {"error": [known, error.problem, error.source, error.place, error.remedy]}
    except MemoryError:
        return {"raised": "MemoryError"}
    except Exception as error:  # noqa: BLE001 - told by name to the one who asked, in full to who runs it
        traceback.print_exc()
        return {"raised": type(error).__name__}


def _limit(seconds: float, most_bytes: int) -> None:
    """Bound what this process may take from now on: memory, processor and clock."""
    import resource  # noqa: PLC0415 - not on every system, and only needed here

    for kind, limit in (
        (resource.RLIMIT_AS, most_bytes),
        (resource.RLIMIT_CPU, int(seconds) + 1),  # a copy begins at zero
    ):
        _, most = resource.getrlimit(kind)
        resource.setrlimit(kind, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))
    signal.setitimer(signal.ITIMER_REAL, seconds)  # the signal's own action is to end the process
