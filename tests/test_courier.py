"""From decision to platform and back, over real sockets and on both databases."""

import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from platforms import PlayedHook, PlayedWordPress, reset, status
from test_delivery import SECRET, webhook, wordpress
from test_outbox import Clock, audited, decide
from test_storage import comment, parsed, scored

from threads.delivery.configured import Refused, Unneeded, read_targets
from threads.delivery.courier import MOST_FAILURES, Courier, summary
from threads.errors import StoreError
from threads.settings import Settings
from threads.storage import Store
from threads.storage.outbox import NOTHING_SENT, SUPERSEDED

URL = "https://paper.example/news/a"
IDS = {"comment-12": 12, "comment-13": 13, "comment-14": 14, "comment-15": 15}
OWN = "b357b332bc686d5c"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(database, clock):
    comments = tuple(
        comment(place, thread_id="t", comment_id=name) for place, name in enumerate([*IDS, OWN], 1)
    )
    with Store.open(database, clock=clock) as opened:
        opened.add(parsed(comments=comments, url=URL), scored(*[0.1] * len(comments)), {})
        yield opened


@pytest.fixture
def site():
    with PlayedWordPress(dict.fromkeys(IDS.values(), "approved")).running() as played:
        yield played


@pytest.fixture
def hook():
    with PlayedHook().running() as played:
        yield played


@pytest.fixture
def courier(store, tmp_path, monkeypatch, clock):
    """Make a courier for the targets of a file."""
    monkeypatch.setenv("WP_PASSWORD", "abcd efgh ijkl mnop qrst uvwx")
    monkeypatch.setenv("HOOK_SECRET", SECRET)

    def make(text):
        path = tmp_path / "delivery.toml"
        path.write_text(text, encoding="utf-8")
        targets = read_targets(Settings(delivery_file=str(path)), clock)
        return Courier(store.outbox, targets, seconds=10, chance=lambda: 1.0)

    return make


def states(told):
    return [(one.waiting.comment_id, one.state) for one in told]


def statuses(site):
    return {number: values["status"] for number, values in site.comments.items()}


def test_decisions_reach_the_platform_each_once(store, site, courier):
    decide(store, "reject", comment="comment-12")
    decide(store, "reject", comment="comment-13", reason="spam")
    decide(store, "hold", comment="comment-14")
    decide(store, "escalate", comment="comment-15")
    one = courier(wordpress(site.url))
    assert summary(list(one.round())) == "3 delivered, 1 unneeded"
    assert statuses(site) == {12: "trash", 13: "spam", 14: "hold", 15: "approved"}
    asked = len(site.requests)
    assert summary(list(one.round())) == "nothing to deliver"
    assert summary(list(courier(wordpress(site.url)).round())) == "nothing to deliver"
    assert len(site.requests) == asked
    assert [(d["comment_id"], d["target"], d["status"]) for d in audited(store)] == [
        (f"comment-{number}", "paper", "delivered") for number in (12, 13, 14)
    ]
    assert store.verify() == []


def test_an_undo_is_told_as_the_state_before(store, site, courier):
    one = courier(wordpress(site.url))
    decide(store, "hold", comment="comment-12")
    list(one.round())
    decide(store, "reject", version=1, comment="comment-12")
    list(one.round())
    seen = [statuses(site)[12]]
    for version in (2, 3):
        decide(store, "undo", version=version, comment="comment-12")
        list(one.round())
        seen.append(statuses(site)[12])
    assert seen == ["trash", "hold", "approved"]  # the last is what it was when it was read


def test_an_undo_of_what_was_not_told_is_not_told(store, site, courier):
    decide(store, "reject", comment="comment-12")
    decide(store, "undo", version=1, comment="comment-12")
    list(courier(wordpress(site.url)).round())
    assert site.requests == []
    assert [d.answer for d in store.outbox.listed("unneeded")] == [NOTHING_SENT]


def test_what_cannot_be_told_is_kept_with_the_reason(store, site, courier):
    decide(store, "reject", comment=OWN)
    decide(store, "reject", comment="comment-12")
    assert states(courier(wordpress(site.url)).round()) == [(OWN, "failed"), ("comment-12", "delivered")]
    (failed,) = store.outbox.listed("failed")
    assert (failed.attempts, failed.answer) == (
        0,
        "its id was made here, for the page showed none of the platform's",
    )


def test_a_dry_run_says_what_would_happen_and_asks_nobody(store, site, courier):
    decide(store, "reject", comment="comment-12")
    decide(store, "reject", comment=OWN)
    decide(store, "escalate", comment="comment-13")
    one = courier(wordpress(site.url))
    outcomes = {planned.waiting.comment_id: planned.outcome for planned in one.planned()}
    assert outcomes["comment-12"].action == "remove"
    assert isinstance(outcomes[OWN], Refused)
    assert isinstance(outcomes["comment-13"], Unneeded)
    assert (site.requests, store.outbox.counts()) == ([], {})


