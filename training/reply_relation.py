"""Train the reply relation: `python -m training.reply_relation --data FOLDER --out threads/models`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from training.common import Data, Recipe, arguments, examples_of, log_loss, out_of_fold, run, table

RUMOUREVAL: Final = (
    "RumourEval 2019, task A (Gorrell, Kochkina, Liakata, Aker, Zubiaga, Bontcheva, Derczynski: SemEval-2019 "
    "Task 7), CC BY 4.0; replies only, mentions and links masked; labels renamed"
)
RECIPE: Final = Recipe(
    name="reply_relation",
    version="1",
    labels=("agrees", "disagrees", "asks", "comments"),
    data=(RUMOUREVAL, "VADER lexicon (Hutto & Gilbert 2014), MIT; read from the package vaderSentiment"),
    licence="MIT; trained on CC BY 4.0 data, attribution above",
    # What a reader expects (a mere comment) must be surer than what is rare and worth a look.
    trusted={"agrees": 0.65, "disagrees": 0.65, "asks": 0.65, "comments": 0.8},
    purpose="Judges how a reply relates to the comment it answers: gradient-boosted trees on features worked "
    "out by hand (overlap with the parent, cues of agreement, denial and question, ratings of words, "
    "punctuation).",
    not_for=(
        "Deciding about a person, or removing a comment: an answer is a hint for a reader.",
        "Texts in other languages than English.",
        "Irony, and agreement that only knowledge of the topic reveals: the features do not see it.",
        "Counting who agrees with whom without the shares of right answers above beside the count.",
        "Texts from anywhere but where it learnt: on replies on Reddit it is right about as often as one who "
        "always gives the commonest label.",
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
    """Print out-of-fold log loss with and without the Reddit replies as further training rows."""
    data = read(folder, "train")
    examples = examples_of(RECIPE.name, folder, "reply_relation/reddit_trump_train.jsonl")
    reddit = table(RECIPE, examples, examples.contexts)
    for name, extra in (("RumourEval", None), ("RumourEval and Reddit Trump", reddit)):
        print(f"{name}: log loss {log_loss(out_of_fold(RECIPE, data, extra), data.labels):.4f}")


if __name__ == "__main__":
    given = arguments(__doc__)
    if given.compare:
        compare(given.data)
    else:
        print(main(given.data, given.out)["sha256"])
