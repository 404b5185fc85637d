"""What is left of a person's words and name in the comments of others, and taking it out. Pure.

A quotation ("> …") goes where all of it stands in an erased comment, and a name where it is surely meant:
after "@", or of several words. What may be either is named for a person to look at.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Literal

from threads.pseudonyms import Names, keyed, words
from threads.records import Comment, Discussion, Parsed, Skipped
from threads.scores.text import without_quotes

ERASED = "[erased]"
_SHORTEST_QUOTE = 12  # characters; "I agree" stands in many comments
_COPIED_WORDS = 8  # that follow each other in both
_QUOTED = re.compile(r"^ *>[> ]*(?P<words>.*)$", re.MULTILINE)
_IN_MARKS = re.compile(r"[\"“„«‘](?P<words>[^\"“”„«»’]+)[\"“”»’]")
_AROUND = " \t\"'“”„‘’«»….[]()"
Span = tuple[int, int]


def marks_of(
    key: bytes, thread_id: str, comment_id: str, author: str | None, author_id: str | None
) -> tuple[list[str], str]:
    """Return the marks that erasures may have put on record: of a comment's author, and of itself."""
    authors = [
        mark(key, scope, kind, value)
        for kind, value in (("author", author), ("author_id", author_id))
        if value is not None
        for scope in (None, thread_id)
    ]
    return authors, mark(key, thread_id, "comment", comment_id)


def mark(key: bytes, thread_id: str | None, kind: str, value: str) -> str:
    """Return what stands on record for an erasure: keyed, so that it names nobody.

    `kind` is author (as displayed), author_id or comment; `thread_id` is None for every thread.
    """
    return keyed(key, "erasures", thread_id, kind, value).hex()


@dataclass(frozen=True, slots=True)
class Erased:
    """The marks on record, and the key that they were made with."""

    marks: frozenset[str]
    key: bytes

    def cover(
        self, thread_id: str, comment_id: str, author: str | None, author_id: str | None
    ) -> Literal["author", "comment"] | None:
        """Return what was erased: all that the author of a comment wrote, the comment alone, or neither."""
        authors, comment = marks_of(self.key, thread_id, comment_id, author, author_id)
        if not self.marks.isdisjoint(authors):
            return "author"
        return "comment" if comment in self.marks else None


@dataclass(frozen=True, slots=True)
class Traces:
    """What a text holds of erased ones: stretches to take out, and why a person should look at the rest."""

    quotes: tuple[Span, ...] = ()
    names: tuple[Span, ...] = ()
    doubts: tuple[str, ...] = ()

    def taken_out(self, text: str) -> str:
        """Return the text with [erased] in the place of quotations and names."""
        parts, end = [], 0
        for start, stop in self.spans:
            parts += [text[end:start], ERASED]
            end = stop
        return "".join([*parts, text[end:]])

    def moved(self, spans: Iterable[Span]) -> list[Span | None]:
        """Return where stretches of the text are after `taken_out`; None for one of which something went."""
        taken = self.spans
        ends = [end for _, end in taken]
        shifts = list(accumulate((len(ERASED) - (end - start) for start, end in taken), initial=0))
        found: list[Span | None] = []
        for start, end in spans:
            before = bisect_right(ends, start)
            whole = before == len(taken) or taken[before][0] >= end
            found.append((start + shifts[before], end + shifts[before]) if whole else None)
        return found

    @property
    def spans(self) -> list[Span]:
        """What is taken out, in order."""
        return sorted((*self.quotes, *self.names))


