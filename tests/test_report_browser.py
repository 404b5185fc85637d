"""The report in a real browser: drawn, chosen by week, printed, and a limit put into force."""

import re

import pytest
from chromium import barriers
from playwright.sync_api import expect
from queue_server import serving
from test_learning import Clock, decide
from test_storage import links, no_scores, parsed

from threads.settings import Settings
from threads.storage import Store

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a busy machine is slow, and no fault of the page's


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Two weeks of decisions on comments with two links, approved, and with three, rejected."""
    clock = Clock()
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('report')}/store.sqlite", clock=clock) as store:
        what = parsed(*range(1, 81))
        flags = {("t", f"c{n}"): [links(2.0 if n <= 40 else 3.0)] for n in range(1, 81)}
        store.add(what, no_scores(what), flags)
        for number in range(1, 81):
            clock.set(hours=number / 4, days=7 * (number % 2))
            decide(store, number, "approve" if number <= 40 else "reject")
        clock.set(days=8)
        with serving(store) as address:
            yield store, address


def test_the_report_has_no_barrier(page, served):
    page.goto(f"{served[1]}report")
    page.locator(".range b").first.wait_for()
    page.get_by_text("every limit").first.click()
    assert barriers(page) == {}


def test_a_week_is_chosen_and_its_dot_stands_where_its_share_is(page, served):
    page.goto(f"{served[1]}report")
    page.get_by_role("heading", name="Week 49 of 2026").wait_for()
    page.get_by_role("textbox", name="Week").click()
    page.get_by_role("option", name=re.compile("2026-W48")).click()
    page.get_by_role("heading", name="Week 48 of 2026").wait_for()
    assert page.url.endswith("/report/2026-W48")
    scale, dot = (page.locator(found).first.bounding_box() for found in (".range", ".range b"))
    share = (dot["x"] + dot["width"] / 2 - scale["x"]) / scale["width"]
    assert share == pytest.approx(0.5, abs=0.01)  # 20 of 40 decided on even hours were rejected


def test_on_paper_there_is_the_report_and_nothing_to_press(page, served):
    page.goto(f"{served[1]}report")
    page.locator(".range b").first.wait_for()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.locator("#menu")).to_be_hidden()
    expect(page.locator(".heat")).to_be_visible()


def test_a_proposed_limit_is_put_into_force_by_a_click(page, served):
    store, address = served
    page.goto(f"{address}report")
    page.get_by_role("radio", name="80%").check()
    page.get_by_text("surely right 80% of the time").first.wait_for()
    page.get_by_role("button", name="Apply 3 to links").click()
    page.get_by_text("links flags from 3 on").wait_for()
    expect(page.get_by_text("the limit in force is the lowest known").first).to_be_visible()
    assert store.rule_books.current(Settings()).rules["links"].limits["links"] == 3
