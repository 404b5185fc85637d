"""A user's own model of the Hugging Face kind: loaded for real, from folders that the tests write."""

import pickle
import shutil
from pathlib import Path

import numpy as np
import orjson
import pandas as pd
import pytest

from tests.tiny_models import config, need, saved_network
from threads.errors import ModelError, SettingError
from threads.scores import chosen, score
from threads.scores.chosen import classifier_for, scores_for
from threads.scores.labels import TASKS
from threads.scores.transformers_model import NliModel, TransformersModel
from threads.settings import Settings

need("torch", "transformers", "safetensors")

REPLY, STANCE, OFFENSIVE = (TASKS[name] for name in ("reply_relation", "topic_stance", "offensive"))
INFERENCE = ["contradiction", "neutral", "entailment"]
ODD = ["", "😀", "\ud800", "\0", "שלום", "x" * 1_000_000, "agree " * 200_000]


@pytest.fixture
def network(tmp_path):
    return lambda *arguments, **changes: str(saved_network(tmp_path / "mine", *arguments, **changes))


def softmax(*logits):
    return np.exp(logits) / np.exp(logits).sum()


# --- classes and labels


def test_classes_are_taken_for_labels_by_their_names(network):
    model = TransformersModel.load(network(["NONE", "FAVOR", "AGAINST"], [0.0, 1.0, 2.0]), STANCE)
    assert model.labels == ("supportive", "critical", "neutral")
    np.testing.assert_allclose(model.probabilities(["i agree"], ["the cat"])[0], softmax(1, 2, 0), rtol=1e-6)


def test_classes_of_one_meaning_add_up_and_a_label_without_one_gets_nothing(network):
    model = TransformersModel.load(network(["agree", "support", "disagree"], [0.0, 1.0, 2.0]), REPLY)
    agree, support, disagree = softmax(0, 1, 2)
    found = model.probabilities(["i agree"], ["no"])[0]
    np.testing.assert_allclose(found, [agree + support, disagree, 0, 0], rtol=1e-6)


def test_classes_that_mean_nothing_are_named_with_the_remedy(network):
    folder = network(["LABEL_0", "LABEL_1"])
    with pytest.raises(
        SettingError,
        match=r"LABEL_0, LABEL_1 cannot be taken for the labels of offensive: .*mine\?LABEL_0=offensive&",
    ):
        TransformersModel.load(folder, OFFENSIVE)


def test_what_a_class_means_can_be_said(network):
    folder = network(["LABEL_0", "LABEL_1"], [0.0, 1.0])
    model = TransformersModel.load(f"{folder}?LABEL_0=clean&LABEL_1=offensive", OFFENSIVE)
    np.testing.assert_allclose(model.probabilities(["no"], [""])[0], softmax(1, 0), rtol=1e-6)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("LABEL_0=clean&LABEL_1=mauve", "LABEL_1"),
        ("LABEL_0=clean", "LABEL_1"),
        ("LABEL_0=clean&LABEL_1=offensive&LABEL_2=offensive", "LABEL_2"),
    ],
)
def test_what_is_said_of_classes_must_fit_both_sides(network, given, wrong):
    with pytest.raises(SettingError, match=f"mine: {wrong} cannot be taken for"):
        TransformersModel.load(f"{network(['LABEL_0', 'LABEL_1'])}?{given}", OFFENSIVE)


def test_classes_that_all_mean_one_label_judge_nothing(network):
    with pytest.raises(SettingError, match="all classes stand for one of the labels"):
        TransformersModel.load(network(["hate", "toxic"]), OFFENSIVE)


def test_where_several_classes_may_hold_the_greatest_counts(network):
    folder = network(
        ["toxic", "insult", "threat"], [0.0, 1.0, -3.0], problem_type="multi_label_classification"
    )
    found = TransformersModel.load(folder, OFFENSIVE).probabilities(["no"], [""])[0]
    insult = 1 / (1 + np.exp(-1))
    np.testing.assert_allclose(found, [insult, 1 - insult], rtol=1e-6)


def test_a_single_class_has_a_probability_of_its_own(network):
    found = TransformersModel.load(network(["toxic"], [1.0]), OFFENSIVE).probabilities(["no"], [""])[0]
    np.testing.assert_allclose(found[0], 1 / (1 + np.exp(-1)), rtol=1e-6)


# --- what is read


