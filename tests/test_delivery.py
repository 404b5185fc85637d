"""Telling platforms, over real sockets: what they are told, what they answer, and what may not be asked."""

import base64
import hashlib
import hmac
import json
import re
import shutil
import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from platforms import (
    KEYS,
    PASSWORD,
    PlayedDisqus,
    PlayedHook,
    PlayedWordPress,
    half,
    reset,
    slow,
    status,
)

from threads.delivery import DELIVERY_PLATFORMS
from threads.delivery.asking import retry_after
from threads.delivery.base import Message
from threads.delivery.configured import Refused, Unneeded, read_targets
from threads.errors import SettingError
from threads.settings import Settings
from threads.storage.outbox import Waiting

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"fedcba9876543210fedcba9876543210").decode()
DOCS = Path(__file__).resolve().parent.parent / "docs" / "delivery.md"


@pytest.fixture
def configure(tmp_path, monkeypatch):
    """Write a file of targets, with the secrets in the environment, and return them."""
    monkeypatch.setenv("WP_PASSWORD", PASSWORD)
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("OLD_HOOK_SECRET", OLD_SECRET)
    for name, value in KEYS.items():
        monkeypatch.setenv(f"DISQUS_{name.upper()}", value)

    def write(text, seconds=10.0):
        path = tmp_path / "delivery.toml"
        path.write_text(text, encoding="utf-8")
        settings = Settings(delivery_file=str(path), delivery_seconds=seconds)
        return read_targets(settings, lambda: NOW)

    return write


def wordpress(url, more="allow_private = true"):
    return f"""
        [[target]]
        name = "paper"
        platform = "wordpress"
        discussions = ["https://paper.example/news/"]
        url = "{url}"
        user = "mod"
        password_env = "WP_PASSWORD"
        {more}
    """


def disqus(url):
    return f"""
        [[target]]
        name = "forum"
        platform = "disqus"
        discussions = ["thread-1"]
        url = "{url}/api/3.0"
        api_key_env = "DISQUS_API_KEY"
        api_secret_env = "DISQUS_API_SECRET"
        access_token_env = "DISQUS_ACCESS_TOKEN"
        allow_private = true
    """


def webhook(url, more="allow_private = true"):
    return f"""
        [[target]]
        name = "hook"
        platform = "webhook"
        discussions = ["*"]
        url = "{url}/decisions"
        secret_env = "HOOK_SECRET"
        {more}
    """


def message(action="remove", comment="12", **more):
    values = {
        "key": "k1",
        "target": "paper",
        "thread_id": "t",
        "url": "https://paper.example/news/a",
        "comment": comment,
        "action": action,
        "state": "rejected",
        "reason": "spam",
        "version": 1,
        "decided_at": NOW,
    }
    return Message(**{**values, **more})


def waiting(comment_id="comment-12", state="rejected", **more):
    values = {
        "id": 1,
        "target": "paper",
        "key": "k1",
        "decision": 1,
        "thread_id": "thread-1",
        "comment_id": comment_id,
        "url": "https://paper.example/news/a",
        "imported": "visible",
        "version": 1,
        "state": state,
        "reason": None,
        "decided_at": NOW,
        "attempts": 0,
        "reached": False,
    }
    return Waiting(**{**values, **more})


# --- WordPress ---


@pytest.fixture
def site():
    with PlayedWordPress({12: "hold", 13: "approved"}).running() as played:
        yield played


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("approve", "approved"),
        ("feature", "approved"),
        ("hold", "hold"),
        ("spam", "spam"),
        ("remove", "trash"),
    ],
)
def test_wordpress_is_told_the_status_and_its_author_stays(site, configure, action, expected):
    (target,) = configure(wordpress(site.url))
    assert target.platform.send(message(action)).status == "delivered"
    assert site.comments[12] == {
        "status": expected,
        "author_ip": "203.0.113.7",
        "author_user_agent": "Firefox",
    }


def test_what_is_as_it_should_be_is_not_changed_again(site, configure):
    (target,) = configure(wordpress(site.url))
    target.platform.send(message("spam"))
    assert target.platform.send(message("spam")).status == "delivered"
    assert [request[0] for request in site.requests] == ["GET", "POST", "GET"]


