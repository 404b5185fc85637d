"""Who, when and what: the fields of each comment, chosen for all comments of a page together.

What stands in the same kind of element on most comments decides; a single comment's own words only where it
differs from the others.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from threads.parse.page.items import Item, PageFacts, own_elements, own_pieces
from threads.parse.page.marks import Mark
from threads.parse.page.texts import is_button, is_mark, is_name, likes, split_name
from threads.parse.page.vocabulary import Role
from threads.parse.page_words import count_alone, words

LONGEST_NAME = 80
_BODY_CLIMB = 12
_LONGEST_BAR = 200
_FEW = 4
_LONGEST_LABEL = 60
_LONGEST_COUNT = 30
_BESIDE = 0.6  # a name in the line of the time, against the points of other places
_PROFILE = re.compile(
    r"(?:^|[/?&;=._~-])(?:users?|profiles?|profil|members?|author|people|person|u|benutzer|mitglied(?:er)?|utilisateur"
    r"|membre|usuario|perfil|uzytkownik|uzivatel|account|gebruiker|forummember|memberlist|by|@[\w.]+)(?:$|[/?&;=._-])|/~[\w.-]+/?$"
)
_USER_IN_ADDRESS = re.compile(
    r"/(?:user|users|u|profile|member|members|author|people)/(@?[^/?#]{2,40})/?(?:[?#]|$)"
)
# What stands before a name and is none.
_LABELS = words(
    """
    by from von par por de da di door przez av af author autor auteur autore name nom nombre nome naam
    nick user username posted written said says on at um le el am 投稿者 作者 名前 от автор
    """
) | {"posted by", "written by", "comment by", "kommentar von", "posté par", "escrito por", "said on"}
_NAME_TAGS = words("cite strong b h3 h4 h5 h6 a")
_NOISE_TAGS = words("button label input form nav menu noscript summary")
_FLOW_TAGS = words("p ul ol li blockquote pre")
_NUMBERS = re.compile(r"\d+")
_LABEL_END = re.compile(r"\s+|：")
_NUMBERED = re.compile(r"^#?\d{1,5}[.)：:]?\s+(?=\S)")


@dataclass(slots=True)
class Fields:
    """What was found of one comment: its time, the name and its element, and its pieces of text."""

    mark: Mark | None = None
    author: str | None = None
    author_element: int = -1
    reply_to: str | None = None
    body: list[int] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    likes: int | None = None


@dataclass(slots=True)
class Own:
    """What belongs to one item and to none inside it."""

    item: Item
    pieces: list[int]
    elements: list[range]
    marks: list[Mark]

    def all_elements(self) -> Iterator[int]:
        """Yield the item's own elements in page order."""
        for part in self.elements:
            yield from part


def owned(page: PageFacts, items: Sequence[Item]) -> list[Own]:
    """Return what belongs to each item alone."""
    pieces, elements = own_pieces(items), own_elements(items)
    places = [mark.element for mark in page.marks]
    found = []
    for item, own, ranges in zip(items, pieces, elements, strict=True):
        marks = [
            page.marks[i]
            for part in ranges
            for i in range(bisect_left(places, part.start), bisect_left(places, part.stop))
        ]
        found.append(Own(item, own, ranges, marks))
    return found


def read_fields(page: PageFacts, own: Sequence[Own]) -> list[Fields]:
    """Return the fields of every item, in the same order."""
    found = [Fields(marks=o.marks) for o in own]
    _choose_times(page, own, found)
    _choose_authors(page, own, found)
    _choose_bodies(page, own, found)
    for o, fields in zip(own, found, strict=True):
        fields.likes = _likes(page, o) if fields.likes is None else fields.likes
    return found


def _likes(page: PageFacts, own: Own) -> int | None:
    """Return the likes that a short text counts, or a number alone where its class speaks of votes."""
    tree = page.tree
    for place in own.pieces:
        text = tree.pieces[place].strip()
        if len(text) > _LONGEST_COUNT or not _NUMBERS.search(text):
            continue
        owner = tree.owners[place]
        is_vote = (page.roles[owner] | page.roles[max(0, tree.parents[owner])]) & Role.VOTES
        count = likes(text) if likes(text) is not None else count_alone(text) if is_vote else None
        if count is not None:
            return count
    return None


# --- when ---


def _choose_times(page: PageFacts, own: Sequence[Own], found: Sequence[Fields]) -> None:
    coverage: Counter[str] = Counter()
    for o in own:
        coverage.update({page.kinds[mark.element] for mark in o.marks})
    for o, fields in zip(own, found, strict=True):
        if o.marks:
            fields.mark = max(o.marks, key=lambda m: (_time_rank(page, coverage, m), -m.element))


