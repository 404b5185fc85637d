"""Quotations of other comments inside a comment: which pieces they are, and whom they quote."""

from __future__ import annotations

from collections.abc import Sequence

from threads.parse.page.fields import Own
from threads.parse.page.items import PageFacts
from threads.parse.page.vocabulary import Role, parts


def quoted_pieces(page: PageFacts, own: Own, body: Sequence[int]) -> set[int]:
    """Return the places in `body` that stand inside a quotation."""
    known: dict[int, bool] = {}
    return {place for place in body if _is_quoted(page, page.tree.owners[place], own.item.root, known)}


def _is_quoted(page: PageFacts, element: int, top: int, known: dict[int, bool]) -> bool:
    path = []
    result = False
    while element > top:
        if element in known:
            result = known[element]
            break
        path.append(element)
        if _quotes(page, element):
            result = True
            break
        element = page.tree.parents[element]
    known.update(dict.fromkeys(path, result))
    return result


def _quotes(page: PageFacts, element: int) -> bool:
    """Return whether an element is a quotation: not one whose class only speaks of selecting text to quote."""
    tree = page.tree
    classes = tree.attributes[element].get("class", "")
    if tree.tags[element] in ("blockquote", "q"):
        return not page.roles[element] & (Role.BODY | Role.POST)
    if not page.roles[element] & Role.QUOTE:
        return False
    return any((words := parts(name)) and words[-1] in _QUOTE_WORDS for name in classes.split())


_QUOTE_WORDS = frozenset(("quote", "quoted", "quotation", "citation", "zitat", "bbcodeblock", "quotecontainer", "block"))
