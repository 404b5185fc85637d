"""How a table of text is written: what separates its cells, what escapes quotes, whether names come first."""

from __future__ import annotations

import csv
import io
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from threads.parse.exports.tables.names import is_known
from threads.parse.exports.tables.table import MOST_COLUMNS

if TYPE_CHECKING:
    from _csv import Reader

_DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 32_768  # characters
_ROWS = 200
_MOST_ABOVE = 10  # lines, such as a title, above the names of columns
_ALIKE = 0.8  # share of rows that have the same number of cells
_ALIKE_UNDER_NAMES = 0.4  # texts with separators that nobody quoted make rows longer
_FEWEST_ALONE = 3  # columns of a table without rows
_LONGEST_NAME = 60
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # written by Excel, for Excel
_OTHER = re.compile(r'\s*(?:<[!?a-z]|\{|\[\s*[\[{"])', re.IGNORECASE)  # markup and JSON
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)
_TIME = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?!\d).{0,25}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[^\W\d][\w.:/()#$-]*(?: [\w.:/()#$-]+){0,3}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`skipped` characters come before the table; `escape` stands before a quote in a cell.

    Without `has_quotes` a quote is a character like others, and a cell is within one line.
    """

    delimiter: str = ","
    escape: str | None = None
    has_header: bool = True
    skipped: int = 0
    columns: int = 1
    has_quotes: bool = True

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Yield the rows of cells in `lines`, which keep their ends.

        A quoted cell may go on behind its quotes, as many write it, within one line.

        Raises
        ------
        csv.Error
            A quote is never closed, or a cell goes on behind a quote of another line: rows between them may
            have become one.
        """
        seen = _Seen(lines)
        reader = self._reader(seen, is_strict=True)
        read = 0
        while True:
            try:
                for row in reader:
                    read = reader.line_num
                    yield row
            except csv.Error as error:
                if reader.line_num > read + 1 or not _goes_on(error):
                    raise
                read = reader.line_num
                (row,) = self.loose_rows([seen.last])
                if row[-1].endswith(("\n", "\r")):
                    raise  # another quote of this line is open
                yield row
            else:
                return

    def loose_rows(self, lines: Iterable[str]) -> list[list[str]]:
        """Return the rows of cells in `lines`, be they sound or not: of the beginning of a table."""
        return list(self._reader(lines, is_strict=False))

    def _reader(self, lines: Iterable[str], *, is_strict: bool) -> Reader:
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            escapechar=self.escape,
            doublequote=self.escape is None,
            quoting=csv.QUOTE_MINIMAL if self.has_quotes else csv.QUOTE_NONE,
            strict=is_strict,
        )


