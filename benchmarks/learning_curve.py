"""How good a model of one topic is with 10, 20, 50, 100 and 300 labels: the tables of docs/own_topic.md.

    python -m benchmarks.learning_curve [FOLDER]

FOLDER holds the labelled data that training/README.md describes; ../shared/training where none is given. The
sets stand in for a user's topic: some dozen to some hundred short texts on one matter, two or three labels.
Labels are drawn by chance, DRAWS times, and asked for as `btl topic suggest` does; measured on are all the
other texts but near-copies in the first case, and a quarter that is never asked for in the second.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from threads.models.calibration import calibrated
from threads.scores.evaluate import Examples, agreement, read_examples
from threads.scores.own_topic.labelled import Labelled
from threads.scores.own_topic.learning import SIZES, learn, learning_curve
from threads.scores.own_topic.near_copies import Numbers
from threads.scores.own_topic.ngrams import KINDS, vocabulary
from threads.scores.own_topic.suggesting import likeness, spread, unsureness

DEFAULT = Path(__file__).resolve().parent.parent.parent / "shared" / "training"
DRAWS: Final = 20
SPLITS: Final = 4  # each quarter of a set is measured on once
EVENTS: Final = ("#ferguson", "#charliehebdo")  # with more than 300 tweets beside those measured on
CLAIM: Final = 65  # texts that a claim of Perspectrum needs to be a set of its own
SHARPNESS: Final = 0.5  # temperature of margins; a calibrated one is near it


@dataclass(frozen=True)
class Topic:
    """Labelled texts of one topic, and the row of the table that it counts toward."""

    group: str
    data: Labelled


def topics(folder: Path) -> Iterator[Topic]:
    """Yield the sets that can be made from the labelled data in `folder`."""
    reddit = [_read(folder, f"reply_relation/reddit_trump_{part}.jsonl") for part in ("train", "val")]
    yield _topic("Reddit, quarrels about Trump", *reddit)
    rumours = _read(folder, "reply_relation/rumoureval2019_train.jsonl")
    events = _events(rumours)
    for event in EVENTS:
        yield _topic("Tweets on one event", rumours.only([n for n, of in enumerate(events) if of == event]))
    claims = _read(folder, "topic_stance/perspectrum_train.jsonl")
    for claim, count in Counter(claims.contexts).items():
        if count >= CLAIM:
            rows = claims.only([n for n, of in enumerate(claims.contexts) if of == claim])
            yield _topic("Arguments on one claim", rows)


def _read(folder: Path, name: str) -> Examples:
    return read_examples("topic_stance", folder / name)


def _topic(group: str, *parts: Examples) -> Topic:
    texts = [text for part in parts for text in part.texts]
    return Topic(group, Labelled.of(texts, [label for part in parts for label in part.labels]))


def _events(rumours: Examples) -> list[str]:
    """Return the event of each row: the commonest hashtag of its thread, "" without one."""
    threads = [row.get("source") or row["text"] for row in rumours.rows]
    tags: dict[str, Counter[str]] = {}
    for thread, text in zip(threads, rumours.texts, strict=True):
        tags.setdefault(thread, Counter()).update(re.findall(r"#\w+", f"{thread} {text}".lower()))
    return [tags[thread].most_common(1)[0][0] if tags[thread] else "" for thread in threads]


def asked_for(data: Labelled, matrix: Any) -> dict[int, list[float]]:
    """Return the macro-F1 at each of SIZES when the labels are those that are asked for."""
    found: dict[int, list[float]] = {}
    for split in range(SPLITS):
        kept = data.folds() % SPLITS == split
        pool = np.flatnonzero(~kept)
        alike = likeness([data.texts[place] for place in pool])
        chosen = np.empty(0, dtype=np.intp)
        for size in (size for size in SIZES if size <= len(pool)):
            rest = np.setdiff1d(np.arange(len(pool)), chosen)
            unsure = np.ones(len(rest))
            if len(chosen):
                margins = learn(matrix[pool[chosen]], data.truth[pool[chosen]], len(data.labels)).margins(
                    matrix[pool[rest]]
                )
                unsure = unsureness(calibrated(margins, SHARPNESS, np.zeros(len(data.labels))))
            more = spread(alike[np.ix_(rest, rest)], unsure, size - len(chosen))
            chosen = np.concatenate([chosen, rest[more]])
            found.setdefault(size, []).append(_right(data, matrix, pool[chosen], np.flatnonzero(kept)))
    return found


def _right(data: Labelled, matrix: Any, learnt: Numbers, others: Numbers) -> float:
    margins = learn(matrix[learnt], data.truth[learnt], len(data.labels)).margins(matrix[others])
    names, answers = data.names(), [data.labels[best] for best in margins.argmax(axis=1)]
    return float(agreement([names[place] for place in others], answers, data.labels)["macro_f1"])


def majority(data: Labelled) -> float:
    """Return the macro-F1 of always saying the commonest label."""
    share = max(data.counts().values()) / len(data.texts)
    return 2 * share / (1 + share) / len(data.labels)


def table(folder: Path) -> Iterator[str]:
    """Yield the lines of the table, a row for each group and size."""
    groups: dict[str, list[tuple[Labelled, list[dict[str, Any]], dict[int, list[float]]]]] = {}
    for topic in topics(folder):
        matrix = topic.data.matrix([vocabulary(topic.data.texts, grams) for grams in KINDS])
        curve = learning_curve(matrix, topic.data, DRAWS)
        groups.setdefault(topic.group, []).append((topic.data, curve, asked_for(topic.data, matrix)))
    yield "| topic | labels | macro-F1 (middle half of draws) | accuracy | macro-F1, labels asked for |"
    yield "|---|---|---|---|---|"
    for name, members in groups.items():
        sizes = ", ".join(str(len(data.texts)) for data, _, _ in members)
        guess = np.mean([majority(data) for data, _, _ in members])
        yield f"| {name} ({sizes} texts; guessing the commonest {guess:.2f}) | | | | |"
        for size in SIZES:
            rows = [(row, asked) for _, curve, asked in members for row in curve if row["labels"] == size]
            if len(rows) == len(members):
                yield f"| | {size} | {_cells(rows, size)} |"


def _cells(rows: list[tuple[dict[str, Any], dict[int, list[float]]]], size: int) -> str:
    mean, accuracy = (np.mean([row[key] for row, _ in rows]) for key in ("macro_f1", "accuracy"))
    low, high = np.mean([row["macro_f1_quartiles"] for row, _ in rows], axis=0)
    asked = [np.mean(found[size]) for _, found in rows if size in found]
    return f"{mean:.2f} ({low:.2f}–{high:.2f}) | {accuracy:.2f} | " + (
        f"{np.mean(asked):.2f}" if asked else "–"
    )


if __name__ == "__main__":
    for line in table(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT):
        print(line)