def test_a_pair_is_read_as_the_library_reads_it(network):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = network(["agree", "disagree", "neutral", "query"])
    pair = AutoTokenizer.from_pretrained(folder)("i agree", "this is wrong", return_tensors="pt")
    with torch.inference_mode():
        logits = AutoModelForSequenceClassification.from_pretrained(folder).eval()(**pair).logits[0]
    agrees, disagrees, comments, asks = softmax(*logits.numpy())
    found = TransformersModel.load(folder, REPLY).probabilities(["i agree"], ["this is wrong"])[0]
    np.testing.assert_allclose(found, [agrees, disagrees, asks, comments], rtol=1e-5)


def test_context_counts_where_the_task_has_one(network):
    folder = network(["agree", "hate"])
    given = f"{folder}?agree=agrees&hate=disagrees"
    with_context = TransformersModel.load(given, REPLY).probabilities(["no", "no"], ["", "agree"])
    assert (with_context[0] != with_context[1]).any()
    alone = TransformersModel.load(f"{folder}?agree=clean", OFFENSIVE).probabilities(
        ["no", "no"], ["", "agree"]
    )
    assert (alone[0] == alone[1]).all()


def test_a_row_is_the_same_alone_and_among_others(network):
    model = TransformersModel.load(network(["agree", "disagree"]), REPLY)
    texts, contexts = ["agree", "wrong why", "no " * 300], ["", "this is the cat", "agree"]
    together = model.probabilities(texts, contexts)
    for row, pair in enumerate(zip(texts, contexts, strict=True)):
        assert model.probabilities([pair[0]], [pair[1]])[0].tobytes() == together[row].tobytes()


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_any_text_gets_probabilities(network, text):
    model = TransformersModel.load(network(["agree", "disagree"]), REPLY)
    found = model.probabilities([text, text], ["", text])
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_a_pair_is_cut_to_what_the_model_has_places_for(network):
    model = TransformersModel.load(network(["agree", "disagree"], max_position_embeddings=40), REPLY)
    assert model.network.most_tokens == 38  # two are kept free
    found = model.probabilities(["agree " * 100, "agree " * 100], ["no " * 100, "no " * 200])
    assert (found[0] == found[1]).all()


def test_a_pair_is_cut_to_what_the_tokenizer_was_made_for(network):
    loaded = TransformersModel.load(network(["agree", "disagree"]), REPLY).network
    loaded.tokenizer.model_max_length = 12
    assert loaded.most_tokens == 12


def test_no_text_gets_no_row(network):
    assert TransformersModel.load(network(["agree", "disagree"]), REPLY).probabilities([], []).shape == (0, 4)


# --- stance by inference


def test_inference_is_asked_for_both_sides_of_the_target():
    asked = []

    class Network:
        name, version = "mine", "0"

        def chances(self, text, hypothesis):
            asked.append((text, hypothesis))
            return np.array([0.1, 0.1, 0.8 if "favour" in hypothesis else 0.2])

    found = NliModel(Network(), STANCE, 2).probabilities(["Well done"], [" the cat. "])[0]
    assert asked == [
        ("Well done", "The writer is in favour of the cat."),
        ("Well done", "The writer is against the cat."),
    ]
    np.testing.assert_allclose(found, np.array([4, 0.25, 1]) / 5.25)


def test_a_model_that_does_not_infer_is_refused(network):
    with pytest.raises(SettingError, match=r"its classes are agree, disagree\. Give one with a class called"):
        NliModel.load(network(["agree", "disagree"]))


# --- loading


def test_the_label_changes_with_the_weights_only(network, tmp_path):
    first = TransformersModel.load(network(["agree", "disagree"], [0.0, 1.0]), REPLY).label
    copy = shutil.copytree(tmp_path / "mine", tmp_path / "copy")
    assert first == f"transformers:{tmp_path / 'mine'}@{first[-8:]}"
    assert TransformersModel.load(str(copy), REPLY).label[-8:] == first[-8:]
    assert TransformersModel.load(network(["agree", "disagree"], [0.0, 2.0]), REPLY).label[-8:] != first[-8:]


def test_what_is_no_folder_is_not_fetched_unless_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match=r"some/model: cannot be loaded .*BTL_DOWNLOAD_MODELS=1 to fetch it"):
        TransformersModel.load("some/model", OFFENSIVE)


