"""Which of the repeated structures of a page is its comment section, if any: evidence for and against."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from threads.parse.page.authors import is_profile_address
from threads.parse.page.fields import read_fields
from threads.parse.page.items import Item, PageFacts, anchor_sets, items_around, within
from threads.parse.page.own import Fields, Own, owned
from threads.parse.page.texts import heading, is_button
from threads.parse.page.vocabulary import Role

_CONTAINER_LEVELS = 7
ENOUGH = 2.0
_ENOUGH_ALONE = 2.6
_ENOUGH_UNTIMED = 3.0
_LEAST_QUALITY = 0.4
_LEAST_SIGNS = 0.8
_SIGNS = ("item", "container", "parts", "posts", "profiles", "headed", "buttons", "form")
_READ_WHOLE = 4  # proposals whose fields are read …
_PROMISING = 0.3  # … unless their promise is less than this share of the best
_MOST_KINDS = 6
_LOOKED_INSIDE = 60
_FEW = 4
_LITTLE_AGAINST = -0.5
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
_FORM_REACH = 50  # elements
_HEADING_REACH = 8  # lines above the first item


@dataclass(slots=True)
class Section:
    """Items that may be comments, their fields, and how much speaks for it."""

    own: list[Own]
    fields: list[Fields]
    evidence: float
    why: dict[str, float]

    value: float

    @property
    def is_complete(self) -> bool:
        """Whether nearly every item has a time, a name and a text, and nothing speaks against it."""
        whole = sum(f.mark is not None and f.author is not None and bool(f.body) for f in self.fields)
        against = sum(worth for worth in self.why.values() if worth < 0)
        return whole > 0.95 * len(self.own) and against > _LITTLE_AGAINST


def best_section(page: PageFacts) -> Section | None:
    """Return the comments of a page, or None where nothing on it looks like comments."""
    proposals: dict[tuple[tuple[int, int], ...], list[Item]] = {}
    for anchors, heads in anchor_sets(page):
        for items in _parted(page, items_around(page, anchors, heads=heads)):
            proposals.setdefault(tuple((item.first, item.last) for item in items), items)
    promises = sorted(
        ((_promise(page, items), items) for items in proposals.values()), key=lambda pair: -pair[0]
    )
    promising = [items for promise, items in promises[:_READ_WHOLE] if promise >= _PROMISING * promises[0][0]]
    best: Section | None = None
    for items in promising:
        if best is not None and best.is_complete and len(items) <= len(best.own):
            continue  # the same comments once more, by other elements of them
        found = section(page, items)
        if is_enough(found) and (best is None or found.value > best.value):
            best = found
    return best


def is_enough(found: Section) -> bool:
    """Return whether what speaks for a section is enough to call it comments."""
    count = len(found.own)
    if found.value < found.evidence * _LEAST_QUALITY * count:
        return False
    if sum(found.why[name] for name in _SIGNS) < _LEAST_SIGNS:
        return False  # a change log and a list of events have names, times and texts, too
    timed = sum(f.mark is not None for f in found.fields)
    named = sum(f.author is not None for f in found.fields)
    if count == 1 and not timed:
        return False  # "log in to comment" has a link and a sentence
    if timed < 0.3 * count:  # lists of links and names are everywhere: only the site's own words tell
        return found.evidence >= _ENOUGH_UNTIMED and found.why["item"] >= 1.0 and named >= 0.5 * count
    return found.evidence >= (ENOUGH if count > 1 else _ENOUGH_ALONE)


def _parted(page: PageFacts, items: list[Item]) -> list[list[Item]]:
    """Return items together, and apart where their roots are of different kinds.

    What stands beside the page's own subject does not go together with more that does not: lists of the
    latest comments look like the comments.
    """
    found = []
    for among in _beside_or_not(page, items):
        by_kind: dict[str, list[Item]] = {}
        for item in among:
            by_kind.setdefault(page.kinds[item.root], []).append(item)
        found += [among, *by_kind.values()] if 1 < len(by_kind) <= _MOST_KINDS else [among]
    return found


def _beside_or_not(page: PageFacts, items: Sequence[Item]) -> list[list[Item]]:
    """Return the items outside of asides, and those inside."""
    known: dict[int, bool] = {}
    beside = [_stands_aside(page, item.begin, known) for item in items]
    if 2 * sum(beside) > len(items):
        return [list(items)]
    parted = [[i for i, b in zip(items, beside, strict=True) if b == wanted] for wanted in (False, True)]
    return [part for part in parted if part]


def _stands_aside(page: PageFacts, element: int, known: dict[int, bool]) -> bool:
    """Return whether an element is inside what holds what stands beside the page's own subject."""
    path: list[int] = []
    result = False
    for around in page.tree.ancestors(element):
        if around in known:
            result = known[around]
            break
        path.append(around)
        if page.tree.tags[around] not in ("body", "html") and _is_aside(page, around):
            result = True
            break
    known.update(dict.fromkeys(path, result))
    return result


