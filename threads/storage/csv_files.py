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
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, Literal, NamedTuple, TextIO

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd

from threads.errors import InputError
from threads.frames import typed
from threads.language import N_
from threads.parse.spreadsheet import escape_all, unescape
from threads.parse.storable import from_storable, to_storable
from threads.records import Column, Kind
from threads.storage.columns import known_columns
from threads.storage.parts import ROWS_AT_ONCE, kind_of, moments, written_moments

Mode = Literal["safe", "raw"]
Cell = tuple[str, bool]  # the characters, and whether they were in quotes

BYTE_ORDER_MARK = "\ufeff"

_ROWS_OF_A_BLOCK = 2_000  # what is worked on at once should stay in the processor's cache
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
    if mode == "safe":
        file.write(BYTE_ORDER_MARK)
    for number, part in enumerate([frame] if isinstance(frame, pd.DataFrame) else frame):
        if number == 0:
            names = [str(name) for name in part.columns]
            file.write(_lines([[name] for name in _LAYOUTS[mode].fields(names)], _LAYOUTS[mode]))
        columns = [_Values.of(part.iloc[:, place]) for place in range(part.shape[1])]
        for start in range(0, len(part), _ROWS_OF_A_BLOCK):
            rows = slice(start, min(start + _ROWS_OF_A_BLOCK, len(part)))
            file.write(_lines(_pieces(columns, rows, _LAYOUTS[mode]), _LAYOUTS[mode]))


