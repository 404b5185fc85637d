"""The dashboard as a team runs it: gunicorn with two workers, behind nothing but the loopback address."""

import gc
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
import urllib3
from browsing import GOOD, form_token

from dashboard.memory import settle
from threads.samples import add_samples
from threads.settings import Settings
from threads.storage import Store


@pytest.fixture
def team(tmp_path):
    """A server with two workers; its address, and the folder of its store."""
    url = f"sqlite:///{tmp_path / 'team.sqlite'}"
    with Store.open(url) as store:
        list(add_samples(store, Settings()))
        store.accounts.create("ann", "admin", GOOD, actor="local")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    counts = tmp_path / "counts"
    counts.mkdir()
    environment = {
        **os.environ,
        "BTL_DATABASE": url,
        "BTL_KEY_FILE": str(tmp_path / "secret.key"),
        "BTL_PORT": str(port),
        "PROMETHEUS_MULTIPROC_DIR": str(counts),
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "python:dashboard.gunicorn_settings"]
    log = (tmp_path / "log").open("w+")
    with log, subprocess.Popen(command, env=environment, stderr=log, stdout=log) as process:
        try:
            wait_for_workers(process, f"http://127.0.0.1:{port}", tmp_path / "log")
            yield f"http://127.0.0.1:{port}", tmp_path
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def wait_for_workers(process, address, log):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            urllib3.request("GET", f"{address}/healthz", retries=False, timeout=60)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"no answer: {log.read_text()}")


class Browser:
    """Keeps cookies, and asks over a new connection each time, so that either worker may answer."""

    def __init__(self, address):
        self.address, self.cookies = address, {}

    def __call__(self, method, path, **fields):
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": self.address,
            "Connection": "close",
        }
        with urllib3.PoolManager() as pool:
            if method == "POST":
                answer = pool.request_encode_body(
                    method, self.address + path, fields, headers, encode_multipart=False, redirect=False
                )
            else:
                answer = pool.request(method, self.address + path, headers=headers, redirect=False)
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


def test_two_workers_know_one_session_and_count_together(team):
    address, folder = team
    browser = Browser(address)
    token = form_token(browser("GET", "/sign-in").data.decode())
    assert browser("POST", "/sign-in", csrf_token=token, name="ann", password=GOOD).status == 303
    for _ in range(40):
        assert browser("GET", "/guide").status == 200
    assert browser("GET", "/readyz").status == 200
    text = browser("GET", "/metrics").data.decode()
    assert re.search(r"^btl_queue_comments [1-9]", text, re.MULTILINE)
    lines = [json.loads(line) for line in (folder / "log").read_text().splitlines() if line[0] == "{"]
    assert len({line["process"] for line in lines if line["user"] == "ann"}) == 2, "both have answered"
    assert re.search(r"^btl_lock_wait_seconds_count [1-9]", text, re.MULTILINE)

    copied = dict(browser.cookies)
    token = browser.cookies["_csrf_token"]
    assert browser("POST", "/sign-out", csrf_token=token).status == 303
    for _ in range(10):
        browser.cookies = dict(copied)
        assert browser("GET", "/guide").status == 401


@pytest.fixture
def settled():
    """Let this process be as one that serves, for a test."""
    usual = sys.getswitchinterval()
    settle()
    yield
    gc.unfreeze()
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("settled")
def test_what_a_worker_loaded_is_not_looked_at_again():
    assert gc.get_freeze_count() > 100_000


@pytest.mark.usefixtures("settled")
def test_a_short_request_has_its_turn_beside_a_long_one_within_a_millisecond():
    assert sys.getswitchinterval() < 0.001
