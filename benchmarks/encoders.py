"""How many comments a second the encoders of the extra `onnx` judge: one core, processor time.

    python -m benchmarks.encoders [CORPUS] [WEIGHTS]

CORPUS holds comments as JSON lines with `text`; ../shared/corpus/comments_20k.jsonl where none is given. Long
comments are cut to 80 words, short ones have 5 to 15. WEIGHTS is a folder with models.json; the installed one
where none is given. Each encoder is timed by itself, and with the model of the package where it is averaged
with that.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson

from threads.models import read_manifest
from threads.scores.classifier import Classifier
from threads.scores.evaluate import builtin
from threads.scores.onnx_model import MANIFEST, OnnxModel, installed_weights

CORPUS: Final = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "comments_20k.jsonl"
LONG: Final = 80  # words
SHORT: Final = (5, 15)  # words
ROWS: Final = 250
RUNS: Final = 3


def comments(corpus: Path) -> dict[str, list[str]]:
    """Return ROWS long and ROWS short comments, by what they are."""
    split = [orjson.loads(line)["text"].split() for line in corpus.read_bytes().splitlines()]
    long = [" ".join(words[:LONG]) for words in split if len(words) >= LONG]
    short = [" ".join(words) for words in split if SHORT[0] <= len(words) <= SHORT[1]]
    return {f"{LONG} words": long[:ROWS], f"{SHORT[0]} to {SHORT[1]} words": short[:ROWS]}


def rate(judge: Classifier, texts: list[str]) -> float:
    """Return how many of `texts` are judged in a second of processor time; the best of RUNS."""
    contexts = [""] * len(texts)
    judge.probabilities(texts[:10], contexts[:10])  # loads it
    taken = []
    for _ in range(RUNS):
        begun = time.process_time()
        judge.probabilities(texts, contexts)
        taken.append(time.process_time() - begun)
    return len(texts) / min(taken)


def main(corpus: Path = CORPUS, weights: Path | None = None) -> None:
    """Print the table."""
    folder = weights or installed_weights()
    texts = comments(corpus)
    print(f"{'comments a second':44}" + "".join(f"{name:>16}" for name in texts))
    for name in read_manifest(folder / MANIFEST):
        both = OnnxModel.load(name, lambda name=name: builtin(name), folder)
        judges = {both.label: replace(both, beside=None)}
        if both.beside is not None:
            judges[f"{both.label} with {both.beside.label}"] = both
        for label, judge in judges.items():
            print(f"{label:44}" + "".join(f"{rate(judge, rows):16.0f}" for rows in texts.values()))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
