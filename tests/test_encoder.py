"""Fine-tuning, on a tiny encoder made here: what is learnt, held out, averaged and written."""

from dataclasses import replace

import numpy as np
import pytest

from tests.tiny_models import WORDS, config, need, tokenizer

need("torch", "transformers", "tokenizers")

import torch  # noqa: E402 - only where it is there

from training import encoder  # noqa: E402
from training.encoder import Recipe, Rows  # noqa: E402
from training.encoder_offensive import examples, harmless  # noqa: E402

RECIPE = Recipe(max_tokens=16, importance=(1.0, 1.0), folds=2, runs=2, epochs=12, batch=4, rate=5e-3)


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
    _, held_out = encoder.cross_fitted(rows, RECIPE, tmp_path / "runs")
    assert (held_out.argmax(axis=1) == rows.targets.argmax(axis=1)).mean() > 0.9


def test_the_model_is_the_mean_of_the_runs(small, rows, tmp_path):
    judge, _ = encoder.cross_fitted(rows, RECIPE, tmp_path / "runs")
    runs = [torch.load(tmp_path / "runs" / f"fold-{n}.pt", weights_only=True)["state"] for n in range(2)]
    name = "head.weight"
    assert not torch.equal(runs[0][name], runs[1][name])
    torch.testing.assert_close(judge.state_dict()[name], (runs[0][name] + runs[1][name]) / 2)


def test_rows_that_every_run_has_seen_have_no_logits(small, rows, tmp_path):
    _, held_out = encoder.cross_fitted(rows, replace(RECIPE, runs=1), tmp_path / "runs")
    assert np.isnan(held_out[:, 0]).sum() == 20


def test_a_run_that_is_done_is_not_done_again(small, rows, tmp_path, monkeypatch):
    _, first = encoder.cross_fitted(rows, RECIPE, tmp_path / "runs")
    monkeypatch.setattr(encoder, "fine_tuned", None)
    _, again = encoder.cross_fitted(rows, RECIPE, tmp_path / "runs")
    assert np.array_equal(first, again)


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


def test_sentences_that_a_span_touches_are_left_out():
    text = "The vote is on Monday. You are an idiot! Bring a pen."
    start = text.index("idiot")
    assert harmless(text, [(start, start + 5)]) == "The vote is on Monday. Bring a pen."


def test_parts_of_one_comment_are_one_group(tmp_path):
    (tmp_path / "offensive").mkdir()
    (tmp_path / "sentiment").mkdir()
    (tmp_path / "offensive" / "davidson.jsonl").write_text('{"text": "hello", "label": "neither"}\n')
    comment = (
        '{"text": "You idiot. The vote is on Monday.", "annotators": 4, "not_toxic": 1,'
        ' "spans": [{"start": 4, "end": 9, "type": "Insult", "votes": 3}]}\n'
    )
    (tmp_path / "offensive" / "civil_comments_spans.jsonl").write_text(comment * 2)
    for name in ("nytEditorialSnippets", "amazonReviewSnippets", "movieReviewSnippets"):
        lines = "1_1\t0.5\tGood.\n1_2\t0.1\tFine.\n2_1\t0\tSo so.\n"
        (tmp_path / "sentiment" / f"{name}_GroundTruth.txt").write_text(lines)
    found = examples(tmp_path)
    comments = [(item.text, item.offensive) for item in found if item.group == "comment 1"]
    assert comments == [("You idiot. The vote is on Monday.", 0.75), ("The vote is on Monday.", 0.0)]
    assert all(item.offensive == 0 for item in found if "Snippets" in item.group)
    assert not any("Fine." in item.text and "So so." in item.text for item in found)


def test_the_words_of_the_tiny_encoder_are_known():
    assert {"agree", "wrong", "the", "cat", "is", "so"} <= set(WORDS)
