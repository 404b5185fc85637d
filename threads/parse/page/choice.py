"""Which of the repeated structures of a page is its comment section, if any: evidence for and against."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from threads.parse.page.fields import Fields, Own, owned, read_fields
from threads.parse.page.items import Item, PageFacts, anchor_sets, items_around
from threads.parse.page.marks import kind_of
from threads.parse.page.vocabulary import Role
from threads.parse.page_words import is_button_line

_CONTAINER_LEVELS = 7
ENOUGH = 2.0


@dataclass(slots=True)
class Section:
    """Items that may be comments, their fields, and how much speaks for it."""

    own: list[Own]
    fields: list[Fields]
    evidence: float
    why: dict[str, float]

    @property
    def value(self) -> float:
        """How much of a page the section explains."""
        good = sum(
            (0.4 + 0.3 * (f.mark is not None) + 0.3 * (f.author is not None)) * bool(f.body) for f in self.fields
        )
        return good * max(0.0, self.evidence)


def best_section(page: PageFacts) -> Section | None:
    """Return the comments of a page, or None where nothing on it looks like comments."""
    sections = [section for anchors in anchor_sets(page) for section in sections_of(page, anchors)]
    good = [s for s in sections if s.evidence >= ENOUGH]
    return max(good, key=lambda s: s.value, default=None)


def sections_of(page: PageFacts, anchors: Sequence[int]) -> list[Section]:
    """Return the sections that one set of anchors gives: its items, apart where they are of different kinds."""
    items = items_around(page, anchors)
    by_kind: dict[str, list[Item]] = {}
    for item in items:
        by_kind.setdefault(kind_of(page.tree, item.root), []).append(item)
    parts = [items] + (list(by_kind.values()) if 1 < len(by_kind) <= 6 else [])
    return [section(page, part) for part in parts]


def section(page: PageFacts, items: Sequence[Item]) -> Section:
    """Return items with their fields and the evidence for them."""
    own = owned(page, items)
    fields = read_fields(page, own)
    why = _evidence(page, own, fields)
    return Section(own, fields, sum(why.values()), why)


def _evidence(page: PageFacts, own: Sequence[Own], fields: Sequence[Fields]) -> dict[str, float]:
    count = len(own)

    def share(values: Sequence[bool]) -> float:
        return sum(values) / count

    tree = page.tree
    around = _common_ancestors(page, [o.item for o in own])
    roots = [_root_roles(page, o) for o in own]
    inside = [_inside_roles(page, o) for o in own]
    names = [f.author for f in fields if f.author]
    texts = ["".join(tree.pieces[p] for p in f.body[:8]) for f in fields]
    return {
        "item": 1.6 * share([bool(r & Role.COMMENT) for r in roots]) + 0.6 * share([bool(r & Role.POST) for r in roots]),
        "container": 1.4 * any(page.roles[e] & (Role.COMMENTS | Role.COMMENT) for e in around),
        "parts": 0.7 * share([bool(r & Role.COMMENT) for r in inside]),
        "buttons": 0.9 * share([_has_buttons(page, o) for o in own]),
        "time": 0.6 * share([f.mark is not None for f in fields]),
        "author": 0.6 * share([f.author is not None for f in fields]),
        "body": 0.8 * share([bool(f.body) for f in fields]) - 0.8,
        "names": (0.4 if len(set(names)) > 0.3 * count else -0.3) if count > 2 else 0.0,
        "aside": -3.0 * any(_is_aside(page, e) for e in around),
        "own aside": -2.5 * share([_is_own_aside(page, o, r) for o, r in zip(own, roots, strict=True)]),
        "teaser": -2.2 * share([_is_teaser(page, o, f) for o, f in zip(own, fields, strict=True)]),
        "cut": -1.5 * share([t.rstrip().endswith(("…", "...", "[…]", "»")) and len(t) < 160 for t in texts]) if count > 2 else 0.0,
        "pings": -2.0 * share([bool(r & Role.PINGBACK) for r in roots]),
        "form": -1.5 * share([bool(r & Role.FORM) for r in roots]),
        "alone": -0.7 * (count == 1),
    }


def _common_ancestors(page: PageFacts, items: Sequence[Item]) -> list[int]:
    """Return the elements around all items, the nearest first, without <body> and <html>."""
    tree = page.tree
    first = min(item.begin for item in items)
    last = max(item.end for item in items)
    found = []
    for element in tree.ancestors(first):
        if tree.ends[element] >= last and tree.tags[element] not in ("body", "html"):
            found.append(element)
    return found[:_CONTAINER_LEVELS]


def _root_roles(page: PageFacts, own: Own) -> Role:
    return page.roles[own.item.root] | page.roles[own.item.begin]


def _inside_roles(page: PageFacts, own: Own) -> Role:
    found = Role.NONE
    for number, element in enumerate(own.all_elements()):
        if number > 60:
            break
        found |= page.roles[element]
    return found


def _has_buttons(page: PageFacts, own: Own) -> bool:
    tree = page.tree
    return any(len(tree.pieces[p]) < 40 and is_button_line(tree.pieces[p]) for p in own.pieces) or any(
        "repl" in (tree.attributes[e].get("class") or "") for e in own.all_elements()
    )


_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:sidebar|recent\w*|latest\w*|neueste\w*|letzte\w*|dernier\w*|ultim[oa]s\w*|related|popular|trending"
    r"|teasers?|mostread|blogroll)(?:$|[\s_-])|(?:^|\s)widget(?:$|\s|_)",
    re.IGNORECASE,
)


def _is_aside(page: PageFacts, element: int) -> bool:
    """Return whether an element holds what stands beside the page's own subject."""
    if page.tree.tags[element] in ("aside", "nav", "footer"):
        return True
    attributes = page.tree.attributes[element]
    return any(_ASIDE.search(attributes.get(name, "")) is not None for name in ("class", "id"))


def _is_own_aside(page: PageFacts, own: Own, role: Role) -> bool:
    if role & (Role.ASIDE | Role.TEASER) and not role & (Role.COMMENT | Role.COMMENTS):
        return True
    return _is_aside(page, own.item.root)


def _is_teaser(page: PageFacts, own: Own, fields: Fields) -> bool:
    """Return whether an item is headed by a link to another page, as the list of a blog's articles is."""
    tree = page.tree
    for element in own.all_elements():
        if tree.tags[element] not in ("h1", "h2", "h3", "h4"):
            continue
        links = [element, *range(element + 1, tree.ends[element])]
        parent = tree.parents[element]
        for link in [*links, parent]:
            address = tree.attributes[link].get("href") if link >= 0 and tree.tags[link] == "a" else None
            if address and "#" not in address and tree.text(link) != (fields.author or ""):
                return not any(e <= fields.author_element < tree.ends[e] for e in (link, element))
    return False


def usual_kind(page: PageFacts, items: Sequence[Item]) -> str:
    """Return the kind that most roots have."""
    return Counter(kind_of(page.tree, item.root) for item in items).most_common(1)[0][0]
