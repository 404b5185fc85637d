"""The bar of filters that pages share: what is offered, what is chosen, and how many comments pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.util import find_spec
from typing import Any, Final

import dash_mantine_components as dmc
from dash.development.base_component import Component

from dashboard.components import clear_button, hyphenated
from dashboard.elements import html
from dashboard.figures import STANCES
from dashboard.filters import NO_NAME, TONES, Filters
from dashboard.pages.base import Choices, View
from dashboard.text import one_line
from threads.language import N_, _, counted, ngettext, number

PEOPLE_OFFERED: Final = 50
DEPTH_WORDS: Final = {"1": N_("to the article"), "2": N_("to a comment"), "4": N_("deep, 4 or more down")}


def filter_bar(choices: Choices, filters: Filters, view: View, downloads: list[Component]) -> Component:
    """Return the filters used most in one row, those behind a button, and what is left of the comments."""
    authors, stances, tones, _depth, _topic, _since, _until, text = control_values(filters)
    every, others = set_texts(filters)
    first = [
        dmc.MultiSelect(
            id="filter-authors",
            label=_("People"),
            placeholder=_("anyone") if not authors else "",
            data=people_offered(choices.people, authors),
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


def set_texts(filters: Filters) -> tuple[str, str]:
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


def downloads_of(rest: str, filters: Filters, view: View) -> list[Component]:
    """Return links to what is shown as files, none where nothing is; Parquet needs an extra."""
    if view.chosen == 0:
        return []
    query = filters.query(**({"thread": rest} if rest else {}))
    kinds = {"csv": _("Download CSV"), "ndjson": "NDJSON", "parquet": _("Parquet")}
    return [
        html.A(name, id=f"filter-{kind}", href=f"/export.{kind}{query}", download="", className="button")
        for kind, name in kinds.items()
        if kind != "parquet" or find_spec("pyarrow")
    ]


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
            _one_of("filter-topic", _("Topic"), _("any"), topics_offered({}, topic), topic),
            hidden=not choices.by_topic,
        ),
        _time_control("filter-since", _("From (UTC)"), since, choices),
        _time_control("filter-until", _("To (UTC)"), until, choices),
    ]


def topics_offered(found: Mapping[str, str], chosen: Any) -> list[dict[str, str]]:
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


def people_offered(people: Sequence[str], chosen: Sequence[str]) -> list[dict[str, str]]:
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
        valueFormat=_("DD MMM YYYY HH:mm"),
        defaultDate=_day(choices.first),
        minDate=_day(choices.first),
        maxDate=_day(choices.last),
        clearable=True,
        clearButtonProps=clear_button(),
        size="xs",
    )


def _day(time: datetime | None) -> str | None:
    return None if time is None else f"{time:%Y-%m-%d}"
