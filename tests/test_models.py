"""Weights are verified before use, hold no pickles, and come out the same from the same data."""

import hashlib
import io
import pickle
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest

import threads.models
from threads.errors import InputError, ModelError
from threads.models import FOLDER, load, names
from threads.models.trees import ARRAYS, probabilities

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("reply_relation", "stance")


@pytest.fixture
def folder(tmp_path):
    """A copy of the package's models that a test may spoil."""
    for path in FOLDER.iterdir():
        if path.suffix in {".npz", ".json"}:
            shutil.copy(path, tmp_path)
    return tmp_path


def enter(folder, content, **changes):
    """Put `content` in the place of the stance weights, with a manifest entry that vouches for it."""
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    entry = next(item for item in manifest["models"] if item["name"] == "stance")
    entry |= {"sha256": hashlib.sha256(content).hexdigest(), **changes}
    (folder / entry["file"]).write_bytes(content)
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest))


@pytest.mark.parametrize("name", NAMES)
def test_a_model_of_the_package_loads_with_its_card(name):
    model = load(name)
    assert model.label == f"{name}@{model.card.version}"
    assert set(ARRAYS) <= set(model.arrays)
    assert 0 < model.card.accuracy <= 1
    assert 0 < model.card.coverage <= 1


def test_the_sentence_of_a_card_says_how_right_how_silent_and_what_never():
    card = threads.models.Card("x", "1", (), "MIT", 0.75, 0.5, 0.6, ("agrees",), 30, {})
    assert card.sentence == (
        "Right 7.5 times in 10 where it speaks (5.0 on texts from elsewhere), silent on 40% of what it was "
        "measured on and on any comment of more than 30 words; never says agrees."
    )


def test_a_model_that_never_speaks_says_so():
    card = threads.models.Card("x", "1", (), "MIT", None, None, 0.0, ("agrees",), 30, {})
    assert card.sentence == "Never sure enough to speak: silent on every comment."


@pytest.mark.parametrize("name", names())
def test_every_model_has_a_card_with_data_and_licence(name):
    text = (FOLDER / f"{name}.md").read_text("utf-8")
    assert all(data in text for data in load(name).card.data)
    assert load(name).card.licence in text
    assert "Not for" in text


def test_all_weights_together_stay_below_a_megabyte():
    assert sum(path.stat().st_size for path in FOLDER.glob("*.npz")) < 1_000_000


def test_an_altered_file_is_refused_by_name(folder):
    content = bytearray((folder / "stance.npz").read_bytes())
    content[5000] ^= 1
    (folder / "stance.npz").write_bytes(content)
    with pytest.raises(ModelError, match=r"stance\.npz: .*SHA-256 differs.*Install the package again"):
        load("stance", folder)


def test_a_missing_file_is_named_with_the_remedy(folder):
    (folder / "stance.npz").unlink()
    with pytest.raises(ModelError, match=r"stance\.npz: cannot be read.*Install the package again"):
        load("stance", folder)


def test_a_missing_manifest_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"manifest\.json: cannot be read"):
        load("stance", tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"models": [1]}', b'{"models": 3}', b'{"models": [{}]}']
)
def test_a_spoilt_manifest_is_refused(tmp_path, content):
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"manifest\.json: is not a manifest"):
        load("stance", tmp_path)


def test_a_manifest_entry_without_a_licence_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_bytes(b'{"models": [{"name": "stance"}]}')
    with pytest.raises(ModelError, match="lacks a field"):
        load("stance", tmp_path)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ModelError, match=r"no model is called mood\. Known: .*stance"):
        load("mood")


