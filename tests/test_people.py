"""People: who is one person, their measures together, and how many they amount to."""

import time

import numpy as np
import pandas as pd
import pytest

from threads.dynamics.people import PEOPLE_COLUMNS, effective_people, hill_numbers, people, person_of_each
from threads.errors import InputError

TALK = "One dog saw the other dog near the old house. "


def comments(*rows):
    names = ("author", "author_id", "text", "published_at", "sentiment")
    frame = pd.DataFrame([dict(zip(names, row, strict=False)) for row in rows], columns=list(names))
    frame["published_at"] = pd.to_datetime(frame["published_at"], utc=True)
    return frame


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([4, 2, 2, 1, 1], (5, 4.3528, 3.8462)),
        ([3, 3, 3], (3, 3, 3)),
        ([7], (1, 1, 1)),
        ([5, 0], (1, 1, 1)),
        ([], (0, 0, 0)),
        ([0, 0], (0, 0, 0)),
    ],
)
def test_hill_numbers(counts, expected):
    assert hill_numbers(counts) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("counts", [[1, -1], [float("nan")], [float("inf")]])
def test_what_is_no_count_is_refused(counts):
    with pytest.raises(InputError, match="a count is negative or no number"):
        hill_numbers(counts)


def test_a_person_is_an_id_before_a_name():
    frame = comments(
        ("Ann", "1", "a"),
        ("Ann", "2", "b"),
        ("Anna", "1", "c"),
        ("Ann", None, "d"),
        ("1", None, "e"),
        (None, None, "f"),
    )
    assert person_of_each(frame).tolist() == [0, 1, 0, 2, 3, -1]


def test_comments_without_a_name_are_one_group_with_a_missing_name():
    table = people(comments(("Ann", None, "one"), (None, None, "two words"), (None, None, "three")))
    assert table["comments"].tolist() == [2, 1]
    assert table["author"].isna().tolist() == [True, False]


def test_a_row_says_how_much_and_when_and_in_what_mood():
    table = people(
        comments(
            ("Ann", None, "one two three", "2024-05-17T20:00", 0.5),
            ("Ben", None, "one", "2024-05-17T21:00", None),
            ("Ann", None, "one two", "2024-05-17T19:00", -0.1),
            ("Ann", None, "", None, None),
        )
    )
    ann, ben = table.iloc[0], table.iloc[1]
    assert (ann["author"], ann["comments"], ann["words"]) == ("Ann", 3, 5)
    assert (ann["comment_share"], ann["word_share"]) == pytest.approx((3 / 4, 5 / 6))
    assert ann["first_at"] == pd.Timestamp("2024-05-17T19:00", tz="UTC")
    assert ann["last_at"] == pd.Timestamp("2024-05-17T20:00", tz="UTC")
    assert ann["mean_sentiment"] == pytest.approx(0.2)
    assert pd.isna(ben["mean_sentiment"])


def test_the_most_words_come_first_and_the_columns_are_as_declared():
    table = people(comments(("Ann", None, "one"), ("Ben", None, "one two")))
    assert table["author"].tolist() == ["Ben", "Ann"]
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == {
        c.name: c.dtype for c in PEOPLE_COLUMNS
    }


def test_variety_is_measured_on_all_comments_of_a_person_together():
    table = people(comments(*[("Ann", None, TALK)] * 10, ("Ben", None, TALK)))
    assert table["words"].tolist() == [100, 10]
    assert table["mtld"].notna().tolist() == [True, False]
    assert table["flesch_reading_ease"].notna().tolist() == [True, False]


def test_readability_is_missing_for_another_language():
    frame = comments(*[("Ann", None, TALK)] * 10).assign(language="de")
    assert people(frame)["flesch_reading_ease"].isna().all()


def test_words_are_missing_nowhere_and_shares_are_when_nobody_wrote_any():
    table = people(comments(("Ann", None, "😀"), ("Ben", None, "")))
    assert table["words"].tolist() == [0, 0]
    assert table["word_share"].isna().all()


def test_a_frame_without_rows_gives_none():
    assert people(comments()).shape == (0, len(PEOPLE_COLUMNS))


def test_text_alone_is_enough():
    assert people(pd.DataFrame({"text": ["one", "two"]}))["comments"].tolist() == [2]


def test_effective_people_leave_comments_without_a_name_out():
    named = (
        [("A", None, "x")] * 4
        + [("B", None, "x")] * 2
        + [("C", None, "x")] * 2
        + [("D", None, "x"), ("E", None, "x")]
    )
    assert effective_people(comments(*named, (None, None, "x"))) == pytest.approx(4.3528, abs=5e-5)
    assert effective_people(comments((None, None, "x"))) == 0


def test_many_people_take_time_linear_in_their_number():
    frame = pd.DataFrame({"text": "one two three", "author": np.arange(8_000).astype(str)})
    start = time.process_time()
    people(frame)
    # About 2 s on one idle core; a pass over the frame for each person takes over 30 s.
    assert time.process_time() - start < 12


def test_effective_people_go_by_words_not_by_comments():
    # Shares of words 1/2, 1/4, 1/4: exp(H) = 2^1.5.
    frame = comments(("Ann", None, TALK * 2), ("Bob", None, TALK), ("Cid", None, TALK))
    assert effective_people(frame) == pytest.approx(2**1.5)
