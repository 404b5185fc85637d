"""Sentiment equals vaderSentiment to the last digit, and takes time linear in the text."""

import itertools
import random
import time

import numpy as np
import pandas as pd
import pytest
from fuzz_sentiment import LEXICON, PEER, differing, fuzzed, real
from hypothesis import given, settings
from hypothesis import strategies as st

import threads
from threads.scores import vader
from threads.scores.sentiment import Sentiment, contributions, explain
from threads.scores.vader import polarity


def test_equals_the_package_on_real_texts(shared):
    assert list(differing(itertools.islice(real(shared), 0, 60_000, 60))) == []


def test_equals_the_package_on_generated_texts():
    rng = random.Random(20261121)
    assert list(differing(fuzzed(rng) for _ in range(5_000))) == []


def test_equals_the_package_on_equal_values_around_but():
    words = ("good", "bad", "but", "ugly", "x")
    texts = [" ".join(chosen) for chosen in itertools.product(words, repeat=5)]
    assert list(differing(texts)) == []


def test_halved_and_raised_values_that_meet_others_are_changed_again_as_in_the_package():
    # 1.6 and 3.2 stand in the lexicon: half of one is the other.
    pair = [
        next(word for word in LEXICON if PEER.lexicon[word] == value and word.isalpha())
        for value in (1.6, 3.2)
    ]
    rng = random.Random(1)
    lengths = (12, 12, 12, 200)  # few values and many are looked up in different ways
    texts = [" ".join(rng.choices([*pair, "but", "x"], k=rng.choice(lengths))) for _ in range(1_000)]
    assert list(differing(texts)) == []


@settings(max_examples=500, deadline=None)
@given(st.text())
def test_equals_the_package_on_any_text(text):
    assert polarity(text)._asdict() == PEER.polarity_scores(text)


@pytest.mark.parametrize(
    "text", ["", " \n", "\ud800 good \udfff", "\x00good\x00 bad", "a" * 1_000_000, "..." * 9]
)
def test_odd_texts_equal_the_package(text):
    assert polarity(text)._asdict() == PEER.polarity_scores(text)


def test_forgetting_does_not_change_a_score(monkeypatch):
    monkeypatch.setattr(vader, "CACHE_LIMIT", 2)
    words = vader.Lexicon()
    monkeypatch.setattr(vader, "lexicon", lambda: words)
    rng = random.Random(3)
    assert list(differing(fuzzed(rng) for _ in range(300))) == []
    assert len(words.letters) <= 2


def test_a_hostile_word_is_not_kept():
    polarity("é" * 5_000)
    assert "é" * 5_000 not in vader.lexicon().letters


@pytest.mark.parametrize(
    "part",
    [
        "😂",
        "😀",
        "good but ",
        " good but",
        " not good",
        ":) ",
        "😂x",
        "!",
        "?",
        " ",
        "no ",
        "never so good ",
        "but ",
    ],
)
def test_the_worst_comment_of_20000_characters_is_quick(part):
    text = (part * 20_000)[:20_000]
    polarity(text)
    start = time.process_time()
    polarity(text)
    # About 20 ms at most on one idle core; the package needs seconds to minutes for these.
    assert time.process_time() - start < 0.4


def test_words_that_carried_the_score_stand_where_they_say():
    text = "It was NOT a (good) day, 😂lol but great!"
    words = contributions(text)
    assert [word.text for word in words] == ["good", "😂", "great"]
    assert [text[word.start : word.end] for word in words] == ["good", "😂", "great"]
    assert words[0].valence < 0 < words[2].valence


def test_the_words_of_one_emoji_are_one_item():
    words = contributions("I 😂 at it")
    assert [(word.text, word.start, word.end) for word in words] == [("😂", 2, 3)]
    tears, joy = (PEER.lexicon[word] for word in ("tears", "joy"))
    assert words[0].valence == pytest.approx(tears + joy)


