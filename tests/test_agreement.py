"""Agreement beyond chance: known answers, other implementations, and how often intervals hold the truth."""

import krippendorff
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from threads.moderation.agreement import alpha, kappa

# Krippendorff, Computing Krippendorff's alpha-reliability (2011), section C: 4 observers, 12 units.
OBSERVERS = [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]
# Altman, Practical statistics for medical research (1991), table 14.3: two radiologists, 85 xeromammograms.
RADIOLOGISTS = [[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]]


def pairs(table):
    """The two raters' labels that a table counts."""
    rows = [(str(a), str(b)) for a, row in enumerate(table) for b, n in enumerate(row) for _ in range(n)]
    return [a for a, _ in rows], [b for _, b in rows]


def ratings(lines):
    rows = [
        (unit, rater, label)
        for rater, line in enumerate(lines)
        for unit, label in enumerate(line.split() if isinstance(line, str) else line)
        if label != "."
    ]
    return pd.DataFrame(rows, columns=["unit", "rater", "label"])


def test_alpha_is_that_of_the_literature_with_values_missing():
    found = alpha(ratings(OBSERVERS))
    assert found.value == pytest.approx(0.743, abs=5e-4)
    assert found.units == 11  # one unit was seen by one observer only
    assert found.low < found.value < found.high


@pytest.mark.parametrize(
    ("table", "value"),
    [(RADIOLOGISTS, 0.4728), ([[20, 5], [10, 15]], 0.40), ([[45, 15], [25, 15]], 0.1304)],
)
def test_kappa_is_that_of_the_literature(table, value):
    assert kappa(*pairs(table)).value == pytest.approx(value, abs=5e-5)


def test_rare_labels_make_high_agreement_little_better_than_chance():
    found = kappa(*pairs([[97, 1], [1, 1]]))
    assert found.observed == pytest.approx(0.98)
    assert found.value == pytest.approx(0.49, abs=0.005)


def test_both_are_those_of_other_implementations_on_random_decisions():
    generator = np.random.default_rng(5)
    for _ in range(25):
        truth = generator.integers(0, 4, 60)
        three = np.where(generator.random((3, 60)) < 0.6, truth, generator.integers(0, 4, (3, 60)))
        first, second = (row.astype(str).tolist() for row in three[:2])
        assert kappa(first, second).value == pytest.approx(cohen_kappa_score(first, second))
        seen = np.where(generator.random((3, 60)) < 0.7, three, np.nan)
        lines = [["." if np.isnan(value) else str(value) for value in row] for row in seen]
        assert alpha(ratings(lines)).value == pytest.approx(
            krippendorff.alpha(seen, level_of_measurement="nominal")
        )


def test_nothing_to_compare_is_no_agreement():
    assert kappa([], []) is None
    assert alpha(ratings([])) is None
    assert alpha(ratings(["1 2 1"])) is None


def test_one_label_only_cannot_be_told_from_chance():
    for found in (kappa(["a"] * 30, ["a"] * 30), alpha(ratings(["a a a", "a a a"]))):
        assert (found.observed, found.value, found.low) == (1, None, None)


def test_perfect_agreement_on_few_comments_has_a_wide_interval():
    labels = ["a", "b"] * 5
    for found in (kappa(labels, labels), alpha(ratings([labels, labels]))):
        assert found.value == pytest.approx(1)
        assert found.low < 0.5
        assert found.thin


def test_a_repeated_decision_of_one_moderator_counts_once():
    once = ratings(["1 2 1 2", "1 2 2 2"])
    assert alpha(pd.concat([once, once])) == alpha(once)


@pytest.mark.parametrize("measure", ["kappa", "alpha"])
def test_intervals_hold_the_true_agreement_as_often_as_they_say(measure):
    # Each of two moderators says the truth in 3 of 4 cases and guesses else; rejections are 3 in 10.
    generator, share, sure = np.random.default_rng(6), 0.3, 0.75
    true, held = sure**2, []
    for _ in range(400):
        truth = generator.random(120) < share
        said = [np.where(generator.random(120) < sure, truth, generator.random(120) < share) for _ in "ab"]
        first, second = (["yes" if value else "no" for value in row] for row in said)
        found = kappa(first, second) if measure == "kappa" else alpha(ratings([first, second]))
        held.append(found.low <= true <= found.high)
    assert 0.92 <= np.mean(held) <= 0.99
