"""What leaves the store to be written to files: comments, decisions and flagged comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, Select, func, select

from threads.frames import typed
from threads.parse.storable import all_from_storable
from threads.records import COMMENT_COLUMNS, STATE_COLUMN, Column, Discussion, Flag
from threads.storage import tables
from threads.storage.engine import chunks, reading
from threads.storage.importing import flags_of
from threads.storage.parts import ROWS_AT_ONCE, Part

# What is told of a decision, in the history of a comment and in a file of all.
OF_A_DECISION: tuple[Column, ...] = (
    Column("version", "integer", "The comment's version after it."),
    Column("action", "text", "approve, not_offensive, feature, reject, hold, escalate or undo."),
    Column("before_state", "text", "State before: open, approved, featured, rejected, held or escalated."),
    Column("after_state", "text", "State after."),
    Column("actor", "text", "Who decided."),
    Column("decided_at", "time", "When.", "UTC"),
    Column("reason", "text", "Why it was rejected: a code."),
    Column("note", "text", "What the moderator wrote about it."),
    Column("batch", "text", "Decisions made together share it."),
    Column("undoes", "integer", "The decision that this one took back."),
)
DECISION_COLUMNS: tuple[Column, ...] = (
    Column("decision", "integer", "The decision; later ones have greater numbers."),
    Column("thread_id", "text", "The discussion."),
    Column("title", "text", "Title of the article."),
    Column("url", "text", "Address of the article."),
    Column("comment_id", "text", "The comment that was decided on."),
    *OF_A_DECISION,
)
FLAGGED_COLUMNS: tuple[Column, ...] = (
    *COMMENT_COLUMNS,
    Column("title", "text", "Title of the article."),
    Column("url", "text", "Address of the article."),
    Column("state", "text", "open, approved, featured, rejected, held or escalated."),
    Column("version", "integer", "How often it was decided on."),
    Column(
        "risk", "number", "How far it is over its limits: the largest value / limit of its flags.", "ratio"
    ),
    Column("rules", "text", "The rules that flagged it, with blanks between them."),
    Column("reasons", "text", "Their reasons, a line each."),
)


_AS_DECIDED = tuple(column.name for column in OF_A_DECISION if column.name != "note")  # notes have a table


@dataclass(frozen=True, slots=True)
class Flagged:
    """Flagged comments, columns as in FLAGGED_COLUMNS, and the flags of each row."""

    frame: pd.DataFrame
    flags: Sequence[Sequence[Flag]]


class Exports:
    """What may leave the store as a file. Made by the store as `store.exports`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def comments(self, thread_id: str | None = None, columns: tuple[Column, ...] = ()) -> Iterator[Part]:
        """Yield comments as `Store.comments` returns them, some thousand at a time, of one moment.

        The first part may be without rows, so that there is always one. Do not write while it is read.
        """
        query = comments_query(thread_id, scores=bool(columns))
        wanted = (*COMMENT_COLUMNS, *columns, STATE_COLUMN)
        with reading(self._engine) as connection:
            result = connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
            names = list(result.keys())
            count = 0
            for rows in result.partitions():
                frame = comments_of(names, [rows], wanted)
                count += len(frame)
                yield Part(frame, _discussions(connection, frame["thread_id"].unique()))
            if not count:
                yield Part(comments_of(names, (), wanted), {})

    def page(
        self, thread_id: str, columns: tuple[Column, ...], after: int | None, limit: int
    ) -> pd.DataFrame:
        """Return at most `limit` comments of a discussion behind the position `after`, as `comments` does."""
        query = comments_query(thread_id, scores=bool(columns)).limit(limit)
        if after is not None:
            query = query.where(tables.comments.c.position > after)
        with reading(self._engine) as connection:
            result = connection.execute(query)
            names = list(result.keys())
            return comments_of(
                names, [result.all()] if limit else (), (*COMMENT_COLUMNS, *columns, STATE_COLUMN)
            )

    def count(self, thread_id: str | None = None) -> int:
        """Return how many comments `comments` yields."""
        query = _within(select(func.count()).select_from(tables.comments), thread_id)
        with reading(self._engine) as connection:
            return connection.scalar(query) or 0

    def sources(self, thread_id: str | None = None) -> list[dict[str, Any]]:
        """Return where the stored discussions were first read from: name, format, discussions, comments."""
        d = tables.discussions.c
        query = (
            select(
                d.source.label("name"),
                d.source_format.label("format"),
                func.count().label("discussions"),
                func.sum(d.comments).label("comments"),
            )
            .group_by(d.source, d.source_format)
            .order_by(d.source, d.source_format)
        )
        if thread_id is not None:
            query = query.where(d.thread_id == thread_id)
        with reading(self._engine) as connection:
            return [{**row, "comments": int(row["comments"])} for row in connection.execute(query).mappings()]

    def decisions(self, thread_id: str | None = None) -> pd.DataFrame:
        """Return every decision in the order in which they were made, columns as in DECISION_COLUMNS."""
        c, d, t = tables.comments.c, tables.decisions.c, tables.discussions.c
        stored = [d[name] for name in _AS_DECIDED]
        named = (d.id.label("decision"), tables.notes.c.text.label("note"))
        query = (
            select(*named, *stored, c.thread_id, c.comment_id, t.title, t.url)
            .select_from(
                tables.decisions.join(tables.comments).join(tables.discussions).outerjoin(tables.notes)
            )
            .order_by(d.id)
        )
        return typed(_frame(self._engine, _within(query, thread_id)), DECISION_COLUMNS)

    def flagged(self, thread_id: str | None = None) -> Flagged:
        """Return every comment that a rule flagged, decided or not, by discussion and place."""
        c, t = tables.comments.c, tables.discussions.c
        records = [c[column.name] for column in COMMENT_COLUMNS]
        query = (
            select(c.id, *records, t.title, t.url, c.state, c.version, c.risk)
            .select_from(tables.comments.join(tables.discussions))
            .where(c.id.in_(select(tables.flags.c.comment)))
            .order_by(c.thread_id, c.position, c.id)
        )
        with reading(self._engine) as connection:
            result = connection.execute(_within(query, thread_id))
            frame = pd.DataFrame(list(result), columns=list(result.keys()), dtype=object)
            found: dict[int, list[Flag]] = {key: [] for key in frame["id"]}
            for keys in chunks(found):
                for key, flag in flags_of(connection, keys):
                    found[key].append(flag)
        flags = list(found.values())
        frame["rules"] = [" ".join(flag.rule for flag in some) for some in flags]
        frame["reasons"] = ["\n".join(flag.reason for flag in some) for some in flags]
        return Flagged(typed(frame, FLAGGED_COLUMNS), flags)


