"""How right a trained score is on labelled data: `btl evaluate NAME --data FILE`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from threads.errors import InputError, SettingError
from threads.scores.classifier import UNCLEAR, Classifier, TrainedScore, Vector, spoken
from threads.scores.labels import TASKS, mapped, task
from threads.scores.offensive import Offensive
from threads.scores.reply_relation import ReplyRelation
from threads.scores.stance import Stance

BINS: Final = 10
FLOOR_DRAWS: Final = 200
ASKED_ACCURACY: Final = 0.7  # the coverage at which answers are this often right is given
COUNTS_AS: Final = {"asks": "comments"}  # where the data do not tell the one from the other
FEW_CLEAN: Final = "not_toxic for fewer than half of the annotators"
MOST_CLEAN: Final = "not_toxic for at least half of the annotators"
_MAJORITY: Final = {FEW_CLEAN: "offensive", MOST_CLEAN: "clean"}
_LONE = re.compile("[\ud800-\udfff]")
SCORED: Final[dict[str, type[TrainedScore]]] = {
    "reply_relation": ReplyRelation,
    "topic_stance": Stance,
    "offensive": Offensive,
}


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled texts with their contexts: `mapping` leads from the file's words to `labels`."""

    texts: list[str] = field(default_factory=list)
    contexts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)

    def only(self, places: Sequence[int]) -> Examples:
        """Return the examples at `places`, with the whole mapping."""
        return Examples(
            texts=[self.texts[place] for place in places],
            contexts=[self.contexts[place] for place in places],
            labels=[self.labels[place] for place in places],
            rows=[self.rows[place] for place in places],
            mapping=self.mapping,
        )


def evaluate(name: str, data: str | Path, classifier: Classifier | None = None) -> dict[str, Any]:
    """Return how right a classifier of the task `name` (a key of TASKS) is on the JSON lines of `data`.

    Each line holds `text`, `label`, and the text beside it (Task.contexts). Rows for offensive may count
    `annotators` and those of them who said `not_toxic` in place of a label. The classifier is the one that
    comes with the package unless another is given. The answer has

    - score, model, mapping (what the file's labels were taken for), not_in_file (labels of the task that no
      row has; the forced choice leaves them out, so that figures compare with those published for such data)
    - for the forced choice among the labels that the file uses: n, macro_f1, accuracy, balanced_accuracy,
      per_class (precision, recall, f1, n), and auc where there are two labels
    - for what is said when it may abstain: coverage, speaking (n, accuracy, per_label: n and precision; to
      say a label that no row has is wrong), and coverage_at_70: the largest share of rows, surest first, of
      which 70% are right
    - calibration_error of the likeliest label's probability among those labels, and calibration_floor, what a
      perfectly calibrated classifier shows at these rows
    - with_context: the same without the rows that have no text beside them, where there are such rows and
      two labels among the others

    Raises
    ------
    SettingError
        No such score can be evaluated.
    InputError
        The file cannot be read, holds no row, has one label only, or a line is not of this shape.
    """
    examples = read_examples(name, data)
    if not examples.texts:
        raise InputError("holds no row with text and label", source=str(data))
    require_choice(examples, data)
    return measure(name, examples, classifier or builtin(name))


def require_choice(examples: Examples, data: str | Path) -> None:
    """Raise InputError where all rows have one label: whoever says nothing else is always right there."""
    if len(set(examples.labels)) == 1:
        raise InputError(
            f"every row is labelled {examples.labels[0]}",
            source=str(data),
            remedy="At least two labels are needed: add rows with another",
        )


def measure(name: str, examples: Examples, judge: Classifier) -> dict[str, Any]:
    """Return the answer of `evaluate` for examples that were read already."""
    found = judge.probabilities(examples.texts, examples.contexts)
    answer = {
        "score": name,
        "model": judge.label,
        "mapping": examples.mapping,
        "not_in_file": _absent(name, examples.labels),
        **assess(found, examples.labels, judge),
    }
    beside = np.array([context.strip() != "" for context in examples.contexts])
    labels = [label for label, there in zip(examples.labels, beside, strict=True) if there]
    if TASKS[name].contexts and not beside.all() and len(set(labels)) > 1:
        answer["with_context"] = {
            "not_in_file": _absent(name, labels),
            **assess(found[beside], labels, judge),
        }
    return answer


def _absent(name: str, labels: Sequence[str]) -> list[str]:
    return [label for label in TASKS[name].labels if label not in set(labels)]


def builtin(name: str) -> Classifier:
    """Return the classifier of the package for a task; SettingError where there is none."""
    if name not in SCORED:
        raise SettingError(f"{name} cannot be evaluated", remedy=f"Known: {', '.join(SCORED)}")
    return SCORED[name]().builtin()


