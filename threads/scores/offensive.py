"""Ranks comments by how likely readers are to find their language offensive, and marks the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.frames import typed
from threads.records import Column
from threads.scores.classifier import Classifier, TrainedScore, judged
from threads.scores.offensive_model import (
    HEADS,
    LIKELY,
    TYPES,
    Judged,
    OffensiveModel,
    Span,
    blocks_of,
    typed_as,
)
from threads.scores.offensive_text import tokens

MOST_SHOWN: Final = 5  # words beside a score


class Offensive(TrainedScore):
    """The probability that a comment's language offends, for ranking, and the words that carry it.

    A linear model of words, pairs of words, and attacks named beside whom they are aimed at, read sentence by
    sentence; trained on tweets and on news comments (Davidson et al. 2017, Civil Comments). It does not
    understand what is said. English only; missing for a text without a word in Latin letters.
    """

    name = "offensive"
    help = (
        "Offensive-language ranking: how likely the language offends, by type, and the words that carry it."
    )
    columns: tuple[Column, ...] = (
        Column(
            "offensive",
            "number",
            "Probability that readers find its language offensive, to rank by; never proof. Missing "
            "where the comment has no word in Latin letters or is not in English (see sentiment_missing).",
            "probability",
        ),
        *(
            Column(
                f"offensive_{kind}",
                "number",
                f"Share of readers who would mark {text} in it.",
                "probability",
            )
            for kind, text in zip(
                TYPES, ("an insult", "a threat", "an attack on a group", "profanity"), strict=True
            )
        ),
        Column(
            "offensive_words",
            "text",
            "The words that carry it, each with its type where that is clear; missing where it is unlikely "
            f"(below {LIKELY}), and where only function words or names of groups carry it.",
        ),
        Column("offensive_model", "text", "Name and version of the model that judged."),
    )

    def builtin(self) -> Classifier:
        """Return the model of the package; ModelError when it cannot be trusted."""
        return OffensiveModel.load("offensive")

    def judges(self, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which rows of `frame` get values; without a word in Latin letters, where words are read."""
        rows, explaining = judged(frame, None), explaining_of(self.classifier)
        if explaining is not None and rows.any():
            blocks = blocks_of(frame.loc[rows, "text"].tolist())
            odds = [explaining.odds([tokens(text) for text in block])[:, 0] for block in blocks]
            rows[rows] = ~np.isnan(np.concatenate(odds))
        return rows

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns for each row of `frame`; neighbours do not change a row's values."""
        rows = judged(frame, None)
        values = np.full((len(frame), len(self.columns)), None, dtype=object)
        if rows.any():
            values[rows] = self.values(frame.loc[rows, "text"].tolist(), [])
        names = [column.name for column in self.columns]
        return typed(pd.DataFrame(values, index=frame.index, columns=names), self.columns)

    def values(self, texts: list[str], contexts: list[str]) -> npt.NDArray[Any]:  # noqa: ARG002
        """Return the values of `columns` for texts, texts × columns."""
        model = self.classifier
        explaining = explaining_of(model)
        if explaining is None:
            return self._of_another(model, texts)
        values = np.full((len(texts), len(self.columns)), None, dtype=object)
        place = 0
        for block in blocks_of(texts):
            read = [tokens(text) for text in block]
            found = explaining.judge(read)
            chances = explaining.chances(found.odds)
            if model is not explaining:
                chances[:, 0] = _offensive(model, block)
            there = ~np.isnan(found.odds[:, 0])
            part = values[place : place + len(block)]
            part[there, : len(HEADS)] = chances[there]
            part[:, -2] = np.array(said(found, read, chances), dtype=object)
            part[there, -1] = model.label
            place += len(block)
        return values

    def _of_another(self, model: Classifier, texts: list[str]) -> npt.NDArray[Any]:
        """Return the values that any classifier of the task can give: probability and name."""
        values = np.full((len(texts), len(self.columns)), None, dtype=object)
        values[:, 0] = _offensive(model, texts)
        values[:, -1] = model.label
        return values

    def marked(self, text: str) -> list[Span]:
        """Return the words of a text that carry its offence, in order; `offensive_words` has the strongest.

        None is a function word or the name of a group.
        """
        return self.marked_in([text])[0]

    def marked_in(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text what `marked` does, faster for many at once."""
        model = explaining_of(self.classifier)
        return [[] for _ in texts] if model is None else model.marked_in(texts)


def explaining_of(model: Classifier) -> OffensiveModel | None:
    """Return the model that says which words carry an offence: `model`, or what it is averaged with."""
    for one in (model, getattr(model, "beside", None)):
        if isinstance(one, OffensiveModel):
            return one
    return None


def _offensive(model: Classifier, texts: Sequence[str]) -> npt.NDArray[np.float64]:
    return model.probabilities(texts, [""] * len(texts))[:, model.labels.index("offensive")]


def said(found: Judged, texts: list[list[str]], chances: npt.NDArray[Any]) -> list[str | None]:
    """Return the words that carry the offence of each likely text, "idiot (insult); …", or None."""
    text_of = found.reading.text[found.reading.sentence]
    chosen = np.flatnonzero(found.shown & (chances[:, 0] >= LIKELY)[text_of])
    words: list[dict[str, str]] = [{} for _ in texts]
    for place in chosen[np.argsort(-found.strengths[chosen], kind="stable")]:
        text = text_of[place]
        word = texts[text][found.reading.places[place]]
        if len(words[text]) < MOST_SHOWN:
            words[text].setdefault(word, typed_as(found.parts[place], chances[text]).replace("_", " "))
    return ["; ".join(f"{word} ({kind})" for word, kind in each.items()) or None for each in words]