def comments_query(thread_id: str | None, *, scores: bool) -> Select[Any]:
    """Return the query of records, scores where asked for as "values", and state, by discussion and place.

    Texts and scores are as they are stored, for `comments_of` to read whole columns of them.
    """
    c = tables.comments.c
    query = select(*(tables.as_stored(c[column.name]) for column in COMMENT_COLUMNS), c.state)
    if scores:
        query = query.add_columns(tables.as_stored(tables.scores.c["values"]))
        query = query.select_from(tables.comments.outerjoin(tables.scores))
    return _within(query, thread_id).order_by(c.thread_id, c.position, c.id)


def comments_of(
    names: Sequence[str], parts: Iterable[Iterable[Sequence[Any]]], columns: tuple[Column, ...]
) -> pd.DataFrame:
    """Return rows of `comments_query`, in parts, as a typed frame; "values" is spread into score columns."""
    data = _columns(names, parts)
    for column in COMMENT_COLUMNS:
        if column.kind == "text":
            data[column.name] = all_from_storable(data[column.name])
    frame = {name: pd.Series(values, dtype=object) for name, values in data.items() if name != "values"}
    for column in COMMENT_COLUMNS:
        if column.kind == "time":
            frame[column.name] = pd.Series(tables.UtcTime.read_all(data[column.name]))
    if "values" in data:
        of_scores = [column for column in columns if column.name not in frame]
        missing: dict[str, Any] = {column.name: None for column in of_scores}
        read = tables.StoredJson.read_all(data["values"])
        # A row's values in the order of the columns, whatever others it has behind them.
        lists = list(zip(*((missing | (row or {})).values() for row in read), strict=False))
        for column, values in zip(of_scores, lists or [()] * len(of_scores), strict=False):
            kind = "float64" if column.kind == "number" else object
            frame[column.name] = pd.Series(values, dtype=kind)
    return typed(pd.DataFrame(frame), columns)


def frame_of(
    names: Sequence[str], parts: Iterable[Iterable[Sequence[Any]]], columns: tuple[Column, ...]
) -> pd.DataFrame:
    """Return rows of the store, in parts, as a typed frame."""
    data = _columns(names, parts)
    return typed(pd.DataFrame({n: pd.Series(values, dtype=object) for n, values in data.items()}), columns)


def _columns(names: Sequence[str], parts: Iterable[Iterable[Sequence[Any]]]) -> dict[str, Sequence[Any]]:
    lists: list[list[Any]] = [[] for _ in names]
    for rows in parts:
        for values, column in zip(lists, zip(*rows, strict=True), strict=True):
            values.extend(column)
    return dict(zip(names, lists, strict=True))


def _discussions(connection: Connection, thread_ids: Iterable[str]) -> Mapping[str, Discussion]:
    d = tables.discussions.c
    stored = [d[f.name] for f in fields(Discussion) if f.name != "comments"]
    found: dict[str, Discussion] = {}
    for some in chunks(thread_ids):
        rows = connection.execute(select(*stored).where(d.thread_id.in_(some))).mappings()
        found |= {row["thread_id"]: Discussion(**row) for row in rows}
    return found


def _within(query: Select[Any], thread_id: str | None) -> Select[Any]:
    return query if thread_id is None else query.where(tables.comments.c.thread_id == thread_id)


def _frame(engine: Engine, query: Select[Any]) -> pd.DataFrame:
    with reading(engine) as connection:
        result = connection.execute(query)
        return pd.DataFrame(list(result), columns=list(result.keys()), dtype=object)
