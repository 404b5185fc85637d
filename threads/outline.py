"""Comments as rows of numbers, without their texts: what filters, timelines and counts need of them.

Small enough to be held for a million comments at once (50 bytes each), and packed into bytes, one piece a
discussion, for a store to keep.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import starmap
from typing import Any, Final, NamedTuple, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from threads.records import Status

STANCES: Final = ("supportive", "critical", "neutral", "unclear")
RELATIONS: Final = ("agrees", "disagrees", "asks", "comments", "unclear")
STATUSES: Final[tuple[str, ...]] = get_args(Status)
REPLIES: Final = ("given", "inferred")
NO_TIME: Final = int(np.iinfo(np.int64).min)
"""The value of `time` where none is known; a code that is not known is -1, a number NaN."""

Columns: TypeAlias = Mapping[str, npt.NDArray[Any]]


class OutlineColumn(NamedTuple):
    """A column of an outline: its name, its type in memory and what it means."""

    name: str
    dtype: str
    help: str


OUTLINE_COLUMNS: Final = (
    OutlineColumn("key", "<i8", "The store's number of the comment."),
    OutlineColumn("time", "<i8", "When it appeared, in microseconds since 1970 in UTC; NO_TIME: not known."),
    OutlineColumn("person", "<i4", "Whose it is: a place in `people`; -1 without a name."),
    OutlineColumn("parent", "<i4", "The row of the comment that it answers; -1: none, or not stored."),
    OutlineColumn("depth", "<i2", "1 for an answer to the article, one more for each step below it."),
    OutlineColumn("reply", "i1", "A place in REPLIES: how it is known to answer a comment; -1: it does not."),
    OutlineColumn("status", "i1", "A place in STATUSES."),
    OutlineColumn("sentiment", "<f8", "The compound, -1 to 1."),
    OutlineColumn("words", "<i4", "Its words; -1: not counted."),
    OutlineColumn("offensive", "<f4", "How likely its language offends, 0 to 1."),
    OutlineColumn("stance", "i1", "A place in STANCES; -1: not judged."),
    OutlineColumn("relation", "i1", "A place in RELATIONS; -1: not judged."),
)
HOUR: Final = 3_600_000_000
"""Microseconds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_CHAIN = 20  # doublings: a million steps, so that a circle of answers ends