def _time_rank(page: PageFacts, coverage: Counter[str], mark: Mark) -> float:
    stamp = mark.machine or mark.stamp
    weak = stamp is not None and mark.machine is None and stamp.is_weak
    said = bool(page.roles[mark.element] & Role.TIME) or page.tree.tags[mark.element] == "time"
    count = coverage[page.kinds[mark.element]]
    # What is only in an attribute may be the time of something else, such as the last change.
    return count * (1.0 + 0.3 * said - 0.5 * weak - 0.4 * (mark.stamp is None))


# --- who ---


def _choose_authors(page: PageFacts, own: Sequence[Own], found: Sequence[Fields]) -> None:
    candidates = [_names(page, o, f) for o, f in zip(own, found, strict=True)]
    ranks = _name_ranks(page, candidates)
    beside = [_name_beside_time(page, f) for f in found]
    told = [name for name in beside if name is not None]
    beside_rank = _BESIDE + (len(told) + sum(led for _, _, led in told)) / max(1, len(own))
    for o, fields, names, line in zip(own, found, candidates, beside, strict=True):
        best = max(names, key=lambda e: (ranks[page.kinds[e]], len(names[e]) > 1, -e), default=None)
        rank = -9.0 if best is None else ranks[page.kinds[best]]
        inner = None if line is None else _inner_name(page, names, line[0])
        if inner is not None and beside_rank > rank:
            best, within = inner, True
        else:
            within = False
        if line is not None and beside_rank > rank and not within and fields.mark is not None:
            fields.author, fields.reply_to, _ = line
            fields.author_element = fields.mark.element
        elif best is not None and (within or rank >= 1.0):
            _set_author(fields, names[best], best)
        if fields.author is None:
            _author_in_address(page, o, fields)
    _strip_label(found)


def _inner_name(page: PageFacts, names: dict[int, str], line: str) -> int | None:
    """Return the element that shows no more than the name at the end of a line: "Commento di <b>Ann</b>"."""
    ends = [e for e, text in names.items() if line.endswith(text) and page.tree.tags[e] in _NAME_TAGS]
    return ends[0] if ends else None


def _strip_label(found: Sequence[Fields]) -> None:
    """Take off the words that stand before every name: "Posted by: Ann", "Commento di Ann"."""
    names = {f.author for f in found if f.author}
    if len(names) > 1 and all(_NUMBERED.match(name) for name in names):
        for fields in found:
            fields.author = _NUMBERED.sub("", fields.author or "") or None
        names = {f.author for f in found if f.author}
    label = _shared_label(names)
    for fields in found:
        if label and fields.author:
            fields.author = fields.author[len(label) :]


def _shared_label(names: set[str]) -> str:
    """Return the words that begin all names; two names are enough where a colon follows."""
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    length = next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last))
    )
    ends = [m.end() for m in _LABEL_END.finditer(first[:length])]
    label = first[: ends[-1]] if ends else ""
    return label if len(names) >= _FEW - 1 or label.rstrip().endswith((":", "：")) else ""


def _set_author(fields: Fields, text: str, element: int) -> None:
    name, reply_to, _ = split_name(text.rstrip(" …"))
    name = name.strip()
    if name:
        fields.author, fields.author_element, fields.reply_to = name, element, reply_to


def _names(page: PageFacts, own: Own, fields: Fields) -> dict[int, str]:
    """Return the elements that could show the author's name, with what they show."""
    tree = page.tree
    found: dict[int, str] = {}
    time = -1 if fields.mark is None else fields.mark.element
    for place in own.pieces:
        element, text = tree.owners[place], tree.pieces[place].strip()
        if element in found or element == time or not _may_be_name(text):
            continue
        if page.roles[element] & (Role.FORM | Role.QUOTE) or tree.tags[element] in _NOISE_TAGS:
            continue
        found[element] = text
    return found


def _may_be_name(text: str) -> bool:
    if not text or len(text) > LONGEST_NAME or not any(c.isalnum() for c in text):
        return False
    return not is_button(text) and text.rstrip(" :：").lower() not in _LABELS


