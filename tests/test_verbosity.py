"""Length, variety and readability: known answers, minimum lengths, shares within the thread."""

import itertools
import json
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threads.scores.verbosity import (
    Verbosity,
    flesch_kincaid_grade,
    flesch_reading_ease,
    lexical_density,
    measure,
    mtld,
    syllables,
    type_token_ratio,
)

CAT = ("the", "cat", "sat", "on", "the", "mat", "and", "the", "dog", "sat", "on", "the", "log")
HOUSE = "The cat sat on the mat. The dog ran to the big house."


def test_mtld_of_the_published_example():
    assert mtld(CAT) == pytest.approx(13.0)


def test_mtld_counts_whole_and_partial_factors():
    # Forward and backward alike: "a a" ends a factor (1/2 is below .72) three times over; "a b" never does.
    assert mtld(["a"] * 6) == pytest.approx(2.0)
    # Forward "a a" is a factor and "b c" none; backward "c b a a" keeps .75, a part (1 - .75) / (1 - .72).
    assert mtld(["a", "a", "b", "c"]) == pytest.approx((4 / 1 + 4 / (0.25 / 0.28)) / 2)


def test_mtld_is_missing_where_no_word_is_repeated():
    assert mtld(["a", "b", "c"]) is None
    assert mtld([]) is None


def test_flesch_of_the_known_example():
    count = sum(syllables(word) for word in HOUSE.lower().replace(".", "").split())
    assert count == 13
    assert flesch_reading_ease(13, 2, 13) == pytest.approx(115.64, abs=0.005)
    assert flesch_kincaid_grade(13, 2, 13) == pytest.approx(-1.25, abs=0.005)


def test_type_token_ratio_is_the_share_of_different_words():
    assert type_token_ratio(CAT) == pytest.approx(8 / 13)
    assert type_token_ratio([]) is None


def test_lexical_density_is_the_share_of_content_words():
    assert lexical_density(["the", "cat", "sat", "on", "the", "mat"]) == pytest.approx(3 / 6)
    assert lexical_density([]) is None


@pytest.mark.parametrize(
    ("number", "listed"),
    {
        1: "a the whole they're walked make there hoped you've hmm x league eye stayed don't",
        2: "movement lovely people quiet being trying didn't beyond something every science table business",
        3: "media idea area video usual everything radio violence capital obvious camera",
        4: "society reality material economy experience",
        5: "university opportunity homeopathy organization imagination individual",
    }.items(),
)
def test_syllables_of_common_words(number, listed):
    assert {word: syllables(word) for word in listed.split()} == dict.fromkeys(listed.split(), number)


@pytest.mark.parametrize(
    ("word", "number"), [("café", 2), ("well-known", 2), ("2024", 4), ("🙂", 1), ("", 1)]
)
def test_syllables_of_odd_words(word, number):
    assert syllables(word) == number


@pytest.mark.parametrize(
    ("column", "limit"),
    [
        ("type_token_ratio", 50),
        ("lexical_density", 50),
        ("mtld", 100),
        ("flesch_reading_ease", 100),
        ("flesch_kincaid_grade", 100),
    ],
)
def test_a_measure_is_missing_below_its_length(column, limit):
    text = "One dog saw the other dog. " * 30
    short, long_enough = (" ".join(text.split()[:count]) for count in (limit - 1, limit))
    assert getattr(measure([short]), column) is None
    assert getattr(measure([long_enough]), column) is not None


def test_measures_for_english_are_missing_in_other_languages():
    other = measure(["Der Hund sah den anderen Hund. " * 30], english=False)
    assert (other.flesch_reading_ease, other.flesch_kincaid_grade, other.lexical_density) == (None,) * 3
    assert other.type_token_ratio is not None
    assert other.mtld is not None


def test_texts_are_measured_together():
    parts = ["The dog saw a cat. " * 15, "The cat saw a dog. " * 15]
    together, joined = measure(parts), measure([" ".join(parts)])
    assert together.words == 150
    assert together._replace(characters=0) == joined._replace(characters=0)


def test_kinds_of_apostrophe_and_case_make_no_other_word():
    assert measure(["Don’t " * 25 + "don't " * 25]).type_token_ratio == pytest.approx(1 / 50)


def test_a_comment_without_words_has_counts_and_no_means():
    measures = measure(["😀 !!!"])
    assert (measures.words, measures.sentences, measures.characters) == (0, 1, 5)
    assert measures.mean_sentence_length is None


def test_shares_and_ranks_are_taken_within_the_thread():
    frame = pd.DataFrame(
        {"text": ["one two three", "one", "one", "one two", None], "thread_id": ["a", "a", "a", "b", "a"]},
        index=[5, 4, 3, 2, 1],
    )
    scored = Verbosity().score(frame)
    assert scored["word_share"].tolist()[:4] == pytest.approx([0.6, 0.2, 0.2, 1.0])
    assert scored["word_rank"].tolist()[:4] == [1, 2, 2, 1]
    assert scored.loc[1].isna().all()
    assert scored.index.tolist() == [5, 4, 3, 2, 1]


def test_a_frame_without_threads_is_one_thread():
    scored = Verbosity().score(pd.DataFrame({"text": ["one two three", "one"]}))
    assert scored["word_share"].tolist() == pytest.approx([0.75, 0.25])


def test_a_thread_without_words_has_no_shares():
    scored = Verbosity().score(pd.DataFrame({"text": ["😀", ""]}))
    assert scored["word_share"].isna().all()
    assert scored["words"].tolist() == [0, 0]


def test_columns_and_types_hold_for_an_empty_frame():
    scored = Verbosity().score(pd.DataFrame({"text": pd.Series([], dtype="str")}))
    assert {name: str(dtype) for name, dtype in scored.dtypes.items()} == {
        column.name: column.dtype for column in Verbosity.columns
    }


@given(st.text())
def test_any_text_can_be_measured(text):
    measures = measure([text])
    assert measures.characters == len(text)
    assert measures.sentences == 0 or text.strip()


def test_measuring_is_quick_on_comments(shared):
    with (shared / "corpus" / "comments_20k.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in itertools.islice(lines, 2_000)]
    start = time.process_time()
    Verbosity().score(pd.DataFrame({"text": texts}))
    # About 0.4 s on one idle core.
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    "part", ["a", "a ", "a. ", "e", "aeb", "bi", "1,", "don't ", "-", "漢", "\ud800", "."]
)
def test_a_long_text_is_quick_to_measure(part):
    text = (part * 200_000)[:200_000]
    start = time.process_time()
    measure([text])
    # Under 1 s on one idle core; anything quadratic would take minutes.
    assert time.process_time() - start < 10
