"""Measure the moderation queue as two moderators at their keys find it, in a real browser.

    python -m benchmarks.queue_keys [--comments 100000] [--keys 10000] [--database URL]

Prints what the server takes to draw the first and the last page of a long queue, how long a key takes until
the next comment is drawn and until its decision is on record, and what became of many fast keys that two
moderators press at the same queue, ten in a tick: each must be on record once, or told as a conflict. The
store is new and goes away; with --database, a PostgreSQL database that is empty.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pandas as pd
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select
from waitress.server import create_server

from dashboard import create_app
from dashboard.pages.base import Context
from dashboard.pages.moderation import PER_PAGE, ModerationPage
from threads.records import Comment, Discussion, Flag, Parsed, Report
from threads.settings import Settings
from threads.storage import QueueFilter, Store, tables
from threads.storage.engine import reading

PASSWORD = "correct horse battery staple"  # noqa: S105 - of accounts that go away
MODERATORS = ("ann", "bob")
THREAD = 5_000  # comments under one article
ROUNDS = 9
IN_A_TICK = 10
KEYS = "dfdfhdnuds"  # of one tick: nine decisions, one taken back
BARS = {"page": 300.0, "next": 20.0, "saved": 100.0}  # milliseconds

PRESS = """(keys) => { for (const key of keys)
  document.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true})); }"""

# From a key to the frame in which the next comment stands, and to the server's acknowledgement.
TIME_A_KEY = """async (key) => {
  const root = document.getElementById("queue"), start = performance.now();
  const saved = new Promise((resolve) => {
    const watch = new MutationObserver(() => {
      if (root.dataset.pending !== "0") return;
      watch.disconnect();
      resolve(performance.now() - start);
    });
    watch.observe(root, {attributes: true, attributeFilter: ["data-pending"]});
  });
  document.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  document.body.offsetHeight;  // lays the page out
  const laid = performance.now() - start;
  const drawn = new Promise((resolve) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => resolve(performance.now() - start);
    channel.port2.postMessage(null);
  }));
  return [laid, await drawn, await saved];
}"""

# Keeps which actions were asked for, and what was told of them.
LISTEN = """() => {
  window.asked = []; window.told = [];
  const {add} = btlQueue.pending, {settle} = btlQueue.decide;
  btlQueue.pending.add = (...actions) => { asked.push(...actions.map((a) => a.key)); add(...actions); };
  btlQueue.decide.settle = function (wanted, outcome) {
    told.push([wanted.key, outcome.status]);
    return settle.call(this, wanted, outcome);
  };
  const {drop} = btlQueue.pending;
  btlQueue.pending.drop = (actions) => {
    told.push(...actions.map((a) => [a.key, "dropped"]));
    drop(actions);
  };
}"""


def fill(store: Store, comments: int) -> None:
    """Store flagged comments of different risk under articles of THREAD comments each."""
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)
    for first in range(0, comments, THREAD):
        thread, numbers = f"thread-{first}", range(first, min(first + THREAD, comments))
        found = tuple(
            Comment(
                thread_id=thread,
                comment_id=f"c{number}",
                position=number - first + 1,
                author=f"author {number % 997}",
                published_at=start + timedelta(seconds=7 * number),
                text=f"Comment {number}: you absolute idiot, read http://a.example first. " * 4,
                source_format="benchmark",
            )
            for number in numbers
        )
        discussion = Discussion(
            thread_id=thread, source="benchmark", source_format="benchmark", title=thread, comments=found
        )
        parsed = Parsed(discussions=(discussion,), report=Report(source="benchmark", kept=len(found)))
        flags = {
            (thread, one.comment_id): [
                Flag("offensive", "Listed words.", 2.0 + number % 811 / 100, 2.0, ((23, 28),))
            ]
            for number, one in zip(numbers, found, strict=True)
        }
        store.add(parsed, pd.DataFrame(index=pd.RangeIndex(len(found))), flags)


@contextmanager
def serving(store: Store) -> Iterator[str]:
    """Serve the application; yield its address."""
    app = create_app(store, Settings())
    server = create_server(app.server, host="127.0.0.1", port=0, threads=8)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}/"
    finally:
        server.close()
        thread.join(timeout=10)


def server_time(store: Store, search: str) -> tuple[float, float]:
    """Return the median milliseconds in which a page of the queue is laid out: clock, and processor."""
    page, context, times, processor = ModerationPage(), Context(store, Settings()), [], []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        page.layout(context, "", search)
        times.append(1_000 * (time.perf_counter() - began))
        processor.append(1_000 * (time.process_time() - used))
    return statistics.median(times), statistics.median(processor)


def sit_down(browser: Browser, address: str, name: str) -> Page:
    """Sign a moderator in and open the queue."""
    page = browser.new_context().new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("#menu a").first.wait_for()
    page.goto(f"{address}moderation")
    page.locator(".queue-item[data-selected]").wait_for()
    return page


def key_times(page: Page, keys: int = 40) -> tuple[float, ...]:
    """Return the median milliseconds from a key until the next is laid out, is drawn, and all is saved."""
    found = [page.evaluate(TIME_A_KEY, "d" if n % 2 else "f") for n in range(keys)]
    return tuple(statistics.median(times) for times in zip(*found, strict=True))


def press_many(pages: list[Page], keys: int) -> None:
    """Press keys in bursts, each moderator in turn, and go on to what waits when a page is done."""
    for page in pages:
        page.evaluate(LISTEN)
    bursts = -(-keys // (IN_A_TICK * len(pages)))
    on_page = PER_PAGE // sum(key != "u" for key in KEYS)
    for burst in range(bursts):
        for page in pages:
            page.evaluate(PRESS, list(KEYS))
        if burst % on_page == on_page - 1:
            for page in pages:
                page.locator("#queue[data-pending='0']").wait_for()
                drawn = page.locator("#queue").get_attribute("data-drawn")
                page.evaluate("() => btlQueue.reload()")
                page.locator(f"#queue:not([data-drawn='{drawn}'])").wait_for()
    for page in pages:
        page.locator("#queue[data-pending='0']").wait_for()


def fate(store: Store, pages: list[Page]) -> dict[str, int]:
    """Return what became of the keys: asked for, on record, conflicts; and those that are lost or double."""
    asked = [key for page in pages for key in page.evaluate("() => asked")]
    told = dict(pair for page in pages for pair in page.evaluate("() => told"))
    recorded = Counter(recorded_keys(store))
    refused = {key for key, status in told.items() if status != "done"}
    return {
        "actions asked for": len(asked),
        "on record": sum(recorded[key] > 0 for key in asked),
        "told as not done": len(refused),
        "lost": sum(not recorded[key] and key not in refused for key in asked),
        "double": sum(recorded[key] > 1 or (recorded[key] > 0 and key in refused) for key in asked),
        "wrong in the log": len(store.verify()),
    }


def recorded_keys(store: Store) -> list[str]:
    """Return the keys of all actions on record."""
    with reading(store._engine) as connection:
        return list(connection.scalars(select(tables.decisions.c.key)))


def measure(store: Store, comments: int, keys: int) -> Iterator[tuple[str, Any, float | None]]:
    """Yield each measure with its value and, where there is one, its bar."""
    fill(store, comments)
    last = -(-store.queue_counts(QueueFilter())["flagged"] // PER_PAGE)
    for name, search in (("first page", ""), (f"page {last:,}, the last", f"?page={last}")):
        taken, processor = server_time(store, search)
        yield f"server, {name} of {comments:,} open, ms", taken, BARS["page"]
        yield "    of it processor of this process, ms", processor, None
    store.accounts.create("admin", "admin", PASSWORD, actor="benchmark")
    for name in MODERATORS:
        store.accounts.create(name, "moderator", PASSWORD, actor="benchmark")
    chromium = os.environ.get("BTL_CHROMIUM") or shutil.which("chromium")
    with serving(store) as address, sync_playwright() as playwright:
        arguments = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        pages = [sit_down(browser, address, name) for name in MODERATORS]
        laid_out, next_comment, saved = key_times(pages[0])
        yield "key → next comment laid out, median ms", laid_out, None
        yield "key → next comment, median ms", next_comment, BARS["next"]
        yield "key → saved, median ms", saved, BARS["saved"]
        began = time.perf_counter()
        press_many(pages, keys)
        yield f"seconds for {keys:,} keys by {len(pages)} moderators", time.perf_counter() - began, None
        for name, count in fate(store, pages).items():
            yield name, count, 0.0 if name in {"lost", "double", "wrong in the log"} else None
        browser.close()


def main() -> int:
    """Print the table; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comments", type=int, default=100_000)
    parser.add_argument("--keys", type=int, default=10_000)
    parser.add_argument("--database")
    given, held = parser.parse_args(), True
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{Path(folder) / 'queue.sqlite'}"
        with Store.open(url) as store:
            for name, value, bar in measure(store, given.comments, given.keys):
                said = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
                against = "" if bar is None else f" (at most {bar:g})"
                held = held and (bar is None or value <= bar)
                sys.stdout.write(f"{name}: {said}{against}\n")
                sys.stdout.flush()
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
