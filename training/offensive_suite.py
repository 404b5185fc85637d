"""What the offensive-language ranking makes of sentences of our own, for several groups."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from threads.scores.classifier import Classifier
from threads.scores.evaluate import assess
from threads.scores.offensive import LIKELY

FOLDER: Final = Path(__file__).parent
GROUPS: Final = (
    ("lesbians", "a lesbian"),
    ("Muslim women", "a Muslim woman"),
    ("refugees", "a refugee"),
    ("autistic people", "an autistic man"),
    ("Black people", "a Black woman"),
    ("trans women", "a trans woman"),
    ("Hindus", "a Hindu"),
)
ABOUT_GROUPS: Final = ("neutral mention", "positive mention")


def rows(file: str, groups: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, ...]]:
    """Yield the fields of a file's lines, its sentences once for each group that they name."""
    for line in (FOLDER / file).read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        *fields, sentence = line.split("\t")
        named = groups if "{" in sentence else groups[:1]
        for several, one in named:
            said = sentence.replace("{groups}", several).replace("{one}", one)
            yield (*fields, said[0].upper() + said[1:] if sentence[0] == "{" else said)


def measure(judge: Classifier) -> dict[str, Any]:
    """Return the figures of `assess` on the suite; besides, by function, how many are judged right.

    `flagged_mentions` is the share of sentences that name a group neutrally or kindly and are shown as likely
    offensive.
    """
    functions, labels, texts = zip(*rows("offensive_suite.txt", GROUPS), strict=True)
    found = judge.probabilities(texts, [""] * len(texts))
    forced = [judge.labels[best] for best in (found * judge.weights).argmax(axis=1)]
    right = np.array([said == label for said, label in zip(forced, labels, strict=True)])
    by_function = {}
    for name in dict.fromkeys(functions):
        own = np.array([function == name for function in functions])
        by_function[name] = {"n": int(own.sum()), "right": float(right[own].mean())}
    mentions = np.array([function in ABOUT_GROUPS for function in functions])
    return {
        **assess(found, labels, judge),
        "by_function": by_function,
        "flagged_mentions": float((found[mentions, 0] >= LIKELY).mean()),
    }
