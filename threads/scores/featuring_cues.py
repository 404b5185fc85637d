"""Cues in the words of one comment that speak for featuring it; English. `featuring` says what they are.

The lists are short on purpose: a mark must be worth its place, and a reader must be able to check them all.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from threads.scores.text import listed, words
from threads.scores.verbosity import FUNCTION_WORDS

UNSURE: Final = 3  # content words that a comment must outweigh to be wholly relevant
EASY_LIX: Final = 40.0
HARDEST_LIX: Final = 70.0
LONG_WORD: Final = 7  # letters from which Björnsson calls a word long
WORDS_A_MARK: Final = 25
SHORTEST: Final = 50  # words that a shorter comment counts as having
MOST_NUMBERS, MOST_LINKS = 3, 2

ARGUMENT_WORDS: Final = listed(
    """because therefore hence thus consequently since although though however whereas despite nevertheless
    nonetheless instead unless if otherwise whether moreover furthermore besides firstly secondly
    finally evidence study studies research report reports statistics figures data percent proves shows
    source sources reason reasons means implies suggests"""
)
ARGUMENT_PHRASES: Final = tuple(
    phrase.replace("_", " ")
    for phrase in sorted(
        listed(
            """for_example for_instance such_as according_to in_contrast on_the_other_hand as_a_result so_that
            in_order_to rather_than even_if in_other_words on_average due_to that_is_why leads_to
            compared_with compared_to first_of_all on_the_contrary"""
        )
    )
)
LIVED: Final = listed(
    """was were had went saw grew came left lost found got taught met drove rode bought sold built paid
    made spent took gave became began kept ran sat slept stood broke fell fought brought caught ate held
    led sent moved worked lived"""
)
LIFE: Final = listed(
    """wife husband partner mother father mum mom dad parents son daughter child children kids brother
    sister family grandmother grandfather grandma grandpa grandparents grandson granddaughter uncle aunt
    cousin friend friends neighbour neighbours neighbor neighbors colleague colleagues boss doctor
    teacher landlord employer student students patient patients house home flat apartment street town
    village city neighbourhood neighborhood school university college job work office company business
    farm garden shop car bike bicycle commute hospital pension rent salary wages childhood church club
    dog cat"""
)
ROLES: Final = listed(
    """nurse doctor teacher farmer engineer lawyer student parent mother father mum mom dad driver cyclist
    commuter pensioner veteran immigrant scientist researcher journalist worker owner tenant landlord
    resident neighbour neighbor volunteer child former retired single young local lifelong"""
)
_BETWEEN: Final = listed("also always even have just never often once personally still used")  # I also lived
_NOT_LIVED: Final = listed("agreed indeed need supposed")
_SPANS: Final = listed("years year months month weeks decades")
_OWN: Final = listed("my our")
_ARTICLES: Final = listed("a an")
_SIGNS: Final = listed("i we i've we've my our as ago")
_NUMBER = re.compile(r"[0-9]")
_SENTENCE_END = re.compile(r"[.!?…。]+(?=[\"'”’)\]]*(?:\s|$))")
_LINE_END = re.compile(r"\n+")
_ADDRESS = ("http", "www.")
_LONGEST_WORD, _REMEMBERED = 40, 100_000


def _by_longest_word(phrases: tuple[str, ...]) -> dict[str, list[str]]:
    """Return phrases, blanks around them, by a word without which they need not be looked for."""
    found: dict[str, list[str]] = {}
    for phrase in phrases:
        found.setdefault(max(phrase.split(), key=len), []).append(f" {phrase} ")
    return found


_PHRASES: Final = _by_longest_word(ARGUMENT_PHRASES)
_PHRASE_KEYS: Final = frozenset(_PHRASES)  # two sets are cut quicker than a set and a dictionary


class Cues(NamedTuple):
    """The cues of one comment, 0 to 1; no relevance without an article."""

    relevance: float | None
    readability: float
    argument: float
    experience: float


def cues_of(text: str, found: list[str], content: list[str], article: str | None) -> Cues:
    """Return the cues of an English comment.

    Parameters
    ----------
    text
        The comment in small letters.
    found, content
        Its words (`text.words`), at least one, and its `content_words`.
    article
        The article, title and text; None where it is not known.
    """
    different = set(found)
    return Cues(
        relevance=None if article is None else _relevance(content, article),
        readability=_readability(text, found),
        argument=_rate(_argument_marks(text, found, different), len(found)),
        experience=_rate(_lived_marks(found, different), len(found)),
    )


def content_words(found: list[str]) -> list[str]:
    """Return the different words in small letters that carry content, without a final s, in their order."""
    content = dict.fromkeys(map(_CONTENT.__getitem__, dict.fromkeys(found)))
    content.pop("", None)
    return list(content)


class _Content(dict[str, str]):
    """A word's form as content, "" for none; keeps short words, and forgets all when full."""

    def __missing__(self, word: str) -> str:
        if len(word) > _LONGEST_WORD:
            return ""
        if len(self) >= _REMEMBERED:
            self.clear()
        self[word] = form = _content_form(word)
        return form


