"""How many comments of about 80 words a second the rules flag: python -m benchmarks.rules COMMENTS.jsonl."""

from __future__ import annotations

import json
import sys
import time
from itertools import islice
from pathlib import Path

import pandas as pd

from threads.frames import typed
from threads.moderation.flagging import flag
from threads.moderation.rule_book import RuleBook
from threads.moderation.rules import RULES
from threads.records import COMMENT_COLUMNS
from threads.scores import score
from threads.settings import Settings

COMMENTS = 5_000
WORDS = ["troll", "shill", "fake news", "sheep*", '"plan"']
TOO_MANY_TO_COUNT_IN = "campaigns"  # compares comments with each other


def comments(file: Path) -> pd.DataFrame:
    """Return one discussion of the first texts of a file, with the scores that rules read."""
    with file.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, COMMENTS)]
    numbers = range(len(texts))
    records = pd.DataFrame(
        {
            "thread_id": "t",
            "comment_id": [f"c{n}" for n in numbers],
            "position": [n + 1 for n in numbers],
            "parent_id": [f"c{max(0, n - 3 - n % 17)}" for n in numbers],
            "author": [f"Person {n % 700}" for n in numbers],
            "published_at": pd.date_range("2024-05-01", periods=len(texts), freq="11s", tz="UTC"),
            "published_at_precision": "second",
            "status": "visible",
            "text": texts,
        }
    )
    return pd.concat([typed(records, COMMENT_COLUMNS), score(records[["text"]], "offensive")], axis="columns")


def seconds(frame: pd.DataFrame, book: RuleBook, names: list[str]) -> float:
    """Return the least processor time of three runs."""
    found = []
    for _ in range(3):
        began = time.process_time()
        flag(frame, book, only=names)
        found.append(time.process_time() - began)
    return min(found)


def main(file: Path) -> None:
    """Print a line a rule and one for all together."""
    frame = comments(file)
    book = RuleBook.from_settings(Settings()).changed("suspect_words", lists={"words": WORDS})
    names = [rule.name for rule in RULES]
    for name in names:
        taken = seconds(frame, book, [name])
        print(f"{name:<16} {1e6 * taken / len(frame):6.1f} µs a comment")
    together = seconds(frame, book, [name for name in names if name != TOO_MANY_TO_COUNT_IN])
    print(f"all but {TOO_MANY_TO_COUNT_IN}: {len(frame) / together:,.0f} comments a second")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
