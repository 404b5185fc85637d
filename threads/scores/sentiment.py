"""Sentiment of each comment in English by VADER, and the words and sentences that carried it."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
import pandas as pd
import regex

from threads.frames import typed
from threads.parse.language import ENGLISH, UNKNOWN, base_language, of_comment
from threads.records import Column
from threads.scores.text import sentences
from threads.scores.vader import lexicon, polarity, valences

ENGLISH_ONLY: Final = "VADER reads English only"
_LETTER = regex.compile(r"\p{L}")


@dataclass(frozen=True, slots=True)
class Word:
    """A word or emoji that carried the score: where it stands, and its valence after all rules."""

    text: str
    start: int
    end: int
    valence: float


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """One sentence of a text, [start, end): its compound by itself and the words that carried it."""

    text: str
    start: int
    end: int
    compound: float
    words: tuple[Word, ...]


class Sentiment:
    """VADER's shares and compound for each comment in English."""

    name = "sentiment"
    help = "How positive or negative the words are (VADER, English only)."
    columns: tuple[Column, ...] = (
        Column("sentiment_neg", "number", "Share of the text that is negative.", "share"),
        Column("sentiment_neu", "number", "Share of the text that is neutral.", "share"),
        Column("sentiment_pos", "number", "Share of the text that is positive.", "share"),
        Column("sentiment", "number", "VADER compound: -1 most negative, 1 most positive.", "-1 to 1"),
        Column(
            "sentiment_missing",
            "text",
            "Why a comment has no sentiment: no text, no words, or another language than English, "
            "its discussion's where it is too short to tell.",
        ),
    )

    def score(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns for each row; a discussion of unknown language is taken as English."""
        texts = frame["text"].tolist()
        languages = frame["language"].tolist() if "language" in frame else [None] * len(texts)
        reasons = [_missing(text, language) for text, language in zip(texts, languages, strict=True)]
        numbers = np.full((len(texts), 4), np.nan)
        scored = [place for place, reason in enumerate(reasons) if reason is None]
        found = chain.from_iterable(polarity(texts[place]) for place in scored)
        numbers[scored] = np.fromiter(found, float, 4 * len(scored)).reshape(-1, 4)
        names = [column.name for column in self.columns]
        values = pd.DataFrame(numbers, columns=names[:4], index=frame.index)
        return typed(values.assign(**{names[4]: pd.Series(reasons, frame.index, "str")}), self.columns)


def explain(text: str) -> list[SentenceScore]:
    """Return each sentence in order, scored by itself, with the words that carried its score."""
    return [_sentence(text, start, end) for start, end in sentences(text)]


def contributions(text: str) -> list[Word]:
    """Return the words that carried the score, in order; their valences add up to VADER's sum of the text.

    Offsets count characters of `text`. Words that come from the same emoji are one item.
    """
    spelt, origin = _spelt_out(text)
    found = list(re.finditer(r"\S+", spelt))
    letters = lexicon().letters_of_text(spelt)
    places = [match.start() for match in lexicon().scored.finditer(letters)]
    carried: list[Word] = []
    for index, valence in zip(places, valences(letters), strict=True):
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


def _missing(text: object, language: object) -> str | None:
    """Return why a text has no score; None where it has one."""
    if not isinstance(text, str) or not text or text.isspace():
        return "no text"
    if not _LETTER.search(text) and not _has_emoji_or_emoticon(text):
        return "no words"
    code = base_language(language)
    if code in (None, ENGLISH):
        return None
    if code == UNKNOWN:
        return f"a language other than English: {ENGLISH_ONLY}"
    told = of_comment(text, None) is not None
    return (
        f"language {code}: {ENGLISH_ONLY}" if told else f"too short to tell, taken for {code}: {ENGLISH_ONLY}"
    )


def _has_emoji_or_emoticon(text: str) -> bool:
    words = lexicon()
    return not words.emoji.keys().isdisjoint(text) or bool(words.scored.search(words.letters_of_text(text)))


def _sentence(text: str, start: int, end: int) -> SentenceScore:
    sentence = text[start:end]
    words = (
        Word(word.text, start + word.start, start + word.end, word.valence)
        for word in contributions(sentence)
    )
    return SentenceScore(sentence, start, end, polarity(sentence).compound, tuple(words))


def _spelt_out(text: str) -> tuple[str, list[int]]:
    """Return the text with emoji spelt out, and for each of its characters the offset in `text`."""
    emoji = lexicon().emoji
    if text.isascii() or emoji.keys().isdisjoint(text):
        return text, list(range(len(text)))
    parts = [f" {emoji[character]}" if character in emoji else character for character in text]
    return "".join(parts), [offset for offset, part in enumerate(parts) for _ in part]


def _core(piece: re.Match[str]) -> tuple[int, int]:
    """Return the span of a piece without the punctuation around it, unless that is all there is."""
    raw = piece[0]
    stripped = raw.strip(string.punctuation)
    if len(stripped) <= 2:
        return piece.span()
    start = piece.start() + len(raw) - len(raw.lstrip(string.punctuation))
    return start, start + len(stripped)
