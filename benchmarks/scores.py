"""Compare the scores with their peers: one run, one core, the same comments, side by side.

    python -m benchmarks.scores FILE

FILE has one comment a line, as JSON with a field "text" (or plain). Its words, run on, are cut into comments
of 80 and of 300 words. Programs take turns five times; medians of processor time count. The memory for 2,000
comments is measured in processes of their own (needs Linux). Peers that are not installed are left out.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd

from benchmarks.measuring import RUNS, medians, peak_growth
from threads.frames import typed
from threads.scores import SCORES, own_languages, score
from threads.scores.base import CONTEXT_COLUMNS
from threads.scores.vader import polarity
from threads.scores.verbosity import measure

Work = Callable[[str], object]

OURS = "below-the-line"
VADER = "vaderSentiment"
COMMENTS = {80: 1_000, 300: 300}  # words a comment: how many comments
TOGETHER = 1_000  # comments of 80 words for all scores together
BAR = 1_500  # comments a second, all scores together
THREAD = 50  # comments a thread
WORST = 20_000  # characters
MEMORY_COMMENTS = 2_000
WORST_PARTS = ("😂", "😂x", " good but", "never so good ", "no ", "GOOD ", "but ", ":) ", "a", "é", "!?", " ")
TARGET = "The city should build the harbour tunnel before it buys new trams"


def comments_of(path: Path, words: int, number: int) -> list[str]:
    """Return `number` comments of `words` words each, cut out of the comments of a file."""
    with path.open(encoding="utf-8") as lines:
        texts = (json.loads(line)["text"] if line.startswith("{") else line for line in lines)
        found = list(islice((word for text in texts for word in text.split()), words * number))
    return [" ".join(found[start : start + words]) for start in range(0, len(found) - words + 1, words)]


def sentiment_programs() -> Iterator[tuple[str, Work]]:
    """Yield every program for sentiment that is installed."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415

    yield OURS, polarity
    yield VADER, SentimentIntensityAnalyzer().polarity_scores
    if importlib.util.find_spec("nltk") is not None:
        yield "nltk's VADER", _nltk()
    if importlib.util.find_spec("textblob") is not None:
        from textblob import TextBlob  # type: ignore[import-untyped]  # noqa: PLC0415

        yield "TextBlob", lambda text: TextBlob(text).sentiment


def _nltk() -> Work:
    import nltk  # type: ignore[import-untyped]  # noqa: PLC0415
    import vaderSentiment  # noqa: PLC0415

    # The word list that nltk would download is the one of vaderSentiment; it reads no others.
    nltk.data.path.append(str(Path(vaderSentiment.__file__).parent))
    from nltk.sentiment.vader import (  # type: ignore[import-untyped]  # noqa: PLC0415
        SentimentIntensityAnalyzer,
    )

    return SentimentIntensityAnalyzer(lexicon_file="vader_lexicon.txt").polarity_scores


def verbosity_programs() -> Iterator[tuple[str, Work]]:
    """Yield every program for length, variety and readability that is installed, and what it works out."""
    yield f"{OURS}, all nine measures", lambda text: measure([text])
    if importlib.util.find_spec("textstat") is not None:
        import textstat  # type: ignore[import-untyped]  # noqa: PLC0415

        yield (
            "textstat, words and readability",
            lambda text: (
                textstat.lexicon_count(text),
                textstat.flesch_reading_ease(text),
                textstat.flesch_kincaid_grade(text),
            ),
        )
    if importlib.util.find_spec("lexicalrichness") is not None:
        from lexicalrichness import LexicalRichness  # type: ignore[import-untyped]  # noqa: PLC0415

        yield "lexicalrichness, variety", lambda text: _variety(LexicalRichness(text))


def _variety(richness: object) -> tuple[float, float]:
    return richness.ttr, richness.mtld()  # type: ignore[attr-defined]


def each(work: Work, texts: Sequence[str]) -> Callable[[], object]:
    """Return the work of one program on every text."""
    return lambda: [work(text) for text in texts]


def prepared(path: str, program: str) -> Callable[[], object]:
    """Return a program's work on 2,000 comments, its tables loaded."""
    texts = comments_of(Path(path), 80, MEMORY_COMMENTS)
    if program == "all scores":
        score(in_context(texts[:10]))
        return lambda: score(in_context(texts))
    work = dict(sentiment_programs())[program]
    work("A good day.")
    return each(work, texts)


