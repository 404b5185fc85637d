"""The page of deliveries in a real browser, over a server started as a user starts it."""

import os
import re
import signal
import subprocess
import sys

import pytest
from chromium import barriers
from playwright.sync_api import expect
from test_deliveries_page import TARGETS, filled

from threads.storage import Store

pytestmark = pytest.mark.browser


@pytest.fixture
def server(tmp_path):
    """Serve a store with deliveries in every state; yield its address."""
    address = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with Store.open(address) as store:
        filled(store)
    (tmp_path / "delivery.toml").write_text(TARGETS, encoding="utf-8")
    command = [sys.executable, "-m", "threads", "serve", "--db", address, "--port", "0"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "BTL_DELIVERY_FILE": str(tmp_path / "delivery.toml"),
            "BTL_KEY_FILE": str(tmp_path / "key"),
        },
    ) as process:
        try:
            yield re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline()).group()
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)


def test_an_admin_sees_why_it_was_given_up_and_tries_again(page, server):
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.goto(f"{server}/deliveries/failed")
    row = page.locator("#deliveries tr", has_text="it answers 404: <script>")
    expect(row).to_contain_text("author 2")
    expect(row.get_by_role("link", name="text 2")).to_have_attribute("href", re.compile("comment-1%3Cb%3E"))
    assert barriers(page) == {}
    row.get_by_role("button", name="Try again").click()
    expect(page.locator("#deliveries")).to_contain_text("Nothing was given up.")
    page.get_by_role("link", name="waiting 2").click()
    expect(page.locator("#deliveries tbody tr", has_text="author 2")).to_be_visible()
    assert troubles == []
