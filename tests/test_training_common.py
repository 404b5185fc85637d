"""What training scripts share: folds, calibration, the forced choice, abstention, trees."""

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import f1_score

from threads.errors import InputError
from threads.models.calibration import calibrated, log_softmax
from threads.models.trees import tree_scores
from training.common import (
    calibration,
    forced_weights,
    macro_f1,
    numbered,
    out_of_fold,
    thresholds,
    tree_arrays,
)


def test_no_row_is_judged_by_a_model_that_saw_its_group():
    groups = ["a", "b", "c", "a", "b", "c"]

    def fitted(train, test):
        assert not {groups[row] for row in train} & {groups[row] for row in test}
        return test[:, None].astype(float)

    assert out_of_fold(fitted, groups)[:, 0].tolist() == [0, 1, 2, 3, 4, 5]


def test_one_group_cannot_be_parted():
    with pytest.raises(InputError, match="all rows are one group"):
        out_of_fold(lambda *_: None, ["a", "a"])


def test_a_label_that_does_not_occur_is_named():
    assert numbered(["b", "a", "b"], ["a", "b"], "the data").tolist() == [1, 0, 1]
    with pytest.raises(InputError, match="the data: no row is labelled b"):
        numbered(["a"], ["a", "b"], "the data")


def test_calibration_takes_back_overconfidence():
    generator = np.random.default_rng(2)
    true = generator.dirichlet([1, 1, 1], size=4000)
    labels = np.array([generator.choice(3, p=row) for row in true])
    temperature, shift = calibration(3 * np.log(true), labels)
    assert temperature == pytest.approx(3, abs=0.3)
    assert np.abs(shift).max() < 0.2


def test_calibrated_probabilities_are_as_frequent_as_they_say():
    # Nothing is known of any row, and nine in ten have the first label.
    logs, labels = np.zeros((100, 2)), np.repeat([0, 1], [90, 10])
    assert calibrated(logs, *calibration(logs, labels))[0] == pytest.approx([0.9, 0.1], abs=0.001)


def test_the_forced_choice_does_not_leave_a_rare_label_out():
    generator = np.random.default_rng(3)
    labels = (generator.random(2000) < 0.1).astype(int)
    rare = 1 / (1 + np.exp(-(generator.normal(size=2000) + 2.0 * labels - 3.5)))
    probabilities = np.column_stack([1 - rare, rare])
    plain = macro_f1(labels, probabilities.argmax(axis=1), 2)
    weighed = macro_f1(labels, (probabilities * forced_weights(probabilities, labels)).argmax(axis=1), 2)
    assert weighed > plain + 0.1


def test_macro_f1_is_that_of_scikit_learn():
    labels, answers = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 0, 2])
    assert macro_f1(labels, answers, 3) == pytest.approx(f1_score(labels, answers, average="macro"))


def test_a_threshold_is_the_lowest_from_which_enough_are_right():
    probabilities = np.column_stack([np.linspace(0.99, 0.51, 100), np.linspace(0.01, 0.49, 100)])
    labels = np.array([0] * 60 + [1] * 40)
    first, second = thresholds(probabilities, labels, [0.75, 0.75])
    assert first == probabilities[79, 0]  # 60 of 80
    assert second == 2.0


def test_equal_probabilities_are_spoken_together_or_not_at_all():
    probabilities = np.tile([0.8, 0.2], (120, 1))
    assert thresholds(probabilities, np.repeat([0, 1], 60), [0.75, 0.75])[0] == 2.0


def test_a_threshold_rests_on_enough_rows():
    probabilities = np.tile([0.8, 0.2], (49, 1))
    assert thresholds(probabilities, np.zeros(49, int), [0.75, 0.75])[0] == 2.0


def test_trees_give_the_mean_of_what_scikit_learn_gives():
    generator = np.random.default_rng(1)
    rows = generator.integers(0, 9, size=(300, 8)).astype(np.float32)
    models = [
        GradientBoostingClassifier(n_estimators=12, subsample=0.5, random_state=seed).fit(
            rows, np.arange(300) % 4
        )
        for seed in range(2)
    ]
    other = (generator.integers(0, 18, size=(50, 8)) / 2).astype(np.float32)  # many stand on a threshold
    found = log_softmax(tree_scores(tree_arrays(models, list("abcdefgh")), other.astype(float)))
    expected = log_softmax(np.mean([model.decision_function(other) for model in models], axis=0))
    np.testing.assert_allclose(found, expected, atol=1e-12)
