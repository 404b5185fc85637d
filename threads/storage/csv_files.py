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
from itertools import groupby, islice
from typing import Any, Literal, TextIO

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd

from threads.errors import InputError
from threads.parse.spreadsheet import escape_all, unescape
from threads.parse.storable import from_storable, to_storable
from threads.records import COMMENT_COLUMNS, Column, Kind, typed
from threads.storage.parts import ROWS_AT_ONCE, kind_of, written_times

Mode = Literal["safe", "raw"]
Cell = tuple[str, bool]  # the characters, and whether they were in quotes

BYTE_ORDER_MARK = "\ufeff"

_QUOTE = '"'
_QUOTED_FOR = (",", _QUOTE, "\n", "\r")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_FIELD = re.compile(r'"(?P<quoted>(?:[^"]++|"")*+)"|(?P<plain>[^",\r\n]*+)')
_END = re.compile(r"(?P<comma>,)|(?P<line>\r\n|\r|\n)|\Z")


def write_csv(frame: pd.DataFrame | Iterable[pd.DataFrame], file: TextIO, mode: Mode = "safe") -> None:
    """Write a table, header first; some thousand rows are in memory at a time.

    Parameters
    ----------
    frame
        Columns of the dtypes in `threads.records.DTYPES`; its index is not written. Or several frames, one or
        more, which all have the columns of the first.
    file
        Takes UTF-8 and leaves line ends as they are (``newline=""``).
    mode
        "safe" for spreadsheets, "raw" for programs.
    """
    fields = _safe_fields if mode == "safe" else _raw_fields
    if mode == "safe":
        file.write(BYTE_ORDER_MARK)
    for number, part in enumerate([frame] if isinstance(frame, pd.DataFrame) else frame):
        if number == 0:
            file.write(",".join(fields([str(name) for name in part.columns], "text")) + "\r\n")
        for start in range(0, len(part), ROWS_AT_ONCE):
            pieces = list(_pieces(part.iloc[start : start + ROWS_AT_ONCE], fields, quoted=mode == "safe"))
            pieces[-1] = [f"{piece}\r\n" for piece in pieces[-1]]
            file.writelines(map(",".join, zip(*pieces, strict=True)))


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


def _clean_safe(value: str) -> str:
    return from_storable(unescape(value))


def _pieces(
    rows: pd.DataFrame, fields: Callable[[list[str], Kind], list[str]], *, quoted: bool
) -> Iterator[list[str]]:
    """Yield what stands of each row, a column at a time; columns of numbers side by side are one piece."""
    columns = (rows.iloc[:, place] for place in range(rows.shape[1]))
    for dtype, run in groupby(columns, key=_number):
        if dtype is None:
            yield from (_column(column, fields) for column in run)
        else:
            yield _numbers(np.column_stack([column.to_numpy(dtype) for column in run]), quoted=quoted)


def _number(column: pd.Series[Any]) -> type | None:
    """Return as what `_numbers` writes a column; JSON knows nothing infinite, and no missing integer."""
    kind = kind_of(column)
    if kind == "number" and not bool(np.isinf(column.to_numpy(np.float64)).any()):
        return np.float64
    return np.int64 if kind == "integer" and not column.hasnans and column.dtype != np.uint64 else None


def _numbers(table: npt.NDArray[Any], *, quoted: bool) -> list[str]:
    """Return rows of numbers, fields joined by commas; NaN is an empty field.

    As JSON has them they are the shortest digits that read back to the same number, as repr gives them.
    """
    rows = orjson.dumps(table, option=orjson.OPT_SERIALIZE_NUMPY).decode()[2:-2]
    if not quoted:
        return rows.replace("null", "").split("],[")
    fields = rows.replace("],[", "\0").replace(",", '","').replace("\0", '"\0"')
    return f'"{fields}"'.replace('"null"', "").split("\0")


def _column(column: pd.Series[Any], fields: Callable[[list[str], Kind], list[str]]) -> list[str]:
    """Return the fields of a column as they stand in the file; a missing one is empty, without quotes."""
    kind = kind_of(column)
    missing = column.isna().to_numpy()
    if not missing.any():
        return _fields(column, kind, fields)
    if missing.all():
        return [""] * len(column)
    there = iter(_fields(column[~missing], kind, fields))
    return ["" if gone else next(there) for gone in missing.tolist()]


def _fields(column: pd.Series[Any], kind: Kind, fields: Callable[[list[str], Kind], list[str]]) -> list[str]:
    """Return the fields of values of which none is missing."""
    values = _written(column, kind)
    if values[0] == values[-1] and values.count(values[0]) == len(values):
        return fields(values[:1], kind) * len(values)
    return fields(values, kind)


def _written(column: pd.Series[Any], kind: Kind) -> list[str]:
    """Return values, of which none is missing, as text."""
    if kind == "time":
        return written_times(column)
    if isinstance(column.dtype, pd.StringDtype):
        values: list[str] = column.tolist()
        return values
    return list(map(repr if kind == "number" else str, column.tolist()))


# A whole column is worked on at once: its values joined by NUL, which no storable text holds.


def _safe_fields(values: list[str], kind: Kind) -> list[str]:
    """Return values in quotes, and marked where a spreadsheet could read a formula."""
    if not values:
        return []
    joined = "\0".join(values)
    # Numbers and times hold no character that needs quotes, and none that a spreadsheet would run.
    if kind == "text":
        joined = _joined(values, joined)
        joined = escape_all(joined).replace(_QUOTE, _QUOTE * 2)
    quoted = joined.replace("\0", '"\0"')
    return f'"{quoted}"'.split("\0")


def _raw_fields(values: list[str], kind: Kind) -> list[str]:
    """Return values in quotes where they need them."""
    if kind != "text" or not values:
        return values
    joined = "\0".join(values)
    storable = _joined(values, joined)
    if all(values) and not any(character in storable for character in _QUOTED_FOR):
        return values if storable is joined else storable.split("\0")
    return [
        f'"{value}"'
        if "," in value or _QUOTE in value or "\n" in value or "\r" in value or not value
        else value
        for value in storable.replace(_QUOTE, _QUOTE * 2).split("\0")
    ]


def _joined(values: list[str], joined: str) -> str:
    """Return what UTF-8 can hold of values that were joined by NUL."""
    plain = joined.isascii() or not _LONE_SURROGATE.search(joined)
    if plain and "\x1a" not in joined and joined.count("\0") == len(values) - 1:
        return joined
    return "\0".join(map(to_storable, values))


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
