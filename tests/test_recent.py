"""What many ask for all the time is found out once in a while."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.recent import MOST, Recent


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def recent(answer=None, takes=0.0):
    """Return what keeps answers, the keys that were asked for, and the clock."""
    clock, asked = Clock(), []

    def ask(key):
        asked.append(key)
        clock.now += takes
        return answer(key) if answer else len(asked)

    return Recent(ask, clock), asked, clock


def test_an_answer_is_a_second_old_at_most():
    find, _, clock = recent()
    first = find("a")
    clock.now = 0.99
    assert find("a") == first
    clock.now = 1.0
    assert find("a") == first + 1


def test_what_takes_long_is_kept_for_twenty_times_as_long():
    find, asked, clock = recent(takes=3.0)
    find("a")
    clock.now = 62.9
    find("a")
    assert asked == ["a"]
    clock.now = 63.0
    find("a")
    assert asked == ["a", "a"]


def test_each_key_has_an_answer_of_its_own():
    find, asked, _ = recent(answer=str.upper)
    assert [find("a"), find("b"), find("a")] == ["A", "B", "A"]
    assert asked == ["a", "b"]


def test_an_error_is_not_kept():
    find, asked, _ = recent(answer=lambda _: 1 / (len(asked) - 1))
    with pytest.raises(ZeroDivisionError):
        find("a")
    assert find("a") == 1


def test_those_who_ask_at_once_wait_for_one_answer():
    begun, go = threading.Event(), threading.Event()

    def ask(_key):
        begun.set()
        go.wait(10)
        asked.append(1)
        return "found"

    asked = []
    find = Recent(ask)
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(find, "a") for _ in range(3)]
        begun.wait(10)
        go.set()
    assert ([answer.result() for answer in answers], asked) == (["found"] * 3, [1])


def test_answers_kept_are_bounded_in_number():
    find, asked, _ = recent()
    for key in range(MOST + 1):
        find(key)
    find(MOST)
    find(0)
    assert asked == [*range(MOST + 1), 0]
