"""Parquet in: our own records come back as they were, other tables as their columns are understood."""

import io

import pytest

from threads.errors import InputError
from threads.frames import comments_frame
from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import COMMENT_COLUMNS
from threads.settings import Settings
from threads.storage.parquet_files import write_parquet

pytest.importorskip("pyarrow")


def read(data, settings=None):
    return parse(Source.from_bytes(data, "comments.parquet"), Options(), settings=settings or Settings())


def test_what_was_written_is_read_back_as_it_was():
    line = '{"id": %d, "text": "A\\u0000 \\ud83d", "author": "Ann", "created_at": "2024-05-17T20:41Z"}\n'
    before = parse(Source.from_text(line % 7 + line % 8), Options()).discussions
    file = io.BytesIO()
    write_parquet([comments_frame(before)], COMMENT_COLUMNS, file)
    after = read(file.getvalue()).discussions
    assert [c for d in after for c in d.comments] == [c for d in before for c in d.comments]
    assert before[0].comments[0].text == "A\x00 \ud83d"


def test_a_damaged_file_is_a_named_error():
    with pytest.raises(InputError, match="the Parquet file cannot be read"):
        read(b"PAR1" + b"\x01" * 500 + b"PAR1")


def test_a_file_that_unpacks_to_far_more_than_it_has_is_refused():
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    table = pa.table({"text": ["x" * 10_000_000]})
    pq.write_table(table, file, compression="zstd", use_dictionary=False)
    with pytest.raises(InputError, match="times its size"):
        read(file.getvalue())
