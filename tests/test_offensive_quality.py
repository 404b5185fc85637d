"""Floors for what the offensive-language ranking reaches, never to be lowered in silence."""

import pytest

from threads.models import load
from threads.scores.evaluate import builtin
from training.offensive_suite import measure

pytestmark = pytest.mark.quality
OWN = "Sentences written for this project"


@pytest.fixture(scope="module")
def sets():
    """The figures of the card, which come with the weights."""
    return load("offensive").card.measured["sets"]


@pytest.fixture(scope="module")
def suite():
    return measure(builtin("offensive"))


def test_texts_like_those_learnt_from(sets):
    found = sets["Out of fold"]
    assert found["auc"] >= 0.955  # measured .962
    assert found["macro_f1"] >= 0.88  # measured .894
    assert found["calibration_error"] - found["calibration_floor"] <= 0.02  # measured .017


def test_tweets_without_having_seen_one(sets):
    found = sets["The tweets of Davidson et al., of which it had learnt nothing"]
    assert found["auc"] >= 0.84  # measured .850


def test_news_comments_without_having_seen_one(sets):
    found = sets["News comments and newspaper sentences, of which it had learnt nothing"]
    assert found["auc"] >= 0.79  # measured .802


def test_sentences_of_our_own(suite, sets):
    assert suite["macro_f1"] >= 0.755  # measured .769
    assert suite["macro_f1"] == pytest.approx(sets[OWN]["macro_f1"], abs=1e-4)


def test_groups_named_neutrally_or_kindly(suite):
    assert suite["flagged_mentions"] <= 0.14  # measured .131
