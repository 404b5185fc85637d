"""Outlines of what is stored (`threads.outline`): written with the comments, held in memory by who reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Engine, Select, func, or_, select, update

from threads.errors import StoreError
from threads.outline import (
    FORGOTTEN,
    OUTLINE_COLUMNS,
    RELATIONS,
    REPLIES,
    STANCES,
    STATUSES,
    Outline,
    Person,
    Piece,
    answering,
    depths,
    joined,
    microseconds,
    packed,
    unpacked,
    with_row,
    with_values,
)
from threads.storage import tables
from threads.storage.engine import chunks, contains_text, insert_into, reading, writing

State: TypeAlias = tuple[int, int, int]
Rows: TypeAlias = Mapping[str, Sequence[Any]]
_c, _o = tables.comments.c, tables.outlines.c
_READ = (
    *(_c.thread_id, _c.comment_id, _c.parent_id, _c.id, _c.published_at, _c.author, _c.author_id),
    *(_c.source_format, _c.parent_source, _c.status, tables.scores.c["values"], _c.position),
)
ROW_COLUMNS = tuple(column.name for column in _READ)
_DTYPES = {name: dtype for name, dtype, _ in OUTLINE_COLUMNS}
_STANCE, _RELATION, _STATUS, _REPLY = (
    {word: place for place, word in enumerate(words)} for words in (STANCES, RELATIONS, STATUSES, REPLIES)
)


class Outlines:
    """The outlines of a store, kept in memory and brought up to date when asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._lock = engine, Lock()
        self._pieces: dict[str, tuple[int, Piece]] = {}
        self._state: State | None = None
        self._whole = joined(())

    def current(self) -> Outline:
        """Return the outline of all that is stored, discussions by their id; cheap where nothing changed."""
        with self._lock:
            # Its own: a page's view may be older than what another thread has made ready meanwhile.
            with reading(self._engine, own=True) as connection:
                state = _state(connection)
                if state == self._state:
                    return self._whole
                missing = self._read(connection)
            self._state = None if missing else state
            self._whole = joined((name, self._pieces[name][1]) for name in sorted(self._pieces))
        if missing:
            # A store of an older program: the next reader finds them ready, unless nobody may write.
            with suppress(StoreError), writing(self._engine) as connection:
                store_outlines(connection, missing)
        return self._whole

    def state(self) -> State:
        """Return what differs after each change of what is stored."""
        with reading(self._engine) as connection:
            return _state(connection)

    def stamp(self, thread_id: str) -> int:
        """Return a number that changes with every change of a discussion; 0 while nobody has read it."""
        with reading(self._engine) as connection:
            return connection.scalar(select(_o.stamp).where(_o.thread_id == thread_id)) or 0

    def keys_with_text(self, text: str) -> npt.NDArray[np.int64]:
        """Return the keys of the comments whose text contains `text`, in whatever case; ascending."""
        with reading(self._engine) as connection:
            found = select(_c.id).where(contains_text(connection, _c.text, text)).order_by(_c.id)
            return np.array(connection.scalars(found).all(), dtype=np.int64)

    def _read(self, connection: Connection) -> list[str]:
        """Read what changed; return the discussions that have no outline, which are worked out."""
        stamps = dict(row for row in connection.execute(select(_o.thread_id, _o.stamp)))
        known = {name: piece for name, piece in self._pieces.items() if stamps.get(name) == piece[0]}
        stored: dict[str, Piece | None] = {}
        people = {person: person for person in self._whole.people}
        for chunk in chunks(stamps.keys() - known.keys()):
            query = select(_o.thread_id, _o.content).where(_o.thread_id.in_(chunk))
            stored |= {name: unpacked(content, people) for name, content in connection.execute(query)}
        filled = connection.scalars(
            select(tables.discussions.c.thread_id).where(tables.discussions.c.comments > 0)
        )
        found = {name for name, piece in stored.items() if piece is not None}
        missing = sorted(set(filled) - found - known.keys())
        self._pieces = known | {name: (stamps[name], piece) for name, piece in stored.items() if piece}
        for chunk in chunks(missing):
            self._pieces |= {name: (0, piece) for name, piece in pieces_of(connection, chunk).items()}
        return missing