def _promise(page: PageFacts, items: Sequence[Item]) -> float:
    """Return how much speaks for items before they are read: the names of their elements alone."""
    evidence = 1.0 + sum(_names_evidence(page, items).values())
    return len(items) * max(0.01, evidence)


def section(page: PageFacts, items: Sequence[Item]) -> Section:
    """Return items with their fields and the evidence for them."""
    own = owned(page, items)
    fields = read_fields(page, own)
    why = _names_evidence(page, items) | _content_evidence(page, own, fields)
    if _is_of_recent(page, items):
        why["headed"] = why["container"] = 0.0  # "Recent comments" heads a list beside the page's own
    evidence = sum(why.values())
    value = sum(_quality(page, o, f) for o, f in zip(own, fields, strict=True)) * max(0.0, evidence)
    return Section(own, fields, evidence, why, value)


def _quality(page: PageFacts, own: Own, fields: Fields) -> float:
    """Return how much of what a comment has an item has, from 0 to 1."""
    if not fields.body or _is_linked(page, fields) or _is_teaser(page, own):
        return 0.0
    return 0.3 + 0.4 * (fields.mark is not None) + 0.3 * (fields.author is not None)


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values)


def _names_evidence(page: PageFacts, items: Sequence[Item]) -> dict[str, float]:
    """Return what the names of classes and ids say of items, and of what stands around and inside them."""
    around = _common_ancestors(page, items)
    roots = [page.roles[item.root] | page.roles[item.begin] for item in items]
    return {
        "item": 1.6 * _share([bool(r & Role.COMMENT) for r in roots])
        + 0.6 * _share([bool(r & Role.POST) for r in roots]),
        "container": 1.4 * any(page.roles[e] & (Role.COMMENTS | Role.COMMENT) for e in around),
        "parts": 0.7 * _share([_speaks_inside(page.comment_elements, item) for item in items]),
        "posts": 0.5 * _share([_speaks_inside(page.post_elements, item) for item in items]),
        "aside": -3.0 * any(_is_aside(page, e) for e in around),
        "own aside": -2.5 * _share([_is_own_aside(page, i, r) for i, r in zip(items, roots, strict=True)]),
        "pings": -2.0 * _share([bool(r & Role.PINGBACK) for r in roots]),
        "own form": -1.5 * _share([bool(r & Role.FORM) for r in roots]),
        "alone": -0.7 * (len(items) == 1),
    }


def _speaks_inside(speaking: Sequence[int], item: Item) -> bool:
    """Return whether one of the elements whose classes speak of comments (or posts) is inside an item."""
    inside = within(speaking, item.begin, min(item.end, item.begin + _LOOKED_INSIDE))
    return len(inside) > 0


def _content_evidence(page: PageFacts, own: Sequence[Own], fields: Sequence[Fields]) -> dict[str, float]:
    count = len(own)
    tree = page.tree
    names = [f.author for f in fields if f.author]
    texts = ["".join(tree.pieces[p] for p in f.body[:8]) for f in fields]
    cut = [t.rstrip().endswith(("…", "...", "[…]", "»")) and len(t) < 160 for t in texts]
    lacking = sum(f.mark is None or f.author is None or not f.body for f in fields)
    complete = lacking < max(0.1 * count, 1 + (count > _FEW))  # a removed comment may lack a thing
    return {
        "headed": 1.3 * _is_headed(page, own),
        "complete": 0.5 * (complete and count > 2),
        "form": 0.8 * (complete and _has_form_near(page, own)),
        "profiles": 0.6 * _share([_has_profile(page, f) for f in fields]),
        "buttons": 0.9 * _share([_has_buttons(page, o) for o in own]),
        "time": 0.6 * _share([f.mark is not None for f in fields]),
        "author": 0.6 * _share([f.author is not None for f in fields]),
        "body": 0.8 * _share([bool(f.body) for f in fields]) - 0.8,
        "names": (0.4 if len(set(names)) > 0.3 * count else -0.3) if count > 2 else 0.0,
        "teaser": -2.2 * _share([_is_teaser(page, o) for o in own]),
        "heading": -3.0 * _share([any(tree.tags[e] == "h1" for e in o.all_elements()) for o in own]),
        "links": -2.5 * _share([_is_linked(page, f) for f in fields]),
        "cut": -1.5 * _share(cut) if count > 2 else 0.0,
    }


