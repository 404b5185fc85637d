"""Train stance toward the article: `python -m training.stance --data FOLDER --out threads/models`."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

import numpy as np

from threads.scores.cues import FEATURES
from threads.scores.evaluate import Examples
from training.common import Data, Recipe, arguments, boosted, examples_of, log_loss, out_of_fold, run, table
from training.reply_relation import RUMOUREVAL

# An article's title has none of the marks of a tweet, so nothing is learnt from those of the post.
FROM_TARGET: Final = ("parent_length", "parent_valence")
RECIPE: Final = Recipe(
    name="stance",
    version="1",
    labels=("supportive", "critical", "neutral"),
    data=(RUMOUREVAL, "VADER lexicon (Hutto & Gilbert 2014), MIT; read from the package vaderSentiment"),
    licence="MIT; trained on CC BY 4.0 data, attribution above",
    trusted={"supportive": 0.65, "critical": 0.65, "neutral": 0.8},
    purpose="Judges which side a comment takes toward an article, known by its title: gradient-boosted trees "
    "on features worked out by hand. It was trained on direct replies to the post that opens a rumour "
    "(support, deny, and query or comment as neutral), and measured across topics: all threads of a topic "
    "(the commonest hashtag) were held out together.",
    features=tuple(f for f in FEATURES if not f.startswith("parent_") or f in FROM_TARGET),
    not_for=(
        "Texts from anywhere but where it learnt: on replies on Reddit it is right about as often as one who "
        "always gives the commonest label.",
        "News comments as such: the data are tweets, and some Reddit, about rumours; there `neutral` means "
        "that a reply neither supports nor denies the rumour, not that its author has no opinion.",
        "Telling for from against on a new topic: it cannot do that well enough, which is why a side is said "
        "seldom or never in the tables above. Models trained on open data are near chance there.",
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
    """Print what Perspectrum would bring, and how well sides are told apart (area under the curve)."""
    data, perspectives = read(folder, "train"), perspectrum(folder, "train")
    for name, extra in (("RumourEval", None), ("RumourEval and Perspectrum", perspectives)):
        print(f"{name}: log loss {log_loss(out_of_fold(RECIPE, data, extra), data.labels):.4f}")
    rumours = _sided(data)
    for name, train in (("RumourEval", rumours), ("Perspectrum", perspectives)):
        print(f"{name}, topics held out: {_area(out_of_fold(RECIPE, train)[:, :2], train):.3f}")
    for name, train, test in (
        ("RumourEval to Perspectrum", rumours, perspectives),
        ("Perspectrum to RumourEval", perspectives, rumours),
        ("Perspectrum to its development part", perspectives, perspectrum(folder, "dev")),
    ):
        chances = boosted(RECIPE, train.rows, train.labels).predict_proba(test.rows.astype(np.float32))
        print(f"{name}: {_area(chances, test):.3f}")


def perspectrum(folder: Path, part: str) -> Data:
    """Return a part (train, dev) of Perspectrum (CC BY-SA 4.0), grouped by claim."""
    examples = examples_of(RECIPE.name, folder, f"topic_stance/perspectrum_{part}.jsonl")
    return table(RECIPE, examples, examples.contexts)


def _sided(data: Data) -> Data:
    sided = data.labels < 2
    return Data(data.rows[sided], data.words[sided], data.labels[sided], data.groups[sided])


def _area(chances: np.ndarray[Any, np.dtype[np.float64]], data: Data) -> float:
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - slow to import

    return float(roc_auc_score(data.labels == 0, chances[:, 0]))


if __name__ == "__main__":
    given = arguments(__doc__)
    if given.compare:
        compare(given.data)
    else:
        print(main(given.data, given.out)["sha256"])
