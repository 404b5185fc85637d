"""The linear model behind the offensive-language ranking: the same sums for a text alone and among others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from threads.scores.classifier import StoredClassifier, Vector
from threads.scores.offensive_text import (
    BITS,
    FRAMING,
    FUNCTION_WORDS,
    MOST_CHARACTERS,
    TOKEN,
    Numbers,
    Reading,
    Word,
    Words,
    frames,
    read,
    tokens,
    word_features,
)
from threads.wordlists.folding import fold

TYPES: Final = ("insult", "threat", "identity_attack", "profanity")
HEADS: Final = ("offensive", *TYPES)
Flags = npt.NDArray[np.bool_]
BLOCK: Final = 500_000  # characters that are read at a time
MOST_KNOWN: Final = 200_000  # words whose sums are kept
UNTYPED: Final = "offensive"  # what a word is called whose type is not clear
LEAST_TYPE: Final = 0.5  # log odds that a word must add to its type,
LEAST_LEAD: Final = 1.25  # how many times what it adds to any other type that is likely, and
LEAST_CHANCE: Final = 0.2  # the probability from which a type is likely in a text
LEAST_SHARE: Final = 1 / 3  # what part of the strongest word's strength one must have to be shown, and
LEAST_SHOWN: Final = 0.3  # the strength that all of them must have together
LIKELY: Final = 0.5  # probability from which a sentence or a text offends
SHORTENING: Final = 0.5  # a sentence's sum is divided by the number of its words to this power


@dataclass(frozen=True, slots=True)
class Span:
    """A word that carries an offence: [start, end) in the text as found, type or UNTYPED, strength."""

    start: int
    end: int
    type: str
    strength: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What the model finds in some texts: `odds`, texts × HEADS, before calibration.

    `parts` is what each word of `reading` adds to the odds of its sentence, words × HEADS; what a pair of a
    function word and another adds counts for the other. A text without words has missing odds.
    `strengths` are what each word that may be shown, no function word or name of a group, adds there to
    offence, so that many sentences that offend make none of them small; 0 for the others. In a sentence that
    alone is not LIKELY to offend they are less, as the sentence weighs less than the strongest of its text.
    `shown` are the words that carry the offence of a text: they have LEAST_SHARE of the strength of its
    strongest, and LEAST_SHOWN together.
    """

    reading: Reading
    odds: Vector
    parts: Vector
    strengths: Vector
    shown: Flags


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words with the sums of their features' weights, words × HEADS, and their numbers in pairs or -1.

    `function` says which are function words or ends of sentences.
    """

    words: Words
    sums: Vector
    numbers: Numbers
    function: Flags

    @classmethod
    def empty(cls) -> Vocabulary:
        """Return one without words."""
        return cls(
            Words(), np.zeros((0, len(HEADS))), np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.bool_)
        )


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Words with what each adds to the odds of its sentence, words × HEADS.

    `pairs` are the first words of pairs, and `halves` what each of both has of them, pairs × HEADS.
    """

    reading: Reading
    vocabulary: Vocabulary
    parts: Vector
    pairs: Numbers
    halves: Vector


