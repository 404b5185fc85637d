"""Comments that a page declares as JSON-LD (schema.org/Comment), for pages that do not show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from threads.parse.page.found import Found
from threads.parse.page.tree import Tree, build
from threads.parse.timestamps import machine_timestamp

_COMMENT_KEYS = ("comment", "suggestedAnswer", "acceptedAnswer")
_MOST = 200_000


def declared_comments(tree: Tree) -> list[Found]:
    """Return the comments in the page's JSON-LD scripts, answers after what they answer.

    A comment that is declared again, as pages with two copies of their data do, is taken once.
    """
    found: list[Found] = []
    known: dict[str, int] = {}
    for script in tree.scripts:
        try:
            document = orjson.loads(script.strip())
        except orjson.JSONDecodeError:
            continue
        places: list[int] = []  # of the comments of this script among all
        for comment, parent in _walk(document):
            if len(found) >= _MOST:
                return found
            declared = _found(comment, None if parent is None else places[parent])
            place = len(found) if declared.page_id is None else known.setdefault(declared.page_id, len(found))
            places.append(place)
            if place == len(found):
                found.append(declared)
    return found


def _nodes(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a document: itself, its list or graph, and what each is mainly about."""
    for node in document if isinstance(document, list) else [document]:
        if isinstance(node, dict):
            yield node
            for name in ("@graph", "mainEntity"):
                inner = node.get(name)
                yield from (i for i in (inner if isinstance(inner, list) else [inner]) if isinstance(i, dict))


def _walk(document: Any) -> Iterator[tuple[dict[str, Any], int | None]]:
    """Yield comments with the place of the one they answer, without recursion."""
    waiting: list[tuple[dict[str, Any], int | None]] = [
        (child, None)
        for node in reversed(list(_nodes(document)))
        for child in reversed(list(_children(node)))
    ]
    place = 0
    while waiting:
        comment, parent = waiting.pop()
        yield comment, parent
        waiting += [(child, place) for child in reversed(list(_children(comment)))]
        place += 1


def _children(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in _COMMENT_KEYS:
        value = node.get(key)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and (_text(child.get("text")) or _text(child.get("description"))):
                yield child


def _found(comment: dict[str, Any], parent: int | None) -> Found:
    raw = _text(comment.get("dateCreated")) or _text(comment.get("datePublished"))
    author = comment.get("author") or comment.get("creator")
    name = author.get("name") if isinstance(author, dict) else author
    identity = _text(comment.get("@id")) or _text(comment.get("identifier")) or _text(comment.get("url"))
    return Found(
        author=_text(name),
        stamp=machine_timestamp(raw) if raw else None,
        raw=raw,
        text=_plain(_text(comment.get("text")) or _text(comment.get("description")) or ""),
        parent=parent,
        page_id=identity,
    )


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _plain(text: str) -> str:
    """Return a text that may be written in HTML as it would be shown."""
    return build(f"<body>{text}").text(0) if "<" in text or "&" in text else text
