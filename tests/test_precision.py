"""What is learnt from decisions about rules: shares, their intervals, limits worth proposing."""

import numpy as np
import pandas as pd
import pytest

from threads.frames import typed
from threads.moderation.precision import (
    JUDGED_COLUMNS,
    MOST_LIMITS,
    Share,
    by_reason,
    by_rule,
    curve,
    difference,
    propose,
    recall,
    wilson,
)

# Ten decided comments, flags by two rules; two comments were flagged by both.
TEN = [
    ("links", 2, 1, "approved", None, 3),
    ("links", 2, 1, "rejected", "spam", 1),
    ("links", 5, 1, "rejected", "spam", 2),
    ("links", 5, 0, "rejected", None, 1),
    ("links", 9, 0, "featured", None, 1),
    ("shouting", 0.8, 0, "rejected", None, 1),
    ("shouting", 0.9, 0, "featured", None, 1),
    ("shouting", 0.9, 1, "rejected", "offensive", 2),
]


def judged(rows=TEN):
    names = [column.name for column in JUDGED_COLUMNS]
    return typed(pd.DataFrame(rows, columns=names, dtype=object), JUDGED_COLUMNS)


def drawn(generator, precision_at, count=400):
    """Comments with values 1 to 10, rejected as often as `precision_at` says of their value."""
    values = generator.integers(1, 11, count)
    states = np.where(generator.random(count) < precision_at(values), "rejected", "approved")
    return judged([("r", v, 1, s, None, 1) for v, s in zip(values, states, strict=True)])


# Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_share_is_that_of_the_literature(right, n, low, high):
    assert wilson(right, n) == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_all_is_possible():
    assert wilson(0, 0) == (0, 1)


def test_a_higher_level_has_a_wider_interval():
    (low, high), (lower, higher) = wilson(7, 10), wilson(7, 10, 0.99)
    assert lower < low < high < higher


@pytest.mark.parametrize("wrong", [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0)])
def test_what_is_no_share_is_refused(wrong):
    with pytest.raises(ValueError, match=r"share|level"):
        wilson(*wrong)


@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_intervals_hold_the_true_share_as_often_as_they_say(share):
    counts = np.random.default_rng(4).binomial(100, share, 4_000)
    held = [low <= share <= high for low, high in (wilson(int(count), 100) for count in counts)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)


def test_precision_is_the_share_rejected_of_what_a_rule_flagged_alone_and_with_others():
    found = by_rule(judged()).set_index("rule")
    assert found.loc["links", ["decided", "right", "precision"]].tolist() == [8, 4, 0.5]
    assert found.loc["links", ["alone_decided", "alone_right"]].tolist() == [6, 3]
    assert found.loc["shouting", ["decided", "right", "alone_decided", "alone_right"]].tolist() == [
        4,
        3,
        2,
        2,
    ]
    assert found.loc["links", ["low", "high"]].tolist() == pytest.approx(wilson(4, 8))
    assert found.index.tolist() == ["links", "shouting"]


def test_of_no_decision_nothing_is_said():
    assert by_rule(judged([])).empty
    assert by_reason(judged([])).empty
    assert curve(judged([])).empty


def test_reasons_are_shares_of_all_that_was_decided():
    found = by_reason(judged())
    assert found["rule"].tolist() == ["links", "links", "shouting", "shouting"]
    assert found["rejected"].tolist() == [3, 1, 2, 1]
    assert found["reason"].isna().tolist() == [False, True, False, True]
    assert found["share"].tolist() == [3 / 8, 1 / 8, 2 / 4, 1 / 4]


def test_a_curve_says_what_each_limit_would_flag_and_keep():
    frame = judged()
    found = curve(frame[frame["rule"] == "links"])
    assert found["limit"].tolist() == [2, 5, 9]
    assert found["decided"].tolist() == [8, 4, 1]
    assert found["right"].tolist() == [4, 3, 0]
    assert found["kept"].tolist() == [1, 0.75, 0]