def test_a_flaky_platform_ends_in_the_right_state_and_order(store, hook, courier, clock):
    decide(store, "reject", comment="comment-12")
    decide(store, "reject", comment="comment-13")
    one = courier(webhook(hook.url))
    for fault in (status(500), reset, status(429, ("Retry-After", "600"))):
        hook.faults = [fault, fault]
        list(one.round())
        clock.now += timedelta(hours=1)
    hook.faults = []
    decide(store, "approve", version=1, comment="comment-12")
    list(one.round())
    assert [(v["data"]["comment_id"], v["data"]["state"]) for v in hook.taken.values()] == [
        ("comment-13", "rejected"),
        ("comment-12", "approved"),
    ]
    assert [d.answer for d in store.outbox.listed("superseded")] == [SUPERSEDED]
    assert store.verify() == []


def test_after_too_many_requests_nothing_else_is_sent_until_the_platform_wishes(store, hook, courier, clock):
    for name in IDS:
        decide(store, "reject", comment=name)
    one = courier(webhook(hook.url))
    hook.faults = [status(429, ("Retry-After", "600"))]
    assert states(one.round()) == [("comment-12", "waiting")]
    clock.now += timedelta(seconds=599)
    assert states(one.round()) == []
    clock.now += timedelta(seconds=1)
    assert len(states(one.round())) == 4
    assert len(hook.requests) == 5


def test_a_target_that_fails_and_fails_is_left_alone_and_others_are_not(store, site, hook, courier):
    for name in IDS:
        decide(store, "reject", comment=name)
    hook.faults = [status(500)] * 10
    told = list(courier(webhook(hook.url) + wordpress(site.url)).round())
    assert len(hook.requests) == MOST_FAILURES
    assert set(statuses(site).values()) == {"trash"}
    assert summary(told) == "4 delivered, 3 waiting"


def test_a_secret_that_is_missing_costs_nothing_but_time(store, hook, courier, clock, monkeypatch):
    decide(store, "reject", comment="comment-12")
    one = courier(webhook(hook.url))
    monkeypatch.delenv("HOOK_SECRET")
    (told,) = one.round()
    assert (told.state, told.answer) == ("waiting", "the variable HOOK_SECRET holds no secret")
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    clock.now += timedelta(minutes=1)
    assert states(one.round()) == [("comment-12", "delivered")]


def test_a_watch_delivers_what_is_decided_meanwhile_and_stops(store, hook, courier):
    stop, seen = threading.Event(), threading.Event()
    one = courier(webhook(hook.url))
    thread = threading.Thread(target=one.watch, args=(stop, 0.01, lambda _: seen.set(), pytest.fail))
    thread.start()
    decide(store, "reject", comment="comment-12")
    assert seen.wait(30)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert len(hook.taken) == 1


def test_a_watch_outlives_a_store_that_is_away(store, hook, courier, monkeypatch):
    decide(store, "reject", comment="comment-12")
    stop, seen, troubles = threading.Event(), threading.Event(), []
    one, fill, failures = courier(webhook(hook.url)), store.outbox.fill, iter([True, True])

    def failing(*arguments):
        if next(failures, False):
            raise StoreError("the database cannot be reached")
        return fill(*arguments)

    monkeypatch.setattr(store.outbox, "fill", failing)
    told = (lambda _: seen.set(), troubles.append)
    thread = threading.Thread(target=one.watch, args=(stop, 0.01, *told))
    thread.start()
    assert seen.wait(30)
    stop.set()
    thread.join(30)
    assert ([str(error) for error in troubles], len(hook.taken)) == (
        ["the database cannot be reached"] * 2,
        1,
    )


KILLED = """
import os
import sys
from datetime import datetime
from threads.delivery.configured import read_targets
from threads.delivery.courier import Courier
from threads.errors import StoreError
from threads.settings import Settings
from threads.storage import Store

now = datetime.fromisoformat(sys.argv[3])
store = Store.open(sys.argv[1], clock=lambda: now)
settle = store.outbox.settle
store.outbox.settle = lambda *_: os.kill(os.getpid(), 9)  # it was sent, and is not recorded
targets = read_targets(Settings(delivery_file=sys.argv[2]), lambda: now)
list(Courier(store.outbox, targets, seconds=10).round())
"""


def test_killed_between_sending_and_recording_it_is_sent_again_with_the_same_key(
    store, database, hook, courier, clock, tmp_path
):
    decide(store, "reject", comment="comment-12")
    one = courier(webhook(hook.url))
    arguments = [database, str(tmp_path / "delivery.toml"), clock.now.isoformat()]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments],
        cwd=Path(__file__).resolve().parent.parent,
        env=dict(os.environ),
        timeout=120,
        check=False,
    )
    assert (killed.returncode, len(hook.requests)) == (-9, 1)
    assert states(one.round()) == []  # the lease still runs
    clock.now += timedelta(seconds=40)
    assert states(one.round()) == [("comment-12", "delivered")]
    keys = [headers["webhook-id"] for _, _, headers, _ in hook.requests]
    bodies = {body for _, _, _, body in hook.requests}
    assert (len(keys), len(set(keys)), len(bodies), len(hook.taken)) == (2, 1, 1, 1)
    assert [d["status"] for d in audited(store)] == ["interrupted", "delivered"]


def test_several_couriers_at_once_send_each_decision_once(store, hook, courier):
    for name in IDS:
        decide(store, "reject", comment=name)
    couriers = [courier(webhook(hook.url)) for _ in range(4)]
    threads = [threading.Thread(target=lambda one=one: list(one.round())) for one in couriers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(hook.requests) == len(IDS)
    assert store.verify() == []
