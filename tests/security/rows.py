"""What a row of the table is, and what it works with."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.postgresql_server import NoServerError, new_database, running

FAILURES_KEPT = 5


class NotTriedError(Exception):
    """Something that a row needs is not on this machine; the message says what."""


@dataclass
class Tally:
    """Counts how often a promise held; `tried` says what was done, in a few words."""

    tried: str = ""
    held: int = 0
    of: int = 0
    failures: list[str] = field(default_factory=list)

    def hold(self, kept: bool, failure: str) -> None:
        """Count one trial; the first failures are kept in words."""
        self.of += 1
        self.held += bool(kept)
        if not kept and len(self.failures) < FAILURES_KEPT:
            self.failures.append(failure)


@dataclass(frozen=True)
class Row:
    """A promise: `check` tries to break it and returns the count. `name` is what one asks for it by.

    A sample of it runs with the tests if it is `sampled`.
    """

    name: str
    promise: str
    check: Callable[["Lab"], Tally]
    sampled: bool = True


class Lab:
    """Where a row works: a folder of its own, databases, and the size of what is tried."""

    def __init__(self, folder: Path, *, small: bool, server: str | None = None) -> None:
        self.folder, self.small = folder, small
        self._stack = ExitStack()
        self._server = server  # of PostgreSQL, where one runs already

    def size(self, full: int, small: int) -> int:
        """Return how much is tried: as much as the table says, or a sample for a quick run."""
        return small if self.small else full

    def sqlite(self, name: str) -> str:
        """Return the address of a SQLite database in the folder; it is made when it is opened."""
        return f"sqlite:///{self.folder / name}.sqlite"

    def postgresql(self) -> str:
        """Return the address of a new database on a real server, which runs until the lab closes."""
        if self._server is None:
            try:
                self._server = self._stack.enter_context(running(durable=not self.small))
            except NoServerError as error:
                raise NotTriedError(str(error)) from error
        return new_database(self._server)

    def databases(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield both kinds of database with the address of a new one."""
        yield "SQLite", self.sqlite(name)
        yield "PostgreSQL", self.postgresql()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