def test_many_values_are_few_limits_that_part_the_comments_evenly():
    values = np.random.default_rng(1).random(1_000)
    found = curve(judged([("r", value, 1, "rejected", None, 1) for value in values]))
    assert len(found) == MOST_LIMITS
    assert found["limit"].iloc[0] == pytest.approx(values.min(), abs=1e-3)
    assert np.diff(found["decided"]).max() == pytest.approx(-1_000 / MOST_LIMITS, abs=4)


def test_the_lowest_limit_is_proposed_from_which_a_rule_is_surely_right():
    rows = [
        ("r", 1, 1, "approved", None, 100),
        ("r", 2, 1, "rejected", None, 90),
        ("r", 2, 1, "approved", None, 10),
    ]
    raised = pd.DataFrame({"rule": ["r", "r"], "value": [1.0, 2.0], "comments": [150, 250]})
    found = propose(judged(rows), "r", 1, 0.8, raised, 2)
    assert (found.limit, found.before, found.after) == (2, Share(90, 200), Share(90, 100))
    assert (found.kept, found.flagged_before, found.flagged_after) == (1, 200, 125)


def test_a_limit_in_force_that_is_right_often_enough_stays():
    found = propose(judged([("r", 1, 1, "rejected", None, 100)]), "r", 1, 0.8, no_flags(), 1)
    assert found.limit is None
    assert "in force" in found.why


def test_no_limit_is_proposed_on_few_decisions_or_where_none_is_right_often_enough():
    few = propose(judged([("r", 1, 1, "rejected", None, 19)]), "r", 1, 0.5, no_flags(), 1)
    wrong = propose(judged([("r", 1, 1, "approved", None, 100)]), "r", 1, 0.5, no_flags(), 1)
    assert (few.limit, wrong.limit) == (None, None)
    assert "fewer than 20" in few.why
    assert "at no limit" in wrong.why


def no_flags():
    return pd.DataFrame({"rule": [], "value": [], "comments": []})


def test_a_proposed_limit_is_seldom_less_precise_than_wanted():
    generator, wrong = np.random.default_rng(7), 0
    for _ in range(300):
        found = propose(drawn(generator, lambda _: 0.7), "r", 1, 0.7, no_flags(), 1)
        wrong += found.limit is not None or "in force" in found.why
    assert wrong / 300 <= 0.05  # at every limit it is right exactly 7 times in 10: none is surely so


def test_a_limit_is_found_where_precision_grows_with_the_value():
    found = propose(drawn(np.random.default_rng(8), lambda v: v / 10, 2_000), "r", 1, 0.7, no_flags(), 1)
    assert found.limit == 5  # from there on it is right 7.5 times in 10, from 4 on 7 times


def test_recall_rests_on_what_was_decided_without_a_flag():
    found = recall(Share(80, 100), 200, Share(10, 100), 1_000)
    assert (found.missed, found.value) == (100, pytest.approx(160 / 260))
    assert found.low < 160 / 260 < found.high


def test_without_enough_unflagged_comments_decided_recall_is_not_known():
    assert recall(Share(80, 100), 200, Share(0, 19), 1_000) is None
    assert recall(Share(0, 0), 0, Share(10, 100), 1_000) is None


def test_the_interval_of_recall_holds_the_truth_at_least_as_often_as_it_says():
    generator, held = np.random.default_rng(9), []
    for _ in range(500):
        flagged, unflagged = generator.binomial(150, 0.7), generator.binomial(200, 0.05)
        found = recall(Share(int(flagged), 150), 500, Share(int(unflagged), 200), 4_000)
        held.append(found is None or found.low <= 350 / 550 <= found.high)
    assert np.mean(held) >= 0.95


# Newcombe 1998, Statistics in Medicine 17:873, table II, method 10.
def test_the_interval_of_a_difference_is_that_of_the_literature():
    assert difference(Share(56, 70), Share(48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert difference(Share(9, 10), Share(3, 10)) == pytest.approx((0.1705, 0.8090), abs=5e-5)


def test_a_share_of_nothing_differs_from_none():
    with pytest.raises(ValueError, match="nothing"):
        difference(Share(0, 0), Share(1, 2))
