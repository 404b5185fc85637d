"""Bursts and burstiness: known answers, what chance does, and what times cannot carry."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threads.dynamics.bursts import burstiness, burstiness_of, bursts, chance_of, kleinberg
from threads.dynamics.rhythm import expected_counts, spread

START = pd.Timestamp("2024-05-17T20:41", tz="UTC")
KNOWN = np.diff([0.0, 2, 3, 4, 10, 40, 41, 42, 43, 100])  # minutes between comments of the known thread


def thread(seconds, precision="second"):
    seconds = np.sort(np.round(seconds))
    return pd.DataFrame(
        {
            "thread_id": "t",
            "comment_id": [f"c{number}" for number in range(len(seconds))],
            "author": [f"person {number}" for number in range(len(seconds))],
            "published_at": START + pd.to_timedelta(seconds, unit="s"),
            "published_at_precision": precision,
        }
    )


def test_the_automaton_gives_the_known_answer():
    states, cost = kleinberg(np.array([10.0] * 3 + [1.0] * 8 + [10.0] * 3))
    assert "".join(map(str, states)) == "00011111111000"
    assert cost == pytest.approx(34.8672, abs=5e-5)


@pytest.mark.parametrize(("gamma", "states"), [(1, "000000000"), (0.5, "111101110")])
def test_the_automaton_on_the_known_thread(gamma, states):
    assert "".join(map(str, kleinberg(KNOWN, 2, gamma)[0])) == states


def cost_of(gaps, states, s, gamma):
    rates = np.array([1, s]) * len(gaps) / sum(gaps)
    ups = sum(1 for before, after in zip((0, *states), states, strict=False) if after > before)
    emitted = sum(-np.log(rates[state]) + rates[state] * gap for gap, state in zip(gaps, states, strict=True))
    return emitted + ups * gamma * np.log(len(gaps))


@given(
    st.lists(st.floats(0, 50), min_size=2, max_size=9).filter(lambda gaps: sum(gaps) > 1),
    st.sampled_from([2.0, 3.0]),
    st.sampled_from([0.3, 1.0]),
)
def test_no_sequence_of_states_is_cheaper(gaps, s, gamma):
    states, cost = kleinberg(np.array(gaps), s, gamma)
    assert cost == pytest.approx(cost_of(gaps, states.tolist(), s, gamma))
    for number in range(2 ** len(gaps)):
        others = [number >> place & 1 for place in range(len(gaps))]
        assert cost <= cost_of(gaps, others, s, gamma) + 1e-9


@pytest.mark.parametrize(("gamma", "count"), [(1, 200), (1, 2000), (0.5, 200)])
def test_the_share_of_false_bursts_is_what_simulation_gives(gamma, count):
    random = np.random.default_rng(3)
    marked = np.mean([kleinberg(random.exponential(size=count), 2, gamma)[0].any() for _ in range(300)])
    assert chance_of(0.0, count, 2, gamma) == pytest.approx(marked, abs=0.08)


def test_burstiness_gives_the_known_answers():
    assert burstiness(KNOWN) == pytest.approx(0.5119, abs=5e-5)
    n = 9
    assert burstiness(np.array([1.0] * n)) == pytest.approx(-1)
    assert burstiness(np.array([0.0] * (n - 1) + [1.0])) == pytest.approx(1)


def test_a_burst_is_told_with_where_and_how_strong():
    random = np.random.default_rng(7)
    burst = 9_000 + random.uniform(0, 300, 40)
    found = bursts(thread(np.concatenate([random.uniform(0, 40_000, 200), burst])))
    (row,) = found.rows.to_dict("records")
    assert abs((row["start"] - START).total_seconds() - 9_000) < 200
    assert 40 <= row["comments"] <= 50
    assert row["p"] < 0.001
    assert row["comment_id"] in found.sentence().comment_ids
    assert "times as many as expected; first: person" in found.sentence().text


def day_and_night(count, days, random):
    times = random.uniform(0, days * 86_400, count * 20)
    rate = np.exp(-2 * times / days / 86_400) * (1 + 0.9 * np.sin(2 * np.pi * times / 86_400))
    return times[random.uniform(0, 1.9, len(times)) < rate][:count]


@pytest.mark.parametrize(("count", "days"), [(40, 3), (400, 3), (400, 0.5)])
def test_age_and_nights_are_no_bursts(count, days):
    random = np.random.default_rng(11)
    frames = [thread(day_and_night(count, days, random)) for _ in range(40)]
    assert sum(len(bursts(frame).rows) > 0 for frame in frames) <= 5
    told = [burstiness_of(frame) for frame in frames]
    assert sum(one.low > one.null_high for one in told) <= 3


def test_a_night_alone_makes_raw_gaps_look_bursty():
    found = burstiness_of(thread(day_and_night(500, 4, np.random.default_rng(2))))
    assert found.raw > 0.2
    assert found.low < found.null_high
    assert "came about as chance has it" in found.sentence().text


def test_gaps_that_are_bursty_are_said_to_be():
    gaps = np.random.default_rng(4).lognormal(4, 2, 400)
    assert "came in bursts" in burstiness_of(thread(np.cumsum(gaps))).sentence().text


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (thread(range(0, 2000, 100)), "20 comments with a time are too few; it takes 21."),
        (thread(range(0, 9000, 100), "day"), "known to the hour or the day only"),
        (thread(np.repeat(range(10), 9) * 60), "in the same minute as the one before"),
        (thread([]), "0 comments with a time are too few"),
    ],
)
def test_why_there_are_no_bursts(frame, reason):
    for found in (bursts(frame), burstiness_of(frame)):
        assert reason in found.reason
        assert reason in found.sentence().text


def test_comments_of_one_minute_are_spread_over_it():
    assert spread(np.array([0.0, 60, 60, 60, 120]), 60.0) == pytest.approx([30, 70, 90, 110, 150])


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=60, unique=True))
def test_expected_counts_rise_from_0_to_one_less_than_all(seconds):
    found = expected_counts(np.sort(np.array(seconds, dtype=float)))
    assert (found[0], found[-1]) == (0, pytest.approx(len(seconds) - 1))
    assert (np.diff(found) >= 0).all()
