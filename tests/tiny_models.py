"""Tiny models for tests, made on the spot; tests that need torch skip where it is not asked for."""

import os

import numpy as np
import pytest

WORDS = [
    *(
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "i",
        "agree",
        "no",
        "wrong",
        "why",
        "is",
        "this",
        "so",
        "the",
        "cat",
    ),
    *("writer", "in", "favour", "of", "against", "it", "."),
]


def need(*modules):
    """Skip a test module where `modules` are absent, unless `make test-transformers` asks for them."""
    for name in modules:
        if not os.environ.get("BTL_TEST_TRANSFORMERS"):
            pytest.importorskip(name)


def tokenizer():
    """A tokenizer of WORDS that encodes pairs as BERT's does."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    ids = {word: number for number, word in enumerate(WORDS)}
    made = Tokenizer(models.WordLevel(ids, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"]))
    return made


def config(**changes):
    """The configuration of a BERT of one layer, 32 wide."""
    from transformers import BertConfig

    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    return BertConfig(vocab_size=len(WORDS), max_position_embeddings=512, **sizes, **changes)


def written_onnx(path, said):
    """Write a model whose logits are the sums over tokens of `said` (words × labels), half for a context."""
    from onnx import TensorProto, helper, numpy_helper, save

    half = np.array([[1.0], [0.5]], np.float32)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    nodes = [
        helper.make_node("Gather", ["said", "input_ids"], ["words"]),
        helper.make_node("Gather", ["half", "token_type_ids"], ["share"]),
        helper.make_node("Mul", ["words", "share"], ["parts"]),
        helper.make_node("ReduceSum", ["parts", "tokens"], ["logits"], keepdims=0),
    ]
    constants = {"said": said, "half": half, "tokens": np.array([1], np.int64)}
    graph = helper.make_graph(
        nodes,
        "tiny",
        inputs,
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", "labels"])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
