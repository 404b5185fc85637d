"""The words of a comment and of a target, and the words that turn what is meant round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from threads.scores.reply_reading import plain
from threads.scores.side_words import STOP_WORDS as PLAIN_STOP_WORDS
from threads.scores.text import listed

Answer = TypeVar("Answer")

REMEMBERED: Final = 1 << 16  # words
LONGEST_REMEMBERED: Final = 40  # letters
SHORTEST: Final = 3  # letters of a content word
SHORTEST_STEM: Final = 4

STOP_WORDS: Final = PLAIN_STOP_WORDS | listed(
    """am because can't don't doesn't didn't during even every get gets had having he's i'd i'll i'm i've
    isn't it's itself less let like made make makes making many much must need one people person put really
    same shall she's should that's there's thing things they're thus use used using we're while without
    won't you're"""
)
_LETTERS: Final = bytes(  # small letters and apostrophes as they are, capitals as small letters, else blanks
    ord(small) if (small := chr(code).lower()) in "abcdefghijklmnopqrstuvwxyz'" else ord(" ")
    for code in range(256)
)
_LONG_ENDINGS: Final = ("ization", "isation", "ation", "ing", "ion", "ity", "ment", "ness")
_ENDINGS: Final = (*_LONG_ENDINGS, "ed", "er", "ie", "ly", "al", "e", "y")

NEGATIONS: Final = listed(
    """no not never none nothing nobody nor neither cannot without hardly cant dont doesnt isnt wont wouldnt
    shouldnt couldnt arent wasnt didnt ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't
    isn't mightn't mustn't needn't shouldn't wasn't weren't won't wouldn't"""
)
AGAINST: Final = listed(
    """abolish abolished abolishing abuse against bad ban banned banning bans boycott crime criminalise
    criminalize criminalized cut cuts damage damages danger dangerous destroy destroys detrimental
    disband eliminate eliminated end ended ending evil fail failed fails failure harm harmful harms hurt
    hurts illegal immoral ineffective limit limited lose negative negatively obsolete oppose opposed
    outdated outlaw outlawed overrated prohibit prohibited prohibition reduce reduced refuse regret
    reject remove removed replace replaced restrict restricted scrap stop threat threatens undermine
    undermines unethical unfair unjust unjustified unjustifiable unnecessary useless violate violates
    violation withdraw worse worst wrong"""
)
"""Words by which a claim speaks against what it names: "ban smoking", "zoos are wrong"."""


def tokens(text: str) -> list[str]:
    """Return the words in small letters without a possessive ending; the longest comments are cut.

    English alone: letters from a to z, with apostrophes inside.
    """
    small = plain(text).encode("ascii", "replace").translate(_LETTERS).decode("ascii")
    words = small.split()
    return list(filter(None, map(_bare, words))) if "'" in small else words


def _bare(word: str) -> str:
    return word.strip("'").removesuffix("'s") if "'" in word else word


def carries_content(word: str) -> bool:
    """Return whether a word says what a text is about."""
    return len(word) >= SHORTEST and word not in STOP_WORDS


def stem(word: str) -> str | None:
    """Return a word without its ending, where four letters stay; None for a word that carries no content."""
    if not carries_content(word):
        return None
    if word.endswith("s") and len(word) > SHORTEST_STEM and not word.endswith("ss"):
        word = word[:-1]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)]
    return word


class Memory(dict[str, Answer]):
    """What a function answers for each word, kept for some words; quicker than functools.lru_cache."""

    def __init__(self, function: Callable[[str], Answer]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, word: str) -> Answer:
        if len(self) >= REMEMBERED:
            self.clear()
        answer = self._function(word)
        if len(word) <= LONGEST_REMEMBERED:
            self[word] = answer
        return answer


_STEMS: Final = Memory(stem)


class Reading:
    """A comment or a target, read once: its words, the distinct ones, and the stems of those with content."""

    def __init__(self, text: str) -> None:
        self.words = tokens(text)
        self.distinct = dict.fromkeys(self.words)
        self.stems = dict.fromkeys(map(_STEMS.__getitem__, self.distinct))
        self.stems.pop(None, None)
        self.negations = sum(map(NEGATIONS.__contains__, self.words))

    @property
    def side(self) -> float:
        """1, or -1 for a text that speaks against what it names: an odd number of its words do.

        "Zoos should be banned" does; "zoos are not harmful" does not.
        """
        return -1.0 if (sum(map(AGAINST.__contains__, self.words)) + self.negations) % 2 else 1.0
