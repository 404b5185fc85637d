"""How right a trained score is on labelled data: `btl evaluate NAME --data FILE`."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd

from threads.errors import InputError, SettingError
from threads.parse.language import ENGLISH, base_language, of_comment
from threads.scores.classifier import UNCLEAR, Classifier, TrainedScore, Vector, spoken
from threads.scores.labels import TASKS, Task, mapped, task
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
_COUNTED: Final = ("offensive",)  # tasks whose rows may count annotators in the place of a label
MOST_FIELDS: Final = 12  # names of fields, and
MOST_SHOWN: Final = 40  # characters of a value, that a message shows
_LONE = re.compile("[\ud800-\udfff]")
SCORED: Final[dict[str, type[TrainedScore]]] = {
    "reply_relation": ReplyRelation,
    "topic_stance": Stance,
    "offensive": Offensive,
}


BESIDE: Final = {"parent_text": "no_parent", "target": "no_target"}
"""What lacks where a score does not find the text beside the comment, by the column that it reads."""


@dataclass(frozen=True, slots=True)
class Given:
    """Labelled data that were read already: what messages call them, and their bytes."""

    name: str
    content: bytes

    def __str__(self) -> str:
        return self.name


Data = str | Path | Given
"""Labelled data: the file they are in, or what was read already."""


class Judging(Protocol):
    """A score that says which rows get a value."""

    def judges(self, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which rows of `frame` get values."""
        ...


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


def evaluate(name: str, data: Data, classifier: Classifier | None = None) -> dict[str, Any]:
    """Return how right a classifier of the task `name` (a key of TASKS) is on the JSON lines of `data`.

    The name of the score stands for its task, too: stance for topic_stance.
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
    - without_value: n, the rows that all of this counts and the score leaves without a value; and why, how
      many of them have no_text, no_parent or no_target, are not_english, or have no_word
    - with_context: the same without the rows that have no text beside them, where there are such rows and
      two labels among the others

    Raises
    ------
    SettingError
        No such score can be evaluated.
    InputError
        The file cannot be read, holds no row, has one label only, or a line is not of this shape.
    """
    name = task_of(name)
    examples = read_examples(name, data)
    if not examples.texts:
        raise InputError("holds no row with text and label", source=str(data), remedy=wanted(task(name)))
    require_choice(examples, data)
    return measure(name, examples, classifier or builtin(name))


def task_of(name: str) -> str:
    """Return the task that the score called `name` is asked; any other name as it is."""
    return next((task for task, scored in SCORED.items() if scored.name == name), name)


def require_choice(examples: Examples, data: Data) -> None:
    """Raise InputError where all rows have one label: whoever says nothing else is always right there."""
    if len(set(examples.labels)) == 1:
        raise InputError(
            f"every row is labelled {examples.labels[0]}",
            source=str(data),
            remedy="At least two labels are needed: add rows with another",
        )


def measure(
    name: str, examples: Examples, judge: Classifier, scored: Judging | None = None
) -> dict[str, Any]:
    """Return the answer of `evaluate` for examples that were read already.

    `scored` is the score that rests on `judge`, where it is not that of SCORED.
    """
    found = judge.probabilities(examples.texts, examples.contexts)
    answer = {
        "score": name,
        "model": judge.label,
        "mapping": examples.mapping,
        "not_in_file": _absent(name, examples.labels),
        **assess(found, examples.labels, judge),
        "without_value": without_value(name, examples, scored or SCORED[name](judge)),
    }
    beside = np.array([context.strip() != "" for context in examples.contexts])
    labels = [label for label, there in zip(examples.labels, beside, strict=True) if there]
    if TASKS[name].contexts and not beside.all() and len(set(labels)) > 1:
        answer["with_context"] = {
            "not_in_file": _absent(name, labels),
            **assess(found[beside], labels, judge),
        }
    return answer


