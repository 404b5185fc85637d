"""Groups side by side: known answers, intervals that hold, chance that is not told, and what is too small."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threads.dynamics.comparison import (
    DIFFERENCE_COLUMNS,
    ESTIMATE_COLUMNS,
    HELP,
    by_column,
    by_week,
    compare,
    equal_people,
)
from threads.errors import SettingError
from threads.language import chance

START = pd.Timestamp("2024-05-17T20:41", tz="UTC")


def talk(chains, *, seed=1, mean=0.0, size=4, spread=0.3, thread="t", people=40):
    """A thread of chains; comments of a chain resemble each other as much as they differ."""
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 2 * size, chains)
    chain = np.repeat(np.arange(chains), lengths)
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    place = np.arange(len(chain))
    sentiment = mean + random.normal(0, spread, chains)[chain] + random.normal(0, spread, len(chain))
    answers = first != place
    seconds = np.cumsum(random.exponential(300, len(chain))).round()
    return pd.DataFrame(
        {
            "thread_id": thread,
            "comment_id": [f"c{number}" for number in place],
            "parent_id": pd.Series([f"c{number}" for number in first], dtype="str").where(answers),
            "parent_source": pd.Series("given", index=place, dtype="str").where(answers),
            "author": [f"person {number}" for number in random.integers(people, size=len(chain))],
            "published_at": START + pd.to_timedelta(seconds, unit="s"),
            "published_at_precision": "second",
            "sentiment": sentiment,
            "words": random.integers(5, 80, len(chain)),
        }
    )


def row(table, **keys):
    for name, value in keys.items():
        table = table[table[name] == value]
    return table.to_dict("records")[0]


def test_the_known_answer_for_equal_people():
    assert equal_people(np.array([4, 2, 2, 1, 1])) == pytest.approx(5.625)
    assert equal_people(np.array([1, 1, 1])) == np.inf


@given(st.lists(st.integers(1, 30), min_size=2, max_size=20).filter(lambda counts: max(counts) > 1))
def test_equal_people_are_at_least_one(counts):
    assert equal_people(np.array(counts)) >= 1


def test_every_measure_and_pair_has_a_row():
    found = compare({"a": talk(30), "b": talk(30, seed=2), "c": talk(30, seed=3)})
    assert list(found.estimates.columns) == [column.name for column in ESTIMATE_COLUMNS]
    assert list(found.differences.columns) == [column.name for column in DIFFERENCE_COLUMNS]
    assert len(found.estimates) == 3 * len(HELP)
    assert len(found.differences) == 3 * len(HELP)
    tested = found.differences["p"].notna()
    assert (found.differences["reason"].isna() == tested).all()
    assert (found.differences["q"][tested] >= found.differences["p"][tested]).all()


def test_estimates_are_means_and_shares():
    frame = talk(30)
    frame["stance"] = (["critical", "critical", "supportive", None] * len(frame))[: len(frame)]
    frame["offensive"] = ([0.9, 0.1] * len(frame))[: len(frame)]
    found = compare({"a": frame, "b": talk(30, seed=2)}).estimates
    gaps = np.log1p(frame["published_at"].diff().dt.total_seconds().dropna() / 60)
    expected = {
        "sentiment": frame["sentiment"].mean(),
        "critical": (frame["stance"].dropna() == "critical").mean(),
        "offensive": (frame["offensive"] > 0.5).mean(),
        "replies": frame["parent_id"].notna().mean(),
        "depth": 1 + frame["parent_id"].notna().mean(),
        "pace": np.expm1(gaps.mean()),
    }
    for measure, value in expected.items():
        assert row(found, group="a", measure=measure)["estimate"] == pytest.approx(value), measure


def test_a_real_difference_is_told_with_its_interval():
    found = compare({"tunnel": talk(60, mean=0.4), "park": talk(60, seed=2)})
    told = row(found.differences, measure="sentiment")
    assert told["low"] > 0.2
    assert told["high"] < 0.7
    assert told["q"] <= 0.05
    text = found.sentence().text
    assert text.startswith("Mean sentiment: 0.35 in tunnel (0.28 to 0.42) against −0.02 in park (")
    assert "adjusted for 7 comparisons" in text


def test_eight_against_eight_thousand():
    small = talk(8, size=1, seed=4, people=6)  # size 1: chains of one comment
    large = talk(2_000, seed=5, people=900)
    assert (len(small), 7_000 < len(large) < 9_000) == (8, True)
    found = compare({"small": small, "large": large})
    wide = row(found.estimates, group="small", measure="sentiment")
    narrow = row(found.estimates, group="large", measure="sentiment")
    assert wide["high"] - wide["low"] > 8 * (narrow["high"] - narrow["low"])
    assert row(found.differences, measure="sentiment")["q"] > 0.05
    assert found.rarefied_to <= 8
    many = row(found.estimates, group="large", measure="people")
    assert many["estimate"] <= 8


def test_few_chains_have_an_estimate_and_no_interval_and_are_not_compared():
    found = compare({"few": talk(4), "many": talk(40, seed=2)})
    few = row(found.estimates, group="few", measure="sentiment")
    assert np.isfinite(few["estimate"])
    assert np.isnan(few["low"])
    assert few["reason"] == "4 chains of replies are too few for an interval; it takes 5."
    told = row(found.differences, measure="sentiment")
    assert told["reason"].startswith("few: 4 chains")
    assert np.isnan(told["p"])
    assert found.sentence().text.startswith("few: ")


def test_an_empty_group_says_so():
    found = compare({"none": talk(30).iloc[:0], "some": talk(30)})
    assert "no comment has a value" in row(found.estimates, group="none", measure="sentiment")["reason"]


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    held = []
    for seed in range(60):
        found = compare({"a": talk(8, seed=seed), "b": talk(8, seed=999 + seed)}, measures=["sentiment"])
        told = row(found.differences, measure="sentiment")
        held.append(told["low"] <= 0 <= told["high"])
    assert np.mean(held) >= 0.88


def test_groups_that_are_alike_seldom_differ_though_unlike_in_size_and_spread():
    alarms = []
    for seed in range(60):
        few = talk(8, seed=seed, spread=0.6)
        many = talk(60, seed=1_000 + seed, spread=0.2)
        found = compare({"few": few, "many": many}, measures=["sentiment"])
        alarms.append(row(found.differences, measure="sentiment")["p"] <= 0.05)
    assert np.mean(alarms) <= 0.12


def test_as_many_people_among_as_many_comments_do_not_differ_by_volume():
    found = compare({"short": talk(20, people=30), "long": talk(300, seed=2, people=30)})
    for measure in ("people", "equal_people"):
        assert row(found.differences, measure=measure)["p"] > 0.05


def test_more_people_are_told():
    found = compare({"crowd": talk(80, people=200), "circle": talk(80, seed=2, people=8)})
    assert row(found.differences, measure="people")["q"] <= 0.05
    assert row(found.estimates, group="circle", measure="people")["estimate"] <= 8


def test_trees_of_inferred_and_given_replies_are_not_compared():
    guessed = talk(40, seed=2)
    guessed.loc[guessed["parent_source"].notna(), "parent_source"] = "inferred"
    found = compare({"given": talk(40), "guessed": guessed})
    assert "Replies are inferred in 0% of one and 100%" in row(found.differences, measure="depth")["reason"]
    assert row(found.estimates, group="guessed", measure="depth")["inferred_replies"] == 1


def test_a_flat_thread_has_no_depth():
    found = compare({"flat": talk(30).assign(parent_id=None), "deep": talk(30)})
    assert (
        "no comment is known to answer another"
        in row(found.estimates, group="flat", measure="depth")["reason"]
    )


def test_threads_are_drawn_where_there_are_enough_of_them():
    sections = {
        name: pd.concat([talk(6, seed=seed + n, thread=f"{name} {n}") for n in range(6)])
        for name, seed in (("local", 10), ("sport", 20))
    }
    found = compare(sections)
    assert found.unit == "threads"
    assert row(found.estimates, group="local", measure="sentiment")["units"] == 6
    assert compare(sections, unit="people").unit == "people"


def test_comments_are_grouped_by_column_and_week():
    frame = talk(30).assign(section=(["local", None] * 200)[: len(talk(30))])
    assert {name: len(rows) for name, rows in by_column(frame, "section").items()} == {
        "local": frame["section"].notna().sum()
    }
    assert list(by_week(frame)) == ["2024-W20"]


@pytest.mark.parametrize("count", [1, 13])
def test_the_number_of_groups_has_limits(count):
    with pytest.raises(SettingError, match="Take 2 to 12"):
        compare({str(number): talk(5) for number in range(count)})


def test_none_of_eight_is_not_surely_none():
    quiet = talk(8, size=1).assign(offensive=0.1)
    found = row(
        compare({"quiet": quiet, "other": talk(40).assign(offensive=0.1)}).estimates, measure="offensive"
    )
    assert (found["estimate"], found["low"]) == (0, 0)
    assert found["high"] == pytest.approx(1 - 0.025 ** (1 / found["units"]), abs=0.03)


def test_all_of_eight_is_not_surely_all():
    loud = talk(8, size=1).assign(offensive=0.9)
    found = row(
        compare({"loud": loud, "other": talk(40).assign(offensive=0.1)}).estimates, measure="offensive"
    )
    assert (found["estimate"], found["high"]) == (1, 1)
    assert found["low"] == pytest.approx(0.025 ** (1 / found["units"]), abs=0.03)


def test_what_never_varies_has_no_interval():
    found = row(compare({"a": talk(8).assign(words=7), "b": talk(9)}).estimates, measure="words")
    assert found["estimate"] == 7
    assert "all values are the same" in found["reason"]


def test_where_nobody_wrote_twice_the_number_of_people_is_not_compared():
    once = talk(8, size=1)
    once = once.assign(author=[f"one {number}" for number in range(len(once))])
    found = compare({"once": once, "talk": talk(40, people=12)})
    assert "Nobody wrote twice" in row(found.estimates, group="once", measure="people")["reason"]
    assert "Nobody wrote twice" in row(found.differences, measure="people")["reason"]


def test_a_p_below_a_thousandth_is_not_told_as_none():
    found = compare({"tunnel": talk(60, mean=0.4), "park": talk(60, seed=2)})
    q = found.differences["q"]
    differences = found.differences.assign(q=q.where(q.isna(), 2e-5))
    text = replace(found, differences=differences).sentence().text
    assert "; p < .001, adjusted for" in text
    assert chance(0.0123) == "= .012"


def test_large_means_have_their_thousands_set_apart():
    pair = {name: talk(30, seed=seed) for seed, name in enumerate("ab")}
    found = compare({name: frame.assign(words=frame["words"] * 100) for name, frame in pair.items()})
    estimates = found.estimates.assign(estimate=2410.1)
    assert "2,410.10 in a" in replace(found, estimates=estimates)._told("a", "sentiment")
