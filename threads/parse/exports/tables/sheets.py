"""Tables in Excel workbooks (.xlsx): the sheet with comments, its cells as text."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from threads.errors import InputError
from threads.language import N_
from threads.parse.exports.tables.dialect import has_header
from threads.parse.exports.tables.guess import guess
from threads.parse.exports.tables.table import LARGEST_SAMPLE, MOST_COLUMNS, SAMPLED, Block, in_blocks
from threads.parse.source import Source
from threads.records import Skipped
from threads.settings import Settings

WORKBOOK = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARTS = (b"[Content_Types].xml", b"xl/", b"_rels/.rels")
_MOST_ABOVE = 10  # rows
_MOST_SHEETS = 50
_SAVE_AS = N_("Open it in a spreadsheet and save it as .xlsx or CSV")


def is_workbook(start: bytes) -> bool:
    """Return whether a file that begins so is a workbook of Excel, new or old."""
    return start.startswith(OLD_WORKBOOK) or (
        start.startswith(WORKBOOK) and (any(part in start for part in _PARTS) or _is_calc(start))
    )


def _is_calc(start: bytes) -> bool:
    return b"application/vnd.oasis.opendocument.spreadsheet" in start[:200]


class Sheet:
    """A sheet that is being read; a `threads.parse.exports.tables.table.Table`."""

    def __init__(self, source: Source) -> None:
        """Open the workbook, choose the sheet with texts, and read its first rows.

        Raises
        ------
        InputError
            It is an old workbook, damaged, locked, too large when unpacked, or has no table.
        """
        _refuse_others(source)
        self._stream = source.open()
        self._name = source.name
        try:
            _check_sizes(self._stream, source.name, source.settings)
            self._open()
        except InputError:
            self._stream.close()
            raise
        except Exception as error:  # noqa: BLE001 - the library lets out whatever its parts raise on damaged files
            self._stream.close()
            raise _damaged(self._name, error) from None
        self.skipped: list[Skipped] = []

    def _open(self) -> None:
        from openpyxl import load_workbook  # noqa: PLC0415 - slow to import, and seldom needed

        self._stream.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which are not read
            self._book = load_workbook(self._stream, read_only=True, data_only=True, keep_links=False)
        sheets = [_Started(sheet) for sheet in self._book.worksheets[:_MOST_SHEETS]]
        filled = [sheet for sheet in sheets if len(sheet.rows) > 1]
        if not filled:
            raise InputError(N_("the workbook has no sheet with rows"), source=self._name, remedy=_SAVE_AS)
        started = next((sheet for sheet in filled if sheet.has_text), filled[0])
        self.notes: list[str] = []
        if len(filled) > 1:
            others = ", ".join(sheet.title[:40] for sheet in filled if sheet is not started)
            self.notes.append(
                N_("read is the sheet {sheet}; others have rows, too: {others}").format(
                    sheet=repr(started.title[:40]), others=others
                )
            )
        self._started = started
        self.columns, self.is_named, self.sample = started.columns, started.is_named, started.body

    def blocks(self, wanted: Sequence[int]) -> Iterator[Block]:
        """Yield all rows some at a time: the columns at `wanted`, in that order."""
        return in_blocks(self._rows(wanted))

    def _rows(self, wanted: Sequence[int]) -> Iterator[tuple[str, Sequence[str]]]:
        first = self._started.first + (1 if self.is_named else 0)
        try:
            rest = (_cells(row) for row in self._started.rest)
            for number, row in enumerate(chain(self.sample, rest), start=first):
                if any(row):
                    yield f"row {number}", [row[place] if place < len(row) else "" for place in wanted]
        except (BadZipFile, OSError, ValueError, KeyError, SyntaxError) as error:
            raise _damaged(self._name, error) from None

    def close(self) -> None:
        """Close the file."""
        self._book.close()
        self._stream.close()


class _Started:
    """A sheet with its first rows read: names of columns, and rows under them."""

    def __init__(self, sheet: Any) -> None:
        self.title: str = sheet.title
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # programs write wrong ones
        self.rest = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
        rows: list[list[str]] = []
        size = 0
        self.first = 1
        for row in islice(self.rest, SAMPLED):
            cells = _cells(row)
            if not rows and not any(cells):
                self.first += 1
                continue
            rows.append(cells)
            size += sum(map(len, cells))
            if size > LARGEST_SAMPLE:
                break
        above = _lines_above(rows)
        self.first += above
        rows = rows[above:]
        width = max((len(row) for row in rows), default=0)
        self.rows = [row + [""] * (width - len(row)) for row in rows]
        self.is_named = len(rows) > 1 and has_header(self.rows)
        self.columns = (
            tuple(name.strip() for name in self.rows[0])
            if self.is_named
            else tuple(str(number) for number in range(1, width + 1))
        )
        self.body = self.rows[1:] if self.is_named else self.rows

    @property
    def has_text(self) -> bool:
        return bool(guess(self.columns, self.body, is_named=self.is_named).places("text"))


def _lines_above(rows: list[list[str]]) -> int:
    """Return how many rows of one cell, such as a title, stand above the names of columns."""
    above = next((place for place, row in enumerate(rows[:_MOST_ABOVE]) if sum(map(bool, row)) > 1), 0)
    return above if above and len(rows) > above + 1 and has_header(rows[above:]) else 0


def _cells(row: Sequence[Any]) -> list[str]:
    cells = [_text(value) for value in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else value.isoformat()
    return str(value)


def _refuse_others(source: Source) -> None:
    kind = N_("an old Excel workbook (.xls)") if source.start.startswith(OLD_WORKBOOK) else ""
    if b"word/" in source.start and b"xl/" not in source.start:
        raise InputError(
            N_("this is a document of Word and no workbook"),
            source=source.name,
            remedy=N_("Save it as plain text"),
        )
    if _is_calc(source.start):
        kind = N_("an OpenDocument spreadsheet (.ods)")
    if kind:
        raise InputError(
            N_("this is {kind}, which is not read").format(kind=kind),
            source=source.name,
            remedy=N_("{save}, or convert it: libreoffice --convert-to xlsx FILE").format(save=_SAVE_AS),
        )


def _check_sizes(stream: BinaryIO, name: str, settings: Settings) -> None:
    """Refuse a workbook that unpacks to more than the limits; no more than it says comes out of a part."""
    with ZipFile(stream) as archive:
        parts = archive.infolist()
    size, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if size > settings.max_unpacked_bytes:
        raise InputError(
            N_("unpacked it has {size} bytes, more than the limit of {limit}").format(
                size=f"{size:,}", limit=f"{settings.max_unpacked_bytes:,}"
            ),
            source=name,
            remedy=N_("Save it as CSV, or raise the limit with the variable BTL_MAX_UNPACKED_BYTES"),
        )
    if size > 1_000_000 and size > packed * settings.max_unpacked_ratio:
        raise InputError(
            N_("it unpacks to {ratio} times its size, more than the limit of {limit}").format(
                ratio=f"{size // max(packed, 1):,}", limit=f"{settings.max_unpacked_ratio:,}"
            ),
            source=name,
            remedy=N_("Save it as CSV, or raise the limit with the variable BTL_MAX_UNPACKED_RATIO"),
        )


def _damaged(name: str, error: Exception) -> InputError:
    return InputError(
        N_("the workbook cannot be read ({kind})").format(kind=type(error).__name__),
        source=name,
        remedy=_SAVE_AS,
    )