_CONTENT = _Content()


def _content_form(word: str) -> str:
    plain = word.removesuffix("'s")
    if len(plain) < 3 or word in FUNCTION_WORDS or not plain[0].isalpha() or plain.startswith(_ADDRESS):
        return ""
    return plain[:-1] if plain[-1] == "s" and plain[-2] != "s" and len(plain) > 3 else plain


def _relevance(content: list[str], article: str) -> float:
    theirs = _article_words(article)
    return len(theirs.intersection(content)) / (len(content) + UNSURE)


@lru_cache(maxsize=64)
def _article_words(article: str) -> frozenset[str]:
    return frozenset(content_words(words(article.replace("’", "'").lower())))


def _readability(text: str, found: list[str]) -> float:
    text = text.rstrip()
    sentences = max(1, len(_SENTENCE_END.findall(text)) + len(_LINE_END.findall(text)))
    long_words = len([word for word in found if len(word) >= LONG_WORD])
    lix = len(found) / sentences + 100 * long_words / len(found)
    return min(1.0, max(0.0, (HARDEST_LIX - lix) / (HARDEST_LIX - EASY_LIX)))


def _rate(marks: int, count: int) -> float:
    return min(1.0, WORDS_A_MARK * marks / max(count, SHORTEST))


def _argument_marks(text: str, found: list[str], different: set[str]) -> int:
    marks = len(different & ARGUMENT_WORDS)
    if keys := different & _PHRASE_KEYS:
        line = f" {' '.join(found)} "
        marks += sum(phrase in line for key in keys for phrase in _PHRASES[key])
    if _NUMBER.search(text):
        marks += min(MOST_NUMBERS, len([word for word in different if word[0].isdigit()]))
    if "://" in text or "www." in text:
        marks += min(MOST_LINKS, len([word for word in different if word.startswith(_ADDRESS)]))
    return marks


def _lived_marks(found: list[str], different: set[str]) -> int:
    if different.isdisjoint(_SIGNS):
        return 0
    ends = [*found, "", ""]
    marks = [_lived_mark(ends, place) for place, word in enumerate(found) if word in _SIGNS]
    return len({mark for mark in marks if mark})


def _lived_mark(found: list[str], place: int) -> str | None:
    """Return what a sign (I, my, as, ago …) marks together with the words beside it; None for nothing."""
    sign, after, further = found[place : place + 3]
    if sign in _OWN:
        return after if after in LIFE else None
    if sign == "as":
        return further if after in _ARTICLES and further in ROLES else None
    if sign == "ago":
        return sign if place and found[place - 1] in _SPANS else None
    verb = further if after in _BETWEEN else after
    return verb if verb in LIVED or (verb.endswith("ed") and verb not in _NOT_LIVED) else None
