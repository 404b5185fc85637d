"""Sentiment by VADER, with the numbers of vaderSentiment 3.3.2 to the last digit, in linear time.

Method: C. J. Hutto and E. Gilbert, VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social
Media Text, ICWSM 2014. Word lists, emoji names and constants are read from the installed package.

The rules for one word look at no more than three words before it and two after it. The value of such a window
is worked out once and kept, so that a text costs one look-up a word.
"""

from __future__ import annotations

import math
import re
import string
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from heapq import heappush, heappushpop
from typing import NamedTuple

import pandas as pd
from vaderSentiment import vaderSentiment

from threads.parse.language import ENGLISH, base_language
from threads.records import Column, typed
from threads.scores.text import listed, sentences

CACHE_LIMIT = 200_000  # entries; a hostile text must not grow the process
CACHED_PIECE = 40  # characters; longer ones are rarely words and are classified afresh

_BEFORE, _AFTER = 3, 2  # words that the rules look at, before and after the one that is scored
_DISTANCE_FACTORS = (1.0, 0.95, 0.9)
_IDIOMS = {tuple(phrase.split()): valence for phrase, valence in vaderSentiment.SPECIAL_CASES.items()}
_BOOSTER_PHRASES = {
    tuple(phrase.split()): step for phrase, step in vaderSentiment.BOOSTER_DICT.items() if " " in phrase
}
_RULE_WORDS = listed("at but doubt kind least never no nor of or so this very without")


class Polarity(NamedTuple):
    """What VADER says of one text: shares from 0 to 1 (rounded to 3 digits), compound from -1 to 1 (4)."""

    neg: float
    neu: float
    pos: float
    compound: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word or emoji that carried the score: where it stands, and its valence after all rules."""

    text: str
    start: int
    end: int
    valence: float


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """One sentence of a text, [start, end), and its compound."""

    start: int
    end: int
    compound: float


class _Kind(NamedTuple):
    """All that the rules ask about a word; `word` is kept only where a rule names the word."""

    word: str = ""
    upper: bool = False
    valence: float | None = None
    booster: float | None = None
    negates: bool = False

    @property
    def scored(self) -> bool:
        return self.valence is not None and self.booster is None


# The places before the first word count as lexicon words, which is how the rules pass them over.
_BEFORE_TEXT, _AFTER_TEXT = _Kind(valence=0.0, booster=0.0), _Kind()


class Lexicon:
    """The word lists of the installed package, and what is remembered of the words seen so far.

    Every kind of word has a letter. A text becomes a string of letters, in which the windows around the words
    with a valence are found and looked up without a loop in Python.
    """

    def __init__(self) -> None:
        analyzer = vaderSentiment.SentimentIntensityAnalyzer()
        # The package looks emoji up one character at a time: longer sequences never match.
        self.emoji: dict[str, str] = {e: name for e, name in analyzer.emojis.items() if len(e) == 1}
        self._emoji_runs = re.compile(f"([{re.escape(''.join(self.emoji))}]+)")
        known = _known_kinds(analyzer.lexicon)
        plain = [
            tuple(_Kind(upper=upper, negates=negates) for upper in (False, True)) for negates in (False, True)
        ]
        kinds = {kind for pair in [*known.values(), *plain] for kind in pair} | {_BEFORE_TEXT, _AFTER_TEXT}
        self.kinds = sorted(kinds, key=lambda kind: (kind.scored, repr(kind)))
        letters = {kind: chr(number) for number, kind in enumerate(self.kinds)}
        self._known = {word: (letters[lower], letters[upper]) for word, (lower, upper) in known.items()}
        self._plain = [(letters[lower], letters[upper]) for lower, upper in plain]
        self.uppers = {letters[kind] for kind in kinds if kind.upper}
        self.buts = {letters[kind] for kind in kinds if kind.word == "but"}
        self.edges = letters[_BEFORE_TEXT] * _BEFORE, letters[_AFTER_TEXT] * _AFTER
        scored = f"[{min(letters[kind] for kind in kinds if kind.scored)}-{chr(len(kinds) - 1)}]"
        self.scored = re.compile(scored)
        self.window = re.compile(f"(?=(.{{{_BEFORE}}}{scored}.{{{_AFTER}}}))", re.DOTALL)
        self._emoji_letters = {
            emoji: "".join(map(self._letter, name.split())) for emoji, name in self.emoji.items()
        }
        self.marked_emoji = [
            (emoji, name) for emoji, name in self.emoji.items() if "!" in name or "?" in name
        ]
        self.letters = _Letters(self)
        self.valences = _Valences(self, caps_matter=False), _Valences(self, caps_matter=True)

    def letters_of(self, piece: str) -> str:
        """Return the letters of one blank-separated piece of text: one, or more where it holds emoji."""
        if piece.isascii():
            return self._letter(piece)
        head, *rest = self._emoji_runs.split(piece)
        letters = [self._letter(head)] if head else []
        for run, tail in zip(rest[::2], rest[1::2], strict=True):
            letters += map(self._emoji_letters.__getitem__, run[:-1])
            # What follows an emoji without a blank becomes part of the last word of its name.
            letters += map(self.letters.__getitem__, (self.emoji[run[-1]] + tail).split())
        return "".join(letters)

    def _letter(self, piece: str) -> str:
        stripped = piece.strip(string.punctuation)
        word = piece if len(stripped) <= 2 else stripped
        lower = word.lower()
        pair = self._known.get(lower) or self._plain["n't" in lower]
        return pair[word.isupper()]


class _Letters(dict[str, str]):
    """Piece of text to its letters; forgets all when full."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def __missing__(self, piece: str) -> str:
        letters = self._lexicon.letters_of(piece)
        if len(piece) <= CACHED_PIECE:
            if len(self) >= CACHE_LIMIT:
                self.clear()
            self[piece] = letters
        return letters


