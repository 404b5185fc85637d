"""The thread page says where a discussion turns and how fast it went, and of few comments why it cannot."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from browsing import as_json, body_for, get, post, server_callbacks
from test_turning_points import step, thread

from dashboard import changes, create_app
from dashboard.figures import sentiment_over_time
from dashboard.filters import Filters
from dashboard.pages.base import Context
from dashboard.pages.discussion import OneDiscussion, Reading
from dashboard.pages.thread import ThreadPage
from threads.dynamics.turning_points import turning_points


@pytest.fixture(scope="module")
def turned(sampled, sampled_ids):
    """Ninety comments whose sentiment falls before the sixty-first by time."""
    frame = sampled.comments(sampled_ids[0]).sort_values("published_at", kind="stable", ignore_index=True)
    noise = np.random.default_rng(1).normal(0, 0.1, len(frame))
    return frame.assign(sentiment=np.where(np.arange(len(frame)) < 60, 0.4, -0.4) + noise)


def said(sampled, thread_id, frame=None, query=""):
    frame = sampled.comments(thread_id) if frame is None else frame
    page = OneDiscussion(ThreadPage(), sampled, thread_id, frame)
    return as_json(page.view(Filters.from_query(query)).content)


def test_a_turn_is_told_with_its_figures_and_leads_to_its_comments(sampled, sampled_ids, turned):
    found = said(sampled, sampled_ids[0], turned)
    assert "comments get more negative" in found
    assert "mean sentiment 0.4" in found
    assert "standard deviations apart, p = .0" in found
    (point,) = turning_points(turned).points
    assert found.count(f'"href": "#comment-{point.around[3]}"') >= 2
    assert f"at={point.around[0]}" in found or f'"href": "#comment-{point.around[0]}"' in found


def test_a_turn_is_marked_on_the_timeline(turned):
    (point,) = turning_points(turned).points
    layout = sentiment_over_time(turned, None, [point.at])["layout"]
    assert [shape["x0"] for shape in layout["shapes"]] == [point.at.timestamp() * 1000]
    assert [note["text"] for note in layout["annotations"]] == ["<b>1</b>"]


def test_turns_too_close_for_two_numbers_share_one(turned):
    length = turned["published_at"].max() - turned["published_at"].min()
    turns = [turned["published_at"].min() + share * length for share in (0.2, 0.22, 0.25, 0.27, 0.6)]
    layout = sentiment_over_time(turned, None, turns)["layout"]
    assert [note["text"] for note in layout["annotations"]] == ["<b>1–3</b>", "<b>4</b>", "<b>5</b>"]
    assert len(layout["shapes"]) == 5


def test_no_turn_says_how_often_one_is_missed(sampled, sampled_ids):
    found = said(sampled, sampled_ids[0])
    assert "No turn in" in found
    assert "Of simulated threads of 100 comments without a turn, 3.7% were told one" in found
    assert "That none is told means little here" in found


def test_eight_comments_get_reasons(sampled, sampled_ids):
    found = said(sampled, sampled_ids[1])
    assert "8 comments with time and sentiment are too few" in found
    assert "standard deviations apart" not in found
    assert "too few for a half-life" in found
    assert "Of simulated threads" not in found


def test_the_pace_is_told_and_nothing_is_forecast(sampled, sampled_ids):
    found = said(sampled, sampled_ids[0])
    assert "interest halves every" in found
    assert "13 comments, 4.6 times as many as expected" in found
    assert "3 of the first 10" in found.replace('"}}, "', " ") or "of the first 10 read as negative" in found
    assert "is not forecast" in found


def test_a_stretch_of_time_has_no_half_life_since_the_article(sampled, sampled_ids):
    frame, discussion = sampled.comments(sampled_ids[0]), sampled.store.discussion(sampled_ids[0])
    discussion = replace(discussion, published_at=frame["published_at"].min().to_pydatetime())
    for query, told in (("", True), ("?from=2024-06-03T12:00", False)):
        filters = Filters.from_query(query)
        reading = Reading(sampled, discussion, frame, filters.apply(frame), filters)
        assert ("of the article" in as_json(changes.pace(changes.changes_of(reading), str))) == told


def test_of_many_turns_the_strongest_are_shown(monkeypatch):
    monkeypatch.setattr(changes, "TURNS_SHOWN", 1)
    falls = thread(
        400, sentiment=step(250, 150, -1.5), offensive=1 / (1 + np.exp(-step(100, 300, 3, seed=2)))
    )
    found = turning_points(falls)
    assert len(found.points) == 2
    assert [point.turns[0].measure for point in changes.strongest(found)] == ["tone"]
    assert "and 1 weaker" in as_json(changes.what_changed(falls, found, str))


def test_very_many_comments_are_looked_at_on_request(sampled, sampled_ids, monkeypatch):
    monkeypatch.setattr(changes, "AT_ONCE", 50)
    monkeypatch.setattr(changes, "changes_of", None)  # it is not called
    found = said(sampled, sampled_ids[0])
    assert "Look for turning points" in found
    assert "Among 90 comments this takes some seconds" in found


def test_the_request_brings_both_panels(sampled, sampled_ids, monkeypatch):
    monkeypatch.setattr(changes, "AT_ONCE", 50)
    app, context = create_app(sampled.store, sampled.settings), Context(sampled.store, sampled.settings)
    client = app.server.test_client()
    get(client, "/")
    asked = {"n_clicks": 1, "pathname": f"/thread/{sampled_ids[0]}", "search": "?stance=unclear"}
    answer = post(client, body_for(app, server_callbacks(app)["thread.look"], lambda i: asked[i["property"]]))
    assert answer.status_code == 200
    reading = ThreadPage().subject(context, sampled_ids[0]).reading(Filters(stances=("unclear",)))
    work = context.background.ask(changes.key_of(reading), partial(changes.changes_of, reading))
    assert work.ended.wait(60)
    found = as_json(ThreadPage().content(reading))
    assert "No turn in" in found
    assert "interest halves every" in found
    assert "Look for turning points" not in found


def test_hostile_names_stay_text(sampled, sampled_ids, turned):
    hostile = turned.assign(author="<img src=x onerror=alert(1)>\u202e")
    found = as_json(changes.what_changed(hostile, turning_points(hostile), str))
    assert "U+202E" in found
    assert "\u202e" not in found
    assert pd.notna(found)


def test_a_comment_that_is_not_shown_is_told(sampled, sampled_ids):
    subject = ThreadPage().subject(sampled, sampled_ids[0])

    def told(filters):
        return as_json(ThreadPage().content(subject.reading(filters)))

    assert "at='zzz', which is no comment of this discussion" in told(Filters(at="zzz"))
    row = subject.frame.dropna(subset=["author"]).iloc[0]
    other = next(name for name in subject.frame["author"].dropna() if name != row["author"])
    assert "a comment that the filters leave out" in told(Filters(at=row["comment_id"], authors=(other,)))
    assert "The address has" not in told(Filters(at=row["comment_id"]))
