"""What scores of a comment beside another text share: which rows are judged, and when the model is silent."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.errors import ModelError
from threads.models import Card, Model, load
from threads.models.linear import ARRAYS, Arrays, Vector, probabilities
from threads.models.trees import tree_probabilities
from threads.parse.language import ENGLISH, base_language
from threads.records import Column, typed
from threads.scores.cues import CUES, FEATURES, cue_matrix, feature_matrix

UNCLEAR: Final = "unclear"


def spoken(chances: Vector, arrays: Arrays) -> list[str]:
    """Return the likeliest label of each text, or `unclear` where it is below the label's threshold."""
    labels, best = arrays["labels"], chances.argmax(axis=1)
    sure = chances[np.arange(len(best)), best] >= arrays["thresholds"][best]
    return [str(labels[label]) if clear else UNCLEAR for label, clear in zip(best, sure, strict=True)]


class PairScore:
    """A trained judgement of each comment beside the text in another column, `context`.

    Its columns are NAME, NAME_probability and NAME_model. They are missing where the comment or the other
    text is absent or blank, and where the discussion's language is known and is not English.
    """

    name: str
    help: str
    columns: tuple[Column, ...]
    context: str

    @cached_property
    def model(self) -> Model:
        """The weights, loaded and verified at first use; ModelError when they cannot be trusted."""
        model = load(self.name)
        for array in ARRAYS:
            model.array(array)
        return model

    @property
    def card(self) -> Card:
        """What is known about the model: data, licence, accuracy where it speaks, coverage."""
        return self.model.card

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `judge`; `unclear` is not among them."""
        return tuple(map(str, self.model.array("labels")))

    def judge(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Return calibrated probabilities, texts × labels, as if all labels were equally common."""
        rows = cue_matrix(texts, contexts)
        return probabilities(self.model.arrays, rows[:, self._cues], rows[:, CUES.index("weight")])

    def forced(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Return what to choose the greatest of, texts × labels, when every text must have a label.

        Not part of the score: it leans on how common the labels are in the data trained on, and for some
        models on the outward form of the texts there (length, links, quotation), which holds nowhere else.
        It serves to compare with published figures on such data.
        """
        weights, arrays = self.model.array("weights"), self.model.arrays
        if "tree_feature" in arrays:
            rows = feature_matrix(texts, contexts)[:, self._features]
            return np.asarray(tree_probabilities(arrays, rows) * weights)
        return np.asarray(self.judge(texts, contexts) * weights)

    @cached_property
    def _cues(self) -> list[int]:
        return self._places("cues", CUES)

    @cached_property
    def _features(self) -> list[int]:
        return self._places("features", FEATURES)

    def _places(self, array: str, known: Sequence[str]) -> list[int]:
        wanted = list(map(str, self.model.array(array)))
        unknown = sorted(set(wanted) - set(known))
        if unknown:
            raise ModelError(
                f"needs a feature that this release does not work out: {unknown[0]}",
                source=self.model.label,
                remedy="Train it again as training/README.md says",
            )
        return [known.index(name) for name in wanted]

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the three columns for each row of `frame`; neighbours do not change a row's values."""
        rows = judged(frame, self.context)
        values = np.full((len(frame), len(self.columns)), None, dtype=object)
        if rows.any():
            texts, contexts = (frame.loc[rows, column].tolist() for column in ("text", self.context))
            chances = self.judge(texts, contexts)
            values[rows, 0] = spoken(chances, self.model.arrays)
            values[rows, 1] = chances.max(axis=1)
            values[rows, 2] = self.model.label
        names = [column.name for column in self.columns]
        return typed(pd.DataFrame(values, index=frame.index, columns=names), self.columns)


def judged(frame: pd.DataFrame, context: str) -> npt.NDArray[np.bool_]:
    """Return which rows can be judged: both texts there and not blank, language English or unknown."""
    rows = _present(frame, "text") & _present(frame, context)
    if "language" in frame:
        languages = map(base_language, frame["language"])
        rows &= np.array([language in (None, ENGLISH) for language in languages], dtype=bool)
    return rows


def _present(frame: pd.DataFrame, column: str) -> npt.NDArray[np.bool_]:
    if column not in frame:
        return np.zeros(len(frame), dtype=bool)
    return np.array([isinstance(value, str) and value.strip() != "" for value in frame[column]], dtype=bool)
