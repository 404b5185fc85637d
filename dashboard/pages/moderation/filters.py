"""The tabs, the order and the filters of the queue; all of them are the address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.components import clear_button
from dashboard.elements import html
from dashboard.pages.base import Context
from dashboard.pages.moderation.address import PATH, Address
from dashboard.security.access import may
from dashboard.text import one_line
from threads.errors import StoreError
from threads.language import N_, _, localised, moment, number
from threads.moderation.decisions import REASONS
from threads.moderation.queue_filter import LONGEST_SEARCH, VIEWS, QueueFilter, View
from threads.moderation.rules import RULES, title_of

ORDERS = {"risk": N_("riskiest first"), "age": N_("oldest first"), "thread": N_("by thread")}

# What each control sets, in the order in which the browser is given their values.
CONTROLS = (
    "order",
    "text",
    "rule",
    "author",
    "since",
    "until",
    "risk_from",
    "risk_to",
    "offensive_from",
    "offensive_to",
    "decided_by",
    "reason",
)
KEPT = ("view", "thread_id", "state", "claimed_by")  # what no control shows and every one leaves as it is
SAID = {
    "rule": N_("rule"),
    "thread_id": N_("thread"),
    "author": N_("author"),
    "text": N_("text"),
    "since": N_("from"),
    "until": N_("before"),
    "risk_from": N_("times over the limit from"),
    "risk_to": N_("times over the limit to"),
    "offensive_from": N_("offensive from"),
    "offensive_to": N_("offensive to"),
    "decided_by": N_("decided by"),
    "reason": N_("rejected for"),
    "claimed_by": N_("claimed by"),
    "state": N_("state"),
}


_ABOUT: Mapping[View, str] = {
    "new": N_("no rule flagged it, and nobody has decided"),
    "flagged": N_("a rule flagged it, and nobody has decided"),
    "reported": N_("flagged because the platform reported it"),
    "held": N_("put off until later"),
    "escalated": N_("for an admin to decide"),
}


def tabs(address: Address | None, counts: Mapping[View, int], due: int) -> Component:
    """Return the views with their counts; no `address` is the tab of second looks; `due` is their count."""
    current = None if address is None else address.chosen.view
    links = [
        dcc.Link(
            [f"{_(view)} ", html.Span(number(counts[view]), id=f"queue-count-{view}")],
            href=(address or Address(QueueFilter())).with_(view=view),
            className=_tab_class(view, current, counts),
            title=_(_ABOUT[view]) if view in _ABOUT else None,
        )
        for view in VIEWS
    ]
    second = dcc.Link(
        [_("second look"), " ", html.Span(number(due), id="queue-count-second")],
        href=f"{PATH}/second",
        className="on" if address is None else "",
    )
    return html.Nav([*links, second], className="states", **ui.hyphenated(aria_label=_("Views of the queue")))


def _tab_class(view: View, current: View | None, counts: Mapping[View, int]) -> str:
    """Return how a tab looks; an admin is asked to look at what was escalated."""
    asked = view == "escalated" and counts[view] > 0 and may("undo_others")
    return " ".join(name for name, holds in (("on", view == current), ("asked", asked)) if holds)


def bar(context: Context, address: Address) -> Component:
    """Return search, order and filters, and what is restricted at present."""
    values = control_values(address.chosen)
    active = address.restrictions
    return html.Div(
        [
            html.Div(
                [
                    dmc.TextInput(
                        id="queue-by-text",
                        label=_("Search"),
                        placeholder=_("any text"),
                        value=values["text"] or "",
                        debounce=400,
                        size="xs",
                        attributes={"input": {"maxLength": LONGEST_SEARCH}},
                    ),
                    dmc.Select(
                        id="queue-by-order",
                        label=_("Order"),
                        data=[{"value": value, "label": _(label)} for value, label in ORDERS.items()],
                        value=values["order"],
                        allowDeselect=False,
                        size="xs",
                    ),
                ],
                className="controls two",
            ),
            html.Details(
                [html.Summary(_("Filters")), html.Div(_controls(values), className="controls")],
                className="queue-filters",
                open=bool(active.keys() - {"text", "thread_id"}),
            ),
            html.P(
                [_chip(context, address, name, value) for name, value in active.items()], className="chips"
            )
            if active
            else None,
        ],
        className="queue-search",
    )


def control_values(chosen: QueueFilter) -> dict[str, Any]:
    """Return what each control shows for a filter."""
    values: dict[str, Any] = {name: getattr(chosen, name) for name in CONTROLS}
    for name in ("since", "until"):
        values[name] = None if values[name] is None else f"{values[name]:%Y-%m-%d %H:%M:%S}"
    return values


def attributes(address: Address) -> dict[str, str]:
    """Return what the browser needs to make an address of the controls."""
    chosen, query = address.chosen, address.chosen.to_query()
    return ui.hyphenated(
        data_controls=json.dumps(control_values(chosen)),
        data_kept=json.dumps({name: query[name] for name in KEPT if name in query}),
    )


def register(app: Dash) -> None:
    """Let every control change the address; the browser makes it, and the page follows it."""
    app.clientside_callback(
        ClientsideFunction("queue", "search"),
        Output("url", "search", allow_duplicate=True),
        *(Input(f"queue-by-{name.replace('_', '-')}", "value") for name in CONTROLS),
        prevent_initial_call=True,
    )


def _controls(values: Mapping[str, Any]) -> list[Component]:
    return [
        _select("rule", _("Rule"), {rule.name: _(rule.title) for rule in RULES}, values),
        dmc.TextInput(
            id="queue-by-author", label=_("Author"), value=values["author"] or "", debounce=600, size="xs"
        ),
        _time("since", _("From (UTC)"), values),
        _time("until", _("Before (UTC)"), values),
        _number("risk_from", _("Times over the limit, from"), values, 0.5),
        _number("risk_to", _("Times over the limit, to"), values, 0.5),
        _number("offensive_from", _("Offensive from (0 to 1)"), values, 0.05),
        _number("offensive_to", _("Offensive to (0 to 1)"), values, 0.05),
        dmc.TextInput(
            id="queue-by-decided-by",
            label=_("Decided by"),
            value=values["decided_by"] or "",
            debounce=600,
            size="xs",
        ),
        _select("reason", _("Rejected for"), {name: _(said) for name, said in REASONS.items()}, values),
    ]


def _select(name: str, label: str, options: Mapping[str, str], values: Mapping[str, Any]) -> Component:
    return dmc.Select(
        id=f"queue-by-{name}",
        label=label,
        placeholder=_("any"),
        data=[{"value": value, "label": text} for value, text in options.items()],
        value=values[name],
        clearable=True,
        clearButtonProps=clear_button(),
        size="xs",
    )


def _number(name: str, label: str, values: Mapping[str, Any], step: float) -> Component:
    return dmc.NumberInput(
        id=f"queue-by-{name.replace('_', '-')}",
        label=label,
        value="" if values[name] is None else values[name],
        min=0,
        step=step,
        decimalSeparator=localised("."),
        allowedDecimalSeparators=[".", ","],
        debounce=600,
        hideControls=True,
        size="xs",
    )


def _time(name: str, label: str, values: Mapping[str, Any]) -> Component:
    return dmc.DateTimePicker(
        id=f"queue-by-{name}",
        label=label,
        placeholder=_("any time"),
        value=values[name],
        valueFormat=_("DD MMM YYYY HH:mm"),
        clearable=True,
        clearButtonProps=clear_button(),
        size="xs",
    )


def _chip(context: Context, address: Address, name: str, value: str) -> Component:
    said = _said(context, address, name, value)
    return dcc.Link(
        [f"{_(SAID[name])} {said} ", html.Span("×", **ui.hyphenated(aria_hidden="true"))],
        href=address.with_(**{name: None}),
        className="chip",
        title=_("Show all again: without {filter} {said}", filter=_(SAID[name]), said=said),
    )


def _said(context: Context, address: Address, name: str, value: str) -> str:
    if name == "thread_id":
        try:
            return one_line(ui.title_of(context.store.discussion(value).title, None), 60)
        except StoreError:
            return one_line(value, 40)
    if name in {"since", "until"}:
        return f"{moment(getattr(address.chosen, name))} UTC"
    if name == "rule":
        return one_line(title_of(value), 60)
    return REASONS.get(value, one_line(value, 60)) if name == "reason" else one_line(value, 60)
