"""What speaks for featuring comments: the cues of one with their weights, and the best of many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.text import one_line
from threads.dynamics.featured import worth_featuring
from threads.language import N_, _, localised
from threads.scores.featuring import CUES, column_of

QUOTED_CHARACTERS: Final = 140
_NAMES: Final = {
    "relevance": N_("relevance to the article"),
    "thread_relevance": N_("relevance to the thread"),
    "readability": N_("readability"),
    "argument": N_("argument"),
    "experience": N_("experience"),
    "novelty": N_("novelty"),
}
NOTE: Final = N_("The highest mean of six cues, each shown beside its comment; no judgement of what is true.")


def cues(row: Mapping[Any, Any], weights: Mapping[str, float]) -> Component | None:
    """Return the mean of a comment's cues, its `featuring`, and behind it each cue with its weight.

    None for a comment without cues: it is too short, or was stored before they were counted.
    """
    known = [cue for cue in CUES if pd.notna(row.get(column_of(cue)))]
    if not known:
        return None
    return html.Details(
        [
            html.Summary(_("worth featuring: {value}", value=ui.decimals(row["featuring"]) or "–")),
            html.Ul(
                [
                    html.Li(
                        _(
                            "{cue} {value} × weight {weight}",
                            cue=_(_NAMES[cue]),
                            value=ui.decimals(row[column_of(cue)]),
                            weight=localised(f"{weights[cue]:g}"),
                        )
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
        _("Worth featuring"),
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
        note=_(NOTE),
    )