@dataclass(frozen=True)
class OffensiveModel(StoredClassifier):
    """A trained linear model of words, pairs and frames as a Classifier.

    Each sentence has a sum of weights, divided by the root of its number of words; a text's log odds are the
    smooth maximum (log-sum-exp) over its sentences, so that one attack in a long comment is seen. Calibration
    is Platt's (1999).
    """

    arrays: ClassVar[tuple[str, ...]] = (
        *StoredClassifier.arrays,
        "features",
        "feature_weights",
        "bias",
        "alpha",
        "slope",
        "shift",
    )

    def probabilities(self, texts: Sequence[str], contexts: Sequence[str]) -> Vector:  # noqa: ARG002
        """Return the probabilities of offensive and clean, texts × 2; a text without words has the bias's."""
        blocks = [self.chances(self.odds([tokens(text) for text in block])) for block in blocks_of(texts)]
        return two_columns(np.concatenate([np.zeros(0), *(block[:, 0] for block in blocks)]))

    def calibrated(self, odds: Vector) -> Vector:
        """Return the probabilities of offensive and clean for the log odds of offence before calibration."""
        return two_columns(sigmoid(self.model.array("slope")[0] * odds + self.model.array("shift")[0]))

    def chances(self, odds: Vector) -> Vector:
        """Return the probability of each of HEADS for log odds before calibration, texts × heads."""
        slope, shift = self.model.array("slope"), self.model.array("shift")
        odds = np.where(np.isnan(odds), self.model.array("bias"), odds)
        return sigmoid(slope * odds + shift)

    def marked_in(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text the words that carry its offence, in order: `Judged.shown`."""
        marks: list[list[Span]] = []
        for block in blocks_of(texts):
            folded = [fold(text[:MOST_CHARACTERS]) for text in block]
            found = [list(TOKEN.finditer(each.text)) for each in folded]
            judged = self.judge([[match[0] for match in matches] for matches in found])
            chances, reading = self.chances(judged.odds), judged.reading
            of_block: list[list[Span]] = [[] for _ in block]
            for word in np.flatnonzero(judged.shown):
                text = reading.text[reading.sentence[word]]
                start, end = folded[text].span(*found[text][reading.places[word]].span())
                kind = typed_as(judged.parts[word], chances[text])
                of_block[text].append(Span(start, end, kind, float(judged.strengths[word])))
            marks += of_block
        return marks

    def odds(self, texts: Sequence[Sequence[str]]) -> Vector:
        """Return the log odds of texts, given as tokens, × HEADS; NaN for one without words."""
        found = self._weighed(texts)
        return self._pooled(found.reading, found.parts, len(texts))[0]

    def judge(self, texts: Sequence[Sequence[str]]) -> Judged:
        """Return what the model finds in texts, given as tokens: their odds, and what carries them."""
        found = self._weighed(texts)
        reading, parts = found.reading, found.parts
        odds, sums = self._pooled(reading, parts, len(texts))
        function = found.vocabulary.function[reading.words]
        _move(parts, found.pairs, found.halves, function)
        content = ~function & (reading.roles & BITS["group"] == 0)
        weights = self._weights(reading, sums[:, 0], len(texts))[reading.sentence]
        strengths = np.where(content, np.maximum(parts[:, 0], 0.0) * weights, 0.0)
        return Judged(reading, odds, parts, strengths, _strongest(reading, strengths, len(texts)))

    def _weights(self, reading: Reading, sums: Vector, texts: int) -> Vector:
        """Return 1 for a sentence that alone is LIKELY to offend, else its part of the strongest there."""
        most = np.full(texts, -np.inf)
        np.maximum.at(most, reading.text, sums)
        return np.where(self.calibrated(sums)[:, 0] >= LIKELY, 1.0, np.exp(sums - most[reading.text]))

    def _weighed(self, texts: Sequence[Sequence[str]]) -> _Weighed:
        """Return the words of texts with what each adds to its sentence."""
        vocabulary = self._vocabulary()
        reading = read(texts, vocabulary.words)
        vocabulary = self._extended(vocabulary)
        parts = vocabulary.sums[reading.words]
        pairs, halves = self._add_pairs(parts, reading, vocabulary.numbers[reading.words])
        self._add_frames(parts, reading)
        shortening = (np.maximum(reading.lengths, 1.0) ** -SHORTENING)[reading.sentence][:, None]
        parts *= shortening
        return _Weighed(reading, vocabulary, parts, pairs, halves * shortening[pairs])

    def _pooled(self, reading: Reading, parts: Vector, texts: int) -> tuple[Vector, Vector]:
        """Return the odds of texts and those of sentences, both × heads.

        Sums go through bincount, which adds one after the other: neighbours do not change a row's bits.
        """
        sentences, alpha = len(reading.text), float(self.model.array("alpha"))
        odds, sums = np.full((texts, len(HEADS)), np.nan), np.zeros((sentences, len(HEADS)))
        counts = np.bincount(reading.text, minlength=texts)
        some = counts > 0
        for head, bias in enumerate(self.model.array("bias")):
            sums[:, head] = np.bincount(reading.sentence, parts[:, head], sentences) + bias
            most = np.full(texts, -np.inf)
            np.maximum.at(most, reading.text, sums[:, head])
            exponentials = np.exp(sums[:, head] - most[reading.text])
            totals = np.bincount(reading.text, exponentials, texts)
            odds[some, head] = most[some] + np.log(totals[some]) - alpha * np.log(counts[some])
        return odds, sums

    def _add_pairs(self, parts: Vector, reading: Reading, numbers: Numbers) -> tuple[Numbers, Vector]:
        """Add to `parts` the weights of pairs, half to each word; return first words and halves."""
        keys, weights = self._pairs
        first = numbers[reading.pairs]
        second = numbers[reading.pairs + 1]
        both = (first >= 0) & (second >= 0)
        wanted = first[both] * len(self._paired) + second[both]
        places = np.searchsorted(keys, wanted)
        there = keys[np.minimum(places, len(keys) - 1)] == wanted
        halves, left = weights[places[there]] / 2, reading.pairs[both][there]
        parts[left] += halves
        parts[left + 1] += halves
        return left, halves

    def _add_frames(self, parts: Vector, reading: Reading) -> None:
        """Add to `parts` the weights of frames: an equal share for each class, and in it for each word."""
        found, which = np.unique(reading.classes, return_inverse=True)
        present = int(np.bitwise_or.reduce(found))
        there = [(place, name) for place, name in enumerate(FRAMING) if BITS[name] & present]
        if not there:
            return
        shares = np.stack([self._frame_shares(int(classes)) for classes in found])
        for place, name in there:
            words = np.flatnonzero(reading.roles & BITS[name])
            sentence = reading.sentence[words]
            counts = np.bincount(sentence, minlength=len(reading.text))
            parts[words] += shares[which[sentence], place] / counts[sentence][:, None]

    def _frame_shares(self, classes: int) -> Vector:
        """Return what each class adds in a sentence with `classes`, FRAMING × HEADS."""
        if classes not in self._frames:
            found = np.zeros((len(FRAMING), len(HEADS)))
            for frame in frames(classes):
                if (place := self._features.get(frame.name)) is not None:
                    for name in frame.classes:
                        found[FRAMING.index(name)] += self._feature_weights[place] / len(frame.classes)
            self._frames[classes] = found
        return self._frames[classes]

    # --- what is known of words

    def _vocabulary(self) -> Vocabulary:
        """Return the words known so far, or none where they have become too many."""
        kept = self._memory[0]
        return kept if len(kept.words) <= MOST_KNOWN else Vocabulary.empty()

    def _extended(self, before: Vocabulary) -> Vocabulary:
        """Return and keep a vocabulary with sums and numbers for all its words."""
        new = before.words.words[len(before.sums) :]
        if not new:
            return before
        sums, numbers = np.zeros((len(new), len(HEADS))), np.full(len(new), -1, dtype=np.intp)
        function = np.array([item is None or _is_function(item) for item in new])
        for row, item in enumerate(new):
            if item is None:
                continue
            numbers[row] = self._paired.get(item.form, -1)
            for name in word_features(item):
                if (place := self._features.get(name)) is not None:
                    sums[row] += self._feature_weights[place]
        after = Vocabulary(
            before.words,
            np.concatenate([before.sums, sums]),
            np.concatenate([before.numbers, numbers]),
            np.concatenate([before.function, function]),
        )
        self._memory[0] = after
        return after

    @cached_property
    def _memory(self) -> list[Vocabulary]:
        """The vocabulary so far, in a list of one: what is known of a word never changes."""
        return [Vocabulary.empty()]

    @cached_property
    def _frames(self) -> dict[int, Vector]:
        return {}

    @cached_property
    def _features(self) -> dict[str, int]:
        names = bytes(self.model.array("features")).decode().split("\n")
        return {name: place for place, name in enumerate(names)}

    @cached_property
    def _feature_weights(self) -> Vector:
        return np.asarray(self.model.array("feature_weights"), dtype=float)

    @cached_property
    def _paired(self) -> dict[str, int]:
        """The words of pairs, numbered."""
        forms = {form for name in self._features if name.startswith("pair ") for form in name.split(" ")[1:]}
        return {form: number for number, form in enumerate(sorted(forms))}

    @cached_property
    def _pairs(self) -> tuple[Numbers, Vector]:
        """The keys of pairs in order, and the weights of each."""
        known = []
        for name, place in self._features.items():
            if name.startswith("pair "):
                first, second = (self._paired[form] for form in name.split(" ")[1:])
                known.append((first * len(self._paired) + second, place))
        keys, places = np.array(sorted(known), dtype=np.intp).reshape(-1, 2).T
        return keys, self._feature_weights[places]


def sigmoid(odds: Vector) -> Vector:
    """Return probabilities for log odds."""
    return np.asarray(1 / (1 + np.exp(-odds)))


def two_columns(offensive: Vector) -> Vector:
    """Return the probability of clean beside that of offensive."""
    return np.column_stack([offensive, 1 - offensive])


def typed_as(parts: Vector, chances: Vector) -> str:
    """Return the type for which a word speaks most, or UNTYPED where that is not clear.

    `parts` are its contributions to HEADS, `chances` their probabilities in its text; a type that is unlikely
    there is not considered.
    """
    both = zip(parts[1:].tolist(), chances[1:].tolist(), strict=True)  # so few that arrays would be slower
    likely = [part if chance >= LEAST_CHANCE else 0.0 for part, chance in both]
    second, most = sorted(likely)[-2:]
    return TYPES[likely.index(most)] if most >= max(LEAST_TYPE, LEAST_LEAD * second) else UNTYPED


def _is_function(read: Word) -> bool:
    """Return whether a word says nothing alone; so does the end of a sentence."""
    return not read.form or (not read.severity and (len(read.form) == 1 or read.form in FUNCTION_WORDS))


def _strongest(reading: Reading, strengths: Vector, texts: int) -> Flags:
    """Return which words carry the offence of their texts, by their strengths."""
    text_of = reading.text[reading.sentence]
    most = np.zeros(texts)
    np.maximum.at(most, text_of, strengths)
    among = (strengths > 0) & (strengths >= LEAST_SHARE * most[text_of])
    enough = np.bincount(text_of, np.where(among, strengths, 0.0), texts) >= LEAST_SHOWN
    return np.asarray(among & enough[text_of])


def _move(parts: Vector, pairs: Numbers, halves: Vector, function: Flags) -> None:
    """Give the half of a function word in a pair to its neighbour, where that is none; sums stay."""
    for source, target in ((pairs, pairs + 1), (pairs + 1, pairs)):
        moved = function[source] & ~function[target]
        parts[source[moved]] -= halves[moved]
        parts[target[moved]] += halves[moved]


def blocks_of(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the texts in blocks of about BLOCK characters or one text."""
    start, size = 0, 0
    for place, text in enumerate(texts):
        size += min(len(text), MOST_CHARACTERS)
        if size >= BLOCK:
            yield texts[start : place + 1]
            start, size = place + 1, 0
    if start < len(texts):
        yield texts[start:]
