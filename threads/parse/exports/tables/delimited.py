"""Tables of text: comma-, semicolon-, tab- or bar-separated, of any size."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain, compress, islice

from threads.errors import InputError
from threads.language import N_
from threads.parse.exports.tables.dialect import Dialect
from threads.parse.exports.tables.table import BLOCK, LARGEST_SAMPLE, MOST_COLUMNS, SAMPLED, Block
from threads.parse.source import Source
from threads.records import Skipped

_LONGEST_CELL = 5_000_000  # characters; longer ones are a quote that nobody closed


class Delimited:
    """A table of text that is being read; a `threads.parse.exports.tables.table.Table`.

    Rows are numbered as a spreadsheet numbers them, the names of the columns being row 1.
    """

    def __init__(self, source: Source, dialect: Dialect) -> None:
        """Open the table and read its first rows.

        Raises
        ------
        InputError
            It has too many columns, or a quote that is never closed.
        """
        self._name = source.name
        self._source = source
        # The limit is one for the whole process, so it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
        self._text = io.TextIOWrapper(source.open_utf8(), encoding="utf-8-sig", newline="")
        self._text.read(dialect.skipped)
        self._reader = dialect.rows(self._text)
        self.is_named = dialect.has_header
        first = self._next(1)
        if len(first) > MOST_COLUMNS:
            raise InputError(
                N_("it has {columns} columns, more than the {most} that are read").format(
                    columns=f"{len(first):,}", most=f"{MOST_COLUMNS:,}"
                ),
                source=self._name,
                remedy=N_("Leave the columns of comments in it, and take the others out"),
            )
        width = max(dialect.columns, len(first))
        if dialect.has_header:
            names = [""] * (width - len(first)) + first  # R leaves the name of row names out
            self.columns = tuple(name.strip() for name in names)
            self._head: list[list[str]] = []
        else:
            self.columns = tuple(str(number) for number in range(1, width + 1))
            # As pandas writes where columns have no names.
            is_numbered = len(first) > 1 and first == list(map(str, range(len(first))))
            self._head = [] if is_numbered else [first]
        self._first = 1 if self._head else 2
        self._head += self._first_rows()
        self.skipped: list[Skipped] = []
        self._short = 0

    @property
    def sample(self) -> Sequence[Sequence[str]]:
        """The first rows."""
        return self._head

    @property
    def notes(self) -> Sequence[str]:
        """What was found of the rows and their encoding."""
        short = N_("{rows} rows are shorter than the table: what they lack is missing").format(
            rows=f"{self._short:,}"
        )
        return [*self._source.warnings, *([short] if self._short else ())]

    def blocks(self, wanted: Sequence[int]) -> Iterator[Block]:
        """Yield all rows some at a time: the columns at `wanted`, in that order."""
        rows = chain(self._head, self._reader)
        first = self._first
        while some := self._taken(rows, first):
            numbers: Sequence[int] = range(first, first + len(some))
            first += len(some)
            if set(map(len, some)) != {len(self.columns)}:
                kept = [self._mend(number, cells) for number, cells in zip(numbers, some, strict=True)]
                numbers, some = list(compress(numbers, kept)), list(compress(some, kept))
            columns = list(zip(*some, strict=True))
            if some:
                yield [f"row {number}" for number in numbers], [columns[place] for place in wanted]

    def _taken(self, rows: Iterator[list[str]], first: int) -> list[list[str]]:
        """Return the next rows; `first` is the number of the first of them."""
        some: list[list[str]] = []
        try:
            some.extend(islice(rows, BLOCK))
        except csv.Error as error:
            raise self._unsound(first + len(some), error) from None
        return some

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    def _mend(self, number: int, cells: list[str]) -> bool:
        """Make a row as long as the table, where it is certain how; else leave it out."""
        width = len(self.columns)
        if len(cells) == width:
            return True
        if not any(cells):
            return False  # an empty line is no row
        if len(cells) < width:
            self._short += 1
            cells += [""] * (width - len(cells))
            return True
        if not any(cells[width:]):
            del cells[width:]
            return True
        reason = N_("it has {cells} cells under {columns} columns: quote cells that hold separators").format(
            cells=f"{len(cells):,}", columns=f"{width:,}"
        )
        self.skipped.append(Skipped(f"row {number}", reason))
        return False

    def _first_rows(self) -> list[list[str]]:
        rows: list[list[str]] = []
        size = 0
        for number in range(self._first, self._first + SAMPLED):
            row = self._next(number)
            if not row and self._is_over:
                break
            rows.append(row)
            size += sum(map(len, row))
            if size > LARGEST_SAMPLE:
                break
        return rows

    def _next(self, number: int) -> list[str]:
        self._is_over = False
        try:
            for row in islice(self._reader, 1):
                return row
        except csv.Error as error:
            raise self._unsound(number, error) from None
        self._is_over = True
        return []

    def _unsound(self, number: int, error: csv.Error) -> InputError:
        is_open = any(said in str(error) for said in ("field limit", "end of data", "expected after"))
        problem = N_("a quote is not closed") if is_open else str(error)
        return InputError(
            N_("this is not a sound table ({reason})").format(reason=problem),
            source=self._name,
            place=f"row {number:,}",
            remedy=N_("Export it again; cells with quotes, separators or line breaks must be quoted"),
        )
