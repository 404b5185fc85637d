"""The stance page says which sides a discussion takes, who judged, and leads to the comments."""

import pandas as pd
import pytest
from browsing import as_json, said

from dashboard.figures import FADED, stance_shares_over_time, ticks_of_shares
from dashboard.filters import Filters
from dashboard.pages.discussion import OneDiscussion
from dashboard.pages.stance import StancePage
from threads.dynamics.timeline import timeline
from threads.language import using
from threads.scores.stance import Stance

PAGE = StancePage()


def taken(frame):
    """The frame with every third comment supportive and every third critical, surer later on."""
    sides = [("supportive", "critical", "unclear")[n % 3] for n in range(len(frame))]
    sure = [0.5 + n / 1000 for n in range(len(frame))]
    return frame.assign(stance=pd.Series(sides, index=frame.index, dtype="str"), stance_probability=sure)


def with_sides(sampled, thread_id, query=""):
    frame = taken(sampled.comments(thread_id))
    view = OneDiscussion(PAGE, sampled, thread_id, frame).view(Filters.from_query(query))
    return frame, as_json(view.content)


def test_sides_are_counted_with_who_judged_them(sampled, sampled_ids):
    frame, found = with_sides(sampled, sampled_ids[0])
    assert "60 comments of 90 take a side: 30 supportive, 30 critical." in found
    assert Stance().classifier.sentence in found
    name = frame["author"].value_counts().index[0]
    assert "/thread/" in found
    assert name in found


def test_an_example_is_the_surest_and_leads_to_its_comment(sampled, sampled_ids):
    frame, found = with_sides(sampled, sampled_ids[0])
    surest = frame[frame["stance"] == "critical"].iloc[-1]
    assert f"?at={surest['comment_id']}" in found
    assert "stance=critical" in found


def test_replies_to_the_other_side_are_told(sampled, sampled_ids):
    _, found = with_sides(sampled, sampled_ids[0])
    assert "between comments that take a side" in found
    assert "Some that go to the other side" in found


def test_without_stances_the_page_says_why(sampled, sampled_ids):
    frame = sampled.comments(sampled_ids[0]).assign(stance=pd.Series(None, dtype="str"))
    view = OneDiscussion(PAGE, sampled, sampled_ids[0], frame).view(Filters())
    assert "No stance: it needs an English text and a title" in as_json(view.content)


def test_nothing_chosen_says_so(sampled, sampled_ids):
    assert "No comment passes the filters" in said(PAGE, sampled, sampled_ids[0], "?q=no+comment+has+this")


@pytest.fixture
def bins():
    """Seven comments in one hour and two in the next, all but one of them judged."""
    times = [f"2024-06-03T20:{n:02}Z" for n in range(7)] + ["2024-06-03T21:10Z", "2024-06-03T21:20Z"]
    frame = pd.DataFrame(
        {
            "published_at": pd.to_datetime(times),
            "text": "said",
            "stance": pd.Series(["supportive"] * 5 + ["critical", None, "critical", "unclear"], dtype="str"),
        }
    )
    return timeline(frame, width="1 hour").rows


def test_shares_of_few_comments_are_greyed_out(bins):
    traces = stance_shares_over_time(bins, 5)["data"]
    assert [trace["name"] for trace in traces] == ["supportive", "critical", "unclear"]
    assert [trace["marker"]["opacity"] for trace in traces] == [[1, FADED]] * 3
    assert traces[0]["y"] == [0.8333, 0.0]
    assert traces[1]["y"] == [0.1667, 0.5]
    assert traces[0]["customdata"] == [
        "83% supportive, judged 6 of 7",
        "0% supportive, judged 2 of 2, few",
    ]


def test_each_side_has_a_pattern_of_its_own(bins):
    traces = stance_shares_over_time(bins, 5)["data"]
    supportive, critical = (trace["marker"]["pattern"]["shape"] for trace in traces[:2])
    assert supportive != critical


def test_an_axis_of_shares_is_written_as_its_reader_writes():
    with using("de"):
        assert ticks_of_shares()["ticktext"] == [
            "0\N{NO-BREAK SPACE}%",
            "50\N{NO-BREAK SPACE}%",
            "100\N{NO-BREAK SPACE}%",
        ]
    assert ticks_of_shares()["ticktext"] == ["0%", "50%", "100%"]
