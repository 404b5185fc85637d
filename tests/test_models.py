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
from threads.models.linear import ARRAYS, probabilities
from threads.models.trees import TREE_ARRAYS, tree_probabilities
from threads.scores.cues import CUES, FEATURES
from threads.scores.evaluate import Examples

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


CARD = threads.models.Card(
    name="x",
    version="1",
    data=(),
    licence="MIT",
    accuracy=0.75,
    accuracy_elsewhere=0.5,
    chance=0.25,
    chance_elsewhere=1 / 3,
    coverage=0.6,
    never=("agrees",),
    measured={},
)


def test_the_sentence_of_a_card_says_how_right_by_chance_how_silent_and_what_never():
    assert CARD.sentence == (
        "A leaning: where it speaks, right 7.5 times in 10 (by chance 2.5), 5.0 on texts from elsewhere (by "
        "chance 3.3), were all answers equally common. Silent on 40%; never says agrees."
    )


def test_what_was_not_said_elsewhere_has_no_figure_in_the_sentence():
    assert "elsewhere" not in replace(CARD, accuracy_elsewhere=None).sentence


def test_a_model_that_never_speaks_says_so():
    assert replace(CARD, accuracy=None).sentence == "Never sure enough to speak: silent on every comment."


@pytest.mark.parametrize("name", NAMES)
def test_the_sentence_of_a_card_fits_a_side_panel(name):
    assert len(load(name).card.sentence) <= 240


def test_the_reply_relation_holds_trees_for_the_forced_choice():
    assert set(TREE_ARRAYS) <= set(load("reply_relation").arrays)


@pytest.mark.parametrize("name", names())
def test_every_model_has_a_card_with_data_and_licence(name):
    text = (FOLDER / f"{name}.md").read_text("utf-8")
    assert all(data in text for data in load(name).card.data)
    assert load(name).card.licence in text
    assert "Not for" in text
    assert "assume that the labels are equally common" in text
    assert load(name).card.sentence in text


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

    few = {**training.common.BOOSTING, "n_estimators": 12, "learning_rate": 0.4}
    monkeypatch.setattr(
        training.reply_relation, "RECIPE", replace(training.reply_relation.RECIPE, boosting=few)
    )
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
    assert card.coverage > 0.3


def test_training_one_model_keeps_the_other_in_the_manifest(training, data, tmp_path):
    training.reply_relation.main(data, tmp_path)
    training.stance.main(data, tmp_path)
    assert names(tmp_path) == NAMES


def test_trees_give_what_scikit_learn_gives(training):
    generator = np.random.default_rng(1)
    rows = generator.normal(size=(300, len(FEATURES)))
    table = training.common.Data(rows, np.arange(300) % 4, np.array(["a"] * 300), np.ones(300, bool))
    fitted = training.common.boosted(training.reply_relation.RECIPE, table)
    other = generator.normal(size=(50, rows.shape[1]))
    expected = fitted.predict_proba(other.astype(np.float32))
    arrays = training.common.tree_arrays(fitted)
    np.testing.assert_allclose(tree_probabilities(arrays, other), expected, atol=1e-12)


