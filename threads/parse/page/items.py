"""Which parts of a page are its comments: the repeated structure that carries times, names and texts."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from threads.parse.page.marks import Line, Mark, kind_of
from threads.parse.page.texts import LONGEST_NAME, is_button, is_mark, is_name
from threads.parse.page.tree import Tree
from threads.parse.page.vocabulary import Role, is_noise, like_names, roles

_HIGHEST_CLIMB = 14
_CONTAINER_CLIMB = 8
_MOST_SETS = 60
_MOST_HEADER_LINES = 3
_MOST_KINDS = 4
_MOST_NAMES = 16
_LOOKED_AT = 8  # elements of a kind that tell what the kind holds


class Item(NamedTuple):
    """A comment's place: elements from `begin` up to, not including, `end`; pieces from `first` to `last`.

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
    roles: list[int]
    noise: list[bool]
    kinds: list[str]
    names: list[tuple[str, ...]]
    comment_elements: list[int]
    post_elements: list[int]


def facts(tree: Tree, page_lines: list[Line], page_marks: list[Mark]) -> PageFacts:
    """Return the page with the roles that its classes, ids and attributes name."""
    line_of = [0] * len(tree.pieces)
    for number, line in enumerate(page_lines):
        for place in range(line.first, line.last):
            line_of[place] = number
    own = [_own_roles(a) if a else Role.NONE for a in tree.attributes]
    noise = [bool(a) and is_noise(a.get("class", "")) for a in tree.attributes]
    kinds = [kind_of(tree, element) for element in range(len(tree))]
    posts = [element for element, role in enumerate(own) if role & Role.POST]
    speaking = [element for element, role in enumerate(own) if role & Role.COMMENT]
    names = [_names(tree, element, kinds[element]) for element in range(len(tree))]
    return PageFacts(tree, page_lines, page_marks, line_of, own, noise, kinds, names, speaking, posts)


def _names(tree: Tree, element: int, own_kind: str) -> tuple[str, ...]:
    """Return the names that an element shares with its like, its kind where it has none."""
    attributes = tree.attributes[element]
    if not attributes:
        return (own_kind,)
    return like_names(tree.tags[element], attributes.get("class", ""), attributes.get("id", "")) or (
        own_kind,
    )


_NAMING = frozenset(
    ("class", "id", "itemprop", "rel", "itemtype", "property", "data-role", "data-testid", "role")
)


def _own_roles(attributes: Mapping[str, str]) -> int:
    found = Role.NONE
    for name in _NAMING.intersection(attributes):
        found |= roles(attributes[name])
    return found


# --- from anchors to items ---


def items_around(page: PageFacts, anchors: Sequence[int], *, heads: bool = True) -> list[Item]:
    """Return one item for each anchor: the element around it that stands for one comment.

    `anchors` are elements in page order, of which none contains another. Only anchors that are `heads`
    (times, names) may begin a comment that has no element of its own.
    """
    tree = page.tree
    roots = _roots(page, anchors)
    have_one = sum(root is not None for root in roots)
    if heads and have_one < 0.8 * len(roots) and (rows := _header_elements(page, anchors)):
        return _runs(page, rows)
    most_have_one = have_one >= 0.8 * len(roots)
    items = [
        item_of(tree, _exclusive_root(page, anchors, i) if root is None else root, anchor)
        for i, (anchor, root) in enumerate(zip(anchors, roots, strict=True))
        if root is not None or not most_have_one
    ]
    if _are_headers_only(page, items):
        return _runs(page, items) if heads else []
    if not heads:
        return items
    return [_with_following(page, items, k) if _is_bare(page, item) else item for k, item in enumerate(items)]


def _roots(page: PageFacts, anchors: Sequence[int]) -> list[int | None]:
    """Return for each anchor the element of the kind, or the few kinds, that hold exactly one anchor each.

    What a comment holds inside another comment of that kind counts for the inner one, so that the kind of
    whole comments is found even where answers stand inside what they answer.
    """
    if len(anchors) < 2:
        return [None] * len(anchors)
    paths = [_path(page, anchor) for anchor in anchors]
    names = _telling_names(page, anchors, paths)
    chosen: list[str] = []
    covered = 0
    while names and covered < 0.98 * len(anchors) and len(chosen) < _MOST_KINDS:
        best, ones = _next_name(page, paths, names, chosen)
        if ones <= covered + (len(chosen) > 0) * 0.02 * len(anchors):
            break
        covered = ones
        chosen.append(best)
    roots = [_nearest(path, chosen) for path in paths]
    return [root if root is None or i == 0 or roots[i - 1] != root else None for i, root in enumerate(roots)]


