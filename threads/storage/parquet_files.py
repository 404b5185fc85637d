"""Comments as Parquet, and back to equal values. It needs pyarrow, the extra `parquet`.

Texts are as in a CSV file: what UTF-8 cannot hold is written as in `threads.parse.storable`. Whole numbers
are int64, times are microseconds in UTC, and what is missing is null. Each column carries its unit and what
it means in its metadata ("unit", "help").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, BinaryIO

import pandas as pd

from threads.errors import StoreError
from threads.frames import typed
from threads.parse.storable import from_storable, to_storable
from threads.records import Column
from threads.storage.parts import kind_of

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_OF_A_GROUP = 50_000


def require_parquet(name: str) -> None:
    """Raise StoreError, naming the file and the remedy, where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise StoreError(
            "Parquet needs pyarrow, which is not installed",
            source=name,
            remedy="Install the extra parquet: pip install '.[parquet]' in the project's folder, "
            "or pip install pyarrow",
        )


def write_parquet(frames: Iterable[pd.DataFrame], columns: Sequence[Column], file: BinaryIO) -> None:
    """Write a table; a group of rows is in memory at a time.

    Parameters
    ----------
    frames
        Rows in the dtypes of `threads.records.DTYPES`, all with the columns of the first; index not written.
    columns
        What is known of the columns: unit and help go with those of the same name.
    file
        Takes bytes; it need not seek.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra

    known = {column.name: column for column in columns}
    writer: pq.ParquetWriter | None = None
    try:
        for frame in frames:
            table = _table(frame, known)
            if writer is None:
                writer = pq.ParquetWriter(file, table.schema, compression="zstd")
            writer.write_table(table, row_group_size=ROWS_OF_A_GROUP)
    finally:
        if writer is not None:
            writer.close()


def read_parquet(
    file: BinaryIO | str, *, columns: Sequence[str] | None = None, groups: Sequence[int] | None = None
) -> pd.DataFrame:
    """Return the table that `write_parquet` wrote: the same columns, dtypes and values.

    Of it only these `columns`, as far as it has them, and these groups of rows, where they are given.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra

    opened = pq.ParquetFile(file)
    groups = range(opened.metadata.num_row_groups) if groups is None else groups
    names = opened.schema_arrow.names
    wanted = names if columns is None else [name for name in columns if name in names]
    frame = opened.read_row_groups(list(groups), columns=wanted).to_pandas()
    known = tuple(Column(str(name), kind_of(frame[name]), "") for name in frame.columns)
    texts = {
        column.name: frame[column.name].map(from_storable, na_action="ignore")
        for column in known
        if column.kind == "text"
    }
    return typed(frame.assign(**texts), known)


def _table(frame: pd.DataFrame, known: dict[str, Column]) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    types: dict[str, Any] = {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "time": pa.timestamp("us", tz="UTC"),
    }
    fields = []
    storable: dict[str, Any] = {}
    for name in map(str, frame.columns):
        kind = kind_of(frame[name])
        if kind == "text":
            storable[name] = frame[name].map(to_storable, na_action="ignore")
        column = known.get(name, Column(name, kind, ""))
        fields.append(pa.field(name, types[kind], metadata={"help": column.help, "unit": column.unit}))
    return pa.Table.from_pandas(frame.assign(**storable), schema=pa.schema(fields), preserve_index=False)