class Malicious:
    """What a pickle can do: run a function of its choice when it is loaded."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return (Path.touch, (Path(self.target),))


def pickled(target):
    return pickle.dumps(Malicious(target))


def object_array(target):
    content = io.BytesIO()
    np.savez(content, labels=np.array([Malicious(target)], dtype=object), allow_pickle=True)
    return content.getvalue()


def zipped_pickle(target):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("labels.pkl", pickled(target))
    return content.getvalue()


@pytest.mark.parametrize("make", [pickled, object_array, zipped_pickle])
def test_a_pickle_is_refused_though_the_manifest_vouches_for_it_and_nothing_runs(folder, make):
    target = folder / "it-ran"
    enter(folder, make(target))
    with pytest.raises(ModelError, match="pickles are refused"):
        load("stance", folder)
    assert not target.exists()


@pytest.mark.parametrize("file", ["../stance.npz", "stance.pkl"])
def test_weights_lie_beside_the_manifest_and_are_npz(folder, file):
    enter(folder, b"", file=file) if file == "stance.pkl" else enter(folder / ".", b"", sha256="", file=file)
    with pytest.raises(ModelError, match=r"no \.npz file beside the manifest"):
        load("stance", folder)


def test_weights_without_an_array_name_it(folder):
    with pytest.raises(ModelError, match="hold no array colour"):
        load("stance").array("colour")


# --- training, on a tiny data set


@pytest.fixture
def training(monkeypatch):
    """The training scripts, which are not part of the installed package, set to grow few trees."""
    monkeypatch.syspath_prepend(ROOT)
    import training.common
    import training.reply_relation
    import training.stance

    for script in (training.reply_relation, training.stance):
        boosting = {**script.RECIPE.boosting, "n_estimators": 12, "learning_rate": 0.4}
        monkeypatch.setattr(script, "RECIPE", replace(script.RECIPE, boosting=boosting))
    return training


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Eight threads of rumours with replies of every label."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "reply_relation").mkdir()
    replies = {
        "support": ["exactly, well said {n}", "yes this is true {n}"],
        "deny": ["no this is wrong {n}", "that is a lie {n}"],
        "query": ["do you have a source {n}?", "is this true {n}?"],
        "comment": ["rain again {n}", "my bicycle is wet {n}", "poor cat {n}"],
    }
    rows = [
        {
            "text": text.format(n=n * m),
            "parent": f"Rumour #tag{n}",
            "source": f"Rumour #tag{n}",
            "label": label,
        }
        for n in range(8)
        for m in range(4)
        for label, texts in replies.items()
        for text in texts
    ]
    for part in ("train", "dev"):
        path = folder / "reply_relation" / f"rumoureval2019_{part}.jsonl"
        path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    renamed = {"support": "agree", "deny": "disagree", "comment": "neutral"}
    for part in ("train", "val"):
        path = folder / "reply_relation" / f"reddit_trump_{part}.jsonl"
        other = [{**row, "label": renamed[row["label"]]} for row in rows if row["label"] in renamed]
        path.write_bytes(b"\n".join(map(orjson.dumps, other)))
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_the_same_data_give_the_same_weights_card_and_manifest(training, data, tmp_path, name):
    script = getattr(training, name)
    for out in ("a", "b"):
        script.main(data, tmp_path / out)
    for file in ("manifest.json", f"{name}.npz", f"{name}.md"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_what_was_trained_loads_and_has_learnt(training, data, tmp_path):
    training.reply_relation.main(data, tmp_path)
    card = load("reply_relation", tmp_path).card
    assert card.accuracy > 0.9
    assert card.coverage > 0.5


def test_training_one_model_keeps_the_other_in_the_manifest(training, data, tmp_path):
    training.reply_relation.main(data, tmp_path)
    training.stance.main(data, tmp_path)
    assert names(tmp_path) == NAMES


def test_arrays_give_what_scikit_learn_gives(training):
    generator = np.random.default_rng(1)
    rows = generator.normal(size=(300, len(training.reply_relation.RECIPE.features)))
    labels = np.arange(300) % 4
    fitted = training.common.boosted(training.reply_relation.RECIPE, rows, labels)
    arrays = {
        "labels": np.arange(4),
        "temperature": np.array(1.0),
        "shift": np.zeros(4),
        **training.common.tree_arrays(fitted),
    }
    other = generator.normal(size=(50, rows.shape[1]))
    expected = fitted.predict_proba(other.astype(np.float32))
    np.testing.assert_allclose(probabilities(arrays, other), expected, atol=1e-12)


def test_folds_do_not_split_a_thread_nor_a_topic(training, data):
    read = training.reply_relation.read(data, "train")
    assert len(set(read.groups)) == 8
    assert set(training.stance.read(data, "train").groups) == {f"#tag{n}" for n in range(8)}


def test_calibration_takes_back_overconfidence(training):
    generator = np.random.default_rng(2)
    true = generator.dirichlet([1, 1, 1], size=4000)
    labels = np.array([generator.choice(3, p=row) for row in true])
    sharp = true**3 / (true**3).sum(axis=1, keepdims=True)
    temperature, shift = training.common.calibration(sharp, labels)
    assert temperature == pytest.approx(3, abs=0.3)
    assert np.abs(shift).max() < 0.2


def test_a_threshold_is_the_lowest_from_which_enough_are_right(training):
    chances = np.column_stack([np.linspace(0.99, 0.51, 100), np.linspace(0.01, 0.49, 100)])
    labels = np.array([0] * 60 + [1] * 40)
    first, second = training.common.thresholds(chances, labels, [0.75, 0.75])
    assert first == chances[79, 0]
    assert second == 2.0


def test_training_data_without_a_label_are_refused(training, data, tmp_path):
    rows = (data / "reply_relation" / "rumoureval2019_train.jsonl").read_bytes().splitlines()
    shutil.copytree(data, tmp_path, dirs_exist_ok=True)
    for part in ("train", "dev"):
        kept = [row for row in rows if b'"query"' not in row]
        (tmp_path / "reply_relation" / f"rumoureval2019_{part}.jsonl").write_bytes(b"\n".join(kept))
    with pytest.raises(InputError, match="no row is labelled asks"):
        training.reply_relation.main(tmp_path, tmp_path / "out")
