"""What `threads.score` takes, and what it says of anything else."""

import numpy as np
import pandas as pd
import pytest

import threads
from threads.errors import InputError, SettingError
from threads.scores import SCORES, score
from threads.scores.sentiment import Sentiment


@pytest.mark.parametrize(
    ("comments", "said"),
    [
        ("one text", "one text where a list of texts is wanted. Put it in a list"),
        ({"text": ["a"]}, "a value of type dict where a list of texts is wanted. Give a list of texts, or a"),
        (None, "None where a list of texts is wanted"),
        (7, "a value of type int where a list of texts is wanted"),
        (b"bytes", "a value of type bytes where a list of texts is wanted"),
        (["a", ["b"]], "the list, item 2: a value of type list where a text is wanted. Give a list of texts"),
        ([{"text": "a"}], "the list, item 1: a value of type dict where a text is wanted"),
        ([b"a"], "the list, item 1: a value of type bytes where a text is wanted"),
        (["a", 1.5], "the list, item 2: a value of type float where a text is wanted"),
        (pd.DataFrame({"said": ["a"]}), "the frame: no column text. Scores read the column named text"),
        (pd.DataFrame([["a", "b"]], columns=["text", "text"]), "the frame: more than one column text"),
    ],
)
def test_what_is_no_list_of_texts_is_named_with_the_remedy(comments, said):
    with pytest.raises(InputError) as caught:
        score(comments)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_what_is_missing_among_texts_stays_missing(missing):
    found = threads.score(["What a lovely day!", missing], ["sentiment"])["sentiment"]
    assert found.isna().tolist() == [False, True]


@pytest.mark.parametrize("comments", [[], (), pd.Series([], dtype="str")])
def test_of_no_comment_there_is_no_row(comments):
    assert score(comments, ["sentiment"]).shape == (0, len(Sentiment.columns))


def test_one_name_of_a_score_may_stand_alone():
    pd.testing.assert_frame_equal(score(["a"], "sentiment"), score(["a"], ["sentiment"]))


def test_a_score_that_is_named_twice_is_given_once():
    pd.testing.assert_frame_equal(score(["a"], ["sentiment", "sentiment"]), score(["a"], ["sentiment"]))


def test_two_scores_with_a_column_of_one_name_are_refused():
    with pytest.raises(SettingError, match="the scores sentiment and sentiment both have a column sentim"):
        score(["a"], ["sentiment", Sentiment()])


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ("mood", "no score is called mood. Known: sentiment, verbosity"),
        (["sentiment", "mood"], "no score is called mood"),
        (7, "a value of type int where a list of scores is wanted. Give a list of names (sentiment, verbos"),
        (Sentiment(), "a value of type Sentiment where a list of scores is wanted"),
        ({"sentiment": True}, "a value of type dict where a list of scores is wanted"),
        ([None], "None where a score or its name is wanted"),
        ([Sentiment], "the class Sentiment where a score or its name is wanted"),
        ([], "an empty list of scores"),
    ],
)
def test_what_are_no_scores_is_named_with_those_there_are(scores, said):
    with pytest.raises(SettingError) as caught:
        score(["a"], scores)
    assert str(caught.value).startswith(said)
    assert SCORES[-1].name in str(caught.value)
