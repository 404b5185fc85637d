"""Features of a reply beside what it answers."""

import numpy as np
import pytest
from hostile import HOSTILE

from threads.scores.reply_features import FEATURES, feature_matrix


def feature(name, text, parent=""):
    return feature_matrix([text], [parent])[0, FEATURES.index(name)]


def test_feature_names_are_distinct():
    assert len(set(FEATURES)) == len(FEATURES)


@pytest.mark.parametrize("parent", ["", "The station is dry."])
def test_features_are_finite_for_hostile_texts(parent):
    texts = ["", *HOSTILE.values()]
    assert np.isfinite(feature_matrix(texts, [parent] * len(texts))).all()
    assert np.isfinite(feature_matrix([parent] * len(texts), texts)).all()


def test_no_texts_have_no_rows():
    assert feature_matrix([], []).shape == (0, len(FEATURES))


def test_a_text_without_a_parent_says_so():
    assert feature("no_parent", "It rains.") == 1
    assert feature("no_parent", "It rains.", "Does it?") == 0


def test_words_taken_over_from_the_parent_are_seen():
    assert feature("words_from_parent", "dry station", "The station is dry.") == 1
    assert feature("words_from_parent", "wet bicycle", "The station is dry.") == 0


def test_a_repeat_of_the_parent_is_seen():
    assert feature("pairs_from_parent", "so true: the station is dry", "The station is dry.") == 0.6
    assert feature("repeats", "So true RT @user The station is dry") == 1
    assert feature("repeats", "@user The station is dry") == 0


@pytest.mark.parametrize(
    ("text", "first", "last", "share"),
    [
        ("Is it? It rains.", 1, 0, 0.5),
        ("It rains. Is it?", 0, 1, 0.5),
        ("Is it? URL @user", 1, 1, 0.5),
        ("It rains.", 0, 0, 0),
    ],
)
def test_where_a_text_asks(text, first, last, share):
    assert feature("first_asks", text) == first
    assert feature("last_asks", text) == last
    assert feature("share_asks", text) == share


def test_a_negation_that_only_one_of_the_two_has_is_seen():
    assert feature("negation_differs", "It is not dry.", "It is dry.") == 1
    assert feature("negation_differs", "It isn't.", "It is not dry.") == 0
