"""Floors for a model of one's own topic on stand-ins for a user's labels, never to be lowered in silence."""

import hashlib

import pytest

from threads.scores.evaluate import measure, read_examples
from threads.scores.own_topic import fit

pytestmark = pytest.mark.quality

TRUMP = (
    ("reddit_trump_train", "d32898ba6d94d22113314484c9472e65bcbca8aa27c43bf61e6cf1a40bddfd47"),
    ("reddit_trump_val", "bce13f765a65c1b9ff693c59d92db7cfc013611de4760139679b75df485417a2"),
)
PERSPECTRUM = ("perspectrum_train", "97e48e9b879da0abed6940e39afea96a8e54382c642cb1246e626f2ad3df4a0b")
CLAIM = "Social networking sites are good for our society"


@pytest.fixture
def read(shared):
    """Read labelled files, which must be those that the floors are for."""

    def of(folder, name, digest):
        path = shared / "training" / folder / f"{name}.jsonl"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, "other data than the floors are for"
        return read_examples("topic_stance", path)

    return of


def test_replies_in_quarrels_of_which_the_text_alone_tells_little(read):
    train, val = (read("reply_relation", *file) for file in TRUMP)
    model = fit(train.texts, train.labels, "what is answered")
    found, held_back = model.figures["cross_validated"], measure("topic_stance", val, model)
    assert found["macro_f1"] >= 0.42  # measured .434, always saying critical .22
    assert held_back["macro_f1"] >= 0.44  # measured .463
    assert held_back["accuracy"] >= 0.54  # measured .561, always saying critical .494
    assert found["calibration_error"] <= found["calibration_floor"] + 0.03  # measured .059, floor .051
    assert (
        held_back["calibration_error"] <= held_back["calibration_floor"] + 0.03
    )  # measured .059, floor .059


def test_arguments_on_one_claim(read):
    claims = read("topic_stance", *PERSPECTRUM)
    own = claims.only([place for place, claim in enumerate(claims.contexts) if claim == CLAIM])
    found = fit(own.texts, own.labels, CLAIM).figures["cross_validated"]
    assert found["n"] == 127
    assert found["macro_f1"] >= 0.81  # measured .842, always saying supportive .349