def test_valences_of_the_words_add_up_to_the_compound():
    rng = random.Random(4)
    for _ in range(300):
        text = fuzzed(rng).replace("!", "").replace("?", "").replace("🔛", "").replace("🆙", "")
        total = sum(word.valence for word in contributions(text))
        assert polarity(text).compound == pytest.approx(total / np.sqrt(total**2 + 15), abs=1e-4), text


def test_sentences_are_scored_by_themselves_and_name_their_words():
    text = "A good start, but. Nothing here. A VERY terrible end!"
    scores = explain(text)
    assert [text[score.start : score.end] for score in scores] == [
        "A good start, but.",
        "Nothing here.",
        "A VERY terrible end!",
    ]
    assert [score.compound for score in scores] == [
        polarity(text[score.start : score.end]).compound for score in scores
    ]
    assert [[word.text for word in score.words] for score in scores] == [["good"], [], ["terrible"]]
    (good,), _, (terrible,) = (score.words for score in scores)
    assert good.valence == PEER.lexicon["good"] * 0.5
    assert terrible.valence < PEER.lexicon["terrible"]
    assert text[terrible.start : terrible.end] == "terrible"


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_can_be_explained(text):
    for score in explain(text):
        for word in score.words:
            assert score.start <= word.start < word.end <= score.end
            assert text[word.start : word.end] == word.text


def test_columns_are_the_four_numbers_and_no_reason_when_scored():
    frame = pd.DataFrame({"text": ["A good day", "x"]}, index=[7, 3])
    scored = Sentiment().score(frame)
    assert list(scored.columns) == [column.name for column in Sentiment.columns]
    assert list(scored.index) == [7, 3]
    assert scored.loc[7, ["sentiment_neg", "sentiment_neu", "sentiment_pos", "sentiment"]].tolist() == list(
        polarity("A good day")
    )
    assert scored["sentiment_missing"].isna().all()


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("Das ist leider wieder nicht gut", "de", "language de: VADER reads English only"),
        ("Das ist leider wieder nicht gut", "de-AT", "language de: VADER reads English only"),
        ("You are an idiot", "de", "too short to tell, taken for de: VADER reads English only"),
        ("😡😡", "de", "too short to tell, taken for de: VADER reads English only"),
        ("+1", "de", "no words"),
        ("", "en", "no text"),
        (" \n", None, "no text"),
        (None, "en", "no text"),
        ("Да!", "und", "a language other than English: VADER reads English only"),
        ("123", "en", "no words"),
        ("!!!!", None, "no words"),
        ("\x00\x01", None, "no words"),
        ("\ud800", None, "no words"),
    ],
)
def test_a_comment_without_a_score_says_why(text, language, reason):
    scored = Sentiment().score(pd.DataFrame({"text": [text], "language": [language]}))
    assert scored["sentiment_missing"].tolist() == [reason]
    assert scored.drop(columns="sentiment_missing").isna().all(axis=None)


@pytest.mark.parametrize("language", ["en", "en-GB", "EN", None])
def test_english_and_unknown_languages_are_scored(language):
    scored = Sentiment().score(pd.DataFrame({"text": ["good"], "language": [language]}))
    assert scored["sentiment"].tolist() == [polarity("good").compound]


@pytest.mark.parametrize("text", ["😂", "🚗", ":)", "x"])
def test_an_emoji_an_emoticon_or_a_letter_is_scored(text):
    scored = Sentiment().score(pd.DataFrame({"text": [text]}))
    assert scored["sentiment"].tolist() == [polarity(text).compound]


def test_a_comment_in_another_language_than_its_discussion_says_so():
    german = "Das ist eine wunderbare Idee, die der Stadt sehr gut tun wird."
    scored = threads.score([german, "What a wonderful idea, it will do good."], ["sentiment"])
    assert scored["sentiment_missing"].tolist()[0] == "language de: VADER reads English only"
    assert scored["sentiment"].notna().tolist() == [False, True]


def test_a_frame_without_rows_has_the_columns():
    scored = Sentiment().score(pd.DataFrame({"text": pd.Series([], dtype="str")}))
    assert scored.shape == (0, len(Sentiment.columns))
