"""The bar of filters that pages share, and the callbacks behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components import clear_button, empty
from dashboard.figures import STANCES
from dashboard.filters import NO_NAME, TONES, Filters
from dashboard.pages.base import Choices, Context, FilteredPage, View, find_page
from dashboard.security.access import needs
from dashboard.text import one_line
from threads.language import N_, _, ngettext, number

PEOPLE_OFFERED: Final = 50
DEPTH_WORDS: Final = {"1": N_("to the article"), "2": N_("to a comment"), "4": N_("deep, 4 or more down")}


def filtered_layout(page: FilteredPage, context: Context, rest: str, search: str) -> Component:
    """Return the bar of filters and, under it, the page's content."""
    subject, filters = page.subject(context, rest), Filters.from_query(search)
    view = subject.view(filters)
    return html.Div(
        [
            dcc.Location(id="filter-url", refresh="callback-nav"),
            _bar(subject.choices(), filters, view, _download(rest, filters)),
            dcc.Store(id="filter-drawn", data=search),
            dcc.Store(id="filter-anew"),
            html.Div(_content(view, filters), id="filtered-content"),
        ]
    )


def register_filters(app: Dash, context: Context, pages: tuple[FilteredPage, ...]) -> None:
    """Add the callbacks that keep address, controls and content together."""

    @app.callback(
        Output("filter-url", "search"),
        Output("filter-authors", "value"),
        Output("filter-stances", "value"),
        Output("filter-tones", "value"),
        Output("filter-depth", "value"),
        Output("filter-since", "value"),
        Output("filter-until", "value"),
        Output("filter-text", "value"),
        Output("filter-count", "children"),
        Output("filter-download", "href"),
        Output("filtered-content", "children"),
        Output("filter-drawn", "data"),
        Input("filter-url", "search"),
        Input("filter-authors", "value"),
        Input("filter-stances", "value"),
        Input("filter-tones", "value"),
        Input("filter-depth", "value"),
        Input("filter-since", "value"),
        Input("filter-until", "value"),
        Input("filter-text", "value"),
        Input("filter-clear", "n_clicks"),
        Input("filter-anew", "data"),
        State("filter-url", "pathname"),
        State("filter-drawn", "data"),
        prevent_initial_call=True,
    )
    @needs("view")
    def refresh(
        search: str | None,
        authors: list[str] | None,
        stances: list[str] | None,
        tones: list[str] | None,
        depth: str | None,
        since: str | None,
        until: str | None,
        text: str | None,
        _clear: int | None,
        _anew: Any,
        pathname: str,
        drawn: Any,
    ) -> tuple[Any, ...]:
        if ctx.triggered_id == "filter-url" and (search or "") == drawn:
            return (no_update,) * 12  # the page came with what this address asks for
        page, rest = find_page(pages, pathname)
        now = Filters.from_query(search)
        if ctx.triggered_id == "filter-anew":  # comments came while the page is open
            view = page.subject(context, rest).view(now)
            return (*(no_update,) * 8, count_text(view), no_update, _content(view, now), no_update)
        if ctx.triggered_id == "filter-url":
            filters = now
        elif ctx.triggered_id == "filter-clear":
            filters = Filters(compared=now.compared, by=now.by)
        else:
            chosen = Filters(
                authors=tuple(authors or ()),
                stances=tuple(stances or ()),
                tones=tuple(tones or ()),
                depth=depth or "",
                compared=now.compared,
                by=now.by,
            )
            # By way of an address: what came from a browser is read as what stands in one.
            filters = Filters.from_query(chosen.query(**_pairs(since, until, text)))
        if ctx.triggered_id != "filter-url" and filters.query() == (search or ""):
            return (no_update,) * 12
        view = page.subject(context, rest).view(filters)
        return (
            no_update if ctx.triggered_id == "filter-url" else filters.query(),
            *control_values(filters),
            count_text(view),
            _download(rest, filters),
            _content(view, filters),
            filters.query() if ctx.triggered_id != "filter-url" else search or "",
        )

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
        return _offered(found, kept)

    app.clientside_callback(
        "(n) => n % 2 ? 'filters open' : 'filters'",
        Output("filters", "className"),
        Input("filter-toggle", "n_clicks"),
        prevent_initial_call=True,
    )


