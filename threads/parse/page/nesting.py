"""Which comment answers which: what a page says of it, in every way that pages say it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from threads.parse.page.items import PageFacts
from threads.parse.page.own import Own

_LEVEL_CLASS = re.compile(
    r"(?:^|[\s_-])(?:depth|level|lvl|indent|nest(?:ing)?|tier|generation)[_-]?(\d{1,4})(?![\w])", re.I
)
_LEVEL_NAMES = re.compile(
    r"^(?:data-|aria-)?(?!(?:[a-z-]*-)?(?:user|trust|member|rank|author)-)(?:[a-z-]*-)?"
    r"(?:depth|level|indent|nesting)(?:-?level)?$"
)
_SHIFT = re.compile(r"(?:margin|padding)-left\s*:\s*(-?\d+(?:\.\d+)?)\s*(px|em|rem|%|pt)?", re.I)
_SHIFT_WIDTH = re.compile(r"^\s*width\s*:\s*(\d+(?:\.\d+)?)\s*(px|em|rem|%)?\s*;?\s*$", re.I)
_LEVEL_TEXT = re.compile(r"^\s*(?:level|ebene|niveau|nivel|livello|poziom|уровень)\s+(\d{1,4})\s*$", re.I)
_IDENTITY = re.compile(r"[#\w.:/=?&-]{1,80}")  # no words between blanks: "Reply to Ann 14" is a label
_PARENT_NAME = re.compile(r"parent|reply-?to|in-?reply|answer-?to|replied")
_ID_NAMES = (
    "id",
    "data-comment-id",
    "data-commentid",
    "data-id",
    "data-cid",
    "data-post-id",
    "data-comment",
    "data-fullname",
    "thingid",
    "name",
    "data-content",
    "data-mid",
    "data-pid",
)
_ID_NAMES_SET = frozenset(_ID_NAMES)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d{1,20}")
_UP_TEXT = re.compile(
    r"parent|repl|antwort|répon|respond|respuesta|rispo|odpow|ответ|@|↑|↩|⤴|in response", re.I
)
_LINKED_ELEMENTS = 80
_LEAST_DIGITS = 2  # of a class that is the name of a comment
_OTHER_NAMES = frozenset(("class", "href", "style", "title", "alt"))
_PERSON = re.compile(r"(?:user|author|member|uid|avatar|post|page|col|row)\w{0,8}[-_]", re.IGNORECASE)
Values = Callable[[PageFacts, Own], Iterator[str]]


def parents(page: PageFacts, own: Sequence[Own], names: Sequence[Sequence[str]]) -> list[int | None]:
    """Return for each item the place of the item that it answers, None where the page names none.

    What an attribute states goes before what the page shows by place, and that before what links and classes
    hint.
    """
    best = stated(page, own, _attribute_values, names)
    ways = (way(page, own) for way in _SHOWN)
    shown = next((found for found in ways if any(parent is not None for parent in found)), None)
    named = stated(page, own, _class_values, names)
    if shown is not None and all(n is not None for n, s in zip(named, shown, strict=True) if s is not None):
        shown = named  # classes that are the names of other comments tell more than how deep one is shown
    for found in (shown, None if shown is not None else stated(page, own, _hint_values, names)):
        if found is not None:
            best = [b if b is not None else f for b, f in zip(best, found, strict=True)]
    return without_circles(best)


def without_circles(found: Sequence[int | None]) -> list[int | None]:
    """Return the parents without those that lead back to where they began."""
    result = list(found)
    state = [0] * len(result)
    for start in range(len(result)):
        path = []
        here: int | None = start
        while here is not None and state[here] == 0:
            state[here] = 1
            path.append(here)
            here = result[here]
        if here is not None and state[here] == 1:
            result[path[-1]] = None
        for passed in path:
            state[passed] = 2
    return result


# --- the page names the parent ---


def identities(page: PageFacts, own: Sequence[Own], telling: Sequence[str] = ()) -> list[list[str]]:
    """Return the names that the page gives each item; those in the attributes `telling` come first."""
    return [list(dict.fromkeys(_names_of(page, o, telling))) for o in own]


def _names_of(page: PageFacts, own: Own, telling: Sequence[str]) -> Iterator[str]:
    root = page.tree.attributes[own.item.root]
    yield from (root[name] for name in telling if root.get(name))
    for element in _head_elements(own):
        attributes = page.tree.attributes[element]
        names = _ID_NAMES_SET.intersection(attributes) if attributes else ()
        for name in sorted(names, key=_ID_NAMES.index) if len(names) > 1 else names:
            value = attributes[name]
            if (name != "name" or page.tree.tags[element] == "a") and _DIGIT.search(value):
                yield value


def _head_elements(own: Own) -> Iterator[int]:
    """Yield the elements that may carry a comment's own attributes: its root and what begins with it."""
    seen = set()
    for element in (own.item.root, own.item.begin):
        if element not in seen:
            seen.add(element)
            yield element
    for number, element in enumerate(own.all_elements()):
        if number > 12:
            break
        if element not in seen:
            yield element