def in_context(texts: Sequence[str]) -> pd.DataFrame:
    """Return a frame with every column that a score may read: each comment answers the one before it."""
    count = len(texts)
    frame = pd.DataFrame(
        {
            "text": texts,
            "thread_id": [f"t{place // THREAD}" for place in range(count)],
            "comment_id": [f"c{place}" for place in range(count)],
            "author": [f"a{place % 17}" for place in range(count)],
            "parent_text": [None, *texts[:-1]],
            "target": [TARGET] * count,
            "article": [" ".join(texts[-10:])] * count,
            "language": ["en"] * count,
        }
    )
    return typed(frame, CONTEXT_COLUMNS)


def print_sentiment(path: Path) -> None:
    """Print how fast each program for sentiment is, at two lengths."""
    programs = dict(sentiment_programs())
    print(f"{'sentiment':34}{'words':>6}{'comments/s':>12}{'x vaderSentiment':>18}")
    for words, number in COMMENTS.items():
        texts = comments_of(path, words, number)
        works = {name: each(work, texts) for name, work in programs.items()}
        works[f"{OURS}, as a frame"] = lambda texts=texts: score(texts, ["sentiment"])
        for name in (OURS, f"{OURS}, as a frame"):
            works[name]()  # tables, and the words of these comments
        taken = medians(works)
        for name, seconds in sorted(taken.items(), key=lambda pair: pair[1]):
            print(f"{name:34}{words:6}{len(texts) / seconds:12,.0f}{taken[VADER] / seconds:18.1f}")


def print_worst(path: Path) -> None:
    """Print what the worst comments of 20,000 characters take."""
    programs = dict(sentiment_programs())
    texts = {part: (part * WORST)[:WORST] for part in WORST_PARTS}
    texts["a real text"] = " ".join(comments_of(path, 80, 100))[:WORST]
    taken = medians({part: each(programs[OURS], [text]) for part, text in texts.items()})
    worst = max(taken, key=taken.__getitem__)
    print(f"\nworst comment of {WORST:,} characters, of {len(texts)} kinds, by {OURS}:", end=" ")
    print(f"{1000 * taken[worst]:.1f} ms ({worst!r} repeated)")
    peer = medians({VADER: each(programs[VADER], [texts[" good but"]])}, runs=1)[VADER]
    print(f"' good but' repeated: {1000 * taken[' good but']:.1f} ms, by {VADER}: {1000 * peer:,.0f} ms")


def print_verbosity(path: Path) -> None:
    """Print how fast length, variety and readability are worked out."""
    texts = comments_of(path, *next(iter(COMMENTS.items())))
    print(f"\n{'verbosity':34}{'words':>6}{'comments/s':>12}{'x ours':>18}")
    taken = medians({name: each(work, texts) for name, work in verbosity_programs()})
    ours = next(iter(taken.values()))
    for name, seconds in taken.items():
        print(f"{name:34}{80:6}{len(texts) / seconds:12,.0f}{ours / seconds:18.2f}")


def print_together(path: Path) -> None:
    """Print what each score takes, and all together."""
    texts = comments_of(path, 80, 2 * TOGETHER)
    frame, warm = in_context(texts[:TOGETHER]), in_context(texts[TOGETHER:])
    score(warm)  # models and tables
    works = {item.name: lambda item=item: item.score(frame) for item in SCORES}
    works = {"language of each comment": lambda: own_languages(frame), **works}
    taken = medians({**works, "all scores together": lambda: score(frame)})
    print(f"\n{'score':34}{'words':>6}{'comments/s':>12}{'µs a comment':>18}")
    for name, seconds in taken.items():
        print(f"{name:34}{80:6}{len(frame) / seconds:12,.0f}{1e6 * seconds / len(frame):18.0f}")
    rate = len(frame) / taken["all scores together"]
    print(f"the bar for all together is {BAR:,} comments/s: {'met' if rate >= BAR else 'missed'}")


def print_memory(path: Path) -> None:
    """Print how much memory scoring takes beyond the imports and tables."""
    print(f"\nmemory for {MEMORY_COMMENTS:,} comments of 80 words, beyond imports and tables")
    for name in (*dict(sentiment_programs()), "all scores"):
        print(f"{name:34}{peak_growth(__file__, str(path), name) / 1e6:8.1f} MB")


def main(path: Path) -> None:
    """Print all tables."""
    warnings.simplefilter("ignore")  # peers warn at import
    print(f"{path.name}; medians of {RUNS} runs, one core, processor time\n")
    for table in (print_sentiment, print_worst, print_verbosity, print_together, print_memory):
        table(path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name a file of comments: python -m benchmarks.scores FILE")
    main(Path(sys.argv[1]))
