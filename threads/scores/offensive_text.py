"""What the offensive-language ranking reads in a text: words behind their spellings, and what they do.

A sentence is a list of words. Each word has features (itself, its severity in the word list, its
classes), so has each pair of neighbours, and so has the sentence: its frames, which say that a group or the
reader is named beside a word that attacks, and whether that is denied, wished for or reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from threading import Lock
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from threads.scores import verbosity
from threads.scores.side_words import STOP_WORDS
from threads.scores.text import listed
from threads.wordlists.classes import word_classes
from threads.wordlists.folding import folded
from threads.wordlists.lexicon import Lexicon, plain_forms, read_lexicon

MOST_CHARACTERS: Final = 65_535  # what is read of a comment
MOST_WORDS: Final = 60  # longer sentences are read in pieces
LONGEST_WORD: Final = 40  # of a longer one, the beginning is read
REACH: Final = 2  # words between "gay" and "people"
INSULT, VILE = 2.0, 4.0  # severities of the word list from which a word insults, or is a slur or a threat

TOKEN: Final = re.compile(
    r"[a-z]{2,30}+(?=[ ,])"  # a plain word: first, for it is what most are
    r"|(?:https?://|www\.)\S+"
    r"|(?<!\w)[a-z](?:[ .*_-][a-z](?![\w'’])){3,}"  # a word that is spelt out
    r"|[\w@$*](?:[\w@$*!'’]{0,60}[\w*])?"
    r"|[.!?\n]+"
)
_LETTERS = re.compile("[a-z]+")
_RUN = re.compile(r"(.)\1{2,}")
_MASKS = frozenset({"url", "rt", "user", "amp"})  # what stands in the data for links, mentions and retweets

Numbers = npt.NDArray[np.intp]

FUNCTION_WORDS: Final = (
    STOP_WORDS
    | verbosity.FUNCTION_WORDS
    | listed(
        "again ain't always arent back cant come couldnt didnt doesnt dont else ever get gets "
        "getting go goes going got gotta hadnt havent im isnt ive let made make makes never now "
        "often oh people person put quite really said say says shouldnt still today u ur want "
        "wants wont yes youre"
    )
)
"""Words that hold a sentence together and say nothing alone."""

TARGETS: Final = ("group", "you")
PREDICATES: Final = ("harm", "debase", "dislike", "exclude", "positive", "insult", "vile")
CHANGES: Final = ("negation", "counter", "say", "wish")
FRAMING: Final = (*TARGETS, *PREDICATES, *CHANGES)
CLASSES: Final = (*FRAMING, "group_word", "person")
NOTHING, END, WORD = 0, 1, 2  # kinds of tokens
BITS: Final = {name: 1 << place for place, name in enumerate(CLASSES)}
NAMES_GROUP: Final = BITS["group"] | BITS["group_word"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word as read: its plain form, its severity in the word list (0 for none), its classes as BITS.

    The end of a sentence is a word without a form; `mark` is "!" or "?" where it is one of these.
    """

    form: str
    severity: float = 0.0
    classes: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A feature of a sentence: classes of CLASSES that stand in it together."""

    classes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the feature."""
        return f"frame {' '.join(self.classes)}"


def word(token: str) -> Word | None:
    """Return the word behind a token; None for a link, a mention, and what has no Latin letter."""
    if token[0] in ".!?\n":
        return Word("", mark=token[0] if token[0] in "!?" else "")
    if token.startswith(("http:", "https:", "www.")):
        return None
    found = _listed(_joined(token).replace("’", "'"))
    if found is None or found.form in _MASKS or not _LETTERS.search(found.form):
        return None
    return found


def _joined(token: str) -> str:
    """Return a word that is spelt out as one."""
    spelt_out = len(token) > 6 and token[0].isalpha() and not token[1].isalnum() and token[1] != "'"
    return "".join(_LETTERS.findall(token)) if spelt_out else token


def _listed(token: str) -> Word | None:
    """Return the listed word that a token disguises, or the token without what surrounds it."""
    for tried in (token, token.strip("*@$!_'")):
        match = _lexicon().find(tried)
        if match.entry is not None and match.entry.severity:
            return Word(match.form, match.entry.severity, _classes(match.form, match.entry.severity))
    if token.startswith("@") or not tried:
        return None
    form = _undisguised(_RUN.sub(r"\1\1", tried.removesuffix("'s")[:LONGEST_WORD]))
    return Word(form, 0.0, _classes(form, 0.0))


def _undisguised(form: str) -> str:
    """Return the word with a class that digits and signs disguise."""
    if form.isalpha():
        return form
    return next((tried for tried in plain_forms(form) if tried in word_classes()), form)


@cache
def _lexicon() -> Lexicon:
    return read_lexicon(("en",))


def _classes(form: str, severity: float) -> int:
    names = word_classes().get(form, frozenset())
    bits = sum(BITS[name] for name in names)
    return bits | BITS["insult"] * (severity >= INSULT) | BITS["vile"] * (severity >= VILE)


def word_features(read: Word) -> Iterator[str]:
    """Yield the features of a word; a group's name has none: only what is said of the group weighs."""
    if not read.form:
        if read.mark:
            yield f"mark {read.mark}"
        return
    if read.classes & NAMES_GROUP:
        return
    yield from (f"class {name}" for name in sorted(word_classes().get(read.form, ())))
    yield f"word {read.form}"
    if read.severity:
        yield f"severity {read.severity:g}"


