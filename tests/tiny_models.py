"""Tiny models for tests, made on the spot; tests that need torch skip where it is not asked for."""

import hashlib
import os

import numpy as np
import orjson
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


LABELS = ["disagrees", "comments", "agrees", "asks"]


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
    return BertConfig(vocab_size=len(WORDS), **{**sizes, **changes})


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


def written_weights(folder):
    """Write a model by which "agree" agrees by 2 and "wrong" disagrees by 1; return the folder."""
    said = np.zeros((len(WORDS), len(LABELS)), np.float32)
    said[WORDS.index("agree"), 2], said[WORDS.index("wrong"), 0] = 2, 1
    written_onnx(folder / "tiny.onnx", said)
    tokenizer().save(str(folder / "tokenizer.json"))
    entered(folder)
    return folder


def entered(folder, **changes):
    """Write the manifest of the weights in `folder`; None leaves a field out."""
    entry = {
        "name": "reply_relation",
        "version": "7",
        "file": "tiny.onnx",
        "sha256": hash_of(folder / "tiny.onnx"),
        "tokenizer": "tokenizer.json",
        "tokenizer_sha256": hash_of(folder / "tokenizer.json"),
        "labels": LABELS,
        "max_tokens": 8,
        "temperature": 1.0,
        "shift": [0.0] * 4,
        "weights": [1.0, 0.5, 1.0, 1.0],
        "thresholds": [0.5] * 4,
        "averaged_temperature": None,
        "data": [],
        "licence": "MIT",
        "trained_with": "hands",
        "says": "Right when it pleases.",
        "measured": {"sets": {}},
    } | changes
    kept = {key: value for key, value in entry.items() if value is not None}
    (folder / "models.json").write_bytes(orjson.dumps({"models": [kept]}))


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def saved_network(folder, classes, bias=None, **changes):
    """Write a network that sorts into `classes`, by `bias` alone where it is given; return its folder."""
    import torch
    from transformers import BertForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(1)
    model = BertForSequenceClassification(config(id2label=dict(enumerate(classes)), **changes))
    with torch.no_grad():
        if bias is None:
            model.classifier.weight *= 50  # so that what is read makes a difference to be seen
        else:
            model.classifier.weight.zero_()
            model.classifier.bias.copy_(torch.tensor(bias))
    model.save_pretrained(folder)
    special = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer(), **special).save_pretrained(folder)
    return folder
