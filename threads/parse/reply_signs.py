"""Signs in a text of whom it answers: a name, quoted words, an opening such as "Adding to that"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from threads.parse.calendar_words import fold
from threads.parse.page_words import words
from threads.parse.reply_order import nearest
from threads.parse.reply_texts import LONGEST_READ, WORD, Text, Texts, read
from threads.records import Comment

_OPENING_CHARACTERS = 60
_MOST_NAME_WORDS = 8
_QUOTE_WORDS = 5
_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»\n]{20,1000})[\"“”»]|^[ \t]{0,9}>[ \t]?(.{20,1000})$", re.MULTILINE)
_GREETING = re.compile(
    r"(?:(?:hi|hello|hey|dear|hallo|liebe[rs]?|moin|servus|salut|bonjour|cher|chère|hola|estimad[oa]|ciao|caro"
    r"|cara|olá|hoi|beste|cześć|yes|no|but|and|well|well said|thanks|thank you|danke|merci|gracias|ja|nein"
    r"|oui|sorry|exactly|agreed|actually|mr|mrs|ms|dr|herr|frau|to|an|re:?|[@>])[\s,.!]*){0,3}",
    re.IGNORECASE,
)
_ADDITIONS = re.compile(
    r"(?:to add to|adding to|to follow up on|following up on|building on|further to) (?:that|this)\b"
    r"|(?:um )?(?:das|dem) (?:noch )?(?:zu ergänzen|hinzuzufügen)\b|ergänzend dazu\b"
    r"|pour (?:compléter|ajouter)\b|para añadir\b|añadiendo a (?:eso|esto)\b"
)
_OPENERS = re.compile(
    r"(?:agreed|exactly"
    r"|this\.|this!|\+1|\^|seconded|well said|so true|indeed|good point|same here|my thoughts exactly"
    r"|couldn't agree more|i (?:totally |completely |fully |absolutely )?(?:agree|disagree)"
    r"|what (?:he|she) said|genau|ganz genau|stimmt|sehe ich (?:auch|genauso)|dem (?:kann|stimme) ich"
    r"|zustimmung|richtig|exactement|tout à fait|(?:je suis )?(?:entièrement |tout à fait )?d'accord"
    r"|bien dit|exacto|exactamente|(?:totalmente |estoy )?de acuerdo|bien dicho|así es)(?![\w-])",
)
_WHAT_IS_SAID = re.compile(
    r" (?:\w{1,20} )?(?:points?|comments?|arguments?|view|opinion|posts?|remarks?|question|idea|take|claims?"
    r"|suggestion|observation|answer|reply|reasoning|statement)\b"
)
# Names that are also words: on their own they name nobody.
_WORDS_AS_NAMES = words(
    "mark will grant rose may art bill jack pat rich rob sue faith hope joy grace dawn summer angel bear "
    "guest anonymous anonym admin user gast april june august max major miles page price young king white "
    "black brown green gold stone wood field west north love good best long short strong sharp wise day "
    "night ernst frank reader leser visitor nobody someone the and der die das les los del von van"
)

RULES = (
    "mention",
    "opening full name",
    "opening name",
    "addition",
    "early name",
    "named words",
    "later name",
    "possessive",
    "quote",
    "opening",
)
"""The signs, the surest first."""


@dataclass(frozen=True, slots=True)
class Sign:
    """The index of a comment that another one points at, and the rule that says so."""

    parent: int
    rule: str


def signs(
    comments: Sequence[Comment], texts: Texts, times: Sequence[float], article: str | None = None
) -> Iterator[list[Sign]]:
    """Yield for each comment, in page order, what its text points at, the surest sign first.

    Parameters
    ----------
    comments
        One thread in page order.
    texts
        The words of these comments.
    times
        When each was written, in seconds; a comment answers none that is later.
    article
        The text commented on: names that it mentions mean those people, not commenters.
    """
    names = _Names(comments, texts, times, article or "")
    quotes = _Quotes(comments, texts, times)
    for i in range(len(comments)):
        found = [*names.find(i), *quotes.find(i), *_continues(comments, i)]
        yield sorted(found, key=lambda sign: RULES.index(sign.rule))


def _continues(comments: Sequence[Comment], index: int) -> Iterator[Sign]:
    if index == 0 or comments[index - 1].author == comments[index].author:
        return
    opening = fold(comments[index].text[:_OPENING_CHARACTERS]).lstrip(" \"'*")
    if _ADDITIONS.match(opening):
        yield Sign(index - 1, "addition")
    elif _OPENERS.match(opening):
        yield Sign(index - 1, "opening")


class _Names:
    """The commenters so far, by full name and by the parts of it that are nobody else's."""

    def __init__(
        self, comments: Sequence[Comment], texts: Texts, times: Sequence[float], article: str
    ) -> None:
        self._comments = comments
        self._texts = texts
        self._times = times
        self._said: defaultdict[str, list[int]] = defaultdict(list)
        for i, comment in enumerate(comments):
            if comment.author:
                self._said[comment.author].append(i)
        self._names = self._known_names(self._ordinary(article))
        self._longest: dict[str, int] = {}  # words of the longest name, by its first one
        for name in self._names:
            for first in (name[0], f"{name[0]}'s"):
                self._longest[first] = max(len(name), self._longest.get(first, 0))

    def _ordinary(self, article: str) -> set[str]:
        """Return words that name nobody here: common ones, and those in use before their owner comes.

        In a talk about cakes, "Kuchen" is no mention of the commenter Lecker Kuchen.
        """
        used = _used(read(article))
        ordinary = used | _WORDS_AS_NAMES
        arrived: set[str] = set()
        for i in sorted(range(len(self._comments)), key=self._times.__getitem__):
            author = self._comments[i].author
            if author and author not in arrived:
                arrived.add(author)
                ordinary.update(part for part in read(author).words if part in used)
            used |= _used(self._texts[i])
        return ordinary

    def _known_names(self, ordinary: set[str]) -> dict[tuple[str, ...], str]:
        """Return what names a commenter, folded: the full name, and parts that only one author has."""
        owners: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        for author in {c.author for c in self._comments if c.author}:
            said = WORD.findall(author)
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

    def find(self, index: int) -> Iterator[Sign]:
        """Yield one sign for each other commenter that a text names: the surest."""
        comment = self._comments[index]
        surest: dict[str, str] = {}
        for author, rule in self._mentions(comment.text, self._texts[index]):
            if author != comment.author:
                surest[author] = min(rule, surest.get(author, rule), key=RULES.index)
        for author, rule in surest.items():
            place = nearest(self._said[author], index, self._times)
            if place is not None:
                yield Sign(place, rule)

    def _mentions(self, text: str, read_text: Text) -> Iterator[tuple[str, str]]:
        said, starts = read_text.words, read_text.starts
        for i in [place for place, word in enumerate(said) if word in self._longest]:
            for length in range(min(self._longest[said[i]], len(said) - i), 0, -1):
                name = tuple(said[i : i + length])
                bare = (*name[:-1], name[-1].removesuffix("'s"))
                author = self._names.get(name) or self._names.get(bare)
                if author is not None and _written_as_name(text[starts[i]], author):
                    end = starts[i + length - 1] + len(name[-1])
                    rule = _name_rule(text, starts[i], end, is_possessive=name != bare)
                    yield author, "opening full name" if rule == "opening name" and length > 1 else rule
                    break


