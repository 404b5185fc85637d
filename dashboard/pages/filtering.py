"""Pages with a bar of filters, and the callbacks that keep address, bar and content together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from dash import Dash, Input, Output, State, ctx, dcc, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.components import empty
from dashboard.elements import html
from dashboard.filters import Filters
from dashboard.pages.base import Context, FilteredPage, View, find_page
from dashboard.pages.filter_bar import (
    control_values,
    count_text,
    downloads_of,
    filter_bar,
    people_offered,
    set_texts,
    topics_offered,
)
from dashboard.security.access import needs
from threads.language import _

CONTROLS: Final = ("authors", "stances", "tones", "depth", "topic", "since", "until", "text")
DRAWN: Final = {
    "search": Output("filter-url", "search"),
    "controls": {name: Output(f"filter-{name}", "value") for name in CONTROLS},
    "buttons": (Output("filter-toggle", "children"), Output("filter-more", "children")),
    "count": Output("filter-count", "children"),
    "downloads": Output("filter-downloads", "children"),
    "content": Output("filtered-content", "children"),
    "drawn": Output("filter-drawn", "data"),
}
UNCHANGED: Final = {
    **dict.fromkeys(DRAWN, no_update),
    "controls": dict.fromkeys(CONTROLS, no_update),
    "buttons": (no_update, no_update),
}


def filtered_layout(page: FilteredPage, context: Context, rest: str, search: str) -> Component:
    """Return the bar of filters and, under it, the page's content."""
    subject = page.subject(context, rest)
    filters = subject.checked(Filters.from_query(search))
    view = subject.view(filters)
    return html.Div(
        [
            # What draws whole pages need not hear of a change of the filters: no refresh.
            dcc.Location(id="filter-url", refresh=False),
            filter_bar(subject.choices(), filters, view, downloads_of(rest, filters, view)),
            dcc.Store(id="filter-drawn", data=search),
            dcc.Store(id="filter-anew"),
            html.Div(_content(view, filters), id="filtered-content"),
        ]
    )


def register_filters(app: Dash, context: Context, pages: tuple[FilteredPage, ...]) -> None:
    """Add the callbacks that keep address, controls and content together."""
    _register_drawing(app, context, pages)
    _register_offers(app, context, pages)
    _register_unfolding(app)


def _register_drawing(app: Dash, context: Context, pages: tuple[FilteredPage, ...]) -> None:
    """Draw the page anew when its address, a control or what is stored has changed."""

    @app.callback(
        output=DRAWN,
        inputs={
            "search": Input("filter-url", "search"),
            "chosen": {name: Input(f"filter-{name}", "value") for name in CONTROLS},
            "clicks": (Input("filter-clear", "n_clicks"), Input("filter-anew", "data")),
            "pathname": State("filter-url", "pathname"),
            "drawn": State("filter-drawn", "data"),
        },
        prevent_initial_call=True,
    )
    @needs("view")
    def refresh(
        search: str | None, chosen: dict[str, Any], clicks: Any, pathname: str, drawn: Any
    ) -> dict[str, Any]:
        del clicks
        trigger, address = ctx.triggered_id, search or ""
        asked = _asked(trigger, address, chosen)
        # An address that the page came with, or that the controls say already, is drawn.
        same = address == drawn if trigger == "filter-url" else asked.query() == address
        if same and trigger != "filter-anew":
            raise PreventUpdate
        page, rest = find_page(pages, pathname)
        with context.store.one_view():
            subject = page.subject(context, rest)
            filters = subject.checked(asked)
            view = subject.view(filters)
        shown = {
            "count": count_text(view),
            "content": _content(view, filters),
            "downloads": downloads_of(rest, filters, view),
        }
        if trigger == "filter-anew":  # comments came while the page is open
            return {**UNCHANGED, **shown}
        return {
            **shown,
            "search": no_update if trigger == "filter-url" else filters.query(),
            "controls": _moved(chosen, dict(zip(CONTROLS, control_values(filters), strict=True))),
            "buttons": set_texts(filters),
            "drawn": address if trigger == "filter-url" else filters.query(),
        }


def _asked(trigger: Any, address: str, chosen: dict[str, Any]) -> Filters:
    """Return the filters that somebody asks for: by an address, by clearing them, or by the controls."""
    now = Filters.from_query(address)
    if trigger in {"filter-url", "filter-anew"}:
        return now
    kept = Filters(compared=now.compared, by=now.by)
    if trigger == "filter-clear":
        return kept
    filters = replace(
        kept,
        authors=tuple(chosen["authors"] or ()),
        stances=tuple(chosen["stances"] or ()),
        tones=tuple(chosen["tones"] or ()),
        depth=chosen["depth"] or "",
        topic=chosen["topic"] or "",
    )
    rest = {"from": chosen["since"], "to": chosen["until"], "q": chosen["text"]}
    # By way of an address: what came from a browser is read as what stands in one.
    return Filters.from_query(filters.query(**{name: value for name, value in rest.items() if value}))


def _moved(chosen: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what controls are to show anew; each that is set asks what it may offer."""
    return {
        name: no_update if (chosen[name] or None) == (value or None) else value
        for name, value in wanted.items()
    }


def _register_offers(app: Dash, context: Context, pages: tuple[FilteredPage, ...]) -> None:
    """Offer the people and topics that somebody looks for."""

    @app.callback(
        Output("filter-authors", "data"),
        Input("filter-authors", "searchValue"),
        Input("filter-authors", "value"),
        State("filter-url", "pathname"),
        prevent_initial_call=True,
    )
    @needs("view")
    def offer(sought: Any, chosen: Any, pathname: str) -> list[dict[str, str]]:
        page, rest = find_page(pages, pathname)
        people = page.subject(context, rest).choices().people
        needle = sought.casefold() if isinstance(sought, str) else ""
        found = [name for name in people if needle in name.casefold()] if needle else people
        kept = [name for name in chosen if isinstance(name, str)] if isinstance(chosen, list) else []
        return people_offered(found, kept)

    @app.callback(
        Output("filter-topic", "data"),
        Output("filter-topic", "placeholder"),
        Input("filter-more", "n_clicks"),
        Input("filter-toggle", "n_clicks"),
        Input("filter-topic", "value"),
        State("filter-url", "pathname"),
        prevent_initial_call=True,
    )
    @needs("view")
    def offer_topics(
        _more: Any, _toggle: Any, chosen: Any, pathname: str
    ) -> tuple[list[dict[str, str]], str]:
        page, rest = find_page(pages, pathname)
        found = page.subject(context, rest).topics()
        return topics_offered(found, chosen), _("any") if found else _("none stands out")


def _register_unfolding(app: Dash) -> None:
    """Show and hide filters, in the browser."""
    app.clientside_callback(
        "(n) => n % 2 ? ['filters open', 'true'] : ['filters', 'false']",
        Output("filters", "className"),
        Output("filter-toggle", "aria-expanded"),
        Input("filter-toggle", "n_clicks"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        "(n) => n % 2 ? [false, 'true'] : [true, 'false']",
        Output("filter-others", "hidden"),
        Output("filter-more", "aria-expanded"),
        Input("filter-more", "n_clicks"),
        prevent_initial_call=True,
    )


def _content(view: View, filters: Filters) -> list[Component]:
    return [*(empty(problem) for problem in filters.problems), *view.content]
