"""Who wrote each comment: the kind of element, or the place beside the time, that shows names on most."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from threads.parse.page.items import PageFacts
from threads.parse.page.own import CONTROLS, LONGEST_NAME, Fields, Own
from threads.parse.page.texts import is_button, is_name, split_name
from threads.parse.page.vocabulary import Role
from threads.parse.page_words import words

_FEWEST_NAMES = 3  # that must share a label before it is one
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
_NUMBERS = re.compile(r"\d+")
_LABEL_END = re.compile(r"\s+|：")
_NUMBERED = re.compile(r"^#?\d{1,5}[.)：:]?\s+(?=\S)")


def choose_authors(page: PageFacts, own: Sequence[Own], found: Sequence[Fields]) -> None:
    """Set the author of every item, and whom the header says it answers."""
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
    return label if len(names) >= _FEWEST_NAMES or label.rstrip().endswith((":", "：")) else ""


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
        if page.roles[element] & (Role.FORM | Role.QUOTE) or tree.tags[element] in CONTROLS:
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