def test_a_comment_that_is_gone_is_removed_but_cannot_be_approved(site, configure):
    (target,) = configure(wordpress(site.url))
    assert target.platform.send(message("remove", "99")).status == "delivered"
    answer = target.platform.send(message("approve", "99"))
    assert (answer.status, answer.text) == ("never", "the site has no comment 99")


def test_a_wrong_password_is_a_passing_trouble_and_stays_secret(site, configure, monkeypatch):
    monkeypatch.setenv("WP_PASSWORD", "wrong password")
    (target,) = configure(wordpress(site.url))
    answer = target.platform.send(message())
    assert (answer.status, answer.text) == ("later", "it answers 401: rest_cannot_edit Sorry")


def test_a_status_that_did_not_change_is_not_taken_for_delivered(site, configure):
    (target,) = configure(wordpress(site.url))
    site.faults = [None, lambda handler: handler.reply(200, {"status": "hold"})]
    answer = target.platform.send(message("spam"))
    assert (answer.status, answer.text) == (
        "later",
        "it answers 200, and the status is hold, not spam",
    )


# --- the script for WP-CLI ---


def script(configure, tmp_path, name="tell me; rm -rf $HOME.sh"):
    (target,) = configure(f"""
        [[target]]
        name = "paper"
        platform = "wp-cli"
        discussions = ["https://paper.example/"]
        script = "{name}"
        command = ["wp", "--path={tmp_path}/it's a; $(touch {tmp_path}/ran) site"]
    """)
    return target, tmp_path / name


WP = """#!/bin/sh
# plays WP-CLI: --path=… comment ACTION ID, statuses as files; like it, fails on what is so already
shift 2
echo "$*" >>"$STATES/log"
state="$STATES/$2"
[ -f "$state" ] || exit 1
case "$1" in
status) cat "$state" ;;
approve) echo approved >"$state" ;;
unapprove) echo unapproved >"$state" ;;
*) [ "$(cat "$state")" != "$1" ] && echo "$1" >"$state" ;;
esac
"""


