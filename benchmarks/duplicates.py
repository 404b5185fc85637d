"""Compare the search for near-duplicates with datasketch: one run, one core, the same texts, side by side.

    python -m benchmarks.duplicates [FILE]

FILE holds comments as JSON lines with `text`, ../shared/corpus/comments_20k.jsonl where none is given.
Edited copies of some are added: 2, 5 and 10% of their words replaced, or written with Cyrillic letters and
blanks between letters. Both contenders get the same folded texts and link what reaches the same Jaccard
similarity of five-character shingles; datasketch's candidates (MinHash of 128 permutations, LSH, CRC-32 as
its hash, which is faster than its default) are compared shingle by shingle like ours, so that no link of
either is wrong. Recall is of the pairs that brute force finds among the edited copies, their originals and
some hundred others: a pair is found when its texts are in one group. Each contender works in a process of
its own; processor time and the peak of its memory above the texts count.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from threads.similar_texts import group_similar, jaccard, shingles
from threads.wordlists.folding import letters_and_digits

DEFAULT = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "comments_20k.jsonl"
THRESHOLDS = (0.7, 0.8)
EDITS = (0.02, 0.05, 0.1)
COPIES = 400  # of each kind of edit
BY_BRUTE_FORCE = 3_500  # texts
FEWEST_CHARACTERS = 40
THOROUGH = "datasketch, 32 bands"
LOOK_ALIKES = str.maketrans("aeopc", "\u0430\u0435\u043e\u0440\u0441")


def texts_of(file: Path, size: int = 0) -> list[str]:
    """Return folded comments, different ones: edited copies and their originals first, then the others.

    Where `size` is given, so many: the last ones are halves of two comments, as many as it takes.
    """
    with file.open(encoding="utf-8") as lines:
        comments = [json.loads(line)["text"] for line in lines]
    draw = random.Random(1)  # noqa: S311  (to be the same in every run)
    edits = [partial(_edited, share=share, draw=draw) for share in EDITS] + [_disguised]
    pairs = [(text, edit(text)) for edit in edits for text in draw.sample(comments, COPIES)]
    folded = dict.fromkeys(map(letters_and_digits, (*chain(*pairs), *comments)))
    texts = [text for text in folded if len(text) >= FEWEST_CHARACTERS]
    if not size:
        return texts
    while len(texts) < size:
        one, other = draw.choice(texts), draw.choice(texts)
        texts.append(one[: len(one) // 2] + other[len(other) // 2 :])
    return texts[:size]


def _edited(text: str, share: float, draw: random.Random) -> str:
    words = text.split()
    for _ in range(max(1, round(share * len(words)))):
        words[draw.randrange(len(words))] = draw.choice(words)
    return " ".join(words)


def _disguised(text: str) -> str:
    return " ".join(text.translate(LOOK_ALIKES) + " really")


def ours(texts: Sequence[str], threshold: float) -> list[int]:
    """Return the group of each text by this project."""
    return [int(label) for label in group_similar(texts, threshold).labels]


def datasketch(texts: Sequence[str], threshold: float, params: tuple[int, int] | None = None) -> list[int]:
    """Return the group of each text by datasketch's candidates, compared shingle by shingle.

    `params` are its bands and their rows, its own choice by the threshold where not given.
    """
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415  (only where installed)

    bags = ([shingle.encode("utf-8", "surrogatepass") for shingle in shingles(text)] for text in texts)
    index = MinHashLSH(threshold=threshold, num_perm=128, params=params)
    signatures = MinHash.bulk(bags, num_perm=128, hashfunc=zlib.crc32)
    parents = list(range(len(texts)))

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = number = parents[parents[number]]
        return number

    for number, signature in enumerate(signatures):
        for other in index.query(signature):
            if (
                root(other) != root(number)
                and jaccard(shingles(texts[other]), shingles(texts[number])) >= threshold
            ):
                parents[root(number)] = root(other)
        index.insert(number, signature)
    return list(map(root, range(len(texts))))


CONTENDERS: dict[str, Callable[[Sequence[str], float], list[int]]] = {
    "below-the-line": ours,
    "datasketch": datasketch,
    # 32 bands of 4 miss one pair in 6,000 at .7: what ours finds, with more candidates to compare.
    THOROUGH: partial(datasketch, params=(32, 4)),
}


def similar_pairs(texts: Sequence[str], threshold: float) -> list[tuple[int, int]]:
    """Return every pair of texts that reaches the threshold, by counting the shingles of all pairs."""
    numbers: dict[str, int] = {}
    sets = [[numbers.setdefault(shingle, len(numbers)) for shingle in shingles(text)] for text in texts]
    sizes = np.array([len(found) for found in sets])
    places = np.concatenate([[0], np.cumsum(sizes)])
    ones = np.ones(places[-1], dtype=np.int32)
    matrix = sparse.csr_matrix((ones, np.concatenate(sets), places), shape=(len(texts), len(numbers)))
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(texts), 500):
        shared = (matrix[start : start + 500] @ matrix.T).tocoo()
        first, second = shared.row + start, shared.col
        similar = shared.data >= threshold * (sizes[first] + sizes[second] - shared.data) - 1e-9
        similar &= first < second
        pairs += zip(first[similar].tolist(), second[similar].tolist(), strict=True)
    return pairs


def work(name: str, file: Path, threshold: float, size: int) -> None:
    """Print as JSON what one contender found, its processor time, and how far its memory grew."""
    texts = texts_of(file, size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    labels = CONTENDERS[name](texts, threshold)
    taken = time.process_time() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    json.dump({"labels": labels, "seconds": taken, "megabytes": grown / 1024}, sys.stdout)


def compared(file: Path, size: int, runs: int = 1) -> tuple[dict[str, float], dict[str, float]]:
    """Return seconds and recall of ours and of datasketch with as many pairs found, among `size` texts."""
    texts = texts_of(file, size)
    pairs = similar_pairs(texts[:BY_BRUTE_FORCE], THRESHOLDS[0])
    taken: dict[str, list[float]] = {"below-the-line": [], THOROUGH: []}
    recalls = {}
    for _ in range(runs):
        for name, seconds in taken.items():
            answer = _in_a_process(name, file, THRESHOLDS[0], size)
            seconds.append(answer["seconds"])
            found = sum(answer["labels"][one] == answer["labels"][other] for one, other in pairs)
            recalls[f"recall of {name}"] = found / max(1, len(pairs))
    return {name: statistics.median(seconds) for name, seconds in taken.items()}, recalls


def _in_a_process(name: str, file: Path, threshold: float, size: int = 0) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.duplicates", name, str(file), str(threshold), str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def main(file: Path) -> None:
    """Print the table."""
    if not file.is_file():
        sys.exit(f"{file}: there is no such file. Name comments as JSON lines with the field text")
    texts = texts_of(file)
    checked = range(min(BY_BRUTE_FORCE, len(texts)))
    print(f"{len(texts):,} texts, {sum(map(len, texts)) / 1e6:.1f} million letters and digits; one core\n")
    print("threshold  contender         seconds  x ours     MB  groups  recall  of pairs")
    for threshold in THRESHOLDS:
        pairs = similar_pairs([texts[number] for number in checked], threshold)
        reference = None
        for name in CONTENDERS:
            answer = _in_a_process(name, file, threshold)
            labels, seconds = answer["labels"], answer["seconds"]
            reference = reference or seconds
            found = sum(labels[one] == labels[other] for one, other in pairs)
            print(
                f"{threshold:9}  {name:16}{seconds:9.1f}{seconds / reference:8.1f}{answer['megabytes']:7.0f}"
                f"{len(set(labels)):8,}{found / max(1, len(pairs)):8.4f}  {len(pairs):,}"
            )


if __name__ == "__main__":
    if len(sys.argv) == 5:
        work(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
    else:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
