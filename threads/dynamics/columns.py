"""Columns of a frame as the measures read them: all missing where the frame lacks them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


def times_of(frame: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """Return when each comment appeared, in UTC."""
    if "published_at" not in frame:
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
    return pd.to_datetime(frame["published_at"], utc=True).astype("datetime64[us, UTC]")


def texts_of(frame: pd.DataFrame, column: str) -> pd.Series[str]:
    """Return a column of text."""
    return frame[column] if column in frame else pd.Series(None, index=frame.index, dtype="str")


def numbers_of(frame: pd.DataFrame, column: str) -> Floats:
    """Return a column of numbers, NaN for missing."""
    return frame[column].to_numpy(dtype=np.float64) if column in frame else np.full(len(frame), np.nan)


@dataclass(frozen=True, slots=True)
class Missing:
    """A measure that is missing, and why, in a sentence."""

    reason: str