def run(path, tmp_path, shell):
    program = tmp_path / "bin" / "wp"
    if not program.exists():
        program.parent.mkdir()
        program.write_text(WP)
        program.chmod(0o755)
        (tmp_path / "states").mkdir()
        for number in ("12", "13"):
            (tmp_path / "states" / number).write_text("approved\n")
    environment = {"PATH": f"{program.parent}:/usr/bin:/bin", "STATES": str(tmp_path / "states")}
    return subprocess.run(
        [shell, str(path)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_script_does_what_was_decided_and_can_be_run_twice(configure, tmp_path, shell):
    target, path = script(configure, tmp_path)
    for action, comment in [("spam", "12"), ("remove", "13"), ("approve", "12"), ("remove", "12")]:
        answer = target.platform.send(message(action, comment))
        assert (answer.status, answer.text) == ("delivered", f"written to {path}")
    for _ in range(2):
        done = run(path, tmp_path, shell)
        assert (done.returncode, done.stderr) == (0, "")
    states = {number: (tmp_path / "states" / number).read_text() for number in ("12", "13")}
    assert states == {"12": "trash\n", "13": "trash\n"}
    assert not (tmp_path / "ran").exists()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_script_says_what_it_could_not_do_and_does_the_rest(configure, tmp_path):
    target, path = script(configure, tmp_path)
    target.platform.send(message("remove", "404"))
    target.platform.send(message("remove", "12"))
    done = run(path, tmp_path, "sh")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "comment 404: not done: trash")
    assert (tmp_path / "states" / "12").read_text() == "trash\n"


@pytest.mark.parametrize(
    "hostile",
    ["1; touch ran", "$(touch ran)", "`touch ran`", "1\ntouch ran", "'; touch ran; '", "--all", "-1"],
)
def test_an_id_that_is_no_number_is_refused_and_would_be_quoted(configure, tmp_path, hostile):
    target, path = script(configure, tmp_path)
    assert "is no number" in target.platform.refusal(message("spam", hostile))
    target.platform.send(message("spam", hostile))  # as if it had not been refused
    run(path, tmp_path, "sh")
    assert not (tmp_path / "ran").exists()
    assert not Path("ran").exists()
    assert (tmp_path / "states" / "log").read_text() == f"status {hostile}\nspam {hostile}\n"


def test_a_script_that_cannot_be_written_is_told(configure, tmp_path):
    target, _ = script(configure, tmp_path, "no/such/folder.sh")
    answer = target.platform.send(message())
    assert answer.status == "later"
    assert "cannot be written (No such file or directory)" in answer.text


# --- Disqus ---


@pytest.fixture
def forum():
    with PlayedDisqus({"12": "approved", "13": "deleted"}).running() as played:
        yield played


@pytest.mark.parametrize(
    ("action", "expected"), [("approve", "approved"), ("spam", "spam"), ("remove", "deleted")]
)
def test_disqus_is_told_by_the_method_that_fits(forum, configure, action, expected):
    (target,) = configure(disqus(forum.url))
    assert target.platform.send(message(action)).status == "delivered"
    assert forum.posts["12"] == expected


def test_what_was_removed_at_disqus_is_restored_before_it_is_approved(forum, configure):
    (target,) = configure(disqus(forum.url))
    answer = target.platform.send(message("approve", "13", last="remove"))
    assert (answer.status, forum.posts["13"]) == ("delivered", "approved")


def test_disqus_has_no_way_to_hold(forum, configure):
    (target,) = configure(disqus(forum.url))
    outcome = target.message(waiting("post-12", "held"))
    assert outcome == Refused("Disqus has no way to hold a comment")


def test_keys_that_disqus_refuses_stay_secret_even_where_it_repeats_them(forum, configure, monkeypatch):
    monkeypatch.setenv("DISQUS_API_KEY", "wrong-key-1")
    (target,) = configure(disqus(forum.url))
    answer = target.platform.send(message())
    assert (answer.status, answer.text) == ("later", "it answers 400, code 5: Invalid API key: ****")


def test_what_disqus_cannot_do_is_given_up(forum, configure):
    (target,) = configure(disqus(forum.url))
    answer = target.platform.send(message("spam", "99"))
    assert (answer.status, answer.text) == ("never", "it answers 400: code 2: Invalid argument: post 99")


def test_the_rate_limit_of_disqus_is_heeded(forum, configure):
    reset_at = str(int((NOW + timedelta(minutes=20)).timestamp()))
    forum.faults = [lambda handler: handler.reply(400, {"code": 13}, [("X-Ratelimit-Reset", reset_at)])]
    (target,) = configure(disqus(forum.url))
    answer = target.platform.send(message())
    assert (answer.status, answer.wait, answer.rest) == ("later", timedelta(minutes=20), True)


# --- the webhook ---


@pytest.fixture
def hook():
    with PlayedHook().running() as played:
        yield played


def verifier():
    """The function of docs/delivery.md that verifies."""
    code = re.search(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)[1]
    names = {}
    exec(code, names)
    return names["verified"]


def test_the_webhook_carries_ids_and_no_text(hook, configure):
    (target,) = configure(webhook(hook.url))
    assert target.platform.send(message("feature", "c-1\ud800")).status == "delivered"
    assert hook.taken["k1"] == {
        "type": "comment.decided",
        "timestamp": "2026-05-01T12:00:00Z",
        "data": {
            "thread_id": "t",
            "url": "https://paper.example/news/a",
            "comment_id": "c-1\ud800",
            "action": "feature",
            "state": "rejected",
            "reason": "spam",
            "version": 1,
        },
    }


def test_the_signature_is_an_hmac_over_key_time_and_body(hook, configure):
    (target,) = configure(webhook(hook.url))
    target.platform.send(message())
    ((method, path, headers, body),) = hook.requests
    signed = f"k1.{int(NOW.timestamp())}.".encode() + body
    digest = hmac.new(b"0123456789abcdef0123456789abcdef", signed, hashlib.sha256).digest()
    assert (method, path) == ("POST", "/decisions")
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))


def test_what_the_documentation_shows_verifies_and_refuses(hook, configure):
    (target,) = configure(webhook(hook.url))
    target.platform.send(message())
    ((_, _, headers, body),) = hook.requests
    verified, now = verifier(), NOW.timestamp()
    assert verified(SECRET, headers, body, now + 299)
    assert not verified(SECRET, headers, body, now + 301)  # somebody sends an old one again
    assert not verified(SECRET, headers, body, now - 301)
    assert not verified(SECRET, headers, body + b" ", now)
    assert not verified(SECRET, {**headers, "webhook-id": "k2"}, body, now)
    assert not verified(OLD_SECRET, headers, body, now)


