"""Which language a discussion is in, and a comment of its own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

ENGLISH = "en"
_LETTER = regex.compile(r"\p{L}")
SAMPLE_CHARACTERS = 5_000  # more does not change the answer and costs time
FEWEST_LETTERS = 40  # below this the identifier guesses
NO_LANGUAGE = ("und", "zxx")  # ISO 639 codes for a text that cannot be told or is not in any language
LEAST_CERTAINTY = 0.5  # probability of the best language; a mixed discussion stays below
OWN_CERTAINTY = 0.9  # from here on a comment is in another language than its discussion
OWN_CHARACTERS = 500  # the beginning of a comment tells
# Words of English that are none of its neighbours'; so many different ones leave no doubt, at little cost.
_ENGLISH_WORDS = (
    *(" the ", " and ", " that ", " you ", " this ", " with ", " it ", " they ", " have ", " what ", " not "),
    *(" are ", " from ", " my ", " but ", " would ", " about ", " who ", " which ", " there ", " their "),
    *(" been ", " just ", " like ", " when ", " your ", " should ", " than "),
)
_ENOUGH_WORDS = 3


def base_language(language: object) -> str | None:
    """Return the ISO 639-1 part of a language tag ("en" for "en-GB"); None for anything but a text."""
    return _base_of_tag(language) if isinstance(language, str) else None


@lru_cache(maxsize=1_000)
def _base_of_tag(tag: str) -> str | None:
    return tag.strip().replace("_", "-").split("-")[0].lower() or None


def detect(texts: Iterable[object]) -> str | None:
    """Return the ISO 639-1 code of the language that a whole discussion is written in.

    The first 5,000 characters decide; items that are no texts are passed over. None when there are fewer than
    40 letters, or when no language is likelier than all others together. Scores take None as English.
    """
    sample = _sample(texts)
    if sum(1 for _ in _LETTER.finditer(sample)) < FEWEST_LETTERS:
        return None
    language, certainty = _identifier().classify(sample)
    return str(language) if certainty >= LEAST_CERTAINTY and language not in NO_LANGUAGE else None


def of_comment(text: object, discussion: object) -> str | None:
    """Return the ISO 639-1 code of a comment's own language, the discussion's unless it is surely another.

    Short texts are unreliable: below 40 letters, or below a probability of .9 for one language, the
    discussion decides. The first 500 characters are read. None where its language is not known either.
    """
    expected = base_language(discussion)
    if not isinstance(text, str) or len(text) < FEWEST_LETTERS:
        return expected
    sample = text[:OWN_CHARACTERS]
    if expected in (None, ENGLISH) and _is_plainly_english(sample):
        return ENGLISH
    if sum(1 for _ in _LETTER.finditer(sample)) < FEWEST_LETTERS:
        return expected
    language, certainty = _identifier().classify(sample)
    return str(language) if certainty >= OWN_CERTAINTY and language not in NO_LANGUAGE else expected


def _is_plainly_english(sample: str) -> bool:
    found = 0
    for word in _ENGLISH_WORDS:
        if word in sample:
            found += 1
            if found == _ENOUGH_WORDS:
                return True
    return False


def _sample(texts: Iterable[object]) -> str:
    parts: list[str] = []
    room = SAMPLE_CHARACTERS
    for text in texts:
        if room <= 0:
            break
        if isinstance(text, str):
            parts.append(text[:room])
            room -= len(parts[-1]) + 1
    return "\n".join(parts)


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - the model takes a while

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
