"""Train the reply relation: `python -m training.reply_relation --data FOLDER --out threads/models`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from training.common import (
    VALENCES,
    Data,
    Recipe,
    Vector,
    arguments,
    cue_chances,
    elsewhere,
    examples_of,
    out_of_fold,
    run,
    table,
    together,
)

RUMOUREVAL: Final = (
    "RumourEval 2019, task A (Gorrell, Kochkina, Liakata, Aker, Zubiaga, Bontcheva, Derczynski: SemEval-2019 "
    "Task 7), CC BY 4.0; replies only, mentions and links masked; labels renamed"
)


def _everywhere(*groups: str) -> tuple[str, ...]:
    return tuple(f"{place}_{group}" for group in groups for place in ("share", "first"))


FOR: Final = (*_everywhere("opens_yes", "agree", "praise"), "you_praised", *VALENCES)
AGAINST: Final = (
    *_everywhere("opens_no", "disagree", "negation", "blame", "insult", "profanity", "doubt", "sarcasm"),
    *_everywhere("contrast", "you"),
    "you_attacked",
    "praise_denied",
    "yes_but",
)
ASKING: Final = (*_everywhere("asks", "request", "question_word"), "last_asks")
TELLING: Final = _everywhere("i", "we", "they", "laughter", "sympathy", "hedge", "evidence")
"""Cues by what they mean; the rest have no meaning that is clear enough."""

RECIPE: Final = Recipe(
    name="reply_relation",
    version="2",
    labels=("agrees", "disagrees", "asks", "comments"),
    data=(RUMOUREVAL, "VADER lexicon (Hutto & Gilbert 2014), MIT; read from the package vaderSentiment"),
    licence="MIT; trained on CC BY 4.0 data, attribution above",
    trusted={"agrees": 0.55, "disagrees": 0.55, "asks": 0.75, "comments": 0.55},
    speaks_for={
        "agrees": (*FOR, "valence_product"),
        "disagrees": (*AGAINST, "negation_flipped"),
        "asks": ASKING,
        "comments": TELLING,
    },
    believed=frozenset({*FOR, *AGAINST, *ASKING, "valence_product", "negation_flipped"}),
    trees=True,
    purpose="Judges how a reply relates to the comment it answers: logistic regression on cues of agreement, "
    "disagreement and question, read sentence by sentence. A cue can only speak for what it means. The "
    "weights also hold gradient-boosted trees, which see the outward form of a reply as well; they make the "
    "forced choice of `btl evaluate`, to compare with published figures, and have no part in the score.",
    not_for=(
        "Deciding about a person, or removing a comment: an answer is a hint for a reader.",
        "Texts in other languages than English.",
        "Irony, and agreement that only knowledge of the topic reveals: the cues do not see it.",
        "Counting who agrees with whom without the shares of right answers above beside the count.",
        "Quarrels about a politician, where little is said of the comment answered: on replies about Trump "
        "most of what it says is wrong.",
        "News comments as such: the data are tweets, and some Reddit, about rumours, and there a reply deep "
        "in a thread was labelled with the rumour in view, not only with the reply it answers.",
    ),
)


def read(folder: Path, part: str) -> Data:
    """Return the replies of a part (train, dev) of RumourEval, grouped by the post that opens the thread."""
    examples = examples_of(RECIPE.name, folder, f"reply_relation/rumoureval2019_{part}.jsonl")
    return table(RECIPE, examples, [row.get("source") or row["parent"] for row in examples.rows])


def main(folder: Path, out: Path) -> dict[str, Any]:
    """Train, measure and write the model; return its manifest entry."""
    return run(RECIPE, folder, read, out)


def compare(folder: Path) -> None:
    """Print what the replies about Trump would bring: balanced accuracy on the parts of RumourEval."""
    data, dev, reddit = read(folder, "train"), read(folder, "dev"), elsewhere(RECIPE, folder)
    both = together(data, reddit)
    print(f"RumourEval, out of fold: {balanced(out_of_fold(RECIPE, data, cue_chances), data):.3f}")
    mixed = out_of_fold(RECIPE, both, cue_chances)[: len(data.labels)]
    print(f"RumourEval and Reddit Trump, out of fold: {balanced(mixed, data):.3f}")
    for name, learnt in (("RumourEval", data), ("RumourEval and Reddit Trump", both)):
        print(f"{name}, development part: {balanced(cue_chances(RECIPE, learnt, dev), dev):.3f}")


def balanced(chances: Vector, data: Data) -> float:
    """Return the mean recall over labels of the likeliest label, retweets left out."""
    right = (chances.argmax(axis=1) == data.labels)[data.own]
    labels = data.labels[data.own]
    return float(np.mean([right[labels == label].mean() for label in set(labels.tolist())]))


if __name__ == "__main__":
    given = arguments(__doc__)
    if given.compare:
        compare(given.data)
    else:
        print(main(given.data, given.out)["sha256"])
