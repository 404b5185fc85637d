"""The reply relation is trained the same way twice, from threads that no fold splits."""

import shutil

import orjson
import pytest

import training.reply_relation
from threads.errors import InputError
from threads.models import load

REPLIES = {
    "support": ["exactly, well said {n}", "yes this is true {n}"],
    "deny": ["no this is wrong {n}", "that is a lie {n}"],
    "query": ["do you have a source {n}?", "is this true {n}?"],
    "comment": ["rain again {n}", "my bicycle is wet {n}", "poor cat {n}"],
}
RENAMED = {"support": "agree", "deny": "disagree", "comment": "neutral"}


def written(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Eight threads of rumours with replies of every label."""
    folder = tmp_path_factory.mktemp("data")
    rows = [
        {"text": text.format(n=n * m), "parent": f"Rumour {n}", "source": f"Rumour {n}", "label": label}
        for n in range(8)
        for m in range(4)
        for label, texts in REPLIES.items()
        for text in texts
    ]
    rows += [{"text": f"Rumour {n}", "parent": "", "source": "", "label": "support"} for n in range(8)]
    for part in ("train", "dev"):
        written(folder / f"reply_relation/rumoureval2019_{part}.jsonl", rows)
    other = [{**row, "label": RENAMED[row["label"]]} for row in rows if row["label"] in RENAMED]
    for part in ("train", "val"):
        written(folder / f"reply_relation/reddit_trump_{part}.jsonl", other)
    return folder


@pytest.fixture
def small(monkeypatch):
    """The training script, set to grow few trees."""
    few = {**training.reply_relation.BOOSTING, "n_estimators": 12, "learning_rate": 0.4}
    monkeypatch.setattr(training.reply_relation, "BOOSTING", few)
    return training.reply_relation


def test_the_same_data_give_the_same_weights_card_and_manifest(small, data, tmp_path):
    for out in ("a", "b"):
        small.main(data, tmp_path / out)
    for file in ("manifest.json", "reply_relation.npz", "reply_relation.md"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_what_was_trained_loads_and_has_learnt(small, data, tmp_path):
    small.main(data, tmp_path)
    figures = load("reply_relation", tmp_path).card.measured["sets"]["Out of fold"]
    assert figures["macro_f1"] > 0.9
    assert figures["coverage"] > 0.3


def test_a_post_that_opens_a_thread_stands_in_the_fold_of_its_replies(data):
    file = data / "reply_relation/rumoureval2019_train.jsonl"
    examples = training.reply_relation.labelled("reply_relation", file)
    assert set(training.reply_relation.threads_of(examples)) == {f"Rumour {n}" for n in range(8)}


def test_training_data_without_a_label_are_refused(small, data, tmp_path):
    shutil.copytree(data, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "reply_relation/rumoureval2019_train.jsonl"
    file.write_bytes(b"\n".join(row for row in file.read_bytes().splitlines() if b'"query"' not in row))
    with pytest.raises(InputError, match="no row is labelled asks"):
        small.main(tmp_path, tmp_path / "out")
