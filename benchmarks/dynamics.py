"""Time every measure of who takes part, who answers whom and what is said, on one long discussion.

    python -m benchmarks.dynamics [COMMENTS]

100,000 comments where no number is given, made up: replies by preferential attachment (a comment is answered
the more, the more answers it has), people by Zipf's law, about 40 words a comment drawn by Zipf's law from
twelve overlapping vocabularies, scores and relations drawn at random. One core; processor time, the median of
three runs. What a measure samples stands in its result.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from benchmarks.measuring import medians
from threads.dynamics import (
    answers,
    camps,
    controversy,
    drift,
    newcomers,
    participation,
    people,
    replies,
    topics,
    words_apart,
)

COMMENTS = 100_000
RUNS = 3
WORDS = 20_000
SUBJECTS = 12


def discussion(comments: int, seed: int = 1) -> pd.DataFrame:
    """Return a made-up discussion with records and scores, one row a comment."""
    random = np.random.default_rng(seed)
    parents = _attached(comments, random)
    ids = np.array([f"c{row}" for row in range(comments)], dtype=object)
    persons = np.minimum(random.zipf(1.3, comments), comments // 4)
    gaps = random.exponential(20, comments)
    lengths = random.poisson(40, comments) + 1
    return pd.DataFrame(
        {
            "thread_id": "t",
            "comment_id": ids,
            "position": np.arange(1, comments + 1),
            "parent_id": pd.Series(np.where(parents < 0, None, ids[parents]), dtype="str"),
            "parent_source": pd.Series(np.where(parents < 0, None, "given"), dtype="str"),
            "parent_confidence": np.nan,
            "author": pd.Series([f"p{person}" for person in persons], dtype="str"),
            "published_at": pd.Timestamp("2024-05-17", tz="UTC") + pd.to_timedelta(gaps.cumsum(), unit="s"),
            "published_at_precision": "second",
            "text": pd.Series(_texts(lengths, persons, random), dtype="str"),
            "words": lengths,
            "sentences": 1 + lengths // 12,
            "characters": 6 * lengths,
            "sentiment": np.clip(random.normal(0.1, 0.4, comments), -1, 1),
            "offensive": random.beta(1, 9, comments),
            "stance": pd.Series(random.choice(["supportive", "critical", "unclear"], comments), dtype="str"),
            "reply_relation": pd.Series(
                np.where(
                    parents < 0,
                    None,
                    random.choice(["agrees", "disagrees", "comments"], comments, p=[0.1, 0.2, 0.7]),
                ),
                dtype="str",
            ),
            "language": "en",
        }
    )


def _attached(comments: int, random: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return parents by preferential attachment, -1 for the article, which three in ten answer."""
    parents = np.full(comments, -1, dtype=np.intp)
    ends = [0]
    for row, chance in enumerate(random.random(comments).tolist()):
        if row and chance > 0.3:
            parents[row] = ends[int((chance - 0.3) / 0.7 * len(ends))]
            ends.append(int(parents[row]))
        ends.append(row)
    return parents


def _texts(
    lengths: np.ndarray[tuple[int], np.dtype[np.int64]],
    persons: np.ndarray[tuple[int], np.dtype[np.int64]],
    random: np.random.Generator,
) -> list[str]:
    vocabulary = np.array(
        [f"w{chr(97 + word % 26)}{np.base_repr(word, 36).lower()}" for word in range(WORDS)]
    )
    drawn = np.minimum(random.zipf(1.2, lengths.sum()), WORDS) - 1
    # Rare words are of a subject, and what a person writes about is one or two of them.
    subject = np.repeat((persons + random.integers(2, size=len(persons))) % SUBJECTS, lengths)
    drawn = np.where(drawn < 200, drawn, (drawn // SUBJECTS * SUBJECTS + subject) % WORDS)
    spoken = iter(vocabulary[drawn].tolist())
    return [" ".join(next(spoken) for _ in range(length)) for length in lengths.tolist()]


def works(frame: pd.DataFrame) -> Mapping[str, Callable[[], object]]:
    """Return what is timed, by name."""
    several = frame.assign(thread_id=pd.Series("t" + (np.arange(len(frame)) // 500).astype(str), dtype="str"))
    inferred = frame.assign(
        parent_source=frame["parent_source"].where(frame["parent_source"].isna(), "inferred"),
        parent_confidence=0.8,
    )
    measures = {
        "people.people": people.people,
        "participation.participation": participation.participation,
        "answers.who_answers_whom": answers.who_answers_whom,
        "answers.answered": answers.answered,
        "replies.shape": replies.shape,
        "replies.answering": replies.answering,
        "camps.camps": camps.camps,
        "controversy.controversy": controversy.controversy,
        "topics.topics": topics.topics,
        "drift.drift": drift.drift,
        "words_apart.words_apart": lambda comments: words_apart.words_apart(
            comments, comments["stance"].where(comments["stance"] != "unclear")
        ),
    }
    return {
        **{name: partial(measure, frame) for name, measure in measures.items()},
        "(inferred) replies.shape": partial(replies.shape, inferred),
        "(inferred) replies.answering": partial(replies.answering, inferred),
        "(200 discussions) newcomers.newcomers": partial(newcomers.newcomers, several),
    }


def main(comments: int) -> None:
    """Print the table; what stands in brackets is another case and not in the sum."""
    frame = discussion(comments)
    print(f"{comments:,} comments by {frame['author'].nunique():,} people; seconds on one core\n")
    taken = medians(works(frame), RUNS)
    for name, seconds in taken.items():
        print(f"{name:40}{seconds:8.2f}")
    total = sum(seconds for name, seconds in taken.items() if not name.startswith("("))
    print(f"{'sum':40}{total:8.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COMMENTS)
