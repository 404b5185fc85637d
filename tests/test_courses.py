"""Groups from their first comment on: shares that had come, on axes that all of them have."""

import numpy as np
import pandas as pd
import pytest

from dashboard.comparison_figures import courses_beside_each_other
from dashboard.components import NUMBERS_SHOWN
from dashboard.filters import COMPARED
from threads.dynamics.courses import COURSE_COLUMNS, courses
from threads.dynamics.key_figures import key_figures


def group(minutes, start="2024-06-03", authors=4):
    times = pd.Timestamp(start, tz="UTC") + pd.to_timedelta(list(minutes), unit="min")
    count = len(times)
    return pd.DataFrame(
        {
            "author": pd.Series([f"author {n % authors}" for n in range(count)], dtype="str"),
            "published_at": times.astype("datetime64[us, UTC]"),
            "sentiment": np.linspace(-0.5, 0.5, count),
        }
    )


def test_every_group_starts_at_its_own_first_comment():
    early, late = (courses({"A": group(range(0, 200, 10), start)}) for start in ("2016-01-01", "2024-06-03"))
    assert early.rows.equals(late.rows)
    assert early.rows["hours"].min() == 0


def test_half_of_the_comments_is_where_it_is():
    found = courses({"A": group([0, 1, 2, 3, 100]), "<b>": group([0, 60, 120, 180, 240])})
    assert found.of["A"].half == pytest.approx(2 / 60)
    assert found.sentence().text == (
        "Half of the comments had come within 2 minutes of the first in A, within 2 hours in <b>."
    )


def test_half_is_where_the_key_figures_of_a_discussion_have_it():
    frame = group([0, 5, 10, 50, 70, 120]).assign(text="a text", parent_source=None, stance=None)
    half = key_figures(frame).half_within
    assert courses({"A": frame}).of["A"].half == half.total_seconds() / 3600 == pytest.approx(0.5)


def test_one_slow_group_does_not_press_the_others_together():
    quick = {name: group(range(20)) for name in "ABCDEFGHIJK"}
    assert courses({**quick, "L": group([0, *range(10_000, 10_020)])}).hours < 1


def test_what_is_too_little_says_why_and_is_not_drawn():
    found = courses(
        {"few": group(range(4)), "some": group(range(8)), "once": group([0] * 20), "none": group([])}
    )
    assert found.of["few"].reason == "4 comments with a time; a course takes 5."
    assert found.of["once"].reason == "All comments have the same time."
    assert found.of["some"].reason == ""
    assert "8 comments" in found.of["some"].sentiment.reason
    assert found.of["none"].first is None
    rows = found.rows
    assert list(rows.columns) == list(COURSE_COLUMNS)
    told = rows.dropna(subset=["reason"])
    assert told[["hours", "value"]].isna().all(axis=None)
    assert rows.drop(told.index)["group"].unique().tolist() == ["some"]


def test_what_comes_ends_at_all_of_it_however_many_there_are():
    arrived = courses({"A": group(range(5_000))}).of["A"].arrived
    assert len(arrived) == 20
    assert (arrived["share"].iloc[0], arrived["share"].iloc[-1]) == (1 / 5_000, 1.0)


def test_a_figure_has_two_small_charts_a_group_on_the_same_axes():
    found = courses({"A": group(range(0, 200, 10)), "<b>x</b>": group(range(8))})
    figure = courses_beside_each_other(found)
    ranges = [
        [figure["layout"][f"{axis}axis{n}"]["range"] for n in ("", "2", "3", "4")] for axis in ("x", "y")
    ]
    assert ranges[0] == [ranges[0][0]] * 4
    assert ranges[1] == ranges[1][:2] * 2
    words = [note["text"].replace("<br>", " ") for note in figure["layout"]["annotations"]]
    assert "No trend can be told from 8 comments with time and sentiment; it takes 15." in words
    assert not any("<b>x" in text for text in words)
    drawn = [trace["xaxis"] for trace in figure["data"] if trace["x"] != [None]]
    assert drawn == ["x", "x2", "x2", "x3"]


def test_the_numbers_of_as_many_groups_as_are_compared_fit_into_their_table():
    found = courses({name: group(range(300)) for name in COMPARED})
    assert len(found.rows) <= NUMBERS_SHOWN
