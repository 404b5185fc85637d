"""VADER, with the numbers of vaderSentiment 3.3.2 to the last digit, in linear time.

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
from collections.abc import Iterable, Sequence
from functools import cache
from heapq import heappush, heappushpop
from typing import Final, NamedTuple

from vaderSentiment import vaderSentiment

from threads.scores.text import listed

CACHE_LIMIT = 200_000  # entries; a hostile text must not grow the process
CACHED_PIECE = 40  # characters; longer ones are rarely words and are classified afresh

_BEFORE, _AFTER = 3, 2  # words that the rules look at, before and after the one that is scored
_DISTANCE_FACTORS: Final = (1.0, 0.95, 0.9)
_CAPITALS: Final = float(vaderSentiment.C_INCR)
_NEGATED: Final = float(vaderSentiment.N_SCALAR)
_BOOSTERS: Final[dict[str, float]] = vaderSentiment.BOOSTER_DICT
_IDIOMS: Final = {tuple(phrase.split()): valence for phrase, valence in vaderSentiment.SPECIAL_CASES.items()}
_BOOSTER_PHRASES: Final = {tuple(phrase.split()): step for phrase, step in _BOOSTERS.items() if " " in phrase}
_PHRASE_WORDS: Final = frozenset().union(*_IDIOMS, *_BOOSTER_PHRASES)
_EMPHASIS: Final = ("so", "this")
_RULE_WORDS = listed("at but doubt kind least never no nor of or so this very without")
_FEW = 64  # values among which looking for one is quicker than keeping account of them all


class Polarity(NamedTuple):
    """What VADER says of one text: shares from 0 to 1 (rounded to 3 digits), compound from -1 to 1 (4)."""

    neg: float
    neu: float
    pos: float
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

    @property
    def acts(self) -> bool:
        """Whether some rule lets the word change what its neighbours are worth."""
        return bool(self.word) or self.booster is not None or self.negates


# The places before the first word count as words of the lexicon: the rules pass over those.
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
        known = _known_kinds(analyzer.lexicon)
        plain = [
            tuple(_Kind(upper=upper, negates=negates) for upper in (False, True)) for negates in (False, True)
        ]
        kinds = {kind for pair in [*known.values(), *plain] for kind in pair} | {_BEFORE_TEXT, _AFTER_TEXT}
        self.kinds = sorted(kinds, key=lambda kind: (kind.scored, kind.upper, repr(kind)))
        letters = {kind: chr(number) for number, kind in enumerate(self.kinds)}
        self._known = {word: (letters[lower], letters[upper]) for word, (lower, upper) in known.items()}
        self._plain = [(letters[lower], letters[upper]) for lower, upper in plain]
        self.in_capitals = _any_of(letters[kind] for kind in kinds if kind.upper)
        self.not_in_capitals = _any_of(letters[kind] for kind in kinds if not kind.upper)
        self.acting = frozenset(letters[kind] for kind in kinds if kind.acts)
        self.buts = [letters[kind] for kind in kinds if kind.word == "but"]
        self.edges = letters[_BEFORE_TEXT] * _BEFORE, letters[_AFTER_TEXT] * _AFTER
        self.scored = _any_of(letters[kind] for kind in kinds if kind.scored)
        around = "." * _BEFORE, "." * _AFTER
        self.window = re.compile(f"(?=({around[0]}{self.scored.pattern}{around[1]}))", re.DOTALL)
        self._emoji_apart = {ord(emoji): f" {emoji}" for emoji in self.emoji}
        names = {emoji: name.split() for emoji, name in self.emoji.items()}
        self._emoji_letters = {emoji: "".join(map(self._letter, words)) for emoji, words in names.items()}
        self._emoji_names = {
            emoji: (self._emoji_letters[emoji][:-1], words[-1]) for emoji, words in names.items()
        }
        self.marked_emoji = [
            (emoji, name) for emoji, name in self.emoji.items() if "!" in name or "?" in name
        ]
        self.letters = _Letters(self)
        self.valences = _Valences(self, caps_matter=False), _Valences(self, caps_matter=True)

    def letters_of_text(self, text: str) -> str:
        """Return the letters of a text: one a word, words of the names of emoji included."""
        return "".join(map(self.letters.__getitem__, text.split()))

    def letters_of(self, piece: str) -> str:
        """Return the letters of one blank-separated piece of text: one, or more where it holds emoji."""
        if piece.isascii() or self.emoji.keys().isdisjoint(piece):
            return self._letter(piece)
        return "".join(map(self._begun_by_emoji, piece.translate(self._emoji_apart).split()))

    def _begun_by_emoji(self, part: str) -> str:
        """Return the letters of one emoji and what follows it; a part before the first emoji has none."""
        if part in self._emoji_letters:
            return self._emoji_letters[part]
        if part[0] not in self.emoji:
            return self._letter(part)
        # What follows an emoji without a blank becomes part of the last word of its name.
        start, last = self._emoji_names[part[0]]
        return start + self._letter(last + part[1:])

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
        if self._lexicon.acting.isdisjoint(window):
            token = kinds[_BEFORE]
            value = _in_capitals(token.valence or 0.0, token, caps_matter=self._caps_matter)
        else:
            value = _window_valence(kinds, caps_matter=self._caps_matter)
        self[window] = value
        return value


@cache
def lexicon() -> Lexicon:
    """Return the word lists, read at the first call."""
    return Lexicon()


def polarity(text: str) -> Polarity:
    """Return the four numbers of VADER; all are 0.0 for a text without any word, as in the package."""
    letters = lexicon().letters_of_text(text)
    if not letters:
        return Polarity(0.0, 0.0, 0.0, 0.0)
    return _summed(valences(letters), len(letters), _emphasis(text))


def valences(letters: str) -> list[float]:
    """Return the valence after all rules of each word that has one of its own, in order."""
    words = lexicon()
    caps_matter = bool(words.in_capitals.search(letters) and words.not_in_capitals.search(letters))
    before, after = words.edges
    found = words.window.findall(f"{before}{letters}{after}")
    values = list(map(words.valences[caps_matter].__getitem__, found))
    turns = [letters.index(but) for but in words.buts if but in letters]
    if turns and values:
        values = _weigh_but(values, len(words.scored.findall(letters, 0, min(turns))))
    return values


def _in_capitals(valence: float, kind: _Kind, *, caps_matter: bool) -> float:
    """Return a valence strengthened where the word that is `kind` is in capitals and others are not."""
    if not (kind.upper and caps_matter):
        return valence
    return valence + _CAPITALS if valence > 0 else valence - _CAPITALS


def _window_valence(window: Sequence[_Kind], *, caps_matter: bool) -> float:
    """Return the valence of the fourth token, by the rules of the package."""
    third, second, first, token, after, _ = window
    if token.word == "kind" and after.word == "of":
        return 0.0
    valence = _in_capitals(_own_valence(window), token, caps_matter=caps_matter)
    for distance, before in enumerate((first, second, third)):
        if before.valence is not None:
            continue
        if before.booster is not None:
            step = before.booster if valence >= 0 else -before.booster
            if before.upper and caps_matter:
                step += _CAPITALS if valence > 0 else -_CAPITALS
            valence += step * _DISTANCE_FACTORS[distance]
        valence *= _negation_factor(distance, window)
    if third.valence is None:
        valence = _idiom_valence(valence, [kind.word for kind in window])
    if first.word == "least" and second.word not in ("at", "very"):
        valence *= _NEGATED
    return valence


def _own_valence(window: Sequence[_Kind]) -> float:
    """Return the valence in the lexicon, changed by a "no" before it; "no" before such a word has none."""
    third, second, first, token, after, _ = window
    valence = token.valence or 0.0
    if first.word == "no" or second.word == "no" or (third.word == "no" and first.word in ("or", "nor")):
        return valence * _NEGATED
    return 0.0 if token.word == "no" and after.valence is not None else valence


def _negation_factor(distance: int, window: Sequence[_Kind]) -> float:
    third, second, first = window[0].word, window[1].word, window[2].word
    if distance == 1:
        if second == "never" and first in _EMPHASIS:
            return 1.25
        if second == "without" and first == "doubt":
            return 1.0
    elif distance == 2:
        # "so" or "this" right before the word count by themselves: the package's condition reads that way.
        if first in _EMPHASIS or (third == "never" and second in _EMPHASIS):
            return 1.25
        if third == "without" and "doubt" in (second, first):
            return 1.0
    return _NEGATED if window[2 - distance].negates else 1.0


def _idiom_valence(valence: float, words: Sequence[str]) -> float:
    """Return the valence of the set phrase that the word stands in, if any, then "sort of" and the like."""
    if len(_PHRASE_WORDS.intersection(words)) < 2:
        return valence
    third, second, first, word, after, later = words
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
    if len(values) <= _FEW:
        for value in values:
            first = weighed.index(value)
            weighed[first] = value * (0.5 if first < turn else 1.5)
        return weighed
    places: defaultdict[float, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        first = heappushpop(places[value], place)
        weighed[first] = value * (0.5 if first < turn else 1.5)
        heappush(places[weighed[first]], first)
    return weighed


def _emphasis(text: str) -> float:
    exclamations, questions = text.count("!"), text.count("?")
    if not text.isascii():
        # The package counts after it has spelt emoji out, and the names of a few hold such marks.
        for emoji, name in lexicon().marked_emoji:
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


def _any_of(letters: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for one letter of a class, written in ranges."""
    codes = sorted(map(ord, letters))
    starts = [code for code in codes if code - 1 not in codes]
    ends = [code for code in codes if code + 1 not in codes]
    pairs = zip(starts, ends, strict=True)
    return re.compile(f"[{''.join(f'{re.escape(chr(a))}-{re.escape(chr(b))}' for a, b in pairs)}]")


def _known_kinds(valences: dict[str, float]) -> dict[str, tuple[_Kind, _Kind]]:
    """Return the kind of each word that some rule knows, in small letters and in capitals."""
    named = _RULE_WORDS | _PHRASE_WORDS
    negations = set(vaderSentiment.NEGATE)

    def kind(word: str, *, upper: bool) -> _Kind:
        name = word if word in named else ""
        negates = word in negations or "n't" in word
        return _Kind(name, upper, valences.get(word), _BOOSTERS.get(word), negates)

    words = {*valences, *_BOOSTERS, *negations, *named}
    return {word: (kind(word, upper=False), kind(word, upper=True)) for word in words}
