"""What is done to a whole column at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def each(read: Callable[[Any], T], column: Sequence[Any]) -> list[T]:
    """Return what is read of each value of a column in which the same texts come again and again."""
    if {*map(type, column)} - {str, type(None)}:  # 1, 1.0 and True are one key, and lists are none
        return list(map(read, column))
    known = {value: read(value) for value in {*column}}
    return list(map(known.__getitem__, column))
