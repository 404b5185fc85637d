"""What textstat and lexicalrichness say of 1,000 comments: the same where the words are the same.

The formulas agree to the last digits when both get the same counts. What differs is what counts as a word, a
sentence and a syllable; how often, and why, stands beside each number below.
"""

import hashlib
import itertools
import json
import warnings
from statistics import fmean

import pytest

from threads.scores.text import sentences, words
from threads.scores.verbosity import (
    flesch_kincaid_grade,
    flesch_reading_ease,
    measure,
    mtld,
    syllables,
    type_token_ratio,
)

CORPUS = "8a86f5f0abb11e57c2b9e53ac97922148cb3c547651c621c771616a6195d7333"
TEXTS = 1_000


@pytest.fixture(scope="module")
def texts(shared):
    path = shared / "corpus" / "comments_20k.jsonl"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == CORPUS, "the numbers below are of another file"
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in itertools.islice(lines, TEXTS)]


@pytest.fixture(scope="module")
def textstat():
    """textstat without its rounding of what it works out on the way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for pkg_resources, which warns
        module = pytest.importorskip("textstat", reason="needs textstat, of the extra test")
    module.set_rounding(False)
    yield module
    module.set_rounding(True)


@pytest.fixture(scope="module")
def richness(texts):
    """What lexicalrichness makes of each text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip("lexicalrichness", reason="needs lexicalrichness, of the extra test")
    return [module.LexicalRichness(text) for text in texts]


def test_the_formulas_of_flesch_and_kincaid_are_those_of_textstat(texts, textstat):
    for text in texts:
        counts = textstat.lexicon_count(text), textstat.sentence_count(text), textstat.syllable_count(text)
        assert flesch_reading_ease(*counts) == pytest.approx(textstat.flesch_reading_ease(text), abs=1e-9)
        assert flesch_kincaid_grade(*counts) == pytest.approx(textstat.flesch_kincaid_grade(text), abs=1e-9)


def test_the_share_of_different_words_is_that_of_lexicalrichness(richness):
    assert [type_token_ratio(text.wordlist) for text in richness] == [text.ttr for text in richness]


def test_mtld_is_that_of_lexicalrichness_but_where_it_has_no_end_or_stands_at_the_edge(richness):
    ours = [mtld(text.wordlist) for text in richness]
    theirs = [text.mtld() for text in richness]
    # No word is ever repeated: theirs is the number of words, ours is missing.
    endless = [text.words == text.terms for text in richness]
    assert [value is None for value in ours] == endless
    assert sum(endless) == 41
    # A ratio of exactly .72 (18 of 25, 36 of 50) ends a run there; here it must fall below.
    different = [a != pytest.approx(b) for a, b in zip(ours, theirs, strict=True) if a is not None]
    assert sum(different) == 19


def test_words_are_those_of_textstat_but_where_nothing_parts_them(texts, textstat):
    # textstat parts words at blanks alone: "and/or", "so.But" are two words here and one there; a dash
    # between blanks is none in both.
    counts = [(measure([text]).words, textstat.lexicon_count(text)) for text in texts]
    assert sum(ours == theirs for ours, theirs in counts) == 735
    ours, theirs = map(sum, zip(*counts, strict=True))
    assert ours / theirs == pytest.approx(1.0, abs=0.01)


def test_sentences_are_those_of_textstat_but_for_short_ones_and_dots_inside(texts, textstat):
    # textstat ends a sentence at every dot (U.S., 3.5, addresses) and leaves out those of one or two words.
    counts = [(len(sentences(text)), textstat.sentence_count(text)) for text in texts]
    assert sum(ours == theirs for ours, theirs in counts) == 623
    assert sum(abs(ours - theirs) <= 1 for ours, theirs in counts) >= 900


def test_syllables_are_more_than_textstat_finds(texts, textstat):
    # textstat counts the places where a word may be hyphenated, and so loses the syllable of a single letter
    # ("again", "very"). Its reading ease is higher by about 9 points.
    counts = [(sum(map(syllables, words(text.lower()))), textstat.syllable_count(text)) for text in texts]
    ours, theirs = map(sum, zip(*counts, strict=True))
    assert theirs / ours == pytest.approx(0.92, abs=0.01)
    ease = [
        measured.flesch_reading_ease - textstat.flesch_reading_ease(text)
        for text in texts
        if (measured := measure([text])).flesch_reading_ease is not None
    ]
    assert fmean(ease) == pytest.approx(-8.5, abs=1.5)
