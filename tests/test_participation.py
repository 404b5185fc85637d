"""Participation, answers and newcomers: who takes part how much, who is answered and in what tone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ten_comments import ten_comments
from threads.dynamics.answers import ANSWER_COLUMNS, ANSWERED_COLUMNS, answered, who_answers_whom
from threads.dynamics.newcomers import NEWCOMER_COLUMNS, newcomers
from threads.dynamics.participation import UNNAMED, coverage, participation, rarefied_people
from threads.dynamics.people import people
from threads.errors import InputError

COUNTS = [4, 2, 2, 1, 1]


def dtypes(columns):
    return {column.name: column.dtype for column in columns}


# ---- shares


@pytest.mark.parametrize(("counts", "comments", "expected"), [(COUNTS, 5, 3.5317), ([5, 3, 1, 1], 4, 2.6095)])
def test_rarefied_people(counts, comments, expected):
    assert rarefied_people(counts, comments) == pytest.approx(expected, abs=5e-5)


@settings(max_examples=30)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_rarefied_people_at_their_ends(counts):
    assert rarefied_people(counts, sum(counts)) == pytest.approx(len(counts))
    assert rarefied_people(counts, 1) == pytest.approx(1)
    assert rarefied_people(counts, 0) == pytest.approx(0)


@pytest.mark.parametrize("comments", [-1, 11])
def test_more_than_there_are_cannot_be_drawn(comments):
    with pytest.raises(InputError, match="cannot be drawn"):
        rarefied_people(COUNTS, comments)


def test_coverage():
    assert coverage(COUNTS) == pytest.approx(0.8)
    assert coverage([]) == 0


def test_participation_in_the_ten_comments():
    found = participation(ten_comments())
    assert (found.people, found.one_time, found.returning, found.unnamed) == (5, 2, 3, 0)
    assert found.people_by_comments == pytest.approx((5, 4.3528, 3.8462), abs=5e-5)
    assert found.largest_share == pytest.approx(0.4)
    assert found.median_gap == pytest.approx(1)
    assert found.sentence().text == (
        "5 people wrote 10 comments, 2 of them one each; by their words it is as if 4.4 people spoke equally."
    )


def test_without_names_there_are_no_people_and_it_says_so():
    found = participation(pd.DataFrame({"text": ["one", "two"]}))
    assert found.people_by_words is None
    assert found.missing["people_by_words"] == found.sentence().text == UNNAMED
    assert "minute" in found.missing["median_gap"]


def test_times_to_the_day_have_no_pace():
    found = participation(ten_comments().assign(published_at_precision="day"))
    assert found.median_gap is None
    assert "0 of 10 comments" in found.missing["median_gap"]


def test_a_persons_pace_is_between_their_own_comments():
    table = people(ten_comments()).set_index("author")
    assert table.loc["A", "median_gap"] == 38  # 0, 3, 41, 100
    assert pd.isna(table.loc["D", "median_gap"])


def test_counts_that_are_known_are_added_up_and_only_the_wordiest_measured():
    frame = pd.DataFrame(
        {
            "text": "One dog saw the other dog near the old house. " * 6,
            "author": [f"p{n}" for n in range(60)] + ["p0"] * 150,
            "words": 60,
            "sentences": 6,
            "characters": 270,
        }
    )
    table = people(frame)
    assert table.loc[0, ["author", "words", "sentences"]].tolist() == ["p0", 60 * 151, 6 * 151]
    assert table["mean_sentence_length"].eq(10).all()
    assert table["type_token_ratio"].notna().sum() == 50


# ---- answers


def test_who_answers_whom_in_the_ten_comments():
    table = who_answers_whom(ten_comments().assign(reply_relation=[None, "disagrees", *["agrees"] * 8]))
    rows = {(row.author, row.answered): (row.replies, row.back, row.disagrees) for row in table.itertuples()}
    assert rows == {
        ("B", "A"): (2, 1, 1),
        ("C", "A"): (2, 1, 0),
        ("A", "B"): (1, 2, 0),
        ("A", "C"): (1, 2, 0),
        ("A", "D"): (1, 0, 0),
    }
    assert table.dtypes.astype(str).to_dict() == dtypes(ANSWER_COLUMNS)


def test_who_is_answered_in_the_ten_comments():
    found = answered(ten_comments())
    rows = {row.author: (row.comments, row.replies, row.repliers) for row in found.rows.itertuples()}
    assert rows == {"A": (4, 4, 2), "B": (2, 1, 1), "C": (2, 1, 1), "D": (1, 1, 1)}
    assert found.missing["sentiment"] == "sentiment was not scored."
    assert found.sentence().text == "A is answered most, by 4 of 7 replies."
    assert found.rows.dtypes.astype(str).to_dict() == dtypes(ANSWERED_COLUMNS)


def replies_to(targets, seed=1, gap=0.0, repliers=30, replies=40):
    """A thread in which each of `targets` people gets `replies`; those to the first are `gap` lower."""
    random = np.random.default_rng(seed)
    moods = random.normal(0, 0.1, repliers)
    rows = [("t0", None, np.nan)] + [(f"t{n}", None, np.nan) for n in range(1, targets)]
    for target in range(targets):
        for _ in range(replies):
            who = int(random.integers(repliers))
            rows.append((f"r{who}", f"c{target}", moods[who] + random.normal(0, 0.3) - gap * (target == 0)))
    frame = pd.DataFrame(rows, columns=["author", "parent_id", "sentiment"])
    return frame.assign(comment_id=[f"c{n}" for n in range(len(frame))], text="words", thread_id="t")


def test_a_sharper_tone_after_somebody_is_found():
    found = answered(replies_to(10, gap=0.3))
    row = found.rows.set_index("author").loc["t0"]
    assert row["sentiment_low"] < -0.3 < row["sentiment_high"] < 0
    assert row["sentiment_q"] < 0.01
    assert "replies to t0 are sharper" in found.sentence().text


def test_equal_tones_are_seldom_told_apart():
    alarms = sum(
        (answered(replies_to(10, seed=seed)).rows["sentiment_q"] <= 0.05).any() for seed in range(15)
    )
    assert alarms <= 3


def test_few_replies_have_no_tone():
    found = answered(replies_to(3, replies=9))
    assert found.rows["sentiment_after"].isna().all()
    assert "10 replies" in found.missing["sentiment"]


def test_one_persons_many_replies_have_no_tone():
    frame = replies_to(3, replies=20)
    frame.loc[frame["parent_id"] == "c0", "author"] = "r0"
    table = answered(frame).rows.set_index("author")
    assert table["sentiment_after"].isna().to_dict() == {"t0": True, "t1": False, "t2": False}


def test_answers_to_nobody_say_so():
    found = answered(pd.DataFrame({"text": ["a"], "author": ["A"], "comment_id": ["c"]}))
    assert found.rows.empty
    assert "Nobody" in found.sentence().text
    assert who_answers_whom(pd.DataFrame({"text": []})).empty


# ---- newcomers


def several(discussions=8, seed=1):
    """Discussions in which twenty regulars and ten others each write; regulars are answered more."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(discussions):
        for place in range(60):
            regular = random.random() < 0.5
            author = f"r{random.integers(20)}" if regular else f"n{number}-{random.integers(10)}"
            old = [row for row in rows if row[0] == f"t{number}" and row[1].startswith("r")]
            parent = old[random.integers(len(old))][2] if old and random.random() < 0.7 else None
            rows.append((f"t{number}", author, f"c{place}", parent, number * 1000 + place))
    frame = pd.DataFrame(rows, columns=["thread_id", "author", "comment_id", "parent_id", "minute"])
    start = pd.Timestamp("2024-05-17", tz="UTC")
    return frame.assign(published_at=start + pd.to_timedelta(frame["minute"], unit="min"), text="some words")


