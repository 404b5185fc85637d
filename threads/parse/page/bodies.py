"""What each comment says: the kind of element that holds the text and nothing else on most of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from threads.parse.page.items import PageFacts
from threads.parse.page.own import CONTROLS, LONGEST_NAME, Fields, Own
from threads.parse.page.texts import is_button, is_mark, likes
from threads.parse.page.vocabulary import Role
from threads.parse.page_words import count_alone, words

_BODY_CLIMB = 12
_LONGEST_BAR = 200
_FEW = 4
_LONGEST_LABEL = 60
_FLOW_TAGS = words("p ul ol li blockquote pre")
_NUMBERS = re.compile(r"\d+")


def choose_bodies(page: PageFacts, own: Sequence[Own], found: Sequence[Fields]) -> None:
    """Set the pieces of text of every item; its times and author must have been chosen."""
    constant = _constant_texts(page, own)
    # People may well say the same: what would leave a comment without text is no label.
    rests = [
        _rest(page, o, f, constant) or _rest(page, o, f, frozenset()) for o, f in zip(own, found, strict=True)
    ]
    weights = [_weights(page, o, f, rest) for o, f, rest in zip(own, found, rests, strict=True)]
    ranks = _body_ranks(page, weights, rests)
    for fields, rest, inside in zip(found, rests, weights, strict=True):
        body = rest
        best = max((ranks.get(page.kinds[e], 0.0), e) for e in inside) if inside else (0.0, -1)
        if best[0] > 0:
            like = [page.tree.pieces_of(e) for e in inside if page.kinds[e] == page.kinds[best[1]]]
            held = [p for p in rest if any(p in pieces for pieces in like)]
            body = (
                held
                if _size(page, held) >= 0.5 * _size(page, rest) or page.roles[best[1]] & Role.BODY
                else rest
            )
        fields.body = _trimmed(page, body, fields)


def _constant_texts(page: PageFacts, own: Sequence[Own]) -> frozenset[str]:
    """Return the texts that most items have, whatever the numbers in them: labels of the page."""
    if len(own) < _FEW:
        return frozenset()
    counts: Counter[str] = Counter()
    for o in own:
        counts.update({_outline(page, p) for p in o.pieces if len(page.tree.pieces[p]) <= _LONGEST_LABEL})
    return frozenset(text for text, count in counts.items() if count >= 0.6 * len(own))


def _outline(page: PageFacts, place: int) -> str:
    return _NUMBERS.sub("0", page.tree.pieces[place].strip())


def _size(page: PageFacts, places: Sequence[int]) -> int:
    return sum(len(page.tree.pieces[p]) for p in places)


def _rest(page: PageFacts, own: Own, fields: Fields, constant: frozenset[str]) -> list[int]:
    """Return the pieces of an item that are neither its header nor something to click."""
    tree = page.tree
    header = _header_pieces(page, fields)
    noisy: dict[int, bool] = {}
    return [
        place
        for place in own.pieces
        if place not in header
        and _outline(page, place) not in constant
        and not _is_noise(page, tree.owners[place], max(own.item.begin, own.item.root), noisy)
    ]


def _header_pieces(page: PageFacts, fields: Fields) -> set[int]:
    tree = page.tree
    header: set[int] = set()
    if fields.author_element >= 0:
        header.update(tree.pieces_of(fields.author_element))
    for mark in fields.marks:
        if mark is not fields.mark and mark.line >= 0:
            continue
        if mark.line >= 0:
            line = page.lines[mark.line]
            if len(line.text) - (mark.end - mark.begin) <= LONGEST_NAME + 20:
                header.update(range(line.first, line.last))
        elif len(tree.pieces_of(mark.element)) <= 3:
            header.update(tree.pieces_of(mark.element))
    return header


def _is_noise(page: PageFacts, element: int, top: int, known: dict[int, bool]) -> bool:
    """Return whether text in an element is for clicking rather than for reading."""
    path = []
    result = False
    while element > top:
        if element in known:
            result = known[element]
            break
        path.append(element)
        aside = page.noise[element] or _is_badge(page.roles[element])
        if page.tree.tags[element] in CONTROLS or (aside and _is_short(page, element)):
            result = True
            break
        element = page.tree.parents[element]
    for passed in path:
        known[passed] = result
    return result


def _is_badge(role: int) -> bool:
    """Return whether a class names facts about the author: a rank, a place, how many posts."""
    return bool(role & Role.BADGE) and not role & (Role.BODY | Role.AUTHOR | Role.TIME | Role.COMMENT)


def _is_short(page: PageFacts, element: int) -> bool:
    """Return whether an element holds no more text than a bar of buttons does."""
    return sum(len(page.tree.pieces[p]) for p in page.tree.pieces_of(element)) <= _LONGEST_BAR


def _weights(page: PageFacts, own: Own, fields: Fields, rest: Sequence[int]) -> dict[int, int]:
    """Return how many characters of the rest stand in each element that holds no part of the header."""
    tree = page.tree
    header = {e for e in (fields.author_element, fields.mark.element if fields.mark else -1) if e >= 0}
    weights: Counter[int] = Counter()
    for place in rest:
        size = len(tree.pieces[place])
        element = tree.owners[place]
        for _ in range(_BODY_CLIMB):
            if element <= own.item.begin:
                break
            weights[element] += size
            element = tree.parents[element]
    return {e: w for e, w in weights.items() if not any(e <= h < tree.ends[e] for h in header)}


def _body_ranks(
    page: PageFacts, weights: Sequence[dict[int, int]], rests: Sequence[Sequence[int]]
) -> dict[str, float]:
    """Return how well each kind of element holds the text of a comment, and nothing else."""
    shares: defaultdict[str, float] = defaultdict(float)
    counts: Counter[str] = Counter()
    items: Counter[str] = Counter()
    depth: dict[str, int] = {}
    bodies: dict[str, bool] = {}
    for inside, rest in zip(weights, rests, strict=True):
        total = sum(len(page.tree.pieces[p]) for p in rest) or 1
        best: dict[str, float] = {}
        for element, weight in inside.items():
            name = page.kinds[element]
            counts[name] += 1
            best[name] = max(best.get(name, 0.0), weight / total)
            depth.setdefault(name, page.tree.depths[element])
        for name, share in best.items():
            role = next((page.roles[e] for e in inside if page.kinds[e] == name), Role.NONE)
            bodies[name] = bool(role & Role.BODY)
            shares[name] += share * (1.25 if role & Role.BODY else 1.0)
            items[name] += 1
    enough = 0.5 * sum(bool(w) for w in weights)
    return {
        name: share + 0.001 * depth[name]
        for name, share in shares.items()
        if share >= (0.6 * enough if bodies[name] else enough) and counts[name] <= 1.3 * items[name]
    }


def _trimmed(page: PageFacts, body: Sequence[int], fields: Fields) -> list[int]:
    """Return the pieces without the lines at either end that hold only buttons, marks or counts."""
    groups: list[list[int]] = []
    for place in body:
        if groups and page.line_of[groups[-1][0]] == page.line_of[place]:
            groups[-1].append(place)
        else:
            groups.append([place])
    texts = ["".join(page.tree.pieces[p] for p in group).strip() for group in groups]
    begin, end = 0, len(groups)
    while begin < end and (_is_around(texts[begin]) or texts[begin] == fields.author):
        begin += 1
    while end > begin and (
        _is_around(texts[end - 1]) or (end - begin > 1 and count_alone(texts[end - 1]) is not None)
    ):
        fields.likes = likes(texts[end - 1]) if fields.likes is None else fields.likes
        end -= 1
    if begin == end:
        begin, end = 0, len(groups)
    return [place for group in groups[begin:end] for place in group]


def _is_around(text: str) -> bool:
    return not text or is_button(text) or is_mark(text) or likes(text) is not None
