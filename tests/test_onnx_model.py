"""An encoder run by onnxruntime: how it reads texts, what it is averaged with, what it refuses."""

from pathlib import Path

import numpy as np
import pytest

from tests.tiny_models import LABELS, entered, written_weights
from threads.errors import ModelError
from threads.scores import extras, onnx_model
from threads.scores.evaluate import SCORED
from threads.scores.labels import TASKS
from threads.scores.onnx_model import OnnxModel

WEIGHTS = Path(__file__).resolve().parent.parent / "weights" / "below_the_line_weights"
AGREES = np.array([0, 0, 1, 0])


class Beside:
    """A classifier that is sure of one label, whose labels stand in another order."""

    label = "beside@1"
    labels = ("agrees", "disagrees", "asks", "comments")

    def probabilities(self, texts, _):
        return np.tile([1.0, 0.0, 0.0, 0.0], (len(texts), 1))


@pytest.fixture
def folder(tmp_path):
    return written_weights(tmp_path)


def model(folder, **changes):
    entered(folder, **changes)
    return OnnxModel.load("reply_relation", Beside, folder)


def softmax(*logits):
    return np.exp(logits) / np.exp(logits).sum()


def test_it_says_what_its_manifest_says(folder):
    found = model(folder)
    assert found.label == "onnx:reply_relation@7"
    assert found.labels == tuple(LABELS)
    assert found.sentence == "Right when it pleases."
    assert found.weights.tolist() == [1.0, 0.5, 1.0, 1.0]


def test_a_text_and_its_context_are_told_apart(folder):
    found = model(folder).probabilities(["agree", "wrong"], ["wrong", "agree"])
    np.testing.assert_allclose(found[0], softmax(0.5, 0, 2, 0), rtol=1e-6)
    np.testing.assert_allclose(found[1], softmax(1, 0, 1, 0), rtol=1e-6)


def test_temperature_and_shift_calibrate(folder):
    found = model(folder, temperature=2.0, shift=[0.0, 0.0, 0.0, 3.0]).probabilities(["agree"], [""])
    np.testing.assert_allclose(found[0], softmax(0, 0, 1, 3), rtol=1e-6)


def test_it_is_averaged_with_the_other_label_by_label(folder):
    alone = model(folder).probabilities(["wrong"], [""])[0]
    both = model(folder, averaged_temperature=0.5).probabilities(["wrong"], [""])[0]
    wanted = alone * AGREES  # the root of the product, to the power of two
    np.testing.assert_allclose(both, wanted / wanted.sum(), atol=1e-8)


def test_one_that_judges_other_labels_is_not_averaged_with(folder):
    with pytest.raises(ModelError, match=r"has other labels than beside@1"):
        model(folder, averaged_temperature=1.0, labels=["agrees", "disagrees", "asks", "nothing"])


def test_pairs_are_cut_from_the_longer(folder):
    # [CLS] agree [SEP] wrong x 4 [SEP] are eight tokens: the one agree stays.
    found = model(folder).probabilities(["agree"], ["wrong " * 50])
    np.testing.assert_allclose(found[0], softmax(2, 0, 2, 0), rtol=1e-6)


def test_cutting_characters_before_tokens_changes_nothing_in_words(folder):
    long = "agree " * 7 + "wrong " * 500
    np.testing.assert_array_equal(
        model(folder).probabilities([long], [""]), model(folder).probabilities([long[:42]], [""])
    )


@pytest.mark.parametrize(
    "text", ["", " ", "😀", "\ud800", "\0", "agree\ud800", "שלום", "x" * 1_000_000, "agree " * 200_000]
)
def test_any_text_gets_probabilities(folder, text):
    found = model(folder).probabilities([text, text], ["", text])
    assert found.shape == (2, 4)
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_a_huge_text_costs_no_more_than_a_long_one(folder, monkeypatch):
    read = []
    found = model(folder)
    monkeypatch.setattr(onnx_model, "writable", lambda text: read.append(len(text)) or text)
    found.probabilities(["agree " * 200_000], ["y" * 1_000_000])
    assert read == [128, 128]


