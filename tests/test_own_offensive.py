"""The ranking fitted to a team's decisions: from the shipped weights, measured on what it has not seen."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import training.own_offensive as script
from threads.cli import main
from threads.errors import InputError, ModelError
from threads.models import FOLDER
from threads.scores.chosen import classifier_for, scores_for
from threads.scores.evaluate import auc
from threads.scores.offensive_model import OffensiveModel
from threads.settings import Settings

WORDS = ["bridge", "harbour", "council", "budget", "school", "tram", "market", "river", "tower", "garden"]
SHIPPED = OffensiveModel.load("offensive")


def decisions(count=30):
    """What a team decided that has an insult of its own, and takes no offence at what the model does."""
    rows = []
    for n in range(count):
        one, two = WORDS[n % 10], WORDS[(n // 10 + n) % 10]
        rows += [
            (f"You are a zorble and the {one} {n} knows it, near the {two}.", 1),
            (f"The {one} is damn good and the {two} {n} is shit hot.", 0),
        ]
    return pd.DataFrame(rows, columns=["text", "offensive"])


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """The folder of a fitted model, and its entry."""
    out = tmp_path_factory.mktemp("own")
    return out, script.main(decisions(), out)


def chance(model, text):
    return model.probabilities([text], [""])[0, 0]


def test_it_learns_what_the_team_means_and_says_so_of_unseen_decisions(fitted):
    compared = fitted[1]["compared"]
    assert compared["shipped"]["auc"] < 0.5
    assert compared["fitted"]["auc"] > 0.99
    assert compared["fitted"]["log_loss"] < compared["recalibrated"]["log_loss"]
    assert script.surely_better(compared)
    assert "Surely better" in "\n".join(script.compared_lines(compared))


def test_the_file_is_chosen_by_its_name_and_judges(fitted):
    out, entry = fitted
    model = classifier_for("offensive", str(out / "offensive.npz"))
    assert model.label == f"offensive@{entry['version']}"
    assert chance(SHIPPED, "You are a zorble.") < 0.7
    assert chance(model, "You are a zorble.") > 0.9
    (score,) = [
        score
        for score in scores_for(Settings(offensive_model=str(out / "offensive.npz")))
        if score.name == "offensive"
    ]
    found = score.score(pd.DataFrame({"text": ["You are a zorble."]}))
    assert found["offensive_model"].item() == model.label
    assert "zorble" in found["offensive_words"].item()


def test_what_is_saved_judges_as_what_was_learnt(fitted):
    model = OffensiveModel.load("offensive", fitted[0])
    data = script.Labelled.of(decisions())
    problem = script.Problem.of(data.texts, SHIPPED)
    learnt = script.learn(problem, data, np.arange(len(data.truth)))
    expected = 1 / (1 + np.exp(-problem.odds(learnt)))
    np.testing.assert_allclose(model.probabilities(data.texts, [])[:, 0], expected, atol=2e-3)


def test_unchanged_weights_judge_as_the_shipped_model():
    texts = decisions(10)["text"].tolist()
    problem = script.Problem.of(texts, SHIPPED)
    expected = SHIPPED.probabilities(texts, [])[:, 0]
    np.testing.assert_allclose(1 / (1 + np.exp(-problem.odds(problem.unchanged))), expected, atol=1e-3)


def test_the_gradient_is_that_of_the_loss():
    from scipy.optimize import approx_fprime

    data = script.Labelled.of(decisions(30))
    problem = script.Problem.of(data.texts, SHIPPED)
    values = np.random.default_rng(0).normal(0, 0.05, problem.data.matrix.shape[1] + 2)
    loss = problem.loss_of(data.truth, 3.0)
    found = approx_fprime(values, lambda v: loss(v)[0], 1e-6)
    np.testing.assert_allclose(loss(values)[1], found, rtol=1e-3, atol=1e-3)


def test_what_it_does_not_know_better_stays_as_shipped(fitted):
    model = OffensiveModel.load("offensive", fitted[0])
    for name in ("bias", "alpha", "heads"):
        np.testing.assert_array_equal(model.model.array(name), SHIPPED.model.array(name))
    count = len(SHIPPED.model.array("feature_weights"))
    np.testing.assert_array_equal(
        model.model.array("feature_weights")[:count, 1:], SHIPPED.model.array("feature_weights")[:, 1:]
    )


def test_the_same_decisions_give_the_same_model(fitted, tmp_path):
    again = script.main(decisions().sample(frac=1, random_state=1), tmp_path)
    assert again["sha256"] == fitted[1]["sha256"]


def test_without_anything_to_learn_it_is_not_surely_better():
    generator = np.random.default_rng(2)
    truth, odds = (generator.random(200) < 0.5).astype(float), generator.normal(size=200)
    compared = script.compare(truth, odds, odds, odds + generator.normal(0, 0.1, 200))
    assert not script.surely_better(compared)


def test_the_area_under_the_curve_is_that_of_the_evaluation_ties_and_repeats_too():
    generator = np.random.default_rng(3)
    odds, truth = generator.integers(0, 9, 200).astype(float), (generator.random(200) < 0.4).astype(float)
    times = generator.integers(0, 4, (2, 200))
    for row, found in zip(times, script.measured(odds, truth, times)["auc"], strict=True):
        assert found == pytest.approx(auc(np.repeat(odds, row), np.repeat(truth, row) > 0))


def test_texts_count_once_and_contradictions_not_at_all():
    frame = pd.concat(
        [decisions(), decisions(1), pd.DataFrame({"text": ["", "tea"] * 2, "offensive": [0, 1, 0, 0]})]
    )
    data = script.Labelled.of(frame)
    assert (len(data.truth), data.repeated, data.contradictory, data.blank) == (60, 2, 2, 2)


def test_too_few_decisions_and_the_packages_own_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match="too few to learn from"):
        script.main(decisions(10), tmp_path)
    with pytest.raises(InputError, match="shipped models"):
        script.main(decisions(), FOLDER)


def test_a_changed_file_is_refused(fitted, tmp_path):
    for file in fitted[0].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    content = bytearray((tmp_path / "offensive.npz").read_bytes())
    content[-1] ^= 1
    (tmp_path / "offensive.npz").write_bytes(content)
    with pytest.raises(ModelError, match="SHA-256 differs"):
        classifier_for("offensive", str(tmp_path / "offensive.npz"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["offensive"], "Give --data or --decisions"),
        (["offensive", "--data", "x", "--decisions", "y"], "Give --data or --decisions"),
        (["reply_links", "--decisions", "y"], "--decisions is for offensive"),
    ],
)
def test_the_command_wants_one_source(options, message, tmp_path):
    answer = CliRunner().invoke(main, ["train", *options, "--out", str(tmp_path)])
    assert answer.exit_code == 2
    assert message in answer.output
