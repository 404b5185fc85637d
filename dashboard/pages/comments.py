"""Every comment that is stored, in a table that is sorted and read block by block on the server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from dash import Dash
from dash.development.base_component import Component
from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import RowMapping

from dashboard import components as ui
from dashboard.elements import html
from dashboard.filters import Filters, names_of
from dashboard.grid import NEWEST, SORTABLE, Order, choice_of, in_order
from dashboard.pages.base import Context, Menu, View
from dashboard.pages.filtering import filtered_layout
from dashboard.pages.overview import Everything
from dashboard.security.access import may, needs
from dashboard.tables import compound, count, day
from dashboard.text import one_line
from threads.language import N_, _, number
from threads.moderation.roles import Permission
from threads.outline import STANCES, Outline, moment

BLOCK: Final = 100  # rows of one answer
TEXT_SHOWN: Final = 240
PATH: Final = "/comments"
ROWS: Final = f"{PATH}/rows"
COLUMNS: Final = (
    ("time", N_("Time (UTC)")),
    ("author", N_("Author")),
    ("text", N_("Comment")),
    ("discussion", N_("Discussion")),
    ("sentiment", N_("Sentiment")),
    ("stance", N_("Stance")),
    ("offensive", N_("Offensive")),
    ("words", N_("Words")),
    ("depth", N_("Depth")),
)


class CommentsPage:
    """The page of all comments."""

    path = PATH
    title = N_("Comments")
    menu: Menu | None = "discussions"
    permission: Permission = "view"

    def layout(self, context: Context, rest: str, search: str) -> Component:
        """Return the page, or that there is nothing."""
        if rest:
            nothing = _("Nothing lives at {path}/{rest}.", path=PATH, rest=one_line(rest, 80))
            return html.Div([html.H1(_("No such page")), ui.empty(nothing)])
        if not len(context.outline()):
            return html.Div([html.H1(_("Comments")), ui.empty([_("Nothing here yet."), " ", ui.to_import()])])
        return filtered_layout(self, context, rest, search)

    def subject(self, context: Context, rest: str) -> EveryComment:  # noqa: ARG002 - the Protocol's signature
        """Return every comment stored."""
        return EveryComment(context, context.outline())

    def register(self, app: Dash, context: Context) -> None:
        """Add the address where the browser's table asks for the rows that it is about to show."""

        @app.server.get(ROWS)
        @needs("view")
        def block() -> ResponseReturnValue:
            filters = Filters.from_query(request.query_string.decode("utf-8", "replace")).checked(None)
            start, column = request.args.get("start", 0, int), request.args.get("sort", NEWEST.column)
            if column not in SORTABLE or start < 0:
                abort(400, f"sort is one of {', '.join(SORTABLE)}; start is a row, from 0")
            order = Order(column, down="down" in request.args)
            return jsonify(rows(context, filters, order, start))


@dataclass(frozen=True, slots=True)
class EveryComment(Everything):
    """All comments in a table."""

    def view(self, filters: Filters) -> View:
        """Return everything under the bar of filters."""
        chosen = len(in_order(self.outline, self.context, choice_of(filters), NEWEST))
        content: list[Component] = [
            html.H1(_("Comments")),
            html.P(
                _("A heading sorts; a comment leads to where it stands in its discussion."), className="meta"
            ),
            _grid(filters, chosen) if chosen else ui.empty(_("No comment passes the filters.")),
        ]
        return View(content, chosen, len(self.outline))


def rows(context: Context, filters: Filters, order: Order, start: int) -> dict[str, Any]:
    """Return the BLOCK rows from `start` on under some filters, as they are read, and how many there are.

    `rows` are lists in the order of COLUMNS, and at the end where each leads to.
    """
    outline = context.outline()
    places = in_order(outline, context, choice_of(filters), order)
    block = places[start : start + BLOCK].tolist()
    keys = [int(outline["key"][place]) for place in block]
    stored, names, whole = context.store.comments_at(keys), names_of(outline), may("see_people")
    shown = [
        _row(outline, place, names[outline["person"][place]], stored[key], whole=whole)
        for place, key in zip(block, keys, strict=True)
        if key in stored
    ]
    return {"rows": shown, "total": len(places)}


def _row(outline: Outline, place: int, name: str, stored: RowMapping, *, whole: bool) -> list[str]:
    """Return the cells of a comment; its text and its place only as a `whole`, for who may see people."""
    stance, path = int(outline["stance"][place]), ui.thread_path(stored["thread_id"])
    return [
        day(moment(int(outline["time"][place]))),
        one_line(_(name) if outline["person"][place] < 0 else name, 60),
        one_line(stored["text"], TEXT_SHOWN) if whole else "",
        one_line(ui.title_of(stored["title"], None), 120),
        compound(outline["sentiment"][place]),
        f"{ui.STANCE_SIGNS[STANCES[stance]]} {_(STANCES[stance])}" if stance >= 0 else "–",
        ui.decimals(outline["offensive"][place]) or "–",
        count(_known(outline["words"][place])),
        count(_known(outline["depth"][place])),
        ui.link_to(stored["comment_id"], path) if whole else path,
    ]


def _known(value: Any) -> int | None:
    return int(value) if value >= 0 else None


def _grid(filters: Filters, chosen: int) -> Component:
    """Return the box that assets/grid.js fills."""
    columns = [[name, _(heading), name in SORTABLE] for name, heading in COLUMNS]
    return html.Div(
        id="comments-grid",
        className="grid" if may("see_people") else "grid without-text",
        **ui.hyphenated(
            data_rows=ROWS + choice_of(filters).query(),
            data_columns=json.dumps(columns),
            data_total=str(chosen),
            data_block=str(BLOCK),
            data_sort=NEWEST.column,
            data_label=_("{count} comments", count=number(chosen)),
        ),
    )
