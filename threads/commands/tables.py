"""What `--mapping` and `--save-mapping` do, and how the columns of a table are told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from threads.errors import SettingError
from threads.settings import Settings

if TYPE_CHECKING:
    from threads.parse.exports.tables.mapping import Mapping
    from threads.parse.formats import Options
    from threads.records import Report, TableColumn

_EXAMPLE = 24  # characters of a value
_UNUSED = 12  # columns that are named


def mapping_named(value: str | None, settings: Settings) -> Mapping | None:
    """Return the mapping that `--mapping` names; for problems see `SavedMappings.named`."""
    from threads.storage.mappings import SavedMappings

    return None if value is None else SavedMappings(settings.mapping_folder).named(value)


def save_mapping(name: str | None, reports: Iterable[Report], options: Options, settings: Settings) -> None:
    """Keep what the columns of a table were taken for under a name, where one is given.

    Raises
    ------
    SettingError
        There is no table among the sources, or there are several.
    """
    from threads.parse.exports.tables.mapping import of_columns
    from threads.storage.mappings import SavedMappings

    if name is None:
        return
    tables = {report.columns: report for report in reports if report.columns}
    kinds = {tuple((c.key, c.field) for c in columns) for columns in tables}
    if len(kinds) != 1:
        raise SettingError(
            "the sources are tables of different columns" if kinds else "no source is a table",
            source="--save-mapping",
            remedy="Give one table whose columns the mapping is for",
        )
    mapping = of_columns(next(iter(tables)), options.mapping)
    path = SavedMappings(settings.mapping_folder).save(name, replace(mapping, name=name))
    click.echo(f"mapping {name} saved in {path}: use it with --mapping {name}", err=True)


def tell_columns(report: Report) -> None:
    """Say what each column of a table was taken for and why, with its first values."""
    from threads.views import aligned, printable

    used = [column for column in report.columns if column.field is not None]
    if report.columns:
        click.echo("  columns, which --mapping FIELD=COLUMN,… changes:", err=True)
    for line in aligned([_row(column) for column in used]).splitlines() if used else ():
        click.echo(f"    {line}", err=True)
    unused = [column for column in report.columns if column.field is None]
    refused = [column for column in unused if column.reason.startswith("its name says")]
    for column in refused:
        click.echo(printable(f"    {column.name[:40]} is not used: {column.reason}"), err=True)
    names = [column.name[:40] for column in unused if column not in refused]
    if names:
        more = f" and {len(names) - _UNUSED} more" if len(names) > _UNUSED else ""
        click.echo(printable(f"    not used: {', '.join(names[:_UNUSED])}{more}"), err=True)


def _row(column: TableColumn) -> list[str]:
    from threads.views import printable

    examples = " | ".join(
        value if len(value) <= _EXAMPLE else value[: _EXAMPLE - 1] + "…"
        for value in (" ".join(example.split()) for example in column.examples)
    )
    sure = "" if column.confidence in (None, 1.0) else f" ({column.confidence:.2f})"
    return [
        printable(cell)
        for cell in (f"{column.name[:40]} →", f"{column.field}", f"{column.reason}{sure}", examples)
    ]
