"""Measure a click on a filter of the overview in a real browser, from the click until the answer is painted.

    python -m benchmarks.clicks --database URL [--clicks 30]

Besides: what the server works for it, what goes over the wire, and what memory the server holds once every
page of the menu was seen. URL is a store that holds as many comments as are to be measured, and nothing in it
is changed: `btl import` makes one.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, Response, sync_playwright

from benchmarks.measuring import held
from benchmarks.moderators import percentile
from threads.storage import Store

WAIT = 120_000  # milliseconds, for the first page
CHOICES = (
    ("People", None),
    ("Stance", "critical"),
    ("Stance", "supportive"),
    ("Sentiment", "negative"),
    ("Sentiment", "positive"),
)
# From the click on an option until the frame after the last change of what is shown.
WATCH = """() => {
  window.clicked = window.painted = 0;
  document.addEventListener("click", (event) => {
    if (event.target.closest("[role=option], #filter-clear")) window.clicked = performance.now();
  }, true);
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
    window.painted = performance.now();
  }))).observe(
    document.getElementById("filtered-content"), { childList: true, subtree: true, characterData: true });
}"""
STILL = "() => window.painted > window.clicked && performance.now() - window.painted > 300"


@dataclass(frozen=True, slots=True)
class Click:
    """One click: milliseconds of the server's processor and until it was painted, bytes on the wire."""

    server: float
    wire: int
    painted: float


def clicks(url: str, number: int) -> tuple[list[Click], int]:
    """Click on filters of a store's overview, each once it is drawn, then see every page.

    Return what each click took, and how many bytes the server held at the most after a page.
    """
    command = [sys.executable, "-m", "threads", "serve", "--db", url, "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    try:
        with _opened(_address(server)) as (page, answers):
            taken = list(_clicked(page, server.pid, answers, number))
            return taken, max(_seen(page, server.pid))
    finally:
        server.terminate()
        server.communicate()


def _address(server: subprocess.Popen[str]) -> str:
    for line in server.stdout or ():
        if found := re.search(r"http://\S+:\d+", line):
            return found[0]
    sys.exit("the server did not start")


@contextmanager
def _opened(address: str) -> Iterator[tuple[Page, list[Response]]]:
    from tests.chromium import ARGUMENTS, EXECUTABLE, MISSING  # noqa: PLC0415 - the same browser

    if EXECUTABLE is None:
        sys.exit(MISSING)
    answers: list[Response] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(WAIT)
        page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - playwright marks it
        page.goto(address)
        page.locator("#filtered-content").wait_for()
        page.wait_for_load_state("networkidle")
        page.evaluate(WATCH)
        yield page, answers
        browser.close()


def _clicked(page: Page, pid: int, answers: list[Response], number: int) -> Iterator[Click]:
    for place in range(number):
        label, option = CHOICES[place % len(CHOICES)]
        page.get_by_role("textbox", name=label).click()
        options = page.get_by_role("option")
        chosen = options.first if option is None else options.filter(has_text=option).first
        chosen.wait_for()
        page.wait_for_load_state("networkidle")
        answers.clear()
        before = _processor(pid)
        chosen.click()
        page.wait_for_function(STILL)
        worked = _processor(pid) - before
        wire = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
        yield Click(worked, wire, page.evaluate("window.painted - window.clicked"))
        page.keyboard.press("Escape")
        if place % len(CHOICES) == len(CHOICES) - 1:
            page.locator("#filter-clear").click()
            page.wait_for_function(STILL)


def _seen(page: Page, pid: int) -> Iterator[int]:
    """Open every page that the menu leads to; yield what memory the server holds after each."""
    links = page.locator("nav a[href]").evaluate_all("links => links.map((link) => link.href)")
    for link in dict.fromkeys(links):
        page.goto(link)
        page.wait_for_load_state("networkidle")
        yield held(pid)


def _processor(pid: int) -> float:
    """Return the milliseconds that the threads of a process have worked, finer than `ps` tells."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6


def _table(found: Sequence[Click], memory: int, comments: int) -> Iterator[str]:
    yield f"| a click on a filter at {comments:,} comments | median | 95% | wanted |"
    yield "|---|---|---|---|"
    rows = (
        ("server, ms of its processor", [click.server for click in found], "35"),
        ("on the wire, kB", [click.wire / 1000 for click in found], "25"),
        ("click to painted, ms", [click.painted for click in found], "200; 350"),
    )
    for name, values, wanted in rows:
        yield f"| {name} | {statistics.median(values):.1f} | {percentile(values, 0.95):.1f} | {wanted} |"
    yield f"| memory of the process that serves, after every page, MB | {memory / 1e6:.0f} | | 700 |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clicks")
    parser.add_argument("--database", required=True, metavar="URL", help="a store with comments")
    parser.add_argument("--clicks", type=int, default=30)
    asked = parser.parse_args(arguments)
    with Store.open(asked.database, must_exist=True) as store:
        comments = store.queue_counts()["all"]
    print("\n".join(_table(*clicks(asked.database, asked.clicks), comments)))


if __name__ == "__main__":
    main()
