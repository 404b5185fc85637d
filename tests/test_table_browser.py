"""A table on the import page, in a real browser: what was guessed is seen, changed, saved and stored."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from chromium import barriers
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
expect.set_options(timeout=45_000)  # the first table waits for the process that reads it

HOSTILE = "<img src=x onerror=alert(1)>\u202e<b>x</b>[z](http://evil.example)"
TABLE = f"nick,when,mood,words,{HOSTILE[:44]}\n" + "".join(
    f'Ann {n},2024-05-1{n}T20:41:00Z,calm,"The tunnel leaks at end {n} again, {HOSTILE}",=1+{n}\n'
    for n in range(6)
)
UNKNOWN = "Actor,Film\nAnn,Tunnel\nBob,Bridge\nCid,Ferry\nDee,Canal\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run the demo in a folder of its own, in which nothing is left behind; yield its address."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "threads", "demo", "--port", "0", "--no-browser"]
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        try:
            line = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/", line)
            if found is None:
                process.kill()
                pytest.fail(f"no address in {line!r}: {process.stderr.read()}")
            yield found.group()
        finally:
            process.send_signal(signal.SIGINT)
            _, messages = process.communicate(timeout=20)
    assert "Traceback" not in messages
    assert list(folder.iterdir()) == []


def choose(page, server, name, content):
    page.set_default_timeout(45_000)
    page.goto(f"{server}import")
    page.locator("#import-file input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    )
    expect(page.locator("#import-file-name")).to_have_text(f"File: {name}")
    page.get_by_role("button", name="Preview", exact=True).click()
    page.locator("#import-columns tbody tr").first.wait_for()


def kind_of(page, column):
    return page.get_by_role("textbox", name=f"What the column {column} is", exact=True)


# Mantine takes up the option that holds in a timer of its own, and forgets the keys that came before it.
LATER = "() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(done)), 50))"


def set_kind(page, column, kind):
    kind_of(page, column).focus()
    page.keyboard.press("Enter")
    option = page.get_by_role("option", name=kind, exact=True)
    option.wait_for()
    page.evaluate(LATER)
    for _ in range(20):
        if option.get_attribute("data-combobox-selected") or option.get_attribute("aria-selected") == "true":
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(kind_of(page, column)).to_have_value(kind)


def test_a_table_is_understood_changed_saved_and_stored_by_keyboard(page, server):
    choose(page, server, "talk.csv", TABLE)
    page.get_by_text("6 comments read, 6 kept, 0 left out.").wait_for()
    assert [kind_of(page, name).input_value() for name in ("when", "mood", "words")] == [
        "time",
        "not used",
        "text",
    ]
    store = page.get_by_role("button", name="Store it")
    expect(store).to_be_visible()
    set_kind(page, "nick", "not used")
    set_kind(page, "mood", "author")
    expect(store).to_be_hidden()
    page.get_by_role("button", name="Preview again").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#import-result tbody td").first).to_have_text("calm")
    page.get_by_label("Keep these columns as").fill("tunnel talk")
    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#import-mapping-saved")).to_have_text("Saved as tunnel talk.")
    expect(store).to_be_visible()
    store.focus()
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("6 comments stored")).wait_for()
    assert page.locator("img[src='x'], a[href*='evil.example'], main b").count() == 0

    choose(page, server, "more.csv", TABLE)
    assert kind_of(page, "mood").input_value() == "not used"
    page.locator("#import-mapping").click()
    page.get_by_role("option", name="tunnel talk").click()
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(kind_of(page, "mood")).to_have_value("author")


def test_a_table_without_texts_can_be_told_which_column_has_them(page, server):
    choose(page, server, "films.csv", UNKNOWN)
    expect(page.get_by_role("button", name="Store it")).to_be_hidden()
    page.get_by_text("no column looks like the text of comments").wait_for()
    set_kind(page, "Film", "text")
    page.get_by_role("button", name="Preview again").click()
    page.get_by_text("4 comments read, 4 kept").wait_for()
    page.get_by_label("Keep these columns as").fill("../up")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#import-mapping-saved")).to_contain_text("is no name for a mapping")


def test_what_was_changed_since_is_not_what_is_stored(page, server):
    choose(page, server, "talk.csv", TABLE)
    store = page.get_by_role("button", name="Store it")
    expect(store).to_be_visible()
    page.get_by_role("button", name="Take it off").click()
    expect(store).to_be_hidden()
    expect(page.locator("#import-columns-panel")).to_be_hidden()


def test_the_columns_are_accessible(page, server):
    choose(page, server, "talk.csv", TABLE)
    page.get_by_text("6 comments read").wait_for()
    assert barriers(page) == {}
