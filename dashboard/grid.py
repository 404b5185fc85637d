"""The rows of very many comments in the order of one of their columns: outline in, places of rows out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dashboard.derived import derived
from dashboard.filters import Filters, names_of
from dashboard.pages.base import Context
from threads.outline import NO_TIME, Outline

Rows = npt.NDArray[np.int32]
Codes = npt.NDArray[np.integer[Any]]
SORTABLE: Final = ("time", "author", "sentiment", "stance", "offensive", "words", "depth")
FINE: Final = 10_000
"""Steps between 0 and 1 of scores that are sorted: those of the compound, few enough for short numbers."""


@dataclass(frozen=True, slots=True)
class Order:
    """The column that rows are sorted by, one of SORTABLE, and whether the greatest come first."""

    column: str
    down: bool


NEWEST: Final = Order("time", down=True)


@derived(most=8)
def in_order(outline: Outline, context: Context, filters: Filters, order: Order) -> Rows:
    """Return the rows of `outline` that pass the filters, in order; what is missing comes last.

    `outline` is the context's. They are remembered: the next block of rows costs a slice.
    """
    every = _ordered(outline, order)
    rows = filters.rows(outline, context.store.outlines.keys_with_text)
    if rows is None:
        return every
    chosen = np.zeros(len(outline), dtype=np.bool_)
    chosen[rows] = True
    return every[chosen[every]]


def choice_of(filters: Filters) -> Filters:
    """Return what of filters chooses rows, so that what stands beside it in an address changes nothing."""
    return replace(filters, compared=(), by="", page=1, at="", problems=())


@derived(most=8)
def _ordered(outline: Outline, order: Order) -> Rows:
    codes, known = _codes(outline, order.column)
    key = np.where(known, -codes if order.down else codes, np.iinfo(codes.dtype).max)
    return np.argsort(key, kind="stable").astype(np.int32)  # of short numbers by radix


def _codes(outline: Outline, column: str) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Return numbers that are in the order of a column, and where it is known."""
    if column == "author":
        person = outline["person"]
        return _alphabetical(outline)[person], person >= 0
    values = outline[column]
    if column == "time":
        known = values != NO_TIME
        return np.where(known, values, 0), known
    if column in {"sentiment", "offensive"}:
        known = np.isfinite(values)
        return np.rint(np.where(known, values, 0) * FINE).astype(np.int16), known
    return values, values >= 0


@derived()
def _alphabetical(outline: Outline) -> npt.NDArray[np.int32]:
    """Return the place of each person among the names, and one for those without a name at the end."""
    folded = np.array([name.casefold() for name in names_of(outline)])
    _names, places = np.unique(folded, return_inverse=True)
    return places.astype(np.int32)
