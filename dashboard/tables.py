"""Tables that a reader can sort: frame in, component out; assets/tables.js sorts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dash.development.base_component import Component

from dashboard.components import hyphenated
from dashboard.elements import html
from dashboard.text import one_line
from threads import language
from threads.language import _, moment, number, signed

ROWS_SHOWN = 200


def count(value: Any) -> str:
    """Return a whole number, – where it is missing."""
    return "–" if pd.isna(value) else number(value)


def percent(value: Any) -> str:
    """Return a share in percent."""
    return "–" if pd.isna(value) else language.percent(value)


def compound(value: Any) -> str:
    """Return a sentiment with its sign."""
    return "–" if pd.isna(value) else signed(float(value))


def day(value: Any) -> str:
    """Return a moment to the minute."""
    return "–" if pd.isna(value) else moment(value)


def words(value: Any) -> str:
    """Return a text on one line."""
    return "–" if pd.isna(value) else one_line(str(value), 80)


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of a table: its name in the frame, its heading, how a value is written, and what it means.

    `cell` makes the content of a cell from its row, in the place of `written`, for links and the like.
    """

    name: str
    heading: str
    written: Callable[[Any], str] = count
    help: str = ""
    cell: Callable[[Any], Any] | None = None


def table(
    frame: pd.DataFrame, columns: Sequence[Shown], label: str, *, total: int | None = None
) -> Component:
    """Return the first ROWS_SHOWN rows of a frame as a table that is sorted by a click on a heading.

    `total` is how many rows there are where the frame has only some of them.
    """
    rows = frame.head(ROWS_SHOWN).to_dict("records")
    head = [
        html.Th(
            html.Button(column.heading, type="button", className="sort", title=column.help or column.heading),
            scope="col",
        )
        for column in columns
    ]
    body = [html.Tr([_cell(column, row) for column in columns]) for row in rows]
    more = (len(frame) if total is None else total) - len(rows)
    return html.Div(
        [
            html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="sortable"),
            html.P(
                _("and {more} more, which are not sorted with these", more=number(more)), className="muted"
            )
            if more > 0
            else None,
        ],
        className="scroll figures",
        tabIndex=0,
        role="region",
        **hyphenated(aria_label=label),
    )


def _cell(column: Shown, row: Any) -> Component:
    value = row[column.name]
    key = "" if pd.isna(value) else value.isoformat() if isinstance(value, pd.Timestamp) else str(value)
    content = column.cell(row) if column.cell else column.written(value)
    return html.Td(content, **hyphenated(data_key=one_line(key, 80)))
