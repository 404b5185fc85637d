"""Half-life: known answers, what a window that ends does, and when nothing can be told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threads.dynamics.half_life import half_life, truncated_half_life

START = pd.Timestamp("2024-05-17T20:41", tz="UTC")


def thread(minutes, precision="minute", **columns):
    minutes = np.asarray(minutes, dtype=float)
    frame = pd.DataFrame(
        {
            "comment_id": [f"c{number}" for number in range(len(minutes))],
            "author": [f"person {number}" for number in range(len(minutes))],
            "published_at": START + pd.to_timedelta(minutes * 60, unit="s"),
            "published_at_precision": precision,
        }
    )
    return frame.assign(**columns)


def fading(half, window, count=4_000, seed=1):
    minutes = np.random.default_rng(seed).exponential(half / np.log(2), count)
    return minutes[minutes < window]


def test_the_known_answer_and_without_truncation():
    mean = np.array([4.0])
    assert truncated_half_life(mean, 20)[0] == pytest.approx(2.8875, abs=5e-5)
    assert truncated_half_life(mean, 1e6)[0] == pytest.approx(4 * np.log(2), rel=1e-3)


def test_the_median_age_of_the_known_thread():
    found = half_life(thread([0, 2, 3, 4, 10, 40, 41, 42, 43, 100]), since=START.to_pydatetime())
    assert found.half_within == pd.Timedelta(minutes=25)
    assert found.from_article


@given(st.floats(0.02, 0.49), st.floats(1, 1e6))
def test_the_estimate_solves_its_equation(share, window):
    life = truncated_half_life(np.array([share * window]), window)[0]
    x = np.log(2) * window / life
    assert 1 / x - 1 / np.expm1(x) == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize("windows", [1, 2, 5])
@pytest.mark.parametrize("known_ends", [True, False])
def test_a_window_that_ends_does_not_shorten_the_half_life(windows, known_ends):
    frame = thread(fading(100, 100 * windows))
    ends = {"since": START, "until": START + pd.Timedelta(minutes=100 * windows)} if known_ends else {}
    found = half_life(frame, **ends)
    assert found.estimate.total_seconds() / 60 == pytest.approx(100, rel=0.15)
    assert found.low < found.estimate < found.high
    if windows == 1:
        assert found.half_within < pd.Timedelta(minutes=50)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    held = 0
    for seed in range(60):
        found = half_life(thread(fading(60, 300, 80, seed)))
        high = found.high or pd.Timedelta.max
        held += found.low is not None and found.low <= pd.Timedelta(minutes=60) <= high
    assert held >= 52


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (thread([5]), "1 comment with a time cannot have a half-life."),
        (thread(range(11)), "9 comments within the window are too few for a half-life; it takes 10."),
        (thread([0, *range(50, 101), 100]), "do not come more slowly toward the end"),
        (thread([3] * 20), "All comments have the same time"),
        (thread(fading(60, 600, 100) // 60 * 60, "relative"), "too coarse for a half-life of about"),
    ],
)
def test_why_there_is_no_estimate(frame, reason):
    found = half_life(frame)
    assert found.estimate is None
    assert reason in found.reason
    assert reason in found.sentence().text


def test_it_is_said_in_one_sentence():
    said = half_life(thread(fading(240, 2_000)), since=START.to_pydatetime()).sentence().text
    assert said.startswith("Half of ")
    assert (
        "came within 4 hours of the article; interest halves every 4 hours (95% interval: 4 hours to " in said
    )


def test_comments_of_one_person_give_no_interval():
    found = half_life(thread(fading(100, 400, 300), author="Ann"))
    assert found.low is found.high is None
    assert found.estimate is not None


def test_a_half_life_longer_than_can_be_written_is_none():
    minutes = np.linspace(0, 60 * 24 * 365 * 5, 1_000)
    minutes[-2] -= 1_000
    found = half_life(thread(minutes))
    assert found.estimate is None
    assert "no half-life can be told" in found.sentence().text
