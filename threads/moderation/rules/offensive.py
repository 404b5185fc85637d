"""Words and phrases that offend, however they are written. It finds words; it understands nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from threads.moderation.rules.base import CommentContext, merged
from threads.records import Flag
from threads.scores.links import find_links
from threads.wordlists.folding import fold
from threads.wordlists.lexicon import Entry, Lexicon, Match, read_lexicon

LANGUAGES = ("en", "de")
FEWEST_SPELT_OUT = 4  # letters; three single letters in a row are often initials

_TOKEN = re.compile(r"[a-z0-9@$*!]+")
_PART = re.compile(r"[a-z]+")
_SPELT_OUT = re.compile(r"(?<![a-z0-9])[a-z](?:[ ._*-][a-z](?![a-z0-9]))++")

Found = tuple[int, int, Entry]


class OffensiveLanguage:
    """Flags words from lists, weighted by severity. Disguised words are found, words within words are not."""

    name = "offensive"
    help = "Listed offensive words in it add up to at least offensive_severity (English and German)."

    def check(self, comment: CommentContext) -> Flag | None:
        """Return a flag whose value adds up the severities of the different words found.

        Severities: 0.5 mild, 1 vulgar, 2 strong or an insult, 3 abusive, 4 a slur, a threat, a wish of harm.
        """
        folded = fold(comment.text)
        found = list(offensive_words(folded.text))
        severities = {entry.name: entry.severity for _, _, entry in found}
        value, limit = sum(severities.values()), comment.settings.offensive_severity
        if not found or value < limit:
            return None
        words = "an offensive word" if len(severities) == 1 else f"{len(severities)} offensive words"
        return Flag(
            self.name,
            f"It holds {words} or phrases." if len(severities) > 1 else f"It holds {words} or phrase.",
            value=value,
            limit=limit,
            spans=merged(folded.span(start, end) for start, end, _ in found),
        )


def offensive_words(folded: str) -> Iterator[Found]:
    """Yield (start, end, entry) of the listed words and phrases in a folded text; links are passed over."""
    text, lexicon = _without_links(folded), _lexicon()
    if _may_offend(text, lexicon):
        yield from _in_sequence(list(_words(text, lexicon)), lexicon)
    for letters in _SPELT_OUT.finditer(text):
        match = lexicon.find(_joined(letters[0]))
        if match.entry and len(match.form) >= FEWEST_SPELT_OUT:
            yield (*letters.span(), match.entry)


@cache
def _lexicon() -> Lexicon:
    return read_lexicon(LANGUAGES)


def _without_links(text: str) -> str:
    pieces, place = [], 0
    for start, end in find_links(text):
        pieces += [text[place:start], " " * (end - start)]
        place = end
    return "".join((*pieces, text[place:]))


def _may_offend(text: str, lexicon: Lexicon) -> bool:
    """Return False, quickly, for a text without a listed word and without all words of a listed phrase."""
    tokens = set(_TOKEN.findall(text))
    if any(lexicon.find(token).entry for token in tokens):
        return True
    odd = [token for token in tokens if not token.isalpha()]
    parts = {part for token in odd for part in _PART.findall(token)}
    return any(lexicon.find(part).entry for part in parts) or lexicon.has_phrase(tokens | parts)


def _joined(spelt_out: str) -> str:
    return "".join(_PART.findall(spelt_out))


def _words(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, Match]]:
    """Yield every word of a text with its place; one that makes no sense as a whole, in its parts."""
    for token in _TOKEN.finditer(text):
        match = lexicon.find(token[0])
        if match.entry is not None or token[0].isalpha():
            yield (*token.span(), match)
            continue
        for part in _PART.finditer(token[0]):
            yield token.start() + part.start(), token.start() + part.end(), lexicon.find(part[0])


def _in_sequence(words: list[tuple[int, int, Match]], lexicon: Lexicon) -> Iterator[Found]:
    """Yield listed phrases, the longest first, and the listed words outside of them."""
    place = 0
    while place < len(words):
        start, end, match = words[place]
        length, entry = _phrase_at(words, place, lexicon) or (1, match.entry)
        if entry is not None and entry.severity:
            yield start, words[place + length - 1][1] if length > 1 else end, entry
        place += length


def _phrase_at(words: list[tuple[int, int, Match]], place: int, lexicon: Lexicon) -> tuple[int, Entry] | None:
    for phrase, entry in lexicon.phrases.get(words[place][2].form, ()):
        following = words[place : place + len(phrase)]
        if tuple(match.form for _, _, match in following) == phrase:
            return len(phrase), entry
    return None