def store_outlines(connection: Connection, thread_ids: Sequence[str]) -> dict[str, Piece]:
    """Work out the outlines of discussions and store them, within the caller's transaction; return them."""
    pieces: dict[str, Piece] = {}
    for chunk in chunks(thread_ids):
        found = pieces_of(connection, chunk)
        _store(connection, found)
        pieces |= found
    return pieces


def store_new_outlines(connection: Connection, rows: Rows) -> dict[str, Piece]:
    """Store the outlines of discussions that are new, of which `rows` has all comments; return them."""
    found = pieces_from(rows)
    _store(connection, found)
    return found


def _store(connection: Connection, pieces: Mapping[str, Piece]) -> None:
    stamp = _next_stamp(connection)
    statement = insert_into(connection, tables.outlines)
    replaced = {name: statement.excluded[name] for name in ("stamp", "content")}
    rows = [{"thread_id": name, "stamp": stamp, "content": packed(piece)} for name, piece in pieces.items()]
    if rows:
        connection.execute(statement.on_conflict_do_update(index_elements=["thread_id"], set_=replaced), rows)


def restamp(connection: Connection, thread_id: str) -> None:
    """Say that something of a discussion changed that its outline does not hold."""
    changed = update(tables.outlines).where(_o.thread_id == thread_id)
    connection.execute(changed.values(stamp=_next_stamp(connection)))


def forget_outlines(connection: Connection, comment_keys: Iterable[int]) -> None:
    """Empty the outlines that tell of comments; the next reader works them out anew.

    Their stamps are new ones: of a row that is deleted the next one could bear the same stamp, and who has
    the outline in memory would go on with what is to be forgotten.
    """
    emptied = {"stamp": _next_stamp(connection), "content": FORGOTTEN}
    for chunk in chunks(comment_keys):
        these = select(_c.thread_id).where(_c.id.in_(chunk))
        connection.execute(update(tables.outlines).where(_o.thread_id.in_(these)).values(**emptied))


def _next_stamp(connection: Connection) -> int:
    return (connection.scalar(select(func.max(_o.stamp))) or 0) + 1


def _read() -> Select[Any]:
    return select(*_READ).select_from(tables.comments.outerjoin(tables.scores))


def pieces_of(connection: Connection, thread_ids: Sequence[str]) -> dict[str, Piece]:
    """Return the outlines of at most CHUNK discussions, worked out anew; empty ones are left out."""
    rows = connection.execute(_read().where(_c.thread_id.in_(thread_ids))).all()
    return pieces_from(dict(zip(ROW_COLUMNS, zip(*rows, strict=True), strict=True))) if rows else {}


def touch_outline(
    connection: Connection, thread_id: str, new: Mapping[int, int | None], changed: Collection[int]
) -> Piece:
    """Bring the outline of a discussion up to date with some of its comments, and store it; return it.

    Parameters
    ----------
    new
        Comments that the outline lacks, in the order in which they were put in: each after which one, by
        their keys; None is at the beginning.
    changed
        Comments that it has, whose place and author are as they were.
    """
    content = connection.scalar(select(_o.content).where(_o.thread_id == thread_id))
    piece = None if content is None else unpacked(content)
    if piece is None:
        return store_outlines(connection, [thread_id])[thread_id]
    rows = {row.id: row for row in connection.execute(_read().where(_c.id.in_([*new, *changed])))}
    for key, before in new.items():
        place = 0 if before is None else _place(piece, before) + 1
        piece = with_row(piece, place, _person(rows[key]), _values(rows[key]))
    for key in changed:
        piece = with_values(piece, _place(piece, key), _values(rows[key]))
    piece = answering(piece, _links(connection, thread_id, piece, [row.comment_id for row in rows.values()]))
    _store(connection, {thread_id: piece})
    return piece


def _links(
    connection: Connection, thread_id: str, piece: Piece, comment_ids: Sequence[str]
) -> dict[int, int]:
    """Return the row that each of some comments answers, and the same of those that answer them."""
    about = select(_c.id, _c.comment_id, _c.parent_id).where(_c.thread_id == thread_id)
    asked = [
        row
        for some in chunks(comment_ids)
        for row in connection.execute(about.where(or_(_c.comment_id.in_(some), _c.parent_id.in_(some))))
    ]
    keys = {row.comment_id: row.id for row in asked}
    unknown = {row.parent_id for row in asked} - keys.keys() - {None}
    for some in chunks(unknown):
        keys |= {row.comment_id: row.id for row in connection.execute(about.where(_c.comment_id.in_(some)))}
    places = {key: _place(piece, key) for key in {*keys.values(), *(row.id for row in asked)}}
    return {places[row.id]: places[keys[row.parent_id]] if row.parent_id in keys else -1 for row in asked}