def stated(
    page: PageFacts, own: Sequence[Own], values: Values, names: Sequence[Sequence[str]]
) -> list[int | None]:
    """Return for each item the item whose name, or number, is the first of `values` that is one's.

    `names` are those of the items (see `identities`).
    """
    places: dict[str, int] = {}
    for i, known in enumerate(names):
        for name in known:
            places.setdefault(name, i)
    numbers: dict[str, int | None] = {}
    for name, i in places.items():
        for number in _NUMBER.findall(name)[-1:]:
            numbers[number] = i if numbers.get(number, i) == i else None
    return [_stated_parent(values(page, o), i, places, numbers) for i, o in enumerate(own)]


def _stated_parent(
    values: Iterator[str], i: int, places: dict[str, int], numbers: dict[str, int | None]
) -> int | None:
    for value in values:
        found = _resolved(value, places, numbers)
        if found is not None and found != i:
            return found
    return None


def _resolved(value: str, places: dict[str, int], numbers: dict[str, int | None]) -> int | None:
    value = value.strip().removeprefix("#")
    if value in places:
        return places[value]
    found = _NUMBER.findall(value)
    return numbers.get(found[-1]) if found else None


def _attribute_values(page: PageFacts, own: Own) -> Iterator[str]:
    """Yield what attributes such as data-parent-id say."""
    for number, element in enumerate(own.all_elements()):
        if number > _LINKED_ELEMENTS:
            break
        for name, value in page.tree.attributes[element].items():
            if name not in _OTHER_NAMES and _PARENT_NAME.search(name) and _IDENTITY.fullmatch(value.strip()):
                yield value


def _hint_values(page: PageFacts, own: Own) -> Iterator[str]:
    """Yield where links lead that say "in reply to", and classes that hold the number of a comment."""
    tree = page.tree
    for number, element in enumerate(own.all_elements()):
        if number > _LINKED_ELEMENTS:
            break
        address = tree.attributes[element].get("href", "")
        if "#" in address and _is_upward(page, element):
            yield address.rsplit("#", 1)[1]
    yield from _class_values(page, own)


def _class_values(page: PageFacts, own: Own) -> Iterator[str]:
    """Yield the classes of an item that hold a number, its own id left out."""
    attributes = page.tree.attributes[own.item.root]
    for token in attributes.get("class", "").split():
        is_own = token == attributes.get("id") or _PERSON.match(token)
        if sum(c.isdigit() for c in token) >= _LEAST_DIGITS and not is_own:
            yield token


def _is_upward(page: PageFacts, element: int) -> bool:
    """Return whether a link within the page leads to the comment that is answered."""
    attributes = page.tree.attributes[element]
    said = " ".join((page.tree.text(element), attributes.get("class", ""), attributes.get("title", "")))
    return len(said) < 200 and _UP_TEXT.search(said) is not None


# --- the page shows it by place ---


def _enclosing(_page: PageFacts, own: Sequence[Own]) -> list[int | None]:
    found: list[int | None] = [None] * len(own)
    stack: list[int] = []
    for i in sorted(range(len(own)), key=lambda k: (own[k].item.begin, -own[k].item.end)):
        while stack and own[stack[-1]].item.end <= own[i].item.begin:
            stack.pop()
        found[i] = stack[-1] if stack else None
        stack.append(i)
    return found


def _by_level(page: PageFacts, own: Sequence[Own]) -> list[int | None]:
    levels = _levels(page, own)
    if levels is None:
        return [None] * len(own)
    return from_levels(levels)


def from_levels(levels: Sequence[float]) -> list[int | None]:
    """Return the parents that depths in page order mean: the nearest item above that is less deep."""
    found: list[int | None] = []
    stack: list[int] = []
    for i, level in enumerate(levels):
        while stack and levels[stack[-1]] >= level:
            stack.pop()
        found.append(stack[-1] if stack else None)
        stack.append(i)
    return found


