"""Topics and drift: what is there is found, in any language, and nothing is where there is nothing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from threads.dynamics import topics as module
from threads.dynamics.drift import SHUFFLES, drift, jensen_shannon
from threads.dynamics.topics import (
    EXAMPLE_COLUMNS,
    SUBTHREAD_COLUMNS,
    TOPIC_COLUMNS,
    among,
    everywhere,
    subthreads,
    topic_of_each,
    topics,
)

EVERYWHERE = [f"und{n}" for n in range(60)]
SUBJECTS = {
    "traffic": [f"straße{n}" for n in range(20)],
    "money": [f"деньги{n}" for n in range(20)],
    "birds": [f"鳥{n}x" for n in range(20)],
}


def said(random, subject=None):
    """A comment by Zipf's law of words that are everywhere, and of a subject's."""
    common = [EVERYWHERE[min(word, 60) - 1] for word in random.zipf(1.3, 20)]
    often = 1 / np.arange(1, 21) ** 0.7
    own = random.choice(SUBJECTS[subject], 6, p=often / often.sum()) if subject else []
    return " ".join([*common, *own])


def talk(comments=300, seed=1, subjects=tuple(SUBJECTS)):
    random = np.random.default_rng(seed)
    chosen = random.choice(subjects, comments)
    return pd.DataFrame(
        {
            "text": [said(random, subject) for subject in chosen],
            "subject": chosen,
            "thread_id": "t",
            "comment_id": [f"c{row}" for row in range(comments)],
            "author": [f"p{person}" for person in random.integers(30, size=comments)],
        }
    )


# ---- topics


def test_the_subjects_are_found_whatever_the_language():
    frame = talk()
    found = topics(frame)
    assert len(found.rows) == 3
    assert found.of_each.notna().mean() > 0.9
    table = pd.crosstab(found.of_each, frame["subject"])
    assert table.max(axis=1).sum() / table.to_numpy().sum() > 0.95
    firsts = [set(words.split(", ")) for words in found.rows["words"]]
    assert not set.union(*firsts) & set(EVERYWHERE)
    assert found.rows["share"].sum() == pytest.approx(1)
    assert "People speak of 3 things" in found.sentence().text


def test_the_columns_are_as_declared():
    found = topics(talk().assign(sentiment=0.5))
    assert found.rows.dtypes.astype(str).to_dict() == {c.name: c.dtype for c in TOPIC_COLUMNS}
    assert found.examples.dtypes.astype(str).to_dict() == {c.name: c.dtype for c in EXAMPLE_COLUMNS}
    assert found.rows["sentiment"].eq(0.5).all()


def test_comments_that_stand_for_a_topic_are_of_it_and_by_different_people():
    frame = talk()
    found = topics(frame)
    for topic, rows in found.examples.groupby("topic"):
        own = frame.set_index("comment_id").loc[rows["comment_id"]]
        assert (found.of_each[frame["comment_id"].isin(rows["comment_id"])] == topic).all()
        assert own["subject"].nunique() == 1
        assert own["author"].nunique() == 3


def test_topics_among_some_comments_are_the_same_topics():
    frame = talk()
    found = topics(frame)
    late = frame.iloc[150:]
    some = among(found, late)
    assert (some.names, some.comments) == (found.names, 150)
    assert some.of_each.equals(found.of_each.iloc[150:])
    assert some.rows["comments"].sum() == some.of_each.notna().sum()
    assert set(some.examples["comment_id"]) <= set(late["comment_id"])
    nobody = among(found, frame.iloc[:0])
    assert nobody.sentence().text == "None of these comments is clearly of one topic."


def test_topics_are_called_by_different_words():
    weights = np.array([[6.0, 1.0, 0.0], [4.0, 0.0, 1.0]])
    model = module.Model({"one": 0, "two": 1, "three": 2}, np.ones(3), weights)
    found = replace(topics(pd.DataFrame({"text": []})), model=model)
    assert [words[0] for words in module._words(model)] == ["one", "one"]
    assert found.names == ("one", "three")


@pytest.mark.parametrize("seed", range(5))
def test_comments_without_subjects_have_no_topics(seed):
    random = np.random.default_rng(seed)
    found = topics(pd.DataFrame({"text": [said(random) for _ in range(300)]}))
    assert found.rows.empty
    assert found.of_each.isna().all()
    assert found.reason == found.sentence().text != ""


def test_few_comments_have_no_topics_and_it_says_why():
    assert "too few for topics" in topics(talk(40)).reason
    assert topics(pd.DataFrame({"text": []})).reason


def test_what_was_learnt_assigns_other_comments(monkeypatch):
    frame = talk()
    whole = topics(frame)
    assert topic_of_each(frame, whole.model).equals(whole.of_each)
    monkeypatch.setattr(module, "MOST_COMMENTS", 200)
    sampled = topics(frame)
    assert (sampled.looked_at, sampled.comments) == (200, 300)
    assert sampled.of_each.notna().sum() <= 200
    assert "200 of 300 comments" in sampled.sentence().text
    every = topic_of_each(frame, sampled.model)
    looked = everywhere(sampled, frame)
    assert looked.of_each.equals(every)
    assert looked.rows["comments"].tolist() == every.value_counts().sort_index().tolist()
    assert looked.names == sampled.names
    assert pd.crosstab(every, frame["subject"]).max(axis=1).sum() > 0.85 * 300


def test_a_subthread_is_of_the_topic_that_most_of_it_has():
    frame = talk()
    first = frame.groupby("subject")["comment_id"].transform("first")
    frame["parent_id"] = first.where(first != frame["comment_id"], None)
    found = topics(frame)
    table = subthreads(frame, found.of_each)
    assert table["comments"].tolist() == frame["subject"].value_counts().tolist()
    assert table["topic"].nunique() == 3
    assert (table["share"] > 0.9).all()
    assert table.dtypes.astype(str).to_dict() == {c.name: c.dtype for c in SUBTHREAD_COLUMNS}


def test_short_subthreads_and_those_without_a_topic():
    frame = talk(6).assign(parent_id=[None, "c0", "c0", "c0", "c0", None])
    table = subthreads(frame, pd.Series([None] * 6, dtype="Int64"))
    assert table["comment_id"].tolist() == ["c0"]
    assert table["topic"].isna().all()


# ---- drift


def test_divergence_of_known_shares():
    one, other = np.array([0.5, 0.5, 0.0]), np.array([0.0, 0.5, 0.5])
    assert jensen_shannon(one, other) == pytest.approx(0.5)
    assert np.sqrt(jensen_shannon(one, other)) == pytest.approx(0.7071, abs=5e-5)
    assert jensen_shannon(one, one) == 0
    assert jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 1


def drifting(comments=150):
    """A discussion that begins with traffic and ends with money."""
    random = np.random.default_rng(1)
    first = random.random(comments) > np.arange(comments) / comments
    return pd.DataFrame({"text": [said(random, "traffic" if own else "money") for own in first]})


ARTICLE = " ".join([*SUBJECTS["traffic"], *EVERYWHERE[:10]])


@pytest.mark.parametrize("article", [None, ARTICLE])
def test_a_discussion_that_drifts_is_found(article):
    found = drift(drifting(), article)
    assert found.z > 2.5
    assert found.p == pytest.approx(1 / (SHUFFLES + 1))
    assert "drifts from" in found.sentence().text


@pytest.mark.parametrize("article", [None, ARTICLE])
def test_one_that_comes_back_to_the_article_does_not_drift(article):
    found = drift(drifting().iloc[::-1], article)
    assert (found.p > 0.9) == (article is not None)  # it is far from its opening either way


@pytest.mark.parametrize("article", [None, ARTICLE])
def test_talk_without_drift_seldom_seems_to(article):
    ps = [drift(talk(100, seed), article).p for seed in range(20)]
    assert sum(p <= 0.05 for p in ps) <= 3


def test_order_is_that_of_times():
    frame = drifting()
    times = pd.Timestamp("2024-05-17", tz="UTC") + pd.to_timedelta(np.arange(len(frame)), unit="min")
    mixed = frame.assign(published_at=times).sample(frac=1, random_state=1)
    assert drift(mixed) == drift(frame)


@pytest.mark.parametrize(
    ("frame", "article", "why"),
    [
        (talk(59), None, "59 comments are too few"),
        (talk(100), "nothing of it", "The article shares 0 words"),
        (pd.DataFrame({"text": ["same words"] * 100}), None, "Every order of the comments is alike"),
        (pd.DataFrame({"text": [""] * 100}), None, "Every order of the comments is alike"),
    ],
)
def test_what_cannot_drift_says_why(frame, article, why):
    found = drift(frame, article)
    assert found.z is None
    assert why in found.sentence().text
