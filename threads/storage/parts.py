"""Comments on their way to a file: some thousand rows at a time, with the discussions that they are of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.records import Discussion, Kind

ROWS_AT_ONCE = 10_000
_MANY = 1_000  # times, from which on a table of all seconds of a day is made sooner than each


class Part(NamedTuple):
    """Rows in their order, columns as in COMMENT_COLUMNS with any beside them, and their discussions by id.

    The comments of the discussions are not looked at: the rows are what is written.
    """

    frame: pd.DataFrame
    discussions: Mapping[str, Discussion]


def by_id(discussions: Iterable[Discussion]) -> dict[str, Discussion]:
    """Return discussions by their ids."""
    return {discussion.thread_id: discussion for discussion in discussions}


def whole_threads(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the same rows in parts that cut no discussion in two; rows of one must follow each other."""
    kept: list[pd.DataFrame] = []
    known: dict[str, Discussion] = {}
    for frame, discussions in parts:
        if frame.empty:
            continue
        last = frame["thread_id"].iloc[-1]
        cut = len(frame) - int((frame["thread_id"][::-1] == last).cumprod().sum())
        if kept and (cut or kept[-1]["thread_id"].iloc[-1] != last):
            yield Part(_joined([*kept, frame.iloc[:cut]]), {**known, **discussions})
            kept, known = [], {}
        elif cut:
            yield Part(frame.iloc[:cut], discussions)
        kept.append(frame.iloc[cut:])
        known.update(discussions)
    if kept:
        yield Part(_joined(kept), known)


def rows_of(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield each row as an object of JSON: texts, numbers, times in ISO 8601 and UTC, None for the missing.

    A number is never infinite in what this program makes; one would be written as missing.
    """
    names = [str(name) for name in frame.columns]
    for start in range(0, len(frame), ROWS_AT_ONCE):
        part = frame.iloc[start : start + ROWS_AT_ONCE]
        columns = [values_of(part.iloc[:, place]) for place in range(part.shape[1])]
        for row in zip(*columns, strict=True):
            yield dict(zip(names, row, strict=True))


def values_of(column: pd.Series[Any]) -> list[Any]:
    """Return the values of a column as JSON has them."""
    values = written_times(column) if kind_of(column) == "time" else column.tolist()
    if not column.hasnans:
        return values
    missing = column.isna().tolist()
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]


def kind_of(column: pd.Series[Any]) -> Kind:
    """Return what kind of value a column holds, by its dtype."""
    dtype = column.dtype
    if isinstance(dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(dtype):
        return "time"
    if pd.api.types.is_integer_dtype(dtype):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(dtype) else "text"


def written_times(column: pd.Series[Any]) -> list[str]:
    """Return times in ISO 8601 and UTC, such as "2024-05-18T09:30:00Z"; a missing one as it comes."""
    return written_moments(moments(column))


def moments(column: pd.Series[Any]) -> npt.NDArray[np.datetime64]:
    """Return times in UTC, without a zone."""
    found = pd.DatetimeIndex(column)
    naive = found.tz_convert("UTC").tz_localize(None) if found.tz is not None else found
    return naive.to_numpy()


def written_moments(values: npt.NDArray[np.datetime64]) -> list[str]:
    """Return times in UTC as `written_times` does."""
    seconds = values.astype("datetime64[s]")
    missing = np.isnat(values)
    if len(values) >= _MANY and bool(np.all((seconds == values) | missing)):
        # Days and times of day are few, and each is written once.
        days, day = np.unique(values.astype("datetime64[D]"), return_inverse=True)
        of_day = (seconds - days[day]).astype(np.int64) if len(days) else np.zeros(0, dtype=np.int64)
        times = _times_of_day()[np.where(missing, 0, of_day)]
        texts: list[str] = (np.datetime_as_string(days).astype(object)[day] + times).tolist()
        return texts
    exact = np.datetime_as_string(values, unit="us").tolist()
    return [f"{text.removesuffix('.000000')}Z" for text in exact]


@cache
def _times_of_day() -> npt.NDArray[np.object_]:
    """Return every second of a day as it stands after the date in ISO 8601."""
    seconds = np.arange(24 * 60 * 60).astype("datetime64[s]")
    return np.array([text[10:] for text in np.datetime_as_string(seconds, timezone="UTC").tolist()], object)


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    frames = [frame for frame in frames if len(frame)]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
