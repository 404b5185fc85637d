"""The score `stance` by a model of one's own topic."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.frames import typed
from threads.records import Column
from threads.scores.classifier import judged, spoken
from threads.scores.own_topic.model import OwnTopic
from threads.scores.stance import Stance

FOUND: Final = ("stance", "stance_probability", "stance_model")


class OwnStance:
    """supportive, critical or neutral toward the target of `model`; `unclear` where it is not sure enough.

    In any language: the model knows the one that it was taught. Probabilities follow how common labels were
    among the labelled comments. Other columns of the score `stance` are missing.
    """

    name = Stance.name
    help = Stance.help
    columns: tuple[Column, ...] = Stance.columns

    def __init__(self, model: OwnTopic) -> None:
        self.model = model

    def judges(self, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which rows of `frame` get values: all that are not blank."""
        return judged(frame.drop(columns="language", errors="ignore"), None)

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns for each row of `frame`; neighbours do not change a row's values."""
        rows = self.judges(frame)
        values = np.full((len(frame), len(FOUND)), None, dtype=object)
        if rows.any():
            found = self.model.probabilities(frame.loc[rows, "text"].tolist())
            said = spoken(found, self.model.labels, self.model.thresholds)
            columns = [said, found.max(axis=1), [self.model.label] * len(found)]
            values[rows] = np.array(columns, dtype=object).transpose()
        return typed(pd.DataFrame(values, index=frame.index, columns=list(FOUND)), self.columns)
