"""A cluster of Dask: one that runs already, or processes of this machine."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from threads.errors import InputError, SettingError, WorkerError

if TYPE_CHECKING:
    from distributed import Client

_REMEDY: Final = "Install the extra dask: pip install '.[dask]' in the project's folder"


def require_dask() -> None:
    """Raise SettingError, naming the remedy, where Dask is not installed."""
    for module in ("dask", "distributed", "pyarrow"):
        if find_spec(module) is None:
            raise SettingError(f"{module} is not installed", source="--engine dask", remedy=_REMEDY)


@contextmanager
def cluster(scheduler: str | None, workers: int) -> Iterator[Client]:
    """Give a client of the scheduler at an address, or of so many processes of this machine.

    Raises
    ------
    InputError
        No scheduler answers there.
    WorkerError
        Worker after worker died of one task.
    """
    import distributed  # noqa: PLC0415 - an extra

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is told by name
    with ExitStack() as stack:
        if scheduler is None:
            with _interrupts_ignored():
                own = distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    security=True,  # else whoever has an account on this machine could run code in it
                    silence_logs=logging.CRITICAL,
                )
            stack.enter_context(own)
            client = distributed.Client(own)
        else:
            client = _client(scheduler)
        try:
            yield stack.enter_context(client)
        except distributed.KilledWorker as error:
            raise WorkerError(
                "worker after worker died of the same part of the input",
                source=str(scheduler or "--engine dask"),
                remedy="Give workers more memory, or split the input into smaller groups of rows",
            ) from error


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C meanwhile: what is started does so for good, and leaves it to this process to end all.

    Blocking it instead would not do: multiprocessing unblocks it in every thread that starts a process.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _client(scheduler: str) -> Client:
    import distributed  # noqa: PLC0415 - an extra

    try:
        return distributed.Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise InputError(
            "no scheduler answers", source=scheduler, remedy="Start one: dask scheduler"
        ) from error
