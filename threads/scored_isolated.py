"""Scoring in a process of its own, under limits; see `threads.isolation`."""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode
from typing import Any

import numpy as np
import pandas as pd

from threads.analysis import Judged, judge_parsed, score_parsed
from threads.frames import typed
from threads.isolation import IS_POSIX, Pool, Work, serve
from threads.language import N_
from threads.moderation.rule_book import RuleBook
from threads.records import Column, Comment, Discussion, Parsed, Report
from threads.scores import score_columns
from threads.settings import Settings

_SCORING = Work(
    module="threads.scored_isolated",
    doing=N_("scoring"),
    seconds="parse_seconds",
    bytes="parse_bytes",
    advice=N_("Use `btl import`, which says more"),
)
_POOL = Pool(_SCORING)
_OWN_MEMORY = ("transformers:", "nli:", "onnx")  # models that take what they take, and were chosen by hand
_WORDS = ("No, the tunnel costs far too much, you idiot. Why was nobody asked?", "I agree with Ann.")


def score_isolated(parsed: Parsed, settings: Settings) -> pd.DataFrame:
    """Return what `threads.analysis.score_parsed` returns, worked out in another process under limits.

    Scores by a large model are worked out in this process: it takes more memory than an input may.

    Raises
    ------
    InputError
        It took more than `parse_seconds` or `parse_bytes`, or ended the process.
    ModelError
        A model is missing or was altered.
    """
    models = (settings.reply_relation_model, settings.stance_model, settings.offensive_model)
    if not IS_POSIX or any(str(model).startswith(_OWN_MEMORY) for model in models):
        return score_parsed(parsed, settings)
    return _frame(_POOL.ask((parsed,), parsed.report.source, settings))


def judge_isolated(parsed: Parsed, settings: Settings, book: RuleBook) -> Judged:
    """Return what `threads.analysis.judge_parsed` returns, with scores as `score_isolated` works them out."""
    return judge_parsed(parsed, settings, book, scored=score_isolated)


def warm() -> None:
    """Start a worker if none is waiting, without waiting for it."""
    if IS_POSIX:
        _POOL.warm()


def _frame(columns: list[list[Any]]) -> pd.DataFrame:
    known = {column.name: column for column in score_columns()}
    data = {name: _values(known[name], cells) for name, cells in columns}
    return typed(pd.DataFrame(data), tuple(known[name] for name in data))


def _values(column: Column, cells: Any) -> pd.Series[Any]:
    if column.kind == "text":
        return pd.Series(cells, dtype="str")
    numbers = pd.Series(np.frombuffer(b64decode(cells), dtype="<f8"))
    return numbers.astype("Int64") if column.kind == "integer" else numbers


# What follows runs in the worker.


def _score(parsed: Parsed, settings: Settings) -> list[list[Any]]:
    frame = score_parsed(parsed, settings)
    kinds = {column.name: column.kind for column in score_columns()}
    return [[str(name), _cells(frame[name], kinds[str(name)])] for name in frame.columns]


def _cells(column: pd.Series[Any], kind: str) -> Any:
    if kind == "text":
        return column.astype(object).where(column.notna(), None).tolist()
    return b64encode(column.to_numpy("<f8", na_value=np.nan).tobytes()).decode("ascii")


def _first() -> pd.DataFrame:
    comments = tuple(
        Comment(
            thread_id="t",
            comment_id=str(place),
            position=place,
            parent_id="1" if place > 1 else None,
            text=text,
            source_format="page",
        )
        for place, text in enumerate(_WORDS, start=1)
    )
    discussion = Discussion(
        thread_id="t",
        source="first",
        source_format="page",
        title="A tunnel",
        language="en",
        comments=comments,
    )
    return score_parsed(Parsed(discussions=(discussion,), report=Report(source="first")), Settings())


if __name__ == "__main__":
    serve(int(sys.argv[1]), _score, _SCORING, _first)
