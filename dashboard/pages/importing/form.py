"""The form of the import page: what to read, what is known of it, and what the columns of a table are."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import available_timezones

import dash_mantine_components as dmc
from dash import dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard import table_columns
from dashboard.elements import html
from threads.language import _, number
from threads.settings import Settings
from threads.storage.mappings import SavedMappings


def form(settings: Settings) -> Component:
    """Return the form."""
    return html.Section(
        [
            dmc.Textarea(
                id="import-text",
                label=_("Pasted text"),
                description=_(
                    "up to {max_paste_characters} characters",
                    max_paste_characters=number(settings.max_paste_characters),
                )
                + (_(", or the address of a public page") if settings.fetch else ""),
                placeholder=_("Ann Lee\nMay 17, 2024 at 20:41\nAt last, a tunnel…"),
                autosize=True,
                minRows=12,
                maxRows=24,
                debounce=False,
                persistence=True,
                persistence_type="session",
            ),
            html.Div(
                dcc.Upload(
                    html.Button(_("or choose a file"), className="link", type="button"),
                    id="import-file",
                    max_size=settings.max_input_bytes,
                ),
                **ui.hyphenated(data_largest_file=settings.max_input_bytes),
            ),
            html.P(
                [
                    html.Span(id="import-file-name"),
                    " ",
                    html.Button(_("Take it off"), id="import-file-remove", className="link", hidden=True),
                ],
                className="muted",
            ),
            html.Div([_title(), _timezone(), _captured(), _mapping(settings)], className="controls"),
            html.P(html.Button(_("Preview"), id="import-preview", className="button")),
        ],
        className="panel",
    )


def _title() -> Component:
    return dmc.TextInput(
        id="import-title",
        label=_("Title"),
        description=_("where the source has none"),
        placeholder=_("none"),
        size="xs",
    )


def _timezone() -> Component:
    return dmc.Select(
        id="import-timezone",
        label=_("Time zone of the page"),
        description=_("for times that carry none"),
        placeholder=_("not known: UTC assumed"),
        data=sorted(available_timezones()),
        searchable=True,
        clearable=True,
        clearButtonProps=ui.clear_button(),
        limit=30,
        size="xs",
    )


def _captured() -> Component:
    return dmc.DateTimePicker(
        id="import-captured",
        label=_("When it was copied (UTC)"),
        description=_('counts "2 hours ago" from here'),
        placeholder=_("not known"),
        value=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        valueFormat=_("DD MMM YYYY HH:mm"),
        clearable=True,
        clearButtonProps=ui.clear_button(),
        size="xs",
    )


def _mapping(settings: Settings) -> Component:
    return dmc.Select(
        id="import-mapping",
        label=_("Columns of a table"),
        description=_("CSV, Excel, JSON: as in a mapping"),
        placeholder=_("guessed"),
        data=table_columns.mapping_choices(SavedMappings(settings.mapping_folder)),
        clearable=True,
        clearButtonProps=ui.clear_button(),
        size="xs",
    )


def _columns() -> Component:
    """Return where the columns of a table are shown, changed and saved."""
    return html.Section(
        [
            html.H2(_("What the columns are")),
            html.P(
                _("Guessed from names and from what stands in them. Change what is wrong and preview again."),
                className="note",
            ),
            html.Div(id="import-columns"),
            html.P(html.Button(_("Preview again"), id="import-again", className="button")),
            html.Div(
                [
                    dmc.TextInput(
                        id="import-mapping-name",
                        label=_("Keep these columns as"),
                        description=_("for tables of the same kind"),
                        placeholder=_("forum dump"),
                        size="xs",
                    ),
                    html.Button(_("Save"), id="import-mapping-save", className="button"),
                ],
                className="controls save",
            ),
            html.Div(id="import-mapping-saved", role="status"),
        ],
        id="import-columns-panel",
        className="panel",
        hidden=True,
    )


def result() -> Component:
    """Return where the preview will stand, the columns of a table above it."""
    return html.Div(
        [
            _columns(),
            dcc.Store(id="import-previewed"),
            dcc.Loading(html.Div(id="import-result", role="status"), type="dot"),
            html.Button(_("Store it"), id="import-store", className="button", hidden=True),
            html.Div(id="import-stored", role="status"),
        ]
    )
