"""Cues: what is read in a comment, in time linear in its length."""

import time

import pandas as pd
import pytest
from hostile import HOSTILE

from threads.scores.cues import CUES, FEATURES, GROUPS, MOST_SENTENCES, cue_matrix, feature_matrix, read


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
