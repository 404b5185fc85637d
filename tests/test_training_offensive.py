"""The offensive-language ranking is trained the same way twice, from comments that no fold splits."""

import numpy as np
import orjson
import pytest

import training.offensive as script
from threads.errors import InputError
from threads.models import load
from threads.scores.evaluate import evaluate
from threads.scores.offensive_model import HEADS, OffensiveModel
from threads.scores.offensive_text import tokens
from training.offensive_suite import GROUPS, rows

CALM = ["the tea is ready {n}", "a train to the coast {n}", "the council met again {n}"]
RUDE = ["you idiot {n}", "shut up you moron {n}"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A few hundred short texts in the shape of the originals."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "offensive").mkdir()
    (folder / "sentiment").mkdir()
    tweets = [
        {"text": text.format(n=n), "label": label}
        for n in range(30)
        for label, texts in (("offensive", RUDE), ("hate", RUDE[:1]), ("neither", CALM))
        for text in texts
    ]
    comments = [
        {
            "text": f"The tea is ready. You idiot number {n}.",
            "annotators": 3,
            "not_toxic": n % 3,
            "spans": [{"start": 18, "end": 27, "type": "Insult", "votes": 2}],
        }
        for n in range(30)
    ]
    for name, found in (("davidson", tweets), ("civil_comments_spans", comments)):
        (folder / f"offensive/{name}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, found)))
    for file in script.FILES.values():
        lines = (f"{n}\t0.1\t{text.format(n=n)}" for n in range(20) for text in CALM)
        (folder / "sentiment" / file).write_text("\n".join(lines), "utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    """The folder of a model trained on `data`, in few steps."""
    out = tmp_path_factory.mktemp("model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script, "STEPS", 8)
        script.main(data, out)
    return out


def test_the_same_data_give_the_same_weights_card_and_manifest(data, trained, tmp_path, monkeypatch):
    monkeypatch.setattr(script, "STEPS", 8)
    script.main(data, tmp_path)
    for file in ("manifest.json", "offensive.npz", "offensive.md"):
        assert (tmp_path / file).read_bytes() == (trained / file).read_bytes(), file


def test_what_was_trained_loads_and_has_learnt(data, trained):
    model = OffensiveModel(load("offensive", trained))
    assert evaluate("offensive", data / "offensive/davidson.jsonl", model)["auc"] > 0.95


def test_the_card_says_what_is_made_of_groups_and_what_it_is_not_for(trained):
    card = (trained / "offensive.md").read_text("utf-8")
    assert "name a group neutrally or kindly" in card
    assert "Removing or hiding a comment without a person's decision" in card
    assert "CC0" in card
    assert "of which it had learnt nothing" in card


def test_training_reads_texts_as_scoring_does(data):
    # The log odds from the matrix of training are those of the model, up to rounding of its weights.
    found = script.read_rows(data)
    matrix = script.learnable(script.table(found.texts))
    weights = script.source_weights(found)
    plain = {"slope": np.ones(len(HEADS)), "shift": np.zeros(len(HEADS)), "weights": np.ones(2)}
    arrays = {**script.learnt(matrix, found, weights), **plain}
    model = OffensiveModel(script.in_memory(script.ABOUT, arrays))
    odds = script.fit(matrix, found.targets, weights).odds(matrix, len(found.texts))
    judged = model.judge([tokens(text) for text in found.texts])
    np.testing.assert_allclose(judged.odds, odds, atol=0.1)


def test_no_comment_is_split_between_folds(data):
    found = script.read_rows(data)
    own = script.folds(found.groups)
    for group in set(found.groups.tolist()):
        assert len(set(own[found.groups == group].tolist())) == 1


def test_sentences_take_the_votes_of_their_spans(data):
    row = {
        "text": "The tea is ready. You idiot.",
        "annotators": 4,
        "not_toxic": 1,
        "spans": [{"start": 22, "end": 27, "type": "Insult", "votes": 3}],
    }
    whole, calm, rude = script.civil(row)
    assert whole == (row["text"], [0.75, 0.75, 0, 0, 0])
    assert calm == ("The tea is ready.", [0.0] * len(HEADS))
    assert rude == ("You idiot.", [0.75, 0.75, 0, 0, 0])


def test_types_of_tweets_are_not_known_and_weigh_nothing(data):
    found = script.read_rows(data)
    weights = script.source_weights(found)
    tweets = found.sources == "Davidson"
    assert weights[tweets, 0].sum() > 0
    assert weights[tweets, 1:].sum() == 0
    np.testing.assert_allclose(weights.sum(axis=0), 1)


def test_a_tweet_with_a_vulgar_word_is_not_taken_as_clean():
    assert script.is_clean("What a damn good day &amp; night")
    assert not script.is_clean("what the f*ck")


def test_no_sentence_is_both_learnt_from_and_measured_on():
    learnt = {text for _, text in rows("offensive_templates.txt", (*script.GROUPS, *GROUPS))}
    measured = {text for _, _, text in rows("offensive_suite.txt", (*script.GROUPS, *GROUPS))}
    assert not learnt & measured


def test_a_folder_without_the_data_is_named(tmp_path):
    with pytest.raises(InputError, match=r"davidson\.jsonl: cannot be read"):
        script.main(tmp_path, tmp_path)


def test_the_headline_has_both_figures_of_transfer_by_name():
    measured = {f"{name}, of which it had learnt nothing": {"auc": 0.9} for name in script.LEFT_OUT}
    measured[f"{script.NEWS}, of which it had learnt nothing"]["auc"] = 0.7
    measured |= {"Out of fold": {"auc": 0.95}, script.OWN_SENTENCES: {"flagged_mentions": 0.1}}
    measured[script.NEWS_ALONE] = {"auc": 0.6}
    said = script.sentence(measured)
    assert "60% among disputed news comments, 70% on news and 90% on tweets it had seen nothing of" in said
