"""No score that reads English judges a comment in another language, whatever the discussion is in."""

import pandas as pd
import pytest

import threads
from threads.scores import score_columns

ENGLISH_ONLY = (
    "sentiment",
    "stance",
    "reply_relation",
    "offensive",
    "flesch_reading_ease",
    "featuring_argument",
    "featuring_experience",
    "featuring_readability",
)


@pytest.mark.parametrize(
    "text",
    [
        "Это ужасно, позор! Как можно так писать о людях, которые там живут и работают?",
        "Это ужасно, позор!",
        "هذا فظيع",
        "太可怕了",
        "Du Arschloch, halt die Fresse",
        "No me gusta nada este artículo, es una vergüenza total",
    ],
)
def test_a_comment_in_another_language_has_no_score_for_english(text):
    context = {"parent_text": "I like the tunnel.", "target": "The tunnel", "article": "A tunnel is built."}
    frame = pd.DataFrame({"text": [text], "language": ["en"], **{k: [v] for k, v in context.items()}})
    scored = threads.score(frame).iloc[0]
    assert scored[list(ENGLISH_ONLY)].isna().all()
    assert scored["sentiment_missing"].endswith("VADER reads English only")


@pytest.mark.parametrize("name", ["stance", "reply_relation", "offensive"])
def test_the_help_of_a_score_for_english_says_where_the_reason_for_a_missing_value_stands(name):
    (column,) = (column for column in score_columns() if column.name == name)
    assert "not in English (see sentiment_missing)" in column.help