def test_a_row_is_the_same_alone_and_among_others(folder):
    texts, contexts = ["agree", "wrong why", "no", "agree " * 20], ["", "this is the cat", "agree", "wrong"]
    together = model(folder).probabilities(texts, contexts)
    for row, pair in enumerate(zip(texts, contexts, strict=True)):
        alone = model(folder).probabilities([pair[0]], [pair[1]])[0]
        assert alone.tobytes() == together[row].tobytes()


def test_no_text_gets_no_row(folder):
    assert model(folder, averaged_temperature=1.0).probabilities([], []).shape == (0, 4)


@pytest.mark.parametrize("file", ["tiny.onnx", "tokenizer.json"])
def test_an_altered_file_is_refused(folder, file):
    content = (folder / file).read_bytes()
    found = model(folder)
    (folder / file).write_bytes(content + b" ")
    with pytest.raises(ModelError, match=rf"{file}: .*SHA-256 differs.*Install the folder weights"):
        found.probabilities(["agree"], [""])


def test_a_missing_file_is_named(folder):
    found = model(folder)
    (folder / "tiny.onnx").unlink()
    with pytest.raises(ModelError, match=r"tiny\.onnx: cannot be read.*Install the folder weights"):
        found.probabilities(["agree"], [""])


def test_an_entry_that_lacks_something_is_refused(folder):
    with pytest.raises(ModelError, match=r"models\.json, reply_relation: lacks temperature"):
        model(folder, temperature=None)


def test_a_model_that_is_not_among_the_weights_is_named(folder):
    with pytest.raises(ModelError, match=r"no model is called offensive\. Known: reply_relation"):
        OnnxModel.load("offensive", Beside, folder)


@pytest.mark.parametrize("module", ["onnxruntime", "tokenizers", "below_the_line_weights"])
def test_what_is_not_installed_is_named_with_the_remedy(monkeypatch, module):
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == module else name)
    with pytest.raises(ModelError, match=r"onnx:offensive: .*installed\. Run `make onnx`"):
        OnnxModel.load("offensive", Beside)


# --- what training leaves behind, and the weights of this repository


def test_what_training_saves_loads(folder):
    from training.onnx_output import Judgement, save
    from training.output import About

    about = About("tiny", "3", "Judges.", ("nothing",), "MIT", "hands", "Seldom right.", ("use",), {})
    judgement = Judgement(tuple(LABELS), 8, 2.0, (0.0,) * 4, (1.0,) * 4, (0.5,) * 4, averaged_temperature=1.0)
    save(about, judgement, folder / "tokenizer.json", {}, folder)
    found = OnnxModel.load("tiny", Beside, folder)
    wanted = np.sqrt(softmax(0, 0, 1, 0) * np.maximum(AGREES, 1e-9))
    assert (found.label, found.sentence) == ("onnx:tiny@3", "Seldom right.")
    np.testing.assert_allclose(found.probabilities(["agree"], [""])[0], wanted / wanted.sum(), rtol=1e-6)
    assert "Seldom right." in (folder / "tiny.md").read_text("utf-8")


def test_models_of_one_folder_share_their_tokenizer(folder, tmp_path):
    from training.onnx_output import Judgement, save
    from training.output import About

    about = About("tiny", "3", "", (), "MIT", "", "", (), {})
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(ValueError, match="is not the tokenizer of tiny"):
        save(about, Judgement((), 8, 1.0, (), (), (), None), tmp_path / "other.json", {}, folder)


@pytest.mark.parametrize("name", ["reply_relation", "offensive"])
def test_the_weights_of_this_repository_run(name):
    if not (WEIGHTS / "models.json").exists():
        pytest.skip("no weights are committed yet")
    found = OnnxModel.load(name, SCORED[name]().builtin, WEIGHTS)
    chances = found.probabilities(["What a stupid idiot you are!", "Thank you, I agree."], ["", ""])
    assert set(found.labels) == set(TASKS[name].labels)
    assert chances.sum(axis=1) == pytest.approx([1, 1])
    right = {"reply_relation": "agrees", "offensive": "clean"}[name]
    place = found.labels.index(right)
    assert chances[1, place] > chances[0, place]