def control_values(
    filters: Filters,
) -> tuple[list[str], list[str], list[str], str | None, str | None, str | None, str]:
    """Return what the seven controls show for `filters`."""
    return (
        list(filters.authors),
        list(filters.stances),
        list(filters.tones),
        filters.depth or None,
        None if filters.since is None else f"{filters.since:%Y-%m-%d %H:%M:%S}",
        None if filters.until is None else f"{filters.until:%Y-%m-%d %H:%M:%S}",
        filters.text,
    )


def count_text(view: View) -> str:
    """Return how many of how many comments are shown."""
    return ngettext(
        "{chosen} of {number} comment",
        "{chosen} of {number} comments",
        view.total,
        chosen=number(view.chosen),
    )


def _content(view: View, filters: Filters) -> list[Component]:
    return [*(empty(problem) for problem in filters.problems), *view.content]


def _download(rest: str, filters: Filters) -> str:
    return f"/export.csv{filters.query(**({'thread': rest} if rest else {}))}"


def _pairs(since: str | None, until: str | None, text: str | None) -> dict[str, str]:
    return {name: value for name, value in (("from", since), ("to", until), ("q", text)) if value}


def _bar(choices: Choices, filters: Filters, view: View, download: str) -> Component:
    authors, stances, tones, depth, since, until, text = control_values(filters)
    return html.Div(
        [
            html.Button(_("Filters"), id="filter-toggle", className="filter-toggle"),
            html.Div(
                [
                    dmc.MultiSelect(
                        id="filter-authors",
                        label=_("People"),
                        placeholder=_("anyone") if not authors else "",
                        data=_offered(choices.people, authors),
                        value=authors,
                        searchable=True,
                        clearable=True,
                        clearButtonProps=clear_button(),
                        nothingFoundMessage=_("Nobody of that name"),
                        size="xs",
                    ),
                    _several(
                        "filter-stances", _("Stance toward the article"), _("any"), list(STANCES), stances
                    ),
                    _several("filter-tones", _("Sentiment"), _("any"), list(TONES), tones),
                    dmc.Select(
                        id="filter-depth",
                        label=_("Answers"),
                        placeholder=_("to anything"),
                        data=[{"value": value, "label": _(word)} for value, word in DEPTH_WORDS.items()],
                        value=depth,
                        clearable=True,
                        clearButtonProps=clear_button(),
                        size="xs",
                    ),
                    _time_control("filter-since", _("From (UTC)"), since, choices),
                    _time_control("filter-until", _("To (UTC)"), until, choices),
                    dmc.TextInput(
                        id="filter-text",
                        label=_("Text contains"),
                        placeholder=_("any text"),
                        value=text,
                        debounce=400,
                        size="xs",
                    ),
                ],
                className="controls",
            ),
            html.Div(
                [
                    html.Span(count_text(view), id="filter-count", role="status"),
                    html.Button(_("Show all"), id="filter-clear", className="link"),
                    html.A(
                        _("Download CSV"),
                        id="filter-download",
                        href=download,
                        download="",
                        className="button",
                    ),
                ],
                className="filter-result",
            ),
        ],
        id="filters",
        className="filters",
    )


def _offered(people: Sequence[str], chosen: Sequence[str]) -> list[dict[str, str]]:
    """Return the first names to choose from, and those that are chosen, without which they could not show."""
    names = dict.fromkeys([*chosen, *people[:PEOPLE_OFFERED]])
    return [{"value": name, "label": _(name) if name == NO_NAME else one_line(name, 60)} for name in names]


def _several(name: str, label: str, placeholder: str, words: list[str], value: list[str]) -> Component:
    return dmc.MultiSelect(
        id=name,
        label=label,
        placeholder=placeholder if not value else "",
        data=[{"value": word, "label": _(word)} for word in words],
        value=value,
        clearable=True,
        clearButtonProps=clear_button(),
        size="xs",
    )


def _time_control(name: str, label: str, value: str | None, choices: Choices) -> Component:
    return dmc.DateTimePicker(
        id=name,
        label=label,
        placeholder=_("any time"),
        value=value,
        valueFormat="DD MMM YYYY HH:mm",
        defaultDate=_day(choices.first),
        minDate=_day(choices.first),
        maxDate=_day(choices.last),
        clearable=True,
        clearButtonProps=clear_button(),
        size="xs",
    )


def _day(time: datetime | None) -> str | None:
    return None if time is None else f"{time:%Y-%m-%d}"
