"""What speaks for each comment above, and for the article, as that which a comment answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, log, log1p, sqrt
from typing import Final

from threads.parse.page_words import words
from threads.parse.reply_order import Open, log_hours, order_of
from threads.parse.reply_signs import RULES, signs
from threads.parse.reply_texts import LONGEST_READ, Texts
from threads.records import Comment

ARTICLE: Final = -1
"""What stands for the article among the candidates."""

CUES: Final = (
    "next above",
    "distance",
    "on path",
    "on path, flat list",
    "next above, flat list",
    "levels closed",
    "head",
    "head of long",
    "next above in long",
    "head, nested",
    "next above, nested",
    "not on path, threaded",
    "same author",
    "answers one's answer",
    "asks",
    "asks, answered by host",
    "host to other",
    "other to host",
    "hours apart",
    "shared words",
    "most shared words",
    "points below",
    *(f"sign: {rule}" for rule in RULES),
    "article",
    "article, last low",
    "article, not last low",
    "article, not lowest",
    "article, no direction",
    "article, no times",
    "article, late share",
    "article, flat list",
    "article, tie",
    "article, hours since last",
    "article, gap to typical",
    "article, new author",
    "article, host",
    "article, author of next above",
    "article, author in thread",
    "article, length",
    "article, asks",
    "article, next above asks",
    "article, begins as answer",
    "article, addresses",
    "article, shared with next above",
    "article, pages answers",
    "article, long thread",
)
"""Every cue by name. Those of the article lower or raise all comments together."""

Cues = Mapping[str, float]

_MOST_NEAR = 6  # comments above that are weighed for their closeness; those pointed at and the head besides
_MOST_POINTED_AT = 4
_MOST_WORDS = 300
_FIRST_WORDS = 30
_SHORTEST_WORD = 3
_FEWEST_OF_HOST = 3
_HOST_OVER_SECOND = 1.5
_THREADED = 0.3  # share of comments out of order from which a page is surely threaded

_ASKS = re.compile(r"[?？؟](?!\w)")
_ANSWERS = words("""
    yes no nope yeah but and so also then thanks thank agree agreed exactly right true sure because actually
    well ja nein doch nö nee aber und also danke stimmt genau richtig weil naja ach
    oui non mais et alors merci exact si parce
    sí no pero y gracias claro exacto
    sì ma e grazie esatto sim não mas obrigado nee maar en bedankt tak nie ale i dzięki да нет но и а спасибо
    はい いいえ いや でも 对 不 但 네 아니 하지만 evet hayır ama teşekkürler نعم لا لكن شكرا
""")
_YOU = words("""
    you your you're yours you've ur u du dir dich dein deine deinen deiner deinem ihr euch euer eure ihnen
    ihre tu te toi ton ta tes vous votre vos tú ti usted ustedes tus su vosotros lei tuo tua voi você
    vocês seu sua je jij jou jouw uw ty ci ciebie twój pan pani ты вы тебе вам твой ваш
    あなた 你 您 당신 sen siz أنت
""")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A comment above, by its index, or ARTICLE, with its cues that are not zero."""

    index: int
    cues: Cues


@dataclass(frozen=True, slots=True)
class _Said:
    weights: dict[str, float]  # of each word, by how rare it is in the thread
    norm: float
    length: int
    asks: bool
    begins_as_answer: bool
    addresses: bool