def _name_ranks(page: PageFacts, candidates: Sequence[dict[int, str]]) -> defaultdict[str, float]:
    """Return how likely each kind of element is to show the author."""
    items: Counter[str] = Counter()
    points: defaultdict[str, float] = defaultdict(float)
    texts: defaultdict[str, set[str]] = defaultdict(set)
    named: set[str] = set()
    for names in candidates:
        first: dict[str, int] = {}
        for place, (element, text) in enumerate(names.items()):
            name = page.kinds[element]
            if name not in first:
                first[name] = element
                items[name] += 1
                points[name] += _name_points(page, element, text, place)
                texts[name].add(_NUMBERS.sub("0", text))
                if page.roles[element] & Role.AUTHOR:
                    named.add(name)
    ranks: defaultdict[str, float] = defaultdict(lambda: -9.0)
    for name, count in items.items():
        variety = len(texts[name]) / count
        same = count >= 3 and (len(texts[name]) == 1 or variety < 0.06)
        constant = (1.0 if name in named else 3.0) * same
        ranks[name] = points[name] / count - constant + 0.8 * count / max(1, len(candidates))
    return ranks


def _name_points(page: PageFacts, element: int, text: str, place: int) -> float:
    """Return what speaks for one element, `place` among those of its item, to show the author."""
    points = _place_points(page, element, place) + _address_points(page, element)
    points += _role_points(page, element)
    if not is_name(text, said=text.endswith(":")):
        points -= 1.2
    if len(text) == 1:
        points -= 1.5  # the initial that stands for a picture
    return points


def _place_points(page: PageFacts, element: int, place: int) -> float:
    tree = page.tree
    tags = {tree.tags[element], tree.tags[tree.parents[element]] if tree.parents[element] >= 0 else ""}
    return {0: 0.6, 1: 0.2}.get(place, 0.0) + 0.4 * bool(tags & _NAME_TAGS)


def _link_of(page: PageFacts, element: int) -> str | None:
    """Return where an element, or the link that it stands in, leads."""
    parent = page.tree.parents[element]
    own = page.tree.attributes[element].get("href")
    return own or (page.tree.attributes[parent].get("href") if parent >= 0 else None)


def _address_points(page: PageFacts, element: int) -> float:
    address = _link_of(page, element)
    if not address:
        return 0.0
    if is_profile_address(address):
        return 1.5
    # A title leads to its comment on the page.
    return -1.0 if "#" in address and not page.roles[element] & Role.AUTHOR else 0.0


def _role_points(page: PageFacts, element: int) -> float:
    role = page.roles[element]
    around, above = _roles_around(page, element)
    by_distance = ((role, 2.5), (around, 1.8), (above, 1.0))
    points = next((worth for named, worth in by_distance if named & Role.AUTHOR), 0.0)
    is_author = role & Role.AUTHOR
    if role & (Role.BADGE | Role.TITLE | Role.BUTTON | Role.VOTES | Role.TIME):
        points -= 0.7 if is_author or is_profile_address(_link_of(page, element) or "") else 1.5
    if role & Role.BODY and not is_author:
        points -= 1.5
    if not around & Role.AUTHOR:
        points -= 1.0 * bool(around & (Role.BUTTON | Role.VOTES | Role.BADGE))
        points -= 1.0 * bool(around & Role.TITLE and not is_author)
    return points


def _roles_around(page: PageFacts, element: int) -> tuple[int, int]:
    """Return the roles of an element's parent and of that one's parent."""
    parent = page.tree.parents[element]
    above = page.tree.parents[parent] if parent >= 0 else -1
    return (page.roles[parent] if parent >= 0 else Role.NONE, page.roles[above] if above >= 0 else Role.NONE)


def is_profile_address(address: str) -> bool:
    """Return whether a link leads to the page of a person."""
    return _PROFILE.search(address.lower()) is not None


def _name_beside_time(page: PageFacts, fields: Fields) -> tuple[str, str | None, bool] | None:
    """Return the name beside the time ("by Ann | 21 April 2020"), whom it answers, and whether "by" led."""
    mark = fields.mark
    if mark is None or mark.line < 0:
        return None
    text = page.lines[mark.line].text
    for rest in (text[: mark.begin], text[mark.end :]):
        beside = rest.strip(" |•·,–—-()[]\u00a0")
        name, reply_to, said = split_name(beside)
        if is_name(name, said=said):
            return name, reply_to, not beside.startswith(name) or said
    return None


def _author_in_address(page: PageFacts, own: Own, fields: Fields) -> None:
    for element in own.all_elements():
        address = page.tree.attributes[element].get("href")
        match = _USER_IN_ADDRESS.search(address) if address else None
        if match is not None:
            fields.author, fields.author_element = match[1], element
            return


# --- what ---


def _choose_bodies(page: PageFacts, own: Sequence[Own], found: Sequence[Fields]) -> None:
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
        if page.tree.tags[element] in _NOISE_TAGS or (aside and _is_short(page, element)):
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
