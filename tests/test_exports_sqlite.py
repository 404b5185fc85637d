"""Databases of others: read where they lie, refused with a reason, nothing in them run."""

import gzip
import sqlite3

import pytest
from conftest import ROOT

from threads.errors import InputError
from threads.parse.exports.one_million_posts import OneMillionPosts
from threads.parse.exports.sqlite_files import opened, rows
from threads.parse.formats import Options
from threads.parse.source import Source

SAMPLE = ROOT / "sample_data" / "one_million_posts" / "thread.sqlite"


def database(folder, script):
    path = folder / "a.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(script)
    connection.close()
    return Source.from_path(path)


def test_a_packed_database_is_read_too(tmp_path):
    packed = tmp_path / "corpus.sqlite3.gz"
    packed.write_bytes(gzip.compress(SAMPLE.read_bytes()))
    source = Source.from_path(packed)
    assert OneMillionPosts().sniff(source)
    assert OneMillionPosts().read(source, Options()).report.kept == 4


def test_a_damaged_database_is_told(tmp_path):
    path = tmp_path / "a.sqlite"
    path.write_bytes(SAMPLE.read_bytes()[:2048])
    with pytest.raises(InputError, match="the database cannot be read"):
        OneMillionPosts().read(Source.from_path(path), Options())


def test_a_view_in_the_place_of_a_table_is_not_run(tmp_path):
    view = """CREATE VIEW Posts AS
        WITH RECURSIVE endless(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless) SELECT n FROM endless;"""
    with (
        pytest.raises(InputError, match="it has no table Posts"),
        opened(database(tmp_path, view)) as connection,
    ):
        list(rows(connection, "Posts", "ID_Post"))


def test_nothing_is_written(tmp_path):
    with (
        pytest.raises(InputError, match="readonly"),
        opened(database(tmp_path, "CREATE TABLE a (b)")) as connection,
    ):
        connection.execute("INSERT INTO a VALUES (1)")
