"""Words that set groups apart: known answers, no alarms by chance or by one person, other languages."""

import numpy as np
import pandas as pd
import pytest

from threads.dynamics.terms import spread_out, terms_of
from threads.dynamics.words_apart import APART_COLUMNS, MOST_COMMENTS, log_odds, words_apart

COMMON = [f"wort{n}" for n in range(300)]


def talk(people=40, comments=400, seed=1, own_words=0.0, camps=None):
    """A frame of comments by Zipf's law; a share `own_words` are the writer's own habits.

    `camps` gives each camp words that its people use in every third comment.
    """
    random = np.random.default_rng(seed)
    habits = [random.choice(COMMON, 5) for _ in range(people)]
    texts, authors = [], []
    for _ in range(comments):
        person = int(random.integers(people))
        words = [COMMON[min(word, 300) - 1] for word in random.zipf(1.3, 25)]
        words = [
            str(random.choice(habits[person])) if random.random() < own_words else word for word in words
        ]
        if camps and random.random() < 1 / 3:
            words.append(camps[person % 2])
        texts.append(" ".join(words))
        authors.append(f"p{person}")
    return pd.DataFrame({"text": texts, "author": authors})


def halves(frame):
    return frame["author"].str[1:].astype(int).mod(2).map({0: "even", 1: "odd"})


def test_log_odds_of_a_known_example():
    one, other, prior = np.array([10.0, 10.0]), np.array([5.0, 15.0]), np.ones(2)
    ratio, z = log_odds(one, other, prior)
    assert ratio.tolist() == pytest.approx([0.9808, -0.9808], abs=5e-5)  # ln(11/11) - ln(6/16)
    assert z[0] == pytest.approx(0.9808 / np.sqrt(1 / 11 + 1 / 6), abs=5e-4)
    assert log_odds(other, one, prior)[0].tolist() == pytest.approx((-ratio).tolist())


def test_the_words_of_two_camps_are_found_in_any_language():
    frame = talk(camps=("Radweg Radweg radweg", "Парковка"))
    found = words_apart(frame, halves(frame))
    assert found.rows[["group", "word"]].to_numpy().tolist() == [["even", "radweg"], ["odd", "парковка"]]
    row = found.rows.iloc[0]
    assert (row["comments"], row["comments_elsewhere"]) == (frame["text"].str.contains("Radweg").sum(), 0)
    assert row["people"] == frame["author"][frame["text"].str.contains("Radweg")].nunique()
    assert found.sentence().text == "Words that set the groups apart: even: radweg; odd: парковка."
    assert found.rows.dtypes.astype(str).to_dict() == {c.name: c.dtype for c in APART_COLUMNS}


def test_no_words_set_groups_apart_that_differ_by_peoples_habits_only():
    found = [words_apart(frame, halves(frame)) for frame in (talk(seed=s, own_words=0.3) for s in range(10))]
    assert sum(len(one.rows) > 0 for one in found) <= 2
    assert any("No word of" in one.sentence().text for one in found)


def test_the_order_of_rows_and_names_of_groups_change_nothing():
    frame = talk(camps=("links", "rechts"))
    one = words_apart(frame, halves(frame))
    turned = frame.sample(frac=1, random_state=1)
    other = words_apart(turned, halves(turned).map({"even": "z", "odd": "a"}))
    assert sorted(one.rows["z"]) == pytest.approx(sorted(other.rows["z"]))


def test_one_persons_word_sets_no_group_apart_unless_groups_are_people():
    frame = talk()
    own = frame["author"] == "p2"
    frame.loc[own, "text"] += " hapax"
    assert "hapax" not in words_apart(frame, halves(frame)).rows["word"].tolist()
    groups = own.map({True: "p2", False: "others"})
    assert "hapax" in words_apart(frame, groups, fewest_people=1).rows["word"].tolist()


def test_a_word_counts_once_a_comment_and_quotations_do_not():
    frame = pd.DataFrame(
        {"text": ["dog dog dog\nmore", "> cat\nown words", "dog's https://cat.example"] * 10}
    )
    groups = pd.Series(["a"] * 15 + ["b"] * 15)
    found = terms_of(frame["text"][:3])
    assert sorted(found.words) == ["dog", "dog's", "more", "own", "words"]
    assert words_apart(frame, groups).rows.empty


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Straße STRASSE", ["strasse"]),
        ("隧道很贵", ["很", "贵", "道", "隧"]),
        ("a 1 22 x2", ["x2"]),
        ("don’t", ["don't"]),
        (None, []),
        ("<b>Fett</b>", ["fett"]),
    ],
)
def test_what_a_word_is(text, expected):
    assert sorted(terms_of([text]).words) == expected


@pytest.mark.parametrize(
    ("sizes", "why"), [({"a": 30}, "between two and more"), ({"a": 30, "b": 9}, "A group has 9 comments")]
)
def test_few_comments_say_why_nothing_is_compared(sizes, why):
    groups = pd.Series([group for group, size in sizes.items() for _ in range(size)])
    found = words_apart(pd.DataFrame({"text": ["words here"] * len(groups)}), groups)
    assert why in found.sentence().text
    assert found.rows.empty


def test_rows_are_spread_evenly_where_there_are_too_many():
    assert spread_out(np.arange(10), 4).tolist() == [0, 3, 6, 9]
    assert spread_out(np.arange(3), 4).tolist() == [0, 1, 2]
    frame = talk(comments=100)
    many = pd.concat([frame] * (MOST_COMMENTS // 100 + 1), ignore_index=True)
    found = words_apart(many, halves(many))
    assert found.read == MOST_COMMENTS < found.comments