def without_value(name: str, examples: Examples, scored: Judging) -> dict[str, Any]:
    """Return n, how many of the examples `scored` leaves without a value, and why: reasons, each with rows.

    The first of no_text, no_parent or no_target, not_english and no_word that is true of a row counts.
    """
    context = SCORED[name].context
    frame = pd.DataFrame({"text": examples.texts, context or "context": examples.contexts}, dtype="str")
    frame["language"] = [
        of_comment(text, row.get("language")) for text, row in zip(examples.texts, examples.rows, strict=True)
    ]
    reasons = [
        ("no_text", frame["text"].str.strip() == ""),
        *([(BESIDE[context], frame[context].str.strip() == "")] if context is not None else []),
        ("not_english", ~frame["language"].map(base_language).isin([None, ENGLISH])),
        ("no_word", pd.Series(data=True, index=frame.index)),
    ]
    left, why = ~scored.judges(frame), {}
    count = int(left.sum())
    for reason, holds in reasons:
        if rows := int((left & holds.to_numpy()).sum()):
            why[reason] = rows
            left &= ~holds.to_numpy()
    return {"n": count, "why": why}


def _absent(name: str, labels: Sequence[str]) -> list[str]:
    return [label for label in TASKS[name].labels if label not in set(labels)]


def builtin(name: str) -> Classifier:
    """Return the classifier of the package for a task; SettingError where there is none."""
    if name not in SCORED:
        raise SettingError(f"{name} cannot be evaluated", remedy=f"Known: {', '.join(SCORED)}")
    return SCORED[name]().builtin()


def read_examples(name: str, data: Data) -> Examples:
    """Return the labelled rows of JSON lines for the task `name`; InputError names a bad line."""
    asked, found = task(name), Examples()
    for number, row in json_lines(data, wanted(asked)):
        place = f"line {number}"
        if problem := _unusable(row, asked):
            raise InputError(problem, source=str(data), place=place, remedy=wanted(asked))
        text, word = row["text"], str(row.get("label", _majority(row)))
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


def wanted(asked: Task) -> str:
    """Return what labelled data for a task look like, as a remedy."""
    row = {"text": "…", **dict.fromkeys(asked.contexts[:1], "…"), "label": asked.labels[0]}
    counts = (
        "; in the place of label, whole numbers annotators and not_toxic" if asked.name in _COUNTED else ""
    )
    shown = json.dumps(row, ensure_ascii=False)
    return f"Wanted are JSON lines in UTF-8 such as {shown}{counts}"


def _unusable(row: Mapping[str, Any], asked: Task) -> str:
    """Return what is wrong with the text or the label of a row, "" where nothing is."""
    if not isinstance(row.get("text"), str):
        return _instead(row, "text", "a text")
    if "label" in row:
        return "" if isinstance(row["label"], str | int) else _instead(row, "label", "a label")
    if asked.name not in _COUNTED or not {"annotators", "not_toxic"} & row.keys():
        return _instead(row, "label", "a label")
    annotators, clean = (_shown(row.get(key)) for key in ("annotators", "not_toxic"))
    return "" if _majority(row) else f"it has no label, and not_toxic is {clean} of {annotators} annotators"


def _instead(row: Mapping[str, Any], key: str, kind: str) -> str:
    """Return what stands where a row should have `key`."""
    if key in row:
        return f"its {key} is {_shown(row[key])} where {kind} is wanted"
    fields = f"its fields are {', '.join(list(row)[:MOST_FIELDS])}" if row else "it has no field"
    return f"it has no {key}; {fields}"


def _shown(value: object) -> str:
    return json.dumps(value)[:MOST_SHOWN]


def json_lines(data: Data, remedy: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of JSON lines, each with its line; InputError names one that is none."""
    source = str(data)
    try:
        content = data.content if isinstance(data, Given) else Path(data).read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=source) from error
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise InputError("is UTF-16", source=source, remedy=remedy)
    lines = content.splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = _loaded(line)
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"is not JSON ({error})", source=source, place=f"line {number}", remedy=remedy
            ) from error
        if not isinstance(row, dict):
            raise InputError("is not a JSON object", source=source, place=f"line {number}", remedy=remedy)
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
