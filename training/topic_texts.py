"""The texts that topics are learnt from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import orjson

from threads.errors import InputError
from threads.scores.reply_reading import valences
from threads.scores.topic_stance.tokens import AGAINST, Reading, carries_content, tokens
from training.common import labelled

EDITORIALS: Final = "sentiment/nytEditorialSnippets_GroundTruth.txt"
COMMENTS: Final = "offensive/civil_comments_spans.jsonl"
PART: Final = 4  # sentences
STRETCH: Final = 6  # sentences
LONG: Final = 40  # words
SEED: Final = 0
SENTENCES: Final = 0.4  # of targets are whole sentences, where these are left out of the text
PHRASES: Final = 0.5  # of claims are cut down to what they name
LENGTHS: Final = (1, 2, 4, 6, 8)  # perspectives in a comment
COMMENTS_A_SIDE: Final = 6
OPPOSITE: Final = {"supportive": "critical", "critical": "supportive"}
REPLIES: Final = {
    "Replies about Trump": ("reddit_trump_train", "reddit_trump_val"),
    "Replies to rumours": ("rumoureval2019_train", "rumoureval2019_dev"),
}
SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
WORD_OR_STOP: Final = re.compile(r"[a-z']+|[^a-z'\s]")


def editorials(data: Path) -> list[list[str]]:
    """Return the editorials in parts of PART sentences."""
    return [whole[n : n + PART] for whole in whole_editorials(data) for n in range(0, len(whole), PART)]


def whole_editorials(data: Path) -> list[list[str]]:
    """Return the sentences of each editorial, which the first part of a line's identifier names."""
    found: dict[str, list[str]] = {}
    for line in _lines(data / EDITORIALS):
        identifier, _, text = line.decode("utf-8", errors="replace").rstrip("\r\n").split("\t", 2)
        found.setdefault(identifier.split("_")[0], []).append(text)
    return list(found.values())


def civil_comments(data: Path) -> list[str]:
    """Return the texts of the news comments."""
    return [orjson.loads(line)["text"] for line in _lines(data / COMMENTS)]


def _lines(path: Path) -> list[bytes]:
    try:
        return [line for line in path.read_bytes().split(b"\n") if line.strip()]
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=str(path)) from error


@dataclass(frozen=True, slots=True)
class Pair:
    """A target and a text, with the label of the one toward the other, and what folds must not split."""

    target: str
    text: str
    label: str
    group: str


# --- about or not about: from texts that anybody may use


def about_pairs(data: Path) -> list[Pair]:
    """Return targets with comments that are about them and as many that are not, labelled on and off.

    A target is a phrase or a sentence: from the text itself, or from what was left out of it. Each text
    stands beside a target of its own and beside one of another text.
    """
    random = Random(SEED)
    drawn = []
    for number, (sentences, group) in enumerate(_sources(data)):
        found = _target_and_text(sentences, random, held_out=number % 2 == 0)
        if found is not None:
            drawn.append((*found, group))
    others = [target for target, _, _ in drawn]
    random.shuffle(others)
    return [
        pair
        for (target, text, group), other in zip(drawn, others, strict=True)
        for pair in (Pair(target, text, "on", group), Pair(other, text, "off", group))
    ]


def _sources(data: Path) -> list[tuple[list[str], str]]:
    """Return the sentences of longer comments and of stretches of editorials, with what they come from."""
    found = [
        (whole[start : start + STRETCH], f"editorial {number}")
        for number, whole in enumerate(whole_editorials(data))
        for start in range(0, len(whole) - PART, 2)
    ]
    comments = [[s for s in SENTENCE.split(text) if s.strip()] for text in civil_comments(data)]
    long = [one for one in comments if len(one) >= PART and sum(len(s.split()) for s in one) >= LONG]
    return [*found, *((one, f"comment {number}") for number, one in enumerate(long[: len(found)]))]


