"""What stands in a comment that answers another: words, marks and sentences, read once, in linear time."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Final, NamedTuple

from threads.scores.side_words import ANYWHERE, OPENERS, OPENINGS, STOP_WORDS
from threads.scores.text import MOST_CHARACTERS

NEGATION_REACH: Final = 5  # words
NEGATION_FACTOR: Final = -0.74  # what VADER multiplies a negated rating by
VALENCE_SCALE: Final = 15.0  # VADER's normalisation of a sum of ratings
OPENING: Final = 5  # words, after the names of who is addressed

GROUPS: Final[tuple[str, ...]] = (*OPENINGS, *ANYWHERE)
"""What words may speak for; `Reading.counts` is in this order."""

MENTION: Final = "@"
HASHTAG: Final = "#"
LINK: Final = "url"  # as masked data have it

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+|(?<=\d)[.,]\d+)*|[.!?…]+|[\"“”«»#@\n]")
_ASCII_TOKEN = re.compile(r"[a-z0-9]++(?:'[a-z0-9]++|(?<=[0-9])[.,][0-9]++)*+|[.!?]++|[\"#@\n]")
_LINK = re.compile(r"https?://\S+|www\.\S+")
_MENTION = re.compile(r"@\w+")
_ENDS: Final = frozenset(".!?…\n")
_SIGNS: Final = frozenset('"“”«»#@') | _ENDS
# Curly apostrophes to straight ones; hidden and bidi characters, NUL and lone surrogates to nothing.
_PLAIN: Final[dict[int, str | None]] = {
    **dict.fromkeys((0x2018, 0x2019, 0x02BC, 0x0060, 0x00B4, 0xFF07), "'"),
    **{0xFF01 + i: chr(0x21 + i) for i in range(94) if i != 6},
    **dict.fromkeys(
        (0, 0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A))
    ),
    **dict.fromkeys(range(0xD800, 0xE000)),
}
_UNPLAIN = re.compile(f"[{''.join(map(chr, _PLAIN))}]")
_NEGATION: Final = GROUPS.index("negation")
_FOR: Final = frozenset(map(GROUPS.index, ("agree", "praise")))


class Sentence(NamedTuple):
    """How many words and signs a sentence has, and the mark that ends it ("" where none does)."""

    length: int
    mark: str


class Reading(NamedTuple):
    """One text, read once.

    `tokens` are its words and signs in small letters, a mention as @ and a link as url; `words` are those
    that are no signs, `content` those that are no stop words, `pairs` the neighbours. `links`, `mentions` and
    `hashtags` say how many there are, `addressed` how many names stand at the start. `counts` has for each of
    GROUPS how often it is spoken for, and `opening` which of them the first words speak for. `valence` is
    that of all words together, -1 to 1.
    """

    text: str
    tokens: list[str]
    words: list[str]
    content: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    links: int
    mentions: int
    hashtags: int
    addressed: int
    sentences: list[Sentence]
    counts: list[int]
    opening: set[int]
    valence: float


Phrases = dict[str, list[tuple[list[str], int]]]
"""By their second word: what follows it, and the group that the phrase speaks for."""


class Word(NamedTuple):
    """What a word speaks for: by itself, with the words after it, and by its rating."""

    groups: tuple[int, ...]
    phrases: Phrases
    valence: float


def plain(text: str) -> str:
    """Return `text` cut to the longest comment scored, without hidden characters and lone surrogates."""
    text = text[:MOST_CHARACTERS]
    if text.isascii() and "\0" not in text and "`" not in text:
        return text
    # Looking for a character is much quicker than translating all, and most texts have none.
    return text.translate(_PLAIN) if _UNPLAIN.search(text) else text


def read(text: str) -> Reading:
    """Return what stands in `text`: any string, in time linear in its length."""
    text = plain(text)
    small = _small(text)
    # What is ASCII has the same tokens by either pattern, and twice as fast by its own.
    tokens = (_ASCII_TOKEN if small.isascii() else _TOKEN).findall(small)
    words = [token for token in tokens if token[0] not in _SIGNS]
    first = next((place for place, token in enumerate(tokens) if token[0] not in _SIGNS), len(tokens))
    counts, opening, valence = _spoken_for(tokens, first)
    return Reading(
        text,
        tokens,
        words,
        frozenset(words) - STOP_WORDS,
        frozenset(pairwise(words)),
        tokens.count(LINK) if LINK in small else 0,
        small.count(MENTION),
        small.count(HASHTAG),
        tokens[:first].count(MENTION),
        _sentences(tokens, first),
        counts,
        opening,
        valence,
    )


def _small(text: str) -> str:
    """Return a text in small letters, its links and mentions masked."""
    small = text.lower()
    if "://" in small or "www." in small:
        small = _LINK.sub(f" {LINK} ", small)
    if "@" in small:
        small = _MENTION.sub(MENTION, small)
    return small


def _sentences(tokens: list[str], first: int) -> list[Sentence]:
    ends = [place for place, token in enumerate(tokens) if token[0] in _ENDS and place >= first]
    starts = [first, *(place + 1 for place in ends)]
    found = [
        Sentence(end - start, tokens[end]) for start, end in zip(starts, ends, strict=False) if end > start
    ]
    rest = len(tokens) - starts[-1]
    return [*found, Sentence(rest, "")] if rest else found


def _spoken_for(tokens: list[str], first: int) -> tuple[list[int], set[int], float]:
    """Return how often each of GROUPS is spoken for, which of them at the start, and the valence."""
    lexicon, counts, total = _lexicon(), [0] * len(GROUPS), 0.0
    opening = set(_opened(tokens, first))
    for number in opening:
        counts[number] += 1
    negated = -1  # the last place that a negation reaches
    following = [*tokens[1:], ""]
    for place, word in enumerate(map(lexicon.get, tokens)):
        if word is None:
            continue
        groups, phrases, value = word
        if following[place] in phrases:
            groups += tuple(_phrases_at(tokens, place, phrases))
        if place <= negated:
            value *= NEGATION_FACTOR
            groups = tuple(number for number in groups if number not in _FOR)
        total += value
        for number in groups:
            counts[number] += 1
        if place < first + OPENING:
            opening.update(groups)
        if _NEGATION in groups:
            negated = place + NEGATION_REACH
    return counts, opening, total / math.sqrt(total * total + VALENCE_SCALE)


def _phrases_at(tokens: list[str], place: int, phrases: Phrases) -> Iterator[int]:
    """Yield the groups that the phrases beginning at `place` speak for."""
    for rest, number in phrases.get(tokens[place + 1], ()):
        if tokens[place + 2 : place + 2 + len(rest)] == rest:
            yield number


def _opened(tokens: list[str], first: int) -> Iterator[int]:
    """Yield which of OPENINGS the first words are, or those after a word such as "well"."""
    later = tokens[first : first + 1] and tokens[first] in OPENERS
    for place in (first, first + 1) if later else (first,):
        for phrase, number in _openings().get("".join(tokens[place : place + 1]), ()):
            if tokens[place : place + len(phrase)] == phrase:
                yield number


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, Word]:
    groups: dict[str, list[int]] = {}
    phrases: dict[str, Phrases] = {}
    for number, listed in enumerate(ANYWHERE.values(), start=len(OPENINGS)):
        for phrase in dict.fromkeys(listed.split()):
            first, *more = phrase.split("_")
            if more:
                phrases.setdefault(first, {}).setdefault(more[0], []).append((more[1:], number))
            else:
                groups.setdefault(first, []).append(number)
    ratings = valences()
    return {
        word: Word(tuple(groups.get(word, ())), phrases.get(word, {}), ratings.get(word, 0.0))
        for word in {**groups, **phrases, **ratings}
    }


@lru_cache(maxsize=1)
def _openings() -> dict[str, list[tuple[list[str], int]]]:
    found: dict[str, list[tuple[list[str], int]]] = {}
    for number, listed in enumerate(OPENINGS.values()):
        for phrase in dict.fromkeys(listed.split()):
            found.setdefault(phrase.split("_")[0], []).append((phrase.split("_"), number))
    return found


@lru_cache(maxsize=1)
def valences() -> dict[str, float]:
    """Return the mean human rating (-4 to 4) of each word of the VADER lexicon (Hutto & Gilbert 2014)."""
    lines = files("vaderSentiment").joinpath("vader_lexicon.txt").read_text("utf-8").splitlines()
    fields = (line.split("\t") for line in lines)
    return {parts[0]: float(parts[1]) for parts in fields if len(parts) > 1}
