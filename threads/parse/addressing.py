"""Replies that a page states itself: "Ann replies to Bob", "In reply to Bob", "@Bob", "Antwort auf #3"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from threads.parse.calendar_words import fold
from threads.parse.reply_order import nearest, times_of
from threads.records import Comment

_LONGEST_NAME = 80
_MOST_MENTION_WORDS = 6

_IN_REPLY = re.compile(
    r"^\W{0,3}(?:in reply to|replying to|reply to|in response to|(?:als )?antwort (?:auf|an)"
    r"|en réponse à|réponse à|en respuesta a|respuesta a|in risposta a|risposta a|em resposta a"
    r"|in antwoord op|w odpowiedzi (?:na|do)|ответ на|返信先|回复|回覆)[:\s]+(?P<target>\S.{0,70})$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:#|nr\.? ?|no\.? ?|comment |kommentar )\s?(?P<number>\d{1,6})\b", re.IGNORECASE)
_BY = re.compile(r"\b(?:von|by|de|par|di)\s+(?P<name>\S.{0,60})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a comment says it answers: a name, a number in the page, or words that begin with a name.

    `certain` is False for "@…" at the start of a text, which need not name a commenter.
    """

    name: str | None = None
    number: int | None = None
    mention: str | None = None
    certain: bool = True


def address_of(reply_to: str | None, lines: list[str]) -> tuple[Addressee | None, list[str]]:
    """Return whom a comment answers, and its lines without a line that says only that."""
    if reply_to:
        return _addressee(reply_to), lines
    if not lines:
        return None, lines
    for place, rest in ((0, lines[1:]), (-1, lines[:-1])):
        line = lines[place].strip()
        match = _IN_REPLY.match(line) if len(line) <= _LONGEST_NAME + 20 else None
        if match is not None and len(lines) > 1:
            return _addressee(match["target"]), rest
    first = lines[0].strip()
    if first.startswith("@"):
        return Addressee(mention=first[1:_LONGEST_NAME], certain=False), lines
    return None, lines


def _addressee(target: str) -> Addressee:
    number = _NUMBER.match(target)
    if number is None:
        return Addressee(name=target.strip(" :.,"))
    named = _BY.search(target)
    name = None if named is None else named["name"].strip(" :.,")
    return Addressee(name=name, number=int(number["number"]))


def resolve(comments: Sequence[Comment], addressees: Sequence[Addressee | None]) -> list[int | None]:
    """Return the index of the comment that each one answers, or None.

    A name means that author's nearest comment above that is no later, or else below it and earlier.
    """
    times = times_of(comments)
    said: defaultdict[str, list[int]] = defaultdict(list)
    for i, comment in enumerate(comments):
        if comment.author:
            said[_key(comment.author)].append(i)
    return [
        None if addressee is None else _find(addressee, said, i, times)
        for i, addressee in enumerate(addressees)
    ]


def newest_first(comments: Sequence[Comment]) -> bool:
    """Return whether the times of a page run backwards."""
    times = [c.published_at for c in comments if c.published_at is not None]
    downs = sum(a > b for a, b in pairwise(times))
    ups = sum(a < b for a, b in pairwise(times))
    return downs > ups


def _find(
    addressee: Addressee, said: Mapping[str, Sequence[int]], index: int, times: Sequence[float]
) -> int | None:
    for name in _names_of(addressee):
        found = nearest(said.get(_key(name), ()), index, times)
        if found is not None:
            return found
    if addressee.number is None:
        return None
    target = addressee.number - 1
    return target if 0 <= target < len(times) and target != index else None


def _names_of(addressee: Addressee) -> Iterator[str]:
    """Yield what may be the name of the one addressed, the longest first."""
    if addressee.name is not None:
        yield addressee.name
    words = (addressee.mention or "").split()[:_MOST_MENTION_WORDS]
    for length in range(len(words), 0, -1):
        yield " ".join(words[:length])


def _key(name: str) -> str:
    return " ".join(fold(name).strip(" @:,.;!?–—-").split())
