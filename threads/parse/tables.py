"""Format "btl-csv": the CSV that this program exports, read back to the same records."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, get_args

from threads.errors import InputError
from threads.language import N_
from threads.parse.formats import Options
from threads.parse.identity import CommentIds, stable_id
from threads.parse.source import Source
from threads.parse.spreadsheet import unescape
from threads.parse.storable import from_storable
from threads.records import (
    COMMENT_COLUMNS,
    Comment,
    Discussion,
    ParentSource,
    Parsed,
    Precision,
    Report,
    Skipped,
    Status,
    TimezoneSource,
)

NAME = "btl-csv"
_BYTE_ORDER_MARK = "\ufeff"
_COLUMNS = {column.name: column for column in COMMENT_COLUMNS}
_DISCUSSION_COLUMNS = ("title", "url", "article_text", "language")
_OURS = frozenset(
    ("parent_source", "published_at_raw", "published_at_precision", "timezone_source", "source_format")
)
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "parent_source": get_args(ParentSource),
    "published_at_precision": get_args(Precision),
    "timezone_source": get_args(TimezoneSource),
    "status": get_args(Status),
}
_DEFAULTS: Mapping[str, Any] = {
    "published_at_precision": "none",
    "timezone_source": "none",
    "status": "visible",
    "source_format": NAME,
}


class BtlCsv:
    """Reads the safe and the raw export: any columns, of which `text` must be there."""

    name = NAME
    help = "The CSV that `btl parse`, `btl analyse` and `btl export` write, safe or raw."

    def sniff(self, source: Source) -> bool:
        """Return whether the first line is a header of ours: `text`, and a column that no other table has."""
        first = source.head.removeprefix(_BYTE_ORDER_MARK).splitlines()[:1]
        try:
            names = set(next(csv.reader(first), []))
        except csv.Error:
            return False
        return "text" in names and not names.isdisjoint(_OURS)

    def read(self, source: Source, options: Options) -> Parsed:
        """Return the discussions of the table; scores beside the records are left to be worked out again.

        Raises
        ------
        InputError
            The table has no column `text`, or cannot be read as CSV.
        """
        text = source.text.removeprefix(_BYTE_ORDER_MARK)
        table = _Table(source, options)
        rows = _rows(text, source.name)
        header = next(rows, (0, []))[1]
        if "text" not in header:
            raise InputError(
                N_("the table has no column called text"),
                source=source.name,
                place="row 1",
                remedy=N_("Name the columns in the first row; known are {known}").format(
                    known=", ".join(_COLUMNS)
                ),
            )
        # The safe export quotes everything, its header too; only it marks what a spreadsheet could run.
        escaped = text.startswith('"')
        for number, cells in rows:
            table.add(number, header, [_as_found(cell, escaped=escaped) for cell in cells])
        return table.parsed()


def _as_found(cell: str, *, escaped: bool) -> str | None:
    return from_storable(unescape(cell) if escaped else cell) if cell else None


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their numbers, the header being row 1."""
    # The limit is one for the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error as error:
        raise InputError(
            N_("this is not sound CSV ({reason})").format(reason=error),
            source=name,
            place=f"row {number + 1}",
            remedy=N_("Export it again; cells with quotes, commas or line breaks must be quoted"),
        ) from None


@dataclass
class _Thread:
    comments: list[Comment] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    ids: CommentIds = field(default_factory=CommentIds)


