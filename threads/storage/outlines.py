"""Outlines of what is stored (`threads.outline`): written with the comments, held in memory by who reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Engine, delete, func, select

from threads.errors import StoreError
from threads.outline import (
    OUTLINE_COLUMNS,
    RELATIONS,
    REPLIES,
    STANCES,
    STATUSES,
    Outline,
    Person,
    Piece,
    code,
    depths,
    joined,
    microseconds,
    packed,
    unpacked,
)
from threads.storage import tables
from threads.storage.engine import chunks, contains_text, insert_into, reading, writing

State: TypeAlias = tuple[int, int, int]
_c, _o = tables.comments.c, tables.outlines.c
_READ = (
    *(_c.thread_id, _c.comment_id, _c.parent_id, _c.id, _c.published_at, _c.author, _c.author_id),
    *(_c.source_format, _c.parent_source, _c.status, tables.scores.c["values"]),
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
            with reading(self._engine) as connection:
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
        for chunk in chunks(stamps.keys() - known.keys()):
            query = select(_o.thread_id, _o.content).where(_o.thread_id.in_(chunk))
            stored |= {name: unpacked(content) for name, content in connection.execute(query)}
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
        stamp = (connection.scalar(select(func.max(_o.stamp))) or 0) + 1
        statement = insert_into(connection, tables.outlines)
        replaced = {name: statement.excluded[name] for name in ("stamp", "content")}
        rows = [
            {"thread_id": name, "stamp": stamp, "content": packed(piece)} for name, piece in found.items()
        ]
        if rows:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["thread_id"], set_=replaced), rows
            )
        pieces |= found
    return pieces


def forget_outlines(connection: Connection, comment_keys: Iterable[int]) -> None:
    """Delete the outlines that tell of comments; the next reader works them out anew."""
    for chunk in chunks(comment_keys):
        these = select(_c.thread_id).where(_c.id.in_(chunk))
        connection.execute(delete(tables.outlines).where(_o.thread_id.in_(these)))


def pieces_of(connection: Connection, thread_ids: Sequence[str]) -> dict[str, Piece]:
    """Return the outlines of at most CHUNK discussions, worked out anew; empty ones are left out."""
    query = (
        select(*_READ)
        .select_from(tables.comments.outerjoin(tables.scores))
        .where(_c.thread_id.in_(thread_ids))
        .order_by(_c.thread_id, _c.position, _c.id)
    )
    rows: dict[str, list[Any]] = {}
    for row in connection.execute(query):
        rows.setdefault(row[0], []).append(row)
    return {name: _piece(of_one) for name, of_one in rows.items()}


def _piece(rows: Sequence[Any]) -> Piece:
    places = {row[1]: place for place, row in enumerate(rows)}
    people: dict[Person, int] = {}
    values: dict[str, list[Any]] = {name: [] for name, _, _ in OUTLINE_COLUMNS if name != "depth"}
    for _, _, parent_id, key, time, author, author_id, source_format, source, status, scores in rows:
        nobody = author is None and author_id is None
        person = Person(author, author_id, source_format)
        scored = scores or {}
        for name, value in (
            ("key", key),
            ("time", microseconds(time)),
            ("person", -1 if nobody else people.setdefault(person, len(people))),
            ("parent", places.get(parent_id, -1)),
            ("reply", -1 if parent_id is None else code(REPLIES, source)),
            ("status", code(STATUSES, status)),
            ("sentiment", scored.get("sentiment", np.nan)),
            ("words", scored.get("words", -1)),
            ("offensive", scored.get("offensive", np.nan)),
            ("stance", code(STANCES, scored.get("stance"))),
            ("relation", code(RELATIONS, scored.get("reply_relation"))),
        ):
            values[name].append(value)
    columns = {
        name: np.array(values[name], dtype=dtype) for name, dtype, _ in OUTLINE_COLUMNS if name != "depth"
    }
    return Piece(tuple(people), {**columns, "depth": depths(columns["parent"])})


def _state(connection: Connection) -> State:
    """Return what differs after each change: the last outline, how many there are, the last taking away."""
    a = tables.audit.c
    last, count = connection.execute(select(func.max(_o.stamp), func.count())).one()
    taken = connection.scalar(select(func.max(a.id)).where(a.event.in_(("retain", "erase"))))
    return last or 0, count, taken or 0