class Person(NamedTuple):
    """Who wrote: the displayed name and the platform's own id, as far as known, and in which format."""

    name: str | None
    id: str | None
    source_format: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The outline of one discussion: `people` and `parent` count within it."""

    people: tuple[Person, ...]
    columns: Columns

    def __len__(self) -> int:
        return len(self.columns["key"])


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Outline:
    """The outline of many discussions: columns of OUTLINE_COLUMNS, and two more.

    `thread` is a place in `thread_ids`, `hour` the whole hours since 1970, without meaning where no time is
    known. It equals none but itself, so that what is worked out from it can be kept.
    """

    thread_ids: tuple[str, ...]
    people: tuple[Person, ...]
    columns: Columns

    def __len__(self) -> int:
        return len(self.columns["key"])

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self.columns[name]


def microseconds(time: datetime | None) -> int:
    """Return an aware moment as the column `time` has it."""
    return NO_TIME if time is None else (time - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime | None:
    """Return what `microseconds` was given."""
    return None if value == NO_TIME else _EPOCH + timedelta(microseconds=int(value))


def depths(parents: npt.NDArray[Any]) -> npt.NDArray[np.int16]:
    """Return how deep each row stands below the article, 1 for those without a parent (-1)."""
    ancestor, depth = parents.astype(np.int64), np.ones(len(parents), dtype=np.int64)
    for _ in range(_LONGEST_CHAIN):
        below = ancestor >= 0
        if not below.any():
            break
        above = ancestor[below]
        depth[below] += depth[above]
        ancestor[below] = ancestor[above]
    return depth.clip(max=np.iinfo(np.int16).max).astype(np.int16)


def with_row(piece: Piece, place: int, person: Person | None, values: Mapping[str, Any]) -> Piece:
    """Return a piece with one row more, at `place`.

    `values` are those of all columns but person, parent and depth: who answers whom is `answering`'s to say.
    """
    people = {known: number for number, known in enumerate(piece.people)}
    number = -1 if person is None else people.setdefault(person, len(people))
    row = {**values, "person": number, "parent": -1, "depth": 1}
    columns = {name: np.insert(column, place, row[name]) for name, column in piece.columns.items()}
    columns["parent"][columns["parent"] >= place] += 1
    return Piece(tuple(people), columns)


def with_values(piece: Piece, place: int, values: Mapping[str, Any]) -> Piece:
    """Return a piece with other values of some columns in the row at `place`."""
    changed = {name: piece.columns[name].copy() for name in values}
    for name, value in values.items():
        changed[name][place] = value
    return Piece(piece.people, {**piece.columns, **changed})


def answering(piece: Piece, parents: Mapping[int, int]) -> Piece:
    """Return a piece in which the rows that `parents` names answer others (-1: none), with their depths."""
    column = piece.columns["parent"].copy()
    column[list(parents)] = list(parents.values())
    return Piece(piece.people, {**piece.columns, "parent": column, "depth": depths(column)})


def packed(piece: Piece) -> bytes:
    """Return a piece as bytes, for `unpacked`."""
    people = json.dumps(piece.people).encode()
    arrays = (piece.columns[name].astype(dtype).tobytes() for name, dtype, _ in OUTLINE_COLUMNS)
    head = json.dumps([_FORM, len(piece), len(people)]).encode()
    return zlib.compress(b"".join((head, b"\n", people, *arrays)), 1)


_FORM = zlib.crc32(repr((OUTLINE_COLUMNS, STANCES, RELATIONS, STATUSES, REPLIES)).encode())


FORGOTTEN = zlib.compress(b"[null, 0, 0]\n")
"""What `unpacked` finds no piece in."""


def unpacked(data: bytes, known: dict[Person, Person] | None = None) -> Piece | None:
    """Return the piece that `packed` was given; None where another version packed it, or it is FORGOTTEN.

    People who are in `known` are those very objects, and others are put there: who writes in a thousand
    discussions is in memory once.
    """
    known = {} if known is None else known
    content = zlib.decompress(data)
    head, _, rest = content.partition(b"\n")
    form, rows, length = json.loads(head)
    if form != _FORM:
        return None
    people = tuple(known.setdefault(person, person) for person in starmap(Person, json.loads(rest[:length])))
    numbers = rest[length:]  # without the names, which would be in memory as long as they
    columns, place = {}, 0
    for name, dtype, _ in OUTLINE_COLUMNS:
        columns[name] = np.frombuffer(numbers, dtype=dtype, count=rows, offset=place)
        place += columns[name].nbytes
    return Piece(people, columns)


def joined(pieces: Iterable[tuple[str, Piece]]) -> Outline:
    """Return the outline of discussions, each with its id; somebody who writes in several is one person.

    An author id makes a person, or a name where there is none, each within one source format.
    """
    pieces = list(pieces)
    places: dict[tuple[str, bool, str | None], int] = {}
    known: dict[Person, int] = {}
    people: list[Person] = []
    types = {name: dtype for name, dtype, _ in OUTLINE_COLUMNS} | {"thread": "<i4"}
    parts: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in types}
    rows = 0
    for number, (_, piece) in enumerate(pieces):
        for person in piece.people:
            if person not in known:
                bare = person.id is None
                key = (person.source_format, bare, person.name if bare else person.id)
                known[person] = places.setdefault(key, len(people))
                if known[person] == len(people):
                    people.append(person)
        # The place -1 finds the last one.
        numbers = np.array([*map(known.__getitem__, piece.people), -1], dtype=np.int32)
        for name, values in piece.columns.items():
            parts[name].append(values)
        parts["person"][-1] = numbers[piece.columns["person"]]
        parent = piece.columns["parent"]
        parts["parent"][-1] = np.where(parent >= 0, parent + rows, -1).astype(np.int32)
        parts["thread"].append(np.full(len(piece), number, dtype=np.int32))
        rows += len(piece)
    columns = {
        name: np.concatenate(arrays) if arrays else np.empty(0, dtype=types[name])
        for name, arrays in parts.items()
    }
    columns["hour"] = (columns["time"] // HOUR).astype(np.int32)
    return Outline(tuple(thread_id for thread_id, _ in pieces), tuple(people), columns)
