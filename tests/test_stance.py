"""Stance and reply relation: who is judged, who is not, and that no text breaks them."""

import subprocess
import sys
import time

import pandas as pd
import pytest

from threads.scores import cues
from threads.scores.cues import FEATURES, feature_matrix, read
from threads.scores.reply_relation import ReplyRelation
from threads.scores.stance import Stance

TEXTS = [
    "Exactly, well said. The council did not ask anybody.",
    "No, that is wrong. Where did you get this?",
    "Do you have a source for that?",
    "I walked past the station yesterday and it was raining, as usual.",
    "😀😀",
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
HOSTILE = {
    "lone surrogates": "\ud800 no \udfff",
    "NUL": "yes\0no",
    "bidi overrides": "\u202eno\u202c \u2066yes\u2069",
    "emoji": "😀" * 30_000,
    "a megabyte without a blank": "a" * 1_000_000,
    "apostrophes": "a'" * 32_000,
    "negations": "not " * 16_000,
    "question marks": "?" * 65_535,
    "mentions": "@" * 65_535,
    "links": "www." * 16_000,
    "quotes": "\n>" * 32_000,
    "combining marks": "e\u0301\u0316" * 21_000,
    "nothing but blanks": " " * 65_535,
}
SCORES = [Stance(), ReplyRelation()]
BOTH = pytest.mark.parametrize("score", SCORES, ids=lambda score: score.name)


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
    assert score.score(frame().iloc[:0]).shape == (0, 3)


@BOTH
def test_labels_and_probabilities_are_of_the_declared_kinds(score):
    answer = score.score(frame())
    assert set(answer[score.name]) <= {*score.labels, "unclear"}
    assert answer[f"{score.name}_probability"].between(1 / len(score.labels), 1).all()
    assert set(answer[f"{score.name}_model"]) == {f"{score.name}@{score.card.version}"}


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
def test_a_comment_longer_than_those_measured_is_unclear_and_keeps_its_probability(score):
    words = score.card.most_words
    for count, long in ((words, False), (words + 1, True)):
        chance = score.judge(["rain " * count], ["The station is dry."])
        assert (chance.words[0] > words) == long
    answer = score.score(
        pd.DataFrame({"text": ["rain " * (words + 1)], score.context: ["The station is dry."]})
    )
    assert answer[score.name].tolist() == ["unclear"]
    assert answer[f"{score.name}_probability"].notna().all()


@BOTH
def test_what_is_spoken_has_at_least_the_probability_of_its_threshold(score):
    answer = score.score(frame())
    limits = dict(zip(score.labels, score.model.array("thresholds"), strict=True))
    spoken = answer[answer[score.name] != "unclear"]
    assert len(spoken)
    assert all(spoken[f"{score.name}_probability"] >= [limits[label] for label in spoken[score.name]])


def test_a_plain_question_asks():
    chances = ReplyRelation().judge(["Source?"], ["Crime has doubled since the station opened."]).chances[0]
    assert ReplyRelation().labels[chances.argmax()] == "asks"


@BOTH
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_crashes_or_takes_long(score, text):
    started = time.process_time()
    answer = score.score(pd.DataFrame({"text": [text], score.context: [text]}, dtype=object))
    assert time.process_time() - started < 3
    assert len(answer) == 1


def test_every_code_point_can_be_read():
    for start in range(0, 0x110000, 0x1000):
        assert len(read("".join(map(chr, range(start, start + 0x1000)))).counts) == len(cues.GROUPS)


def test_features_are_finite_for_hostile_texts():
    texts = [*HOSTILE.values(), ""]
    for parent in ("", "The station is dry."):
        matrix = feature_matrix(texts, [parent] * len(texts))
        assert matrix.shape == (len(texts), len(FEATURES))
        assert pd.DataFrame(matrix).notna().all(axis=None)


def test_feature_names_are_distinct():
    assert len(set(FEATURES)) == len(FEATURES)


@pytest.mark.parametrize(
    "text", ["isn\u2019t it", "is\u200bn't it", "\uff49\uff53n't it", "\u202eisn't it", "is\ud800n't it"]
)
def test_disguised_letters_read_as_plain_ones(text):
    assert read(text).tokens == ("isn't", "it")


def test_hidden_characters_at_the_cut_do_not_make_it_slower_or_longer():
    assert len(read("a " * 100_000).tokens) == 65_535 // 2 + 1


@pytest.mark.parametrize(
    ("text", "group", "count"), [("well said", "agree", 1), ("that is not true", "disagree", 1)]
)
def test_phrases_are_counted_as_phrases(text, group, count):
    assert read(text).count(group) >= count
    assert read(" and ".join(text.split())).count(group) < read(text).count(group)


def test_only_the_first_words_count_as_early():
    assert read("agree " + "x " * 20).early("agree") == 1
    assert read("x " * 20 + "agree").early("agree") == 0


def test_a_negation_turns_the_rating_of_the_next_words_round():
    assert read("this is good").valence > 0 > read("this is not good").valence


def test_words_taken_over_from_the_parent_are_seen():
    column = FEATURES.index("words_from_parent")
    taken, own = feature_matrix(["dry station", "wet bicycle"], ["The station is dry."] * 2)[:, column]
    assert (taken, own) == (1.0, 0.0)


def test_scoring_needs_no_scikit_learn():
    code = (
        "import sys; from threads.scores.stance import Stance; Stance().judge(['no'], ['yes']); "
        "sys.exit('sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
