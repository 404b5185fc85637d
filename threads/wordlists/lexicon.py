"""Word lists with their inflections, and finding the listed word behind a disguised one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from threads.wordlists.folding import fold

LONGEST_WORD = 40
MOST_REMEMBERED = 100_000  # words
_WORD = re.compile("[a-z]+")
_RUN = re.compile(r"(.)\1{2,}")
_PAIR = re.compile(r"(.)\1+")
# Digits and signs that stand for letters; 1 and ! are read both ways.
_LEET = tuple(str.maketrans("0345781@$!", f"oeastb{one}as{one}") for one in "il")


@dataclass(frozen=True, slots=True)
class Entry:
    """A listed word or phrase; its inflections share it. Severity 0: harmless, and hides what it contains."""

    name: str
    severity: float


@dataclass(frozen=True, slots=True)
class Match:
    """The plain form behind a word as written, and its entry if it is listed."""

    form: str
    entry: Entry | None = None


class Lexicon:
    """Listed words, phrases, and parts of words.

    Parameters
    ----------
    lines
        "word or phrase, severity, kind", separated by tabs. Kinds: exact; noun (plural too); verb (-s, -ed,
        -ing, -er too); german (endings -e -en -em -er -es -n -s too); inside (any word that contains it).
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self.words: dict[str, Entry] = {}
        self.phrases: dict[str, list[tuple[tuple[str, ...], Entry]]] = {}
        inside: dict[str, Entry] = {}
        for line in lines:
            name, severity, kind = line.split("\t")
            entry, word = Entry(name, float(severity)), fold(name).text
            if kind == "inside":
                inside[word] = entry
            parts = tuple(_WORD.findall(word))
            if len(parts) > 1:
                self.phrases.setdefault(parts[0], []).append((parts, entry))
            else:
                for form in forms(word, kind):
                    self.words.setdefault(form, entry)
        for phrases in self.phrases.values():
            phrases.sort(key=lambda item: -len(item[0]))
        # By their longest word, for it is the rarest.
        self._phrase_words: dict[str, list[frozenset[str]]] = {}
        for words in (words for group in self.phrases.values() for words, _ in group):
            self._phrase_words.setdefault(max(words, key=len), []).append(frozenset(words))
        self._rarest = frozenset(self._phrase_words)
        self._unlisted: set[str] = set()
        self._inside = inside
        self._any_inside = re.compile("|".join(map(re.escape, inside)) or r"(?!)")
        self._masked = dict(self._masks())
        squeezed = {_PAIR.sub(r"\1", word): word for word in self.words}
        self._squeezed = {short: word for short, word in squeezed.items() if len(short) >= 5}
        self._remembered = lru_cache(maxsize=50_000)(self._find)

    def find(self, token: str) -> Match:
        """Return what is behind a token of letters, digits and ``@$*!``, all small."""
        return self._remembered(token) if len(token) <= LONGEST_WORD else self._find(token)

    def listed(self, words: Set[str]) -> set[str]:
        """Return those of `words` that are listed; quick where none is."""
        found = set()
        for word in words - self._unlisted:
            if self.find(word).entry is not None:
                found.add(word)
            elif len(word) <= LONGEST_WORD:
                self._unlisted.add(word)
        if len(self._unlisted) > MOST_REMEMBERED:
            self._unlisted = set()
        return found

    def has_phrase(self, words: Set[str]) -> bool:
        """Return whether all words of some phrase are among `words`."""
        if self._rarest.isdisjoint(words):
            return False
        keys = self._rarest & words
        return any(phrase <= words for key in keys for phrase in self._phrase_words[key])

    def _find(self, token: str) -> Match:
        if any("a" <= c <= "z" for c in token):
            for form in self._candidates(token):
                if entry := self.words.get(form):
                    return Match(form, entry)
                if part := self._any_inside.search(form):
                    return Match(form, self._inside[part[0]])
        return Match(token)

    def _candidates(self, token: str) -> Iterator[str]:
        """Yield what a token may stand for, the likeliest first."""
        yield token
        if masked := self._masked.get(token):
            yield masked
        yield from plain_forms(token)
        if _RUN.search(token) and (word := self._squeezed.get(_PAIR.sub(r"\1", token))):
            yield word

    def _masks(self) -> Iterator[tuple[str, str]]:
        """Yield (word with a stretch of asterisks, word); of two words for one mask the milder stays."""
        for word, entry in sorted(self.words.items(), key=lambda item: -item[1].severity):
            if len(word) < 4 or entry.severity < 1 or not word.isalpha():
                continue
            for start in range(1, len(word)):
                for end in range(start + 1, len(word) + 1):
                    yield word[:start] + "*" * (end - start) + word[end:], word


def read_lexicon(languages: Iterable[str]) -> Lexicon:
    """Return the lists of `languages` (ISO 639-1) as one."""
    folder = resources.files("threads.wordlists")
    texts = ((folder / f"{language}.txt").read_text(encoding="utf-8") for language in languages)
    lines = (line for text in texts for line in text.splitlines())
    return Lexicon(line for line in lines if line and not line.startswith("#"))


def plain_forms(token: str) -> Iterator[str]:
    """Yield the plain spellings that a written word may stand for, the likeliest first."""
    spellings = [token] if token.isalpha() else [token.translate(table) for table in _LEET]
    for spelling in spellings:
        yield spelling
        if _RUN.search(spelling):
            yield _RUN.sub(r"\1\1", spelling)
            yield _RUN.sub(r"\1", spelling)


def forms(word: str, kind: str) -> Iterator[str]:
    """Yield a folded word and its inflections by kind, as in `Lexicon`."""
    yield word
    if kind in ("noun", "verb"):
        yield from _plural(word)
    if kind == "verb":
        # As English doubles it: shit, shitting; but fuck, fucking.
        stem = word.removesuffix("e")
        stems = {stem, stem + stem[-1]} if re.search(r"[^aeiou][aeiou][bdgmnpt]$", word) else {stem}
        yield from (stem + ending for stem in stems for ending in ("ed", "er", "ers", "ing", "in", "ings"))
    if kind == "german":
        yield from (word.removesuffix("e") + ending for ending in ("e", "en", "em", "er", "es", "n", "s"))


def _plural(word: str) -> Iterator[str]:
    if re.search(r"[^aeiou]y$", word):
        yield word[:-1] + "ies"
    else:
        yield word + ("es" if re.search(r"(s|x|z|ch|sh)$", word) else "s")
