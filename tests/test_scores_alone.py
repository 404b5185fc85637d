"""A row gets the same bits from every score, alone or among others; other packages can add scores."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from threads.frames import typed
from threads.scores import SCORES, score, score_columns
from threads.scores.base import CONTEXT_COLUMNS

ROOT = Path(__file__).resolve().parent.parent
WITHIN = "within the thread"  # what a column's help says when its value depends on the rest of the thread

ENGLISH = (
    "I agree, well said. This is the best news in years!",
    "No, you are WRONG, and you know it. Where is your evidence???",
    "You stupid idiot, shut up. I will find you and hurt you.",
    "Why would anyone pay 3.5 billion for a tunnel that floods? See https://a.example/x and www.b.example",
    "As a nurse I have seen it myself, because the old bridge was closed for three weeks in 2019. " * 6,
    "The council said the tunnel will cost less than the bridge, but the report says otherwise. " * 12,
    "BUY CHEAP WATCHES NOW!!! http://spam.example http://spam.example/2 CLICK HERE",
    "not good but not bad, at least never so good 😂😂❤️",
)
OTHERS = (
    "Das ist eine wunderbare Idee, die der Stadt und allen Familien sehr gut tun wird.",
    "C'est une très mauvaise idée pour la ville, et personne ne veut payer pour ce tunnel.",
    "这是一个非常好的主意,我完全同意你的看法。",
    "هذه فكرة رائعة للمدينة ولكن من سيدفع ثمن النفق؟",
)
HOSTILE = (
    *(
        "",
        " \n\t",
        "x",
        "😂",
        "?",
        "👨‍👩‍👧" * 50,
        "\ud800\udfff",
        "\x00good\x00",
        "\u202eevil\u202c",
        "ﬁﬀ İẞ",
    ),
    *("a" * 20_000, "é" * 3_000, "good but " * 800, "?!" * 3_000, "> quoted\n> all of it", "\u200b" * 99),
)


def rows():
    """Every text, answering the one before it or nothing, with contexts of all kinds."""
    texts = [*ENGLISH, *OTHERS, *HOSTILE, None, *ENGLISH[:3]]
    count = len(texts)
    frame = pd.DataFrame(
        {
            "text": texts,
            "thread_id": [f"t{place % 3}" for place in range(count)],
            "comment_id": [f"c{place}" for place in range(count)],
            "author": [(None, "Ann", "Bo", "\ud800", "")[place % 5] for place in range(count)],
            "parent_text": [(None, texts[place - 1], texts[place - 7])[place % 3] for place in range(count)],
            "target": [("The city builds a tunnel", None, "", "trams")[place % 4] for place in range(count)],
            "article": [(None, ENGLISH[5], "", ENGLISH[4])[place % 3] for place in range(count)],
            "language": [(None, "en", "en-GB", "de", "")[place % 5] for place in range(count)],
        }
    )
    return typed(frame, CONTEXT_COLUMNS)


@pytest.fixture(scope="module")
def frame():
    return rows()


def bits(scored, columns):
    """The values of `columns` by row, floats as their bits, so that only the very same values are equal."""
    values = {}
    for column in columns:
        series = scored[column.name]
        if column.kind == "number":
            floats = np.where(series.isna(), np.nan, series.to_numpy(dtype=float, na_value=np.nan))
            values[column.name] = [float(value).hex() for value in floats]
        else:
            values[column.name] = [None if pd.isna(value) else str(value) for value in series]
    rows_of_values = zip(*values.values(), strict=True)
    return dict(zip(scored.index, rows_of_values, strict=True))


def assert_same(found, expected, columns, where):
    names = [column.name for column in columns]
    different = {
        (row, name): (found[row][place], expected[row][place])
        for row in found
        for place, name in enumerate(names)
        if found[row][place] != expected[row][place]
    }
    assert different == {}, where


def own(item):
    """The columns of a row that depend on it alone."""
    return [column for column in item.columns if WITHIN not in column.help]


@pytest.mark.parametrize("item", SCORES, ids=lambda item: item.name)
def test_a_row_has_the_same_values_alone(item, frame):
    together = bits(item.score(frame), own(item))
    for place in range(len(frame)):
        alone = item.score(frame.iloc[[place]])
        assert_same(bits(alone, own(item)), together, own(item), f"row {place} alone")


@pytest.mark.parametrize("item", SCORES, ids=lambda item: item.name)
def test_a_row_has_the_same_values_in_any_order_and_number(item, frame):
    together = bits(item.score(frame), own(item))
    for seed in range(3):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(frame))[: rng.integers(2, len(frame))]
        chosen = frame.iloc[order]
        assert_same(bits(item.score(chosen), own(item)), together, own(item), f"seed {seed}")
    # Other sizes of batches, where libraries for matrices choose other ways to add.
    many = pd.concat([frame.iloc[: len(ENGLISH)]] * 40, ignore_index=True)
    found = bits(item.score(many).iloc[-len(ENGLISH) :], own(item))
    expected = {row: together[row % len(ENGLISH)] for row in found}
    assert_same(found, expected, own(item), "among many")


@pytest.mark.parametrize("item", SCORES, ids=lambda item: item.name)
def test_what_is_told_within_a_thread_does_not_depend_on_other_threads(item, frame):
    together = bits(item.score(frame), item.columns)
    for thread, rows_of_thread in frame.groupby("thread_id", sort=False):
        found = bits(item.score(rows_of_thread), item.columns)
        assert_same(found, together, item.columns, f"thread {thread}")


@pytest.mark.parametrize("item", SCORES, ids=lambda item: item.name)
def test_a_score_has_its_columns_and_index_and_leaves_the_frame_as_it_was(item, frame):
    before = frame.copy(deep=True)
    labelled = frame.set_axis([f"row {place}" for place in range(len(frame))])
    scored = typed(item.score(labelled), item.columns)
    assert list(scored.columns) == [column.name for column in item.columns]
    assert list(scored.index) == list(labelled.index)
    pd.testing.assert_frame_equal(frame, before)
    assert item.score(frame.iloc[:0]).shape == (0, len(item.columns))


def test_all_scores_together_give_each_its_own_values(frame):
    whole = score(frame)
    assert list(whole.columns) == [column.name for column in score_columns()]
    shuffled = score(frame.sample(frac=1, random_state=1))
    columns = [column for item in SCORES for column in own(item)]
    assert_same(bits(shuffled, columns), bits(whole, columns), columns, "shuffled")


PLUGIN = """
import pandas as pd
from threads.records import Column

class Shouting:
    name = "exclamations"
    help = "How many exclamation marks there are."
    columns = (Column("exclamations", "integer", "Number of exclamation marks."),)

    def score(self, frame):
        return pd.DataFrame({"exclamations": frame["text"].str.count("!")}, index=frame.index)
"""


def test_a_score_of_another_package_comes_in_through_its_entry_point(tmp_path):
    (tmp_path / "exclaiming.py").write_text(PLUGIN, encoding="utf-8")
    installed = tmp_path / "exclaiming-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: exclaiming\nVersion: 1.0\n", "utf-8")
    (installed / "entry_points.txt").write_text(
        "[below_the_line.scores]\nexclamations = exclaiming:Shouting\n", "utf-8"
    )
    code = "import threads; print(threads.score(['a!', 'b!!!'], ['exclamations'])['exclamations'].tolist())"
    for command in (["-c", code], ["-m", "threads", "scores"]):
        found = subprocess.run(
            [sys.executable, *command],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
        assert ("[1, 3]" if command[0] == "-c" else "exclamations") in found
