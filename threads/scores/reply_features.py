"""Features of a comment and of the one it answers: the numbers that the reply relation is judged by."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from threads.scores.reply_reading import GROUPS, Reading, read
from threads.scores.text import listed

Vector = npt.NDArray[np.float64]

SHORT: Final = 8  # words of a short question


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


OPENING_GROUPS: Final = _names(
    "opens_yes opens_no agree disagree negation you doubt question_word request evidence"
)
PARENT_GROUPS: Final = _names(
    "negation disagree agree evidence you i profanity doubt question_word blame praise"
)
_AUXILIARY: Final = listed(
    "is are was were do does did can could would will should have has had am isn't aren't don't doesn't "
    "didn't can't won't"
)
# Capitals from A to Z as they are, all else blank: the runs of capitals are what blanks part.
_CAPITALS: Final = bytes(
    code if chr(code) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" else ord(" ") for code in range(256)
)
_REPEATED = re.compile(r"""\bRT\s*[“"]?\s*@|[“"]@""")

WORDS: Final = tuple(f"words_{group}" for group in GROUPS)
OPENING: Final = tuple(f"opening_{group}" for group in OPENING_GROUPS)
FORM: Final = _names(
    "length word_length distinct_words valence links mentions addressed hashtags exclamations stops "
    "quotations capital_share capital_words repeats ends_in_stop"
)
ASKING: Final = _names(
    "question_marks share_asks first_asks last_asks longest_question short_question sentences "
    "opens_with_auxiliary"
)
PARENT: Final = _names(
    "no_parent parent_length parent_valence parent_asks parent_links parent_mentions parent_addressed "
    "parent_hashtags"
) + tuple(f"parent_{group}" for group in PARENT_GROUPS)
TOGETHER: Final = _names(
    "relative_length shared_words words_from_parent words_taken_up jaccard pairs_from_parent new_words "
    "negation_differs valence_product valence_difference"
)
FEATURES: Final[tuple[str, ...]] = (*WORDS, *OPENING, *FORM, *ASKING, *PARENT, *TOGETHER)
"""The names of the features, in the order of the columns of `feature_matrix`."""

_OPENING_PLACES: Final = tuple(map(GROUPS.index, OPENING_GROUPS))
_PARENT_PLACES: Final = tuple(map(GROUPS.index, PARENT_GROUPS))
_NEGATION: Final = GROUPS.index("negation")


def feature_matrix(texts: Iterable[str], parents: Iterable[str]) -> Vector:
    """Return the features of each text beside its parent ("" where it has none), rows × FEATURES; all finite.

    A row depends on its own two texts alone.
    """
    # A parent is mostly one of the comments just before.
    reading = lru_cache(maxsize=128)(read)
    rows = [features(reading(text), reading(parent)) for text, parent in zip(texts, parents, strict=True)]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))


def features(text: Reading, parent: Reading) -> list[float]:
    """Return the values of FEATURES, in order, for a text that answers `parent`."""
    return [
        *_shares(text),
        *[place in text.opening for place in _OPENING_PLACES],
        *_form(text),
        *_asking(text),
        *_parent(parent),
        *_together(text, parent),
    ]


def _shares(text: Reading) -> list[float]:
    """Return how often each group is spoken for, to the square root of the number of words."""
    root = math.sqrt(len(text.words) + 1)
    return [count / root for count in text.counts]


def _form(text: Reading) -> list[float]:
    written, tokens, count = text.text, text.tokens, len(text.words)
    capitals = written.encode("ascii", "replace").translate(_CAPITALS).split()
    return [
        _some(count),
        _part(sum(map(len, text.words)), count),
        _part(len(text.content), count),
        text.valence,
        text.links,
        text.mentions,
        text.addressed,
        text.hashtags,
        _some(written.count("!")),
        _some(tokens.count(".")),
        _some(written.count('"') + written.count("“")),
        _part(sum(map(len, capitals)), len(written)),
        sum([len(run) > 2 for run in capitals]),
        "@" in written and _REPEATED.search(written) is not None,
        tokens[-1:] in (["."], ["!"]),
    ]


def _asking(text: Reading) -> list[float]:
    sentences = text.sentences
    asking = [sentence.length for sentence in sentences if "?" in sentence.mark]
    longest = max(asking, default=0)
    # A link or a name after the last question mark is no sentence of its own.
    last = text.tokens[-3:]
    return [
        _some(text.text.count("?")),
        _part(len(asking), len(sentences)),
        bool(sentences) and "?" in sentences[0].mark,
        any("?" in token for token in last),
        _some(longest),
        0 < longest <= SHORT,
        _some(len(sentences)),
        bool(text.words) and text.words[0] in _AUXILIARY,
    ]


def _parent(parent: Reading) -> list[float]:
    count, tokens = len(parent.words), parent.tokens
    root = math.sqrt(count + 1)
    return [
        not count,
        _some(count),
        parent.valence,
        any("?" in token for token in tokens[-3:]),
        parent.links,
        parent.mentions,
        parent.addressed,
        parent.hashtags,
        *[parent.counts[place] / root for place in _PARENT_PLACES],
    ]


def _together(text: Reading, parent: Reading) -> list[float]:
    own, other = text.content, parent.content
    shared = len(own & other)
    return [
        _some(len(text.words)) - _some(len(parent.words)),
        _some(shared),
        _part(shared, len(own)),
        _part(shared, len(other)),
        _part(shared, len(own) + len(other) - shared),
        _part(len(text.pairs & parent.pairs), len(text.pairs)),
        _some(len(own) - shared),
        bool(text.counts[_NEGATION]) != bool(parent.counts[_NEGATION]),
        text.valence * parent.valence,
        text.valence - parent.valence,
    ]


def _some(value: float) -> float:
    return math.log1p(value)


def _part(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
