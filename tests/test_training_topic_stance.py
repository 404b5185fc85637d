"""Training the stance toward a target, on a tiny data set: what is drawn, held out and written."""

import re
from pathlib import Path

import numpy as np
import orjson
import pytest

from threads.errors import InputError
from threads.models import load, names
from threads.scores.classifier import NEVER

ROOT = Path(__file__).resolve().parent.parent
TOPICS = ["zoos", "tunnels", "taxes", "bicycles", "vaccines", "chess", "harbours", "libraries"]


@pytest.fixture
def training(monkeypatch):
    """The training scripts, which are not part of the installed package."""
    monkeypatch.syspath_prepend(ROOT)
    import training.topic_stance
    import training.topic_texts

    return training


def lines(path, rows):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Eight topics with a few texts of each kind."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "sentiment").mkdir()
    (folder / "sentiment" / "nytEditorialSnippets_GroundTruth.txt").write_text(
        "\n".join(
            f"{number}_{n}\t0.1\tThe {topic} of this town open in spring, says visitor number {n}."
            for number, topic in enumerate(TOPICS)
            for n in range(9)
        )
    )
    talk = (
        "I walked along the {0} today. Many people like {0}. Others stay away. The mayor opened the {0} " * 3
    )
    lines(
        folder / "offensive" / "civil_comments_spans.jsonl",
        [{"text": talk.format(topic) + "again."} for topic in TOPICS],
    )
    for part in ("train", "dev"):
        claims = [
            {"target": f"{topic} are good", "text": text.format(topic, part, n), "label": label}
            for topic in TOPICS
            for n in range(6)
            for label, text in (
                ("support", "{0} help people and bring joy in {1} year {2}"),
                ("undermine", "{0} are harmful and cost money in {1} year {2}"),
            )
        ]
        lines(folder / "topic_stance" / f"perspectrum_{part}.jsonl", claims)
    replies = [
        {"text": text, "parent": "Zoos are good", "source": "Zoos are good", "label": label}
        for label, text in (("support", "yes, they help"), ("deny", "no, they harm"), ("comment", "rain"))
    ]
    renamed = {"support": "agree", "deny": "disagree", "comment": "neutral"}
    for part in ("train", "dev"):
        lines(folder / "reply_relation" / f"rumoureval2019_{part}.jsonl", replies)
    for part in ("train", "val"):
        other = [{**row, "label": renamed[row["label"]]} for row in replies]
        lines(folder / "reply_relation" / f"reddit_trump_{part}.jsonl", other)
    return folder


def test_the_same_data_give_the_same_weights_cards_and_manifest(training, data, tmp_path):
    for out in ("a", "b"):
        training.topic_stance.main(data, tmp_path / out)
    assert set(names(tmp_path / "a")) == {"topic_relevance", "topic_stance"}
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_what_was_trained_tells_sides_and_topics_apart(training, data, tmp_path):
    training.topic_stance.main(data, tmp_path)
    sets = load("topic_stance", tmp_path).card.measured["sets"]
    assert sets[training.topic_stance.BY_TOPIC]["accuracy"] > 0.9
    assert load("topic_relevance", tmp_path).card.measured["sets"]["Out of fold"]["accuracy"] > 0.7


def test_missing_data_are_named(training, data, tmp_path):
    with pytest.raises(InputError, match="nytEditorialSnippets"):
        training.topic_stance.main(tmp_path, tmp_path)


def test_half_the_targets_are_met_and_half_are_not(training, data):
    pairs = training.topic_texts.about_pairs(data)
    assert {label: sum(pair.label == label for pair in pairs) for label in ("on", "off")} == {
        "on": len(pairs) // 2,
        "off": len(pairs) // 2,
    }


@pytest.mark.parametrize(
    ("claim", "phrase", "against"),
    [
        ("Bottled water should be banned", "bottled water", True),
        ("Bottled water is not harmful", "bottled water", False),
        ("We need proportional representation", "proportional representation", False),
    ],
)
def test_a_claim_names_something_and_may_be_against_it(training, claim, phrase, against):
    assert training.topic_texts.named(claim) == (phrase, against)


def test_claims_with_a_perspective_in_common_are_held_out_together(training):
    groups = training.topic_texts._connected(["a", "b", "b", "c", "d"], ["1", "1", "2", "2 ", "3"])
    assert groups == ["a", "a", "a", "a", "d"]


def test_comments_are_off_topic_only_beside_another_group(training):
    pair = training.topic_texts.Pair
    pairs = [pair(f"claim {n}", f"text {n}", "supportive", f"claim {n}") for n in range(6)]
    for comment in training.topic_texts.as_comments(pairs):
        claim, text = (set(re.findall(r"\d", part)) for part in (comment.target, comment.text))
        if claim:  # else it was cut down to what it names
            assert (claim == text) == (comment.label != "neutral")


def test_one_threshold_holds_for_both_sides(training):
    found = np.column_stack([np.linspace(0.9, 0.5, 200), np.linspace(0.05, 0.3, 200), np.full(200, 0.05)])
    limits = training.topic_stance._thresholds(found, np.array([0] * 120 + [1] * 80))
    assert limits[0] == limits[1] < 1
    assert limits[2] == NEVER
