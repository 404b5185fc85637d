"""Weights are verified before use and hold no pickles, and each has a card."""

import hashlib
import io
import pickle
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest

from threads.errors import ModelError
from threads.models import FOLDER, load, names
from training.output import About, save

ABOUT = About(
    name="mood",
    version="1",
    purpose="Nothing.",
    data=("Nothing, MIT",),
    licence="MIT",
    trained_with="nothing",
    says="It is never right.",
    not_for=("Anything.",),
    notes={},
)


@pytest.fixture
def folder(tmp_path):
    """A folder with one model, which a test may spoil."""
    save(ABOUT, {"labels": np.arange(1000)}, {}, tmp_path)
    return tmp_path


def enter(folder, content, **changes):
    """Put `content` in the place of the weights, with a manifest entry that vouches for it."""
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    entry = next(item for item in manifest["models"] if item["name"] == "mood")
    entry |= {"sha256": hashlib.sha256(content).hexdigest(), **changes}
    (folder / entry["file"]).write_bytes(content)
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest))


@pytest.mark.parametrize("name", names())
def test_every_model_has_a_card_with_data_and_licence(name):
    text = (FOLDER / f"{name}.md").read_text("utf-8")
    assert all(data in text for data in load(name).card.data)
    assert load(name).card.licence in text
    assert "Not for" in text
    assert load(name).card.sentence in text


@pytest.mark.parametrize("name", names())
def test_the_sentence_of_a_card_fits_a_side_panel(name):
    assert 0 < len(load(name).card.sentence) <= 240


def test_all_weights_together_stay_below_ten_megabytes():
    assert sum(path.stat().st_size for path in FOLDER.glob("*.npz")) < 10_000_000


def test_an_altered_file_is_refused_by_name(folder):
    content = bytearray((folder / "mood.npz").read_bytes())
    content[500] ^= 1
    (folder / "mood.npz").write_bytes(content)
    with pytest.raises(ModelError, match=r"mood\.npz: .*SHA-256 differs.*Install the package again"):
        load("mood", folder)


def test_a_missing_file_is_named_with_the_remedy(folder):
    (folder / "mood.npz").unlink()
    with pytest.raises(ModelError, match=r"mood\.npz: cannot be read.*Install the package again"):
        load("mood", folder)


def test_a_missing_manifest_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"manifest\.json: cannot be read"):
        load("mood", tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"models": [1]}', b'{"models": 3}', b'{"models": [{}]}']
)
def test_a_spoilt_manifest_is_refused(tmp_path, content):
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"manifest\.json: is not a manifest"):
        load("mood", tmp_path)


def test_a_manifest_entry_without_a_licence_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_bytes(b'{"models": [{"name": "mood"}]}')
    with pytest.raises(ModelError, match="lacks a field"):
        load("mood", tmp_path)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ModelError, match=r"no model is called weather\. Known: .*reply_relation"):
        load("weather")


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
        load("mood", folder)
    assert not target.exists()


@pytest.mark.parametrize("file", ["../mood.npz", "mood.pkl"])
def test_weights_lie_beside_the_manifest_and_are_npz(folder, file):
    enter(folder, b"", file=file) if file == "mood.pkl" else enter(folder / ".", b"", sha256="", file=file)
    with pytest.raises(ModelError, match=r"no \.npz file beside the manifest"):
        load("mood", folder)


def test_weights_without_an_array_name_it(folder):
    with pytest.raises(ModelError, match="hold no array colour"):
        load("mood", folder).array("colour")


def test_another_model_keeps_its_entry_and_the_same_model_replaces_it(folder):
    save(replace(ABOUT, name="weather"), {}, {}, folder)
    save(replace(ABOUT, version="2"), {}, {}, folder)
    assert names(folder) == ("mood", "weather")
    assert load("mood", folder).label == "mood@2"


def test_a_sentence_too_long_for_a_side_panel_is_refused(tmp_path):
    with pytest.raises(ValueError, match="longer than 240"):
        save(replace(ABOUT, says="x" * 241), {}, {}, tmp_path)
