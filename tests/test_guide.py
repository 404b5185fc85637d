"""The guide says of every score what it is, what its columns mean and how far to trust it."""

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from dashboard.pages.guide import GuidePage
from threads.errors import ModelError
from threads.guide import LEARNING_CURVE, SENTIMENT_RATINGS, TRUST, as_markdown, guide
from threads.scores import SCORES, score
from threads.scores.evaluate import SCORED

ROOT = Path(__file__).resolve().parent.parent
TRAINED = {kind().name for kind in SCORED.values()}
SETS = {
    "tweets": "tweets",
    "sentences of newspaper editorials": "nytEditorialSnippets",
    "film reviews": "movieReviewSnippets",
    "product reviews": "amazonReviewSnippets",
}


def section(name, sections=None):
    (found,) = [section for section in sections or guide() if section.heading == name]
    return found


def test_the_printed_guide_is_the_one_of_today():
    written = (ROOT / "docs" / "scores.md").read_text("utf-8")
    assert written == as_markdown(guide()), "run: btl guide > docs/scores.md"


@pytest.mark.parametrize("item", SCORES, ids=lambda item: item.name)
def test_every_score_says_how_far_to_trust_it(item):
    found = section(item.name)
    assert item.help in found.paragraphs
    assert len(found.paragraphs) > 1, "add what is known to TRUST"
    assert [row[0] for row in found.tables[0].rows] == [column.name for column in item.columns]


@pytest.mark.parametrize("name", sorted(TRAINED))
def test_a_trained_score_shows_every_set_and_label_that_was_measured(name):
    tables = section(name).tables
    assert len(tables) == 2 + len(tables[1].rows)
    assert len(tables[1].rows) >= 2


def test_figures_stand_beside_those_of_always_saying_the_commonest_label():
    table = section("reply_relation").tables[1]
    row = next(row for row in table.rows if row[0] == "Development part")
    assert row[table.header.index("commonest label")] == "comments 0.82"


def test_nothing_is_said_of_scores_that_are_not_there():
    assert set(TRUST) <= {item.name for item in SCORES}


def test_the_learning_curve_is_that_of_the_page_on_your_own_topic():
    page = (ROOT / "docs" / "own_topic.md").read_text("utf-8")
    measured = re.findall(r"^\| \| \d+ \| (0\.\d\d)", page, re.MULTILINE)
    assert measured == [cell for row in LEARNING_CURVE for cell in row[2:] if cell != "–"]


def test_a_model_that_cannot_be_used_is_named_and_the_guide_stands(monkeypatch):
    def missing(self):
        raise ModelError("is gone", source="weights.npz")

    kind = SCORED["reply_relation"]
    monkeypatch.setattr(kind, "builtin", missing)
    assert "weights.npz: is gone" in section("reply_relation").paragraphs[-1]


def test_a_bar_in_a_cell_does_not_split_it():
    found = as_markdown([type(section("sentiment"))("a", ("b",), ())])
    assert found.startswith("# What the scores mean")
    assert found.endswith("## a\n\nb\n")


def test_the_page_shows_what_is_printed():
    page = str(GuidePage().layout(None, "", ""))
    for found in guide():
        assert found.paragraphs[0] in page


@pytest.mark.quality
@pytest.mark.parametrize("name", SENTIMENT_RATINGS)
def test_sentiment_agrees_with_people_as_the_guide_says(shared, name):
    lines = (shared / "training" / "sentiment" / f"{SETS[name]}_GroundTruth.txt").read_text(
        "utf-8", "replace"
    )
    rows = [line.split("\t", 2) for line in lines.splitlines() if line.strip()]
    rated = np.array([float(row[1]) for row in rows])
    found = score([row[2] for row in rows], ["sentiment"])["sentiment"].fillna(0).to_numpy(float)
    # Neutral: within half a point of zero for people, within .05 for VADER, as its authors say.
    signs = [np.sign(values) * (abs(values) >= limit) for values, limit in ((rated, 0.5), (found, 0.05))]
    measured = (len(rows), np.corrcoef(rated, found)[0, 1], f1_score(*signs, average="macro"))
    assert measured == pytest.approx(SENTIMENT_RATINGS[name], abs=0.0006)


@pytest.mark.parametrize(
    ("name", "caution"),
    [
        ("stance", "On a short thread it mostly says unclear"),
        ("featuring", "Compare only comments of the same language on the same article"),
    ],
)
def test_a_score_says_beside_its_columns_what_to_beware_of(name, caution):
    assert caution in " ".join(section(name).paragraphs)
