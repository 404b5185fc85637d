"""Scores that other packages add through entry points: loaded, and held to what a score promises."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from traceback import extract_tb
from typing import Final

import pandas as pd

from threads.errors import PlugInError, ThreadsError
from threads.frames import typed
from threads.records import COMMENT_COLUMNS, STATE_COLUMN, Column
from threads.scores.base import Score

GROUP: Final = "below_the_line.scores"
OWN: Final = "threads.scores."
_MEND: Final = "Mend it"
_PLUG_INS: Final[dict[int, tuple[Score, str, str]]] = {}
"""Each score of another package, what messages call it, the remedy; kept, so that its id stays its own."""


def with_plug_ins(own: Sequence[Score]) -> tuple[Score, ...]:
    """Return `own` scores and behind them those of other packages; PlugInError names one that cannot be used.

    One cannot be used that fails to load, is no score, or has the name or a column of another score, or a
    column of the records.
    """
    found = list(own)
    for entry in entry_points(group=GROUP):
        item = _loaded(entry)
        if problem := next(_misfits(item, found), None):
            raise PlugInError(problem, source=_called(entry), remedy=_remedy(entry))
        _PLUG_INS[id(item)] = (item, _called(entry), _remedy(entry))
        found.append(item)
    return tuple(found)


def values_of(item: Score, context: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of `item` for the rows of `context` (CONTEXT_COLUMNS), in their types, same index.

    Raises
    ------
    PlugInError
        A score from outside this package fails, or gives other columns, rows or types than it declares.
    """
    if type(item).__module__.startswith(OWN):  # tests hold these to it
        return typed(item.score(context), item.columns)
    unknown = (item, f"the score {item.name} ({_class_of(item)})", _MEND)
    _, source, remedy = _PLUG_INS.get(id(item), unknown)
    try:
        found = item.score(context.copy(deep=False))  # the other scores see no column that it adds
    except (ThreadsError, MemoryError):
        raise
    except Exception as error:
        raise PlugInError(
            f"it fails ({_reason(error)})", source=source, place=_place(error, item), remedy=remedy
        ) from error
    if problem := _broken_promise(item, found, context):
        raise PlugInError(problem, source=source, remedy=remedy)
    try:
        return typed(found, item.columns)
    except MemoryError:
        raise
    except Exception as error:  # what its values raise is up to it
        kinds = ", ".join(f"{column.name} {column.kind}" for column in item.columns)
        problem = f"it gives values of other types than it declares: {kinds} ({_reason(error)})"
        raise PlugInError(problem, source=source, remedy=remedy) from error


def _loaded(entry: EntryPoint) -> Score:
    try:
        item: Score = entry.load()()
    except Exception as error:
        raise PlugInError(
            f"it cannot be loaded ({_reason(error)})", source=_called(entry), remedy=_remedy(entry)
        ) from error
    return item


def _misfits(item: Score, others: Sequence[Score]) -> Iterator[str]:
    """Yield what is wrong with a score of another package beside `others`."""
    name, columns = getattr(item, "name", None), getattr(item, "columns", None)
    if not isinstance(name, str) or not isinstance(getattr(item, "help", None), str):
        yield "it lacks a name or a help text"
    if not isinstance(columns, tuple) or not all(isinstance(column, Column) for column in columns):
        yield "its columns are no tuple of threads.records.Column"
        return
    if not columns:
        yield "it declares no column"
    if not callable(getattr(item, "score", None)):
        yield "it has no method score"
    if name in {other.name for other in others}:
        yield f"there is another score called {name}"
    taken = {column.name: "the records have" for column in (*COMMENT_COLUMNS, STATE_COLUMN)}
    taken |= {c.name: f"the score {other.name} has" for other in others for c in other.columns}
    for column in columns:
        if column.name in taken:
            yield f"its column {column.name} has the name of one that {taken[column.name]}"
        taken[column.name] = "it has itself"


def _broken_promise(item: Score, found: object, context: pd.DataFrame) -> str:
    """Return how what `item` gave differs from what it declares; "" where it does not."""
    if not isinstance(found, pd.DataFrame):
        return f"it gives a value of type {type(found).__name__} where a frame is wanted"
    given = list(map(str, found.columns))
    for column in item.columns:
        if (count := given.count(column.name)) != 1:
            return (
                f"it gives {'no column' if not count else 'more than one column'} {column.name}, which it "
                f"declares; it gives {', '.join(given) or 'none'}"
            )
    if len(found) != len(context):
        return f"it gives {len(found):,} rows for {len(context):,} comments"
    if not found.index.equals(context.index):
        return "it gives another index than that of the frame it was given"
    return ""


def _called(entry: EntryPoint) -> str:
    """Return what messages call the score of an entry point."""
    package = f"{entry.dist.name} {entry.dist.version}, " if entry.dist is not None else ""
    return f"the score plug-in {entry.name} ({package}{entry.value})"


def _remedy(entry: EntryPoint) -> str:
    return f"{_MEND}, or uninstall it: pip uninstall {entry.dist.name}" if entry.dist is not None else _MEND


def _class_of(item: Score) -> str:
    return f"{type(item).__module__}:{type(item).__qualname__}"


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _place(error: Exception, item: Score) -> str:
    """Return where in the file of `item` it failed, or where at all."""
    frames = extract_tb(error.__traceback__)
    own = getattr(sys.modules.get(type(item).__module__), "__file__", None)
    frame = next((one for one in reversed(frames) if one.filename == own), frames[-1])
    return f"{Path(frame.filename).name} line {frame.lineno}"