class Words:
    """The words of erased comments and the names of their authors, to be looked for in others.

    Parameters
    ----------
    texts
        The erased texts.
    names
        The names of their authors.
    others
        The names of everybody else in the thread: one that is among them is not surely meant.
    """

    def __init__(self, texts: Iterable[str], names: Iterable[str], others: Iterable[str] = ()) -> None:
        own = [without_quotes(text) for text in texts]
        self._said = "\n".join(_plain(text) for text in own)
        self._whole = {_plain(text).strip(_AROUND) for text in own}
        self._runs = {run for text in own for run in _runs(text)}
        known = frozenset(others)
        self._theirs = frozenset(names) - known
        self._names = Names(self._theirs | known) if self._theirs else Names(())

    def traces(self, text: str) -> Traces:
        """Return what a text by somebody else holds of the erased ones. Linear in the text."""
        quotes = tuple(self._quotes(text))
        mentions = self._names.mentions(text)
        found = [m for m in mentions if m.names & self._theirs and not _inside(m.start, quotes)]
        names = tuple((m.start, m.end) for m in found if m.certain and m.names <= self._theirs)
        doubts = []
        if len(names) < len(found):
            doubts.append("it may name them")
        rest = Traces(quotes, names).taken_out(text)
        if self._runs and not self._runs.isdisjoint(_runs(rest)):
            doubts.append("it has words of theirs")
        return Traces(quotes, names, tuple(doubts))

    def are_in(self, sentence: str, marked: Iterable[str] = ()) -> bool:
        """Return whether a sentence about a text, such as a flag's reason, may tell of the erased ones.

        It names them, has words of theirs, quotes them between quotation marks, or has one of the `marked`
        words of the text, which are taken out of it.
        """
        found = self.traces(sentence)
        return bool(
            found.spans
            or found.doubts
            or any(self._is_theirs(match["words"]) for match in _IN_MARKS.finditer(sentence))
            or any(word in sentence for word in marked if word.strip())
        )

    def _quotes(self, text: str) -> Iterable[Span]:
        if ">" not in text or not self._said:
            return
        for block in _blocks(text):
            if self._is_theirs(" ".join(match["words"] for match in block)):
                yield from (match.span("words") for match in block if match["words"])
            else:
                yield from (match.span("words") for match in block if self._is_theirs(match["words"]))

    def _is_theirs(self, quoted: str) -> bool:
        plain = _plain(quoted).strip(_AROUND)
        if not plain:
            return False
        return plain in self._whole or (len(plain) >= _SHORTEST_QUOTE and plain in self._said)


def without_erased(parsed: Parsed, erased: Erased) -> Parsed:
    """Return a parse without what is to be kept no more; the report names each comment left out.

    Replies to a comment that is left out keep its id as that of their parent.
    """
    skipped: list[Skipped] = []
    discussions = []
    for discussion in parsed.discussions:
        gone = {
            comment: cover
            for comment in discussion.comments
            if (
                cover := erased.cover(
                    comment.thread_id, comment.comment_id, comment.author, comment.author_id
                )
            )
        }
        skipped += [
            Skipped(f"comment {comment.position}", "nothing is kept of it: it was erased") for comment in gone
        ]
        discussions.append(_without(discussion, gone))
    if not skipped:
        return parsed
    return Parsed(discussions=tuple(discussions), report=parsed.report.without(skipped))


def _without(discussion: Discussion, gone: Mapping[Comment, str]) -> Discussion:
    if not gone:
        return discussion
    ids = {comment.comment_id for comment in gone}
    left = [comment for comment in discussion.comments if comment.comment_id not in ids]
    found = Words(
        (c.text for c in gone),
        {c.author for c, cover in gone.items() if cover == "author" and c.author},
        {c.author for c in left if c.author},
    )
    return replace(
        discussion, comments=tuple(replace(c, text=found.traces(c.text).taken_out(c.text)) for c in left)
    )


def _plain(text: str) -> str:
    return " ".join(text.split())


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Yield every _COPIED_WORDS words that follow each other."""
    found = words(text)
    return zip(*(found[start:] for start in range(_COPIED_WORDS)), strict=False)


def _inside(place: int, spans: Sequence[Span]) -> bool:
    """Return whether a place is in one of the stretches, which stand in order."""
    last = bisect_right(spans, (place, sys.maxsize)) - 1
    return last >= 0 and place < spans[last][1]


def _blocks(text: str) -> list[list[re.Match[str]]]:
    """Return the quoted lines, those together that follow each other."""
    lines = list(_QUOTED.finditer(text))
    blocks: list[list[re.Match[str]]] = [lines[:1]] if lines else []
    for before, line in pairwise(lines):
        if line.start() == before.end() + 1:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks
