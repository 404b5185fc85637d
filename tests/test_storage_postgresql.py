"""The same store on a real PostgreSQL server."""

import pandas as pd
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from test_storage import comment, links, parsed, scored

from threads.records import Skipped, comments_frame
from threads.storage import Store
from threads.storage.engine import make_engine, reading, writing
from threads.storage.tables import metadata


@pytest.fixture
def url(postgresql):
    """The address of an empty database."""
    engine = make_engine(postgresql)
    with writing(engine) as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgresql


@pytest.fixture
def store(url):
    with Store.open(url) as opened:
        yield opened


def test_the_migrations_make_the_tables_that_the_code_declares(store):
    with reading(store._engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_name_of_any_length_is_stored(store):
    name = "".join(chr(0x4E00 + n * n % 20_000) for n in range(20_000))
    what = parsed(comments=[comment(1, author=name, author_id=name)])
    store.add(what, scored(0.0), {})
    assert store.comments()["author"].tolist() == [name]


def test_what_was_added_comes_back_equal_and_is_not_added_twice(store):
    hostile = "a\ud83d\ude00\udfff\x00\x1a0000"
    what = parsed(1, 2, title=hostile, skipped=(Skipped(hostile, hostile),))
    first = store.add(what, scored(0.1, None), {("t", "c1"): [links()]})
    second = store.add(what, scored(0.1, None), {("t", "c1"): [links()]})
    assert (first.comments, second.comments, second.known) == (2, 0, 2)
    found = store.comments("t").drop(columns="state")
    pd.testing.assert_frame_equal(found, comments_frame(what.discussions))
    assert (store.discussion("t").title, store.report("t")) == (hostile, what.report)
    assert [item.comment_id for item in store.queue()] == ["c1"]
    assert store.discussions()["flagged_open"].tolist() == [1]
