"""Turning points: known answers, what is found and how it is told, and what chance must not pass for one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.turning_points import KINDS, null_thread, told
from threads.dynamics.changes import (
    ALPHA,
    Series,
    benjamini_hochberg,
    max_cusum,
    shift_of,
    shifts,
)
from threads.dynamics.turning_points import (
    ERROR_RATES,
    TURNING_POINT_COLUMNS,
    error_rate,
    turning_points,
)

START = pd.Timestamp("2024-05-17T20:41", tz="UTC")


def thread(count, *, every=5.0, precision="minute", **columns):
    minutes = every * (np.arange(count) + np.random.default_rng(0).uniform(0, 0.9, count))
    frame = pd.DataFrame(
        {
            "thread_id": "t",
            "comment_id": [f"c{number}" for number in range(1, count + 1)],
            "author": [f"person {number}" for number in range(1, count + 1)],
            "published_at": START + pd.to_timedelta(minutes.round(), unit="min"),
            "published_at_precision": precision,
        }
    )
    return frame.assign(**columns)


def step(before, after, size, seed=1):
    noise = np.random.default_rng(seed).normal(0, 1, before + after)
    return noise + size * (np.arange(before + after) >= before)


def free(values):
    return Series(np.asarray(values, dtype=float), np.ones(len(values), dtype=bool))


def test_the_scan_gives_the_known_answer():
    assert max_cusum(np.array([0.0] * 5 + [1.0] * 5), least=1) == (5, pytest.approx(10.0))


def test_the_scan_of_ten_and_ten():
    wobble = np.tile([0.1, -0.1], 5)
    assert max_cusum(np.concatenate([wobble, 3 + wobble]))[0] == 10


@pytest.mark.parametrize("values", [[1.0] * 30, [], [1.0, 2.0]])
def test_what_is_flat_or_short_has_no_change(values):
    assert max_cusum(np.array(values)) == (None, 0.0)


@given(st.lists(st.floats(-100, 100), min_size=12, max_size=40), st.floats(-50, 50), st.floats(0.1, 50))
def test_the_scan_does_not_depend_on_zero_and_unit(values, shift, scale):
    values = np.array(values)
    if values.std() < 1e-3:
        return
    assert max_cusum(values * scale + shift)[1] == pytest.approx(max_cusum(values)[1], rel=1e-6)


def test_a_change_lies_only_where_it_may():
    values = np.concatenate([np.zeros(20), np.ones(20)])
    may_split = np.arange(40) % 7 == 0
    assert max_cusum(values, may_split)[0] == 21


def test_p_is_small_for_a_step_and_not_for_slow_waves():
    random = np.random.default_rng(5)
    place, p = shift_of(step(60, 60, 2.0), np.ones(120, dtype=bool), random)
    assert abs(place - 60) <= 2
    assert p < 0.01
    waves = np.random.default_rng(49).normal(0, 0.2, 120)
    for at in range(1, 120):
        waves[at] += 0.8 * waves[at - 1]
    assert shift_of(waves, np.ones(120, dtype=bool), random)[1] > 0.05


def test_a_long_series_is_split_at_the_very_value():
    values = np.concatenate([np.zeros(23_457), np.ones(20_000)]) + np.tile([0.1, -0.1], 21_729)[:43_457]
    assert shift_of(values, np.ones(len(values), dtype=bool), np.random.default_rng(1))[0] == 23_457


def test_parts_are_looked_at_again():
    values = np.concatenate([step(60, 60, 4.0), 8 + step(60, 0, 0.0, seed=2)])
    found = shifts({"one": free(values)})
    assert [round(shift.place, -1) for shift in found] == [60, 120]
    assert all(shift.p <= ALPHA for shift in found)


def test_many_series_make_each_less_sure():
    alone = shifts({"one": free(step(40, 40, 1.5))})[0].p
    noise = {str(seed): free(step(40, 40, 0, seed)) for seed in range(10, 19)}
    among = [shift for shift in shifts({"one": free(step(40, 40, 1.5)), **noise}) if shift.name == "one"]
    assert not among or among[0].p > alone


def test_benjamini_hochberg_gives_the_known_answer():
    adjusted = benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.005]))
    assert adjusted == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert benjamini_hochberg(np.array([])).tolist() == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_adjusting_makes_no_p_smaller_and_keeps_the_order(p):
    adjusted = benjamini_hochberg(np.array(p))
    assert (adjusted >= np.array(p) - 1e-12).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= -1e-12).all()


def test_a_turn_is_told_with_figures_and_a_link():
    sentiment = 0.1 * step(50, 30, -6.0)
    words = np.exp(3.5 + 0.3 * step(50, 30, -5.0, seed=3)).round()
    found = turning_points(thread(80, sentiment=sentiment, words=words))
    (point,) = found.points
    assert {turn.measure for turn in point.turns} == {"sentiment", "length"}
    assert all(abs(turn.strength) > 3 and turn.p <= ALPHA for turn in point.turns)
    text = point.sentence().text
    assert text.startswith("After 18 May 2024, 00:50 UTC comments get ")
    assert "shorter" in text
    assert "more negative" in text
    assert "over 30 comments" in text
    assert text.endswith("; first: person 51.")
    assert point.sentence().comment_ids == ("c51",)
    assert point.around == ("c48", "c49", "c50", "c51", "c52", "c53")
    assert list(found.frame.columns) == [column.name for column in TURNING_POINT_COLUMNS]
    assert len(found.frame) == 2
    assert found.sentence() == point.sentence()


def test_stance_and_tone_turn():
    stance = np.where(step(60, 60, 3.0) > 1.5, "critical", "supportive")
    found = turning_points(thread(120, stance=stance, offensive=1 / (1 + np.exp(3 - step(60, 60, 3.0)))))
    (point,) = found.points
    assert "more critical" in point.sentence().text
    assert "sharper" in point.sentence().text


def test_a_turn_of_tempo_is_told_against_what_is_expected():
    gaps = np.random.default_rng(6).exponential(1, 400)
    gaps[200:] /= 8
    minutes = np.cumsum(gaps) * 3
    frame = thread(400, precision="second")
    found = turning_points(frame.assign(published_at=START + pd.to_timedelta(minutes, unit="min").round("s")))
    turns = [turn for point in found.points for turn in point.turns]
    assert {turn.measure for turn in turns} == {"tempo"}
    assert "comments come faster than expected: comments for each expected" in found.points[0].sentence().text


def test_the_order_of_rows_does_not_matter():
    frame = thread(80, sentiment=0.1 * step(50, 30, -6.0))
    mixed = frame.sample(frac=1, random_state=1)
    assert turning_points(mixed).sentence() == turning_points(frame).sentence()


@pytest.mark.parametrize(
    ("frame", "measure", "reason"),
    [
        (
            thread(19, sentiment=0.1),
            "sentiment",
            "19 comments with time and sentiment are too few: it takes 20.",
        ),
        (thread(50, sentiment=0.0), "sentiment", "Nearly all comments have the same sentiment."),
        (thread(60, every=0.0, sentiment=step(30, 30, 5)), "sentiment", "The times are too coarse"),
        (thread(60, precision="day"), "tempo", "known to the hour or the day only"),
        (thread(60), "stance", "0 comments with time and stance are too few"),
        (thread(0), "length", "0 comments"),
    ],
)
def test_why_a_measure_is_missing(frame, measure, reason):
    found = turning_points(frame)
    assert reason in found.missing[measure]
    assert not found.points


def test_without_a_turn_it_says_where_it_looked():
    said = turning_points(thread(60, sentiment=step(30, 30, 0), words=step(30, 30, 0, 2) + 20)).sentence()
    assert said.text == "No turn in sentiment, tempo or length stands out from chance."
    assert "too few" in turning_points(thread(3)).sentence().text


def test_measured_error_rates_keep_the_bar():
    assert {rate.comments for rate in ERROR_RATES} == {20, 40, 100, 1_000}
    assert max(rate.false_alarms for rate in ERROR_RATES) <= 0.06


@pytest.mark.quality
@pytest.mark.parametrize("count", [20, 40, 100])
def test_false_alarms_stay_below_six_in_a_hundred(count):
    threads = [null_thread(np.random.default_rng((9, seed)), count, KINDS[-1]) for seed in range(300)]
    false = sum(bool(turning_points(frame).points) for frame in threads)
    assert false <= 25  # 6% of 300 and 1.7 standard errors


@pytest.mark.quality
def test_a_shift_of_one_standard_deviation_is_found_in_a_thousand_comments():
    found = [told(seed, count=1_000, kind=KINDS[-1], measure="sentiment", size=1.0) for seed in range(20)]
    assert np.mean(found) >= 0.9


@pytest.mark.parametrize(
    ("comments", "size"), [(0, 20), (25, 20), (60, 40), (70, 100), (90, 100), (400, 1_000), (10**6, 1_000)]
)
def test_the_error_rate_is_of_the_nearest_size(comments, size):
    assert error_rate(comments).comments == size


def test_an_error_rate_says_where_finding_none_means_little():
    assert error_rate(90).misses_most
    assert not error_rate(1_000).misses_most
    assert "3.7% were told one" in error_rate(90).sentence().text