def test_while_a_secret_is_changed_both_hold(hook, configure):
    (target,) = configure(webhook(hook.url, 'old_secret_env = "OLD_HOOK_SECRET"\nallow_private = true'))
    target.platform.send(message())
    ((_, _, headers, body),) = hook.requests
    assert all(verifier()(secret, headers, body, NOW.timestamp()) for secret in (SECRET, OLD_SECRET))


@pytest.mark.parametrize("bad", ["", "whsec_short", "whsec_" + base64.b64encode(b"x" * 23).decode()])
def test_a_secret_that_is_none_is_told_without_being_shown(hook, configure, monkeypatch, bad):
    monkeypatch.setenv("HOOK_SECRET", bad)
    (target,) = configure(webhook(hook.url))
    with pytest.raises(SettingError, match="secret") as caught:
        target.platform.send(message())
    assert not bad or bad not in str(caught.value)
    assert hook.requests == []


# --- servers that fail ---


@pytest.mark.parametrize(
    ("fault", "expected", "text"),
    [
        (status(500), "later", "it answers 500"),
        (status(502), "later", "it answers 502"),
        (status(408), "later", "it answers 408"),
        (status(403), "later", "it answers 403"),
        (status(400), "never", "it answers 400"),
        (status(404), "never", "it answers 404"),
        (status(410), "never", "it answers 410"),
        (status(422), "never", "it answers 422"),
        (status(302, ("Location", "http://169.254.169.254/")), "later", "sends us elsewhere"),
        (reset, "later", "the answer broke off or makes no sense"),
        (half, "later", "the answer broke off or makes no sense"),
        (lambda handler: handler.wfile.write(b"\x00nonsense\r\n\r\n"), "later", "makes no sense"),
    ],
)
def test_what_a_failure_means(hook, configure, fault, expected, text):
    (target,) = configure(webhook(hook.url))
    hook.faults = [fault]
    answer = target.platform.send(message())
    assert answer.status == expected
    assert text in answer.text
    assert len(hook.requests) == 1


@pytest.mark.parametrize(
    ("code", "value", "wait", "rest"),
    [
        (429, "120", timedelta(minutes=2), True),
        (429, None, None, True),
        (503, "Fri, 01 May 2026 12:30:00 GMT", timedelta(minutes=30), True),
        (503, None, None, False),
        (503, "soon", None, False),
        (500, "60", timedelta(minutes=1), False),
    ],
)
def test_retry_after_is_heeded(hook, configure, code, value, wait, rest):
    (target,) = configure(webhook(hook.url))
    hook.faults = [status(code, *([("Retry-After", value)] if value else []))]
    answer = target.platform.send(message())
    assert (answer.status, answer.wait, answer.rest) == ("later", wait, rest)


@pytest.mark.parametrize(
    "value", ["-5", "1.5", "９", "9" * 5_000, "Fri, 99 Foo", "Thu, 01 Jan 1970 00:00:00 GMT"]
)
def test_no_retry_after_makes_trouble(value):
    assert retry_after(value, NOW) in {None, timedelta(), timedelta(seconds=10**9)}


def test_a_server_that_does_not_answer_costs_no_more_than_the_limit(hook, configure):
    released = threading.Event()
    hook.faults = [slow(released)]
    (target,) = configure(webhook(hook.url), seconds=0.5)
    answer = target.platform.send(message())
    released.set()
    assert (answer.status, answer.text) == ("later", "it did not answer within the limit of 0.5 seconds")


def test_a_server_that_is_down(configure):
    with PlayedHook().running() as played:
        (target,) = configure(webhook(played.url))
    answer = target.platform.send(message())
    assert (answer.status, answer.text) == ("later", "the server does not answer (Connection refused)")


def test_an_endless_answer_is_read_to_the_bound(hook, configure):
    sent = []

    def endless(handler):
        handler.send_response(400)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65_536)
            sent.append(65_536)

    (target,) = configure(webhook(hook.url))
    hook.faults = [endless]
    assert target.platform.send(message()).status == "never"
    assert sum(sent) < 50_000_000


