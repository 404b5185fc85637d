"""Stance and reply relation: who is judged, who is not, and that no text breaks them."""

import subprocess
import sys
import time

import pandas as pd
import pytest

from threads.scores.cues import CUES, FEATURES, GROUPS, MOST_SENTENCES, cue_matrix, feature_matrix, read
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
STANCES = {
    "I completely agree, this is a great plan": "supportive",
    "This is a disgrace and a waste of money, shame on the council": "critical",
    "I walked past the station yesterday.": "unclear",
}
RELATIONS = {
    "No, that is simply wrong.": "disagrees",
    "Exactly, well said.": "agrees",
    "Where did you read that?": "asks",
    "I walked past the station yesterday.": "unclear",
}
READERS = [*STANCES, *RELATIONS][:5]
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
def test_what_is_spoken_has_at_least_the_probability_of_its_threshold(score):
    answer = score.score(pd.concat([frame(), frame(text=[*READERS, "Rain."])]))
    limits = dict(zip(score.labels, score.model.array("thresholds"), strict=True))
    spoken = answer[answer[score.name] != "unclear"]
    assert len(spoken)
    assert all(spoken[f"{score.name}_probability"] >= [limits[label] for label in spoken[score.name]])


@pytest.mark.parametrize(("text", "stance"), STANCES.items())
def test_stance_is_what_any_reader_sees(text, stance):
    frame = pd.DataFrame({"text": [text], "target": ["Council votes to build a harbour tunnel"]})
    assert Stance().score(frame)["stance"].tolist() == [stance]


@pytest.mark.parametrize(("text", "relation"), RELATIONS.items())
def test_the_relation_of_a_reply_is_what_any_reader_sees(text, relation):
    frame = pd.DataFrame({"text": [text], "parent_text": ["The tunnel will be cheap and quick to build."]})
    assert ReplyRelation().score(frame)["reply_relation"].tolist() == [relation]


@BOTH
def test_a_side_is_heard_at_the_length_of_a_news_comment(score):
    talk = "The tunnel is planned from the north shore to the south. It would open in six years. "
    texts = [
        talk * 3 + side for side in ("", "I agree. Well said, and good news.", "No. That is wrong. Nonsense.")
    ]
    chances = score.judge(texts, ["The tunnel will be cheap and quick to build."] * 3)
    plain, yes, no = chances[:, 0] - chances[:, 1]
    assert yes > plain > no


@BOTH
def test_length_alone_takes_no_side(score):
    talk = "The tunnel runs from the north shore to the south. It opens in six years. "
    answer = score.score(
        pd.DataFrame({"text": [talk * n for n in (1, 4, 16, 64)], score.context: "A tunnel."})
    )
    assert answer[score.name].tolist() == ["unclear"] * 4


@BOTH
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_crashes_or_takes_long(score, text):
    started = time.process_time()
    answer = score.score(pd.DataFrame({"text": [text], score.context: [text]}, dtype=object))
    assert time.process_time() - started < 3
    assert len(answer) == 1


def test_every_code_point_can_be_read():
    for start in range(0, 0x110000, 0x1000):
        text = "".join(map(chr, range(start, start + 0x1000)))
        assert cue_matrix([text], [text]).shape == (1, len(CUES))


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
    assert read(text).tokens == ["isn't", "it"]


def test_hidden_characters_at_the_cut_do_not_make_it_slower_or_longer():
    assert len(read("a " * 100_000).tokens) == 65_535 // 2 + 1


def cue(name, text, parent=""):
    return cue_matrix([text], [parent])[0, CUES.index(name)]


def test_sentences_end_at_stops_and_at_line_ends_but_not_within_numbers():
    assert [len(s.tokens) for s in read("It costs 3.5 million. Who pays?\nNot me").sentences] == [4, 2, 2]


@pytest.mark.parametrize(
    ("text", "group"), [("well said", "agree"), ("that is not true", "disagree"), ("shame on you", "blame")]
)
def test_phrases_are_seen_as_phrases_only(text, group):
    assert read(text).first.shows(group)
    broken = " and ".join(word for word in text.split() if word != "shame")
    assert not read(broken).first.shows(group)


def test_a_phrase_does_not_reach_over_the_end_of_a_sentence():
    assert not read("It went well. Said who").first.shows("agree")


def test_a_cue_is_the_share_of_sentences_that_show_it():
    assert cue("share_agree", "I agree. It rains. It snows. It pours.") == 0.25
    assert cue("first_agree", "It rains. I agree.") == 0


def test_yes_opens_a_sentence_or_is_none():
    assert read("Yes it is").first.shows("opens_yes")
    assert read("Well yes it is").first.shows("opens_yes")
    assert not read("They said yes").first.shows("opens_yes")
    assert not read("Right?").first.shows("opens_yes")


@pytest.mark.parametrize("text", ["I do not agree", "I don't really agree"])
def test_denied_agreement_is_none(text):
    assert not read(text).first.shows("agree")
    assert cue("praise_denied", text) == 1


def test_denied_blame_is_none_either():
    assert not read("this is not a waste").first.shows("blame")


def test_a_yes_that_is_taken_back_is_seen():
    assert cue("yes_but", "Yes, but somebody pays.") == 1
    assert cue("yes_but", "Yes, and somebody pays.") == 0


def test_an_attack_needs_the_reader_in_the_same_sentence():
    assert cue("you_attacked", "You are an idiot. It rains.") == 0.5
    assert cue("you_attacked", "You know it. The mayor is an idiot.") == 0


def test_the_weight_of_means_grows_slower_than_the_sentences_and_ends():
    assert [cue("weight", "It rains. " * n) for n in (1, 16, 1000)] == [1, 8, MOST_SENTENCES**0.75]


def test_groups_are_distinct_words():
    assert len(set(GROUPS)) == len(GROUPS)


def test_a_negation_turns_the_rating_of_the_next_words_round():
    assert read("this is good").valence > 0 > read("this is not good").valence


def test_reading_takes_time_in_proportion_to_length():
    # Runs of full stops, apostrophes and negations, of which a careless pattern would read each many times.
    def seconds(length):
        started = time.process_time()
        for part in (
            "." * length + "a",
            "a'" * (length // 2),
            "not " * (length // 4),
            "no. " * (length // 4),
        ):
            feature_matrix([part], [part])
        return time.process_time() - started

    assert seconds(65_000) < 40 * max(seconds(6_500), 0.005)


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
