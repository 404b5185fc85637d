"""Weights that would run a command: refused, and nothing runs."""

import hashlib
import io
import os
import pickle
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import orjson

from tests.security.rows import Lab, Row, Tally
from threads.errors import ModelError
from threads.models import load
from threads.scores.own_topic.model import load as load_topic
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


class Command:
    """Runs a shell command when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.trace}",)


def pickles(lab: Lab) -> Tally:
    """Put pickles where weights belong, with a manifest that vouches for them."""
    trace, tally = lab.folder / "it-ran", Tally()
    malicious = dict(_malicious(trace))
    for number, (name, content) in enumerate(malicious.items()):
        folder = lab.folder / str(number)
        folder.mkdir()
        tally.hold(_refused(_load_model, folder, content), f"{name}: was loaded")
        topic = folder / "topic.npz"
        topic.write_bytes(content)
        tally.hold(_refused(load_topic, topic), f"{name}: was loaded as one's own topic")
        tally.hold(not trace.exists(), f"{name}: its command ran")
    pickle.loads(malicious["a pickle"])  # the control: it does run where pickles are read
    tally.hold(trace.exists(), "the control did not run either: the files are harmless")
    tally.tried = (
        f"{len(malicious)} malicious files as a model and as one's own topic, beside a control that runs"
    )
    return tally


def _malicious(trace: Path) -> Iterator[tuple[str, bytes]]:
    command = Command(trace)
    pickled = pickle.dumps(command)
    yield "a pickle", pickled
    array = np.array([command], dtype=object)
    plain = io.BytesIO()
    np.save(plain, array, allow_pickle=True)
    yield "an array of objects", plain.getvalue()
    packed = io.BytesIO()
    np.savez(packed, labels=array, allow_pickle=True)
    yield "an archive with an array of objects", packed.getvalue()
    mixed = io.BytesIO()
    with zipfile.ZipFile(mixed, "w") as archive:
        archive.writestr("labels.npy", pickled)
        archive.writestr("data.pkl", pickled)
    yield "an archive with pickles", mixed.getvalue()


def _load_model(folder: Path, content: bytes) -> None:
    save(ABOUT, {"labels": np.arange(10)}, {}, folder)
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    manifest["models"][0]["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / manifest["models"][0]["file"]).write_bytes(content)
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest))
    load("mood", folder)


def _refused(load_it: Callable[..., object], *what: object) -> bool:
    try:
        load_it(*what)
    except ModelError:
        return True
    return False


PICKLES = Row("pickles", "A malicious model is refused and runs nothing", pickles)