class _Valences(dict[str, float]):
    """Window of six letters, the fourth being scored, to valence; forgets all when full."""

    def __init__(self, lexicon: Lexicon, *, caps_matter: bool) -> None:
        self._lexicon, self._caps_matter = lexicon, caps_matter

    def __missing__(self, window: str) -> float:
        if len(self) >= CACHE_LIMIT:
            self.clear()
        kinds = [self._lexicon.kinds[ord(letter)] for letter in window]
        value = self[window] = _window_valence(kinds, caps_matter=self._caps_matter)
        return value


@cache
def lexicon() -> Lexicon:
    """Return the word lists, read at the first call."""
    return Lexicon()


def polarity(text: str) -> Polarity:
    """Return the four numbers of VADER; all are 0.0 for a text without any word, as in the package."""
    words = lexicon()
    letters = "".join(map(words.letters.__getitem__, text.split()))
    if not letters:
        return Polarity(0.0, 0.0, 0.0, 0.0)
    return _summed(_valences(words, letters), len(letters), _emphasis(words, text))


def explain(text: str) -> list[Word]:
    """Return the words that carried the score, in order; their valences add up to VADER's sum of the text.

    Offsets count characters of `text`. Words that come from the same emoji are one item.
    """
    words = lexicon()
    spelt, origin = _spelt_out(words, text)
    found = list(re.finditer(r"\S+", spelt))
    letters = "".join(words.letters[piece[0]] for piece in found)
    places = [match.start() for match in words.scored.finditer(letters)]
    carried: list[Word] = []
    for index, valence in zip(places, _valences(words, letters), strict=True):
        if not valence:
            continue
        start, end = _core(found[index])
        start, end = origin[start], origin[end - 1] + 1
        if carried and start < carried[-1].end:
            last = carried.pop()
            start, end = last.start, max(end, last.end)
            carried.append(Word(text[start:end], start, end, last.valence + valence))
        else:
            carried.append(Word(text[start:end], start, end, valence))
    return carried


def sentence_scores(text: str) -> list[SentenceScore]:
    """Return the compound of each sentence by itself, in order."""
    return [SentenceScore(start, end, polarity(text[start:end]).compound) for start, end in sentences(text)]


