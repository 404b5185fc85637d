"""Imports of large inputs: in parts, interrupted and gone on with, and nothing half stored."""

import json
import os
import signal
import subprocess
import sys

import pytest

from threads import analysis
from threads.analysis import import_reading
from threads.errors import InputError
from threads.parse import Options, Source, reading
from threads.settings import Settings
from threads.storage import Store


def dump(path, threads=6, each=5):
    """A dump of Reddit whose threads are spread over the file."""
    lines = [
        {
            "id": f"c{number}",
            "link_id": f"t3_t{number % threads}",
            "parent_id": f"t1_c{number - threads}" if number >= threads else f"t3_t{number % threads}",
            "author": f"user{number % 4}",
            "created_utc": 1_700_000_000 + number,
            "body": f"This is what number {number} has to say.",
            "subreddit": "test",
        }
        for number in range(threads * each)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def found(path):
    return reading(Source.from_path(path), Options(), settings=Settings())


def rows(store):
    return store.comments().sort_values(["thread_id", "position"]).reset_index(drop=True)


def test_a_large_input_is_stored_in_parts_of_whole_discussions(store, tmp_path):
    told = []
    added = import_reading(
        store, found(dump(tmp_path / "d")), Settings(), comments_at_once=10, told=told.append
    )
    assert (added.discussions, added.comments, added.known) == (6, 30, 0)
    assert [part.comments for part in told] == [10, 10, 10]
    assert len(rows(store)) == 30


def test_what_is_stored_already_is_neither_scored_nor_stored_again(store, tmp_path, monkeypatch):
    path = dump(tmp_path / "d")
    import_reading(store, found(path), Settings(), comments_at_once=10)
    monkeypatch.setattr(analysis, "import_parsed", lambda *_, **__: pytest.fail("it was stored again"))
    again = import_reading(store, found(path), Settings(), comments_at_once=10)
    assert (again.comments, again.known) == (0, 30)


def test_an_interrupted_import_goes_on_where_it_was(store, tmp_path, monkeypatch):
    path = dump(tmp_path / "d")

    def stopping(part):
        if part.comments:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_reading(store, found(path), Settings(), comments_at_once=10, told=stopping)
    assert len(rows(store)) == 10
    added = import_reading(store, found(path), Settings(), comments_at_once=10)
    assert (added.comments, added.known) == (20, 10)


def test_an_input_of_one_part_is_imported_as_ever(store, tmp_path):
    import_reading(store, found(dump(tmp_path / "d")), Settings())
    (thread, *_) = rows(store)["thread_id"]
    assert store.report(thread).warnings == ()
    assert store.report(thread).kept == 30


def test_nothing_is_stored_of_an_input_that_cannot_be_read_whole(store, tmp_path):
    path = dump(tmp_path / "d")
    limited = reading(Source.from_path(path), Options(), settings=Settings(max_comments=4))
    with pytest.raises(InputError, match="a discussion has at least 5 comments, more than the limit of 4"):
        import_reading(store, limited, Settings(), comments_at_once=10)
    assert rows(store).empty


def test_killed_in_the_middle_it_leaves_whole_discussions_and_goes_on(tmp_path):
    path = dump(tmp_path / "d", threads=40)
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    code = (
        "import sys; from test_importing_large import *; store = Store.open(sys.argv[2]); "
        "import_reading(store, found(sys.argv[1]), Settings(), comments_at_once=10, "
        "told=lambda _: print('part', flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path), url],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["tests", *sys.path])},
    )
    process.stdout.readline()
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with Store.open(url) as store:
        sizes = rows(store).groupby("thread_id").size()
        assert len(sizes) >= 4
        assert set(sizes) == {5}
        added = import_reading(store, found(path), Settings(), comments_at_once=10)
        assert (added.comments + added.known, len(rows(store))) == (200, 200)
        assert added.known == 5 * len(sizes)