def _place(piece: Piece, key: int) -> int:
    return int(np.flatnonzero(piece.columns["key"] == key)[0])


def pieces_from(rows: Rows) -> dict[str, Piece]:
    """Return the outlines of whole discussions, of which `rows` has the columns ROW_COLUMNS, in any order."""
    numbers = {thread_id: number for number, thread_id in enumerate(dict.fromkeys(rows["thread_id"]))}
    thread = np.array([numbers[thread_id] for thread_id in rows["thread_id"]], dtype=np.int64)
    order = np.lexsort((np.array(rows["id"]), np.array(rows["position"]), thread))
    if not np.array_equal(order, np.arange(len(order))):
        places = order.tolist()
        rows = {name: [values[place] for place in places] for name, values in rows.items()}
    keys = list(zip(rows["thread_id"], rows["comment_id"], strict=True))
    place_of = {key: place for place, key in enumerate(keys)}
    parents = zip(rows["thread_id"], rows["parent_id"], strict=True)
    parent = np.array([place_of.get(key, -1) for key in parents], dtype=np.int64)
    columns = {name: np.array(values, dtype=_DTYPES[name]) for name, values in _columns(rows).items()}
    columns["depth"] = depths(parent)
    people = _people(rows)
    ends = np.cumsum(np.bincount(thread, minlength=len(numbers))).tolist()
    found: dict[str, Piece] = {}
    for thread_id, start, end in zip(numbers, [0, *ends], ends, strict=False):
        some = slice(start, end)
        known: dict[Person, int] = {}
        person = [-1 if who is None else known.setdefault(who, len(known)) for who in people[some]]
        above = parent[some]
        found[thread_id] = Piece(
            tuple(known),
            {
                **{name: column[some] for name, column in columns.items()},
                "person": np.array(person, dtype=_DTYPES["person"]),
                "parent": np.where(above >= 0, above - start, -1).astype(_DTYPES["parent"]),
            },
        )
    return found


def _people(rows: Rows) -> list[Person | None]:
    given = zip(rows["author"], rows["author_id"], rows["source_format"], strict=True)
    return [None if name is None and id_ is None else Person(name, id_, of) for name, id_, of in given]


def _columns(rows: Rows) -> dict[str, list[Any]]:
    """Return the columns of comments that do not depend on others."""
    scored = [values or {} for values in rows["values"]]
    answers = zip(rows["parent_id"], rows["parent_source"], strict=True)
    return {
        "key": list(rows["id"]),
        "time": list(map(microseconds, rows["published_at"])),
        "reply": [-1 if parent is None else _REPLY.get(source, -1) for parent, source in answers],
        "status": [_STATUS.get(status, -1) for status in rows["status"]],
        "sentiment": [values.get("sentiment", np.nan) for values in scored],
        "words": [values.get("words", -1) for values in scored],
        "offensive": [values.get("offensive", np.nan) for values in scored],
        "stance": [_STANCE.get(values.get("stance", ""), -1) for values in scored],
        "relation": [_RELATION.get(values.get("reply_relation", ""), -1) for values in scored],
    }


def _values(row: Any) -> dict[str, Any]:
    """Return the columns of a comment that do not depend on the others."""
    return {name: values[0] for name, values in _columns({n: [v] for n, v in row._mapping.items()}).items()}


def _person(row: Any) -> Person | None:
    nobody = row.author is None and row.author_id is None
    return None if nobody else Person(row.author, row.author_id, row.source_format)


def _state(connection: Connection) -> State:
    """Return what differs after each change: the last outline, how many there are, the last taking away."""
    a = tables.audit.c
    last, count = connection.execute(select(func.max(_o.stamp), func.count())).one()
    taken = connection.scalar(select(func.max(a.id)).where(a.event.in_(("retain", "erase"))))
    return last or 0, count, taken or 0
