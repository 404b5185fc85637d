"""Floors for what the fine-tuned encoders reach, never to be lowered in silence."""

import hashlib
from pathlib import Path

import pytest

from threads.scores.evaluate import SCORED, evaluate
from threads.scores.onnx_model import OnnxModel

pytestmark = pytest.mark.quality

WEIGHTS = Path(__file__).resolve().parent.parent / "weights" / "below_the_line_weights"
DEVELOPMENT = "b2659cf02046b6596588490a41169e4e1397f63f4e1a2a3deea2543763276518"


def encoder(name):
    return OnnxModel.load(name, SCORED[name]().builtin, WEIGHTS)


def test_reply_relation(shared):
    path = shared / "training" / "reply_relation" / "rumoureval2019_dev.jsonl"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == DEVELOPMENT, "other data than the floors are for"
    found = evaluate("reply_relation", path, encoder("reply_relation"))
    replies = found["with_context"]
    assert found["macro_f1"] >= 0.535  # measured .549
    assert replies["macro_f1"] >= 0.49  # measured .504
    assert replies["calibration_error"] - replies["calibration_floor"] <= 0.03  # measured .010


def test_offensive_on_sentences_of_our_own():
    from training.offensive_suite import measure

    found = measure(encoder("offensive"))
    assert found["macro_f1"] >= 0.83  # measured .844
    assert found["auc"] >= 0.9  # measured .912
    assert found["flagged_mentions"] <= 0.02  # measured 0
