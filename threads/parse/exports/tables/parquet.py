"""Format "parquet": what this program writes, back to the same records, and any other table of comments.

It needs pyarrow, the extra `parquet`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from typing import Any

from threads.errors import InputError
from threads.language import N_
from threads.parse.exports.tables.formats import TableExport
from threads.parse.exports.tables.objects import Objects
from threads.parse.exports.tables.table import BLOCK, Table
from threads.parse.formats import Options
from threads.parse.own_rows import REQUIRED, OwnRows
from threads.parse.reading import Reading
from threads.parse.source import Source
from threads.parse.storable import from_storable

_MAGIC = b"PAR1"


class Parquet(TableExport):
    """Rows of any columns; those of a struct have dotted names."""

    name = "parquet"
    help = "A Parquet file: what `--parquet` writes, or a table of comments; see `--mapping`."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as Parquet does."""
        return source.start.startswith(_MAGIC)

    def table(self, source: Source) -> Table:
        """Return the table in a source, opened."""
        return Objects(source, _objects(source))

    def reading(self, source: Source, options: Options) -> Reading:
        """Return our own records as they were written, another table as its columns are understood.

        Raises
        ------
        InputError
            It is damaged, pyarrow is not installed, or the mapping names a column that is not there.
        """
        if not set(REQUIRED) <= _columns(source) or options.mapping is not None:
            return super().reading(source, options)
        own = OwnRows(source.name, self.name)
        for number, row in enumerate(_rows(source), start=1):
            own.add(f"row {number:,}", {name: _as_found(value) for name, value in row.items()})
        return Reading.of(own.parsed())


def _objects(source: Source) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows of a Parquet file as objects."""
    for number, row in enumerate(_rows(source), start=1):
        yield f"row {number}", row


def _opened(source: Source, stream: Any) -> Any:
    if find_spec("pyarrow") is None:
        raise InputError(
            N_("Parquet needs pyarrow, which is not installed"),
            source=source.name,
            remedy=N_("Install the extra parquet: pip install pyarrow; or export its rows as CSV"),
        )
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        return pq.ParquetFile(stream)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(source, error) from None


def _columns(source: Source) -> set[str]:
    with source.stored() as stream:
        return set(_opened(source, stream).schema_arrow.names)


def _rows(source: Source) -> Iterator[dict[str, Any]]:
    with source.stored() as stream:
        opened = _opened(source, stream)
        _check_size(source, opened.metadata)
        try:
            for batch in opened.iter_batches(batch_size=BLOCK):
                yield from batch.to_pylist()
        except InputError:
            raise
        except (OSError, ValueError) as error:  # of which pyarrow's own are
            raise _damaged(source, error) from None


def _check_size(source: Source, metadata: Any) -> None:
    """Refuse a file that says of itself that it unpacks to far more than it has."""
    size = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    if size > 1_000_000 and size > source.size * source.settings.max_unpacked_ratio:
        raise InputError(
            N_("it unpacks to {ratio} times its size, more than the limit of {limit}").format(
                ratio=f"{size // max(source.size, 1):,}", limit=f"{source.settings.max_unpacked_ratio:,}"
            ),
            source=source.name,
            remedy=N_("Raise the limit with the variable BTL_MAX_UNPACKED_RATIO"),
        )


def _damaged(source: Source, error: Exception) -> InputError:
    return InputError(
        N_("the Parquet file cannot be read ({kind})").format(kind=type(error).__name__),
        source=source.name,
        remedy=N_("Write or download it again"),
    )


def _as_found(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return from_storable(value) if isinstance(value, str) else value
