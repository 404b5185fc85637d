"""Tiny models in torch for tests, made on the spot; where torch is not asked for, their tests skip."""

import os

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