def pair_feature(first: str, second: str) -> str:
    """Return the feature of two neighbouring words."""
    return f"pair {first} {second}"


@cache
def frames(classes: int) -> tuple[Frame, ...]:
    """Return the frames of a sentence with these classes."""
    said = [name for name in PREDICATES if classes & BITS[name]]
    changes = [name for name in CHANGES if classes & BITS[name]]
    found = []
    for target in (name for name in TARGETS if classes & BITS[name]):
        if not said:
            found.append(Frame((target,)))
        for predicate in said:
            found.append(Frame((target, predicate)))
            found += [Frame((target, predicate, change)) for change in changes]
        if "counter" in changes:
            found.append(Frame((target, "counter")))
    return tuple(found) if found else tuple(Frame((name,)) for name in said)


class Words(dict[str, int]):
    """Tokens, each with its number, given when it is first asked for; `words` has by number what they are."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[Word | None] = []
        self._arrays = (np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))
        self._lock = Lock()

    def __missing__(self, token: str) -> int:
        found = word(token)
        with self._lock:
            number = len(self.words)
            if token in self:
                return self[token]
            self.words.append(found)
            self[token] = number
        return number

    def arrays(self) -> tuple[Numbers, Numbers]:
        """Return by number the kinds (NOTHING, END, WORD) and the classes (BITS) of the tokens so far."""
        with self._lock:
            new = self.words[len(self._arrays[0]) :]
            kinds = [NOTHING if item is None else WORD if item.form else END for item in new]
            classes = [0 if item is None else item.classes for item in new]
            if new:
                self._arrays = (
                    np.concatenate([self._arrays[0], np.array(kinds)]),
                    np.concatenate([self._arrays[1], np.array(classes)]),
                )
            return self._arrays


@dataclass(frozen=True, slots=True)
class Reading:
    """Texts as numbers: the words of all texts in order, ends of sentences among them, but nothing else.

    `words` are numbers of Words, `places` says which token of its text each is, `sentence` where it stands,
    `roles` its classes there; `pairs` are the places in `words` of those that another word of the sentence
    follows, where neither names a group. `text`, `lengths` (in words) and `classes` are of sentences; a text
    without words has none.
    """

    words: Numbers
    places: Numbers
    sentence: Numbers
    roles: Numbers
    pairs: Numbers
    text: Numbers
    lengths: Numbers
    classes: Numbers


def tokens(text: str) -> list[str]:
    """Return the words, ends of sentences and links of a text, in small plain letters, in linear time."""
    return TOKEN.findall(folded(text[:MOST_CHARACTERS]))


def read(texts: Sequence[Sequence[str]], known: Words) -> Reading:
    """Return the tokens of texts as numbers; `known` learns those that it has not seen."""
    numbers = np.array(list(map(known.__getitem__, chain.from_iterable(texts))), dtype=np.intp)
    sizes = np.array([len(text) for text in texts], dtype=np.intp)
    text = np.repeat(np.arange(len(texts)), sizes)
    places = np.arange(len(numbers)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kinds, classes = known.arrays()
    kept = kinds[numbers] != NOTHING
    numbers, text, places = numbers[kept], text[kept], places[kept]
    ends = kinds[numbers] == END
    # An end counts where a word of the same text stands before it.
    kept = ~ends | (_before(~ends, False) & (_before(text, -1) == text))
    numbers, text, places, ends = numbers[kept], text[kept], places[kept], ends[kept]
    starts = _before(ends, True) | (_before(text, -1) != text)
    first = np.maximum.accumulate(np.where(starts, np.arange(len(starts)), 0))
    starts |= ((np.arange(len(starts)) - first) % MOST_WORDS == 0) & ~ends
    sentence = np.cumsum(starts) - 1
    count = int(starts.sum())
    lengths = np.bincount(sentence[~ends], minlength=count)
    # Pairs with the name of a group would weigh in its stead.
    plain = ~ends & (classes[numbers] & NAMES_GROUP == 0)
    follows = (sentence[1:] == sentence[:-1]) & plain[1:] & plain[:-1]
    roles = _with_groups(classes[numbers], sentence)
    return Reading(
        words=numbers,
        places=places,
        sentence=sentence,
        roles=roles,
        pairs=np.flatnonzero(follows),
        text=text[starts],
        lengths=lengths,
        classes=np.bitwise_or.reduceat(roles, np.flatnonzero(starts)) if count else roles,
    )


def _before(values: npt.NDArray[Any], first: Any) -> npt.NDArray[Any]:
    """Return for each place the value at the place before it."""
    return np.concatenate([np.full(min(1, len(values)), first, values.dtype), values[:-1]])


def _with_groups(classes: Numbers, sentence: Numbers) -> Numbers:
    """Return the classes of words in sentences, their groups found.

    "black" names a group where "people" or the like follows within REACH words, and both words do then.
    """
    found = classes.copy()
    named, person = classes & BITS["group_word"] != 0, classes & BITS["person"] != 0
    for step in range(1, REACH + 1):
        both = np.flatnonzero(named[:-step] & person[step:] & (sentence[step:] == sentence[:-step]))
        found[both] |= BITS["group"]
        found[both + step] |= BITS["group"]
    return np.asarray(found & ~(BITS["group_word"] | BITS["person"]))