def test_a_mean_counts_by_its_excess_and_other_cues_as_they_are():
    arrays = {
        "bias": np.zeros(2),
        "usual": np.array([0.5, np.nan]),
        "cue_weights": np.array([[1.0, 0.0], [1.0, 0.0]]),
        "temperature": np.array(1.0),
        "shift": np.zeros(2),
    }
    rows, weight = np.array([[0.5, 0.0], [1.0, 0.0], [0.5, 1.0]]), np.array([4.0, 4.0, 4.0])
    odds = np.log(probabilities(arrays, rows, weight)[:, 0] / probabilities(arrays, rows, weight)[:, 1])
    np.testing.assert_allclose(odds, [0, 2, 1], atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_cue_never_speaks_for_a_label_that_it_does_not_mean(name, training):
    recipe, model = getattr(training, name).RECIPE, load(name)
    assert model.arrays["cues"].tolist() == list(recipe.cues)
    for cue, weights in zip(recipe.cues, model.array("cue_weights"), strict=True):
        meant = [cue in recipe.speaks_for[label] for label in recipe.labels]
        assert all(weight >= 0 if own else weight <= 0 for own, weight in zip(meant, weights, strict=True)), (
            cue
        )


@pytest.mark.parametrize("name", NAMES)
def test_each_cue_means_one_label_and_exists(name, training):
    meant = [cue for cues in getattr(training, name).RECIPE.speaks_for.values() for cue in cues]
    assert len(set(meant)) == len(meant)
    assert set(meant) <= set(CUES)


def test_what_the_data_do_not_tell_is_left_as_the_words_mean_it(training):
    recipe = training.stance.RECIPE
    rows = np.zeros((60, len(FEATURES)))
    table = training.common.Data(rows, np.arange(60) % 3, np.array(["a"] * 60), np.ones(60, bool))
    weights = training.common.cue_arrays(recipe, table)["cue_weights"]
    belief = training.common.BELIEF / training.common.RARE
    row = recipe.cues.index("share_blame")
    assert weights[row].tolist() == pytest.approx([0, belief, 0])


def test_data_cannot_turn_the_meaning_of_a_cue_round(training):
    # Blame wherever a comment is supportive, and nowhere else.
    recipe, rows = training.stance.RECIPE, np.zeros((60, len(FEATURES)))
    rows[:, FEATURES.index("share_blame")] = np.arange(60) % 3 == 0
    rows[:, FEATURES.index("weight")] = 1
    table = training.common.Data(rows, np.arange(60) % 3, np.array(["a"] * 60), np.ones(60, bool))
    supportive, critical, _ = training.common.cue_arrays(recipe, table)["cue_weights"][
        recipe.cues.index("share_blame")
    ]
    assert supportive == 0
    assert critical >= 0


def test_retweets_and_repeats_teach_no_cue(training):
    texts = ["RT @user It rains", "so true “@user: It rains”", "It rains in Spain", "Does it rain?"]
    examples = Examples(texts=texts, contexts=["It rains in Spain"] * 4, labels=["comments"] * 4)
    table = training.common.table(training.reply_relation.RECIPE, examples, ["a"] * 4)
    assert table.own.tolist() == [False, False, False, True]


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


def test_calibration_does_not_learn_what_is_usual(training):
    # Nothing is known of any row, and nine in ten have the first label.
    _, shift = training.common.calibration(np.full((100, 2), 0.5), np.repeat([0, 1], [90, 10]))
    assert shift == pytest.approx([0, 0], abs=0.01)


def test_a_threshold_is_the_lowest_from_which_enough_are_right(training):
    chances = np.column_stack([np.linspace(0.99, 0.51, 100), np.linspace(0.01, 0.49, 100)])
    labels = np.array([0] * 60 + [1] * 40)
    # Rows of the second label weigh 1.5 times those of the first: 60 / (60 + 1.5 n) >= .75 up to n = 13.
    first, second = training.common.thresholds(chances, labels, [0.75, 0.75])
    assert first == chances[72, 0]
    assert second == 2.0


def test_equal_probabilities_are_spoken_together_or_not_at_all(training):
    chances = np.tile([0.8, 0.2], (120, 1))
    labels = np.repeat([0, 1], [60, 60])
    assert training.common.thresholds(chances, labels, [0.75, 0.75])[0] == 2.0


def test_training_data_without_a_label_are_refused(training, data, tmp_path):
    rows = (data / "reply_relation" / "rumoureval2019_train.jsonl").read_bytes().splitlines()
    shutil.copytree(data, tmp_path, dirs_exist_ok=True)
    for part in ("train", "dev"):
        kept = [row for row in rows if b'"query"' not in row]
        (tmp_path / "reply_relation" / f"rumoureval2019_{part}.jsonl").write_bytes(b"\n".join(kept))
    with pytest.raises(InputError, match="no row is labelled asks"):
        training.reply_relation.main(tmp_path, tmp_path / "out")