def test_newcomers_are_those_of_the_later_half_who_were_in_no_earlier_discussion():
    found = newcomers(several())
    assert found.discussions == 4
    table = found.rows.set_index("group")
    late = several().query("thread_id >= 't4'")
    assert table.loc["newcomer", "comments"] == late["author"].str.startswith("n").sum()
    assert table.loc["newcomer", "people"] == late["author"][late["author"].str.startswith("n")].nunique()
    assert table.loc["newcomer", "mean_answered"] == 0
    assert "0% of the newcomers' comments are answered" in found.sentence().text
    assert found.rows.dtypes.astype(str).to_dict() == dtypes(NEWCOMER_COLUMNS)


def test_the_order_of_discussions_is_that_of_their_times():
    frame = several()
    backwards = frame.iloc[::-1].assign(
        thread_id="x" + frame["thread_id"].str[1:].map(lambda n: str(9 - int(n)))
    )
    assert newcomers(backwards).rows["people"].tolist() == newcomers(frame).rows["people"].tolist()


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (ten_comments(), "there is 1"),
        (several(2).assign(author=None), "No comment has a name"),
        (several().query("author.str.startswith('r')"), "0 newcomers"),
    ],
)
def test_who_is_new_is_not_said_where_nobody_knows(frame, why):
    found = newcomers(frame)
    assert found.rows.empty
    assert why in found.reason
