"""What a trained score rests on: a classifier of texts, and the columns that say what it found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.errors import ModelError
from threads.frames import typed
from threads.models import Card, Model, load
from threads.parse.language import ENGLISH, base_language
from threads.records import Column
from threads.scores.text import has_word

Vector = npt.NDArray[np.float64]
UNCLEAR: Final = "unclear"
NEVER: Final = 2.0  # a threshold that no probability reaches
BLOCK: Final = 1_000  # texts judged at a time: what is read in each takes some kilobytes


class Classifier(Protocol):
    """Gives each text, beside another, a probability for each label."""

    @property
    def label(self) -> str:
        """Name and version, as written beside every result."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `probabilities`."""
        ...

    @property
    def weights(self) -> Vector:
        """What probabilities are multiplied by before the greatest is taken for a forced choice."""
        ...

    @property
    def thresholds(self) -> Vector:
        """The probability from which each label is said; NEVER for one that is not."""
        ...

    @property
    def sentence(self) -> str:
        """How right it is, in a sentence for readers."""
        ...

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:
        """Return probabilities, texts × labels, calibrated to the frequencies of held-out data.

        A context is the text beside each one, "" where there is none. A row's bits do not depend on its
        neighbours.
        """
        ...


@dataclass(frozen=True)
class StoredClassifier:
    """What classifiers from verified weights share: all but `probabilities`."""

    model: Model

    arrays: ClassVar[tuple[str, ...]] = ("labels", "weights", "thresholds")
    """What the weights must hold."""

    @classmethod
    def load(cls, name: str, folder: Path | None = None) -> Self:
        """Return the model called `name` of the package or a folder; ModelError if it cannot be trusted."""
        model = load(name, folder)
        for array in cls.arrays:
            model.array(array)
        return cls(model)

    @property
    def label(self) -> str:
        """Name and version."""
        return self.model.label

    @property
    def card(self) -> Card:
        """What is known about the model."""
        return self.model.card

    @property
    def sentence(self) -> str:
        """How right it is."""
        return self.card.sentence

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `probabilities`."""
        return tuple(map(str, self.model.array("labels")))

    @cached_property
    def weights(self) -> Vector:
        """What probabilities are multiplied by for the forced choice."""
        return np.asarray(self.model.array("weights"))

    @cached_property
    def thresholds(self) -> Vector:
        """The probability from which each label is said."""
        return np.asarray(self.model.array("thresholds"))

    def columns_of(self, array: str, known: Sequence[str]) -> list[int]:
        """Return where the features named in `array` stand among the `known`; ModelError for another one."""
        wanted = list(map(str, self.model.array(array)))
        unknown = sorted(set(wanted) - set(known))
        if unknown:
            raise ModelError(
                f"needs a feature that this release does not work out: {unknown[0]}",
                source=self.label,
                remedy="Train it again as training/README.md says",
            )
        return [known.index(name) for name in wanted]


def spoken(probabilities: Vector, labels: Sequence[str], thresholds: Vector) -> list[str]:
    """Return the likeliest label of each row, or `unclear` where it is below the label's threshold."""
    best = probabilities.argmax(axis=1)
    sure = probabilities[np.arange(len(best)), best] >= thresholds[best]
    return [labels[label] if clear else UNCLEAR for label, clear in zip(best, sure, strict=True)]


def surest(probabilities: Vector, truth: npt.NDArray[np.intp], asked: Sequence[float], fewest: int) -> Vector:
    """Return for each label the lowest probability from which it is right as often as `asked`.

    `truth` numbers the label of each row. A label that never is, over `fewest` rows or more, gets NEVER: it
    is not said.
    """
    best, top = probabilities.argmax(axis=1), probabilities.max(axis=1)
    rows = [best == label for label in range(len(asked))]
    return np.array(
        [
            _surest(top[said], truth[said] == label, share, fewest)
            for label, (said, share) in enumerate(zip(rows, asked, strict=True))
        ]
    )


def _surest(top: Vector, right: npt.NDArray[np.bool_], asked: float, fewest: int) -> float:
    order = np.argsort(-top, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(top) + 1)
    falls = np.diff(top[order], append=-1.0) < 0  # equal probabilities are said together or not at all
    good = np.flatnonzero((share >= asked) & falls)
    return float(top[order][good[-1]]) if len(good) and good[-1] + 1 >= fewest else NEVER


def in_blocks(
    probabilities: Callable[[Sequence[str], Sequence[str]], Vector],
    texts: Sequence[str],
    contexts: Sequence[str],
    labels: int,
) -> Vector:
    """Return the probabilities, texts × `labels`, that a few texts at a time have: it bounds memory."""
    places = range(0, len(texts), BLOCK)
    found = [probabilities(texts[at : at + BLOCK], contexts[at : at + BLOCK]) for at in places]
    return np.concatenate(found) if found else np.empty((0, labels))


class TrainedScore:
    """A classifier's judgement of each comment beside the text in another column, `context`.

    Its columns are NAME, NAME_probability and NAME_model. They are missing where the comment or the other
    text is absent or blank (or, where `needs_words`, without a word: "😀", "!!!"), and where the language is
    known and is not English.
    """

    name: str
    help: str
    columns: tuple[Column, ...]
    context: str | None = None
    needs_words: ClassVar[bool] = False

    def __init__(self, classifier: Classifier | None = None) -> None:
        self._given = classifier

    @cached_property
    def classifier(self) -> Classifier:
        """The classifier given, or the one of this installation; ModelError when it cannot be trusted."""
        return self._given or self.builtin()

    def builtin(self) -> Classifier:
        """Return the classifier that comes with the package."""
        raise NotImplementedError

    def judges(self, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which rows of `frame` get values."""
        return judged(frame, self.context, needs_words=self.needs_words)

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns for each row of `frame`; neighbours do not change a row's values."""
        rows = self.judges(frame)
        values = np.full((len(frame), len(self.columns)), None, dtype=object)
        if rows.any():
            texts, contexts = (frame.loc[rows, column].tolist() for column in ("text", self.context))
            values[rows] = self.values(texts, contexts)
        names = [column.name for column in self.columns]
        return typed(pd.DataFrame(values, index=frame.index, columns=names), self.columns)

    def values(self, texts: list[str], contexts: list[str]) -> npt.NDArray[Any]:
        """Return the values of `columns` for texts that can be judged, texts × columns."""
        found = self.classifier.probabilities(texts, contexts)
        said = spoken(found, self.classifier.labels, self.classifier.thresholds)
        return np.array(
            [said, found.max(axis=1), [self.classifier.label] * len(texts)], dtype=object
        ).transpose()


def judged(frame: pd.DataFrame, context: str | None, *, needs_words: bool = False) -> npt.NDArray[np.bool_]:
    """Return which rows can be judged: text and context there and not blank, language English or unknown.

    `needs_words` leaves out those without a word in the one or the other.
    """
    rows = _present(frame, "text", needs_words)
    if context is not None:
        rows &= _present(frame, context, needs_words)
    if "language" in frame:
        languages = map(base_language, frame["language"])
        rows &= np.array([language in (None, ENGLISH) for language in languages], dtype=bool)
    return rows


def _present(frame: pd.DataFrame, column: str, needs_words: bool) -> npt.NDArray[np.bool_]:
    if column not in frame:
        return np.zeros(len(frame), dtype=bool)
    there = has_word if needs_words else _is_not_blank
    return np.array([isinstance(value, str) and there(value) for value in frame[column]], dtype=bool)


def _is_not_blank(text: str) -> bool:
    return text.strip() != ""
