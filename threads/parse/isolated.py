"""Parsing in a process of its own, so that no input can take the memory or the time of the one that asks.

A worker imports what parsing needs once, and works on each input in a copy of itself (fork) that is gone
afterwards; it is started with the first input, or before by `warm`, and goes when nothing comes for a while
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
from dataclasses import fields
from datetime import datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from threads.errors import InputError, SettingError, ThreadsError
from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Comment, Discussion, Parsed, Report, Skipped
from threads.settings import Settings

WORKERS = 2  # inputs that are read at the same time
IDLE_SECONDS = 900.0
START_SECONDS = 60.0  # for a worker to start, which is not counted
# Long enough for its language to be looked for, whose model takes the longest to load.
_FIRST = "".join(
    f"{name}\nMay {day}, 2024 at 20:41\n@{other} at last a tunnel under the river, after years of talk.\n\n"
    for day, name, other in (
        (17, "Ann Lee", "Bob Ray"),
        (18, "Bob Ray", "Ann Lee"),
        (19, "Cid Moe", "Ann Lee"),
    )
)
_ERRORS: dict[str, Callable[..., ThreadsError]] = {"InputError": InputError, "SettingError": SettingError}
_COMMENT = tuple(field.name for field in fields(Comment))
_DISCUSSION = tuple(field.name for field in fields(Discussion) if field.name != "comments")
_TIMES = frozenset({"published_at", "edited_at", "captured_at"})
_IS_POSIX = os.name == "posix"
_IN_PIECES = "Give it in smaller pieces"


def parse_isolated(
    source: Source, options: Options, format_name: str | None = None, *, settings: Settings | None = None
) -> Parsed:
    """Return what `threads.parse.parse` returns, worked out in another process under limits.

    Other systems than POSIX know no such limits: there it is worked out in this process.

    Raises
    ------
    InputError
        As `parse` does; or it took more than `parse_seconds` or `parse_bytes`, or ended the process.
    SettingError
        As `parse` does.
    """
    settings = settings or Settings.from_environment()
    if not _IS_POSIX:
        return parse(source, options, format_name, settings=settings)
    return _POOL.parse(source, options, format_name, settings)


def warm() -> None:
    """Start a worker if none is waiting, without waiting for it."""
    if _IS_POSIX:
        _POOL.warm()


class _Worker:
    """A process that parses one input after another."""

    def __init__(self) -> None:
        self._connection, theirs = Pipe()
        # What can be imported here can be imported there; a process with threads cannot be copied safely.
        path = os.pathsep.join(entry or "." for entry in sys.path)
        environment = {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this module
                [sys.executable, "-m", "threads.parse.isolated", str(theirs.fileno())],
                env=environment,
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


class _Pool:
    """The workers that wait, and how many more may work."""

    def __init__(self) -> None:
        self._waiting: list[_Worker] = []
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(WORKERS)

    def warm(self) -> None:
        with self._lock:
            if not any(worker.is_alive for worker in self._waiting):
                self._waiting.append(_Worker())

    def parse(self, source: Source, options: Options, format_name: str | None, settings: Settings) -> Parsed:
        request = pickle.dumps((source, options, format_name, settings))
        seconds = float(settings.parse_seconds)
        if not self._free.acquire(timeout=seconds):
            raise InputError("other inputs are still being read", source=source.name, remedy="Try again soon")
        try:
            answer = self._answer(request, seconds + START_SECONDS)
        finally:
            self._free.release()
        if "parsed" in answer:
            return _parsed(answer["parsed"])
        raise _error(answer, source.name, settings)

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
        return _Worker()

    def close(self) -> None:
        """End the workers that wait."""
        with self._lock:
            while self._waiting:
                self._waiting.pop().end()


_POOL = _Pool()
atexit.register(_POOL.close)


def _error(answer: dict[str, Any], name: str, settings: Settings) -> ThreadsError:
    if "error" in answer:
        kind, problem, source, place, remedy = answer["error"]
        return _ERRORS[kind](problem, source=source, place=place, remedy=remedy)
    if "raised" in answer:
        raised = str(answer["raised"])
        return _memory(name, settings) if raised == "MemoryError" else _crash(raised, name)
    code = int(answer["ended"])
    if code in (-signal.SIGALRM, -signal.SIGXCPU):
        return InputError(
            f"reading it takes longer than the limit of {settings.parse_seconds:g} seconds",
            source=name,
            remedy=f"{_IN_PIECES}, or raise the limit with the variable BTL_PARSE_SECONDS",
        )
    if code == -signal.SIGKILL:  # the system's own way when memory runs out
        return _memory(name, settings)
    return _crash(f"signal {-code}" if code < 0 else f"exit code {code}", name)


def _memory(name: str, settings: Settings) -> ThreadsError:
    return InputError(
        f"reading it takes more memory than the limit of {settings.parse_bytes:,} bytes",
        source=name,
        remedy=f"{_IN_PIECES}, or raise the limit with the variable BTL_PARSE_BYTES",
    )


def _crash(how: str, name: str) -> ThreadsError:
    return InputError(
        f"reading it failed ({how})", source=name, remedy="Give another format of it, such as pasted text"
    )


# What follows but `_parsed` runs in the worker.


def _serve(connection: Connection) -> None:
    """Answer requests until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides, and its end closes the connection
    with suppress(ThreadsError):  # what is loaded at the first use is loaded before the first input
        parse(Source.from_text(_FIRST, "first"), Options(), settings=Settings())
    with suppress(EOFError, OSError):
        while connection.poll(IDLE_SECONDS):
            request = connection.recv_bytes()
            copy = os.fork()
            if copy == 0:
                _answer_and_exit(connection, request)
            _, status = os.waitpid(copy, 0)
            if code := os.waitstatus_to_exitcode(status):
                connection.send_bytes(json.dumps({"ended": code}).encode())


