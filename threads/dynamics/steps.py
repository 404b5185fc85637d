"""Long work that says how far it is, and that whoever waits for it can stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Told: TypeAlias = Callable[[int, int], bool]
"""Hears how many of how many steps are done, and answers whether to go on."""


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """Whoever waited for the result no longer wants it."""


def unwatched(_done: int, _of: int) -> bool:
    """Let it go on: nobody listens."""
    return True


class Steps:
    """Counts the steps of some work.

    Parameters
    ----------
    of
        How many there are, as far as is known; `more` adds to it.
    """

    def __init__(self, told: Told, of: int) -> None:
        self._told, self._done, self._of = told, 0, of

    def step(self, more: int = 0) -> None:
        """Say that a step is done, after which there are so many `more`.

        Raises
        ------
        Stopped
            It is not to go on.
        """
        self._done, self._of = self._done + 1, self._of + more
        if not self._told(self._done, self._of):
            raise Stopped
