"""What takes long is worked out beside requests: it says how far it is, and can be cancelled."""

from collections import OrderedDict
from functools import partial
from threading import Event

import pytest
from browsing import as_json, body_for, server_callbacks
from dash import Dash
from flask import g
from test_topics import talk

from dashboard import background as module
from dashboard import create_app, topic_filter
from dashboard.background import Background, register_background, waiting
from dashboard.filters import Filters
from dashboard.pages import compare
from dashboard.pages import topics as topics_page
from dashboard.pages.base import Context
from dashboard.pages.compare import ComparePage
from dashboard.security.access import User
from threads.dynamics.steps import Steps, Stopped
from threads.dynamics.topics import topics
from threads.errors import InputError
from threads.language import _, using

WEEKS = Filters.from_query("?by=week")


@pytest.fixture
def at_once(monkeypatch):
    """Let no answer wait for work."""
    monkeypatch.setattr(module, "PATIENCE", 0)
    monkeypatch.setattr(compare, "AT_ONCE", 0)


def task(told, gate, steps=3):
    counted = Steps(told, steps)
    for _step in range(steps):
        assert gate.wait(20)
        counted.step()
    return _("Cancel")


def test_a_work_is_begun_once_says_how_far_it_is_and_keeps_its_result(at_once):
    works, gate, begun = Background(), Event(), Event()

    def told_of_begin(told):
        told(1, 3)
        begun.set()
        return task(told, gate)

    with using("de"):
        work = works.ask("key", told_of_begin)
    assert begun.wait(20)
    assert "Step 2 of 3" in as_json(waiting(work))
    assert works.ask("key", None) is work is works.known("key") is works.numbered(work.number)
    gate.set()
    assert work.ended.wait(20)
    assert (work.state, work.result, work.done) == ("done", "Abbrechen", 3)


def test_a_work_is_cancelled_and_begun_again(at_once):
    works, gate = Background(), Event()
    work = works.ask("key", partial(task, gate=gate))
    work.stop.set()
    gate.set()
    assert work.ended.wait(20)
    assert (work.state, work.result) == ("cancelled", None)
    shown = as_json(waiting(work))
    assert "Cancelled." in shown
    assert "Try again" in shown
    works.forget(work)
    again = works.ask("key", partial(task, gate=gate))
    assert again.ended.wait(20)
    assert again.state == "done"


def test_what_is_forgotten_for_newer_works_is_stopped(at_once):
    works, gate = Background(), Event()
    first = works.ask("first", partial(task, gate=gate))
    for place in range(module.KEPT):
        assert not first.stop.is_set()
        works.ask(place, lambda _told: None)
    gate.set()
    assert first.ended.wait(20)
    assert (first.state, works.known("first")) == ("cancelled", None)


def test_what_goes_wrong_is_told(at_once):
    def wrong(_told):
        raise InputError("it is <b>bad</b>", source="here")

    work = Background().ask("key", wrong)
    assert work.ended.wait(20)
    assert "here: it is <b>bad</b>" in as_json(waiting(work))


def test_the_steps_of_a_comparison_end_with_it_and_stop_it(sampled, sampled_ids):
    heard = []

    def told(done, of):
        heard.append((done, of))
        return True

    compared = partial(compare._compared, sampled, sampled_ids, Filters(), False)
    compared(told)
    assert [done for done, _of in heard] == list(range(1, heard[0][1] + 1))
    with pytest.raises(Stopped):
        compared(lambda done, _of: done < 3)


def test_many_comments_are_compared_beside_the_request(sampled, at_once):
    context = Context(sampled.store, sampled.settings)
    subject = ComparePage().subject(context, "")
    first = subject.view(WEEKS)
    (work,) = context.background._works.values()
    assert (first.chosen is None) == ("work-poll" in as_json(first.content))
    assert work.ended.wait(60)
    shown = subject.view(WEEKS)
    assert shown.chosen == len(sampled.comments())
    assert "Differences" in as_json(shown.content)
    assert len(context.background._works) == 1


def test_topics_of_many_comments_are_learnt_beside_the_request(sampled, sampled_ids, at_once, monkeypatch):
    monkeypatch.setattr(topics_page, "MOST_COMMENTS", 50)
    monkeypatch.setattr(topic_filter, "_found", OrderedDict())
    context = Context(sampled.store, sampled.settings)
    subject = topics_page.TopicsPage().subject(context, sampled_ids[0])
    subject.view(Filters())
    (work,) = context.background._works.values()
    assert work.ended.wait(60)
    assert "Does it drift?" in as_json(subject.view(Filters()).content)
    heard = []
    with pytest.raises(Stopped):
        topics(talk(), lambda done, of: heard.append((done, of)) or done < 2)
    assert heard[:2] == [(1, 6), (2, 6)]


def test_who_may_not_see_people_waits_for_a_comparison_of_their_own(sampled, at_once):
    context = Context(sampled.store, sampled.settings)
    by_author = Filters.from_query("?by=author")
    ComparePage().subject(context, "").view(by_author)
    with create_app(sampled.store, sampled.settings).server.test_request_context("/"):
        g.user = User("vic", "viewer")
        subject = ComparePage().subject(context, "")
        subject.view(by_author)
        for work in context.background._works.values():
            assert work.ended.wait(60)
        shown = as_json(subject.view(by_author).content)
    assert "reader " in shown
    assert not any(name in shown for name in sampled.comments()["author"].dropna().unique() if len(name) > 6)


def test_the_page_asks_how_far_it_is_cancels_and_begins_anew(at_once):
    app, works, gate = (
        Dash("asking", enable_mcp=False, suppress_callback_exceptions=True),
        Background(),
        Event(),
    )
    register_background(app, works)
    client, callbacks = app.server.test_client(), server_callbacks(app)

    def asked(name, **values):
        body = body_for(app, callbacks[f"background.{name}"], lambda item: values.get(item["property"]))
        return client.post("/_dash-update-component", json=body).get_data(as_text=True)

    work = works.ask("key", partial(task, gate=gate))
    assert "filter-anew" not in asked("how_far", n_intervals=1, data=work.number)
    asked("how_far", n_intervals=2, n_clicks=1, data=work.number)
    gate.set()
    assert work.ended.wait(20)
    assert f"{work.number} cancelled" in asked("how_far", n_intervals=3, data=work.number)
    assert works.known("key") is work
    assert f"{work.number} again" in asked("again", n_clicks=1, data=work.number)
    assert works.known("key") is None
    assert "filter-anew" not in asked("how_far", n_intervals=4, data=work.number)
    assert "lost" in asked("how_far", n_intervals=module.LOST - 1, data=work.number)


def test_why_a_work_failed_is_in_the_log_by_its_place_and_not_by_its_message(capsys):
    def fails(_told):
        raise KeyError("what a commenter wrote")

    work = Background().ask("key", fails)
    assert work.ended.wait(20)
    assert work.state == "failed"
    log = capsys.readouterr().err
    assert '"KeyError"' in log
    assert "test_background.py" in log
    assert "commenter" not in log
