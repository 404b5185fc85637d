"""Work on every core: the same answers in the same order, whatever happens to a process."""

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from pieces import dying, own_process, refusing, squared

from threads.analysis import import_reading
from threads.cli import main
from threads.errors import InputError, WorkerError
from threads.parse import Options, Source, reading
from threads.samples import sample_folder
from threads.settings import Settings
from threads.storage import Store
from threads.storage.parquet_files import read_parquet
from threads.workers import LARGE, Workers, number_of_workers

FORUM = [
    "The tunnel costs too much, and nobody asked us. Who wants it, you idiots?",
    "I agree with the others: the ferry is cheaper, see http://ferry.example/ for the figures.",
    "No, that is wrong! In my opinion the harbour needs it, because the bridge is fifty years old.",
]


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def dump(path, threads, each=6):
    """A dump of Reddit whose threads are spread over the file."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(threads * each):
            values = {
                "id": f"c{number}",
                "link_id": f"t3_t{number % threads}",
                "parent_id": f"t1_c{number - threads}" if number >= threads else f"t3_t{number % threads}",
                "author": f"user{number % 40}",
                "created_utc": 1_700_000_000 + 7 * number,
                "body": f"{FORUM[number % len(FORUM)]} It is number {number}.",
                "subreddit": "test",
            }
            file.write(json.dumps(values) + "\n")
    return path


def test_answers_come_in_the_order_of_the_pieces_from_the_same_few_processes():
    with Workers(2) as workers:
        assert list(workers.in_order(squared, range(50))) == [n * n for n in range(50)]
        used = set(workers.in_order(own_process, range(20)))
    assert len(used) <= 2
    assert os.getpid() not in used
    assert not any(map(is_running, used))


def test_pieces_are_taken_as_they_are_worked_on_not_all_at_once():
    taken = []
    with Workers(2) as workers:
        answers = workers.in_order(squared, (taken.append(n) or n for n in range(1_000)))
        next(answers)
        assert len(taken) < 10


def test_one_worker_is_this_process():
    with Workers(1) as workers:
        assert list(workers.in_order(own_process, [0])) == [os.getpid()]


def test_an_error_comes_as_it_was_raised():
    with Workers(2) as workers, pytest.raises(InputError) as caught:
        list(workers.in_order(refusing, range(3)))
    assert str(caught.value) == "file 0: it cannot be read. Give another one"
    assert caught.value.remedy == "Give another one"


def test_a_worker_that_dies_is_told_and_nothing_of_its_work_is_missing(tmp_path):
    told = []
    with Workers(2, told.append) as workers:
        answers = list(workers.in_order(partial(dying, folder=tmp_path, times=1), range(8)))
    assert answers == list(range(8))
    assert told == ["a worker was ended by signal 9; what it was at is tried once more"]


def test_a_piece_that_ends_two_workers_is_an_error(tmp_path):
    with Workers(2) as workers, pytest.raises(WorkerError, match="signal 9, twice at the same part"):
        list(workers.in_order(partial(dying, folder=tmp_path, times=2), range(8)))


@pytest.mark.parametrize(("asked", "size", "count"), [(3, 0, 3), (1, LARGE, 1), (0, LARGE - 1, 1)])
def test_how_many_work(asked, size, count):
    assert number_of_workers(asked, size) == count


def test_large_inputs_are_worked_on_by_every_core(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(7)), raising=False)
    assert number_of_workers(0, LARGE) == 7


def btl(*arguments):
    done = CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def test_a_pool_gives_the_very_rows_of_one_process(tmp_path, monkeypatch):
    monkeypatch.setattr("threads.analysis.COMMENTS_AT_ONCE", 100)  # so that both workers have some
    file = dump(tmp_path / "dump.ndjson", threads=100)
    for count in (1, 2):
        btl("analyse", file, "--workers", count, "--parquet", tmp_path / f"{count}.parquet")
    one, pool = (read_parquet(str(tmp_path / f"{count}.parquet")) for count in (1, 2))
    assert len(one) == 600
    pd.testing.assert_frame_equal(one, pool, check_exact=True)
    manifests = [(tmp_path / f"{count}.parquet.manifest.json").read_text() for count in (1, 2)]
    assert manifests[0].replace("1.parquet", "") == manifests[1].replace("2.parquet", "")


def test_a_pool_stores_the_very_rows_of_one_process(tmp_path):
    file = dump(tmp_path / "dump.ndjson", threads=100)
    tables, flagged = [], []
    for count in (1, 2):
        found = reading(Source.from_path(file), Options(), settings=Settings())
        with Store.open(f"sqlite:///{tmp_path / f'{count}.sqlite'}") as store, Workers(count) as workers:
            added = import_reading(store, found, Settings(), comments_at_once=100, workers=workers)
            assert added.comments == 600
            flagged.append((added.flagged, store.exports.flagged().flags))
            tables.append(store.comments().sort_values(["thread_id", "position"], ignore_index=True))
    assert flagged[0] == flagged[1]
    assert {found.rule for flags in flagged[0][1] for found in flags} >= {"campaigns", "profanity"}
    pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_a_pool_flags_by_the_rules_that_are_in_force_when_it_is_stored(tmp_path):
    file = dump(tmp_path / "dump.ndjson", threads=50)
    flagged = []
    for count in (1, 2):
        found = reading(Source.from_path(file), Options(), settings=Settings())
        with Store.open(f"sqlite:///{tmp_path / f'{count}.sqlite'}") as store, Workers(count) as workers:
            book = store.rule_books.current(Settings()).changed("profanity", on=False)

            def told(_, books=store.rule_books, book=book):
                if books.latest() is None:  # all parts but the first were judged by then, or are being judged
                    books.save(book, "ann")

            import_reading(store, found, Settings(), comments_at_once=100, told=told, workers=workers)
            flags = store.exports.flagged().flags
            flagged.append(flags)
            assert 0 < sum(found.rule == "profanity" for some in flags for found in some) <= 40
    assert flagged[0] == flagged[1]


def test_several_files_are_read_by_workers_to_the_same_records_and_messages(tmp_path):
    files = sorted(sample_folder().glob("*/thread.html"))[:4]
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    said = []
    for count in (1, 2):
        names = [*map(str, files), str(broken), str(tmp_path / "nowhere")]
        done = CliRunner().invoke(main, ["parse", *names, "--json", "-", "--workers", str(count)])
        said.append((done.exit_code, done.stdout, done.stderr))
    assert said[0] == said[1]
    assert len(json.loads(said[0][1])["discussions"]) >= len(files)
    assert "nowhere" in said[0][2]


def children(process):
    """Return the processes that the threads of one have started."""
    lists = Path(f"/proc/{process}/task").glob("*/children")
    return [int(number) for numbers in lists for number in numbers.read_text("ascii").split()]


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux lists them")
def test_interrupted_nothing_is_half_stored_and_no_process_is_left(tmp_path):
    """Ctrl-C reaches a whole group of processes."""
    file = dump(tmp_path / "dump.ndjson", threads=2_000)
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    code = (
        "import sys, threads.analysis as a, threads.cli as c\n"
        "from contextlib import contextmanager\n"
        "from functools import partial\n"
        "a.import_reading = partial(a.import_reading, comments_at_once=300)\n"
        "kept = c.stored_so_far\n"
        "@contextmanager\n"
        "def telling():\n"
        "    with kept() as told:\n"
        "        yield lambda part: (told(part), print('part', flush=True))\n"
        "c.stored_so_far = telling\n"
        "sys.argv = ['btl', *sys.argv[1:]]\n"
        "c.main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "import", str(file), "--db", url, "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    )
    assert process.stdout.readline() == "part\n"
    working = children(process.pid)
    assert len(working) == 2
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "comments are stored; the same command goes on from there" in said
    assert "Traceback" not in said
    assert not any(map(is_running, working))
    with Store.open(url) as store:
        assert set(store.comments().groupby("thread_id").size()) == {6}


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to a process")
def test_interrupted_while_it_reads_it_says_that_nothing_is_stored(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "threads", "import", "-", "--db", f"sqlite:///{tmp_path / 'store.sqlite'}"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    )
    process.stdin.write(b"a" * 1_000_000)  # more than a pipe holds: once it is written, it is being read
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said == b"\nstopped: 0 comments are stored; the same command goes on from there\n\nAborted!\n"


def test_settings_name_the_workers():
    assert Settings.from_environment({"BTL_WORKERS": "3"}).workers == 3
