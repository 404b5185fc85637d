"""Records as frames of pandas, in the columns and dtypes that `threads.records` declares.

Apart from the records, which a page is read into, and written as JSON, without pandas: it takes half a second
to be imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from threads.records import COMMENT_COLUMNS, Column, Comment, Comments, Discussion, column_of

# Texts stay strings of Python: where pyarrow is installed pandas would hold them as UTF-8, and refuse lone
# surrogates.
pd.set_option("mode.string_storage", "python")


def typed(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return `frame` with exactly `columns`, in order and in their declared dtypes; absent ones missing."""
    return pd.DataFrame({column.name: _typed_column(frame, column) for column in columns}, index=frame.index)


def _typed_column(frame: pd.DataFrame, column: Column) -> pd.Series[Any]:
    found: pd.Series[Any]
    if column.name not in frame:
        missing = pd.NA if column.kind == "integer" else None
        found = pd.Series(missing, index=frame.index, dtype=column.dtype)
    else:
        found = frame[column.name]
    # Most frames are of these types already, and a page asks this of some hundred columns.
    return found if str(found.dtype) == column.dtype else found.astype(column.dtype)


def comments_frame(discussions: Sequence[Discussion]) -> pd.DataFrame:
    """Return one row a comment, columns as in COMMENT_COLUMNS, ordered as in the sources."""
    parts = _side_by_side(d.comments for d in discussions)
    data = {
        column.name: _held(list(chain.from_iterable(column_of(part, column.name) for part in parts)), column)
        for column in COMMENT_COLUMNS
    }
    return pd.DataFrame(data)


def _held(values: list[Any], column: Column) -> Any:
    """Return values of one field as a column of a frame holds them, without asking pandas what they are."""
    if column.kind == "integer" and None not in values:
        return pd.array(np.array(values, dtype=np.int64), dtype=column.dtype)
    if values.count(None) == len(values):
        return pd.Series(index=pd.RangeIndex(len(values)), dtype=column.dtype).array
    # As objects: pandas would make floats of whole numbers beside missing ones, which hold 53 bits.
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    if column.kind == "time":
        return pd.to_datetime(objects, utc=True).astype(column.dtype)
    return pd.array(objects, dtype=column.dtype)


def _side_by_side(several: Iterable[Sequence[Comment]]) -> list[Sequence[Comment]]:
    """Return comments, those that stand side by side in the same columns as one."""
    found: list[Sequence[Comment]] = []
    for comments in several:
        before = found[-1] if found else None
        both = before.with_next(comments) if isinstance(before, Comments) else None
        if both is None:
            found.append(comments)
        else:
            found[-1] = both
    return found
