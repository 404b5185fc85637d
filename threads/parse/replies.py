"""Who answers whom, worked out from the texts where the source does not say.

Six rules look for a named commenter, quoted words or an opening such as "Adding to that". Each has its own
confidence: its precision on real pages whose given parents were hidden.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from threads.parse.addressing import newest_first
from threads.parse.calendar_words import fold
from threads.parse.page_words import words
from threads.records import Comment

# With more given parents than this share, the source does thread: an answer without one is to the article.
_MOST_GIVEN = 0.05

# Precision on 16 pages with 142 given replies, all hidden: (right + 2) / (guesses + 4), which draws small
# numbers toward even odds (Agresti and Coull 1998). Where a page threads one level deep only, the comment
# answered counts as right when it stands in the given thread.
CONFIDENCES: Mapping[str, float] = {
    "mention": 0.90,  # 24 of 25
    "opening name": 0.78,  # 19 of 23
    "early name": 0.78,  # 5 of 5
    "quote": 0.67,  # 4 of 5
    "later name": 0.67,  # 4 of 5
    "opening": 0.56,  # 3 of 5
    "possessive": 0.50,  # none met
}

_WORD = re.compile(r"[^\W\d_][\w'’-]*|\d{4,}")
_OPENING_CHARACTERS = 60
_MOST_NAME_WORDS = 8
_QUOTE_WORDS = 5
_LONGEST_READ = 20_000  # characters of a comment that are searched for names and quotes
_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»\n]{20,1000})[\"“”»]|^[ \t]{0,9}>[ \t]?(.{20,1000})$", re.MULTILINE)
_GREETING = re.compile(
    r"(?:(?:hi|hello|hey|dear|hallo|liebe[rs]?|moin|servus|salut|bonjour|cher|chère|hola|estimad[oa]|ciao|caro"
    r"|cara|olá|hoi|beste|cześć|yes|no|but|and|well|well said|thanks|thank you|danke|merci|gracias|ja|nein"
    r"|oui|sorry|exactly|agreed|actually|mr|mrs|ms|dr|herr|frau|to|an|re:?|[@>])[\s,.!]*){0,3}",
    re.IGNORECASE,
)
_OPENERS = re.compile(
    r"(?:to add to (?:that|this)|adding to (?:that|this)|to follow up on (?:that|this)|agreed|exactly"
    r"|this\.|this!|\+1|\^|seconded|well said|so true|indeed|good point|same here|my thoughts exactly"
    r"|couldn't agree more|i (?:totally |completely |fully |absolutely )?(?:agree|disagree)"
    r"|what (?:he|she) said|genau|ganz genau|stimmt|sehe ich (?:auch|genauso)|dem (?:kann|stimme) ich"
    r"|zustimmung|richtig|exactement|tout à fait|(?:je suis )?(?:entièrement |tout à fait )?d'accord"
    r"|bien dit|exacto|exactamente|(?:totalmente |estoy )?de acuerdo|bien dicho|así es)(?![\w-])",
)
# Names that are also words: on their own they name nobody.
_WORDS_AS_NAMES = words(
    "mark will grant rose may art bill jack pat rich rob sue faith hope joy grace dawn summer angel bear "
    "guest anonymous anonym admin user gast april june august max major miles page price young king white "
    "black brown green gold stone wood field west north love good best long short strong sharp wise day "
    "night ernst frank reader leser visitor nobody someone the and der die das les los del von van"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """The index of the comment that one answers, and the rule that says so."""

    parent: int
    rule: str


def infer_replies(comments: Sequence[Comment], article: str | None = None) -> tuple[Comment, ...]:
    """Return the comments of one thread, with parents worked out where the source gives (almost) none.

    Parameters
    ----------
    comments
        One thread in page order.
    article
        The text commented on: names that it mentions mean those people, not commenters.

    Returns
    -------
    tuple of Comment
        Parents so found have the source "inferred" and the rule's measured confidence (0–1).
    """
    given = sum(c.parent_source == "given" for c in comments)
    if given > _MOST_GIVEN * len(comments):
        return tuple(comments)
    guesses = guess_parents(comments, article)
    return tuple(_with_parent(c, g, comments) for c, g in zip(comments, guesses, strict=True))


def _with_parent(comment: Comment, guess: Guess | None, comments: Sequence[Comment]) -> Comment:
    if guess is None or comment.parent_id is not None:
        return comment
    return replace(
        comment,
        parent_id=comments[guess.parent].comment_id,
        parent_source="inferred",
        parent_confidence=CONFIDENCES[guess.rule],
    )


def guess_parents(comments: Sequence[Comment], article: str | None = None) -> list[Guess | None]:
    """Return for each comment which earlier one it seems to answer, by the surest rule that finds one."""
    order = list(range(len(comments)))
    if newest_first(comments):
        order.reverse()
    names = _Names(comments, order, article or "")
    quotes = _Quotes(comments)
    guesses: list[Guess | None] = [None] * len(comments)
    before: int | None = None
    for i in order:
        found = [names.find(i), quotes.find(i), _continues(comments, i, before)]
        guesses[i] = max((g for g in found if g is not None), key=_confidence, default=None)
        names.add(i)
        quotes.add(i)
        before = i
    return guesses


def _confidence(guess: Guess) -> float:
    return CONFIDENCES[guess.rule]


def _continues(comments: Sequence[Comment], index: int, before: int | None) -> Guess | None:
    if before is None or comments[before].author == comments[index].author:
        return None
    opening = fold(comments[index].text[:_OPENING_CHARACTERS]).lstrip(" \"'*")
    return Guess(before, "opening") if _OPENERS.match(opening) else None


def _bare(word: str) -> str:
    return fold(word).removesuffix("'s")


class _Names:
    """The commenters so far, by full name and by the parts of it that are nobody else's."""

    def __init__(self, comments: Sequence[Comment], order: Sequence[int], article: str) -> None:
        self._comments = comments
        self._latest: dict[str, int] = {}
        self._names = self._known_names(self._ordinary(order, article))
        self._longest = max((len(name) for name in self._names), default=0)

    def _ordinary(self, order: Sequence[int], article: str) -> set[str]:
        """Return words that name nobody here: common ones, and those in use before their owner comes.

        In a talk about cakes, "Kuchen" is no mention of the commenter Lecker Kuchen.
        """
        used = {_bare(w) for w in _WORD.findall(article)}
        ordinary = used | _WORDS_AS_NAMES
        arrived: set[str] = set()
        for i in order:
            comment = self._comments[i]
            if comment.author and comment.author not in arrived:
                arrived.add(comment.author)
                ordinary.update(part for w in _WORD.findall(comment.author) if (part := fold(w)) in used)
            used.update(_bare(w) for w in _WORD.findall(comment.text[:_LONGEST_READ]))
        return ordinary

    def _known_names(self, ordinary: set[str]) -> dict[tuple[str, ...], str]:
        """Return what names a commenter, folded: the full name, and parts that only one author has."""
        owners: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        for author in {c.author for c in self._comments if c.author}:
            said = _WORD.findall(author)
            full = tuple(fold(w) for w in said)
            if len(full) > _MOST_NAME_WORDS:
                continue
            for name in {full, *((fold(w),) for w in said if not w[0].islower())}:
                if len("".join(name)) >= 3:
                    owners[name].add(author)
        return {
            name: next(iter(found))
            for name, found in owners.items()
            if len(found) == 1 and not (len(name) == 1 and name[0] in ordinary)
        }

    def add(self, index: int) -> None:
        author = self._comments[index].author
        if author:
            self._latest[author] = index

    def find(self, index: int) -> Guess | None:
        comment = self._comments[index]
        guesses = (
            Guess(self._latest[author], rule)
            for author, rule in self._mentions(comment.text[:_LONGEST_READ])
            if author in self._latest and author != comment.author
        )
        return max(guesses, key=_confidence, default=None)

    def _mentions(self, text: str) -> Iterator[tuple[str, str]]:
        found = list(_WORD.finditer(text))
        folded = [fold(m[0]) for m in found]
        for i, match in enumerate(found):
            for length in range(min(self._longest, len(found) - i), 0, -1):
                name = tuple(folded[i : i + length])
                bare = (*name[:-1], name[-1].removesuffix("'s"))
                author = self._names.get(name) or self._names.get(bare)
                if author is not None and _written_as_name(match[0], author):
                    yield author, _name_rule(text, match.start(), is_possessive=name != bare)
                    break


