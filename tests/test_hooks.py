"""Comments that platforms send: who may, what is read in them, and what they are answered."""

import hashlib
import hmac
import json
import threading
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest
from browsing import ADDRESS, GOOD
from test_live import CALM, RUDE, THREAD, told

from dashboard import create_app
from threads.errors import InputError, SettingError
from threads.live import inbox as inboxes
from threads.live.configured import read_sources
from threads.live.inbox import Inbox
from threads.parse import Options, Source, parse
from threads.settings import Settings
from threads.storage import Store

SECRET = "a secret of more than sixteen characters"
CORAL_SECRET = "another secret that Coral has shown once"
URL = "https://paper.example/news/tunnel/"
FILE = """
[[sender]]
name = "paper"
secret_env = "TEST_PAPER_SECRET"
old_secret_file = "old"
format = "wordpress-rest"
discussions = ["https://paper.example/news/"]

[[sender]]
name = "desk"
kind = "coral"
secret_env = "TEST_CORAL_SECRET"
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_PAPER_SECRET", SECRET)
    monkeypatch.setenv("TEST_CORAL_SECRET", CORAL_SECRET)
    (tmp_path / "old").write_text("the secret before, long enough, too")
    (tmp_path / "live.toml").write_text(FILE)
    return Settings(live_file=str(tmp_path / "live.toml"), key_file=str(tmp_path / "key"))


@pytest.fixture
def opened(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/store.sqlite") as store:
        yield store


@pytest.fixture
def client(opened, settings):
    return create_app(opened, settings).server.test_client()


def signed(body, secret=SECRET, after=0, identity="message-1"):
    stamp = str(int(time.time() + after))
    digest = hmac.new(secret.encode(), f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }


def change(number=1, at="2026-05-01T12:00:00.250Z", url=URL, **values):
    comment = {
        "id": str(number),
        "author": "Ann",
        "text": f"{CALM} {number}",
        "published_at": "2026-05-01T11:59:00Z",
    }
    return {"at": at, "discussion": {"url": url, "title": "A tunnel"}, "comment": {**comment, **values}}


def send(client, what, headers=None, **how):
    body = what if isinstance(what, bytes) else json.dumps(what).encode()
    return client.post("/hooks/comments", data=body, headers=headers or signed(body, **how), base_url=ADDRESS)


def test_a_signed_comment_is_stored_and_answered_with_hold_and_reasons(client, opened):
    answer = send(client, change(text=RUDE))
    assert answer.status_code == 200
    (taken,) = answer.json["taken"]
    assert (taken["outcome"], taken["hold"]) == ("new", True)
    assert "offensive" in {reason["rule"] for reason in taken["reasons"]}
    (item,) = opened.queue()
    assert (item.comment_id, item.text) == ("1", RUDE)
    (calm,) = send(client, change(2)).json["taken"]
    assert (calm["hold"], calm["reasons"]) == (False, [])


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "a secret that nobody gave it"},
        {"after": -301},
        {"after": 400},
        {"headers": {"Content-Type": "application/json"}},
        {
            "headers": {
                "Content-Type": "application/json",
                "webhook-timestamp": "soon",
                "webhook-signature": "é",
            }
        },
    ],
    ids=["foreign", "old", "future", "unsigned", "nonsense"],
)
def test_what_nobody_signed_is_refused_and_writes_nothing(client, opened, how):
    assert send(client, change(), **how).status_code == 401
    assert opened.discussions().empty


def test_a_body_that_was_changed_on_its_way_is_refused(client):
    body = json.dumps(change()).encode()
    assert send(client, body.replace(b"Ann", b"Bob"), headers=signed(body)).status_code == 401


def test_the_secret_before_holds_while_the_sender_changes_over(client):
    assert send(client, change(), secret="the secret before, long enough, too").status_code == 200


def test_a_signature_is_of_its_sender_and_a_sender_of_its_kind(client):
    assert send(client, change(), secret=CORAL_SECRET).status_code == 401
    assert send(client, change(url="https://other.example/a")).status_code == 422


def test_what_is_overheard_and_sent_again_changes_nothing(client, opened):
    body = json.dumps(change()).encode()
    headers = signed(body)
    send(client, body, headers=headers)
    assert send(client, body, headers=headers).json["taken"][0]["outcome"] == "same"
    assert len(opened.comments()) == 1


def test_accounts_do_not_stand_in_the_way_of_a_signature(client, opened):
    opened.accounts.create("ann", "admin", GOOD, actor="local")
    assert send(client, change()).status_code == 200


def test_a_page_of_another_site_cannot_send_for_a_visitor(client):
    body = json.dumps(change()).encode()
    headers = {**signed(body), "Origin": "https://evil.example"}
    assert send(client, body, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("what", "place"),
    [
        (b"{", "no JSON"),
        ([], "1 to 100 changes"),
        ({"changes": []}, "1 to 100 changes"),
        ({"changes": [change(), 7]}, "change 2"),
        ({"comment": {}}, "discussion"),
        ({"discussion": {"url": URL}}, "comment"),
        (change(None), "id is missing"),
        (change(url="ftp://paper.example/"), "no web address"),
        (change(text=""), "text is missing"),
        (change(text=["x"]), "text is no text"),
        (change(published_at="soon"), "published_at is no time"),
        (change(status="gone"), "status is none of"),
        (change(likes="3"), "likes is no number"),
        (change("\ud800"), "no JSON"),
        (change("x" * 1_001), "more than the 1,000"),
    ],
    ids=str,
)
def test_what_is_not_understood_is_told_by_place_and_costs_the_whole_request(client, opened, what, place):
    if isinstance(what, dict) and "comment" in what and what["comment"].get("id") == "None":
        what["comment"]["id"] = None
    answer = send(client, what)
    assert (answer.status_code, answer.mimetype) == (422, "text/plain")
    assert place in answer.text
    assert opened.discussions().empty


def test_markup_addresses_and_a_clock_that_goes_wrong(client, opened):
    send(
        client, change(text=None, html="<p>One &amp; <b>two</b></p><p>three</p>", author="ann@paper.example")
    )
    send(client, change(2, at="2099-01-01T00:00:00Z"))
    frame = opened.comments().set_index("comment_id")
    assert frame.loc["1", ["text", "author"]].tolist() == ["One & two\n\nthree", "ann"]
    assert (
        send(client, change(2, at=None, text="An edit that comes after.")).json["taken"][0]["outcome"]
        == "changed"
    )


def test_it_is_one_discussion_with_an_import_from_the_same_platform(client, opened):
    send(client, change(7))
    listed = {"id": 7, "post": 3, "parent": 0, "author_name": "Ann", "link": f"{URL}#comment-7"}
    page = [
        {**listed, "date_gmt": "2026-05-01T11:59:00", "content": {"rendered": CALM}, "status": "approved"}
    ]
    found = parse(Source.from_text(json.dumps(page), "page.json"), Options(), "wordpress-rest").discussions[0]
    assert opened.discussions()["thread_id"].tolist() == [found.thread_id]
    assert opened.comments()["comment_id"].tolist() == [found.comments[0].comment_id]


def test_the_example_of_the_guide_is_taken(client, opened):
    from pathlib import Path

    guide = (Path(__file__).parent.parent / "docs" / "live.md").read_text(encoding="utf-8")
    (example,) = [part.split("```")[0] for part in guide.split("```json\n")[1:] if '"changes"' in part]
    assert [one["outcome"] for one in send(client, example.encode()).json["taken"]] == ["new", "new"]
    assert opened.comments()["status"].tolist() == ["visible", "deleted"]


def test_more_than_can_be_worked_on_at_once_are_told_when_to_come_back(opened, settings, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_args):
        begun.set()
        go_on.wait(10)
        raise InputError("stopped")

    monkeypatch.setattr(inboxes, "take", slow)
    client = create_app(opened, settings.replace(live_requests=1)).server
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: send(client.test_client(), change()).status_code)
        begun.wait(10)
        answer = send(client.test_client(), change(2))
        go_on.set()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert first.result() == 422
    assert send(client.test_client(), change(2)).status_code == 422  # the place is free again


def test_the_store_that_is_away_is_told_as_such(client, opened, monkeypatch):
    from threads.errors import StoreError

    def away(*_args):
        raise StoreError("away")

    monkeypatch.setattr(inboxes, "take", away)
    answer = send(client, change())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


# ---- the inbox


def test_many_are_taken_in_together_and_each_hears_of_its_own(opened, settings):
    inbox = Inbox(opened, settings)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: inbox.take([told(one)]), THREAD))
    assert [taken.comment_id for (taken,) in answers] == [one.comment_id for one in THREAD]
    assert sorted(opened.comments()["comment_id"]) == sorted(one.comment_id for one in THREAD)


def test_one_that_cannot_be_taken_costs_no_other(opened, settings, monkeypatch):
    inbox = Inbox(opened, settings)
    real, first, go_on = inboxes.take, threading.Event(), threading.Event()

    def held(store, changes, settings):
        if not first.is_set():
            first.set()
            go_on.wait(10)
        return real(store, changes, settings)

    monkeypatch.setattr(inboxes, "take", held)
    from dataclasses import replace

    bad = replace(THREAD[1], comment_id="x" * 2_000)
    with ThreadPoolExecutor(3) as pool:
        begun = pool.submit(inbox.take, [told(THREAD[0])])
        first.wait(10)
        others = [pool.submit(inbox.take, [told(one)]) for one in (bad, THREAD[2])]
        while len(inbox._handed) < 2:
            time.sleep(0.001)
        go_on.set()
        assert begun.result()[0].outcome == "new"
        with pytest.raises(InputError, match="more than the 1,000"):
            others[0].result()
        assert others[1].result()[0].outcome == "new"


# ---- Coral


def coral(client, text, secret=CORAL_SECRET, **comment):
    story = {"id": "245b3856", "url": URL}
    body = json.dumps(
        {"action": "NEW", "comment": {"body": text, "parentID": None, **comment}, "story": story}, indent=2
    ).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Coral-Signature": f"sha256=00,sha256={digest}"}
    return client.post("/hooks/coral", data=body, headers=headers, base_url=ADDRESS)


def test_coral_is_told_to_withhold_what_a_rule_flags_and_why(client, opened):
    answer = coral(client, RUDE)
    assert answer.status_code == 200
    assert answer.json["status"] == "SYSTEM_WITHHELD"
    assert answer.json["actions"] == [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}]
    assert "offensive" in {reason["rule"] for reason in answer.json["reasons"]}
    assert opened.discussions().empty  # it has no id yet


def test_coral_is_told_nothing_of_what_no_rule_flags(client):
    answer = coral(client, CALM)
    assert (answer.status_code, answer.data) == (204, b"")


def test_coral_must_sign(client):
    assert coral(client, RUDE, secret=SECRET).status_code == 401


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"comment": {"body": 1}, "story": {"url": "x"}}'])
def test_what_is_no_request_of_coral_is_refused(client, body):
    digest = hmac.new(CORAL_SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Coral-Signature": f"sha256={digest}"}
    assert client.post("/hooks/coral", data=body, headers=headers, base_url=ADDRESS).status_code == 422


# ---- the file


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[[sender", "no sound TOML|not sound TOML"),
        ("[[other]]", "something else"),
        ('[[sender]]\nname = "a b"', "needs a name"),
        ('[[sender]]\nname = "a"', "secret_env or secret_file is missing"),
        ('[[sender]]\nname = "a"\nsecret = "x"', "may not stand in the file"),
        ('[[sender]]\nname = "a"\nsecret_env = "X"\nkind = "z"', "no kind"),
        ('[[sender]]\nname = "a"\nsecret_env = "X"\nformat = "z"', "no format"),
        ('[[sender]]\nname = "a"\nsecret_env = "X"\ndiscussions = ["paper"]', "no web address"),
        ('[[poll]]\nname = "a"\nurl = "https://a.example/feed"\nevery = 1', "less than 10"),
        ('[[poll]]\nname = "a"\nurl = "https://a.example/feed"\nevery = "often"', "not a whole number"),
        (
            '[[poll]]\nname = "a"\nurl = "https://a.example/f"\n[[poll]]\nname = "a"\nurl = "https://a.example/g"',
            "two of them",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_file_is_told(tmp_path, content, problem):
    (tmp_path / "live.toml").write_text(content)
    with pytest.raises(SettingError, match=problem):
        read_sources(Settings(live_file=str(tmp_path / "live.toml")))


def test_a_secret_that_is_not_there_or_short_is_told_at_the_start(opened, settings, monkeypatch):
    monkeypatch.setenv("TEST_PAPER_SECRET", "short")
    with pytest.raises(SettingError, match="fewer than 16"):
        create_app(opened, settings)
    monkeypatch.delenv("TEST_PAPER_SECRET")
    with pytest.raises(SettingError, match="holds no secret"):
        create_app(opened, settings)
