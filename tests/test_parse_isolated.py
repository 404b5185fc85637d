"""Parsing in another process: the same answer, and named errors where an input breaks a limit."""

import os
import signal
import threading
import time

import pytest

from threads.errors import InputError, SettingError
from threads.parse import Source, parse
from threads.parse.formats import Options
from threads.parse.isolated import _POOL, _parsed, _plain, parse_isolated, warm
from threads.samples import sample_folder
from threads.settings import Settings

SAMPLE = sample_folder() / "siberia_pipeline" / "thread.txt"


class Hostile(Source):
    """An input whose reading does something; made here, read in the worker."""

    def __init__(self, act, *arguments):
        super().__init__("hostile", "text")
        self.act, self.arguments = act, arguments

    @property
    def head(self):
        self.act(*self.arguments)
        return "text"


def take_memory(size):
    bytearray(size)


def take_time(stop=None):
    while True:
        if stop:
            time.sleep(stop)


def fail():
    raise ZeroDivisionError("no such luck")


def refuse():
    raise SettingError("no such zone", source="--timezone", remedy="Give another")


def kill(number):
    os.kill(os.getpid(), number)


def read(source, **settings):
    return parse_isolated(source, Options(), settings=Settings(**settings))


def test_the_answer_is_that_of_parse():
    source = Source.from_path(SAMPLE)
    assert read(source) == parse(source, Options())


def test_every_field_and_character_comes_back():
    source = Source.from_text("Ann Lee\nMay 17, 2024 at 20:41\nhalf \ud83d and \x00 zero \u202e turned\n" * 3)
    parsed = parse(source, Options())
    assert _parsed(_plain(parsed)) == parsed
    assert read(source) == parsed


def test_a_worker_stays_for_the_next_input():
    read(Source.from_path(SAMPLE))
    (worker, *_) = _POOL._waiting
    read(Source.from_path(SAMPLE))
    assert worker in _POOL._waiting


def test_a_worker_that_went_while_it_waited_is_replaced():
    read(Source.from_path(SAMPLE))
    for worker in _POOL._waiting:
        worker._process.kill()
        worker._process.wait()
    assert read(Source.from_path(SAMPLE)).report.kept == 8


def test_what_one_input_changes_the_next_does_not_meet():
    with pytest.raises(SettingError):
        read(Hostile(leave_behind, "left behind"))
    with pytest.raises(InputError, match="AttributeError"):
        read(Hostile(look_for))


def leave_behind(text):
    os.left_behind = text
    refuse()


def look_for():
    os.left_behind  # noqa: B018 - is it there?


@pytest.mark.parametrize(
    ("act", "settings", "message"),
    [
        (
            (take_memory, 1_600_000_000),
            {},
            r"more memory than the limit of 1,500,000,000 bytes.*BTL_PARSE_BYTES",
        ),
        ((take_time,), {"parse_seconds": 1}, r"longer than the limit of 1 seconds.*BTL_PARSE_SECONDS"),
        ((take_time, 0.1), {"parse_seconds": 1}, r"longer than the limit of 1 seconds.*BTL_PARSE_SECONDS"),
        ((os._exit, 3), {}, r"reading it failed \(exit code 3\)"),
        ((kill, signal.SIGSEGV), {}, rf"reading it failed \(signal {signal.SIGSEGV:d}\)"),
        ((kill, signal.SIGKILL), {}, "more memory"),
        ((kill, signal.SIGXCPU), {}, "longer than the limit of 60 seconds"),
        ((fail,), {}, r"reading it failed \(ZeroDivisionError\)"),
    ],
    ids=["memory", "processor", "clock", "exit", "crash", "killed", "processor-signal", "exception"],
)
def test_what_breaks_a_limit_is_a_named_error_and_the_next_input_is_read(act, settings, message):
    with pytest.raises(InputError, match=f"hostile: .*{message}"):
        read(Hostile(*act), **settings)
    assert read(Source.from_path(SAMPLE)).report.kept == 8


def test_errors_of_the_input_come_back_as_they_are():
    with pytest.raises(SettingError) as caught:
        read(Hostile(refuse))
    assert (caught.value.problem, caught.value.source, caught.value.remedy) == (
        "no such zone",
        "--timezone",
        "Give another",
    )


def test_more_inputs_than_workers_wait_for_each_other():
    kept = []
    threads = [
        threading.Thread(target=lambda: kept.append(read(Source.from_path(SAMPLE)).report.kept))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept == [8] * 4


def test_warming_up_starts_one_worker():
    _POOL.close()
    warm()
    warm()
    assert len(_POOL._waiting) == 1
    assert read(Source.from_path(SAMPLE)).report.kept == 8
