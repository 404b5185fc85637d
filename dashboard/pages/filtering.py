"""The bar of filters that pages share, and the callbacks behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.util import find_spec
from typing import Any, Final

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, no_update
from dash.development.base_component import Component

from dashboard.components import clear_button, empty, hyphenated
from dashboard.elements import html
from dashboard.figures import STANCES
from dashboard.filters import NO_NAME, TONES, Filters
from dashboard.pages.base import Choices, Context, FilteredPage, View, find_page
from dashboard.security.access import needs
from dashboard.text import one_line
from threads.language import N_, _, counted, ngettext, number

PEOPLE_OFFERED: Final = 50
OUTPUTS: Final = 15  # of the callback that keeps everything together
DEPTH_WORDS: Final = {"1": N_("to the article"), "2": N_("to a comment"), "4": N_("deep, 4 or more down")}


def filtered_layout(page: FilteredPage, context: Context, rest: str, search: str) -> Component:
    """Return the bar of filters and, under it, the page's content."""
    subject = page.subject(context, rest)
    filters = subject.checked(Filters.from_query(search))
    view = subject.view(filters)
    return html.Div(
        [
            dcc.Location(id="filter-url", refresh="callback-nav"),
            _bar(subject.choices(), filters, view, _downloads(rest, filters)),
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
        Output("filter-topic", "value"),
        Output("filter-since", "value"),
        Output("filter-until", "value"),
        Output("filter-text", "value"),
        Output("filter-toggle", "children"),
        Output("filter-more", "children"),
        Output("filter-count", "children"),
        Output("filter-downloads", "children"),
        Output("filtered-content", "children"),
        Output("filter-drawn", "data"),
        Input("filter-url", "search"),
        Input("filter-authors", "value"),
        Input("filter-stances", "value"),
        Input("filter-tones", "value"),
        Input("filter-depth", "value"),
        Input("filter-topic", "value"),
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
        topic: str | None,
        since: str | None,
        until: str | None,
        text: str | None,
        _clear: int | None,
        _anew: Any,
        pathname: str,
        drawn: Any,
    ) -> tuple[Any, ...]:
        if ctx.triggered_id == "filter-url" and (search or "") == drawn:
            return (no_update,) * OUTPUTS  # the page came with what this address asks for
        page, rest = find_page(pages, pathname)
        subject, now = page.subject(context, rest), Filters.from_query(search)
        if ctx.triggered_id == "filter-anew":  # comments came while the page is open
            now = subject.checked(now)
            view = subject.view(now)
            return (
                *(no_update,) * (OUTPUTS - 4),
                count_text(view),
                no_update,
                _content(view, now),
                no_update,
            )
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
                topic=topic or "",
                compared=now.compared,
                by=now.by,
            )
            # By way of an address: what came from a browser is read as what stands in one.
            filters = Filters.from_query(chosen.query(**_pairs(since, until, text)))
        if ctx.triggered_id != "filter-url" and filters.query() == (search or ""):
            return (no_update,) * OUTPUTS
        filters = subject.checked(filters)
        view = subject.view(filters)
        return (
            no_update if ctx.triggered_id == "filter-url" else filters.query(),
            *control_values(filters),
            *_set_texts(filters),
            count_text(view),
            _downloads(rest, filters),
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
        return _topics_offered(found, chosen), _("any") if found else _("none stands out")

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


def control_values(
    filters: Filters,
) -> tuple[list[str], list[str], list[str], str | None, str | None, str | None, str | None, str]:
    """Return what the eight controls show for `filters`."""
    return (
        list(filters.authors),
        list(filters.stances),
        list(filters.tones),
        filters.depth or None,
        filters.topic or None,
        None if filters.since is None else f"{filters.since:%Y-%m-%d %H:%M:%S}",
        None if filters.until is None else f"{filters.until:%Y-%m-%d %H:%M:%S}",
        filters.text,
    )


def _set_texts(filters: Filters) -> tuple[str, str]:
    """Return what the buttons say that unfold filters: all of them on a phone, and those behind the first."""
    first = sum(map(bool, (filters.authors, filters.stances, filters.tones, filters.text)))
    others = sum(map(bool, (filters.depth, filters.topic, filters.since, filters.until)))
    both = first + others
    return (
        ngettext("Filters: {number} set", "Filters: {number} set", both) if both else _("Filters"),
        ngettext("More filters: {number} set", "More filters: {number} set", others)
        if others
        else _("More filters"),
    )


def count_text(view: View) -> str:
    """Return how many of how many comments are shown."""
    if view.chosen is None:
        return counted(view.total, "comment", "comments")
    return ngettext(
        "{chosen} of {number} comment",
        "{chosen} of {number} comments",
        view.total,
        chosen=number(view.chosen),
    )


def _content(view: View, filters: Filters) -> list[Component]:
    return [*(empty(problem) for problem in filters.problems), *view.content]


def _downloads(rest: str, filters: Filters) -> list[Component]:
    """Return links to what is shown as files; Parquet needs an extra."""
    query = filters.query(**({"thread": rest} if rest else {}))
    kinds = {"csv": _("Download CSV"), "ndjson": "NDJSON", "parquet": _("Parquet")}
    return [
        html.A(name, id=f"filter-{kind}", href=f"/export.{kind}{query}", download="", className="button")
        for kind, name in kinds.items()
        if kind != "parquet" or find_spec("pyarrow")
    ]


def _pairs(since: str | None, until: str | None, text: str | None) -> dict[str, str]:
    return {name: value for name, value in (("from", since), ("to", until), ("q", text)) if value}


def _bar(choices: Choices, filters: Filters, view: View, downloads: list[Component]) -> Component:
    """Return the filters used most in one row, those behind a button, and what is left of the comments."""
    authors, stances, tones, _depth, _topic, _since, _until, text = control_values(filters)
    every, others = _set_texts(filters)
    first = [
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
        _several("filter-stances", _("Stance"), _("any"), list(STANCES), stances),
        _several("filter-tones", _("Sentiment"), _("any"), list(TONES), tones),
        dmc.TextInput(
            id="filter-text",
            label=_("Text contains"),
            placeholder=_("any text"),
            value=text,
            debounce=400,
            size="xs",
        ),
    ]
    result = [
        html.Span(count_text(view), id="filter-count", role="status"),
        html.Button(_("Show all"), id="filter-clear", className="link"),
        html.Span(downloads, id="filter-downloads", className="buttons"),
    ]
    return html.Div(
        [
            _unfolding("filter-toggle", every, "filter-first"),
            html.Div(first, id="filter-first", className="controls"),
            _unfolding("filter-more", others, "filter-others"),
            html.Div(result, className="filter-result"),
            html.Div(_others(choices, filters), id="filter-others", className="controls", hidden=True),
        ],
        id="filters",
        className="filters",
    )


def _unfolding(name: str, text: str, what: str) -> Component:
    return html.Button(
        text,
        id=name,
        type="button",
        className="unfolds",
        **hyphenated(aria_expanded="false", aria_controls=what),
    )


def _others(choices: Choices, filters: Filters) -> list[Component]:
    """Return the filters behind the button: whom comments answer, their topic, and a stretch of time."""
    _authors, _stances, _tones, depth, topic, since, until, _text = control_values(filters)
    return [
        _one_of(
            "filter-depth",
            _("Answers"),
            _("to anything"),
            [{"value": value, "label": _(word)} for value, word in DEPTH_WORDS.items()],
            depth,
        ),
        html.Div(
            _one_of("filter-topic", _("Topic"), _("any"), _topics_offered({}, topic), topic),
            hidden=not choices.by_topic,
        ),
        _time_control("filter-since", _("From (UTC)"), since, choices),
        _time_control("filter-until", _("To (UTC)"), until, choices),
    ]


def _topics_offered(found: Mapping[str, str], chosen: Any) -> list[dict[str, str]]:
    """Return the topics to choose from, and the one that is chosen, without which it could not show."""
    there = {chosen: chosen, **found} if isinstance(chosen, str) and chosen else found
    return [{"value": name, "label": one_line(words, 60)} for name, words in there.items()]


def _one_of(
    name: str, label: str, placeholder: str, data: list[dict[str, str]], value: str | None
) -> Component:
    return dmc.Select(
        id=name,
        label=label,
        placeholder=placeholder,
        data=data,
        value=value,
        clearable=True,
        clearButtonProps=clear_button(),
        size="xs",
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