def _answer_and_exit(connection: Connection, request: bytes) -> NoReturn:
    try:
        answer = json.dumps(_worked(*pickle.loads(request))).encode()  # noqa: S301 - the parent made it
        signal.setitimer(signal.ITIMER_REAL, 0)  # half an answer would spoil the next
        connection.send_bytes(answer)
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


def _worked(source: Source, options: Options, format_name: str | None, settings: Settings) -> dict[str, Any]:
    _limit(settings)
    try:
        return {"parsed": _plain(parse(source, options, format_name, settings=settings))}
    except ThreadsError as error:
        known = next((name for name, kind in _ERRORS.items() if type(error) is kind), "InputError")
        return {"error": [known, error.problem, error.source, error.place, error.remedy]}
    except MemoryError:
        return {"raised": "MemoryError"}
    except Exception as error:  # noqa: BLE001 - told by name to the one who asked, in full to who runs it
        traceback.print_exc()
        return {"raised": type(error).__name__}


def _limit(settings: Settings) -> None:
    """Bound what this process may take from now on: memory, processor and clock."""
    import resource  # noqa: PLC0415 - not on every system, and only needed here

    seconds = float(settings.parse_seconds)
    for kind, limit in (
        (resource.RLIMIT_AS, int(settings.parse_bytes)),
        (resource.RLIMIT_CPU, int(seconds) + 1),  # a copy begins at zero
    ):
        _, most = resource.getrlimit(kind)
        resource.setrlimit(kind, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))
    signal.setitimer(signal.ITIMER_REAL, seconds)  # the signal's own action is to end the process


def _plain(parsed: Parsed) -> dict[str, Any]:
    """Return a parse's answer as lists and texts, comments as rows."""
    report = parsed.report
    return {
        "discussions": [
            [_values(d, _DISCUSSION), [_values(c, _COMMENT) for c in d.comments]] for d in parsed.discussions
        ],
        "report": [
            report.source,
            report.kept,
            [[s.place, s.reason] for s in report.skipped],
            report.warnings,
        ],
    }


def _values(item: Comment | Discussion, names: tuple[str, ...]) -> list[Any]:
    return [
        value.isoformat() if name in _TIMES and value is not None else value
        for name in names
        for value in (getattr(item, name),)
    ]


def _parsed(content: dict[str, Any]) -> Parsed:
    source, kept, skipped, warnings = content["report"]
    return Parsed(
        discussions=tuple(
            Discussion(
                **_named(values, _DISCUSSION),
                comments=tuple(Comment(**_named(row, _COMMENT)) for row in rows),
            )
            for values, rows in content["discussions"]
        ),
        report=Report(
            source=source,
            kept=kept,
            skipped=tuple(Skipped(place, reason) for place, reason in skipped),
            warnings=tuple(warnings),
        ),
    )


def _named(values: list[Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _TIMES and value is not None else value
        for name, value in zip(names, values, strict=True)
    }


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