def _common_ancestors(page: PageFacts, items: Sequence[Item]) -> list[int]:
    """Return the elements around all items, the nearest first, without <body> and <html>."""
    tree = page.tree
    first = min(item.begin for item in items)
    last = max(item.end for item in items)
    around = (
        e for e in tree.ancestors(first) if tree.ends[e] >= last and tree.tags[e] not in ("body", "html")
    )
    return list(islice(around, _CONTAINER_LEVELS))


def _has_buttons(page: PageFacts, own: Own) -> bool:
    tree = page.tree
    if any("repl" in tree.attributes[e].get("class", "") for e in own.all_elements()):
        return True
    return any(len(tree.pieces[p]) < 40 and is_button(tree.pieces[p]) for p in own.pieces)


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


def _has_profile(page: PageFacts, fields: Fields) -> bool:
    """Return whether the author's name is a link to a page of persons."""
    tree = page.tree
    if fields.author_element < 0:
        return False
    parent = tree.parents[fields.author_element]
    addresses = (tree.attributes[e].get("href", "") for e in (fields.author_element, parent) if e >= 0)
    return any(address and is_profile_address(address) for address in addresses)


def _has_form_near(page: PageFacts, own: Sequence[Own]) -> bool:
    """Return whether a box to write in stands right above or below the items."""
    first, last = min(o.item.begin for o in own), max(o.item.end for o in own)
    near = (*range(max(0, first - _FORM_REACH), first), *range(last, min(len(page.tree), last + _FORM_REACH)))
    return any(page.tree.tags[e] == "textarea" for e in near)


def _is_headed(page: PageFacts, own: Sequence[Own]) -> bool:
    """Return whether a heading such as "4 comments" stands shortly above the first item."""
    first = page.line_of[own[0].item.first] if own[0].item.first < len(page.line_of) else 0
    above = page.lines[max(0, first - _HEADING_REACH) : first]
    return any(len(line.text) <= 80 and heading(line.text)[0] for line in above)


def _is_linked(page: PageFacts, fields: Fields) -> bool:
    """Return whether what would be the text of a comment is mostly a link to another page."""
    tree = page.tree
    linked = total = 0
    for place in fields.body:
        size = len(tree.pieces[place].strip())
        owner = tree.owners[place]
        total += size
        linked += size * (_leads_away(page, owner) or _leads_away(page, tree.parents[owner]))
    return total > 0 and linked > 0.7 * total


def _leads_away(page: PageFacts, element: int) -> bool:
    address = page.tree.attributes[element].get("href") if element >= 0 else None
    return bool(address) and not str(address).startswith(("#", "javascript:"))


_RECENT = re.compile(r"recent|latest|neueste|letzte|dernier|ultim[oa]s", re.IGNORECASE)


def _is_of_recent(page: PageFacts, items: Sequence[Item]) -> bool:
    """Return whether items stand in a list of the latest comments of a whole site."""
    around = [*_common_ancestors(page, items)[:4], items[0].root]
    named = (page.tree.attributes[e] for e in around)
    return any(_RECENT.search(a.get("class", "") + " " + a.get("id", "")) is not None for a in named)


def _is_own_aside(page: PageFacts, item: Item, role: int) -> bool:
    if role & (Role.ASIDE | Role.TEASER) and not role & (Role.COMMENT | Role.COMMENTS):
        return True
    return _is_aside(page, item.root)


def _is_teaser(page: PageFacts, own: Own) -> bool:
    """Return whether an item is headed by a link to another page, as the list of a blog's articles is."""
    tree = page.tree
    headed = -1  # the end of the heading that the elements looked at stand in
    for element in own.all_elements():
        if tree.tags[element] in _HEADINGS:
            headed = max(headed, tree.ends[element])
            if _leads_to_another_page(page, tree.parents[element]):
                return True
        if element < headed and _leads_to_another_page(page, element):
            return True
    return False


def _leads_to_another_page(page: PageFacts, link: int) -> bool:
    """Return whether an element is a link with words to another page, and not to that of a person."""
    tree = page.tree
    if link < 0 or tree.tags[link] != "a":
        return False
    address = tree.attributes[link].get("href", "")
    if not address or "#" in address or page.roles[link] & Role.AUTHOR or is_profile_address(address):
        return False
    return len(tree.pieces_of(link)) > 0
