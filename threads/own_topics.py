"""A topic of one's own in a stored discussion: what to label, how good it gets, judging by what learnt."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd

from threads.analysis import with_context
from threads.errors import InputError, ModelError, StoreError
from threads.scores import score
from threads.scores.base import Score
from threads.scores.chosen import scores_for
from threads.scores.own_topic import OwnTopic, fit, load
from threads.scores.own_topic.fitting import Accuracy, accuracy_of
from threads.scores.own_topic.score import OwnStance
from threads.scores.own_topic.suggesting import suggest
from threads.scores.stance import Stance
from threads.settings import Settings
from threads.storage import Store
from threads.storage.labels import SKIPPED

BLOCK: Final = 500  # comments judged between two words on how far it is
STEP: Final = 10  # labels between two points of the growing accuracy
SUGGESTED: Final = 40


def labelled(store: Store, thread_id: str, target: str) -> pd.DataFrame:
    """Return what was labelled and not skipped, LABEL_COLUMNS of `threads.storage.labels`."""
    given = store.labels.given(thread_id, target)
    return given[given["label"] != SKIPPED]


def learnt(store: Store, thread_id: str, target: str) -> OwnTopic:
    """Return a model of the labels given so far; InputError where they are too few."""
    rows = labelled(store, thread_id, target)
    return fit(rows["text"].tolist(), rows["label"].tolist(), target)


def growth(store: Store, thread_id: str, target: str) -> list[Accuracy]:
    """Return the cross-validated accuracy after each STEP labels in their order, and of all; [] before."""
    rows = labelled(store, thread_id, target)
    sizes = sorted({*range(STEP, len(rows), STEP), len(rows)})
    found = []
    for size in sizes:
        try:
            found.append(accuracy_of(rows["text"].tolist()[:size], rows["label"].tolist()[:size]))
        except InputError:  # too few of a label so far
            continue
    return found


def to_label(store: Store, thread_id: str, target: str) -> list[str]:
    """Return the ids of at most SUGGESTED comments to label next, the most useful first."""
    frame = store.comments(thread_id)
    given = set(store.labels.given(thread_id, target)["comment_id"])
    left = frame[~frame["comment_id"].isin(given)]
    try:
        model = learnt(store, thread_id, target)
    except InputError:
        model = None
    places = suggest(left["text"].tolist(), SUGGESTED, model, left["status"].tolist())
    return [str(left["comment_id"].iloc[place]) for place in places]


def model_path(settings: Settings, thread_id: str, target: str) -> Path:
    """Return where the model of a discussion's topic is kept."""
    digest = hashlib.sha256(f"{thread_id}\x00{target}".encode(errors="surrogatepass")).hexdigest()
    return Path(settings.topic_folder) / f"{digest[:16]}.npz"


def kept(settings: Settings, thread_id: str, target: str) -> OwnTopic | None:
    """Return the model that was kept for a discussion's topic; None where there is none to be read."""
    path = model_path(settings, thread_id, target)
    try:
        return load(path) if path.is_file() else None
    except ModelError:
        return None


def keep(settings: Settings, thread_id: str, target: str, model: OwnTopic) -> Path:
    """Save a model; return its file.

    Raises
    ------
    StoreError
        The folder cannot be made.
    ModelError
        The file cannot be written.
    """
    path = model_path(settings, thread_id, target)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the folder cannot be made ({error.strerror or error})",
            source=str(path.parent),
            remedy="Check its place, or name another with the variable BTL_TOPIC_FOLDER",
        ) from None
    model.save(path)
    return path


def judge_again(
    store: Store,
    thread_id: str,
    settings: Settings,
    model: OwnTopic | None,
    actor: str,
    told: Callable[[int, int], bool] = lambda _done, _of: True,
) -> bool:
    """Judge the stance of a stored discussion anew: by `model`, or, without one, as the settings say.

    Nothing is changed before all is judged. `told` hears how many of how many comments are; where it answers
    False, all stays as it was. Returns whether it was done.
    """
    discussion, records = store.discussion(thread_id), store.comments(thread_id)
    judge: Score = OwnStance(model) if model is not None else _of_settings(settings)
    rows = with_context(records, (discussion,))
    parts = []
    for start in range(0, len(rows), BLOCK):
        if not told(start, len(rows)):
            return False
        parts.append(score(rows.iloc[start : start + BLOCK], [judge]))
    if not parts or not told(len(rows), len(rows)):
        return False
    scores = pd.concat(parts).set_axis(records["comment_id"].tolist())
    named = "as the settings say" if model is None else model.label
    store.labels.put_stances(thread_id, scores, named, actor)
    store.rule_books.reflag(settings, actor, threads=[thread_id])
    return True


def _of_settings(settings: Settings) -> Score:
    return next(item for item in scores_for(settings) if item.name == Stance.name)
