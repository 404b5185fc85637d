"""Stance toward a target without labels: relevance, sides, and what is left when a file is taken out."""

import shutil

import numpy as np
import pandas as pd
import pytest

from threads import models
from threads.errors import ModelError
from threads.scores import classifier
from threads.scores.evaluate import evaluate
from threads.scores.stance import Stance
from threads.scores.topic_stance import model as topic_model
from threads.scores.topic_stance.leaning import said, side_of
from threads.scores.topic_stance.relevance import Relevance
from threads.scores.topic_stance.tokens import Reading, stem, tokens
from threads.scores.topic_stance.vectors import WordVectors, packed, unpacked

GUNS = "Firearms kill thousands every year. Anybody can buy a rifle without a licence."
SCHOOLS = "Teachers are underpaid, and classrooms are full. Pupils learn nothing there."
HARM = "They are cruel and harmful. Animals suffer in cages. It is wrong."
GOOD = "They are wonderful. They protect species and teach children to love nature."


def found(text, target):
    return Stance().score(pd.DataFrame({"text": [text], "target": [target]})).iloc[0]


def leaning(text, target):
    """How much more likely for than against."""
    supportive, critical, _ = Stance().builtin().probabilities([text], [target])[0]
    return supportive - critical


# --- relevance


def test_a_comment_is_about_a_target_that_it_names():
    assert (
        found("Gun control saves lives, and control of guns is popular.", "gun control")["stance_relevance"]
        > 0.8
    )


def test_close_words_count_where_the_target_is_not_named():
    about, other = (found(text, "gun control")["stance_relevance"] for text in (GUNS, SCHOOLS))
    assert about > 0.6
    assert other < 0.4


def test_what_is_about_something_else_is_neutral_at_most():
    answer = found(f"{SCHOOLS} {SCHOOLS}", "nuclear energy")
    assert answer["stance"] in {"neutral", "unclear"}
    assert answer["stance_relevance"] < 0.3


def test_a_word_that_no_vector_knows_is_found_by_its_letters():
    assert found("Let the Zubrzyckis move to Kąty", "zubrzycki")["stance_relevance"] > 0.5
    assert found("Let the neighbours move to Kąty", "zubrzycki")["stance_relevance"] < 0.5


@pytest.mark.parametrize(
    ("text", "target"),
    [(GUNS, "😀"), (GUNS, "!!!"), (GUNS, "\ud800"), ("😀", "guns"), ("\ud800", "guns"), ("?!", "guns")],
)
def test_without_any_word_in_comment_or_target_stance_is_missing(text, target):
    assert found(text, target).isna().all()


@pytest.mark.parametrize(("text", "target"), [("to be or not", "guns"), (GUNS, "to be"), ("да", "guns")])
def test_without_a_word_that_carries_content_nothing_is_known(text, target):
    answer = found(text, target)
    assert answer["stance"] == "unclear"
    assert Relevance.load().log_odds([Reading(text)], [target]).tolist() == [0.0]


def test_relevance_is_what_is_left_by_neutral():
    judge = Stance().builtin()
    neutral = judge.probabilities([GUNS], ["gun control"])[0, judge.labels.index("neutral")]
    assert found(GUNS, "gun control")["stance_relevance"] == 1.0 - neutral


def test_relevance_is_missing_where_another_model_judges():
    class Judge:
        label, labels, sentence = "other@1", ("supportive", "critical", "neutral"), ""
        weights, thresholds = np.ones(3), np.zeros(3)

        def probabilities(self, texts, _):
            return np.array([[0.6, 0.3, 0.1]] * len(texts))

    answer = Stance(Judge()).score(pd.DataFrame({"text": [GUNS], "target": ["guns"]})).iloc[0]
    assert answer["stance"] == "supportive"
    assert pd.isna(answer["stance_relevance"])


# --- sides


@pytest.mark.parametrize("target", ["Zoos are good", "zoos"])
def test_praise_is_for_and_blame_is_against(target):
    assert leaning(GOOD, target) > 0 > leaning(HARM, target)


@pytest.mark.parametrize("target", ["Ban zoos", "Zoos should be banned", "Zoos are wrong"])
def test_a_target_that_is_against_something_turns_the_sides_round(target):
    assert leaning(HARM, target) > 0
    assert leaning(HARM, target) > leaning(GOOD, target)


def test_a_negation_takes_from_what_it_denies():
    said, denied = "Zoos are good and protect species.", "Zoos are not good and do not protect species."
    assert leaning(said, "zoos") > leaning(denied, "zoos")


