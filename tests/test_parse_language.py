"""Which language a discussion is in."""

import pytest

from threads.parse import Options, Source, parse
from threads.parse.language import base_language, detect

GERMAN = "Ich denke, die Stadt sollte mehr Wohnungen für Familien bauen."
ENGLISH = "I think that the city should build more homes for families."


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        ([ENGLISH], "en"),
        (["Also,", GERMAN], "de"),
        (["short"], None),
        ([], None),
        ([None, float("nan"), ENGLISH], "en"),
        (["\ud800\x00" * 100], None),
        (["12345 67890 " * 50], None),
        (["bqz xkj vwp " * 20], None),
    ],
)
def test_the_language_of_a_discussion(texts, language):
    assert detect(texts) == language


def test_parsing_fills_in_the_language_of_the_talk():
    article = "An article\n\nEnglish words stand here.\n\n"
    text = f"{article}Ann\n3 June 2024 20:41\n{GERMAN}\nBob\n3 June 2024 20:59\n{GERMAN}"
    (discussion,) = parse(Source.from_text(text, "pasted text"), Options()).discussions
    assert (len(discussion.comments), discussion.language) == (2, "de")


def test_too_little_talk_leaves_it_to_the_article():
    text = f"{GERMAN}\n\nAnn\n3 June 2024 20:41\nJa.\nBob\n3 June 2024 20:59\nNein."
    (discussion,) = parse(Source.from_text(text, "pasted text"), Options()).discussions
    assert (len(discussion.comments), discussion.language) == (2, "de")


@pytest.mark.parametrize(
    ("tag", "base"),
    [("en-GB", "en"), ("EN", "en"), ("pt_BR", "pt"), ("", None), (None, None), (float("nan"), None)],
)
def test_the_language_of_a_tag(tag, base):
    assert base_language(tag) == base
