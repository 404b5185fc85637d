"""Tables of JSON: objects in a list or one a line; nested keys are columns with dotted names."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from threads.errors import InputError
from threads.parse.exports.json_items import items
from threads.parse.exports.tables.names import OF_POSTS, place, plain
from threads.parse.exports.tables.table import BLOCK, LARGEST_SAMPLE, MOST_COLUMNS, SAMPLED, Block
from threads.parse.source import Source
from threads.records import Skipped

_DEEPEST = 6  # keys within keys
_THREAD, _PARENT = "thread", "parent"
_ANSWERS = ("replies", "children", "answers", "responses", "comments")
_ANSWERS_KEYS = frozenset(_ANSWERS)

Item = tuple[str, dict[str, Any]]


class Objects:
    """A table of JSON that is being read; a `threads.parse.exports.tables.table.Table`.

    Objects that hold a list of comments are threads: what else they hold stands beside each comment, as
    thread.title and so on. Comments within comments are answers to them: parent.id and so on.
    """

    is_named = True

    def __init__(self, source: Source) -> None:
        """Read the first objects.

        Raises
        ------
        InputError
            It is no sound JSON, or holds no objects, or too many kinds of keys.
        """
        self.skipped: list[Skipped] = []
        self.notes: list[str] = []
        self._items = self._objects(source)
        first = next(self._items, None)
        way = (first and _way_to_comments(first[1])) or ()
        if first is not None and way:
            self._items = _inside(chain([first], self._items), way)
            first = next(self._items, None)
        if first is None:
            raise InputError(
                "there are no objects in it",
                source=source.name,
                remedy='Give a list of objects such as [{"text": "…"}], or one a line',
            )
        self._inner = _list_of_comments(first[1])
        self._rows = self._comments(chain([first], self._items))
        self._head = self._first_rows()
        names: dict[str, None] = {}
        for _, item in self._head:
            names |= dict.fromkeys(name for name, _ in _flat(item))
        if len(names) > MOST_COLUMNS:
            raise InputError(
                f"its objects have {len(names):,} keys, more than the {MOST_COLUMNS:,} that are read",
                source=source.name,
                remedy="Leave the keys of comments in it, and take the others out",
            )
        self.columns = tuple(names)
        columns = [_column([item for _, item in self._head], name) for name in names]
        self.sample = list(zip(*columns, strict=True))

    def blocks(self, wanted: Sequence[int]) -> Iterator[Block]:
        """Yield all objects some at a time: values of the keys at `wanted`, in that order."""
        rows = chain(self._head, self._rows)
        names = [self.columns[place] for place in wanted]
        while some := list(islice(rows, BLOCK)):
            places, items = zip(*some, strict=True)
            yield places, [_column(items, name) for name in names]

    def close(self) -> None:
        """Close the file."""
        self._items.close()

    def _objects(self, source: Source) -> Generator[Item, None, None]:
        for where, item in items(source, texts=True):
            if isinstance(item, Skipped):
                self.skipped.append(item)
            else:
                yield where, item

    def _comments(self, objects: Iterator[Item]) -> Iterator[Item]:
        """Yield the comments in objects, answers after what they answer."""
        for where, item in objects:
            if self._inner is None:
                waiting = [(where, item)]
            else:
                about = {name: value for name, value in item.items() if _is_plain(value)}
                waiting = [
                    (f"comment {number:,} of {where}", {**comment, _THREAD: comment.get(_THREAD, about)})
                    for number, comment in enumerate(_dicts(item.get(self._inner)), start=1)
                ][::-1]
            while waiting:
                where_one, one = waiting.pop()
                yield where_one, one
                waiting += self._below(where_one, one)[::-1]

    def _below(self, where: str, above: dict[str, Any]) -> list[Item]:
        answers = _dicts(above.get(_list_of_answers(above) or ""))
        if not answers:
            return []
        ids = [
            (rank, name)
            for name in above
            if (rank := place("id", name)) is not None and _is_plain(above[name])
        ]
        parent = {"id": above[min(ids)[1]]} if ids else None
        beside = {_THREAD: above[_THREAD]} if self._inner is not None else {}
        return [
            (f"answer {number:,} to {where}"[:120], {_PARENT: parent, **beside, **answer})
            for number, answer in enumerate(answers, start=1)
        ]

    def _first_rows(self) -> list[Item]:
        head: list[Item] = []
        size = 0
        for where, item in self._rows:
            head.append((where, item))
            size += sum(len(_text(value)) for _, value in _flat(item))
            if len(head) >= SAMPLED or size > LARGEST_SAMPLE:
                break
        return head


def _flat(item: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of an object and of those in it, lists left out."""
    waiting: list[tuple[str, Any, int]] = [(name, value, 1) for name, value in reversed(item.items())]
    while waiting:
        name, value, depth = waiting.pop()
        if isinstance(value, dict):
            if depth < _DEEPEST:
                waiting += [(f"{name}.{key}", inner, depth + 1) for key, inner in reversed(value.items())]
        elif not isinstance(value, list):
            yield name, value


def _column(items: Sequence[dict[str, Any]], name: str) -> list[str]:
    values = [item[name] if name in item else _within(item, name) for item in items]
    return [value if isinstance(value, str) else _text(value) for value in values]


def _within(item: dict[str, Any], name: str) -> Any:
    """Return what stands under a dotted name, None where nothing does."""
    value: Any = item
    rest = name
    while isinstance(value, dict):
        if rest in value:
            return value[rest]
        key, dot, rest = rest.partition(".")
        if not dot:
            return None
        value = value.get(key)
    return None


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _says_text(item: dict[str, Any]) -> bool:
    """Return whether an object has a text of its own, as a comment has; a title alone makes a thread."""
    return any(place("text", name) is not None and plain(name) not in OF_POSTS for name, _ in _flat(item))


def _list_of_comments(item: dict[str, Any]) -> str | None:
    """Return the key of the comments in an object that is a thread, None for one that is a comment."""
    lists = [
        (len(dicts), key) for key, value in item.items() if (dicts := _dicts(value)) and _says_text(dicts[0])
    ]
    if not lists or (_says_text(item) and _list_of_answers(item)):
        return None
    return max(lists)[1]


def _way_to_comments(item: dict[str, Any], depth: int = 1) -> tuple[str, ...] | None:
    """Return the keys that lead to objects with comments, as in {"data": {"comments": […]}}.

    None where there are none within a few steps; no keys where the object itself is or has comments.
    """
    if _says_text(item) or _list_of_comments(item) is not None:
        return ()
    for key, value in item.items() if depth < _DEEPEST else ():
        inner = value if isinstance(value, dict) else next(iter(_dicts(value)), None)
        way = _way_to_comments(inner, depth + 1) if inner else None
        if way is not None:
            return (key, *way)
    return None


def _inside(objects: Iterator[Item], way: Sequence[str]) -> Generator[Item, None, None]:
    """Yield the objects at the end of a way of keys, those of lists one by one."""
    for where, item in objects:
        found = [item]
        for key in way:
            values = [one.get(key) for one in found]
            found = [
                inner for value in values for inner in ([value] if isinstance(value, dict) else _dicts(value))
            ]
        for number, inner in enumerate(found, start=1):
            yield (where if len(found) == 1 else f"{number:,} in {where}"), inner


def _list_of_answers(item: dict[str, Any]) -> str | None:
    """Return the key under which a comment holds those that answer it, in a list that may be empty."""
    if _ANSWERS_KEYS.isdisjoint(item):  # of most comments of most files
        return None
    return next((key for key in _ANSWERS if isinstance(item.get(key), list)), None)