def test_a_network_without_a_head_is_refused(network, tmp_path):
    from transformers import BertModel

    folder = network(["agree", "disagree"])
    BertModel(config()).save_pretrained(folder)
    with pytest.raises(ModelError, match=r"was not trained to sort texts: classifier\.bias is missing"):
        TransformersModel.load(folder, REPLY)


@pytest.mark.parametrize("download", [False, True])
def test_only_files_that_are_here_are_read_unless_asked(monkeypatch, download):
    import transformers

    asked = []

    def from_pretrained(name, **how):
        asked.append(how["local_files_only"])
        raise OSError("there is no such model\nand more")

    monkeypatch.setattr(transformers.AutoModelForSequenceClassification, "from_pretrained", from_pretrained)
    with pytest.raises(ModelError, match=r"some/model: cannot be loaded \(there is no such model\)\. "):
        classifier_for("offensive", "transformers:some/model", download=download)
    assert asked == [not download]


def test_weights_of_half_precision_are_used_in_full(network):
    import torch
    from transformers import AutoModelForSequenceClassification

    folder = network(["agree", "disagree"])
    AutoModelForSequenceClassification.from_pretrained(folder).bfloat16().save_pretrained(folder)
    assert TransformersModel.load(folder, REPLY).network.model.dtype == torch.float32


class Malicious:
    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return (Path.touch, (Path(self.target),))


def test_a_pickle_is_refused_and_nothing_runs(network, tmp_path):
    folder = Path(network(["agree", "disagree"]))
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Malicious(tmp_path / "it-ran")))
    with pytest.raises(ModelError, match=r"cannot be loaded .*must hold config\.json, model\.safetensors"):
        TransformersModel.load(str(folder), REPLY)
    assert not (tmp_path / "it-ran").exists()


def test_code_that_comes_with_a_model_is_never_run(network, tmp_path):
    folder = Path(network(["agree", "disagree"]))
    (folder / "code.py").write_text(f"open({str(tmp_path / 'it-ran')!r}, 'w')")
    auto = {"AutoConfig": "code.C", "AutoModelForSequenceClassification": "code.M"}
    settled = orjson.loads((folder / "config.json").read_bytes())
    (folder / "config.json").write_bytes(orjson.dumps({**settled, "model_type": "odd", "auto_map": auto}))
    with pytest.raises(ModelError, match="cannot be loaded"):
        TransformersModel.load(str(folder), REPLY)
    assert not (tmp_path / "it-ran").exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"\0" * 100])
def test_spoilt_weights_are_refused_by_name(network, content):
    folder = network(["agree", "disagree"])
    (Path(folder) / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match=r"mine: cannot be loaded"):
        TransformersModel.load(folder, REPLY)


def test_nothing_is_written_to_standard_error(network, capfd):
    TransformersModel.load(network(["agree", "disagree"]), REPLY)
    capfd.readouterr()
    TransformersModel.load(network(["agree", "disagree"]), REPLY)
    assert "Loading" not in capfd.readouterr().err


# --- in use


@pytest.fixture
def fresh():
    chosen._kept.cache_clear()
    yield
    chosen._kept.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_settings_choose_it_and_the_column_names_it(network):
    folder = network(INFERENCE)
    frame = pd.DataFrame({"text": ["I agree"], "target": ["the cat"], "language": "en"})
    found = score(frame, scores_for(Settings(stance_model=f"nli:{folder}")))
    assert found["stance_model"].str.fullmatch(rf"nli:{folder}@[0-9a-f]{{8}}").all()
    assert found["stance_probability"].between(1 / 3, 1).all()


@pytest.mark.usefixtures("fresh")
def test_it_may_rank_offensive_language(network):
    folder = network(["toxic", "non-toxic"], [2.0, 0.0])
    scores = scores_for(Settings(offensive_model=f"transformers:{folder}"))
    found = score(["What a lovely day this is"], [item for item in scores if item.name == "offensive"])
    assert found["offensive"].tolist() == pytest.approx([softmax(2, 0)[0]], rel=1e-6)
    assert found["offensive_model"].iloc[0].startswith(f"transformers:{folder}@")


@pytest.mark.usefixtures("fresh")
def test_inference_is_for_stance_only(network):
    with pytest.raises(SettingError, match="is no model of reply_relation"):
        classifier_for("reply_relation", f"nli:{network(INFERENCE)}")
