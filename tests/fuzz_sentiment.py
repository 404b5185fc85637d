"""Score random texts, and real ones where a folder of them is given, and compare with vaderSentiment.

Run it by hand for a number of random texts and a seed; the same seed makes the same texts:

    python tests/fuzz_sentiment.py 200000 1
    python tests/fuzz_sentiment.py 200000 1 ../shared

The folder's comments, labelled texts and their sentences are compared first, 100,000 of them. All four
numbers must be the same float. Every text that differs is printed; the exit status is then 1.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from vaderSentiment import vaderSentiment

from threads.scores.text import sentences
from threads.scores.vader import polarity


def listed_in(text: str) -> list[str]:
    """Return the blank-separated phrases of a list; _ joins the words of one."""
    return [phrase.replace("_", " ") for phrase in text.split()]


PEER = vaderSentiment.SentimentIntensityAnalyzer()
REAL_TEXTS = 100_000
LEXICON, EMOJI = list(PEER.lexicon), list(PEER.emojis)
BOOSTERS, IDIOMS = list(vaderSentiment.BOOSTER_DICT), list(vaderSentiment.SPECIAL_CASES)
RULE_WORDS = listed_in(
    """no No NO nor or kind of the shit bomb bad ass badass bus stop yeah right kiss death to die for beating
    heart so SO this This never NEVER without doubt at least At LEAST very but But BUT bUt but, just enough
    sort I A not NOT can't Don't don’t sort-of good good great GOOD awful 😂 ❤ ☺️ 🔛 🆙 1 x"""
)
PHRASES = listed_in(
    """never_so never_this so this without_doubt without_a_doubt without_any_doubt at_least at_the_very_least
    very_least least the_least no no_or no_nor or not isn't ain't_very kind_of sort_of just_enough not_kind_of
    but never hardly_ever of_no NO VERY so_not this_is_so cannot nor without uh-uh the_shit to_die_for
    kiss_of_death yeah_right"""
)
OTHERS = [*listed_in("foo Bar the İ ẞ ſo K ﬁne Σ 12 n't N'T"), "\ud800", "\x00", "\u202e"]
BLANKS = [*" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\u200b", "  "]
JOINERS = ["\u200d", "\ufe0f", "\U0001f3fd", "\u20e3", "\U0001f1e9\U0001f1ea", "\U000e0067"]
MARKS = [*listed_in("! ? !! ?? ?!? ... , . \" ' ) * - … ’ !!!!!! ????"), "_"]
ENDS = ["", "", "!", "!!", "!!!!!", "?", "??", "???", "????", "?!", " ", "\n"]


def one_word(rng: random.Random, few: list[str]) -> str:
    """Return a word that some rule knows, or another, now and then in capitals or with marks around it."""
    pools = [RULE_WORDS, few, BOOSTERS, vaderSentiment.NEGATE, EMOJI, IDIOMS, OTHERS]
    word = rng.choice(rng.choices(pools, [8, 6, 2, 2, 1, 1, 3])[0])
    word = rng.choices([str.upper, str.title, str], [2, 1, 14])[0](word)
    before = rng.choices(["", "'", "(*"], [20, 1, 1])[0]
    return before + word + (rng.choice(MARKS) if rng.random() < 0.12 else "")


def mixed_words(rng: random.Random) -> str:
    """Return words of every list, in any order."""
    few = [rng.choice(LEXICON) for _ in range(rng.choice([1, 2, 10]))]
    words = [one_word(rng, few) for _ in range(rng.choice([1, 2, 3, 4, 5, 6, 8, 12, 20, 40, 60]))]
    return rng.choices([" ", "", rng.choice(BLANKS)], [20, 1, 4])[0].join(words)


def phrases(rng: random.Random) -> str:
    """Return words of the lexicon, each after a phrase that a rule is about."""
    parts = []
    for _ in range(rng.choice([1, 2, 3, 6])):
        between = [rng.choice(RULE_WORDS)] * (rng.random() < 0.3)
        phrase = rng.choice(PHRASES)
        phrase = phrase.upper() if rng.random() < 0.15 else phrase
        parts += [phrase, *between, rng.choice(LEXICON), *([rng.choice(OTHERS)] * rng.randrange(3))]
    return " ".join(parts)


def emoji_runs(rng: random.Random) -> str:
    """Return emoji, alone and in sequences, stuck to each other and to words."""
    pools = [EMOJI, JOINERS, LEXICON, RULE_WORDS, MARKS, BLANKS]
    chosen = rng.choices(pools, [8, 2, 2, 2, 2, 4], k=rng.randrange(1, 25))
    return "".join(rng.choice(pool) for pool in chosen)


def any_characters(rng: random.Random) -> str:
    """Return code points of every kind, lone surrogates included, with some words among them."""
    size = rng.choice([0x80, 0x250, 0x3000, 0x110000])
    characters = [chr(rng.randrange(size)) for _ in range(rng.randrange(40))]
    words = [rng.choice(LEXICON) + rng.choice(["", " "]) for _ in range(rng.randrange(4))]
    surrogates = [chr(rng.randrange(0xD800, 0xE000)) for _ in range(rng.randrange(3))]
    parts = [*characters, *words, *surrogates, *rng.choices(BLANKS, k=rng.randrange(8))]
    rng.shuffle(parts)
    return "".join(parts)


def equal_values(rng: random.Random) -> str:
    """Return few different words many times around "but", where the package changes values more than once."""
    few = [*rng.choices(LEXICON, k=rng.randrange(1, 4)), "but", "x", rng.choice(["good", "BUT", "not", "no"])]
    return " ".join(rng.choices(few, k=rng.choice([5, 10, 30, 70, 150])))


def capitals(rng: random.Random) -> str:
    """Return a text of which all, none or some words are in capitals."""
    text = rng.choice([mixed_words, phrases])(rng)
    return rng.choice([str.upper, str.lower, str.swapcase, str.title, str.capitalize])(text)


def long_piece(rng: random.Random) -> str:
    """Return a piece without blanks, longer than those that are remembered, between two words."""
    return " ".join([one_word(rng, LEXICON), rng.choice(LEXICON + EMOJI) * rng.randrange(1, 40), "good"])


KINDS: tuple[Callable[[random.Random], str], ...] = (
    *(mixed_words, mixed_words, mixed_words, phrases, phrases),
    *(emoji_runs, any_characters, equal_values, capitals, long_piece),
)


def fuzzed(rng: random.Random) -> str:
    """Return a random text of one of KINDS."""
    return rng.choice(KINDS)(rng) + rng.choice(ENDS)


def real(folder: Path) -> Iterator[str]:
    """Yield the texts in a folder laid out as ../shared, then the sentences of each."""
    texts = dict.fromkeys(itertools.chain(_corpus(folder), _labelled(folder)))
    yield from texts
    for text in texts:
        yield from (text[start:end] for start, end in sentences(text))


def _corpus(folder: Path) -> Iterator[str]:
    with (folder / "corpus" / "comments_20k.jsonl").open(encoding="utf-8") as lines:
        yield from (json.loads(line)["text"] for line in lines)


def _labelled(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "training").rglob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for line in lines)
    for path in sorted((folder / "training" / "sentiment").glob("*.txt")):
        yield from path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()


def differing(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts of which one of the four numbers is not the package's."""
    for text in texts:
        if polarity(text)._asdict() != PEER.polarity_scores(text):
            yield text


def main(number: int, seed: str, folder: Path | None) -> int:
    """Compare, print every difference and return how many there are."""
    rng = random.Random(seed)
    kinds = {f"fuzzed, seed {seed}": (fuzzed(rng) for _ in range(number))}
    if folder is not None:
        kinds = {"real": itertools.islice(real(folder), REAL_TEXTS), **kinds}
    failures = 0
    for name, texts in kinds.items():
        counted = itertools.count()
        wrong = list(differing(text for text, _ in zip(texts, counted, strict=False)))
        print(f"{next(counted):,} texts ({name}): {len(wrong)} differ from vaderSentiment", flush=True)
        print(*map(ascii, wrong), sep="\n", end="\n" * bool(wrong))
        failures += len(wrong)
    return failures


if __name__ == "__main__":
    arguments = [*sys.argv[1:3], *("10000", "1")[len(sys.argv) - 1 :]]
    texts_folder = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    sys.exit(bool(main(int(arguments[0]), arguments[1], texts_folder)))
