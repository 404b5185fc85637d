"""A score of another package that does not keep to what it declares is named, with what is wrong with it."""

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

import pandas as pd
import pytest

from threads.errors import InputError, PlugInError
from threads.records import Column
from threads.samples import sample_folder
from threads.scores import plug_ins, score
from threads.scores.sentiment import Sentiment

ROOT = Path(__file__).resolve().parent.parent
PIPELINE = str(sample_folder() / "siberia_pipeline" / "thread.txt")
CALLED = "the score plug-in shouts (exclaiming 1.0, exclaiming:Shouting)"
REMEDY = "Mend it, or uninstall it: pip uninstall exclaiming"


class Shouting:
    """A score that gives `found(frame)`."""

    name = "shouting"
    help = "How loud it is."
    columns = (Column("shouts", "integer", "Number of exclamation marks."),)

    def __init__(self, found=None, **changes):
        self.found = found
        for name, value in changes.items():
            setattr(self, name, value)

    def score(self, frame):
        return self.found(frame)


def counted(frame, name="shouts"):
    return pd.DataFrame({name: frame["text"].str.count("!")}, index=frame.index)


def failing(frame):
    return frame["mood"]


class Entry:
    """An entry point of a distribution."""

    name, value = "shouts", "exclaiming:Shouting"

    class dist:  # noqa: N801 - as importlib.metadata calls it
        name, version = "exclaiming", "1.0"

    def __init__(self, item):
        self.item = item

    def load(self):
        if isinstance(self.item, Exception):
            raise self.item
        return lambda: self.item


@pytest.fixture
def installed(monkeypatch):
    """Add a score as if another package had it."""

    def install(item):
        monkeypatch.setattr(plug_ins, "entry_points", lambda **_: [Entry(item)])
        return plug_ins.with_plug_ins((Sentiment(),))

    return install


def test_a_sound_one_comes_behind_the_own_ones_and_gives_its_values(installed):
    scores = installed(Shouting(counted))
    assert [item.name for item in scores] == ["sentiment", "shouting"]
    frame = pd.DataFrame({"text": ["a!", None, "b!!"]}, index=[5, 5, 7])
    found = score(frame, scores)["shouts"]
    assert (found.dtype, list(found.index)) == ("Int64", [5, 5, 7])
    assert found.tolist() == [1, pd.NA, 2]


def test_what_it_adds_to_its_frame_no_other_score_sees(installed):
    def meddling(frame):
        frame["text"] = "!!!"
        return counted(frame)

    scores = installed(Shouting(meddling))
    assert score(["good"], [scores[1], scores[0]])["sentiment"].tolist() == [0.4404]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (ImportError("No module named 'mood'"), "it cannot be loaded (ImportError: No module named 'mood')"),
        (Shouting(name="sentiment"), "there is another score called sentiment"),
        (Shouting(name=None), "it lacks a name or a help text"),
        (Shouting(columns=()), "it declares no column"),
        (Shouting(columns=["shouts"]), "its columns are no tuple of threads.records.Column"),
        (Shouting(score=None), "it has no method score"),
        (
            Shouting(columns=(Column("sentiment", "number", "x"),)),
            "its column sentiment has the name of one that the score sentiment has",
        ),
        (
            Shouting(columns=(Column("likes", "integer", "x"),)),
            "its column likes has the name of one that the records have",
        ),
        (
            Shouting(columns=Shouting.columns * 2),
            "its column shouts has the name of one that it has itself",
        ),
    ],
)
def test_one_that_cannot_be_used_is_named_with_the_remedy(installed, item, said):
    with pytest.raises(PlugInError) as caught:
        installed(item)
    assert str(caught.value) == f"{CALLED}: {said}. {REMEDY}"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            lambda frame: counted(frame, "shout"),
            "it gives no column shouts, which it declares; it gives shout",
        ),
        (
            lambda frame: pd.concat([counted(frame)] * 2, axis="columns"),
            "it gives more than one column shouts, which it declares; it gives shouts, shouts",
        ),
        (lambda frame: counted(frame).iloc[:1], "it gives 1 rows for 2 comments"),
        (
            lambda frame: counted(frame).set_axis([7, 8]),
            "it gives another index than that of the frame it was given",
        ),
        (lambda frame: [1] * len(frame), "it gives a value of type list where a frame is wanted"),
    ],
)
def test_one_that_gives_something_else_than_it_declares_is_named(installed, found, said):
    with pytest.raises(PlugInError) as caught:
        score(["a!", "b"], installed(Shouting(found)))
    assert str(caught.value) == f"{CALLED}: {said}. {REMEDY}"