def _used(text: Text) -> set[str]:
    return {word.removesuffix("'s") for word in text.words}


def _written_as_name(first: str, author: str) -> bool:
    """Return whether a capital is where the name has one: "mark" is no Mark."""
    return author.islower() or not first.islower()


def _name_rule(text: str, start: int, end: int, *, is_possessive: bool) -> str:
    if text[max(0, start - 1) : start] == "@":
        return "mention"
    if start <= _OPENING_CHARACTERS and not is_possessive and _GREETING.fullmatch(text, 0, start):
        return "opening name"
    if is_possessive:
        return "named words" if _WHAT_IS_SAID.match(text, end) else "possessive"
    return "early name" if start <= _OPENING_CHARACTERS else "later name"


class _Quotes:
    """Finds whose words a comment quotes: runs of five words that stood in an earlier comment."""

    def __init__(self, comments: Sequence[Comment], texts: Texts, times: Sequence[float]) -> None:
        self._comments = comments
        self._quoted = [list(_runs_of_quotes(c.text[:LONGEST_READ])) for c in comments]
        wanted = {run for runs in self._quoted for run in runs}
        # Whoever quotes words comes later than whoever said them.
        self._first: dict[tuple[str, ...], int] = {}
        by_time = sorted(range(len(comments) if wanted else 0), key=times.__getitem__)
        for i in by_time:
            for run in wanted.intersection(_runs(texts[i].words)):
                self._first.setdefault(run, i)

    def find(self, index: int) -> Iterator[Sign]:
        author = self._comments[index].author
        for run in self._quoted[index]:
            parent = self._first[run]
            if parent != index and self._comments[parent].author != author:
                yield Sign(parent, "quote")
                return


def _runs_of_quotes(text: str) -> Iterator[tuple[str, ...]]:
    for match in _QUOTED.finditer(text):
        yield from _runs(read(match[1] or match[2]).words)


def _runs(said: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for i in range(len(said) - _QUOTE_WORDS + 1):
        yield tuple(said[i : i + _QUOTE_WORDS])