class Thread:
    """One thread, read from the top: call `candidates` and then `settle` for each comment in turn.

    The work for one comment does not grow with the thread.
    """

    def __init__(self, comments: Sequence[Comment], article: str | None = None) -> None:
        self._order = order_of(comments)
        texts = Texts(comments)
        self._signs = list(signs(comments, texts, self._order.times, article))
        self._said = _read(comments, texts)
        self._authors = [comment.author for comment in comments]
        self._host = _host(self._authors)
        self._pointing = sum(map(bool, self._signs)) / max(1, len(comments))
        self._open = Open(self._order.times)
        self._parents: list[int] = []
        self._heads: list[int] = []
        self._depths: list[int] = []
        self._sizes: Counter[int] = Counter()
        self._spoken: set[str] = set()
        self._spoken_in: dict[int, set[str]] = {}

    def candidates(self, index: int) -> list[Candidate]:
        """Return what a comment may answer, the article first; those above it must all be settled."""
        rules = {sign.parent: sign.rule for sign in reversed(self._signs[index][:_MOST_POINTED_AT])}
        places = self._places(index, rules)
        path = self._path(index)
        shared = {j: _cosine(self._said[index], self._said[j]) for j in places}
        most = max(shared.values(), default=0.0)
        pointed_below = {self._heads[p] for p in rules if p < index and self._heads[p] != p}
        found = [Candidate(ARTICLE, self._of_article(index))]
        for j in places:
            cues = self._of_place(index, j, path) | self._of_people(index, j)
            cues["shared words"] = shared[j]
            cues["most shared words"] = shared[j] == most > 0
            cues["points below"] = j in pointed_below
            if j in rules:
                cues[f"sign: {rules[j]}"] = 1.0
            found.append(Candidate(j, cues))
        return found

    def settle(self, index: int, parent: int) -> None:
        """Take note that a comment answers `parent`, or ARTICLE."""
        head = index if parent == ARTICLE else self._heads[parent]
        self._open.add(index)
        self._parents.append(parent)
        self._heads.append(head)
        self._depths.append(0 if parent == ARTICLE else self._depths[parent] + 1)
        self._sizes[head] += 1
        author = self._authors[index]
        if author is not None:
            self._spoken.add(author)
            self._spoken_in.setdefault(head, set()).add(author)

    def _places(self, index: int, rules: Mapping[int, str]) -> list[int]:
        """Return the comments above that are worth weighing, each once."""
        near = self._open.until(index)[: -_MOST_NEAR - 1 : -1]
        if index:
            head = self._heads[index - 1]
            if self._order.times[head] <= self._order.times[index]:
                near.append(head)
        return [j for j in dict.fromkeys([*near, *rules]) if j < index]

    def _path(self, index: int) -> dict[int, int]:
        """Return the comment next above and those that it answers, with the levels that each would close."""
        path: dict[int, int] = {}
        at = index - 1
        while at >= 0 and len(path) <= _MOST_NEAR:
            path[at] = len(path)
            at = self._parents[at]
        if index:
            path.setdefault(self._heads[index - 1], self._depths[index - 1])
        return path

    def _of_place(self, i: int, j: int, path: Mapping[int, int]) -> dict[str, float]:
        order = self._order
        is_next, is_head = j == i - 1, self._heads[j] == j
        # Where the head stands next above there is nothing to tell apart.
        head, next_above = is_head and not is_next, is_next and not is_head
        size = log1p(self._sizes[self._heads[i - 1]] - 1)
        return {
            "next above": is_next,
            "distance": log(i - j),
            "on path": j in path,
            "on path, flat list": j in path and not order.late_share,
            "next above, flat list": is_next and not order.late_share,
            "levels closed": log1p(path.get(j, 0)),
            "head": is_head,
            "head of long": head * size,
            "next above in long": next_above * size,
            "head, nested": head * order.nested,
            "next above, nested": next_above * order.nested,
            "not on path, threaded": (j not in path) * min(order.late_share, _THREADED),
            "hours apart": log_hours(order.times[i] - order.times[j]),
        }

    def _of_people(self, i: int, j: int) -> dict[str, float]:
        author, other, host = self._authors[i], self._authors[j], self._host
        parent = self._parents[j]
        is_host, to_host = author is not None and author == host, other is not None and other == host
        asks = self._said[j].asks
        return {
            "same author": author is not None and author == other,
            "answers one's answer": author is not None and parent >= 0 and self._authors[parent] == author,
            "asks": asks,
            "asks, answered by host": asks and is_host and not to_host,
            "host to other": is_host and not to_host,
            "other to host": to_host and not is_host,
        }

    def _of_article(self, i: int) -> dict[str, float]:
        order, said = self._order, self._said[i]
        cues = {
            "article": 1.0,
            "article, last low": order.oldest_first * order.is_last_low[i],
            "article, not last low": order.oldest_first * (not order.is_last_low[i]),
            "article, not lowest": order.newest_first * (not order.is_lowest[i]),
            "article, no direction": order.is_timed * (1 - order.oldest_first - order.newest_first),
            "article, no times": not order.is_timed,
            "article, late share": order.late_share * order.is_last_low[i],
            "article, flat list": order.is_timed and not order.late_share,
            "article, length": log1p(said.length),
            "article, asks": said.asks,
            "article, begins as answer": said.begins_as_answer,
            "article, addresses": said.addresses,
            "article, pages answers": self._pointing,
        }
        return cues | self._of_newcomer(i) | (self._of_next_above(i) if i else {})

    def _of_newcomer(self, i: int) -> dict[str, float]:
        author = self._authors[i]
        return {
            "article, new author": author is not None and author not in self._spoken,
            "article, host": author is not None and author == self._host,
        }

    def _of_next_above(self, i: int) -> dict[str, float]:
        order, author, before = self._order, self._authors[i], self._said[i - 1]
        gap, head = abs(order.times[i] - order.times[i - 1]), self._heads[i - 1]
        return {
            "article, tie": order.is_timed and not gap,
            "article, hours since last": log_hours(gap),
            "article, gap to typical": log_hours(gap) - log_hours(order.typical_gap),
            "article, author of next above": author is not None and author == self._authors[i - 1],
            "article, author in thread": author in self._spoken_in.get(head, ()),
            "article, next above asks": before.asks,
            "article, shared with next above": _cosine(self._said[i], before),
            "article, long thread": log1p(self._sizes[head] - 1),
        }


