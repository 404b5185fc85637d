"""Reads that belong together see the store at one moment, in one transaction, on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, text

from threads.analysis import import_parsed
from threads.errors import StoreError
from threads.moderation.queue_filter import QueueFilter
from threads.records import Comment, Discussion, Parsed, Report
from threads.settings import Settings
from threads.storage.engine import asking, one_view, reading


def add(store, name):
    one = Comment(
        thread_id=name, comment_id="1", position=0, author="Ada", text="A tram.", source_format="test"
    )
    found = Discussion(thread_id=name, source_format="test", comments=(one,), source=f"{name}.txt")
    import_parsed(store, Parsed(discussions=(found,), report=Report(source="test", kept=1)), Settings())


def elsewhere(task, *arguments):
    """Do a task in another thread, and wait for it."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(task, *arguments).result()


def stored(store):
    return store.queue_counts(QueueFilter(view="all"))["all"]


def test_what_another_writes_meanwhile_is_seen_after_the_view_only(store):
    add(store, "first")
    with store.one_view():
        before = stored(store)
        elsewhere(add, store, "second")
        assert (before, stored(store), len(store.discussions())) == (1, 1, 1)
    assert stored(store) == 2


def test_another_thread_has_no_part_in_the_view(store):
    with store.one_view():
        assert stored(store) == 0
        elsewhere(add, store, "first")
        assert elsewhere(stored, store) == 1


def test_what_the_thread_itself_writes_is_seen_at_once(store):
    with store.one_view():
        assert stored(store) == 0
        add(store, "first")
        assert stored(store) == 1


def test_all_reads_of_a_view_take_one_transaction(store):
    begun = []
    event.listen(store._engine, "begin", begun.append)
    with store.one_view():
        stored(store)
        with store.one_view():
            store.newest()
        store.last_change()
    assert len(begun) == 1


def test_a_read_that_fails_leaves_the_view_to_the_next(store):
    with store.one_view():
        stored(store)
        with pytest.raises(StoreError), reading(store._engine) as connection:
            connection.execute(text("SELECT nothing FROM nowhere"))
        assert stored(store) == 0


def test_no_connection_is_kept_after_a_view(store):
    with pytest.raises(StoreError), one_view(store._engine), reading(store._engine) as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
    assert store._engine.pool.checkedout() == 0


def test_a_view_that_nothing_was_read_in_opens_no_connection(store):
    with store.one_view():
        assert store._engine.pool.checkedout() == 0


def test_what_is_asked_for_by_itself_sees_this_moment(store):
    with store.one_view():
        stored(store)
        elsewhere(add, store, "first")
        with reading(store._engine, own=True) as connection:
            assert connection.scalar(text("SELECT count(*) FROM comments")) == 1
    with asking(store._engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM comments")) == 1


def test_an_outline_that_another_thread_has_brought_up_to_date_is_not_set_back(store):
    with store.one_view():
        stored(store)
        elsewhere(add, store, "first")
        elsewhere(store.outlines.current)
        assert store.outlines.current().thread_ids == ("first",)