@pytest.mark.parametrize(
    ("target", "against"),
    [("Ban zoos", True), ("zoos", False), ("Zoos are not harmful", False), ("We shouldn't keep zoos", True)],
)
def test_two_turns_make_none(target, against):
    assert side_of(target).side == (-1 if against else 1)


def test_words_after_a_negation_are_marked():
    text = Reading("zoos are not good for any animal")
    marked = ["zoos", "are", "not", "not_good", "not_for", "not_any", "animal"]
    assert said(text).words == marked


def test_sides_are_seldom_said_of_small_talk():
    assert found("I walked past the zoo yesterday.", "Zoos should be banned")["stance"] == "unclear"


# --- words and vectors


def test_possessives_and_curly_apostrophes_are_read_as_plain():
    assert tokens("The zoo’s keepers DON’T care") == ["the", "zoo", "keepers", "don't", "care"]
    assert list(Reading("the zoo's keepers and the zoo").stems) == ["zoo", "keep"]


@pytest.mark.parametrize("words", ["school schools", "vaccination vaccinations", "party parties"])
def test_endings_do_not_part_words_that_a_reader_takes_for_the_same(words):
    one, other = words.split()
    assert stem(one) == stem(other)


def test_whole_numbers_survive_packing():
    levels = np.array([[-7.0, 7.0, 0.0, 3.0], [7.0, 1.0, -2.0, 5.0]])
    np.testing.assert_array_equal(unpacked(packed(levels * 0.3)), levels)


def test_an_inflected_word_counts_as_the_one_that_is_known():
    vectors = WordVectors.load()
    assert vectors.places(["xylophonically", "gun"]) == vectors.places(["gun"])
    assert vectors.places(["guns", "gun", "guns"]) == list(dict.fromkeys(vectors.places(["guns", "gun"])))


# --- without the weights under a licence of their own


@pytest.fixture
def without_leaning(tmp_path, monkeypatch):
    """The models without the file that was learnt from Perspectrum."""
    folder = tmp_path / "models"
    shutil.copytree(models.FOLDER, folder)
    (folder / "topic_stance.npz").unlink()
    monkeypatch.setattr(models, "FOLDER", folder)
    return folder


def test_without_its_weights_no_side_is_taken_and_relevance_stays(without_leaning):
    frame = pd.DataFrame({"text": [GUNS, SCHOOLS, HARM], "target": ["gun control"] * 3})
    answer = Stance().score(frame)
    assert answer["stance"].tolist() == ["unclear"] * 3
    assert answer["stance_relevance"].iloc[0] > 0.5 > answer["stance_relevance"].iloc[1]
    assert set(answer["stance_model"]) == {"topic_relevance@1"}
    assert "no side" in Stance().classifier.sentence


def test_altered_weights_are_refused_rather_than_left_out(without_leaning):
    (without_leaning / "topic_stance.npz").write_bytes(b"other")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        topic_model.builtin()


def test_only_the_leaning_is_under_share_alike():
    licences = {
        name: models.load(name).card.licence for name in ("topic_stance", "topic_relevance", "word_vectors")
    }
    assert "SA" in licences.pop("topic_stance")
    assert not any("SA" in licence for licence in licences.values())
    assert not any("Perspectrum" in " ".join(models.load(name).card.data) for name in licences)


def test_evaluation_takes_two_labels_or_three(tmp_path):
    rows = [(GOOD, "zoos", "support"), (HARM, "zoos", "undermine"), (SCHOOLS, "zoos", "neutral")]
    for count in (2, 3):
        path = tmp_path / f"{count}.jsonl"
        pd.DataFrame(rows[:count], columns=["text", "target", "label"]).to_json(
            path, orient="records", lines=True
        )
        answer = evaluate("topic_stance", path)
        assert len(answer["per_class"]) == count
        assert answer["accuracy"] == 1.0


def test_stance_ends_its_blocks_nowhere_in_particular(monkeypatch):
    texts = [
        "The tunnel is far too dear.",
        "Build it, and soon!",
        "I like the ferry.",
        "Nice weather today.",
    ] * 2
    whole = Stance().classifier.probabilities(texts, ["The tunnel"] * 8)
    monkeypatch.setattr(classifier, "BLOCK", 3)
    assert Stance().classifier.probabilities(texts, ["The tunnel"] * 8).tolist() == whole.tolist()
    assert Stance().classifier.probabilities([], []).shape == (0, 3)
