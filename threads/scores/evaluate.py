"""How right a trained score is on labelled data: `btl evaluate NAME --data FILE`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from threads.errors import InputError, SettingError
from threads.models.linear import Arrays, Vector
from threads.scores.pair_model import UNCLEAR, PairScore, spoken
from threads.scores.reply_relation import ReplyRelation
from threads.scores.stance import Stance

BINS: Final = 10
FLOOR_DRAWS: Final = 200
COUNTS_AS: Final = {"asks": "comments"}  # where the data do not tell the one from the other


@dataclass(frozen=True, slots=True)
class Task:
    """A score that can be evaluated: its other text in the data, and what labels are called elsewhere."""

    score: type[PairScore]
    contexts: tuple[str, ...]
    mapping: Mapping[str, str]


TASKS: Final[dict[str, Task]] = {
    "reply_relation": Task(
        ReplyRelation,
        ("parent", "parent_text"),
        {
            **dict.fromkeys(("agrees", "agree", "agreement", "support", "supportive"), "agrees"),
            **dict.fromkeys(("disagrees", "disagree", "disagreement", "deny", "critical"), "disagrees"),
            **dict.fromkeys(("asks", "ask", "query", "question"), "asks"),
            **dict.fromkeys(("comments", "comment", "neutral"), "comments"),
        },
    ),
    "stance": Task(
        Stance,
        ("target", "parent"),
        {
            **dict.fromkeys(
                ("supportive", "support", "favor", "favour", "pro", "for", "agree"), "supportive"
            ),
            **dict.fromkeys(("critical", "undermine", "against", "con", "deny", "disagree"), "critical"),
            **dict.fromkeys(("neutral", "none", "comment", "query"), "neutral"),
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled pairs of texts: `labels` as the score calls them, `mapping` from what the file called them.

    `unpaired` are the labels of rows that have a text and nothing beside it.
    """

    texts: list[str] = field(default_factory=list)
    contexts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    unpaired: list[str] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)


def evaluate(name: str, data: str | Path) -> dict[str, Any]:
    """Return how right the score `name` (a key of TASKS) is on the labelled JSON lines of `data`.

    Each line holds `text`, `label`, and the text beside it as `parent` or `target`. The answer has, for the
    forced choice (`PairScore.forced`, among the labels that the file uses): n, macro_f1, accuracy,
    balanced_accuracy, per_class (precision, recall, f1, n). `most_likely` has the same for the likeliest
    label, as the score gives it. For what the score says when it may abstain: coverage, and speaking (n,
    accuracy; for each label n and precision). In `even` stand the same if all labels were equally common,
    which is what the probabilities mean, with calibration_error of the likeliest label's probability and
    calibration_floor (what a perfectly calibrated model shows at these rows). Rows without a text beside them
    are left out, and counted in left_out.

    Raises
    ------
    SettingError
        No such score can be evaluated.
    InputError
        The file cannot be read, or a line is not of this shape.
    """
    if name not in TASKS:
        raise SettingError(f"{name} cannot be evaluated", remedy=f"Known: {', '.join(TASKS)}")
    examples = read_examples(name, data)
    if not examples.texts:
        raise InputError("holds no row with text, label and a text beside it", source=str(data))
    score = TASKS[name].score()
    chances = score.judge(examples.texts, examples.contexts)
    forced = score.forced(examples.texts, examples.contexts)
    answer = {
        "score": name,
        "model": score.model.label,
        "left_out": len(examples.unpaired),
        "mapping": examples.mapping,
        **assess(chances, forced, examples.labels, score.model.arrays),
    }
    if name == "reply_relation" and examples.unpaired:
        answer["with_opening_posts"] = _with_opening_posts(answer, forced, examples, score)
    return answer


def read_examples(name: str, data: str | Path) -> Examples:
    """Return the labelled rows of a JSON-lines file for the score `name`; InputError names a bad line."""
    task, found = TASKS[name], Examples()
    for number, row in _rows(Path(data)):
        text, label = row.get("text"), row.get("label")
        if not isinstance(text, str) or not isinstance(label, str):
            raise InputError("lacks text or label", source=str(data), place=f"line {number}")
        known = task.mapping.get(label.strip().lower())
        if known is None:
            raise InputError(
                f"the label {label[:40]!r} means nothing to {name}",
                source=str(data),
                place=f"line {number}",
                remedy=f"Known: {', '.join(task.mapping)}",
            )
        found.mapping[label] = known
        context = next((row[key] for key in task.contexts if isinstance(row.get(key), str)), "")
        if not context.strip() or not text.strip():
            found.unpaired.append(known)
            continue
        found.texts.append(text)
        found.contexts.append(context)
        found.labels.append(known)
        found.rows.append(row)
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=str(path)) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InputError(f"is not JSON ({error})", source=str(path), place=f"line {number}") from error
        if not isinstance(row, dict):
            raise InputError("is not a JSON object", source=str(path), place=f"line {number}")
        yield number, row


