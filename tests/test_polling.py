"""Addresses that are asked for comments again and again, and folders whose files are imported."""

import json
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from test_keeping import Clock
from test_live import CALM, RUDE

from threads.errors import StoreError
from threads.live.configured import FEED, REST, Poll
from threads.live.polling import Poller
from threads.live.runner import Runner
from threads.live.watching import Folder
from threads.parse.formats import Options
from threads.settings import Settings
from threads.storage import Store

SETTINGS = Settings()
ITEM = """<item><title>By: Ann</title><link>https://blog.example/a/#comment-{0}</link>
<guid>https://blog.example/a/#comment-{0}</guid><dc:creator>Ann</dc:creator>
<pubDate>Fri, 01 May 2026 12:{0:02}:00 +0000</pubDate><description>{1} {0}</description></item>"""


class Site:
    """A web site of this test's own: what it answers, and what it was asked."""

    def __init__(self):
        self.asked, self.answers = [], {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path = urlsplit(self.path)
                if path.path == "/robots.txt":
                    return self.answer(404, b"")
                site.asked.append((self.path, dict(self.headers)))
                return self.answer(*site.answers[path.path](parse_qs(path.query), self.headers))

            def answer(self, status, body, **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.root = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def site():
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    with Store.open(f"sqlite:///{tmp_path}/store.sqlite", clock=clock) as opened:
        yield opened


def poller(store, url, kind=FEED, **changes):
    poll = Poll(**{"name": "p", "url": url, "every": 60, "format": kind, "allow_private": True, **changes})
    made = Poller(store, poll, SETTINGS, chance=lambda: 1.0)
    made._fetcher._pause = 0.0
    return made


def feed(*numbers, text=CALM):
    items = "".join(ITEM.format(number, text) for number in numbers)
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        "<title>Comments on: A</title>"
        f"{items}</channel></rss>"
    ).encode()


def test_a_feed_is_asked_when_it_is_time_and_only_for_what_changed(store, site, clock):
    def answer(_query, headers):
        if headers.get("If-None-Match") == '"one"':
            return (304, b"")
        return (200, feed(1, 2), "one")

    site.answers["/feed"] = lambda q, h: answer(q, h)[:2]
    handler = site.server.RequestHandlerClass
    plain = handler.answer

    def with_tag(self, status, body, **headers):
        return plain(self, status, body, Content_Type="application/rss+xml", ETag='"one"', **headers)

    handler.answer = with_tag
    looks = poller(store, f"{site.root}/feed")
    assert looks.look().taken == 2
    assert looks.look() is None  # it is not time
    clock.now += timedelta(seconds=61)
    assert looks.look().taken == 0
    assert site.asked[-1][1]["If-None-Match"] == '"one"'
    assert len(site.asked) == 2
    assert store.comments()["comment_id"].tolist() == ["1", "2"]


def test_what_is_the_same_is_left_alone_and_what_is_not_is_a_change(store, site, clock):
    content = [feed(1, 2)]
    site.answers["/feed"] = lambda *_: (200, content[0])
    looks = poller(store, f"{site.root}/feed")
    looks.look()
    before = store.intake.unsettled()
    clock.now += timedelta(seconds=61)
    assert looks.look().taken == 0
    assert store.intake.unsettled() == before
    content[0] = feed(2, 3, text=RUDE)
    clock.now += timedelta(seconds=61)
    assert looks.look().taken == 2
    assert store.comments()["comment_id"].tolist() == ["1", "2", "3"]
    assert len(store.queue()) == 2


def test_an_empty_feed_is_no_problem(store, site):
    site.answers["/feed"] = lambda *_: (200, feed())
    assert poller(store, f"{site.root}/feed").look().problem is None


def test_after_a_failure_it_waits_twice_as_long_and_heeds_what_the_server_says(store, site, clock):
    site.answers["/feed"] = lambda *_: (500, b"")
    looks = poller(store, f"{site.root}/feed")
    assert "500" in looks.look().problem
    clock.now += timedelta(seconds=61)
    assert looks.look() is None
    clock.now += timedelta(seconds=60)
    assert "500" in looks.look().problem
    clock.now += timedelta(seconds=239)
    assert looks.look() is None
    site.answers["/feed"] = lambda *_: (200, feed(1))
    clock.now += timedelta(seconds=2)
    assert looks.look().taken == 1
    handler, plain = site.server.RequestHandlerClass, site.server.RequestHandlerClass.answer
    handler.answer = lambda self, *a, **h: plain(self, *a, Retry_After="500", **h)
    site.answers["/feed"] = lambda *_: (503, b"")
    clock.now += timedelta(seconds=61)
    assert "come back later" in looks.look().problem
    clock.now += timedelta(seconds=499)
    assert looks.look() is None
    clock.now += timedelta(seconds=2)
    assert looks.look() is not None


def test_a_private_address_is_not_asked_unless_that_is_said(store, site):
    site.answers["/feed"] = lambda *_: (200, feed(1))
    assert "private" in poller(store, f"{site.root}/feed", allow_private=False).look().problem
    assert site.asked == []


START = datetime(2026, 5, 1, tzinfo=UTC)


def listed(number):
    at = (START + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%S")
    about = {"post": 3, "parent": max(0, number - 1), "author_name": "Ann", "status": "approved"}
    link = f"https://paper.example/a/#comment-{number}"
    embedded = {"up": [{"title": {"rendered": "A tunnel"}, "link": "https://paper.example/a/"}]}
    content = {"rendered": f"<p>{CALM} {number}</p>"}
    return {"id": number, "date_gmt": at, "link": link, "content": content, "_embedded": embedded, **about}


def test_a_list_of_wordpress_is_read_page_by_page_and_goes_on_from_there(store, site, clock):
    there = list(range(1, 251))

    def answer(query, _headers):
        after = query.get("after", ["2000"])[0]
        found = [listed(n) for n in there if listed(n)["date_gmt"] + "Z" > after]
        assert (query["order"], query["orderby"]) == (["asc"], ["date_gmt"])
        return 200, json.dumps(found[: int(query["per_page"][0])]).encode()

    site.answers["/wp-json/wp/v2/comments"] = answer
    looks = poller(store, f"{site.root}/wp-json/wp/v2/comments", REST)
    assert looks.look().taken == 250
    assert len(store.comments()) == 250
    assert store.discussions()["title"].tolist() == ["A tunnel"]
    there.append(251)
    clock.now += timedelta(seconds=61)
    asked = len(site.asked)
    assert looks.look().taken == 1
    assert len(site.asked) - asked == 3  # a day back: something may have been approved since
    assert store.comments()["parent_id"].iloc[-1] == "250"


def test_two_processes_do_not_ask_at_once(store, site):
    inside, go_on = threading.Event(), threading.Event()

    def slow(*_):
        inside.set()
        go_on.wait(10)
        return 200, feed(1)

    site.answers["/feed"] = slow
    first, found = poller(store, f"{site.root}/feed"), []
    thread = threading.Thread(target=lambda: found.append(first.look()))
    thread.start()
    inside.wait(10)
    assert poller(store, f"{site.root}/feed").look() is None
    go_on.set()
    thread.join(10)
    assert found[0].taken == 1


def test_the_runner_polls_and_settles(tmp_path, site):
    site.answers["/feed"] = lambda *_: (200, feed(1, 2))
    (tmp_path / "live.toml").write_text(
        f'[[poll]]\nname = "p"\nurl = "{site.root}/feed"\nallow_private = true\n'
    )
    told = []
    with Store.open(f"sqlite:///{tmp_path}/store.sqlite") as store:
        runner = Runner(store, Settings(live_file=str(tmp_path / "live.toml")), told.append)
        runner.poll()
        assert list(store.intake.unsettled().values()) == [2]
        runner.settle()
        assert store.intake.unsettled() == {}
        with runner:
            pass  # it begins and ends
    assert told == []


# ---- folders


@pytest.fixture
def folder(tmp_path, store):
    (tmp_path / "in").mkdir()
    return Folder(tmp_path / "in", store, Options(), SETTINGS)


def rows(*numbers):
    fixed = {"published_at_precision": "none", "timezone_source": "none", "status": "visible"}
    fixed |= {"thread_id": "t", "author": "Ann", "source_format": "btl-json"}
    return "\n".join(
        json.dumps({"comment_id": str(n), "position": n, "text": f"{CALM} {n}", **fixed}) for n in numbers
    )


def test_a_file_is_imported_once_it_stands_still_and_again_when_it_has_grown(folder, store, tmp_path):
    file = tmp_path / "in" / "comments.ndjson"
    file.write_text(rows(1, 2)[:-5])  # half written
    assert list(folder.look()) == []
    file.write_text(rows(1, 2))
    assert list(folder.look()) == []
    (imported,) = folder.look()
    assert (imported.path, imported.added.comments) == (file, 2)
    assert list(folder.look()) == []
    file.write_text(rows(1, 2, 3))
    list(folder.look())
    (imported,) = folder.look()
    assert (imported.added.comments, imported.added.known) == (1, 2)
    assert len(store.comments()) == 3


def test_a_restart_neither_loses_nor_doubles(folder, store, tmp_path):
    file = tmp_path / "in" / "comments.ndjson"
    file.write_text(rows(1, 2))
    list(folder.look())
    list(folder.look())
    again = Folder(tmp_path / "in", store, Options(), SETTINGS)
    list(again.look())
    assert list(again.look()) == []
    file.write_text(rows(1, 2, 3))
    again = Folder(tmp_path / "in", store, Options(), SETTINGS)
    list(again.look())
    assert [one.added.comments for one in again.look()] == [1]


def test_a_store_that_is_away_loses_nothing(folder, store, tmp_path, monkeypatch):
    from threads.live import watching

    (tmp_path / "in" / "comments.ndjson").write_text(rows(1))
    list(folder.look())
    real = watching.import_reading

    def away(*_args):
        raise StoreError("away")

    monkeypatch.setattr(watching, "import_reading", away)
    with pytest.raises(StoreError):
        list(folder.look())
    monkeypatch.setattr(watching, "import_reading", real)
    assert [one.added.comments for one in folder.look()] == [1]


def test_what_cannot_be_read_is_told_once_and_what_is_unfinished_is_left(folder, tmp_path):
    (tmp_path / "in" / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "in" / "comments.ndjson.part").write_text(rows(1))
    (tmp_path / "in" / ".hidden").write_text(rows(1))
    (tmp_path / "in" / "empty.json").write_text("")
    (tmp_path / "in" / "more").mkdir()
    list(folder.look())
    (imported,) = folder.look()
    assert imported.path.name == "broken.zip"
    assert "broken.zip" in imported.problem
    assert list(folder.look()) == []


def test_the_command_imports_until_it_is_stopped(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "comments.ndjson").write_text(rows(1, 2))
    url = f"sqlite:///{tmp_path}/store.sqlite"
    command = [sys.executable, "-m", "threads", "watch", str(tmp_path / "in"), "--db", url]
    lines = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            lines.append(line)
            if "2 comments added" in line:
                process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, lines
    with Store.open(url) as store:
        assert len(store.comments()) == 2