def test_one_that_gives_values_of_another_type_is_named(installed):
    with pytest.raises(PlugInError, match="other types than it declares: shouts integer"):
        score(["a!"], installed(Shouting(lambda frame: counted(frame).astype(str) + "x")))


class Unwilling:
    def __float__(self):
        raise AttributeError("no number")


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("integer", float("inf")),
        ("integer", 2**63),
        ("number", 10**400),
        ("number", Unwilling()),
        ("time", 10**30),
    ],
    ids=["infinite", "beyond-64-bits", "beyond-a-float", "unwilling", "beyond-time"],
)
def test_one_that_gives_a_value_that_its_type_cannot_hold_is_named(installed, kind, given):
    def found(frame):
        return pd.DataFrame({"shouts": pd.Series([given] * len(frame), index=frame.index, dtype=object)})

    item = Shouting(found, columns=(Column("shouts", kind, "Number of exclamation marks."),))
    with pytest.raises(PlugInError, match=f"other types than it declares: shouts {kind}"):
        score(["a!"], installed(item))


def test_one_that_fails_is_named_with_the_line(installed):
    with pytest.raises(PlugInError) as caught:
        score(["a!"], installed(Shouting(failing)))
    line = failing.__code__.co_firstlineno + 1
    assert str(caught.value) == (
        f"{CALLED}, test_score_plug_ins.py line {line}: it fails (KeyError: 'mood'). {REMEDY}"
    )


def test_an_error_that_it_raises_on_purpose_stays(installed):
    def refusing(_):
        raise InputError("no licence")

    with pytest.raises(InputError, match=r"^no licence$"):
        score(["a!"], installed(Shouting(refusing)))


def test_the_id_by_which_one_is_known_is_no_other_score_s(monkeypatch):
    entries = [Entry(Shouting(counted))]
    with monkeypatch.context() as patch:
        patch.setattr(plug_ins, "entry_points", lambda **_: entries)
        kept = weakref.ref(plug_ins.with_plug_ins(())[0])
    entries.clear()
    gc.collect()
    assert kept() is not None


def test_a_score_given_by_hand_is_held_to_it_too():
    with pytest.raises(PlugInError, match=r"the score shouting \(.*:Shouting\): it gives no column shouts"):
        score(["a!"], [Shouting(lambda frame: counted(frame, "shout"))])


@pytest.mark.parametrize("command", [["analyse", PIPELINE], ["models"]])
def test_the_command_line_names_one_that_cannot_be_loaded(tmp_path, command):
    (tmp_path / "exclaiming.py").write_text("import no_such_module\n", encoding="utf-8")
    folder = tmp_path / "exclaiming-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: exclaiming\nVersion: 1.0\n", "utf-8")
    (folder / "entry_points.txt").write_text(
        f"[{plug_ins.GROUP}]\nshouts = exclaiming:Shouting\n", encoding="utf-8"
    )
    result = subprocess.run(
        [sys.executable, "-m", "threads", *command],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 1
    assert result.stderr == (
        f"btl: {CALLED}: it cannot be loaded (ModuleNotFoundError: No module named 'no_such_module'). "
        f"{REMEDY}\n"
    )