def test_what_a_server_says_is_one_line_and_no_more(site, configure):
    hostile = "\x1b[31m" + "a\r\nb\u202e" * 5_000
    site.faults = [lambda handler: handler.reply(400, {"code": "bad", "message": hostile})]
    (target,) = configure(wordpress(site.url))
    text = target.platform.send(message()).text
    assert text.isprintable()
    assert len(text) < 250


def test_private_addresses_are_not_asked_unless_allowed(site, configure):
    (target,) = configure(wordpress("https://127.0.0.1:1", ""))
    answer = target.platform.send(message())
    assert answer.status == "later"
    assert "a private or reserved address: it is not asked; allow_private = true allows it" in answer.text


@pytest.fixture
def certificate(tmp_path):
    """A certificate for localhost that no system trusts, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    files = ["-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"]
    subprocess.run([*made, *names, *files], check=True, capture_output=True, timeout=60)
    return tmp_path / "cert.pem", tmp_path / "key.pem"


def test_certificates_are_verified(configure, certificate):
    played = PlayedHook()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    played.server.socket = context.wrap_socket(played.server.socket, server_side=True)
    address = f"https://localhost:{played.server.server_port}"
    trusting = f'certificates = "{certificate[0].name}"\nallow_private = true'
    with played.running():
        (target,) = configure(webhook(address))
        refused = target.platform.send(message())
        (target,) = configure(webhook(address, trusting))
        trusted = target.platform.send(message())
        (target,) = configure(webhook(address.replace("localhost", "127.0.0.1"), trusting))
        other_name = target.platform.send(message())
    assert (refused.status, refused.text) == ("later", "its certificate or encryption is not sound")
    assert other_name.text == refused.text
    assert trusted.status == "delivered"


# --- which comments, and which ids ---


@pytest.mark.parametrize(
    ("comment_id", "platform", "expected"),
    [
        ("comment-4100", "paper", "4100"),
        ("li-comment-5", "paper", "5"),
        ("div-comment-5", "paper", "5"),
        ("wpd-comm-801_800", "paper", "801"),
        ("77", "paper", "77"),
        ("https://paper.example/a/#comment-9", "paper", "9"),
        ("post-900", "paper", None),
        ("comment-12x", "paper", None),
        ("comment-12\n", "paper", None),
        ("comment-１２", "paper", None),
        ("b357b332bc686d5c", "paper", None),
        ("1234567812345678", "paper", None),  # one of ours may have digits only
        ("post-900", "forum", "900"),
        ("5012345678", "forum", "5012345678"),
        ("b357b332bc686d5c", "forum", None),
        ("anything at all", "hook", "anything at all"),
        ("b357b332bc686d5c", "hook", None),
    ],
)
def test_whose_id_a_comment_has(configure, comment_id, platform, expected):
    address = "https://paper.example"
    targets = configure(wordpress(address) + disqus(address) + webhook(address))
    (target,) = [one for one in targets if one.name == platform]
    outcome = target.message(waiting(comment_id))
    assert (outcome.comment if isinstance(outcome, Message) else None) == expected


def test_ids_made_here_are_refused_with_the_reason_unless_a_pattern_takes_them(configure):
    (target,) = configure(webhook("https://hook.example"))
    reason = "its id was made here, for the page showed none of the platform's"
    assert target.message(waiting("b357b332bc686d5c")) == Refused(reason)
    (target,) = configure(webhook("https://hook.example", "comment_id = '(.+)'"))
    assert target.message(waiting("b357b332bc686d5c")).comment == "b357b332bc686d5c"


@pytest.mark.parametrize(
    ("url", "covered"),
    [
        ("https://paper.example/news/a", True),
        ("http://PAPER.example/news/a?x=1", True),
        ("https://paper.example/sport/a", False),
        ("https://paper.example.evil.test/news/", False),
        ("https://evil.test/https://paper.example/news/", False),
        ("https://paper.example@evil.test/news/", False),
        ("ftp://paper.example/news/a", False),
        ("https://[broken/news/", False),
        (None, False),
    ],
)
def test_which_discussions_go_to_a_target(configure, url, covered):
    (target,) = configure(wordpress("https://paper.example"))
    assert target.covers("t", url) == covered


def test_what_is_told_can_be_changed_for_a_target(configure):
    text = 'actions.escalated = "hold"\nactions.rejected = "nothing"\nactions."rejected:threat" = "spam"'
    (target,) = configure(wordpress("https://paper.example", text))
    assert target.message(waiting(state="escalated")).action == "hold"
    assert target.message(waiting()) == Unneeded("nothing is sent for rejected")
    assert target.message(waiting(reason="threat")).action == "spam"


def test_what_is_kept_no_longer_is_not_told_as_if_it_were_known(configure):
    (target,) = configure(wordpress("https://paper.example"))
    assert target.message(waiting(state="open", reached=True)).action == "approve"
    assert isinstance(target.message(waiting(state="open", reached=True, imported=None)), Unneeded)
    assert target.message(waiting(imported=None)).action == "remove"


def test_previews_hold_no_secret_and_ask_nobody(configure, site, forum, hook):
    for text in (wordpress(site.url), disqus(forum.url), webhook(hook.url)):
        (target,) = configure(text)
        preview = target.platform.preview(message())
        assert "****" in preview
        assert not any(secret in preview for secret in (PASSWORD, SECRET, *KEYS.values()))
    assert not any(played.requests for played in (site, forum, hook))


# --- the file ---


def test_without_a_file_there_are_no_targets(tmp_path):
    assert read_targets(Settings(delivery_file=str(tmp_path / "none.toml")), lambda: NOW) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[target", "this is not sound TOML"),
        ("[other]", "it holds something else than targets"),
        ("target = 1", "it holds something else than targets"),
        ("[[target]]\nplatform = 'webhook'", "target 1: a target needs a name"),
        ("[[target]]\nname = 'a b'", "a target needs a name"),
        ("[[target]]\nname = 'a'\nplatform = 'usenet'", "target a: no platform is called 'usenet'"),
        (
            wordpress("https://x.example", "pasword_env = 'A'"),
            "target paper: there is no option called pasword_env",
        ),
        (
            wordpress("https://x.example", "password = 'in the file'"),
            "password is a secret and may not stand",
        ),
        (wordpress("https://x.example", "password_file = 'a'"), "password needs one name"),
        (wordpress("http://x.example", ""), "without TLS everybody on the way could read the password"),
        (wordpress("https://ann:word@x.example"), "the address holds a name or password"),
        (wordpress("x.example"), "this is no web address"),
        (wordpress("https://x.example", "allow_private = 'yes'"), "allow_private is not true or false"),
        (wordpress("https://x.example", "comment_id = '('"), "comment_id is no pattern"),
        (wordpress("https://x.example", "since = 'May'"), "since is no date"),
        (wordpress("https://x.example", "actions.gone = 'spam'"), "no state is called gone"),
        (wordpress("https://x.example", "actions.held = 'burn'"), "no platform is told 'burn' for held"),
        (wordpress("https://x.example") * 2, "two targets are called paper"),
        ("[[target]]\nname = 'a'\nplatform = 'webhook'\nsecret_env = 'A'", "url is missing"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(configure, text, problem):
    with pytest.raises(SettingError, match=re.escape(problem)) as caught:
        configure(text)
    assert "delivery.toml" in str(caught.value)
    assert "in the file'" not in str(caught.value)


def test_a_secret_can_be_a_file(configure, tmp_path, site):
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    text = wordpress(site.url).replace('password_env = "WP_PASSWORD"', 'password_file = "password"')
    (target,) = configure(text)
    assert target.platform.send(message()).status == "delivered"
    (tmp_path / "password").unlink()
    with pytest.raises(SettingError, match=r"password cannot be read \(No such file"):
        target.platform.send(message())


def test_since_is_a_day_or_a_moment(configure):
    (target,) = configure(wordpress("https://x.example", "since = 2026-01-31"))
    assert target.route.since == datetime(2026, 1, 31, tzinfo=UTC)
    (target,) = configure(wordpress("https://x.example", "since = 2026-01-31T08:00:00+02:00"))
    assert target.route.since == datetime(2026, 1, 31, 6, tzinfo=UTC)


@pytest.mark.parametrize("platform", DELIVERY_PLATFORMS, ids=lambda platform: platform.name)
def test_every_platform_and_option_is_in_the_documentation(platform):
    text = DOCS.read_text(encoding="utf-8")
    assert f"`{platform.name}`" in text
    for option in platform.options:
        assert f"`{option.name}{'_env' if option.secret else ''}`" in text, option.name
    assert json.dumps(platform.help)[1:-1] in text
