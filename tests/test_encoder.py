"""Fine-tuning, on a tiny encoder made here: what is learnt, held out, averaged and written."""

from dataclasses import replace

import numpy as np
import pytest

from tests.tiny_models import WORDS, config, need, tokenizer

need("torch", "transformers", "tokenizers")

import torch  # noqa: E402 - only where it is there

from training import encoder, encoder_offensive  # noqa: E402
from training import offensive as builtin  # noqa: E402
from training.encoder import Recipe, Rows  # noqa: E402

RECIPE = Recipe(
    max_tokens=16, importance=(1.0, 1.0), folds=2, held_out=2, runs=2, epochs=12, batch=4, rate=5e-3
)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A tiny pretrained encoder in place of the large one."""
    from transformers import BertModel

    torch.manual_seed(0)
    BertModel(config()).save_pretrained(tmp_path)
    tokenizer().save(str(tmp_path / "tokenizer.json"))
    monkeypatch.setattr(encoder, "weights_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def rows():
    """Forty texts in twenty groups, told apart by one word."""
    generator = np.random.default_rng(0)
    labels = np.arange(40) % 2
    texts = [
        " ".join([["agree", "wrong"][label], *generator.choice(["the", "cat", "is", "so"], 4)])
        for label in labels
    ]
    return Rows(texts, [""] * 40, np.eye(2)[labels], np.repeat(np.arange(20), 2))


def test_what_is_held_out_is_told_apart(small, rows, tmp_path):
    found = encoder.held_out(rows, RECIPE, tmp_path / "runs")
    assert (found.argmax(axis=1) == rows.targets.argmax(axis=1)).mean() > 0.9


def test_what_is_held_out_is_judged_by_a_run_that_has_not_seen_it(small, rows, tmp_path, monkeypatch):
    learnt, whole = [], encoder.fine_tuned
    monkeypatch.setattr(encoder, "fine_tuned", lambda seen, *how: learnt.append(seen) or whole(seen, *how))
    encoder.held_out(rows, RECIPE, tmp_path / "runs")
    for seen, test in zip(learnt, encoder.folds(rows, 2), strict=True):
        assert set(seen.groups) == set(rows.groups) - set(rows.groups[test])


def test_the_model_is_the_mean_of_the_runs(small, rows, tmp_path):
    judge = encoder.trained(rows, RECIPE, tmp_path / "runs")
    runs = [torch.load(tmp_path / "runs" / f"run-{n}.pt", weights_only=True) for n in range(2)]
    name = "head.weight"
    assert not torch.equal(runs[0][name], runs[1][name])
    torch.testing.assert_close(judge.state_dict()[name], (runs[0][name] + runs[1][name]) / 2)


def test_rows_of_folds_that_were_not_done_have_no_logits(small, rows, tmp_path):
    found = encoder.held_out(rows, replace(RECIPE, held_out=1), tmp_path / "runs")
    assert np.isnan(found[:, 0]).sum() == 20


def test_a_run_that_is_done_is_not_done_again(small, rows, tmp_path, monkeypatch):
    first, judge = (do(rows, RECIPE, tmp_path / "runs") for do in (encoder.held_out, encoder.trained))
    monkeypatch.setattr(encoder, "fine_tuned", None)
    assert np.array_equal(first, encoder.held_out(rows, RECIPE, tmp_path / "runs"))
    again = encoder.trained(rows, RECIPE, tmp_path / "runs").state_dict()
    assert all(torch.equal(value, again[name]) for name, value in judge.state_dict().items())


def test_the_same_seed_gives_the_same_weights(small, rows):
    states = [encoder.fine_tuned(rows, RECIPE, small, 3).state_dict() for _ in range(2)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_embeddings_of_words_stay_as_they_were(small, rows):
    before = encoder.Judge(small, 2).encoder.embeddings.word_embeddings.weight
    after = encoder.fine_tuned(rows, RECIPE, small, 3).encoder.embeddings.word_embeddings.weight
    assert torch.equal(before, after)


def test_padding_changes_no_logits(small):
    judge, texts = encoder.Judge(small, 2).eval(), ["agree", "the cat is so wrong"]
    alone = [
        encoder.logits(judge, Rows([text], [""], np.eye(2)[:1], np.arange(1)), RECIPE, small)
        for text in texts
    ]
    together = encoder.logits(judge, Rows(texts, [""] * 2, np.eye(2), np.arange(2)), RECIPE, small)
    np.testing.assert_allclose(np.vstack(alone), together, atol=1e-5)


def test_a_group_is_on_one_side_of_each_fold(rows):
    for held_out in encoder.folds(rows, 3):
        seen = np.setdiff1d(np.arange(40), held_out)
        assert not set(rows.groups[held_out]) & set(rows.groups[seen])


def test_batches_hold_each_row_once(rows):
    found = encoder.batches(list(range(1, 11)), 4, np.random.default_rng(0))
    assert sorted(np.concatenate(found).tolist()) == list(range(10))
    assert [len(batch) for batch in sorted(found, key=len)] == [2, 4, 4]


@pytest.fixture
def known():
    """Texts of two sources, half of them offensive; each two are parts of one."""
    sources = np.repeat(["Civil", "New York Times"], 20)
    targets = np.tile([0.75, 0.25], 20)[:, None]
    texts = [f"text {number}" for number in range(40)]
    return builtin.Rows(texts, sources, targets, np.repeat(np.arange(20), 2))


def test_of_each_source_as_many_as_is_said(known, monkeypatch):
    monkeypatch.setattr(encoder_offensive, "MOST", {"Civil": (3, 4), "New York Times": (0, 20)})
    chosen = encoder_offensive.chosen_of(known)
    assert len(set(chosen)) == len(chosen)
    assert known.sources[chosen].tolist() == ["Civil"] * 7 + ["New York Times"] * 10
    assert known.targets[chosen, 0].tolist() == [0.75] * 3 + [0.25] * 14


def test_the_share_of_readers_is_learnt(known):
    found = encoder_offensive.rows_of(known, np.array([0, 3]))
    assert found.texts == ["text 0", "text 3"]
    assert found.targets.tolist() == [[0.75, 0.25], [0.25, 0.75]]
    assert found.groups.tolist() == [0, 1]


def test_the_words_of_the_tiny_encoder_are_known():
    assert {"agree", "wrong", "the", "cat", "is", "so"} <= set(WORDS)
