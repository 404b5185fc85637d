"""Which model judges: what a setting names as a classifier, and the scores that rest on it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from threads.errors import ModelError, SettingError
from threads.models import MANIFEST
from threads.scores import SCORES
from threads.scores.base import Score
from threads.scores.classifier import Classifier, TrainedScore
from threads.scores.evaluate import SCORED, builtin
from threads.scores.featuring import Featuring
from threads.scores.labels import task as task_called
from threads.scores.offensive_model import OffensiveModel
from threads.scores.onnx_model import OnnxModel
from threads.scores.own_topic import OwnTopic, load
from threads.scores.own_topic.score import OwnStance
from threads.scores.transformers_model import NliModel, TransformersModel
from threads.settings import SETTINGS, Settings

BUILTIN: Final = "builtin"
ONNX: Final = "onnx"
STANCE: Final = "topic_stance"
OFFENSIVE: Final = "offensive"
TRANSFORMERS: Final = "transformers"
NLI: Final = "nli"
TASK_OF: Final = {scored.name: task for task, scored in SCORED.items()}
"""The task of each score that a classifier can be chosen for, by a setting called NAME_model."""
ENCODERS: Final = ("reply_relation", "offensive")
"""The tasks that an encoder was fine-tuned for."""
OWN_FILES: Final = {
    STANCE: "a file that `btl topic fit` made",
    OFFENSIVE: "a file that `btl train offensive --decisions` made",
}
"""What a user can make of their own, by task."""


def scores_for(settings: Settings) -> tuple[Score, ...]:
    """Return SCORES as `settings` want them: classifiers of trained scores, weights of cues.

    Raises
    ------
    SettingError
        A setting names none that judges this.
    ModelError
        The one it names is not installed, or cannot be trusted.
    """
    return tuple(_with_choice(item, settings) for item in SCORES)


def _with_choice(item: Score, settings: Settings) -> Score:
    if isinstance(item, Featuring):
        return Featuring(settings)
    choice = choice_of(item.name, settings)
    if choice == BUILTIN or not isinstance(item, TrainedScore):
        return item
    task = TASK_OF[item.name]
    source = variable_of(item.name) + (" or --stance-model" if task == STANCE else "")
    judge = classifier_for(task, choice, download=bool(settings.download_models), source=source)
    return OwnStance(judge) if isinstance(judge, OwnTopic) else type(item)(judge)


def choice_of(score: str, settings: Settings) -> str:
    """Return what `settings` name to judge `score`; BUILTIN where there is no choice."""
    return str(getattr(settings, f"{score}_model")) if score in TASK_OF else BUILTIN


def variable_of(score: str) -> str:
    """Return the environment variable of the setting that names what judges `score`."""
    return next(setting.variable for setting in SETTINGS if setting.name == f"{score}_model")


def choices(task: str) -> str:
    """Return what can be chosen for a task, in words."""
    onnx = [ONNX] if task in ENCODERS else []
    nli = [f"{NLI}:NAME"] if task == STANCE else []
    own = [OWN_FILES[task]] if task in OWN_FILES else []
    known = [BUILTIN, *onnx, f"{TRANSFORMERS}:NAME", *nli, *own]
    return f"{', '.join(known[:-1])} or {known[-1]}"


def classifier_for(task: str, choice: str, *, download: bool = False, source: str = "") -> Classifier:
    """Return the classifier that `choice` names for a task; errors as in `scores_for`.

    A choice is `builtin`; `onnx` for ENCODERS; `transformers:` with the name or folder of a model, and
    perhaps what its classes mean (?CLASS=LABEL&CLASS=LABEL); for stance `nli:` with name or folder of a
    model of natural language inference; and a file of OWN_FILES. `download` lets models come from the Hugging
    Face hub. `source` is where the choice comes from, for messages.
    """
    if choice == BUILTIN:
        return builtin(task)
    if task in OWN_FILES and _is_file(choice):
        return _of_file(task, Path(choice), source)
    task_called(task)
    kind, _, name = choice.partition(":")
    if choice == ONNX and task not in ENCODERS:
        raise SettingError(
            f"there is no fine-tuned encoder of {task}", source=source, remedy=f"Give {choices(task)}"
        )
    if choice != ONNX and not (name and kind in ((TRANSFORMERS, NLI) if task == STANCE else (TRANSFORMERS,))):
        raise SettingError(f"{choice!r} is no model of {task}", source=source, remedy=f"Give {choices(task)}")
    return _kept(task, choice, download)


def _of_file(task: str, path: Path, source: str) -> Classifier:
    """Return the model in a file of OWN_FILES; ModelError names `source` and the file."""
    remedy = f"Give {choices(task)}"
    try:
        return load(path) if task == STANCE else OffensiveModel.load(path.stem, _folder_of(path))
    except ModelError as error:
        parts = dict.fromkeys(part for part in (str(path), error.source, error.place) if part)
        raise ModelError(error.problem, source=source, place=", ".join(parts), remedy=remedy) from error


def _folder_of(path: Path) -> Path:
    """Return the folder of a model fitted to decisions; ModelError where it is none."""
    if not path.is_file():
        raise ModelError("cannot be read (no such file)")
    if not (path.parent / MANIFEST).is_file():
        problem = f"is no model of {OFFENSIVE}: {MANIFEST}, which is made with one, does not lie beside it"
        raise ModelError(problem)
    return path.parent


def is_own_topic(task: str, choice: str) -> bool:
    """Return whether `choice` is the file of a model that judges one topic only."""
    return task == STANCE and _is_file(choice)


def _is_file(choice: str) -> bool:
    return choice.endswith(".npz") or Path(choice).is_file()


@lru_cache(maxsize=4)
def _kept(task: str, choice: str, download: bool) -> Classifier:
    """Return a classifier that takes long to load; it is loaded once."""
    kind, _, name = choice.partition(":")
    if kind == ONNX:
        return OnnxModel.load(task, lambda: builtin(task))
    if kind == NLI:
        return NliModel.load(name, download=download)
    return TransformersModel.load(name, task_called(task), download=download)
