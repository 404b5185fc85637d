"""Finding listed words and phrases, however they are written.

An entry of a list that a moderator lead writes is one of these:

    word or phrase      with its plural and, from five letters on, its other English and German endings
                        (troll: trolls, trolling …); look-alike letters, digits for letters, masks (tr*ll),
                        stretched and spelt-out words are seen through
    "word or phrase"    just so: no endings
    word*               every word that begins so

In scripts other than Latin a word is found as it stands or with an asterisk; where a script puts no blanks
between words (Chinese, Japanese, Thai …), wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from threads.moderation.rules.comments import PART, SIGNS, TOKEN, WORD, Text
from threads.wordlists.folding import folded
from threads.wordlists.lexicon import LONGEST_WORD, MOST_REMEMBERED, Entry, Lexicon, Match, forms

FEWEST_SPELT_OUT = 4  # letters; three single letters in a row are often initials
FEW_ENTRIES = 40  # that are looked for one by one, faster than word by word
FEWEST_ENDING = 5  # letters of a word that may have any ending: "ban" is not in "bane"

_LATIN = re.compile(r"[a-z0-9 '’-]*[a-z][a-z0-9 '’-]*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")

Hit = tuple[int, int, Entry]
"""(start, end) in the folded text, and the entry found there."""


def lexicon_words(text: Text, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield the words and phrases of a lexicon in a text, but for its links; the longest phrases first."""
    listed = lexicon.listed(text.tokens)
    if lexicon.has_phrase(text.tokens):
        yield from _in_sequence(list(_words(text.bare, lexicon)), lexicon)
    elif listed:
        yield from _alone(text.bare, listed, lexicon)
    for start, end, letters in text.spelt_out:
        match = lexicon.find(letters)
        if match.entry and match.entry.severity and len(match.form) >= FEWEST_SPELT_OUT:
            yield start, end, match.entry


class ListedWords:
    """The entries of a list, ready to be found in texts.

    Parameters
    ----------
    entries
        As a moderator lead writes them; see above.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._latin: dict[str, Entry] = {}
        self._whole: dict[tuple[str, ...], Entry] = {}
        self._anywhere: dict[str, Entry] = {}
        self._beginnings: dict[str, Entry] = {}
        for written in entries:
            entry, exact = Entry(written, 1.0), len(written) > 2 and written[0] == written[-1] == '"'
            plain = folded(written.strip('"') if exact else written)
            if plain.endswith("*"):
                self._beginnings[plain.rstrip("*")] = entry
            elif _LATIN.fullmatch(plain):
                self._latin.update((form, entry) for form in _spellings(plain, exact=exact))
            elif _UNSPACED.search(plain):
                self._anywhere[plain] = entry
            else:
                self._whole[tuple(WORD.findall(plain))] = entry
        self._lexicon = Lexicon(f"{form}\t1\texact" for form in self._latin)
        self._beginnings.pop("", None)
        self._whole.pop((), None)
        self._others: set[str] = set()
        self._lengths = sorted({len(beginning) for beginning in self._beginnings})
        self._firsts: dict[str, list[tuple[str, ...]]] = {}
        for words in self._whole:
            self._firsts.setdefault(words[0], []).append(words)
        self._first_letters = [*self._beginnings, *self._firsts]

    def find(self, text: Text) -> list[Hit]:
        """Return every listed word of a text, in order; links are passed over."""
        bare = text.bare
        hits: list[Hit] = []
        if self._latin:
            found = lexicon_words(text, self._lexicon)
            hits = [(start, end, self._latin[form.name]) for start, end, form in found]
        if self._may_begin(text):
            hits += self._by_word(bare)
        for words, entry in self._anywhere.items():
            start = bare.find(words)
            while start >= 0:
                hits.append((start, start + len(words), entry))
                start = bare.find(words, start + len(words))
        return sorted(hits, key=lambda hit: hit[:2])

    def _may_begin(self, text: Text) -> bool:
        """Return whether some word of a text may begin as an entry does; quick where none does."""
        if len(self._first_letters) <= FEW_ENTRIES:
            return any(map(text.bare.__contains__, self._first_letters))
        for word in text.words - self._others:
            if word in self._firsts or any(word[:length] in self._beginnings for length in self._lengths):
                return True
            if len(word) <= LONGEST_WORD:
                self._others.add(word)
        if len(self._others) > MOST_REMEMBERED:
            self._others = set()
        return False

    def _by_word(self, bare: str) -> Iterator[Hit]:
        words = list(WORD.finditer(bare))
        for place, word in enumerate(words):
            for length in self._lengths:
                if entry := self._beginnings.get(word[0][:length]):
                    yield (*word.span(), entry)
                    break
            for phrase in self._firsts.get(word[0], ()):
                following = words[place : place + len(phrase)]
                if tuple(match[0] for match in following) == phrase:
                    yield word.start(), following[-1].end(), self._whole[phrase]


@lru_cache(maxsize=16)
def listed_words(entries: tuple[str, ...]) -> ListedWords:
    """Return a list ready to be searched for; made once for the same entries."""
    return ListedWords(entries)


def _spellings(plain: str, *, exact: bool) -> Iterator[str]:
    """Yield an entry in Latin letters with each of the endings that it stands for."""
    *before, last = re.findall("[a-z0-9]+", plain)
    kinds = ["exact"] if exact else ["noun"] if len(last) < FEWEST_ENDING else ["verb", "german"]
    for form in dict.fromkeys(form for kind in kinds for form in forms(last, kind)):
        yield " ".join([*before, form])


def _alone(text: str, listed: set[str], lexicon: Lexicon) -> Iterator[Hit]:
    """Yield the listed words of a text without a phrase; of a word that makes no sense as a whole, parts."""
    for token in TOKEN.finditer(text):
        word = token[0]
        if word not in listed and word.isalpha():
            continue
        for start, end, match in _parts(token, lexicon):
            if match.entry is not None and match.entry.severity:
                yield start, end, match.entry


def _words(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, Match]]:
    """Yield every word of a text with its place; one that makes no sense as a whole, in its parts."""
    for token in TOKEN.finditer(text):
        yield from _parts(token, lexicon)


def _parts(token: re.Match[str], lexicon: Lexicon) -> Iterator[tuple[int, int, Match]]:
    match = lexicon.find(token[0])
    if match.entry is not None or token[0].isalpha():
        yield (*token.span(), match)
        return
    core = token[0].strip(SIGNS)
    if (match := lexicon.find(core)).entry is not None:
        start = token.start() + token[0].index(core)
        yield start, start + len(core), match
        return
    for part in PART.finditer(token[0]):
        yield token.start() + part.start(), token.start() + part.end(), lexicon.find(part[0])


def _in_sequence(words: list[tuple[int, int, Match]], lexicon: Lexicon) -> Iterator[Hit]:
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
