"""Which language a discussion is in, and a comment of its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

ENGLISH = "en"
_LETTER = regex.compile(r"\p{L}")
SAMPLE_CHARACTERS = 5_000  # more does not change the answer and costs time
MOST_TEXTS = 500  # looked at for that
LEAST_OF_EACH = 100  # characters, however short most of a discussion's texts are
FEWEST_LETTERS = 40  # below this the identifier guesses
NO_LANGUAGE = ("und", "zxx")  # ISO 639 codes for a text that cannot be told or is not in any language
LEAST_CERTAINTY = 0.5  # probability of the best language; a mixed discussion stays below
OWN_CERTAINTY = 0.9  # from here on a comment is in another language than its discussion
OWN_CHARACTERS = 500  # the beginning of a comment tells
FEWEST_OWN_LETTERS = 16  # from here on it can be seen that a comment is not English,
FEWEST_DIFFERENT_LETTERS = 8  # so many of them different, since laughter and chants are in no language, and
LEAST_ENGLISH = 0.01  # what is less likely English than this is not
UNKNOWN = "und"  # the language of a comment that surely is not English and may be one of several
# Words of English that are none of its neighbours'; so many different ones leave no doubt, at little cost.
_ENGLISH_WORDS = (
    *(" the ", " and ", " that ", " you ", " this ", " with ", " it ", " they ", " have ", " what ", " not "),
    *(" are ", " from ", " my ", " but ", " would ", " about ", " who ", " which ", " there ", " their "),
    *(" been ", " just ", " like ", " when ", " your ", " should ", " than "),
)
_ENOUGH_WORDS = 3
_ENGLISH_TALK = 0.1
_ENGLISH_TALK_CHARACTERS = 300
_ENGLISH_OF_ITS_OWN = "pcm"  # the identifier takes much English slang for Nigerian Pidgin
_LETTER_NOT_LATIN = regex.compile(r"(?V1)[\p{L}--\p{Latin}--\p{Common}]")
_LINK_OR_NAME = regex.compile(r"(?:https?://|www\.)\S+|[@#]\S+")
_NOT_LATIN = (
    "am ar ary arz as ba be bg bn dz el fa gom grc gu hbo he hi hy ja ka kk km kn ko ky lo mk ml mn mr my ne "
    "or pa ps ru sa sdh si sr ta te tg th tt ug uk ur wuu yue zh"
)
_LANGUAGES_NOT_LATIN = frozenset(_NOT_LATIN.split())


def base_language(language: object) -> str | None:
    """Return the ISO 639-1 part of a language tag ("en" for "en-GB"); None for anything but a text."""
    return _base_of_tag(language) if isinstance(language, str) else None


@lru_cache(maxsize=1_000)
def _base_of_tag(tag: str) -> str | None:
    return tag.strip().replace("_", "-").split("-")[0].lower() or None


def detect(texts: Iterable[object]) -> str | None:
    """Return the ISO 639-1 code of the language that a whole discussion is written in.

    The first 5,000 characters decide, of each text no more than the median has, or one long comment would
    outvote many; items that are no texts are passed over. None when there are fewer than 40 letters, or when
    no language is likelier than all others together. Scores take None as English.
    """
    sample = _sample(texts)
    if _is_english_talk(sample):
        return ENGLISH
    if sum(1 for _ in islice(_LETTER.finditer(sample), FEWEST_LETTERS)) < FEWEST_LETTERS:
        return None
    language, certainty = _identifier().classify(sample)
    return str(language) if certainty >= LEAST_CERTAINTY and language not in NO_LANGUAGE else None


def of_comment(text: object, discussion: object) -> str | None:
    """Return the ISO 639-1 code of a comment's own language, the discussion's unless it is surely another.

    A comment most of whose letters are not Latin is in a language of such letters, however short it is.
    Any other is English in an English discussion, or one of unknown language, unless it has 16 letters, 8 of
    them different, and its probability of being English is below .01. In other discussions it is English from
    16 letters and a probability of .9 on; any other language must have 40 letters and that. The first 500
    characters are read, without links and names. "und" where it is surely not English and may be one of
    several languages; None where it may be English and the discussion's language is not known, or is one of
    other letters.
    """
    expected = base_language(discussion)
    if not isinstance(text, str):
        return expected
    sample = text[:OWN_CHARACTERS]
    if not sample.isascii():
        sample = unicodedata.normalize("NFKC", sample)
        if _is_not_latin(sample):
            return _written_in_other_letters(sample, expected)
    if expected in _LANGUAGES_NOT_LATIN and _LETTER.search(sample):
        expected = None
    if len(text) < FEWEST_OWN_LETTERS and text.isascii():
        return expected
    if _is_plainly_english(sample):
        return ENGLISH
    return _unless_surely_another(_LINK_OR_NAME.sub(" ", sample), expected)


def _is_not_latin(sample: str) -> bool:
    if not _LETTER_NOT_LATIN.search(sample):
        return False
    said = _LINK_OR_NAME.sub(" ", sample)
    return 2 * len(_LETTER_NOT_LATIN.findall(said)) > len(_LETTER.findall(said))


def _written_in_other_letters(sample: str, expected: str | None) -> str:
    likely = [pair for pair in _identifier().rank(sample) if pair[0] in _LANGUAGES_NOT_LATIN]
    language, probability = likely[0]
    certainty = probability / (sum(share for _, share in likely) or 1.0)
    if expected in _LANGUAGES_NOT_LATIN:
        return str(language) if certainty >= OWN_CERTAINTY else str(expected)
    return str(language) if certainty >= LEAST_CERTAINTY else UNKNOWN


def _unless_surely_another(sample: str, expected: str | None) -> str | None:
    letters = _LETTER.findall(sample)
    if len(letters) < FEWEST_OWN_LETTERS or len(set(letters)) < FEWEST_DIFFERENT_LETTERS:
        return expected
    ranked = _identifier().rank(sample)
    language, certainty = ranked[0]
    if language in NO_LANGUAGE:
        return expected
    english = sum(share for name, share in ranked if name in (ENGLISH, _ENGLISH_OF_ITS_OWN))
    if english >= OWN_CERTAINTY:
        return ENGLISH
    if len(letters) >= FEWEST_LETTERS and certainty >= OWN_CERTAINTY:
        return str(language)
    if expected in (None, ENGLISH) and english < LEAST_ENGLISH:
        return str(language) if certainty >= LEAST_CERTAINTY else UNKNOWN
    return expected


def _is_plainly_english(sample: str) -> bool:
    found = 0
    for word in _ENGLISH_WORDS:
        if word in sample:
            found += 1
            if found == _ENOUGH_WORDS:
                return True
    return False


def _is_english_talk(sample: str) -> bool:
    """Return whether so many words are English that the identifier, thirty times slower, need not be asked.

    In 600 samples of English comments they made up .11 to .2 of the words, in those of other languages below
    .05, so that a third of a mixed discussion does not reach it.
    """
    if len(sample) < _ENGLISH_TALK_CHARACTERS:
        return False
    enough = _ENGLISH_TALK * (sample.count(" ") + 1)
    found = 0
    for word in _ENGLISH_WORDS:  # most texts that are English have enough before the last is looked for
        found += sample.count(word)
        if found > enough:
            return True
    return False


def _sample(texts: Iterable[object]) -> str:
    parts: list[str] = []
    room = SAMPLE_CHARACTERS
    first = [text for text in islice(texts, MOST_TEXTS) if isinstance(text, str)]
    most = max(LEAST_OF_EACH, int(median(map(len, first)))) if first else 0
    for text in first:
        if room <= 0:
            break
        parts.append(text[: min(most, room)])
        room -= len(parts[-1]) + 1
    return "\n".join(parts)


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - the model takes a while

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
