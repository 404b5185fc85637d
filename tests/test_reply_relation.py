"""The reply relation says what any reader sees, and takes a side by words, not by length."""

import pandas as pd
import pytest

from threads.scores.reply_relation import ReplyRelation

PLAIN = {
    "agrees": "Exactly, well said. I agree.",
    "disagrees": "No, that is simply wrong.",
    "asks": "Where did you read that?",
    "comments": "I walked past the station yesterday.",
}
PARENT = "The tunnel will be cheap and quick to build."


@pytest.mark.parametrize("relation", PLAIN)
def test_each_relation_is_likeliest_for_the_reply_that_any_reader_would_pick(relation):
    classifier = ReplyRelation().classifier
    found = classifier.probabilities([*PLAIN.values()], [PARENT] * len(PLAIN))
    picked = found[:, classifier.labels.index(relation)].argmax()
    assert [*PLAIN][picked] == relation


def test_a_side_is_heard_at_the_length_of_a_news_comment():
    talk = "The tunnel is planned from the north shore to the south. It would open in six years. "
    sides = ("", "I agree. Well said, and good news.", "No. That is wrong. Nonsense.")
    found = ReplyRelation().classifier.probabilities([talk * 3 + side for side in sides], [PARENT] * 3)
    plain, yes, no = found[:, 0] - found[:, 1]
    assert yes > plain > no


def test_length_alone_takes_no_side():
    talk = "The tunnel runs from the north shore to the south. It opens in six years. "
    frame = pd.DataFrame({"text": [talk * n for n in (1, 4, 16, 64)], "parent_text": "A tunnel."})
    assert set(ReplyRelation().score(frame)["reply_relation"]) <= {"comments", "unclear"}
