"""The columns of a table on the import page: what each was taken for, and how that is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.text import one_line, shown
from threads.errors import InputError
from threads.language import _, number, retold
from threads.parse.exports.tables.mapping import FIELDS, Mapping, from_values, of_columns
from threads.parse.exports.tables.presets import PRESETS
from threads.records import Report, TableColumn
from threads.storage.mappings import SavedMappings

COLUMN = "import-column"
MOST_SHOWN = 60
UNUSED = "-"


def _choices() -> list[dict[str, str]]:
    return [
        {"value": UNUSED, "label": _("not used")},
        *({"value": name, "label": _(name.replace("_", " "))} for name in FIELDS),
    ]


def mapping_choices(saved: SavedMappings) -> list[dict[str, str]]:
    """Return the mappings that can be chosen: those that were saved, then the presets."""
    names = [*saved.names(), *(item.mapping.name for item in PRESETS)]
    return [{"value": name, "label": name} for name in names]


def previewed(report: Report, mapping: Any) -> dict[str, Any]:
    """Return what the page remembers of a preview: what its controls stand for, and what was kept.

    `mapping` is the name of the mapping that was chosen for it.
    """
    columns = _shown(report.columns)
    return {
        "keys": [column.key for column in columns],
        "fields": [column.field or UNUSED for column in columns],
        "kept": report.kept,
        "mapping": mapping or None,
    }


def columns_panel(columns: Sequence[TableColumn]) -> list[Component | None]:
    """Return a row for each column: its name and first values, what it was taken for, and why."""
    more = len(columns) - MOST_SHOWN
    return [
        html.Div(
            html.Table(
                [
                    html.Thead(
                        html.Tr(
                            [html.Th(name, scope="col") for name in (_("Column"), _("Is"), _("First values"))]
                        )
                    ),
                    html.Tbody([_row(place, column) for place, column in enumerate(_shown(columns))]),
                ],
                className="table-columns",
            ),
            className="scroll",
            tabIndex=0,
            role="region",
            **ui.hyphenated(aria_label=_("Columns of the table")),
        ),
        html.P(_("and {more} more columns, which are not used", more=number(more)), className="muted")
        if more > 0
        else None,
    ]


def chosen(previewed: Any, fields: Any, like: Mapping | None) -> Mapping | None:
    """Return the mapping that the controls of columns show (`fields`); None where there are none.

    `previewed` is what the page remembers, `like` the mapping whose zone and formats stay. Nothing that a
    browser sends is trusted: it becomes a sound mapping or an error.

    Raises
    ------
    ThreadsError
        It is no mapping: a field has several columns, or none has the text.
    """
    keys = previewed.get("keys") if isinstance(previewed, dict) else None
    if not isinstance(keys, list) or not isinstance(fields, list) or not keys or len(keys) != len(fields):
        return None
    columns = [
        TableColumn(
            name=str(key),
            key=str(key),
            field=None if value in (None, UNUSED) else str(value),
            reason="",
            confidence=None,
            examples=(),
        )
        for key, value in zip(keys, fields, strict=True)
    ]
    mapping = of_columns(columns, like)
    from_values({name: list(names) for name, names in mapping.columns.items()}, "columns")
    if "text" not in mapping.columns:
        raise InputError(
            "no column is the text of comments", source="columns", remedy="Choose it in the table"
        )
    return mapping


def _shown(columns: Sequence[TableColumn]) -> list[TableColumn]:
    """Return the columns with controls: all of a narrow table, of a wide one those that are used first."""
    if len(columns) <= MOST_SHOWN:
        return list(columns)
    used = [column for column in columns if column.field is not None]
    return [*used, *(column for column in columns if column.field is None)][:MOST_SHOWN]


def _row(place: int, column: TableColumn) -> Component:
    name = one_line(column.name, 60)
    return html.Tr(
        [
            html.Th(shown(name), scope="row"),
            html.Td(
                [
                    dmc.Select(
                        id={"type": COLUMN, "index": place},
                        data=_choices(),
                        value=column.field or UNUSED,
                        allowDeselect=False,
                        size="xs",
                        **ui.hyphenated(aria_label=_("What the column {name} is", name=name)),
                    ),
                    html.Span(one_line(retold(column.reason), 120), className="muted"),
                ]
            ),
            html.Td(html.Ul([html.Li(one_line(value, 80)) for value in column.examples if value.strip()])),
        ]
    )