class _Table:
    """Gathers rows into threads, and what was wrong with the others."""

    def __init__(self, source: Source, options: Options) -> None:
        self._source = source
        self._options = options
        self._threads: dict[str, _Thread] = {}
        self._skipped: list[Skipped] = []
        self._only_thread: str | None = None

    def add(self, number: int, header: Sequence[str], cells: Sequence[str | None]) -> None:
        if len(cells) != len(header):
            if any(cells):
                self._skip(
                    number,
                    N_("{cells} cells under a header of {columns}").format(
                        cells=len(cells), columns=len(header)
                    ),
                )
            return
        row = {name: cell for name, cell in zip(header, cells, strict=True) if cell is not None}
        if not row:
            self._skip(number, N_("an empty row"))
            return
        try:
            values = {
                name: _value(name, cell, self._options) for name, cell in row.items() if name in _COLUMNS
            }
        except _BadCellError as bad:
            self._skip(number, str(bad))
            return
        self._keep(number, row, values)

    def _keep(self, number: int, row: Mapping[str, str], values: dict[str, Any]) -> None:
        thread_id = values.get("thread_id") or self._default_thread(row)
        thread = self._threads.setdefault(thread_id, _Thread())
        text = values.get("text") or ""
        made_id = values.get("comment_id") or thread.ids.make(
            values.get("author"), row.get("published_at_raw") or row.get("published_at"), text
        )
        if made_id in thread.rows:
            self._skip(
                number,
                N_("the comment {comment} stands in row {row} already").format(
                    comment=made_id, row=thread.rows[made_id]
                ),
            )
            return
        thread.rows[made_id] = number
        for name in _DISCUSSION_COLUMNS:
            if row.get(name):
                thread.about.setdefault(name, row[name])
        given = {
            **_DEFAULTS,
            "position": len(thread.comments) + 1,
            **_time_defaults(row, self._options),
            **values,
            "thread_id": thread_id,
            "comment_id": made_id,
            "text": text,
        }
        thread.comments.append(Comment(**given))

    def _default_thread(self, row: Mapping[str, str]) -> str:
        if self._only_thread is None:
            self._only_thread = stable_id("table", row.get("author"), row.get("text"))
        return self._only_thread

    def _skip(self, number: int, reason: str) -> None:
        self._skipped.append(Skipped(f"row {number}", reason))

    def parsed(self) -> Parsed:
        kept = sum(len(thread.comments) for thread in self._threads.values())
        warnings = list(self._source.warnings)
        if not kept:
            warnings.append(N_("no comments found: the table has no rows that could be kept"))
        return Parsed(
            discussions=tuple(
                Discussion(
                    thread_id=thread_id,
                    source=self._source.name,
                    source_format=NAME,
                    captured_at=self._options.captured_at,
                    comments=tuple(thread.comments),
                    **thread.about,
                )
                for thread_id, thread in self._threads.items()
            ),
            report=Report(
                source=self._source.name, kept=kept, skipped=tuple(self._skipped), warnings=tuple(warnings)
            ),
        )


# --- cells ---


class _BadCellError(Exception):
    """A cell that does not hold what its column means; the message names both."""


def _value(name: str, cell: str, options: Options) -> Any:
    kind = _COLUMNS[name].kind
    try:
        if kind == "time":
            return _time(cell, options)
        if kind == "integer":
            return _whole(cell)
        if kind == "number":
            return float(cell)
    except (ValueError, OverflowError):
        raise _BadCellError(
            N_("column {column}: {value} is no {kind}").format(column=name, value=repr(cell[:40]), kind=kind)
        ) from None
    if name in _CHOICES and cell not in _CHOICES[name]:
        raise _BadCellError(
            N_("column {column}: {value} is none of {known}").format(
                column=name, value=repr(cell[:40]), known=", ".join(_CHOICES[name])
            )
        )
    return cell


def _time(cell: str, options: Options) -> datetime:
    moment = datetime.fromisoformat(cell)
    return (moment.replace(tzinfo=options.timezone or UTC) if moment.tzinfo is None else moment).astimezone(
        UTC
    )


def _whole(cell: str) -> int:
    number = float(cell) if "." in cell else int(cell)
    if number != int(number):
        raise ValueError(cell)
    return int(number)


def _time_defaults(row: Mapping[str, str], options: Options) -> dict[str, str]:
    """Return precision and zone of a time whose columns do not say them."""
    cell = row.get("published_at")
    if not cell:
        return {}
    zoned = datetime.fromisoformat(cell).tzinfo is not None or options.timezone is not None
    return {"published_at_precision": "second", "timezone_source": "given" if zoned else "assumed"}
