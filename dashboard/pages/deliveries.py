"""Decisions on their way to platforms: what waits, what arrived, and what was given up, to be tried again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, no_update
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.filters import Filters
from dashboard.pages.base import Context, Menu
from dashboard.security.access import needs, require
from dashboard.text import one_line, shown
from threads.delivery.configured import Target, read_targets
from threads.errors import SettingError, ThreadsError
from threads.language import N_, _, explained, moment, number
from threads.moderation.deliveries import DELIVERY_STATES, DeliveryState
from threads.moderation.roles import Permission
from threads.storage.outbox import Delivery

ROWS = 50
MOST_COUNTED = 1_000  # decisions that no outbox holds yet are counted up to here
EVERY = "every"  # in place of a delivery: all that were given up
WORDS: Mapping[DeliveryState, str] = {
    "waiting": "waiting",
    "failed": N_("given up"),
    "delivered": "delivered",
    "superseded": "superseded",
    "unneeded": N_("not needed"),
}
_ABOUT: Mapping[DeliveryState, str] = {
    "waiting": N_("Not told yet: btl deliver sends it, again and again where the platform does not answer."),
    "failed": N_("The platform refused it, or did not answer for days. Mend the cause, then try again."),
    "delivered": N_("The platform has confirmed it."),
    "superseded": N_("A later decision on the same comment took its place before it was sent."),
    "unneeded": N_(
        "Nothing to tell: undone before anything was sent, or nothing is sent for such a decision."
    ),
}
_WHEN: Mapping[DeliveryState, str] = {
    "waiting": N_("next attempt"),
    "delivered": "arrived",
    "failed": N_("by hand"),
}
_NOTHING: Mapping[DeliveryState, str] = {
    "waiting": N_("Nothing waits."),
    "failed": N_("Nothing was given up."),
    "delivered": N_("Nothing was delivered yet."),
    "superseded": N_("No later decision has taken an earlier one's place before it was sent."),
    "unneeded": N_("There was nothing that need not be sent."),
}


class DeliveriesPage:
    """The outbox; `rest` is a state of deliveries, waiting by default."""

    path = "/deliveries"
    title = N_("Deliveries")
    menu: Menu | None = "moderation"
    permission: Permission = "deliver"

    def layout(self, context: Context, rest: str, search: str) -> Component:
        """Return the targets, and a page of the deliveries in one state."""
        state: DeliveryState = next((name for name in DELIVERY_STATES if name == rest), "waiting")
        return html.Div(
            [
                html.H1(_("Deliveries")),
                html.P(
                    _(
                        "What moderators decided, on its way to the platforms that comments came from. "
                        "Nothing is sent from here: btl deliver sends it, btl deliver --watch whatever comes."
                    ),
                    className="meta",
                ),
                html.Div(_content(context, state, search), id="deliveries"),
                dcc.Store(id="deliveries-state", data=state),
            ]
        )

    def register(self, app: Dash, context: Context) -> None:
        """Add trying again what was given up."""

        @app.callback(
            Output("deliveries", "children"),
            Input({"delivery-again": ALL}, "n_clicks"),
            State("deliveries-state", "data"),
            State("url", "search"),
            prevent_initial_call=True,
        )
        @needs("deliver")
        def again(clicks: Any, state: Any, search: Any) -> Any:
            if not isinstance(clicks, list) or not any(clicks) or not isinstance(ctx.triggered_id, dict):
                return no_update  # buttons that only appeared
            context.store.outbox.again(require("deliver").name, ids=_asked_for(ctx.triggered_id))
            known: DeliveryState = next((name for name in DELIVERY_STATES if name == state), "failed")
            return _content(context, known, search if isinstance(search, str) else "")


def _asked_for(button: Mapping[str, Any]) -> list[int] | None:
    """Return whose button was pressed, None for that of all; nothing in it is trusted.

    Raises
    ------
    ThreadsError
        It is no button of this page.
    """
    which = button.get("delivery-again")
    if which == EVERY:
        return None
    if not isinstance(which, int) or isinstance(which, bool) or not 0 < which < 2**31:
        raise ThreadsError("not a delivery", source="delivery-again")
    return [which]


def _content(context: Context, state: DeliveryState, search: str) -> list[Component]:
    counts = context.store.outbox.counts()
    totals = {name: sum(one[name] for one in counts.values()) for name in DELIVERY_STATES}
    last = max(1, -(-totals[state] // ROWS))
    page = min(Filters.from_query(search).page, last)
    rows = context.store.outbox.listed(state, ROWS, (page - 1) * ROWS)
    return [
        _targets(context, counts),
        _tabs(state, totals),
        ui.panel(
            _(WORDS[state]).capitalize(),
            html.P(_again_button(EVERY, _("Try all again"))) if state == "failed" and rows else None,
            _table(rows, state) if rows else ui.empty(_(_NOTHING[state])),
            _pager(state, page, last) if last > 1 else None,
            note=_(_ABOUT[state]),
        ),
        ui.take_away(),
    ]


def _targets(context: Context, counts: Mapping[str, Mapping[DeliveryState, int]]) -> Component:
    try:
        targets = read_targets(context.settings)
    except SettingError as error:
        return ui.panel(_("Targets"), ui.problem(explained(error)))
    if not targets and not counts:
        return ui.panel(
            _("Targets"),
            ui.empty(
                _(
                    "There is no target. The file {delivery_file} would name them; docs/delivery.md "
                    "shows how.",
                    delivery_file=context.settings.delivery_file,
                )
            ),
        )
    known = [_target_row(context, target, counts) for target in targets]
    gone = [
        _row(name, _("no longer in the file"), "–", counts[name])
        for name in counts
        if name not in {target.name for target in targets}
    ]
    heads = (_("target"), _("platform"), _("not taken up"), *(_(WORDS[state]) for state in DELIVERY_STATES))
    return ui.panel(
        _("Targets"),
        html.Div(
            html.Table(
                [
                    html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                    html.Tbody([*known, *gone]),
                ],
            ),
            className="wide",
            tabIndex=0,
            role="region",
            **ui.hyphenated(aria_label=_("Targets")),
        ),
        note=_("Not taken up are decisions that btl deliver has not seen yet."),
    )


def _target_row(
    context: Context, target: Target, counts: Mapping[str, Mapping[DeliveryState, int]]
) -> Component:
    planned = context.store.outbox.planned([target.route])
    new = sum(1 for one in islice(planned, MOST_COUNTED) if one.id is None)
    shown_new = number(new) if new < MOST_COUNTED else _("{most} or more", most=number(MOST_COUNTED))
    return _row(target.name, target.platform.name, shown_new, counts.get(target.name, {}))


def _row(name: str, platform: str, new: str, counts: Mapping[DeliveryState, int]) -> Component:
    cells = (platform, new, *(number(counts.get(state, 0)) for state in DELIVERY_STATES))
    return html.Tr([html.Td(cell) for cell in (name, *cells)])


def _tabs(state: DeliveryState, totals: Mapping[DeliveryState, int]) -> Component:
    return html.Nav(
        [
            dcc.Link(
                f"{_(WORDS[name])} {number(totals[name])}",
                href=f"/deliveries/{name}",
                className="on" if name == state else "",
            )
            for name in DELIVERY_STATES
        ],
        className="states",
        **ui.hyphenated(aria_label=_("State of the deliveries")),
    )


def _table(rows: Sequence[Delivery], state: DeliveryState) -> Component:
    heads = [_("target"), _("comment"), _("decided"), _("attempts"), _("answer")]
    if state in _WHEN:
        heads.append(_(_WHEN[state]))
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody([html.Tr(_cells(row, state)) for row in rows]),
            ]
        ),
        className="wide",
        tabIndex=0,
        role="region",
        **ui.hyphenated(aria_label=_("Deliveries")),
    )


def _cells(row: Delivery, state: DeliveryState) -> list[Component]:
    told = (
        _("{state}, told {action}", state=_(row.after_state), action=row.action)
        if row.action
        else _(row.after_state)
    )
    cells: list[Component] = [
        html.Td(row.target),
        html.Td(
            [
                html.Strong(shown(one_line(ui.author_name(row.author), 40))),
                html.Br(),
                dcc.Link(
                    shown(one_line(row.excerpt, 60) or _("(no text is kept)")),
                    href=ui.link_to(row.comment_id, ui.thread_path(row.thread_id)),
                    title=one_line(row.comment_id, 100),
                ),
            ],
            className="answer",
        ),
        html.Td([told, html.Br(), html.Small(_moment(row.decided_at), className="muted")]),
        html.Td(number(row.attempts)),
        html.Td(shown(one_line(row.answer or "–", 300)), className="answer"),
    ]
    if state == "failed":
        cells.append(html.Td(_again_button(row.id, _("Try again"))))
    elif state in _WHEN:
        cells.append(html.Td(_moment(row.delivered_at if state == "delivered" else row.next_at)))
    return cells


def _moment(value: datetime | None) -> str:
    return moment(value) if value else "–"


def _again_button(which: int | str, label: str) -> Component:
    return html.Button(label, id={"delivery-again": which}, className="button")


def _pager(state: str, page: int, last: int) -> Component:
    return html.Nav(
        [
            dcc.Link(_("← before"), href=f"/deliveries/{state}?page={page - 1}") if page > 1 else None,
            html.Span(_("page {page} of {last}", page=page, last=last)),
            dcc.Link(_("after →"), href=f"/deliveries/{state}?page={page + 1}") if page < last else None,
        ],
        className="pager",
        **ui.hyphenated(aria_label=_("Pages of deliveries")),
    )
