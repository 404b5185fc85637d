"""The page of the weekly report, its table, and who may see whose figures."""

import pytest
from test_dashboard import texts
from test_learning import MONDAY, Clock, morning  # noqa: F401 - a fixture

from dashboard import create_app
from dashboard.pages import report as page_module
from dashboard.pages.base import Context
from dashboard.pages.report import ReportPage
from dashboard.ranges import range_bar
from dashboard.security.access import User
from threads.moderation.precision import FEWEST, Share
from threads.settings import Settings
from threads.storage import Store

LOCAL = {"base_url": "http://127.0.0.1:8050"}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}", clock=clock) as opened:
        yield opened


def shown(store, rest="2026-W48"):
    return texts(ReportPage().layout(Context(store, Settings()), rest, ""))


def signed_in(monkeypatch, name, role):
    user = User(name, role)
    monkeypatch.setattr(page_module, "current_user", lambda: user)
    monkeypatch.setattr(page_module, "may", lambda _: role == "admin")


def test_the_page_says_what_the_week_brought(store, morning):  # noqa: F811
    page = shown(store)
    assert "Week 48 of 2026" in page
    assert "comments came in, in 1 discussion" in page
    assert "[67% (21 to 94%) of 3: too few to say]" in page
    assert "No second opinion was given in this week." in page
    assert "cannot be seen in the queue" in page


def test_a_week_without_anything_and_no_week_say_so(store):
    assert "Nothing came in" in shown(store)
    assert "is no week" in shown(store, "yesterday")


def test_an_admin_sees_everybody_and_a_moderator_only_themselves(store, morning, monkeypatch):  # noqa: F811
    signed_in(monkeypatch, "chief", "admin")
    assert "bert" in shown(store)
    signed_in(monkeypatch, "anna", "moderator")
    page = shown(store)
    assert "anna" in page
    assert "bert" not in page


def test_the_table_can_be_downloaded(store, morning):  # noqa: F811
    client = create_app(store, Settings()).server.test_client()
    answer = client.get("/report.csv?week=2026-W48", **LOCAL)
    assert answer.status_code == 200
    assert "report-2026-W48.csv" in answer.headers["Content-Disposition"]
    precision = '"2026-W48","precision","links","share rejected","0.6666666666666666"'
    assert precision in answer.get_data(as_text=True)
    assert client.get("/report.csv?week=never", **LOCAL).status_code == 400


def test_few_decisions_are_drawn_as_thin_and_say_so():
    assert "thin" in range_bar(Share(1, FEWEST - 1)).className
    assert "thin" not in range_bar(Share(1, FEWEST)).className
    assert len(range_bar(Share(0, 0)).children) == 0


def test_the_weeks_offered_go_from_the_first_import_to_now(store, morning, clock):  # noqa: F811
    clock.set(days=15)
    assert [str(week) for week in store.learning.weeks()] == ["2026-W48", "2026-W49", "2026-W50"]
    assert store.learning.weeks()[0].start == MONDAY