def _levels(page: PageFacts, own: Sequence[Own]) -> list[float] | None:
    """Return how deep each item is shown, by the best of the ways in which this page says so."""
    sources: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for i, o in enumerate(own):
        for name, value in _level_values(page, o, own[i - 1].item.begin if i else -1):
            sources[name].setdefault(i, value)
    best = None
    for name, values in sources.items():
        if len(values) < 0.9 * len(own) or len(set(values.values())) < 2:
            continue
        least = min(values.values())
        levels = [values.get(i, least) for i in range(len(own))]
        if levels[0] != least:
            continue
        rank = _SOURCE_RANK.index(name.split(" ")[0])
        if best is None or rank < best[0]:
            best = (rank, levels)
    return best[1] if best else None


_SOURCE_RANK = ("attribute", "class", "text", "shift", "spacer", "place")


def _level_values(page: PageFacts, o: Own, before: int) -> Iterator[tuple[str, float]]:
    """Yield how deep an item is shown, each time with the way in which the page says so."""
    for number, element in enumerate(_level_elements(page, o, before)):
        # Inside a comment, classes and attributes may tell the level of its author.
        if number == 0 or element < o.item.root or page.tree.tags[element] in ("td", "th"):
            yield from _named_levels(page.tree.attributes[element])
        yield from _shifts(page, element)
    for place in o.pieces[:6]:
        match = _LEVEL_TEXT.match(page.tree.pieces[place])
        if match is not None:
            yield "text", float(match[1])
    yield "place", float(page.tree.depths[o.item.begin])


def _named_levels(attributes: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    match = _LEVEL_CLASS.search(attributes.get("class", ""))
    if match is not None:
        yield "class", float(match[1])
    for name, value in attributes.items():
        if _LEVEL_NAMES.match(name) and value.strip().isdigit():
            yield f"attribute {name}", float(value)


def _shifts(page: PageFacts, element: int) -> Iterator[tuple[str, float]]:
    """Yield how far an element moves a comment to the right: by a margin, or by its width as a spacer."""
    tree, attributes = page.tree, page.tree.attributes[element]
    style = attributes.get("style", "")
    shift = _SHIFT.search(style)
    if shift is not None:
        yield f"shift {shift[2] or 'px'}", float(shift[1])
    width = _SHIFT_WIDTH.match(style) if style and not tree.pieces_of(element) else None
    if width is not None:
        yield "spacer style", float(width[1])
    if tree.tags[element] == "img" and not attributes.get("alt"):
        pixels = attributes.get("width", "")
        if pixels.isdigit() and "avatar" not in attributes.get("class", ""):
            yield "spacer img", float(pixels)


def _level_elements(page: PageFacts, o: Own, before: int) -> Iterator[int]:
    """Yield the elements whose attributes may tell a depth: the root, what begins with it, its first ones."""
    yield o.item.root
    for climbed, parent in enumerate(page.tree.ancestors(o.item.root)):
        if parent <= before or climbed > 4:
            break
        yield parent
    for number, element in enumerate(o.all_elements()):
        if number > 14:
            break
        if element != o.item.root:
            yield element


def _by_reply_class(page: PageFacts, own: Sequence[Own]) -> list[int | None]:
    """Read two levels where answers have a class of their own ("comment comment--indented")."""
    marked = [_is_marked_reply(page, o) for o in own]
    if not any(marked) or all(marked) or marked[0]:
        return [None] * len(own)
    return from_levels([float(m) for m in marked])


_SHOWN = (_enclosing, _by_level, _by_reply_class)


def _is_marked_reply(page: PageFacts, o: Own) -> bool:
    root = o.item.root
    tree = page.tree
    elements = [root]
    parent = tree.parents[root]
    if parent >= 0:
        elements.append(parent)
    return any(_names_reply(tree.attributes[e].get("class", "")) for e in elements)


_REPLY_TOKEN = re.compile(
    r"(?:^|[\s_-])(?:reply|replies|answer|antwort|response|child|children|indented|indent|sub-?comment|nested|sub"
    r"|respuesta|reponse|risposta|odpowiedz)(?:$|\s|-item|-comment|_item)",
    re.I,
)


def _names_reply(classes: str) -> bool:
    return _REPLY_TOKEN.search(classes) is not None
