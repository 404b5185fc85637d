"""An encoder in torch becomes a smaller file that answers the same."""

import numpy as np
import pytest

from tests.tiny_models import config, need, tokenizer

need("torch", "transformers", "onnx", "onnxscript", "onnxruntime", "tokenizers")

SAMPLES = [("I agree.", "this is the cat"), ("no", ""), ("why is it wrong ?", "the cat is in favour of it")]


@pytest.fixture(scope="module")
def module():
    """An untrained encoder with a head of three labels."""
    import torch
    from transformers import BertModel

    torch.manual_seed(1)

    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bert = BertModel(config(), add_pooling_layer=False)
            self.head = torch.nn.Linear(32, 3)

        def forward(self, input_ids, attention_mask, token_type_ids):
            found = self.bert(input_ids, attention_mask, token_type_ids).last_hidden_state
            return self.head(found[:, 0])

    return Encoder().eval()


@pytest.fixture(scope="module")
def exported(module, tmp_path_factory):
    from training.onnx_export import export

    folder = tmp_path_factory.mktemp("onnx")
    tokenizer().save(str(folder / "tokenizer.json"))
    moved = export(module, folder / "tokenizer.json", folder / "tiny.onnx", SAMPLES)
    return folder, moved


def test_rounded_weights_hardly_move_probabilities(exported):
    assert 0 < exported[1] < 0.02


def test_no_matrix_and_no_embedding_is_left_as_floats(exported):
    import onnx

    initializers = onnx.load(exported[0] / "tiny.onnx").graph.initializer
    assert not [
        t.name for t in initializers if t.data_type == onnx.TensorProto.FLOAT and np.prod(t.dims) > 400
    ]


def test_the_file_tells_nothing_of_the_machine(exported):
    content = (exported[0] / "tiny.onnx").read_bytes()
    assert b".py" not in content
    assert b"transformers" not in content


@pytest.mark.parametrize("tokens", [2, 3, 128, 512])
def test_any_number_of_tokens_is_read(exported, module, tokens):
    from training.onnx_export import INPUTS, onnx_logits, torch_logits

    ids = np.full((1, tokens), 5)
    row = dict(zip(INPUTS, (ids, np.ones_like(ids), np.zeros_like(ids)), strict=True))
    found = onnx_logits(exported[0] / "tiny.onnx", [row])
    np.testing.assert_allclose(found, torch_logits(module, [row]), atol=0.05)


def test_a_file_that_answers_otherwise_is_refused(module, tmp_path, monkeypatch):
    from training import onnx_export

    tokenizer().save(str(tmp_path / "tokenizer.json"))
    monkeypatch.setattr(onnx_export, "EXACT", 0.0)
    with pytest.raises(ValueError, match=r"tiny\.onnx: exported logits are .* away from those of torch"):
        onnx_export.export(module, tmp_path / "tokenizer.json", tmp_path / "tiny.onnx", SAMPLES)
