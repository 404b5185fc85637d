"""Tables as CSV, and back to equal values.

In both modes a missing value is a field without quotes and without characters, and an empty text is ``""``;
times are ISO 8601 in UTC ("2024-05-18T09:30:00Z"), numbers read back to the last bit, and what UTF-8 cannot
hold is written as in `threads.parse.storable`. The modes differ in this:

safe
    For spreadsheets: a byte order mark, CRLF, every value in quotes, and an apostrophe wherever a text could
    be taken for a formula (`threads.parse.spreadsheet`).
raw
    For programs: RFC 4180, quotes only where they are needed, texts as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal, TextIO

import numpy as np
import pandas as pd

from threads.errors import InputError
from threads.parse.spreadsheet import escape, unescape
from threads.parse.storable import from_storable, to_storable
from threads.records import COMMENT_COLUMNS, Column, Kind, typed

Mode = Literal["safe", "raw"]
Cell = tuple[str, bool]  # the characters, and whether they were in quotes

ROWS_AT_ONCE = 10_000
BYTE_ORDER_MARK = "\ufeff"

_NEEDS_QUOTES = re.compile('[",\r\n]|^$')
_FIELD = re.compile(r'"(?P<quoted>(?:[^"]++|"")*+)"|(?P<plain>[^",\r\n]*+)')
_END = re.compile(r"(?P<comma>,)|(?P<line>\r\n|\r|\n)|\Z")


def write_csv(frame: pd.DataFrame, file: TextIO, mode: Mode = "safe") -> None:
    """Write a table, header first; some thousand rows are in memory at a time.

    Parameters
    ----------
    frame
        Columns of the dtypes in `threads.records.DTYPES`; its index is not written.
    file
        Takes UTF-8 and leaves line ends as they are (``newline=""``).
    mode
        "safe" for spreadsheets, "raw" for programs.
    """
    quote = _quoted_safe if mode == "safe" else _quoted_raw
    always = mode == "safe"
    if always:
        file.write(BYTE_ORDER_MARK)
    file.write(",".join(quote(str(name)) for name in frame.columns) + "\r\n")
    for start in range(0, len(frame), ROWS_AT_ONCE):
        part = frame.iloc[start : start + ROWS_AT_ONCE]
        columns = [_fields(part.iloc[:, place], quote, always=always) for place in range(part.shape[1])]
        file.writelines(",".join(row) + "\r\n" for row in zip(*columns, strict=True))


def read_csv(
    text: str, columns: tuple[Column, ...] = COMMENT_COLUMNS, mode: Mode | None = None
) -> pd.DataFrame:
    """Return the table that `write_csv` wrote, values equal, in the columns of the file.

    Parameters
    ----------
    text
        The whole file, decoded; a byte order mark may lead it.
    columns
        What is known of the columns: a listed one gets its dtype, any other one is text.
    mode
        How it was written; where not given, a quoted header means "safe".

    Raises
    ------
    InputError
        It is not CSV, a row is too long or too short, or a value is not of its column's kind.
    """
    rows = _rows(text.removeprefix(BYTE_ORDER_MARK))
    header = next(rows, None)
    if header is None:
        raise InputError("the file is empty", source="CSV")
    safe = mode == "safe" or (mode is None and header[0][1])
    clean: Callable[[str], str] = _clean_safe if safe else from_storable
    declared = _declared([clean(characters) for characters, _ in header], columns)
    lists: list[list[Any]] = [[] for _ in declared]
    body = _of_width(rows, len(header))
    while part := list(islice(body, ROWS_AT_ONCE)):
        for column, values, cells in zip(declared, lists, zip(*part, strict=True), strict=True):
            convert = clean if column.kind == "text" else _CONVERTERS[column.kind]
            values.extend(_values(column.name, cells, convert, before=len(values)))
    data = {
        column.name: pd.Series(values, dtype=object) for column, values in zip(declared, lists, strict=True)
    }
    return typed(pd.DataFrame(data), declared)


def _declared(names: list[str], columns: tuple[Column, ...]) -> tuple[Column, ...]:
    if len(set(names)) != len(names):
        raise InputError("two columns have the same name", source="CSV", place="row 1")
    known = {column.name: column for column in columns}
    return tuple(known.get(name, Column(name, "text", "")) for name in names)


def _of_width(rows: Iterator[list[Cell]], width: int) -> Iterator[list[Cell]]:
    for number, row in enumerate(rows, start=2):
        if len(row) != width:
            raise InputError(
                f"a row has {len(row)} fields, but the header has {width}",
                source="CSV",
                place=f"row {number}",
            )
        yield row


def _values(name: str, cells: Iterable[Cell], convert: Callable[[str], Any], *, before: int) -> Iterator[Any]:
    for number, (characters, quoted) in enumerate(cells, start=before + 2):
        try:
            yield convert(characters) if characters or quoted else None
        except ValueError as error:
            raise InputError(
                f"{characters[:40]!r} is no value of this column",
                source="CSV",
                place=f"row {number}, column {name}",
            ) from error


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


_CONVERTERS: dict[Kind, Callable[[str], Any]] = {"integer": int, "number": float, "time": _moment}


def _quoted_safe(value: str) -> str:
    return f'"{escape(to_storable(value)).replace(chr(34), chr(34) * 2)}"'


def _quoted_raw(value: str) -> str:
    value = to_storable(value)
    return f'"{value.replace(chr(34), chr(34) * 2)}"' if _NEEDS_QUOTES.search(value) else value


def _clean_safe(value: str) -> str:
    return from_storable(unescape(value))


def _fields(column: pd.Series[Any], quote: Callable[[str], str], *, always: bool) -> list[str]:
    """Return the fields of a column as they stand in the file."""
    missing = column.isna().tolist()
    kind = _kind(column)
    if kind == "text":
        return ["" if gone else quote(str(value)) for value, gone in zip(column, missing, strict=True)]
    # Numbers and times hold no character that needs quotes, and none that a spreadsheet would run.
    mark = '"' if always else ""
    return [
        "" if gone else f"{mark}{value}{mark}"
        for value, gone in zip(_written(column, kind), missing, strict=True)
    ]


def _kind(column: pd.Series[Any]) -> Kind:
    dtype = column.dtype
    if isinstance(dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(dtype):
        return "time"
    if pd.api.types.is_integer_dtype(dtype):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(dtype) else "text"


def _written(column: pd.Series[Any], kind: Kind) -> list[str]:
    if kind == "time":
        moments = pd.DatetimeIndex(column)
        naive = moments.tz_convert("UTC").tz_localize(None) if moments.tz is not None else moments
        texts = np.datetime_as_string(naive.to_numpy(), unit="us").tolist()
        return [f"{text.removesuffix('.000000')}Z" for text in texts]
    return [repr(value) if isinstance(value, float) else str(value) for value in column.tolist()]


def _rows(text: str) -> Iterator[list[Cell]]:
    """Yield the rows of CSV as (characters, was it quoted); each character is looked at a few times only."""
    row: list[Cell] = []
    place, number = 0, 1
    while place < len(text) or row:
        field = _FIELD.match(text, place)
        end = _END.match(text, field.end()) if field else None
        if field is None or end is None:
            raise InputError(
                "a quotation mark is not closed, or stands where none may be",
                source="CSV",
                place=f"row {number}",
                remedy="Save it again as CSV with quotation marks doubled inside quoted fields",
            )
        quoted = field["quoted"]
        row.append((field["plain"], False) if quoted is None else (quoted.replace('""', '"'), True))
        place = end.end()
        if not end["comma"]:
            yield row
            row, number = [], number + 1