def _written_as_name(word: str, author: str) -> bool:
    """Return whether a capital is where the name has one: "mark" is no Mark."""
    return author.islower() or not word[0].islower()


def _name_rule(text: str, start: int, *, is_possessive: bool) -> str:
    if text[max(0, start - 1) : start] == "@":
        return "mention"
    if start <= _OPENING_CHARACTERS and not is_possessive and _GREETING.fullmatch(text, 0, start):
        return "opening name"
    if is_possessive:
        return "possessive"
    return "early name" if start <= _OPENING_CHARACTERS else "later name"


class _Quotes:
    """Finds whose words a comment quotes: runs of five words that stood in an earlier comment."""

    def __init__(self, comments: Sequence[Comment]) -> None:
        self._comments = comments
        self._quoted = [list(_runs_of_quotes(c.text[:_LONGEST_READ])) for c in comments]
        self._wanted = {run for runs in self._quoted for run in runs}
        self._said: dict[tuple[str, ...], int] = {}

    def add(self, index: int) -> None:
        if not self._wanted:
            return
        for run in _runs(self._comments[index].text[:_LONGEST_READ]):
            if run in self._wanted:
                self._said.setdefault(run, index)

    def find(self, index: int) -> Guess | None:
        author = self._comments[index].author
        for run in self._quoted[index]:
            parent = self._said.get(run)
            if parent is not None and self._comments[parent].author != author:
                return Guess(parent, "quote")
        return None


def _runs_of_quotes(text: str) -> Iterator[tuple[str, ...]]:
    for match in _QUOTED.finditer(text):
        yield from _runs(match[1] or match[2])


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    said = [fold(w) for w in _WORD.findall(text)]
    for i in range(len(said) - _QUOTE_WORDS + 1):
        yield tuple(said[i : i + _QUOTE_WORDS])
