"""The bar of filters that overview and thread share, and the one callback behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
import pandas as pd
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components import CLEAR_BUTTON, counted, empty
from dashboard.figures import STANCES
from dashboard.filters import Filters, author_choices
from dashboard.pages.base import Context, FilteredPage, find_page
from dashboard.security.access import needs
from dashboard.text import one_line


def filtered_layout(page: FilteredPage, context: Context, rest: str, search: str) -> Component:
    """Return the bar of filters and, under it, the page's content."""
    frame, filters = page.comments(context, rest), Filters.from_query(search)
    return html.Div(
        [
            dcc.Location(id="filter-url", refresh="callback-nav"),
            _bar(frame, filters, _download(page, rest, filters)),
            html.Div(_content(page, context, rest, frame, filters), id="filtered-content"),
        ]
    )


def register_filters(app: Dash, context: Context, pages: tuple[FilteredPage, ...]) -> None:
    """Add the callback that keeps address, controls and content together."""

    @app.callback(
        Output("filter-url", "search"),
        Output("filter-authors", "value"),
        Output("filter-stances", "value"),
        Output("filter-since", "value"),
        Output("filter-until", "value"),
        Output("filter-text", "value"),
        Output("filter-count", "children"),
        Output("filter-download", "href"),
        Output("filtered-content", "children"),
        Input("filter-url", "search"),
        Input("filter-authors", "value"),
        Input("filter-stances", "value"),
        Input("filter-since", "value"),
        Input("filter-until", "value"),
        Input("filter-text", "value"),
        Input("filter-clear", "n_clicks"),
        State("filter-url", "pathname"),
        prevent_initial_call=True,
    )
    @needs("view")
    def refresh(
        search: str | None,
        authors: list[str] | None,
        stances: list[str] | None,
        since: str | None,
        until: str | None,
        text: str | None,
        _clear: int | None,
        pathname: str,
    ) -> tuple[Any, ...]:
        page, rest = find_page(pages, pathname)
        if ctx.triggered_id == "filter-url":
            filters = Filters.from_query(search)
        elif ctx.triggered_id == "filter-clear":
            filters = Filters()
        else:
            filters = Filters.from_query(Filters().query(**_pairs(since, until, text)))
            filters = replace(filters, authors=tuple(authors or ()), stances=tuple(stances or ()))
        if ctx.triggered_id != "filter-url" and filters.query() == (search or ""):
            return (no_update,) * 9
        frame = page.comments(context, rest)
        return (
            no_update if ctx.triggered_id == "filter-url" else filters.query(),
            *control_values(filters),
            count_text(frame, filters),
            _download(page, rest, filters),
            _content(page, context, rest, frame, filters),
        )

    app.clientside_callback(
        "(n) => n % 2 ? 'filters open' : 'filters'",
        Output("filters", "className"),
        Input("filter-toggle", "n_clicks"),
        prevent_initial_call=True,
    )


def control_values(filters: Filters) -> tuple[list[str], list[str], str | None, str | None, str]:
    """Return what the five controls show for `filters`."""
    return (
        list(filters.authors),
        list(filters.stances),
        None if filters.since is None else f"{filters.since:%Y-%m-%d %H:%M:%S}",
        None if filters.until is None else f"{filters.until:%Y-%m-%d %H:%M:%S}",
        filters.text,
    )


def count_text(frame: pd.DataFrame, filters: Filters) -> str:
    """Return how many of how many comments are shown."""
    return f"{len(filters.apply(frame)):,} of {counted(len(frame), 'comment')}"


def _content(
    page: FilteredPage, context: Context, rest: str, frame: pd.DataFrame, filters: Filters
) -> list[Component]:
    return [*(empty(problem) for problem in filters.problems), *page.content(context, rest, frame, filters)]


def _download(page: FilteredPage, rest: str, filters: Filters) -> str:
    return f"/export.csv{filters.query(**({'thread': rest} if page.path != '/' else {}))}"


def _pairs(since: str | None, until: str | None, text: str | None) -> dict[str, str]:
    return {name: value for name, value in (("from", since), ("to", until), ("q", text)) if value}


def _bar(frame: pd.DataFrame, filters: Filters, download: str) -> Component:
    authors, stances, since, until, text = control_values(filters)
    names = author_choices(frame).value_counts()
    return html.Div(
        [
            html.Button("Filters", id="filter-toggle", className="filter-toggle"),
            html.Div(
                [
                    dmc.MultiSelect(
                        id="filter-authors",
                        label="People",
                        placeholder="anyone" if not authors else "",
                        data=[{"value": name, "label": one_line(name, 60)} for name in names.index],
                        value=authors,
                        searchable=True,
                        clearable=True,
                        clearButtonProps=CLEAR_BUTTON,
                        limit=50,
                        size="xs",
                    ),
                    dmc.MultiSelect(
                        id="filter-stances",
                        label="Stance toward the article",
                        placeholder="any" if not stances else "",
                        data=list(STANCES),
                        value=stances,
                        clearable=True,
                        clearButtonProps=CLEAR_BUTTON,
                        size="xs",
                    ),
                    _time_control("filter-since", "From (UTC)", since, frame),
                    _time_control("filter-until", "To (UTC)", until, frame),
                    dmc.TextInput(
                        id="filter-text",
                        label="Text contains",
                        placeholder="any text",
                        value=text,
                        debounce=400,
                        size="xs",
                    ),
                ],
                className="controls",
            ),
            html.Div(
                [
                    html.Span(count_text(frame, filters), id="filter-count", role="status"),
                    html.Button("Show all", id="filter-clear", className="link"),
                    html.A(
                        "Download CSV", id="filter-download", href=download, download="", className="button"
                    ),
                ],
                className="filter-result",
            ),
        ],
        id="filters",
        className="filters",
    )


def _time_control(name: str, label: str, value: str | None, frame: pd.DataFrame) -> Component:
    first, last = frame["published_at"].min(), frame["published_at"].max()
    return dmc.DateTimePicker(
        id=name,
        label=label,
        placeholder="any time",
        value=value,
        valueFormat="DD MMM YYYY HH:mm",
        defaultDate=None if pd.isna(first) else f"{first:%Y-%m-%d}",
        minDate=None if pd.isna(first) else f"{first:%Y-%m-%d}",
        maxDate=None if pd.isna(last) else f"{last:%Y-%m-%d}",
        clearable=True,
        clearButtonProps=CLEAR_BUTTON,
        size="xs",
    )
