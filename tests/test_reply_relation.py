"""The reply relation says what any reader sees, and takes a side by words, not by length."""

import numpy as np
import pandas as pd
import pytest

from threads.scores import classifier
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


def test_sides_have_their_own_probabilities_to_rank_by():
    score = ReplyRelation()
    frame = pd.DataFrame({"text": [*PLAIN.values()], "parent_text": PARENT})
    found, answer = score.classifier.probabilities([*PLAIN.values()], [PARENT] * 4), score.score(frame)
    assert answer["reply_relation_agrees"].tolist() == found[:, 0].tolist()
    assert answer["reply_relation_disagrees"].tolist() == found[:, 1].tolist()


class Sideless:
    """A classifier that only knows questions."""

    label, labels, weights, thresholds = "sideless@1", ("asks", "comments"), np.ones(2), np.zeros(2)
    sentence = "Knows questions."

    def probabilities(self, texts, _):
        return np.tile([0.25, 0.75], (len(texts), 1))


def test_a_classifier_that_knows_no_sides_leaves_them_missing():
    answer = ReplyRelation(Sideless()).score(pd.DataFrame({"text": ["No."], "parent_text": ["Yes."]}))
    assert answer["reply_relation"].tolist() == ["comments"]
    assert answer[["reply_relation_agrees", "reply_relation_disagrees"]].isna().all(axis=None)


def test_a_block_ends_nowhere_in_particular(monkeypatch):
    texts = [*PLAIN.values()] * 2
    whole = ReplyRelation().classifier.probabilities(texts, [PARENT] * 8)
    monkeypatch.setattr(classifier, "BLOCK", 3)
    assert ReplyRelation().classifier.probabilities(texts, [PARENT] * 8).tolist() == whole.tolist()
