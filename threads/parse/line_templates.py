"""What the lines of one kind have in common: the words that a page writes around every name or time.

Pages are in any language, so that "Skrevet af Ann den", "Beitrag von Ann »" or "Reply #4 on:" need no list:
words which begin or end most lines of a kind are the page's, what differs between them is a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_DIGITS = re.compile(r"\d+")
_TOKEN = re.compile(r"\S+")
_LONGEST = 12  # words looked at on each side
_LEAST_SHARE = 0.3
_KEEPS = 0.6
_PLAIN = re.compile(r"[^\W\d_]+")


def outline(text: str) -> str:
    """Return `text` with every number as 0: equal for lines that one template made of different counts."""
    return _DIGITS.sub("0", text.strip())


def without_common_lead(texts: Sequence[str]) -> list[str]:
    """Return `texts` without the words that most of them begin with; texts that do not are unchanged."""
    tokens = [[(m.start(), m.end()) for m in _first_tokens(text)] for text in texts]
    words = [[outline(text[a:b]) for a, b in spans] for text, spans in zip(texts, tokens, strict=True)]
    if len(texts) > 1 and len(set(map(tuple, words))) == 1:
        return [""] * len(texts)
    shared = _common_words(list(dict.fromkeys(map(tuple, words))))
    depth = len(shared)
    if not depth:
        return list(texts)
    return [
        text[spans[depth - 1][1] :] if tuple(said[:depth]) == shared else text
        for text, spans, said in zip(texts, tokens, words, strict=True)
    ]


def without_common_tail(texts: Sequence[str]) -> list[str]:
    """Return `texts` without the words that most of them end with; texts that do not are unchanged."""
    return [text[::-1] for text in without_common_lead([text[::-1] for text in texts])]


def _first_tokens(text: str) -> list[re.Match[str]]:
    found = []
    for match in _TOKEN.finditer(text[:400]):
        found.append(match)
        if len(found) == _LONGEST:
            break
    return found


def _common_words(words: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the first words that most of the texts share; each text is given once."""
    members = [w for w in words if w]
    least = max(2.0, _LEAST_SHARE * len(words))
    shared: tuple[str, ...] = ()
    while members and len(shared) < _LONGEST:
        following = Counter(w[len(shared)] for w in members if len(w) > len(shared))
        word, count = following.most_common(1)[0] if following else ("", 0)
        if count < max(least, _KEEPS * len(members)) or (count == 2 and _is_plain(word)):
            break
        members = [w for w in members if len(w) > len(shared) and w[len(shared)] == word]
        shared = (*shared, word)
    return shared


def _is_plain(word: str) -> bool:
    """Return whether a word may be a part of two names: the page's own have a mark or small letters."""
    return _PLAIN.fullmatch(word) is not None and not word.islower()
