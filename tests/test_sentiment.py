"""Sentiment equals vaderSentiment to the last digit, and takes time linear in the text."""

import itertools
import json
import random
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaderSentiment import vaderSentiment

from threads.scores import sentiment
from threads.scores.sentiment import Sentiment, explain, polarity, sentence_scores

PEER = vaderSentiment.SentimentIntensityAnalyzer()
LEXICON, EMOJI = list(PEER.lexicon), list(PEER.emojis)
BOOSTERS, IDIOMS = list(vaderSentiment.BOOSTER_DICT), list(vaderSentiment.SPECIAL_CASES)
RULE_WORDS = """no No NO kind of the shit bomb bad ass bus stop yeah right kiss death to die for beating
    heart so this never without doubt at least very or nor but But BUT but, just enough sort I A not
    can't Don't don’t sort-of good good great GOOD awful 😂 ❤ ☺️ 🔛 🆙 1 x"""
OTHERS = ["foo", "Bar", "the", "İ", "ẞ", "ſo", "K", "\ud800", "\x00", "Σ", "12", "n't", "\u202e"]


def one_word(rng, few):
    pool = rng.choices(
        [RULE_WORDS.split(), few, BOOSTERS, vaderSentiment.NEGATE, EMOJI, IDIOMS, OTHERS],
        [8, 6, 2, 2, 1, 1, 3],
    )[0]
    word = rng.choice(pool)
    word = rng.choices([str.upper, str.title, str], [2, 1, 14])[0](word)
    return (
        rng.choices(["", "'", "(*"], [20, 1, 1])[0]
        + word
        + rng.choices(["", "!", "?", "...", ",", '"'], [40, 1, 1, 1, 1, 1])[0]
    )


def fuzzed(rng):
    few = [rng.choice(LEXICON) for _ in range(rng.choice([1, 2, 10]))]
    words = [one_word(rng, few) for _ in range(rng.choice([1, 2, 3, 4, 5, 6, 8, 12, 20, 40]))]
    blank = rng.choices([" ", "", "\n", "\t", "\u00a0", "\u200b"], [20, 1, 1, 1, 1, 1])[0]
    return blank.join(words) + rng.choice(["", "", "!", "!!", "!!!!!", "?", "??", "???", "????", " "])


def differing(texts):
    return [text for text in texts if polarity(text)._asdict() != PEER.polarity_scores(text)]


def test_equals_the_package_on_comments(shared):
    with (shared / "corpus" / "comments_20k.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in itertools.islice(lines, 5_000)]
    assert len(texts) == 5_000
    assert differing(texts) == []


def test_equals_the_package_on_generated_texts():
    rng = random.Random(20261121)
    assert differing(fuzzed(rng) for _ in range(20_000)) == []


def test_equals_the_package_on_equal_values_around_but():
    words = ("good", "bad", "but", "ugly", "x")
    assert differing(" ".join(chosen) for chosen in itertools.product(words, repeat=5)) == []


def test_halved_and_raised_values_that_meet_others_are_changed_again_as_in_the_package():
    # 1.6 and 3.2 stand in the lexicon: half of one is the other.
    pair = [
        next(word for word in LEXICON if PEER.lexicon[word] == value and word.isalpha())
        for value in (1.6, 3.2)
    ]
    rng = random.Random(1)
    texts = [" ".join(rng.choices([*pair, "but", "x"], k=12)) for _ in range(2_000)]
    assert differing(texts) == []


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
    monkeypatch.setattr(sentiment, "CACHE_LIMIT", 2)
    words = sentiment.Lexicon()
    monkeypatch.setattr(sentiment, "lexicon", lambda: words)
    rng = random.Random(3)
    assert differing(fuzzed(rng) for _ in range(300)) == []
    assert len(words.letters) <= 2


def test_a_hostile_word_is_not_kept():
    polarity("é" * 5_000)
    assert "é" * 5_000 not in sentiment.lexicon().letters


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
    words = explain(text)
    assert [word.text for word in words] == ["good", "😂", "great"]
    assert [text[word.start : word.end] for word in words] == ["good", "😂", "great"]
    assert words[0].valence < 0 < words[2].valence


def test_the_words_of_one_emoji_are_one_item():
    words = explain("I 😂 at it")
    assert [(word.text, word.start, word.end) for word in words] == [("😂", 2, 3)]
    tears, joy = (PEER.lexicon[word] for word in ("tears", "joy"))
    assert words[0].valence == pytest.approx(tears + joy)


def test_valences_of_the_words_add_up_to_the_compound():
    rng = random.Random(4)
    for _ in range(300):
        text = fuzzed(rng).replace("!", "").replace("?", "").replace("🔛", "").replace("🆙", "")
        total = sum(word.valence for word in explain(text))
        assert polarity(text).compound == pytest.approx(total / np.sqrt(total**2 + 15), abs=1e-4), text


def test_sentences_are_scored_by_themselves():
    scores = sentence_scores("A good start. A terrible end!")
    assert [(score.start, score.end) for score in scores] == [(0, 13), (14, 29)]
    assert scores[0].compound == polarity("A good start.").compound
    assert scores[1].compound == polarity("A terrible end!").compound


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
        ("Das ist gut", "de", "language de: VADER reads English only"),
        ("Das ist gut", "de-AT", "language de: VADER reads English only"),
        ("", "en", "no text"),
        (" \n", None, "no text"),
        (None, "en", "no text"),
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


def test_a_frame_without_rows_has_the_columns():
    scored = Sentiment().score(pd.DataFrame({"text": pd.Series([], dtype="str")}))
    assert scored.shape == (0, len(Sentiment.columns))
