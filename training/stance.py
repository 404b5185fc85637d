"""Train stance toward the article: `python -m training.stance --data FOLDER --out threads/models`."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

from threads.scores.evaluate import Examples
from training.common import (
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
from training.reply_relation import AGAINST, ASKING, FOR, RUMOUREVAL, TELLING, balanced

RECIPE: Final = Recipe(
    name="stance",
    version="2",
    labels=("supportive", "critical", "neutral"),
    data=(RUMOUREVAL, "VADER lexicon (Hutto & Gilbert 2014), MIT; read from the package vaderSentiment"),
    licence="MIT; trained on CC BY 4.0 data, attribution above",
    trusted={"supportive": 0.58, "critical": 0.58, "neutral": 0.55},
    speaks_for={"supportive": FOR, "critical": AGAINST, "neutral": (*ASKING, *TELLING)},
    believed=frozenset({*FOR, *AGAINST, *ASKING}),
    purpose="Judges which side a comment takes toward an article, known by its title: logistic regression on "
    "cues of approval, disapproval and question, read sentence by sentence. A cue can only speak for what it "
    "means. It was trained on direct replies to the post that opens a rumour (support, deny, and query or "
    "comment as neutral), and measured across topics: all threads of a topic (the commonest hashtag) were "
    "held out together.",
    not_for=(
        "Telling who is for and who is against what the article is about: a comment that praises the "
        "opponents of its target reads as supportive. Models trained on open data are near chance there.",
        "Quarrels about a politician: on the replies about Trump most of what it says is wrong.",
        "News comments as such: the data are tweets, and some Reddit, about rumours; there `neutral` means "
        "that a reply neither supports nor denies the rumour, not that its author has no opinion.",
        "A share of supportive and critical readers: silence is not neutrality.",
        "Deciding about a person, or removing a comment.",
        "Texts in other languages than English, irony, quotations of the other side.",
    ),
)


def read(folder: Path, part: str) -> Data:
    """Return the direct replies of a part (train, dev) of RumourEval, grouped by topic."""
    examples = examples_of(RECIPE.name, folder, f"reply_relation/rumoureval2019_{part}.jsonl")
    topic = topics(examples)
    direct = [n for n, row in enumerate(examples.rows) if row["parent"] == row.get("source")]
    kept = Examples(
        texts=[examples.texts[n] for n in direct],
        contexts=[examples.contexts[n] for n in direct],
        labels=[examples.labels[n] for n in direct],
    )
    return table(RECIPE, kept, [topic[examples.contexts[n]] for n in direct])


def topics(examples: Examples) -> dict[str, str]:
    """Return the topic of each opening post: its thread's commonest hashtag, or itself without one."""
    tags: dict[str, Counter[str]] = {}
    for row in examples.rows:
        source = row.get("source") or row["parent"]
        tags.setdefault(source, Counter()).update(re.findall(r"#\w+", f"{source} {row['text']}".lower()))
    return {source: found.most_common(1)[0][0] if found else source for source, found in tags.items()}


def main(folder: Path, out: Path) -> dict[str, Any]:
    """Train, measure and write the model; return its manifest entry."""
    return run(RECIPE, folder, read, out)


def compare(folder: Path) -> None:
    """Print what further data would bring, and how well sides are told apart (area under the curve)."""
    data, dev, reddit = read(folder, "train"), read(folder, "dev"), elsewhere(RECIPE, folder)
    learnt = {"RumourEval": data, "RumourEval and Reddit Trump": together(data, reddit)}
    for name, rows in learnt.items():
        chances = out_of_fold(RECIPE, rows, cue_chances)[: len(data.labels)]
        print(f"{name}, out of fold: {balanced(chances, data):.3f}")
        print(f"{name}, development part: {balanced(cue_chances(RECIPE, rows, dev), dev):.3f}")
    perspectives = perspectrum(folder, "train")
    measured = {"development part": dev, "Reddit Trump": reddit, "Perspectrum": perspectives}
    for name, rows in measured.items():
        print(f"Sides, RumourEval to {name}: {_area(cue_chances(RECIPE, data, rows), rows):.3f}")
    sides = together(perspectives, data[data.labels == RECIPE.labels.index("neutral")])
    for name, rows in {"RumourEval": data, "development part": dev, "Reddit Trump": reddit}.items():
        print(f"Sides, Perspectrum to {name}: {_area(cue_chances(RECIPE, sides, rows), rows):.3f}")


def perspectrum(folder: Path, part: str) -> Data:
    """Return a part (train, dev) of Perspectrum (CC BY-SA 4.0), grouped by claim."""
    examples = examples_of(RECIPE.name, folder, f"topic_stance/perspectrum_{part}.jsonl")
    return table(RECIPE, examples, examples.contexts)


def _area(chances: Vector, data: Data) -> float:
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - slow to import

    sided = data.own & (data.labels < 2)
    return float(roc_auc_score(data.labels[sided] == 0, (chances[:, 0] - chances[:, 1])[sided]))


if __name__ == "__main__":
    given = arguments(__doc__)
    if given.compare:
        compare(given.data)
    else:
        print(main(given.data, given.out)["sha256"])
