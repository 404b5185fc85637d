"""Which parts of a page are its comments: the repeated structure that carries times, names and texts."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from threads.parse.headers import LONGEST_NAME, is_name
from threads.parse.page.marks import Line, Mark, kind_of
from threads.parse.page.tree import Tree
from threads.parse.page.vocabulary import Role, is_noise, roles
from threads.parse.page_words import is_button_line, is_mark_line

_HIGHEST_CLIMB = 14
_CONTAINER_CLIMB = 8
_MOST_SETS = 24
_MOST_HEADER_LINES = 3
_MOST_KINDS = 5
_LOOKED_AT = 40  # elements of a kind that tell what the kind holds


class Item(NamedTuple):
    """A comment's place: elements from `begin` up to, not including, `end`, and pieces from `first` to `last`.

    `anchor` is its time or name, and `root` the element whose attributes speak for the whole comment.
    """

    begin: int
    end: int
    first: int
    last: int
    anchor: int
    root: int


def item_of(tree: Tree, root: int, anchor: int) -> Item:
    """Return the item that is one element."""
    return Item(root, tree.ends[root], tree.first_pieces[root], tree.last_pieces[root], anchor, root)


@dataclass(slots=True)
class PageFacts:
    """A page with what every later step asks of it."""

    tree: Tree
    lines: list[Line]
    marks: list[Mark]
    line_of: list[int]
    roles: list[Role]
    noise: list[bool]
    url: str | None = None


def facts(tree: Tree, page_lines: list[Line], page_marks: list[Mark], url: str | None = None) -> PageFacts:
    """Return the page with the roles that its classes, ids and attributes name."""
    line_of = [0] * len(tree.pieces)
    for number, line in enumerate(page_lines):
        for place in range(line.first, line.last):
            line_of[place] = number
    own = [_own_roles(a) if a else Role.NONE for a in tree.attributes]
    noise = [bool(a) and is_noise(a.get("class", "")) for a in tree.attributes]
    return PageFacts(tree, page_lines, page_marks, line_of, own, noise, url)


def _own_roles(attributes) -> Role:  # noqa
    found = Role.NONE
    for name in ("class", "id", "itemprop", "rel", "itemtype", "property", "data-role", "data-testid", "role"):
        value = attributes.get(name)
        if value:
            found |= roles(value)
    return found


# --- from anchors to items ---


def items_around(page: PageFacts, anchors: Sequence[int]) -> list[Item]:
    """Return one item for each anchor: the element around it that stands for one comment.

    `anchors` are elements in page order, of which none contains another.
    """
    tree = page.tree
    roots = _roots_of_kinds(page, anchors)
    items = [
        item_of(tree, _exclusive_root(page, anchors, i) if root is None else root, anchor)
        for i, (anchor, root) in enumerate(zip(anchors, roots, strict=True))
    ]
    if _are_headers_only(page, items):
        return _runs(page, items)
    return [
        _with_following(page, items, k) if _is_bare(page, item) else item for k, item in enumerate(items)
    ]


def _roots_of_kinds(page: PageFacts, anchors: Sequence[int]) -> list[int | None]:
    """Return for each anchor the element of the kind, or the few kinds, that hold exactly one anchor each.

    What a comment holds inside another comment of that kind counts for the inner one, so that the kind of
    whole comments is found even where answers stand inside what they answer.
    """
    if len(anchors) < 2:
        return [None] * len(anchors)
    paths = [_path(page, anchor) for anchor in anchors]
    chosen: list[str] = []
    roots: list[int | None] = [None] * len(anchors)
    covered = 0
    while covered < len(anchors) and len(chosen) < _MOST_KINDS:
        best = _next_kind(page, anchors, paths, chosen)
        if best is None or best[0] <= covered:
            break
        covered, name = best
        chosen.append(name)
        if len(chosen) == 1 and covered < len(anchors):
            continue
        if covered >= 0.98 * len(anchors):
            break
    for i, path in enumerate(paths):
        roots[i] = next((e for name, e in path if name in chosen), None)
    counts = Counter(r for r in roots if r is not None)
    return [r if r is not None and counts[r] == 1 else _first_of(roots, i) for i, r in enumerate(roots)]


def _first_of(roots: Sequence[int | None], i: int) -> int | None:
    """Return the root of anchor `i` if it is the first anchor there: later ones have no element of their own."""
    root = roots[i]
    return root if root is not None and (i == 0 or roots[i - 1] != root) else None


def _path(page: PageFacts, anchor: int) -> list[tuple[str, int]]:
    """Return the elements around an anchor with their kinds, the nearest of each kind only."""
    tree = page.tree
    found: dict[str, int] = {}
    for climbed, element in enumerate(tree.ancestors(anchor)):
        if climbed >= _HIGHEST_CLIMB or tree.tags[element] in ("body", "html"):
            break
        found.setdefault(kind_of(tree, element), element)
    return list(found.items())


def _next_kind(
    page: PageFacts, anchors: Sequence[int], paths: Sequence[list[tuple[str, int]]], chosen: Sequence[str]
) -> tuple[int, str] | None:
    """Return the kind that, beside those chosen, gives the most anchors an element of their own."""
    ones: Counter[str] = Counter()
    heights: Counter[str] = Counter()
    for name in {name for path in paths for name, _ in path} - set(chosen):
        wanted = {*chosen, name}
        nearest = [next((e for kind, e in path if kind in wanted), None) for path in paths]
        counts = Counter(e for e in nearest if e is not None)
        ones[name] = sum(count == 1 for count in counts.values())
        heights[name] = sum(page.tree.depths[e] for e in counts) // max(1, len(counts))
    full = [name for name in ones if not _is_bare_kind(page, anchors, paths, name)]
    if not full:
        return None
    most = max(ones[name] for name in full)
    best = min((n for n in full if ones[n] >= 0.97 * most), key=lambda n: (heights[n], n))
    return ones[best], best


def _is_bare_kind(
    page: PageFacts, anchors: Sequence[int], paths: Sequence[list[tuple[str, int]]], name: str
) -> bool:
    """Return whether most elements of a kind hold no more than the header of a comment."""
    bare = total = 0
    for anchor, path in list(zip(anchors, paths, strict=True))[:_LOOKED_AT]:
        element = next((e for kind, e in path if kind == name), None)
        if element is not None:
            total += 1
            bare += _is_bare(page, item_of(page.tree, element, anchor))
    return bare > 0.6 * total


def _exclusive_root(page: PageFacts, anchors: Sequence[int], i: int) -> int:
    """Return the highest element around an anchor that holds no other one."""
    tree = page.tree
    before = anchors[i - 1] if i else -1
    after = anchors[i + 1] if i + 1 < len(anchors) else len(tree.tags)
    root = anchors[i]
    alone = len(anchors) == 1
    for climbed, parent in enumerate(tree.ancestors(root)):
        if parent <= before or tree.ends[parent] > after or tree.tags[parent] in ("body", "html", "main"):
            break
        if climbed > _HIGHEST_CLIMB or (alone and _is_container(page, parent)):
            break
        root = parent
    return root


def _is_container(page: PageFacts, element: int) -> bool:
    tree = page.tree
    if page.roles[element] & Role.COMMENTS and not tree.attributes[element].get("id", "")[-1:].isdigit():
        return True
    return any(
        tree.tags[k] in ("h1", "textarea", "article") or page.roles[k] & Role.FORM
        for k in range(element + 1, min(tree.ends[element], element + 400))
    )


def _are_headers_only(page: PageFacts, items: Sequence[Item]) -> bool:
    bare = sum(_is_bare(page, item) for item in items)
    return len(items) >= 2 and bare > 0.6 * len(items)


def _is_bare(page: PageFacts, item: Item) -> bool:
    """Return whether an item has no text beside the line of its anchor and what may stand around that."""
    header = {page.line_of[p] for p in page.tree.pieces_of(item.anchor)}
    others: dict[int, None] = {}
    for place in range(item.first, item.last):
        if page.line_of[place] not in header:
            others[page.line_of[place]] = None
            if len(others) > _MOST_HEADER_LINES:
                return False
    return all(_may_head(page.lines[number].text) for number in others)


def _may_head(text: str) -> bool:
    return len(text) <= LONGEST_NAME and (
        is_name(text, said=text.endswith(":")) or is_button_line(text) or is_mark_line(text)
    )


def _runs(page: PageFacts, items: Sequence[Item]) -> list[Item]:
    """Return items that reach from one header to the next: <dt> and <dd>, rows of a table, plain siblings."""
    return [_with_following(page, items, k) for k in range(len(items))]


def _with_following(page: PageFacts, items: Sequence[Item], k: int) -> Item:
    tree, item = page.tree, items[k]
    if len(items) == 1:
        return item
    parent = tree.parents[item.begin]
    end = tree.ends[parent] if parent >= 0 else len(tree)
    last = tree.last_pieces[parent] if parent >= 0 else len(tree.pieces)
    limit = items[k + 1].begin if k + 1 < len(items) else _usual_end(page, items)
    if limit < end:
        end = max(limit, item.end)
        last = max(tree.first_pieces[end] if end < len(tree) else len(tree.pieces), item.last)
    return item._replace(end=end, last=last)


def _usual_end(page: PageFacts, items: Sequence[Item]) -> int:
    """Return where the last of several runs ends: after as many siblings as runs before it had."""
    tree = page.tree
    sizes = Counter(
        sum(1 for _ in _siblings(tree, a.begin, b.begin))
        for a, b in zip(items, items[1:], strict=False)
        if tree.parents[a.begin] == tree.parents[b.begin]
    )
    if not sizes or len(items) < 2:
        return len(tree)
    most = max(sizes, key=lambda size: (sizes[size], -size))
    end = items[-1].end
    for number, sibling in enumerate(_siblings(tree, items[-1].begin, len(tree))):
        if number >= most:
            break
        end = tree.ends[sibling]
    return end


def _siblings(tree: Tree, first: int, before: int) -> Iterable[int]:
    parent = tree.parents[first]
    stop = min(before, tree.ends[parent] if parent >= 0 else len(tree))
    while first < stop:
        yield first
        first = tree.ends[first]


# --- own content ---


def own_ranges(bounds: Sequence[tuple[int, int]]) -> list[list[range]]:
    """Return for each range what is left of it when those inside it are taken out.

    `bounds` are (start, stop) pairs of which any two are apart or one inside the other.
    """
    order = sorted(range(len(bounds)), key=lambda k: (bounds[k][0], -bounds[k][1]))
    found: list[list[range]] = [[] for _ in bounds]
    stack: list[int] = []
    position = 0
    for k in [*order, -1]:
        start = bounds[k][0] if k >= 0 else max((stop for _, stop in bounds), default=0)
        while stack and (k < 0 or bounds[stack[-1]][1] <= start):
            top = stack.pop()
            _add(found[top], max(position, bounds[top][0]), bounds[top][1])
            position = max(position, bounds[top][1])
        if k >= 0:
            if stack:
                _add(found[stack[-1]], max(position, bounds[stack[-1]][0]), start)
            position = max(position, start)
            stack.append(k)
    return found


def _add(ranges: list[range], start: int, stop: int) -> None:
    if start < stop:
        ranges.append(range(start, stop))


def own_pieces(items: Sequence[Item]) -> list[list[int]]:
    """Return for each item the places of its pieces of text, those of items inside it left out."""
    ranges = own_ranges([(item.first, item.last) for item in items])
    return [[place for part in own for place in part] for own in ranges]


def own_elements(items: Sequence[Item]) -> list[list[range]]:
    """Return for each item the ranges of its elements, those of items inside it left out."""
    return own_ranges([(item.begin, item.end) for item in items])


# --- which anchors ---


def anchor_sets(page: PageFacts) -> list[list[int]]:
    """Return sets of elements of one kind that may each stand for a comment: times, then names."""
    by_kind: defaultdict[str, list[int]] = defaultdict(list)
    for mark in page.marks:
        by_kind[kind_of(page.tree, mark.element)].append(mark.element)
    sets = [_outermost(page.tree, elements) for elements in by_kind.values()]
    names: defaultdict[str, list[int]] = defaultdict(list)
    for element, role in enumerate(page.roles):
        if role & Role.AUTHOR and not role & (Role.TIME | Role.FORM | Role.AVATAR):
            names[kind_of(page.tree, element)].append(element)
    sets += [_outermost(page.tree, elements) for elements in names.values()]
    sets.sort(key=len, reverse=True)
    return sets[:_MOST_SETS]


def _outermost(tree: Tree, elements: Sequence[int]) -> list[int]:
    kept: list[int] = []
    for element in sorted(set(elements)):
        if not kept or element >= tree.ends[kept[-1]]:
            kept.append(element)
    return kept


def within(sorted_places: Sequence[int], begin: int, end: int) -> range:
    """Return the range of indices of `sorted_places` that lie from `begin` up to, not including, `end`."""
    return range(bisect_left(sorted_places, begin), bisect_left(sorted_places, end))