def assess(chances: Vector, forced: Vector, truth: Sequence[str], arrays: Arrays) -> dict[str, Any]:
    """Return the figures of `evaluate` for what a model with `arrays` made of texts labelled `truth`."""
    labels = [str(label) for label in arrays["labels"]]
    used = [number for number, label in enumerate(labels) if label in set(truth)]
    names = [labels[number] for number in used]
    choice, likely = ([names[best] for best in made[:, used].argmax(axis=1)] for made in (forced, chances))
    said = [_counted(label, names) for label in spoken(chances, arrays)]
    top = chances.max(axis=1)
    best = [_counted(labels[number], names) for number in chances.argmax(axis=1)]
    right = np.array([t == b for t, b in zip(truth, best, strict=True)])
    weights = even(truth)
    return {
        "n": len(truth),
        **agreement(truth, choice, names),
        "most_likely": agreement(truth, likely, names),
        **speaking(truth, said, np.ones(len(truth))),
        "even": {
            **speaking(truth, said, weights),
            "chance": 1 / len(names),
            "calibration_error": calibration_error(top, right, weights),
            "calibration_floor": calibration_floor(top, weights),
        },
    }


def _counted(label: str, names: Sequence[str]) -> str:
    return label if label in names else COUNTS_AS.get(label, label)


def even(truth: Sequence[str]) -> Vector:
    """Return a weight for each row, in proportion to how rare its label is; their mean is 1."""
    times = Counter(truth)
    return np.array([len(truth) / (len(times) * times[label]) for label in truth])


def agreement(truth: Sequence[str], answers: Sequence[str], labels: Sequence[str]) -> dict[str, Any]:
    """Return macro_f1, accuracy, balanced_accuracy (mean recall) and per_class of `answers`.

    A label never answered has precision 0.
    """
    from sklearn.metrics import precision_recall_fscore_support  # noqa: PLC0415 - slow to import

    figures = precision_recall_fscore_support(truth, answers, labels=list(labels), zero_division=0.0)
    keys = ("precision", "recall", "f1", "n")
    return {
        "macro_f1": float(np.mean(figures[2])),
        "accuracy": float(np.mean([t == a for t, a in zip(truth, answers, strict=True)])),
        "balanced_accuracy": float(np.mean(figures[1])),
        "per_class": {
            label: {
                key: float(values[i]) if key != "n" else int(values[i])
                for key, values in zip(keys, figures, strict=True)
            }
            for i, label in enumerate(labels)
        },
    }


def calibration_error(top: Vector, right: npt.NDArray[np.bool_], weights: Vector) -> float:
    """Return the expected calibration error (Naeini et al. 2015) of weighted rows, in BINS of equal count."""
    order = np.argsort(top, kind="stable")
    gaps = np.add.reduceat((weights * (right - top))[order], _edges(len(top)))
    return float(np.abs(gaps).sum() / weights.sum())


def calibration_floor(top: Vector, weights: Vector) -> float:
    """Return the mean calibration error of a model whose probabilities are exactly true, at the same rows."""
    generator = np.random.default_rng(0)
    draws = [calibration_error(top, generator.random(len(top)) < top, weights) for _ in range(FLOOR_DRAWS)]
    return float(np.mean(draws))


def _edges(count: int) -> npt.NDArray[np.intp]:
    bins = min(BINS, count)
    return np.arange(bins, dtype=np.intp) * count // bins


def speaking(truth: Sequence[str], said: Sequence[str], weights: Vector) -> dict[str, Any]:
    """Return coverage, and how right the score is where it speaks: over all, and label by label."""
    times: Counter[str] = Counter()
    weight: dict[str, float] = {}
    right: dict[str, float] = {}
    for true, label, share in zip(truth, said, weights.tolist(), strict=True):
        if label != UNCLEAR:
            times[label] += 1
            weight[label] = weight.get(label, 0.0) + share
            right[label] = right.get(label, 0.0) + share * (true == label)
    total = sum(weight.values())
    return {
        "coverage": total / float(weights.sum()),
        "speaking": {
            "n": times.total(),
            "accuracy": sum(right.values()) / total if total else None,
            "per_label": {
                label: {"n": times[label], "precision": right[label] / weight[label]}
                for label in sorted(times)
            },
        },
    }


def _with_opening_posts(
    answer: Mapping[str, Any], forced: Vector, examples: Examples, score: PairScore
) -> dict[str, Any]:
    """Return the forced choice with posts that answer nothing taken as agreeing; published figures have them.

    A post that opens a rumour asserts it; the score itself gives such posts no relation.
    """
    labels = list(answer["per_class"])
    used = [score.labels.index(label) for label in labels]
    chosen = [labels[best] for best in forced[:, used].argmax(axis=1)]
    truth = [*examples.labels, *examples.unpaired]
    figures = agreement(truth, [*chosen, *("agrees" for _ in examples.unpaired)], sorted({*truth, *labels}))
    return {"n": len(truth), **figures}
