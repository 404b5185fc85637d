"""Where a page shows times: every line that may head or end a comment, read once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from threads.parse.page.tree import Tree
from threads.parse.page.vocabulary import Role, kind, named_kind, roles
from threads.parse.timestamps import (
    LONGEST_HEADER,
    Stamp,
    find_short_span,
    find_timestamp,
    looks_like_time,
    machine_timestamp,
    search_timestamp,
)

_NAMES_IN_ORDER = (
    "datetime",
    "content",
    "title",
    "data-time",
    "data-timestamp",
    "data-utime",
    "data-epoch",
    "data-unixtime",
    "data-date",
    "data-datetime",
    "data-created",
    "data-comment-timestamp",
    "data-original-title",
    "created-timestamp",
    "timestamp",
    "ts",
    "data-ts",
)
_TIME_ATTRIBUTES = frozenset(_NAMES_IN_ORDER)
_LONGEST_VALUE = 64
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of text that a browser shows on one line: their places, and what they say together."""

    first: int
    last: int
    text: str


@dataclass(slots=True)
class Mark:
    """A time on the page: the element that shows it, what it displays and what its attributes say.

    `begin` and `end` are offsets into the text of line number `line`; -1 where only an attribute says it.
    """

    element: int
    stamp: Stamp | None = None
    machine: Stamp | None = None
    line: int = -1
    begin: int = -1
    end: int = -1


def lines(tree: Tree) -> list[Line]:
    """Return the lines of a page; a space stands where two elements touch ("August 6, 2019" "4:14 pm")."""
    found: list[Line] = []
    first = 0
    total = len(tree.pieces)
    for place in range(1, total + 1):
        if place == total or tree.gaps[place]:
            if total:
                found.append(Line(first, place, _line_text(tree, first, place)))
            first = place
    return found


def _line_text(tree: Tree, first: int, last: int) -> str:
    if last == first + 1:
        return tree.pieces[first].strip()
    return " ".join(tree.pieces[place].strip() for place in range(first, last))


def marks(tree: Tree, page_lines: Sequence[Line]) -> list[Mark]:
    """Return the times of a page in page order, one for each line or element that says one."""
    shown = [mark for i, line in enumerate(page_lines) if (mark := _shown(tree, i, line)) is not None]
    said = list(_said(tree))
    return _merged(tree, shown, said)


def _shown(tree: Tree, number: int, line: Line) -> Mark | None:
    text = line.text
    if len(text) > LONGEST_HEADER or not looks_like_time(text):
        return None
    stamp = find_timestamp(text) or search_timestamp(text) or find_short_span(text)
    if stamp is None:
        return None
    return Mark(tree.owners[_piece_at(tree, line, stamp.start)], stamp, None, number, stamp.start, stamp.end)


def _piece_at(tree: Tree, line: Line, offset: int) -> int:
    """Return the piece of `line` that holds the character at `offset` of its text."""
    passed = 0
    for place in range(line.first, line.last):
        passed += len(tree.pieces[place].strip()) + 1
        if offset < passed:
            return place
    return line.last - 1


def _said(tree: Tree) -> Iterator[Mark]:
    for element, attributes in enumerate(tree.attributes):
        names = _TIME_ATTRIBUTES.intersection(attributes) if attributes else ()
        for name in sorted(names, key=_NAMES_IN_ORDER.index) if len(names) > 1 else names:
            stamp = _stamp_in(tree, element, name)
            if stamp is not None:
                yield Mark(element, None, stamp)
                break


def _stamp_in(tree: Tree, element: int, name: str) -> Stamp | None:
    value = tree.attributes[element][name]
    if len(value) > _LONGEST_VALUE or not _DIGIT.search(value):
        return None
    if name in ("title", "content") and not _may_say_time(tree, element, name):
        return None
    return machine_timestamp(value)


def _may_say_time(tree: Tree, element: int, name: str) -> bool:
    attributes = tree.attributes[element]
    if name == "content":
        return bool(roles(attributes.get("itemprop", "") + " " + attributes.get("property", "")) & Role.TIME)
    return tree.tags[element] in ("abbr", "time", "a", "span", "div", "small", "li", "p", "i", "td")


def _merged(tree: Tree, shown: list[Mark], said: list[Mark]) -> list[Mark]:
    """Return one mark where an element says the time that stands in it, too."""
    result: list[Mark] = []
    queue = iter(shown)
    current = next(queue, None)
    for mark in said:
        begin, end = mark.element, tree.ends[mark.element]
        while current is not None and current.element < begin:
            result.append(current)
            current = next(queue, None)
        if current is not None and begin <= current.element < end and _few_lines(tree, mark.element):
            mark.stamp, mark.line, mark.begin, mark.end = (
                current.stamp,
                current.line,
                current.begin,
                current.end,
            )
            current = next(queue, None)
        if result and result[-1].element == mark.element and result[-1].machine is None:
            result[-1].machine = mark.machine
        elif result and tree.parents[mark.element] == result[-1].element and mark.stamp is None:
            result[-1].machine = result[-1].machine or mark.machine
        else:
            result.append(mark)
    while current is not None:
        result.append(current)
        current = next(queue, None)
    return result


def _few_lines(tree: Tree, element: int) -> bool:
    pieces = tree.pieces_of(element)
    return len(pieces) <= 6


def kind_of(tree: Tree, element: int) -> str:
    """Return the kind of an element: its tag and classes, else its id, else its tag inside its parent's."""
    attributes = tree.attributes[element]
    own, is_telling = named_kind(
        tree.tags[element],
        attributes.get("class") or attributes.get("itemprop") or "",
        attributes.get("id", ""),
    )
    parent = tree.parents[element]
    if is_telling or parent < 0:
        return own
    return kind(tree.tags[parent], tree.attributes[parent].get("class", "")) + ">" + own
