"""From a page to its comments: everything that is found on it, before it is settled when each was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threads.parse.page.choice import Section, best_section
from threads.parse.page.fields import Fields, Own
from threads.parse.page.items import PageFacts, facts
from threads.parse.page.marks import Mark, lines, marks
from threads.parse.page.nesting import identities, parents
from threads.parse.page.tree import Tree, build
from threads.parse.page.vocabulary import Role
from threads.parse.timestamps import Stamp


@dataclass(frozen=True, slots=True)
class Found:
    """A comment as its page shows it; `parent` is a place in the list of comments."""

    author: str | None
    stamp: Stamp | None
    raw: str | None
    text: str
    parent: int | None
    page_id: str | None
    likes: int | None


def find_comments(html: str) -> tuple[Tree, list[Found]]:
    """Return the page as lists, and its comments in page order."""
    tree = build(html)
    page_lines = lines(tree)
    page = facts(tree, page_lines, marks(tree, page_lines))
    section = best_section(page)
    return tree, [] if section is None else _found(page, section)


def _found(page: PageFacts, section: Section) -> list[Found]:
    kept = [(o, f) for o, f in zip(section.own, section.fields, strict=True) if f.body]
    own, fields = [o for o, _ in kept], [f for _, f in kept]
    answered = parents(page, own, fields)
    names = _page_ids(page, own)
    return [
        Found(
            author=f.author,
            stamp=_stamp(f.mark),
            raw=_raw(f.mark),
            text=_text(page, o, f),
            parent=parent,
            page_id=name,
            likes=f.likes,
        )
        for o, f, parent, name in zip(own, fields, answered, names, strict=True)
    ]


def _stamp(mark: Mark | None) -> Stamp | None:
    """Return the more exact of what a time displays and what its attributes say."""
    if mark is None:
        return None
    if mark.machine is None or mark.stamp is None:
        return mark.machine or mark.stamp
    return mark.machine if mark.machine.has_time or not mark.stamp.has_time else mark.stamp


def _raw(mark: Mark | None) -> str | None:
    shown = None if mark is None else mark.stamp or mark.machine
    return None if shown is None else shown.raw


def _page_ids(page: PageFacts, own: Sequence[Own]) -> list[str | None]:
    """Return the page's own id of every comment, or none at all unless each has one of its own."""
    known = [names[0] if names else None for names in identities(page, own)]
    return known if None not in known and len(set(known)) == len(known) else [None] * len(own)


def _text(page: PageFacts, own: Own, fields: Fields) -> str:
    """Return the text of a comment; lines that quote somebody begin with "> "."""
    tree = page.tree
    quoted = [_is_quoted(page, tree.owners[p], own.item.root) for p in fields.body]
    if all(quoted) or not any(quoted):
        return tree.joined(fields.body)
    parts: list[tuple[bool, list[int]]] = []
    for place, quote in zip(fields.body, quoted, strict=True):
        if not parts or parts[-1][0] != quote:
            parts.append((quote, []))
        parts[-1][1].append(place)
    texts = []
    for quote, places in parts:
        text = tree.joined(places)
        texts.append("\n".join(f"> {line}" if line else ">" for line in text.split("\n")) if quote else text)
    return "\n".join(texts)


def _is_quoted(page: PageFacts, element: int, top: int) -> bool:
    while element > top:
        if page.tree.tags[element] in ("blockquote", "q") or page.roles[element] & Role.QUOTE:
            return True
        element = page.tree.parents[element]
    return False