def read_examples(name: str, data: str | Path) -> Examples:
    """Return the labelled rows of a JSON-lines file for the task `name`; InputError names a bad line."""
    asked, found = task(name), Examples()
    for number, row in json_lines(Path(data)):
        place = f"line {number}"
        text, label = row.get("text"), row.get("label", _majority(row) if name == "offensive" else None)
        if not isinstance(text, str) or not isinstance(label, str | int | bool):
            raise InputError("lacks text or label", source=str(data), place=place)
        word = str(label)
        if "label" not in row:
            found.mapping[word] = _MAJORITY[word]
        if word not in found.mapping:
            found.mapping.update(mapped([word], asked))
        if word not in found.mapping:
            raise InputError(
                f"the label {word[:40]!r} means nothing to {name}",
                source=str(data),
                place=place,
                remedy=f"Known: {', '.join(asked.meanings)}",
            )
        found.texts.append(text)
        found.contexts.append(next((row[key] for key in asked.contexts if isinstance(row.get(key), str)), ""))
        found.labels.append(found.mapping[word])
        found.rows.append(row)
    return found


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a JSON-lines file, each with its line; InputError names one that is none."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=str(path)) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = _loaded(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"is not JSON ({error})", source=str(path), place=f"line {number}") from error
        if not isinstance(row, dict):
            raise InputError("is not a JSON object", source=str(path), place=f"line {number}")
        yield number, row


def _loaded(line: bytes) -> Any:
    """Return a line of JSON; as some writers do, it may hold NaN, or halves of surrogate pairs as escapes."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        row = json.loads(line)
    if not isinstance(row, dict):
        return row
    return {
        key: _LONE.sub("\ufffd", value) if isinstance(value, str) else value for key, value in row.items()
    }


def _majority(row: Mapping[str, Any]) -> str | None:
    """Return the word for what most annotators of a comment of Civil Comments found; None for other rows."""
    annotators, clean = row.get("annotators"), row.get("not_toxic")
    if not isinstance(annotators, int) or not isinstance(clean, int) or not 0 <= clean <= annotators > 0:
        return None
    return FEW_CLEAN if 2 * clean < annotators else MOST_CLEAN


def assess(found: Vector, truth: Sequence[str], judge: Classifier) -> dict[str, Any]:
    """Return the figures of `evaluate` for what `judge` found for texts labelled `truth`."""
    used = [number for number, label in enumerate(judge.labels) if label in set(truth)]
    names = [judge.labels[number] for number in used]
    among = found[:, used] / np.maximum(found[:, used].sum(axis=1, keepdims=True), np.finfo(float).tiny)
    forced = [names[best] for best in (found * judge.weights)[:, used].argmax(axis=1)]
    likeliest = [names[best] for best in among.argmax(axis=1)]
    said = [_counted(label, names) for label in spoken(found, judge.labels, judge.thresholds)]
    right = np.array([true == label for true, label in zip(truth, likeliest, strict=True)])
    top = among.max(axis=1)
    return {
        "n": len(truth),
        **agreement(truth, forced, names),
        **({"auc": auc(among[:, 0], np.array([t == names[0] for t in truth]))} if len(names) == 2 else {}),
        **speaking(truth, said),
        "coverage_at_70": coverage_at(top, right, ASKED_ACCURACY),
        "calibration_error": calibration_error(top, right),
        "calibration_floor": calibration_floor(top),
    }


def _counted(label: str, names: Sequence[str]) -> str:
    """Return a label as the data know it; one that they do not know stays, and is wrong."""
    other = COUNTS_AS.get(label)
    return other if other is not None and label not in names and other in names else label


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


def commonest(found: Mapping[str, Any]) -> tuple[str, float]:
    """Return the commonest label in figures of `assess`, and its share: the accuracy of always saying it."""
    label, row = max(found["per_class"].items(), key=lambda item: item[1]["n"])
    return label, row["n"] / found["n"]


def auc(values: Vector, positive: npt.NDArray[np.bool_]) -> float:
    """Return the share of pairs (a positive and another row) that `values` rank right; ties count half."""
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - slow to import

    return float(roc_auc_score(positive, values))


def coverage_at(top: Vector, right: npt.NDArray[np.bool_], accuracy: float) -> float:
    """Return the largest share of rows, surest first, of which at least `accuracy` are right.

    Rows that are equally sure count together or not at all.
    """
    order = np.argsort(-top, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(top) + 1)
    whole = np.diff(top[order], append=-1.0) < 0
    good = np.flatnonzero((shares >= accuracy) & whole)
    return float((good[-1] + 1) / len(top)) if len(good) else 0.0


def calibration_error(top: Vector, right: npt.NDArray[np.bool_]) -> float:
    """Return the expected calibration error (Naeini et al. 2015) in BINS of equal count."""
    gaps = np.add.reduceat((right - top)[np.argsort(top, kind="stable")], _edges(len(top)))
    return float(np.abs(gaps).sum() / len(top))


def calibration_floor(top: Vector) -> float:
    """Return the mean calibration error where probabilities are exactly true, at these rows."""
    generator = np.random.default_rng(0)
    draws = [calibration_error(top, generator.random(len(top)) < top) for _ in range(FLOOR_DRAWS)]
    return float(np.mean(draws))


def _edges(count: int) -> npt.NDArray[np.intp]:
    bins = min(BINS, count)
    return np.arange(bins, dtype=np.intp) * count // bins


def speaking(truth: Sequence[str], said: Sequence[str]) -> dict[str, Any]:
    """Return coverage, and how right a score is where it speaks: over all, and label by label."""
    times = Counter(label for label in said if label != UNCLEAR)
    right = Counter(label for true, label in zip(truth, said, strict=True) if label == true)
    total = times.total()
    return {
        "coverage": total / len(truth),
        "speaking": {
            "n": total,
            "accuracy": right.total() / total if total else None,
            "per_label": {
                label: {"n": times[label], "precision": right[label] / times[label]}
                for label in sorted(times)
            },
        },
    }