class Sentiment:
    """VADER's shares and compound for each comment in English."""

    name = "sentiment"
    help = "How positive or negative the words are (VADER, English only)."
    columns: tuple[Column, ...] = (
        Column("sentiment_neg", "number", "Share of the text that is negative.", "share"),
        Column("sentiment_neu", "number", "Share of the text that is neutral.", "share"),
        Column("sentiment_pos", "number", "Share of the text that is positive.", "share"),
        Column("sentiment", "number", "VADER compound: -1 most negative, 1 most positive.", "-1 to 1"),
        Column("sentiment_missing", "text", "Why a comment has no sentiment; missing when it has one."),
    )

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns for each row; a discussion of unknown language is taken as English."""
        texts: Sequence[object] = frame["text"].tolist()
        languages: Sequence[object] = (
            frame["language"].tolist() if "language" in frame else [None] * len(texts)
        )
        rows = [_row(text, language) for text, language in zip(texts, languages, strict=True)]
        names = [column.name for column in self.columns]
        return typed(pd.DataFrame(rows, columns=names, index=frame.index), self.columns)


def _row(text: object, language: object) -> tuple[float | str | None, ...]:
    if not isinstance(text, str) or not text.strip():
        return (None, None, None, None, "no text")
    code = base_language(language)
    if code not in (None, ENGLISH):
        return (None, None, None, None, f"language {code}: VADER reads English only")
    return (*polarity(text), None)


def _valences(words: Lexicon, letters: str) -> list[float]:
    """Return the valence after all rules of each word that has one of its own, in order."""
    distinct = set(letters)
    caps_matter = 0 < len(distinct & words.uppers) < len(distinct)
    before, after = words.edges
    found = words.window.findall(f"{before}{letters}{after}")
    values = list(map(words.valences[caps_matter].__getitem__, found))
    buts = distinct & words.buts
    if not buts or not values:
        return values
    turn = min(map(letters.index, buts))
    return _weigh_but(values, len(words.scored.findall(letters, 0, turn)))


def _window_valence(window: Sequence[_Kind], *, caps_matter: bool) -> float:
    """Return the valence of the fourth token, by the rules of the package."""
    third, second, first, token, after, _ = window
    if token.word == "kind" and after.word == "of":
        return 0.0
    valence = _own_valence(window)
    if token.upper and caps_matter:
        valence += vaderSentiment.C_INCR if valence > 0 else -vaderSentiment.C_INCR
    named = sum(1 for kind in window if kind.word)
    ruled = named or any(kind.negates for kind in window[:_BEFORE])
    for distance, before in enumerate((first, second, third)):
        if before.valence is not None:
            continue
        if before.booster is not None:
            valence += _boost(before, valence, caps_matter=caps_matter) * _DISTANCE_FACTORS[distance]
        if ruled:
            valence *= _negation_factor(distance, window)
    if third.valence is None and named > 1:
        valence = _idiom_valence(valence, window)
    if first.word == "least" and second.word not in ("at", "very"):
        valence *= vaderSentiment.N_SCALAR
    return valence


def _own_valence(window: Sequence[_Kind]) -> float:
    """Return the valence in the lexicon, changed by a "no" before it; "no" before such a word has none."""
    third, second, first, token, after, _ = window
    valence = token.valence or 0.0
    if first.word == "no" or second.word == "no" or (third.word == "no" and first.word in ("or", "nor")):
        return valence * float(vaderSentiment.N_SCALAR)
    return 0.0 if token.word == "no" and after.valence is not None else valence


def _boost(before: _Kind, valence: float, *, caps_matter: bool) -> float:
    boost = before.booster or 0.0
    if valence < 0:
        boost = -boost
    if before.upper and caps_matter:
        boost += vaderSentiment.C_INCR if valence > 0 else -vaderSentiment.C_INCR
    return boost


def _negation_factor(distance: int, window: Sequence[_Kind]) -> float:
    third, second, first = window[0].word, window[1].word, window[2].word
    emphasis = ("so", "this")
    if distance == 1:
        if second == "never" and first in emphasis:
            return 1.25
        if second == "without" and first == "doubt":
            return 1.0
    elif distance == 2:
        # "so" or "this" right before the word count by themselves: the package's condition reads that way.
        if first in emphasis or (third == "never" and second in emphasis):
            return 1.25
        if third == "without" and "doubt" in (second, first):
            return 1.0
    return float(vaderSentiment.N_SCALAR) if window[2 - distance].negates else 1.0


def _idiom_valence(valence: float, window: Sequence[_Kind]) -> float:
    """Return the valence of the set phrase that the word stands in, if any, then "sort of" and the like."""
    third, second, first, word, after, later = [kind.word for kind in window]
    pair, triple, far_pair = (second, first), (third, second, first), (third, second)
    for phrase in ((first, word), (second, first, word), pair, triple, far_pair):
        if phrase in _IDIOMS:
            valence = _IDIOMS[phrase]
            break
    for phrase in ((word, after), (word, after, later)):
        valence = _IDIOMS.get(phrase, valence)
    for phrase in (triple, far_pair, pair):
        valence += _BOOSTER_PHRASES.get(phrase, 0.0)
    return valence


def _weigh_but(values: list[float], turn: int) -> list[float]:
    """Return the values weighed by the first "but": halved before it, one and a half times after it.

    The package finds the place of each value by looking the value up in the list that it is changing. With
    equal values it so hits the first place that holds the value at that moment, perhaps more than once. Zeros
    stay zeros, and only places already passed can change; a heap for each value gives the same in n log n.
    `turn` is the number of values before the "but".
    """
    weighed = list(values)
    places: defaultdict[float, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        first = heappushpop(places[value], place)
        weighed[first] = value * (0.5 if first < turn else 1.5)
        heappush(places[weighed[first]], first)
    return weighed


def _emphasis(words: Lexicon, text: str) -> float:
    exclamations, questions = text.count("!"), text.count("?")
    if not text.isascii():
        # The package counts after it has spelt emoji out, and the names of a few hold such marks.
        for emoji, name in words.marked_emoji:
            exclamations += text.count(emoji) * name.count("!")
            questions += text.count(emoji) * name.count("?")
    asked = 0.0 if questions < 2 else questions * 0.18 if questions <= 3 else 0.96
    return min(exclamations, 4) * 0.292 + asked


def _summed(valences: list[float], words: int, emphasis: float) -> Polarity:
    """Return the numbers of a text of at least one word; words without a valence are neutral."""
    total = float(sum(valences))
    if total:
        total += emphasis if total > 0 else -emphasis
    compound = total / math.sqrt(total * total + 15)
    positive, negative, neutral = 0.0, 0.0, words - len(valences)
    # A plain loop: sum() compensates from Python 3.12 on, and the package does not use it here.
    for valence in valences:
        if valence > 0:
            positive += valence + 1
        elif valence < 0:
            negative += valence - 1
        else:
            neutral += 1
    if positive > -negative:
        positive += emphasis
    elif positive < -negative:
        negative -= emphasis
    whole = positive - negative + neutral
    return Polarity(
        round(abs(negative / whole), 3),
        round(abs(neutral / whole), 3),
        round(abs(positive / whole), 3),
        round(compound, 4),
    )


def _known_kinds(valences: dict[str, float]) -> dict[str, tuple[_Kind, _Kind]]:
    """Return the kind of each word that some rule knows, in small letters and in capitals."""
    named = _RULE_WORDS.union(*_IDIOMS, *_BOOSTER_PHRASES)
    negations = set(vaderSentiment.NEGATE)

    def kind(word: str, *, upper: bool) -> _Kind:
        name = word if word in named else ""
        negates = word in negations or "n't" in word
        return _Kind(name, upper, valences.get(word), vaderSentiment.BOOSTER_DICT.get(word), negates)

    words = {*valences, *vaderSentiment.BOOSTER_DICT, *negations, *named}
    return {word: (kind(word, upper=False), kind(word, upper=True)) for word in words}


def _spelt_out(words: Lexicon, text: str) -> tuple[str, list[int]]:
    """Return the text with emoji spelt out, and for each of its characters the offset in `text`."""
    parts = [f" {words.emoji[character]}" if character in words.emoji else character for character in text]
    return "".join(parts), [offset for offset, part in enumerate(parts) for _ in part]


def _core(piece: re.Match[str]) -> tuple[int, int]:
    """Return the span of a piece without the punctuation around it, unless that is all there is."""
    raw = piece[0]
    stripped = raw.strip(string.punctuation)
    if len(stripped) <= 2:
        return piece.span()
    start = piece.start() + len(raw) - len(raw.lstrip(string.punctuation))
    return start, start + len(stripped)
