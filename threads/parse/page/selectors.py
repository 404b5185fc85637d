"""The few CSS selectors that platforms need: tag, classes, id and attributes of one element."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from threads.parse.page.tree import Tree

_SIMPLE = re.compile(
    r"(?P<tag>[a-z][a-z0-9-]*|\*)?(?P<rest>(?:\.[\w-]+|#[\w-]+|\[[\w-]+(?:[*^]?=[^\]]*)?\])*)", re.IGNORECASE
)
_PART = re.compile(
    r"\.(?P<cls>[\w-]+)|#(?P<id>[\w-]+)|\[(?P<name>[\w-]+)(?:(?P<how>[*^]?)=(?P<value>[^\]]*))?\]"
)


@dataclass(frozen=True, slots=True)
class Selector:
    """One element's conditions; `tests` are (attribute, how, value) as in [attribute*=value]."""

    tag: str | None
    classes: frozenset[str]
    tests: tuple[tuple[str, str, str | None], ...]

    def matches(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Return whether an element is selected."""
        if self.tag is not None and tag != self.tag:
            return False
        if self.classes and not self.classes <= set(attributes.get("class", "").split()):
            return False
        return all(_holds(attributes.get(name), how, value) for name, how, value in self.tests)


def _holds(found: str | None, how: str, value: str | None) -> bool:
    if found is None or value is None:
        return found is not None
    if how == "*":
        return value in found
    return found.startswith(value) if how == "^" else found == value


@lru_cache(maxsize=512)
def compiled(text: str) -> tuple[Selector, ...]:
    """Return the selectors in `text`, which stand apart by commas.

    Raises
    ------
    ValueError
        One of them is more than tag, classes, id and attributes of one element.
    """
    return tuple(_compiled(part.strip()) for part in text.split(",") if part.strip())


def _compiled(text: str) -> Selector:
    match = _SIMPLE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a selector of one element")
    tag = match["tag"]
    classes: set[str] = set()
    tests: list[tuple[str, str, str | None]] = []
    for part in _PART.finditer(match["rest"]):
        if part["cls"]:
            classes.add(part["cls"])
        elif part["id"]:
            tests.append(("id", "", part["id"]))
        else:
            tests.append((part["name"], part["how"] or "", part["value"]))
    return Selector(None if tag in (None, "*") else tag, frozenset(classes), tuple(tests))


def may_match(text: str, html: str) -> bool:
    """Return whether markup holds the words of a selector in `text`: quick, and never wrongly False."""
    return not text or any(all(word in html for word in words) for words in _said(text))


@lru_cache(maxsize=512)
def _said(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(_words(selector) for selector in compiled(text))


@lru_cache(maxsize=512)
def _words(selector: Selector) -> tuple[str, ...]:
    """Return what markup must hold, the longest first: it is the rarest, and looked for most quickly."""
    values = [value for _, _, value in selector.tests if value]
    tags = [selector.tag] if selector.tag and "-" in selector.tag else []
    words = {
        *selector.classes,
        *values,
        *tags,
        *(name for name, _, _ in selector.tests if name not in ("id", "class")),
    }
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


class Index:
    """The elements of a page by tag, by class and by the name of an attribute, for selecting among all."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.by_tag: defaultdict[str, list[int]] = defaultdict(list)
        self.by_class: defaultdict[str, list[int]] = defaultdict(list)
        self.by_name: defaultdict[str, list[int]] = defaultdict(list)
        for element, (tag, attributes) in enumerate(zip(tree.tags, tree.attributes, strict=True)):
            self.by_tag[tag].append(element)
            for name, value in attributes.items():
                self.by_name[name].append(element)
                if name == "class":
                    for token in set(value.split()):
                        self.by_class[token].append(element)

    def select(self, text: str) -> list[int]:
        """Return all elements of the page that `text` selects, in page order."""
        found: set[int] = set()
        for selector in compiled(text):
            tree = self._tree
            found.update(e for e in self._few(selector) if selector.matches(tree.tags[e], tree.attributes[e]))
        return sorted(found)

    def _few(self, selector: Selector) -> Sequence[int]:
        """Return the shortest list that holds every element that `selector` can match."""
        lists: list[Sequence[int]] = [self.by_class.get(name, ()) for name in selector.classes]
        lists += [self.by_name.get(name, ()) for name, _, _ in selector.tests]
        if selector.tag is not None:
            lists.append(self.by_tag.get(selector.tag, ()))
        return min(lists, key=len, default=range(len(self._tree)))


def select(tree: Tree, elements: Iterable[int], text: str) -> list[int]:
    """Return those of `elements` that `text` selects."""
    selectors = compiled(text)
    if not selectors:
        return []
    return [e for e in elements if any(s.matches(tree.tags[e], tree.attributes[e]) for s in selectors)]
