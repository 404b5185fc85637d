"""Trained scores: which rows are judged, that neighbours change nothing, and that no text breaks them."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hostile import HOSTILE

from threads.scores.evaluate import SCORED

TEXTS = [
    "Exactly, well said. The council did not ask anybody.",
    "No, that is wrong. Where did you get this?",
    "Do you have a source for that?",
    "I walked past the station yesterday and it was raining, as usual.",
    "Yes 😀😀",
    "THIS IS A LIE!!! Nobody believes it any more, not even the mayor… http://example.org",
]
PARENTS = [
    "The council never asked anybody about the station.",
    "Crime has doubled since the station opened.",
    "Crime has doubled since the station opened.",
    "The station is dry.",
    "Good news at last.",
    "The mayor said the station pays for itself.",
]
SPOKEN = [
    "Exactly, well said.",
    "No, that is simply wrong.",
    "Where did you read that?",
    "A dry station would be a great benefit to society and protect the health of everyone.",
    "It would be a benefit to good news and help people in need to have a better life.",
    "My cat sleeps on the sofa while goldfish swim in their bowl, and I bake bread with raisins.",
]
BESIDE = {name: made() for name, made in SCORED.items() if made.context is not None}
BOTH = pytest.mark.parametrize("score", BESIDE.values(), ids=BESIDE)


def frame(**columns):
    return pd.DataFrame({"text": TEXTS, "parent_text": PARENTS, "target": PARENTS, **columns})


@BOTH
def test_a_row_alone_scores_as_in_a_batch_to_the_last_digit(score):
    # More rows than one block, so that rows stand at every kind of place in a vector.
    many = pd.concat([frame()] * 200, ignore_index=True)
    together = score.score(many)
    for row in (0, 1, 2, 3, 4, 5, 1023, 1024, 1199):
        alone = score.score(many.iloc[[row]])
        pd.testing.assert_frame_equal(alone, together.iloc[[row]], check_exact=True)


@BOTH
def test_the_answer_has_the_columns_and_the_index_of_the_frame(score):
    answer = score.score(frame().set_index(pd.Index([7, 7, 1, 2, 3, 4])))
    assert list(answer.columns) == [column.name for column in score.columns]
    assert answer.index.tolist() == [7, 7, 1, 2, 3, 4]


@BOTH
def test_an_empty_frame_gives_an_empty_answer(score):
    assert score.score(frame().iloc[:0]).shape == (0, len(score.columns))


@BOTH
def test_labels_and_probabilities_are_of_the_declared_kinds(score):
    answer = score.score(frame())
    assert set(answer[score.name]) <= {*score.classifier.labels, "unclear"}
    assert answer[f"{score.name}_probability"].between(1 / len(score.classifier.labels), 1).all()
    assert set(answer[f"{score.name}_model"]) == {score.classifier.label}


@BOTH
@pytest.mark.parametrize("missing", [None, "", "  \n", float("nan")])
def test_nothing_is_judged_without_the_other_text(score, missing):
    answer = score.score(frame(**{score.context: pd.Series([missing] * 6, dtype=object)}))
    assert answer.isna().all(axis=None)


@BOTH
def test_nothing_is_judged_when_the_other_column_is_absent(score):
    assert score.score(pd.DataFrame({"text": TEXTS})).isna().all(axis=None)


@BOTH
def test_nothing_is_judged_without_a_text(score):
    answer = score.score(frame(text=pd.Series([None, "", " ", *TEXTS[3:]], dtype=object)))
    assert answer.isna().all(axis=1).tolist() == [True, True, True, False, False, False]


@BOTH
@pytest.mark.parametrize(("language", "judged"), [("en", True), ("en-GB", True), (None, True), ("de", False)])
def test_only_english_is_judged_and_unknown_passes_for_it(score, language, judged):
    answer = score.score(frame(language=pd.Series([language] * 6, dtype=object)))
    assert answer.notna().all(axis=None) == judged


@BOTH
def test_what_is_spoken_has_at_least_the_probability_of_its_threshold(score):
    answer = score.score(pd.concat([frame(), frame(text=SPOKEN)]))
    limits = dict(zip(score.classifier.labels, score.classifier.thresholds, strict=True))
    spoken = answer[answer[score.name] != "unclear"]
    assert len(spoken)
    assert all(spoken[f"{score.name}_probability"] >= [limits[label] for label in spoken[score.name]])


@BOTH
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_goes_without_an_answer_or_a_reason_to_have_none(score, text):
    answer = score.score(pd.DataFrame({"text": [text], score.context: [text]}, dtype=object))
    words = any(character.isalnum() for character in text)
    assert answer.notna().all(axis=None) == (words if score.needs_words else text.strip() != "")


@BOTH
def test_probabilities_sum_to_one_beside_another_text_and_beside_none(score):
    for contexts in (PARENTS, [""] * 6):
        found = score.classifier.probabilities(TEXTS, contexts)
        np.testing.assert_allclose(found.sum(axis=1), 1.0)


def test_scoring_needs_no_scikit_learn():
    code = "import sys; from threads.scores import score; score(['no']); sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
