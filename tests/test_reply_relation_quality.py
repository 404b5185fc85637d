"""Floors for what the reply relation reaches on data kept from training, never to be lowered in silence."""

import hashlib

import pytest

from threads.scores.evaluate import evaluate

pytestmark = pytest.mark.quality

RUMOUREVAL = (
    "reply_relation/rumoureval2019_dev.jsonl",
    "b2659cf02046b6596588490a41169e4e1397f63f4e1a2a3deea2543763276518",
)


@pytest.fixture(scope="module")
def measured(shared):
    """The figures on the development part, which must be the one that the floors are for."""
    path = shared / "training" / RUMOUREVAL[0]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == RUMOUREVAL[1], (
        "other data than the floors are for"
    )
    return evaluate("reply_relation", path)


def test_every_row_given_a_label(measured):
    assert measured["n"] == 1485
    assert measured["macro_f1"] >= 0.50  # measured .514


def test_replies_given_a_label(measured):
    assert measured["with_context"]["n"] == 1447
    assert measured["with_context"]["macro_f1"] >= 0.42  # measured .434


def test_where_it_speaks(measured):
    assert measured["with_context"]["coverage"] >= 0.7  # measured .814
    assert measured["with_context"]["speaking"]["accuracy"] >= 0.8  # measured .87
