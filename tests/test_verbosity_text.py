"""Words, sentences and language of a comment."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threads.scores.text import sentences, words


def split(text):
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop the well-known U.S. team.", ["Don't", "stop", "the", "well-known", "U.S", "team"]),
        ("They’re Sino‑Russian", ["They’re", "Sino‑Russian"]),
        ("3.5 of 1,000,000 in v2.0.", ["3.5", "of", "1,000,000", "in", "v2.0"]),
        ("so it is.The end", ["so", "it", "is", "The", "end"]),
        ("see http://a.example/b?c=d#e now", ["see", "http://a.example/b?c=d#e", "now"]),
        ("'quoted' --dash-- snake_case", ["quoted", "dash", "snake", "case"]),
        ("我爱 Tokyo カタカナ ひらがな", ["我", "爱", "Tokyo", "カタカナ", "ひらがな"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("h\u200bidden ha\u00adppy", ["h\u200bidden", "ha\u00adppy"]),
        ("cafe\u0301 au lait", ["cafe\u0301", "au", "lait"]),
        ("😀 !!! …", []),
        ("o\ud800k", ["o", "k"]),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_quick_way_for_ascii_finds_the_same_words(text):
    assert words(text + " é") == [*words(text), "é"]


@given(st.text(alphabet="aB1 .,'-_/:£“”‘–…😂❤🏽"))
def test_the_quick_way_for_emoji_and_quotation_marks_finds_the_same_words(text):
    assert words(text + " é") == [*words(text), "é"]


@pytest.mark.parametrize(
    "expected",
    [
        ["Dr. Smith paid 3.5 dollars.", "Then... nothing!", "ok"],
        ['"Why?" he asked.', "Nobody knew."],
        ["i think so.", "you dont."],
        ["Some, e.g. this one, are short.", "Fruit etc. is fine.", "Fruit etc.", "And more."],
        ["What?!", "No way!!!", "(Really.)", "Yes."],
        ["wait… what?", "Wait…", "What?"],
        ["J. Smith of the U.S. Senate.", "I live in the U.S.", "He doesn't."],
        ["No. 5 is alive.", "I say no.", "I do."],
        ["See http://a.example/b?C=d.", "Then go."],
        ['He said "stop."', "Then left."],
    ],
)
def test_sentences_on_one_line(expected):
    assert split(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A line\nAnother line\nwrapped\n\nparagraph", ["A line", "Another line\nwrapped", "paragraph"]),
        ("so it is.The next", ["so it is.", "The next"]),
        ("1. First thing.\n2. Second thing.", ["1. First thing.", "2. Second thing."]),
        ("我爱北京。你呢？好！", ["我爱北京。", "你呢？", "好！"]),
        ("Great. 😀! Next", ["Great. 😀!", "Next"]),
        ("Great! 😀", ["Great! 😀"]),
        ("... and then", ["... and then"]),
        ("😀😀", ["😀😀"]),
        ("  \n ", []),
        ("", []),
    ],
)
def test_sentences(text, expected):
    assert split(text) == expected


def test_a_comment_with_one_sentence_a_line_has_as_many_sentences_as_lines(shared):
    page = (shared / "seeds" / "001_006605df1cda4f0e.txt").read_text(encoding="utf-8")
    comment = page.partition("20:59")[2].partition("John Crulz")[0]
    assert len(sentences(comment)) == 15


@given(st.text(alphabet=" \n.!?…'\"aB1😀。é"))
def test_sentences_keep_everything_but_blanks_and_do_not_overlap(text):
    spans = sentences(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join("".join(split(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "part", [".", " ", "\n", "a. ", "! ", "😀. ", " .", "www.", "http://", "\"'", "etc. "]
)
@pytest.mark.parametrize("opening", ["", "a"])
def test_sentences_take_linear_time(part, opening):
    text = opening + (part * 60_000)[:60_000]
    start = time.process_time()
    sentences(text)
    # Under 0.2 s on one idle core; anything quadratic takes over 10 s.
    assert time.process_time() - start < 3
