"""What speaks for featuring comments: the cues of one with their weights, and the best of many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd
from dash import html
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.text import one_line
from threads.dynamics.featured import worth_featuring
from threads.scores.featuring import CUES, column_of

QUOTED_CHARACTERS: Final = 140
_NAMES: Final = {"relevance": "relevance to the article", "thread_relevance": "relevance to the thread"}
NOTE: Final = "The highest mean of six cues, each shown beside its comment; no judgement of what is true."


def cues(row: Mapping[Any, Any], weights: Mapping[str, float]) -> Component | None:
    """Return the mean of a comment's cues, its `featuring`, and behind it each cue with its weight.

    None for a comment without cues: it is too short, or was stored before they were counted.
    """
    known = [cue for cue in CUES if pd.notna(row.get(column_of(cue)))]
    if not known:
        return None
    return html.Details(
        [
            html.Summary(f"worth featuring: {ui.decimals(row['featuring']) or '–'}"),
            html.Ul(
                [
                    html.Li(
                        f"{_NAMES.get(cue, cue)} {ui.decimals(row[column_of(cue)])} × weight {weights[cue]:g}"
                    )
                    for cue in known
                ]
            ),
        ],
        className="reasons",
    )


def panel(frame: pd.DataFrame, link: Callable[[str], str]) -> Component | None:
    """Return the comments of `frame` to look at first for featuring; None where none has cues.

    `link` makes the address of a comment of its comment_id.
    """
    best = worth_featuring(frame)
    if best.empty:
        return None
    return ui.panel(
        "Worth featuring",
        html.Ol(
            [
                html.Li(
                    [
                        html.A(one_line(ui.author_name(row["author"]), 40), href=link(row["comment_id"])),
                        html.Span(f" {ui.decimals(row['featuring'])}", className="muted"),
                        html.Div(one_line(row["text"], QUOTED_CHARACTERS), dir="auto"),
                    ]
                )
                for row in best.to_dict("records")
            ],
            className="featured",
        ),
        note=NOTE,
    )


def _cue(cue: str, value: float, weight: float) -> str:
    return f"{_NAMES.get(cue, cue)} {ui.decimals(value)} × weight {weight:g}"