def _target_and_text(sentences: Sequence[str], random: Random, *, held_out: bool) -> tuple[str, str] | None:
    chosen = random.randrange(len(sentences))
    source = sentences[chosen]
    target = source if random.random() < SENTENCES and held_out else _phrase(source, random)
    kept = [s for place, s in enumerate(sentences) if place != chosen or not held_out]
    return (target, " ".join(kept)) if target and kept else None


def _phrase(text: str, random: Random) -> str:
    """Return one or two neighbouring content words of a text; "" where it has none."""
    runs = phrases(text)
    if not runs:
        return ""
    run = random.choice(runs)
    size = min(len(run), random.choice((1, 2, 2)))
    start = random.randrange(len(run) - size + 1)
    return " ".join(run[start : start + size])


def phrases(text: str) -> list[list[str]]:
    """Return the runs of neighbouring words that carry content."""
    runs: list[list[str]] = [[]]
    for word in WORD_OR_STOP.findall(text.lower()):
        if word.isalpha() and carries_content(word):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


# --- for or against: from claims


def claims(name: str, file: Path) -> list[Pair]:
    """Return labelled perspectives on claims; claims on which one perspective was given are one group."""
    examples = labelled(name, file)
    groups = _connected(examples.contexts, examples.texts)
    return [
        Pair(*row) for row in zip(examples.contexts, examples.texts, examples.labels, groups, strict=True)
    ]


def replies(name: str, data: Path) -> dict[str, list[Pair]]:
    """Return real replies for or against the post that they answer: another kind, only to measure on."""
    found = {}
    for title, files in REPLIES.items():
        examples = [labelled(name, data / f"reply_relation/{file}.jsonl") for file in files]
        found[title] = [
            Pair(row["parent"], row["text"], label, "")
            for part in examples
            for row, label in zip(part.rows, part.labels, strict=True)
            if label in OPPOSITE and row.get("parent")
        ]
    return found


def _connected(targets: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return for each row the first target among those that it is joined to by texts they have in common."""
    leader: dict[str, str] = {}
    by_text: dict[str, str] = {}

    def first(target: str) -> str:
        while leader.setdefault(target, target) != target:
            target = leader[target]
        return target

    for target, text in zip(targets, texts, strict=True):
        other = by_text.setdefault(text.strip().lower(), target)
        one, two = sorted((first(target), first(other)))
        leader[two] = one
    return [first(target) for target in targets]


def as_comments(pairs: Sequence[Pair]) -> list[Pair]:
    """Return comments of one to eight perspectives of a side, on the claim or what it names, and on others.

    One in three is on a target of another group and labelled neutral, as in VAST (Allaway & McKeown 2020).
    """
    random, sides = Random(SEED), dict[tuple[str, str, str], list[str]]()
    for pair in pairs:
        sides.setdefault((pair.target, pair.label, pair.group), []).append(pair.text)
    found = []
    for (claim, label, group), texts in sides.items():
        for _ in range(COMMENTS_A_SIDE):
            text = " ".join(
                f"{text.strip(' .')}."
                for text in random.sample(texts, min(len(texts), random.choice(LENGTHS)))
            )
            target, turned_round = named(claim) if random.random() < PHRASES else (claim, False)
            found.append(Pair(target, text, OPPOSITE[label] if turned_round else label, group))
    targets = [(pair.target, pair.group) for pair in found]
    off = []
    for pair in random.sample(found, len(found) // 2):
        target, group = random.choice(targets)
        if group != pair.group:
            off.append(Pair(target, pair.text, "neutral", pair.group))
    return [*found, *off]


def named(claim: str) -> tuple[str, bool]:
    """Return what a claim is about, as a phrase, and whether the claim speaks against it."""
    ratings = valences()
    runs = [
        kept
        for run in phrases(claim)
        if (kept := [w for w in run if w not in AGAINST and not ratings.get(w) and not w.endswith("ing")])
    ]
    if not runs:
        return claim, False
    phrase = max(runs, key=len)
    rest = " ".join(word for word in tokens(claim) if word not in phrase)
    return " ".join(phrase), Reading(rest).side < 0
