"""Early signs are counted facts, and never a forecast."""

import numpy as np
import pandas as pd
import pytest

from threads.dynamics.derailment import early_signs

START = pd.Timestamp("2024-05-17T20:41", tz="UTC")
TEXTS = [
    "The tunnel is a good plan.",
    "You have no idea, do you?",
    "Says who? You?",
    "> You are wrong\nCalm down.",
    "Your numbers are made up.",
    "I live there. It is loud.",
    "What does it cost?",
    "Too much.",
    "Nobody asked Ann.",
    "Fine.",
    "You again, you fool? You?",
]
PARENTS = [None, "c0", "c1", "c2", "c3", None, None, "c6", "c0", "c0", "c0"]
AUTHORS = ["Ann", "Ben", "Ann", "Ben", "Ann", "Cat", "Dan", "Eve", "Eve", "Dan", "Cat"]


def thread(count=11, **columns):
    frame = pd.DataFrame(
        {
            "thread_id": "t",
            "comment_id": [f"c{number}" for number in range(11)],
            "parent_id": pd.Series(PARENTS, dtype="str"),
            "author": AUTHORS,
            "text": TEXTS,
            "published_at": START + pd.to_timedelta(np.arange(11) * 2, unit="min"),
            "published_at_precision": "minute",
        }
    )
    return frame.assign(**columns).iloc[:count]


def sign(watch, name):
    return next(sign for sign in watch.signs if sign.name == name)


def test_words_are_counted_in_the_first_ten_and_not_in_quotations():
    found = early_signs(thread())
    assert found.comments == 10
    assert sign(found, "you").comment_ids == ("c1", "c2", "c4")
    assert sign(found, "questions").comment_ids == ("c1", "c2", "c6")
    assert sign(found, "you").sentence().text == "3 of the first 10 say “you”."


def test_who_is_answered_most_is_named():
    found = sign(early_signs(thread()), "one person")
    assert found.comment_ids == ("c1", "c3", "c8", "c9")
    assert found.sentence().text == "4 of the first 10 answer one person, Ann."


def test_two_people_who_take_turns_are_an_exchange():
    found = sign(early_signs(thread()), "exchange")
    assert found.count == 5
    assert found.comment_ids == ("c0", "c1", "c2", "c3", "c4")
    assert found.sentence().text == "5 of the first 10 are Ann and Ben answering each other in turn."


def test_scores_are_counted_where_they_are_known():
    scores = {"offensive": [0.9, 0.5, 0.49, *[0.1] * 8], "sentiment": [-0.5] * 4 + [None] * 3 + [0.2] * 4}
    found = early_signs(thread(**scores))
    assert (sign(found, "offensive").count, sign(found, "offensive").of) == (2, 10)
    assert (sign(found, "negative").count, sign(found, "negative").of) == (4, 7)


def test_what_is_not_known_is_missing_with_its_reason():
    found = sign(early_signs(thread(reply_relation_disagrees=[0.9] * 4 + [None] * 7)), "disagreement")
    assert found.count is None
    assert found.reason == "Of 4 of the first 10 comments is it known whether they likely disagree."
    assert sign(early_signs(thread(published_at_precision="day")), "pace").reason


def test_the_first_are_those_that_came_first():
    assert early_signs(thread().iloc[::-1]).signs == early_signs(thread()).signs


def test_the_sentence_states_facts_and_says_why_nothing_is_forecast():
    found = early_signs(thread())
    text = found.sentence().text
    assert "5 of the first 10 are Ann and Ben answering each other in turn" in text
    assert "3 of the first 10 say “you”" in text
    assert "not forecast" in found.caution
    assert not any(word in text for word in ("will", "risk", "likely to"))
    assert set(found.sentence().comment_ids) >= {"c0", "c1"}


@pytest.mark.parametrize("count", [0, 4])
def test_few_comments_have_no_signs(count):
    assert early_signs(thread(count)).signs == ()
    assert "too few" in early_signs(thread(count)).sentence().text


def test_a_calm_start_says_so():
    calm = thread(parent_id=None, text="It is a plan.")
    assert early_signs(calm).sentence().text == "The first 10 comments show no sign that is counted here."
