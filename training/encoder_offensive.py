"""Fine-tune the encoder to rank offensive language: `btl train encoder_offensive`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import orjson
import torch

from threads.scores.classifier import Classifier
from threads.scores.evaluate import assess
from threads.scores.labels import task
from threads.scores.offensive import Offensive
from training import offensive as builtin
from training.encoder import Recipe, Rows, cross_fitted
from training.encoder_output import MINILM, settled, write
from training.offensive_suite import measure as suite
from training.output import About

RECIPE: Final = Recipe(max_tokens=128, importance=(1.0, 1.0), runs=2, epochs=2, batch=32)
KEPT_OFFENSIVE: Final = 6_000  # tweets labelled offensive; there are three times as many, all much the same
SHORTEST_REST: Final = 4  # words
LONGEST_RUN: Final = 6  # sentences
CLEAN: Final = ("nytEditorialSnippets", "amazonReviewSnippets", "movieReviewSnippets")
RIGHT_WHEN_SAID: Final = (0.8, 0.8)
SAMPLES: Final = 50
MAJORITY: Final = 0.5  # share of readers from which a text counts as offensive
ABOUT: Final = About(
    name="offensive",
    version="1",
    purpose="Offensive-language ranking: puts comments in order by how likely readers find their language "
    "offensive. A small language model, fine-tuned; the words that it goes by cannot be named, so the words "
    "marked beside it are those of the model of the package.",
    data=(*builtin.ABOUT.data[:-1], MINILM),
    licence="Apache 2.0 (the encoder); fine-tuned on MIT and CC0 data, attribution above",
    trained_with=f"torch {torch.__version__.partition('+')[0]}",
    says="",
    not_for=builtin.ABOUT.not_for,
    notes={
        "How it was trained": f"{RECIPE.runs} runs, each on two thirds of the texts, {RECIPE.epochs} epochs "
        f"at a rate of {RECIPE.rate:g}; the model is the mean of their weights. A comment is offensive by "
        "the share of its readers who said so. The tables out of fold are of the single runs, before their "
        "mean and before rounding to int8; the one of sentences of our own is of the file.",
    },
)
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the share of readers who would call it offensive; folds never split a group."""

    text: str
    offensive: float
    group: str


def main(data: Path, out: Path, work: Path | None = None) -> dict[str, Any]:
    """Fine-tune, export, measure and write the model; return its entry. `work` keeps finished runs."""
    with TemporaryDirectory() as folder:
        return _made(data, out, work or Path(folder))


def _made(data: Path, out: Path, work: Path) -> dict[str, Any]:
    found = examples(data)
    judge, held_out = cross_fitted(rows_of(found), RECIPE, work)
    kept = np.flatnonzero(np.isfinite(held_out[:, 0]))  # those that a run has not seen
    found, held_out = [found[number] for number in kept], held_out[kept]
    share = np.array([item.offensive for item in found])
    majority = (share < MAJORITY).astype(np.intp)
    judgement, probabilities = settled(
        held_out,
        majority,
        names=task(ABOUT.name).labels,
        max_tokens=RECIPE.max_tokens,
        asked=RIGHT_WHEN_SAID,
        usual=np.arange(len(found)),
        judged=np.arange(len(found)),
    )

    def measured(model: Classifier) -> Mapping[str, Mapping[str, Any]]:
        labels = np.array(task(ABOUT.name).labels)[majority]
        tweets = np.array([item.group.startswith("tweet") for item in found])
        return {
            "Tweets, out of fold": assess(probabilities[tweets], labels[tweets].tolist(), model),
            "News comments, their harmless sentences and edited prose, out of fold": assess(
                probabilities[~tweets], labels[~tweets].tolist(), model
            ),
            "Sentences of our own, by what they try": suite(model),
        }

    samples = [(item.text, "") for item in found[:: len(found) // SAMPLES]]
    return write(ABOUT, judge, judgement, samples, measured, sentence, Offensive().builtin, out)


def sentence(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how right the model is, for readers."""
    comments, own = list(measured.values())[1:]
    return (
        f"Ranks an offensive news comment above a clean one {100 * comments['auc']:.0f} times in 100. "
        f"{own['flagged_mentions']:.0%} of our sentences that only name a group are taken for offensive."
    )


def examples(folder: Path) -> list[Example]:
    """Return what is learnt from: tweets, news comments and their harmless sentences, edited prose."""
    generator = np.random.default_rng(0)
    return [
        *_tweets(folder / "offensive" / "davidson.jsonl", generator),
        *_comments(folder / "offensive" / "civil_comments_spans.jsonl"),
        *(
            item
            for name in CLEAN
            for item in _prose(folder / "sentiment" / f"{name}_GroundTruth.txt", generator)
        ),
    ]


def rows_of(found: list[Example]) -> Rows:
    """Return examples as rows; the labels are offensive and clean."""
    share = np.array([item.offensive for item in found])
    groups = np.array([item.group for item in found])
    return Rows([item.text for item in found], [""] * len(found), np.column_stack([share, 1 - share]), groups)


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    return (orjson.loads(line) for line in file.read_bytes().splitlines())


def _tweets(file: Path, generator: np.random.Generator) -> Iterator[Example]:
    """Yield tweets; of those labelled offensive a part, or they would drown the rest."""
    rows = list(_lines(file))
    offensive = [number for number, row in enumerate(rows) if row["label"] == "offensive"]
    dropped = set(generator.permutation(offensive)[KEPT_OFFENSIVE:].tolist())
    for number, row in enumerate(rows):
        if number not in dropped:
            yield Example(row["text"], float(row["label"] != "neither"), f"tweet {number}")


def _comments(file: Path) -> Iterator[Example]:
    """Yield news comments, and what is left of each without the sentences that a span touches."""
    for number, row in enumerate(_lines(file)):
        group = f"comment {number}"
        yield Example(row["text"], 1 - row["not_toxic"] / row["annotators"], group)
        rest = harmless(row["text"], [(span["start"], span["end"]) for span in row["spans"]])
        if number % 2 and row["spans"] and len(rest.split()) >= SHORTEST_REST:  # half of them, to save time
            yield Example(rest, 0.0, group)


def harmless(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the sentences of `text` that no span touches."""
    starts = [0, *(found.end() for found in _BETWEEN_SENTENCES.finditer(text))]
    ends = [*starts[1:], len(text)]
    kept = [
        text[start:end]
        for start, end in zip(starts, ends, strict=True)
        if not any(first < end and start < last for first, last in spans)
    ]
    return "".join(kept).strip()


def _prose(file: Path, generator: np.random.Generator) -> Iterator[Example]:
    """Yield runs of neighbouring sentences: were all alone, length would tell what is offensive."""
    lines = [line.split("\t", 2) for line in file.read_text("utf-8", "replace").splitlines() if line.strip()]
    start = 0
    while start < len(lines):
        end = start + int(generator.integers(1, LONGEST_RUN + 1))
        document = lines[start][0].split("_")[0]
        run = [
            text for name, _, text in lines[start:end] if name.split("_")[0] == document or "_" not in name
        ]
        yield Example(" ".join(run), 0.0, f"{file.stem} {document if '_' in lines[start][0] else start}")
        start += len(run)
