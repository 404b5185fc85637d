"""`btl deliver`: what it says, and that a dry run sends nothing."""

import signal
import subprocess
import sys

import pytest
from platforms import PASSWORD, PlayedWordPress
from test_cli import btl  # noqa: F401 - a fixture
from test_delivery import wordpress
from test_outbox import decide
from test_storage import comment, parsed, scored

from threads.storage import Store

URL = "https://paper.example/news/a"
OWN = "b357b332bc686d5c"
HOSTILE = "comment-12\x1b[2J\u202e"


@pytest.fixture
def site():
    with PlayedWordPress({12: "approved", 13: "approved"}).running() as played:
        yield played


@pytest.fixture
def folder(tmp_path, monkeypatch, site):
    """A folder with targets and a store in which four comments are decided."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WP_PASSWORD", PASSWORD)
    (tmp_path / "delivery.toml").write_text(wordpress(site.url), encoding="utf-8")
    names = ("comment-12", "comment-13", OWN, HOSTILE)
    comments = tuple(comment(n, thread_id="t", comment_id=name) for n, name in enumerate(names, 1))
    with Store.open("sqlite:///below-the-line.sqlite") as store:
        store.add(parsed(comments=comments, url=URL), scored(*[0.1] * 4), {})
        store.add(parsed(1, thread_id="other"), scored(0.1), {})
        for name in (*names, "other"):
            thread = {"thread_id": "other", "comment": "c1"} if name == "other" else {"comment": name}
            decide(store, "escalate" if name == "comment-13" else "reject", **thread)
    return tmp_path


def test_a_dry_run_says_everything_and_sends_nothing(btl, folder, site):  # noqa: F811
    result = btl("deliver", "--dry-run")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"paper: author 1: “text 1”, rejected: POST {site.url}/wp-json/wp/v2/comments/12 "
        '{"status": "trash"} as mod:****',
        f"  {URL}#comment-12",
        "paper: author 2: “text 2”, escalated: not sent: nothing is sent for escalated",
        f"  {URL}#comment-13",
        "paper: author 0: “text 3”, rejected: cannot be sent: its id was made here, for the page showed none "
        "of the platform's",
        f"  {URL}#{OWN}",
        "paper: author 1: “text 4”, rejected: cannot be sent: the id "
        "'comment-12\\x1b[2J\\u202e' is none that wordpress gives to comments",
        f"  {URL}#comment-12 [2J ",
    ]
    assert "1 would be sent, 2 cannot be. Nothing was sent." in result.stderr
    assert "1 decided comment is in a discussion that goes to no target." in result.stderr
    assert site.requests == []
    with Store.open("sqlite:///below-the-line.sqlite") as store:
        assert store.outbox.counts() == {}


def test_what_was_undone_before_anything_was_sent_is_counted_in_a_dry_run_and_not_listed(btl, folder):  # noqa: F811
    with Store.open("sqlite:///below-the-line.sqlite") as store:
        decide(store, "undo", 1, comment="comment-12")
    result = btl("deliver", "--dry-run")
    assert "text 1”" not in result.stdout
    assert "0 would be sent, 2 cannot be; 1 undone before anything was sent." in result.stderr


def test_what_is_delivered_is_said_and_what_could_not_be_ends_with_1(btl, folder, site):  # noqa: F811
    result = btl("deliver")
    assert result.exit_code == 1
    assert "paper: comment-12 of t, rejected: delivered: it answers 200" in result.stdout
    assert result.stderr == "1 delivered, 2 failed, 1 unneeded\n"
    assert site.comments[12]["status"] == "trash"
    assert btl("deliver").stderr == "nothing to deliver\n"
    assert btl("deliver", "--again").stderr == "2 tried again\n2 failed\n"


def test_without_targets_it_says_how_to_write_one(btl):  # noqa: F811
    result = btl("deliver")
    assert result.exit_code == 2
    assert "there is no target" in result.stderr
    assert "docs/delivery.md" in result.stderr


def test_a_dry_run_goes_with_nothing_that_sends(btl, folder):  # noqa: F811
    assert btl("deliver", "--dry-run", "--watch").exit_code == 2


def test_a_watch_ends_when_it_is_told_to(folder, site):
    command = [sys.executable, "-m", "threads", "deliver", "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert (first, process.returncode) == (
        "paper: comment-12 of t, rejected: delivered: it answers 200\n",
        0,
    )


def test_no_store_is_made(btl, folder):  # noqa: F811
    result = btl("deliver", "--db", "sqlite:///none.sqlite")
    assert result.exit_code == 1
    assert "there is no such database" in result.stderr
    assert not (folder / "none.sqlite").exists()
