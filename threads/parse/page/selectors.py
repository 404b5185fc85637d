"""The few CSS selectors that platforms need: tag, classes, id and attributes of one element."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from threads.parse.page.tree import Tree

_SIMPLE = re.compile(
    r"(?P<tag>[a-z][a-z0-9-]*|\*)?(?P<rest>(?:\.[\w-]+|#[\w-]+|\[[\w-]+(?:[*^]?=[^\]]*)?\])*)", re.IGNORECASE
)
_PART = re.compile(r"\.(?P<cls>[\w-]+)|#(?P<id>[\w-]+)|\[(?P<name>[\w-]+)(?:(?P<how>[*^]?)=(?P<value>[^\]]*))?\]")


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


def select(tree: Tree, elements: Iterable[int], text: str) -> list[int]:
    """Return those of `elements` that `text` selects."""
    selectors = compiled(text)
    if not selectors:
        return []
    return [e for e in elements if any(s.matches(tree.tags[e], tree.attributes[e]) for s in selectors)]