def read_csv(text: str, columns: tuple[Column, ...] | None = None, mode: Mode | None = None) -> pd.DataFrame:
    """Return the table that `write_csv` wrote, values equal, in the columns of the file.

    Parameters
    ----------
    text
        The whole file, decoded; a byte order mark may lead it.
    columns
        What is known of the columns: a listed one gets its dtype, any other one is text. Where not given,
        those of comments and of all scores are known.
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
        raise InputError(N_("the file is empty"), source="CSV")
    safe = mode == "safe" or (mode is None and header[0][1])
    clean: Callable[[str], str] = _clean_safe if safe else from_storable
    names = [clean(characters) for characters, _ in header]
    declared = _declared(names, known_columns() if columns is None else columns)
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
        raise InputError(N_("two columns have the same name"), source="CSV", place="row 1")
    known = {column.name: column for column in columns}
    return tuple(known.get(name, Column(name, "text", "")) for name in names)


def _of_width(rows: Iterator[list[Cell]], width: int) -> Iterator[list[Cell]]:
    for number, row in enumerate(rows, start=2):
        if len(row) != width:
            raise InputError(
                N_("a row has {fields} fields, but the header has {width}").format(
                    fields=len(row), width=width
                ),
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
                N_("{value} is no value of this column").format(value=repr(characters[:40])),
                source="CSV",
                place=N_("row {number}, column {column}").format(number=number, column=name),
            ) from error


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


_CONVERTERS: dict[Kind, Callable[[str], Any]] = {"integer": int, "number": float, "time": _moment}


def _clean_safe(value: str) -> str:
    return from_storable(unescape(value))


class _Layout(NamedTuple):
    """How fields stand in a line: between quotes that are put around all of them at once, or as they are.

    `missing` stands for a field that is missing while lines are made; quotes around it go with it. `fields`
    makes of texts what stands for them.
    """

    between: str
    between_lines: str
    missing: str
    fields: Callable[[list[str]], list[str]]


class _Values(NamedTuple):
    """A column as it is written: its values, which are missing, and as what several are numbers together."""

    kind: Kind
    values: npt.NDArray[Any]
    missing: npt.NDArray[np.bool_]
    numbers: type | None

    @classmethod
    def of(cls, column: pd.Series[Any]) -> _Values:
        kind = kind_of(column)
        missing = column.isna().to_numpy()
        if kind == "time":
            return cls(kind, moments(column), missing, None)
        if kind == "number":
            values = column.to_numpy(np.float64, na_value=np.nan)
            # JSON knows nothing infinite.
            return cls(kind, values, missing, None if np.isinf(values).any() else np.float64)
        if kind == "integer" and not missing.any() and column.dtype != np.uint64:
            return cls(kind, column.to_numpy(np.int64), missing, np.int64)
        return cls(kind, column.to_numpy(dtype=object), missing, None)

    def fields(self, rows: slice, layout: _Layout) -> list[str]:
        """Return the fields of some rows as they stand in the file."""
        missing, values = self.missing[rows], self.values[rows]
        if missing.all():
            return [layout.missing] * len(missing)
        if not missing.any():
            return self._written(values, layout)
        fields = np.full(len(missing), layout.missing, dtype=object)
        fields[~missing] = self._written(values[~missing], layout)
        return list(fields.tolist())

    def _written(self, values: npt.NDArray[Any], layout: _Layout) -> list[str]:
        """Return the fields of values of which none is missing."""
        if self.kind == "time":
            return written_moments(values)
        found = values.tolist()
        if self.kind != "text":
            return list(map(repr if self.kind == "number" else str, found))
        return layout.fields(found if isinstance(found[0], str) else list(map(str, found)))


def _lines(pieces: Iterable[list[str]], layout: _Layout) -> str:
    """Return lines of pieces of each, one or more fields in one piece."""
    lines = layout.between_lines.join(map(layout.between.join, zip(*pieces, strict=True)))
    if layout.missing:
        lines = f'"{lines}"'
        if layout.missing in lines:
            lines = lines.replace(f'"{layout.missing}"', "")
    return f"{lines}\r\n"


def _pieces(columns: Sequence[_Values], rows: slice, layout: _Layout) -> Iterator[list[str]]:
    """Yield what stands of each row, a column at a time; columns that are written together are one piece."""
    for are_numbers, run in groupby(columns, key=attrgetter("numbers")):
        if are_numbers is not None:
            yield _numbers(np.column_stack([column.values[rows] for column in run]), layout)
            continue
        for is_same, fields in groupby((column.fields(rows, layout) for column in run), key=_is_same):
            if is_same:
                yield [layout.between.join(field[0] for field in fields)] * (rows.stop - rows.start)
            else:
                yield from fields


def _is_same(fields: list[str]) -> bool:
    """Return whether all fields are the same one; of most columns the first and the last tell."""
    return fields[0] == fields[-1] and fields.count(fields[0]) == len(fields)


def _numbers(table: npt.NDArray[Any], layout: _Layout) -> list[str]:
    """Return rows of numbers, fields joined; NaN is a missing field.

    As JSON has them they are the shortest digits that read back to the same number, as repr gives them.
    """
    rows = orjson.dumps(table, option=orjson.OPT_SERIALIZE_NUMPY).decode()[2:-2]
    if "n" in rows:
        rows = rows.replace("null", layout.missing)
    if layout.between != ",":
        rows = rows.replace(",", layout.between)
    return rows.split(f"]{layout.between}[")


# A whole column is worked on at once: its values joined by NUL, which no storable text holds. Numbers and
# times hold no character that needs quotes, and none that a spreadsheet would run.


def _safe_fields(values: list[str]) -> list[str]:
    """Return values for between quotes, marked where a spreadsheet could read a formula."""
    joined = "\0".join(values)
    made = escape_all(_joined(values, joined)).replace(_QUOTE, _QUOTE * 2)
    return values if made is joined else made.split("\0")


def _raw_fields(values: list[str]) -> list[str]:
    """Return values in quotes where they need them."""
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


_LAYOUTS: dict[Mode, _Layout] = {
    # In a storable text U+001A comes with digits after it.
    "safe": _Layout('","', '"\r\n"', "\x1a", _safe_fields),
    "raw": _Layout(",", "\r\n", "", _raw_fields),
}


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
                N_("a quotation mark is not closed, or stands where none may be"),
                source="CSV",
                place=f"row {number}",
                remedy=N_("Save it again as CSV with quotation marks doubled inside quoted fields"),
            )
        quoted = field["quoted"]
        row.append((field["plain"], False) if quoted is None else (quoted.replace('""', '"'), True))
        place = end.end()
        if not end["comma"]:
            yield row
            row, number = [], number + 1
