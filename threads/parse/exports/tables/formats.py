"""The formats of tables: of text, of Excel, and of JSON objects."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace

from threads.errors import InputError
from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import Found
from threads.parse.exports.gathering import reading, with_remarks
from threads.parse.exports.tables.delimited import Delimited
from threads.parse.exports.tables.dialect import Dialect, dialect
from threads.parse.exports.tables.elements import Shape, elements, shape
from threads.parse.exports.tables.objects import Objects
from threads.parse.exports.tables.reader import found_in, understood
from threads.parse.exports.tables.sheets import Sheet, is_workbook
from threads.parse.exports.tables.table import Table
from threads.parse.formats import Options
from threads.parse.reading import Reading
from threads.parse.source import Source

_NAMED_A_TABLE = (".csv", ".tsv", ".tab")
_OBJECTS = re.compile(r'\ufeff?\s*(?:(?:\[\s*)?\{\s*"|\[\s*"|(?:\[\s*){20})')
_POINTER = re.compile(r"\s*version https://git-lfs\.github\.com/spec/|/annex/objects/|\.git/annex/")
_POINTER_SIZE = re.compile(r"^size (\d{1,15})$", re.MULTILINE)


class TableExport(Export):
    """A kind of table; its columns mean what the mapping of the options says, or what is guessed."""

    @abstractmethod
    def table(self, source: Source) -> Table:
        """Return the table in a source, opened."""

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield the comments of the table, and the threads that its rows name."""
        return found_in(understood(self.table(source), options.mapping, source.name), options)

    def reading(self, source: Source, options: Options) -> Reading:
        """Return the table discussion by discussion, with a report of what its columns were taken for.

        Raises
        ------
        InputError
            It is damaged, or the mapping names a column that is not there.
        """
        table = understood(self.table(source), options.mapping, source.name)
        found = reading(
            with_remarks(found_in(table, options), source),
            source.name,
            self.name,
            addresses=options.addresses,
            most=source.settings.max_comments,
        )
        return Reading(found.discussions, lambda: replace(found.report(), columns=table.columns))


class TextTable(TableExport):
    """Comma-, semicolon-, tab- and bar-separated text."""

    name = "table"
    help = "A table of comments as text (CSV, TSV), whatever its columns are called; see `--mapping`."

    def sniff(self, source: Source) -> bool:
        """Return whether rows have the same number of cells, or a pointer to a file stands in its place."""
        return _is_pointer(source) or _dialect(source) is not None

    def table(self, source: Source) -> Table:
        """Return the table in a source, opened."""
        if _is_pointer(source):
            size = _POINTER_SIZE.search(source.head)
            pointer = N_("this is a pointer to a file that is kept elsewhere (Git LFS, git-annex)")
            sized = N_(
                "this is a pointer to a file of {size} bytes that is kept elsewhere (Git LFS, git-annex)"
            )
            raise InputError(
                sized.format(size=f"{int(size[1]):,}") if size else pointer,
                source=source.name,
                remedy=N_("Fetch the file itself: `git lfs pull`, or the download button of its page"),
            )
        return Delimited(source, _dialect(source) or Dialect(has_header=False))


class Workbook(TableExport):
    """A workbook of Excel."""

    name = "excel"
    help = "An Excel workbook (.xlsx) with a table of comments; see `--mapping`."

    def sniff(self, source: Source) -> bool:
        """Return whether it is a workbook, those that must be converted first included."""
        return is_workbook(source.start)

    def table(self, source: Source) -> Table:
        """Return the table in a source, opened."""
        return Sheet(source)


class XmlTable(TableExport):
    """Elements of XML."""

    name = "xml-table"
    help = "XML with comments as elements, whatever they and what is in them are called (BlogML and others)."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as XML, with elements that have a text and an author, a time or an id."""
        return shape(source) is not None

    def table(self, source: Source) -> Table:
        """Return the table in a source, opened."""
        return Objects(source, elements(source, shape(source) or Shape("comment", None)))


class JsonTable(TableExport):
    """Objects of JSON."""

    name = "json-table"
    help = "JSON with comments as objects, in a list or one a line (NDJSON), whatever its keys are called."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as objects of JSON do."""
        return _OBJECTS.match(source.head) is not None

    def table(self, source: Source) -> Table:
        """Return the table in a source, opened."""
        return Objects(source)


def _is_pointer(source: Source) -> bool:
    return len(source.start) < 1_000 and _POINTER.match(source.head) is not None


def _dialect(source: Source) -> Dialect | None:
    head = source.read_head
    is_whole = len(head) < 16_000 or len(source.start) < 65_536
    named = source.name.lower().endswith(_NAMED_A_TABLE)
    return dialect(head, is_whole=is_whole, is_named=named)
