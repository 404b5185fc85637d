"""Which language a discussion is in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
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


def base_language(language: object) -> str | None:
    """Return the ISO 639-1 part of a language tag ("en" for "en-GB"); None for anything but a text."""
    if not isinstance(language, str) or not language.strip():
        return None
    return language.strip().replace("_", "-").split("-")[0].lower()


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