def _read(comments: Sequence[Comment], texts: Texts) -> list[_Said]:
    common = Counter(word for i in range(len(comments)) for word in set(texts[i].words[:_MOST_WORDS]))
    # One object for each word and weight, however often it is said.
    weights = {word: (word, log((len(comments) + 1) / count)) for word, count in common.items()}
    return [_one(comment.text, texts[i].words, weights) for i, comment in enumerate(comments)]


def _one(text: str, words_said: Sequence[str], known: Mapping[str, tuple[str, float]]) -> _Said:
    spoken = words_said[:_MOST_WORDS]
    weights = dict(known[word] for word in spoken if len(word) >= _SHORTEST_WORD)
    return _Said(
        weights=weights,
        norm=sqrt(sum([weight * weight for weight in weights.values()])),
        length=len(text.split(None, _MOST_WORDS)),
        asks=_ASKS.search(text, 0, LONGEST_READ) is not None,
        begins_as_answer=bool(spoken) and spoken[0] in _ANSWERS,
        addresses=not _YOU.isdisjoint(spoken[:_FIRST_WORDS]),
    )


def _cosine(one: _Said, other: _Said) -> float:
    product = one.norm * other.norm
    if not product:
        return 0.0
    mine, others = one.weights, other.weights
    # An exact sum is the same in whatever order the words of a set come.
    return fsum(mine[word] * others[word] for word in mine.keys() & others.keys()) / product


def _host(authors: Sequence[str | None]) -> str | None:
    """Return who speaks most, if clearly more than anybody else: on a blog, whoever wrote the article."""
    ranked = Counter(author for author in authors if author).most_common(2)
    if not ranked or ranked[0][1] < _FEWEST_OF_HOST:
        return None
    is_clear = len(ranked) == 1 or ranked[0][1] > _HOST_OVER_SECOND * ranked[1][1]
    return ranked[0][0] if is_clear else None
