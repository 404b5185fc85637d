"""What is learnt from decisions about rules: shares, their intervals, limits worth proposing."""

import numpy as np
import pytest

from threads.moderation.precision import wilson


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