def _header_elements(page: PageFacts, anchors: Sequence[int]) -> list[Item]:
    """Return the elements of one name that hold one anchor each and just a header, if nearly all have one."""
    paths = [_path(page, anchor) for anchor in anchors]
    names = Counter(name for path in paths for name in path)
    found: list[Item] = []
    for name, count in names.most_common(_MOST_NAMES):
        roots = {path[name] for path in paths if name in path}
        if (
            count < 0.95 * len(anchors)
            or len(roots) != count
            or not _is_bare_name(page, anchors, paths, name)
        ):
            continue
        items = [item_of(page.tree, p[name], a) for a, p in zip(anchors, paths, strict=True) if name in p]
        if not found or page.tree.depths[items[0].root] < page.tree.depths[found[0].root]:
            found = items
    return found if len(found) > 1 else []


def _path(page: PageFacts, anchor: int) -> dict[str, int]:
    """Return the nearest element of each name around an anchor."""
    found: dict[str, int] = {}
    for climbed, element in enumerate(page.tree.ancestors(anchor)):
        if climbed >= _HIGHEST_CLIMB or page.tree.tags[element] in ("body", "html"):
            break
        for name in page.names[element]:
            if name not in found:
                found[name] = element
    return found


def _nearest(path: dict[str, int], names: Sequence[str]) -> int | None:
    return max((path[name] for name in names if name in path), default=None)


def _telling_names(page: PageFacts, anchors: Sequence[int], paths: Sequence[dict[str, int]]) -> list[str]:
    """Return the names of elements that hold one anchor and more than a header, the best first."""
    counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for path in paths:
        for name, element in path.items():
            counts[name][element] += 1
    ones = {name: sum(c == 1 for c in elements.values()) for name, elements in counts.items()}
    good = sorted((name for name in ones if ones[name] > 0), key=lambda name: (-ones[name], name))
    return [name for name in good[:_MOST_NAMES] if not _is_bare_name(page, anchors, paths, name)]


def _next_name(
    page: PageFacts, paths: Sequence[dict[str, int]], names: Sequence[str], chosen: Sequence[str]
) -> tuple[str, int]:
    """Return the name that gives the most anchors an element of their own beside those chosen; how many."""
    ones: dict[str, int] = {}
    depths: dict[str, float] = {}
    for name in names:
        counts = Counter(e for path in paths if (e := _nearest(path, [*chosen, name])) is not None)
        ones[name] = sum(count == 1 for count in counts.values())
        depths[name] = sum(page.tree.depths[e] for e in counts) / max(1, len(counts))
    most = max(ones.values())
    best = min((name for name in names if ones[name] >= 0.97 * most), key=lambda name: (depths[name], name))
    return best, ones[best]


def _is_bare_name(
    page: PageFacts, anchors: Sequence[int], paths: Sequence[dict[str, int]], name: str
) -> bool:
    """Return whether most elements of a name hold no more than the header of a comment."""
    held = [(a, path[name]) for a, path in zip(anchors, paths, strict=True) if name in path][:_LOOKED_AT]
    return sum(_is_bare(page, item_of(page.tree, element, a)) for a, element in held) > 0.6 * len(held)


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
    role = page.roles[element]
    if role & Role.COMMENTS and not role & Role.COMMENT:
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
        is_name(text, said=text.endswith(":")) or is_button(text) or is_mark(text)
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
        for a, b in pairwise(items)
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


def anchor_sets(page: PageFacts) -> list[tuple[list[int], bool]]:
    """Return sets of elements of one kind that may each stand for a comment, and whether they head it.

    Times and names head a comment, texts do not.
    """
    times = _by_kind(page, [mark.element for mark in page.marks])
    names = _by_kind(page, [e for e, role in enumerate(page.roles) if _names_author(role)])
    texts = _by_kind(page, [e for e, role in enumerate(page.roles) if _names_text(role)])
    sets = [(elements, True) for elements in (*times, *names)] + [(elements, False) for elements in texts]
    sets.sort(key=lambda pair: -len(pair[0]))
    several, single = ([pair for pair in sets if (len(pair[0]) > 1) == many] for many in (True, False))
    return several[:_MOST_SETS] + single[:_MOST_SETS]


def _names_author(role: int) -> bool:
    return bool(role & Role.AUTHOR) and not role & (Role.TIME | Role.FORM | Role.AVATAR)


def _names_text(role: int) -> bool:
    return bool(role & Role.BODY) and bool(role & (Role.COMMENT | Role.POST)) and not role & Role.FORM


def _by_kind(page: PageFacts, elements: Sequence[int]) -> list[list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for element in elements:
        for name in {page.kinds[element], *page.names[element]}:
            found[name].append(element)
    outermost = {tuple(_outermost(page.tree, like)) for like in found.values()}
    return [list(like) for like in sorted(outermost)]


def _outermost(tree: Tree, elements: Sequence[int]) -> list[int]:
    kept: list[int] = []
    for element in sorted(set(elements)):
        if not kept or element >= tree.ends[kept[-1]]:
            kept.append(element)
    return kept


def within(sorted_places: Sequence[int], begin: int, end: int) -> range:
    """Return the range of indices of `sorted_places` that lie from `begin` up to, not including, `end`."""
    return range(bisect_left(sorted_places, begin), bisect_left(sorted_places, end))
