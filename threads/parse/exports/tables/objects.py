"""Tables of JSON: objects in a list or one a line; nested keys are columns with dotted names."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from hashlib import blake2s
from itertools import chain, islice
from typing import Any, TypeGuard

from threads.errors import InputError
from threads.language import N_
from threads.parse.exports.json_items import Item as JsonItem
from threads.parse.exports.json_items import items
from threads.parse.exports.tables.names import OF_POSTS, place, plain
from threads.parse.exports.tables.table import BLOCK, LARGEST_SAMPLE, MOST_COLUMNS, SAMPLED, Block
from threads.parse.source import Source
from threads.parse.wording import counted
from threads.records import Skipped

_DEEPEST = 6  # keys within keys
_THREAD, _PARENT = "thread", "parent"
_ANSWERS = ("replies", "children", "answers", "responses", "comments")
_ANSWERS_KEYS = frozenset(_ANSWERS)
_BARE = frozenset((*_ANSWERS, "texts", "messages", "reviews"))  # may list texts without anything beside them
_LISTS = ("items", "nodes", "edges", "data", "comments")  # what a list stands under, beside its length
_LISTS_OF_FILES = frozenset(  # which are no names of what comments stand under
    (
        *(
            "comments",
            "replies",
            "posts",
            "threads",
            "users",
            "authors",
            "data",
            "items",
            "children",
            "answers",
        ),
        *(
            "responses",
            "nodes",
            "edges",
            "comment",
            "post",
            "messages",
            "articles",
            "stories",
            "videos",
            "user",
        ),
        *("results", "rows", "records", "reactions", "attachments", "topics", "profiles", "groups", "meta"),
    )
)
_ENVELOPES = ("data", "result", "response", "payload")
_ON_ENVELOPES = frozenset(("code", "status", "success", "ok", "error", "version"))
_THREADS = frozenset(("page", "article", "post", "video", "story", "discussion", "topic", "locator"))
_TITLES = ("title", "headline")
_OF_POSTS = frozenset(("shares", "full_picture", "status_type", "num_comments"))  # which no comment has
# Ends of keys under which things are said of threads.
_ABOUT = re.compile(r"meta|metadata|info", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?:/)?/\S*\Z", re.IGNORECASE)
_FEWEST_SHARED = 3  # keys that a comment and its answers have in common
_LOOKED_AT = 100  # objects, of which the first may be posts without comments
_ABOUT_THE_FILE = frozenset(("type", "version", "comment", "name"))  # what phpMyAdmin writes above a table

Item = tuple[str, dict[str, Any]]


class Objects:
    """A table of JSON that is being read; a `threads.parse.exports.tables.table.Table`.

    Objects that hold a list of comments are threads: what else they hold stands beside each comment, as
    thread.title and so on. Comments within comments are answers to them: parent.id and so on.
    """

    is_named = True

    def __init__(self, source: Source, found: Iterator[JsonItem] | None = None) -> None:
        """Read the first objects of the source, or of what was found in it.

        Raises
        ------
        InputError
            It is no sound JSON, or holds no objects, or too many kinds of keys.
        """
        self.skipped: list[Skipped] = []
        self._empty = 0  # discussions without comments, so far
        self._items = self._objects(items(source, texts=True) if found is None else found)
        first = next(self._items, None)
        way = (first and _way_to_comments(first[1])) or ()
        if first is not None and way:
            self._items = _inside(chain([first], self._items), way)
            first = next(self._items, None)
        if first is None:
            raise InputError(
                N_("there are no objects in it ({reason})").format(reason=self.skipped[0].reason)
                if self.skipped
                else N_("there are no objects in it"),
                source=source.name,
                remedy=N_('Give a list of objects such as [{"text": "…"}], or one a line'),
            )
        begin = [first, *islice(self._items, _LOOKED_AT)]
        self._inner = next((key for _, item in begin if (key := _list_of_comments(item)) is not None), None)
        first_ones = [c for _, item in begin for c in self._own_comments(item)]
        self._ids = _MadeIds() if any(map(_is_answered_without_id, first_ones)) else None
        self._rows = self._comments(chain(begin, self._items))
        self._head = self._first_rows()
        names: dict[str, None] = {}
        for _, item in self._head:
            names |= dict.fromkeys(name for name, _ in _flat(item))
        if len(names) > MOST_COLUMNS:
            raise InputError(
                N_("its objects have {keys} keys, more than the {most} that are read").format(
                    keys=f"{len(names):,}", most=f"{MOST_COLUMNS:,}"
                ),
                source=source.name,
                remedy=N_("Leave the keys of comments in it, and take the others out"),
            )
        self.columns = tuple(names)
        self._mend = (
            _mended if _is_garbled(text for _, item in self._head for _, text in _flat(item)) else None
        )
        columns = [self._column([item for _, item in self._head], name) for name in names]
        self.sample = list(zip(*columns, strict=True))

    @property
    def notes(self) -> Sequence[str]:
        """What was found of the texts, and how many discussions had no comments."""
        garbled = N_("texts were UTF-8 read as Latin-1, as Facebook exports them: mended")
        empty = N_("{discussions} without comments left out").format(
            discussions=counted(self._empty, "discussion", "discussions")
        )
        return [*([garbled] if self._mend is not None else ()), *([empty] if self._empty else ())]

    def blocks(self, wanted: Sequence[int]) -> Iterator[Block]:
        """Yield all objects some at a time: values of the keys at `wanted`, in that order."""
        rows = chain(self._head, self._rows)
        names = [self.columns[place] for place in wanted]
        while some := list(islice(rows, BLOCK)):
            places, items = zip(*some, strict=True)
            yield places, [self._column(items, name) for name in names]

    def _column(self, items: Sequence[dict[str, Any]], name: str) -> list[str]:
        values = [item[name] if name in item else _within(item, name) for item in items]
        of_list = (
            _said if place("text", name) is not None else _ids if place("parent", name) is not None else _text
        )
        texts = [
            value if isinstance(value, str) else of_list(value) if isinstance(value, list) else _text(value)
            for value in values
        ]
        return texts if self._mend is None else list(map(self._mend, texts))

    def close(self) -> None:
        """Close the file."""
        self._items.close()

    def _objects(self, found: Iterator[JsonItem]) -> Generator[Item, None, None]:
        for where, item in found:
            if isinstance(item, Skipped):
                self.skipped.append(item)
            elif item.get("type") in ("header", "database") and item.keys() <= _ABOUT_THE_FILE:
                continue
            elif (several := _several(item)) is not None:
                for number, one in enumerate(several, start=1):
                    yield f"{number:,} in {where}", one
            else:
                yield where, _with_objects(item)

    def _comments(self, objects: Iterator[Item]) -> Iterator[Item]:
        """Yield the comments in objects, answers after what they answer."""
        for where, item in objects:
            if self._inner is None:
                waiting = [(where, self._with_id(_own_answers(item)))]
            else:
                about = _about(item, self._inner)
                waiting = [
                    (
                        f"comment {number:,} of {where}",
                        self._with_id({**comment, _THREAD: comment.get(_THREAD, about)}),
                    )
                    for number, comment in enumerate(self._own_comments(item), start=1)
                ][::-1]
                self._empty += not waiting
            while waiting:
                where_one, one = waiting.pop()
                yield where_one, one
                waiting += self._below(where_one, one)[::-1]

    def _own_comments(self, item: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the comments that an object is or holds, without those below them."""
        found = [item] if self._inner is None else _dicts(item.get(self._inner))
        return list(map(_own_answers, found))

    def _with_id(self, comment: dict[str, Any]) -> dict[str, Any]:
        return comment if self._ids is None else self._ids.given(comment)

    def _below(self, where: str, above: dict[str, Any]) -> list[Item]:
        answers = _dicts(above.get(_list_of_answers(above) or ""))
        if not answers:
            return []
        own = _own_id(above)
        parent = None if own is None else {"id": above[own]}
        beside = {name: value for name, value in above.items() if _is_of_thread(name, value)}
        if _THREAD in above:
            beside[_THREAD] = above[_THREAD]
        return [
            (
                f"answer {number:,} to {where}"[:120],
                {_PARENT: parent, **beside, **self._with_id(answer)},
            )
            for number, answer in enumerate(map(_own_answers, answers), start=1)
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


class _MadeIds:
    """Ids for comments that have none and are answered: by what they say, the same whenever they are read."""

    def __init__(self) -> None:
        self._made: Counter[str] = Counter()

    def given(self, comment: dict[str, Any]) -> dict[str, Any]:
        """Return a comment with an id."""
        if _own_id(comment) is not None:
            return comment
        said = json.dumps(sorted((name, str(value)) for name, value in comment.items() if _is_plain(value)))
        made = blake2s(said.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
        self._made[made] += 1
        number = self._made[made]
        return {"id": made if number == 1 else f"{made}-{number}", **comment}


def _own_id(comment: dict[str, Any]) -> str | None:
    """Return the key of a comment's own id; None where it has none."""
    ranks = ((place("id", name), name) for name, value in comment.items() if _is_plain(value))
    known = [(rank, name) for rank, name in ranks if rank is not None and place("author", name) is None]
    return min(known)[1] if known else None


def _is_answered_without_id(comment: dict[str, Any]) -> bool:
    return _own_id(comment) is None and bool(_dicts(comment.get(_list_of_answers(comment) or "")))


def _flat(item: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of an object and of those in it, lists left out."""
    waiting: list[tuple[str, Any, int]] = [(name, value, 1) for name, value in reversed(item.items())]
    while waiting:
        name, value, depth = waiting.pop()
        if isinstance(value, dict) and not _is_number(value):
            if depth < _DEEPEST:
                waiting += [(f"{name}.{key}", inner, depth + 1) for key, inner in reversed(value.items())]
        elif not isinstance(value, list) or _is_told_in_pieces(name, value):
            yield name, value


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
        return str(next(iter(value.values()))) if _is_number(value) else ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_told_in_pieces(name: str, value: list[Any]) -> bool:
    """Return whether a list is a text in pieces, or the ids of all comments above one."""
    if not value:
        return False
    if all(map(_is_plain, value)):
        return place("parent", name) is not None
    return place("text", name) is not None and all(isinstance(one, dict) and _is_piece(one) for one in value)


def _is_piece(item: dict[str, Any]) -> bool:
    """Return whether an object is a piece of a text, as editors have them: {"type": "text", "text": "…"}."""
    return isinstance(item.get("type"), str) and not any(
        place(field, name) is not None for name in item for field in ("author", "author_id", "time", "likes")
    )


def _said(pieces: list[Any]) -> str:
    """Return the text of pieces."""
    return "".join(
        text for one in pieces if isinstance(one, dict) and isinstance(text := one.get("text"), str)
    )


def _ids(above: list[Any]) -> str:
    """Return ids as tables of text have them: [a, b]."""
    return f"[{', '.join(map(_text, above))}]" if all(map(_is_plain, above)) else ""


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_number(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is a number as MongoDB writes it: {"$numberLong": "1577836860000"}."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("$number")


def _is_of_thread(name: str, value: Any) -> bool:
    """Return whether a comment says so what it stands under, which its answers need not repeat."""
    if isinstance(value, dict):
        return name.lower() in _THREADS
    return _is_plain(value) and any(place(field, name) is not None for field in ("thread", "url"))


def _dicts(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, also of one that stands in an object beside its length, or by ids."""
    if isinstance(value, dict):
        inner = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)
        if inner is None:
            return _by_threads(value) or _by_ids(value) or []
        value = [item.get("node", item) if isinstance(item, dict) else item for item in inner]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _with_objects(item: dict[str, Any]) -> dict[str, Any]:
    """Return an object with objects in the place of bare texts: {"comments": ["…", "…"]}."""
    if _BARE.isdisjoint(item):
        return item
    return {
        name: [{"text": text} for text in value] if name in _BARE and _are_texts(value) else value
        for name, value in item.items()
    }


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _several(item: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the rows of an object that is a table: phpMyAdmin's, pandas' by columns, or comments by ids."""
    if item.get("type") == "table" and isinstance(item.get("data"), list):
        return _dicts(item["data"])
    if (rows_of_lists := _by_columns(item) or _by_threads(item)) is not None:
        return rows_of_lists
    columns = list(item.values())
    if not columns or not all(isinstance(column, dict) and column for column in columns):
        return None
    rows = columns[0].keys()
    if len(columns) > 1 and all(column.keys() == rows for column in columns) and not _says_text(columns[0]):
        return [{name: column[row] for name, column in item.items()} for row in rows]
    return _by_ids(item)


def _by_columns(item: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the rows of lists of values of one length, one of which has texts: pandas' "list"."""
    columns = list(item.values())
    if len(columns) < 2 or not all(isinstance(column, list) and column for column in columns):
        return None
    if len({*map(len, columns)}) > 1 or not all(_is_cell(value) for column in columns for value in column):
        return None
    return [dict(zip(item, row, strict=True)) for row in zip(*columns, strict=True)]


def _is_cell(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _by_threads(item: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the comments in an object whose keys are what they stand under: {"video 1": [{…}, …], …}."""
    if len(item) < 2 or not all(isinstance(value, list | dict) for value in item.values()):
        return None
    if any(key.lower() in _LISTS_OF_FILES for key in item):
        return None
    rows = {key: value if isinstance(value, list) else _with_ids(value) for key, value in item.items()}
    if not all(isinstance(row, dict) for several in rows.values() for row in several):
        return None
    if not any(rows.values()) or not all(_says_text(several[0]) for several in rows.values() if several):
        return None
    says = "url" if all(map(_ADDRESS.match, filter(None, item))) else "title"
    return [{_THREAD: {"id": key, says: key}, **row} for key, several in rows.items() for row in several]


def _with_ids(item: dict[str, Any]) -> list[Any]:
    return [{"id": key, **value} if isinstance(value, dict) else value for key, value in item.items()]


def _by_ids(item: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the comments in an object whose keys are their ids; None for any other object."""
    values = list(item.values())
    if len(values) < 2 and not all(map(str.isdecimal, item)):
        return None
    if not values or not all(isinstance(value, dict) for value in values) or not _says_text(values[0]):
        return None
    shared = values[0].keys() & values[-1].keys()
    if len(shared) * 2 < len(values[0]):
        return None
    return [{"id": key, **value} for key, value in item.items()]


def _about(item: dict[str, Any], inner: str) -> dict[str, Any]:
    """Return what a thread says beside its comments, under `inner`; its own text is the article."""
    holder = item[inner] if isinstance(item.get(inner), dict) else {}
    about = {
        name: value
        for name, value in (*holder.items(), *item.items())
        if _is_plain(value) or (isinstance(value, dict) and _is_of_threads(name) and name != inner)
    }
    texts = [(rank, name) for name in about if (rank := place("text", name)) is not None]
    texts = [(rank, name) for rank, name in texts if _is_plain(about[name])]
    if texts and (any(name in about for name in _TITLES) or _is_thread(item)):
        about.setdefault("article", about.pop(min(texts)[1]))
    return about


def _is_of_threads(name: str) -> bool:
    return name.lower() in _THREADS or bool(_ABOUT.fullmatch(plain(name).rpartition(" ")[2]))


def _says_text(item: dict[str, Any]) -> bool:
    """Return whether an object has a text of its own, as a comment has; a title alone makes a thread."""
    return any(place("text", name) is not None and plain(name) not in OF_POSTS for name, _ in _flat(item))


def _list_of_comments(item: dict[str, Any]) -> str | None:
    """Return the key of the comments in an object that is a thread, None for one that is a comment."""
    lists = [
        (len(dicts), key)
        for key, value in item.items()
        if (dicts := _dicts(value)) and _says_text(dicts[0]) and not _is_piece(dicts[0])
    ]
    if not lists:
        return None
    answers = _list_of_answers(item) if _says_text(item) else None
    if answers is not None:
        return answers if _is_thread(item) else None
    return max(lists)[1]


def _is_thread(item: dict[str, Any]) -> bool:
    """Return whether an object with a text and comments is a post: it has what comments have not."""
    comments = _dicts(item.get(_list_of_answers(item) or ""))
    if not comments:
        return False
    if "comments" in item:
        has_title = any(_is_plain(item.get(name)) for name in _TITLES)
        if has_title or item.keys() & _OF_POSTS or (_has_author(comments[0]) and not _has_author(item)):
            return True
    return _own_texts(item).isdisjoint(_own_texts(comments[0])) and not _own_texts(item) <= {"content"}


def _has_author(item: dict[str, Any]) -> bool:
    return any(place(field, name) is not None for name in item for field in ("author", "author_id"))


def _own_texts(item: dict[str, Any]) -> set[str]:
    return {
        name for name, value in item.items() if isinstance(value, str) and place("text", name) is not None
    }


def _way_to_comments(item: dict[str, Any], depth: int = 1) -> tuple[str, ...] | None:
    """Return the keys that lead to objects with comments, as in {"data": {"comments": […]}}.

    None where there are none within a few steps; no keys where the object itself is or has comments.
    """
    is_envelope = depth == 1 and not _ON_ENVELOPES.isdisjoint(item)
    keys = [key for key in _ENVELOPES if key in item] if is_envelope else []
    if len(item) == 1 and (way := _way_in_wrapping(item, depth)):
        return way
    if not keys and (_says_text(item) or _list_of_comments(item) is not None):
        return ()
    for key in keys or item if depth < _DEEPEST else ():
        value = item[key]
        inner = value if isinstance(value, dict) else next(iter(_dicts(value)), None)
        way = _way_to_comments(inner, depth + 1) if inner else None
        if way is not None:
            return (key, *way)
    return () if keys and _says_text(item) else None


def _way_in_wrapping(item: dict[str, Any], depth: int) -> tuple[str, ...] | None:
    """Return the way to objects with comments below the only key of an object; None where there are none."""
    ((key, value),) = item.items()
    if not isinstance(value, dict) or _dicts(value) or depth == _DEEPEST:
        return None
    way = _way_to_comments(value, depth + 1)
    if way is None:
        return None
    _, end = next(_inside(iter([("", item)]), (key, *way)), ("", {}))
    return (key, *way) if _list_of_comments(end) is not None else None


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


def _own_answers(comment: dict[str, Any]) -> dict[str, Any]:
    """Return a comment with what answers it among its answers: VK has that under "thread"."""
    if _THREAD not in comment or not _dicts(comment[_THREAD]):
        return comment
    return {name: value for name, value in comment.items() if name != _THREAD} | {"replies": comment[_THREAD]}


def _list_of_answers(item: dict[str, Any]) -> str | None:
    """Return the key under which a comment holds those that answer it, in a list that may be empty."""
    if not _ANSWERS_KEYS.isdisjoint(item):
        for key in _ANSWERS:
            if isinstance(item.get(key), list) or _dicts(item.get(key)):
                return key
    return next((key for key, value in item.items() if _are_alike(item, key, value)), None)


def _are_alike(item: dict[str, Any], key: str, value: Any) -> bool:
    """Return whether a list in a comment holds comments: objects with a text and most of its keys."""
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return False
    shared = value[0].keys() & item.keys()
    if len(shared) < _FEWEST_SHARED or len(shared) * 2 < len(value[0]) or place("parent", key) is not None:
        return False
    return any(place("text", name) is not None for name in shared)


def _is_garbled(texts: Iterable[Any]) -> bool:
    """Return whether all texts with signs beyond ASCII are UTF-8 that was read as Latin-1."""
    foreign = [text for text in texts if isinstance(text, str) and not text.isascii()]
    return bool(foreign) and all(_mended(text) != text for text in foreign)


def _mended(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