class _Seen:
    """Lines that are being read, with the last one."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.last = line
            yield line


def _goes_on(error: csv.Error) -> bool:
    """Return whether what is wrong is a cell that goes on behind its closing quote."""
    return "expected after" in str(error)


def dialect(head: str, *, is_whole: bool, is_named: bool = False) -> Dialect | None:
    """Return how the table that begins with `head` is written; None where it is none.

    Parameters
    ----------
    head
        The beginning of the text.
    is_whole
        Whether that is all of it.
    is_named
        Whether the file's name says that it is a table: tables of one column look like any text.
    """
    head = head.removeprefix("\ufeff")
    if _OTHER.match(head):
        return None
    told = _SEPARATOR_LINE.match(head)
    start = told.end() if told else 0
    text = head[start : start + _LOOKED_AT]
    is_whole = is_whole and len(text) == len(head) - start
    escape = "\\" if text.count('\\"') > text.count('""') - text.count(',""') else None
    found = [
        candidate
        for delimiter in ((told[1],) if told else _DELIMITERS)
        if (candidate := _several_columns(text, delimiter, escape, start, is_whole=is_whole))
    ]
    if found:
        return max(found, key=lambda rated: rated[0])[1]
    if below := _below_title(head, start, escape, is_whole=is_whole):
        return below
    return _one_column(text, escape, start, is_whole=is_whole, is_named=is_named)


def _below_title(head: str, start: int, escape: str | None, *, is_whole: bool) -> Dialect | None:
    """Return how a table is written that begins, with known names of columns, some lines down."""
    for line in head[start : start + _LOOKED_AT].splitlines(keepends=True)[:_MOST_ABOVE]:
        start += len(line)
        text = head[start : start + _LOOKED_AT]
        for delimiter in _DELIMITERS:
            if not _begins_with_names(text, delimiter):
                continue
            is_all = is_whole and len(text) == len(head) - start
            found = _several_columns(text, delimiter, escape, start, is_whole=is_all)
            if found and found[1].has_header:
                return found[1]
    return None


def _begins_with_names(text: str, delimiter: str) -> bool:
    """Return whether most cells of the first line are known names of columns."""
    return _are_known(text.partition("\n")[0].strip("\r").replace('"', "").split(delimiter))


def _rows(text: str, written: Dialect, *, is_whole: bool) -> list[list[str]]:
    try:
        rows = written.loose_rows(io.StringIO(text, newline=""))
    except csv.Error:
        return []
    if not is_whole and len(rows) > 1:
        rows.pop()  # it may go on
    return [row for row in rows if any(row)][:_ROWS]


def _several_columns(
    text: str, delimiter: str, escape: str | None, skipped: int, *, is_whole: bool
) -> tuple[tuple[bool, float, int], Dialect] | None:
    written = Dialect(delimiter, escape, skipped=skipped)
    if _is_without_quotes(text, delimiter, is_whole=is_whole):
        written = Dialect(delimiter, skipped=skipped, has_quotes=False)
    rows = _rows(text, written, is_whole=is_whole)
    if len(rows) < 2:
        sure = _sure_of_names(rows[0], text, delimiter, is_whole=is_whole) if rows else None
        names = replace(written, columns=len(rows[0])) if rows else None
        return None if names is None or sure is None else ((True, sure, names.columns), names)
    widths = Counter(len(row) for row in rows[1:])
    width, often = widths.most_common(1)[0]
    share = often / (len(rows) - 1)
    # R leaves the name of its column of row names out.
    if width < 2 or len(rows[0]) not in (width, width - 1) or _is_prose(text, delimiter):
        return None
    known = has_header(rows)
    if share < (_ALIKE_UNDER_NAMES if known else _ALIKE) or (not known and len(rows) < 4):
        return None
    return (known, share, width), replace(written, has_header=known, columns=width)


def _is_without_quotes(text: str, delimiter: str, *, is_whole: bool) -> bool:
    """Return whether cells begin with quotes that do not end them, though all lines have as many cells.

    Only tabs and bars are written so: texts hold commas and semicolons.
    """
    if delimiter in ",;":
        return False
    lines = [line.rstrip("\r") for line in text.split("\n")]
    if not is_whole:
        lines.pop()  # it may go on
    cells = [line.split(delimiter) for line in lines if line]
    if len(set(map(len, cells))) != 1:
        return False
    return any(cell.startswith('"') and (len(cell) == 1 or cell[-1] != '"') for row in cells for cell in row)


def _one_column(
    text: str, escape: str | None, skipped: int, *, is_whole: bool, is_named: bool
) -> Dialect | None:
    rows = _rows(text, Dialect(escape=escape), is_whole=is_whole)
    if len(rows) < 2 or any(len(row) > 1 for row in rows):
        return None
    # Prose has commas outside of quotes; cells with commas are in quotes: that tells a table from prose.
    quoted = sum("," in row[0] for row in rows)
    if not (is_named or quoted):
        return None
    return Dialect(",", escape, has_header(rows), skipped, 1)


def _is_prose(text: str, delimiter: str) -> bool:
    """Return whether a space follows most separators that stand outside of quotes, as in sentences."""
    if delimiter not in ",;":
        return False
    bare = re.sub(r'"[^"]*"', "", text)
    return bare.count(delimiter + " ") * 2 > bare.count(delimiter)


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row names the columns: by known names, or by how it differs from the rest."""
    first, rest = rows[0], rows[1:]
    cells = [cell.strip() for cell in first]
    named = [cell for cell in cells if cell]
    if not named or any(len(cell) > _LONGEST_NAME or "\n" in cell for cell in named):
        return False
    known = sum(map(is_known, named))
    if any(_is_value(cell) for cell in named):
        return known * 2 > len(named)
    if known:
        return True
    if not all(map(_IDENTIFIER.fullmatch, named)) or len(set(named)) < len(named):
        return False
    if len(cells) == 1:
        return " " not in named[0] and statistics.median(len(row[0]) for row in rest) > 3 * len(named[0])
    return True


def _are_known(names: Sequence[str]) -> bool:
    return len(names) > 1 and sum(map(is_known, names)) * 2 > len(names)


def _sure_of_names(cells: Sequence[str], text: str, delimiter: str, *, is_whole: bool) -> float | None:
    """Return how sure it is that the only row seen has the names of columns; None where it has not."""
    if is_whole:
        are_names = len(cells) >= _FEWEST_ALONE and all(map(_IDENTIFIER.fullmatch, cells))
        return 0.0 if are_names and _are_known(cells) and not _is_prose(text, delimiter) else None
    if _are_known(cells):
        return 1.0  # the first comment is a long one
    return 0.0 if len(cells) > MOST_COLUMNS else None  # which is said where it is read


def _is_value(cell: str) -> bool:
    return any(kind.fullmatch(cell) for kind in (_NUMBER, _TIME, _UUID, _ADDRESS))
