"""Taking in what a parse found, in one transaction and never twice."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from itertools import chain
from operator import attrgetter
from statistics import fmean
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from sqlalchemy import Connection, bindparam, delete, func, select, update

from threads.errors import ConflictError, InputError, StoreError
from threads.language import N_
from threads.moderation.decisions import DECIDED
from threads.moderation.queue_order import risk
from threads.outline import NO_TIME, STANCES, Piece, moment
from threads.parse.storable import is_storable, to_storable
from threads.records import COMMENT_COLUMNS, Comment, Discussion, Flag, Parsed, Report, column_of
from threads.storage import tables
from threads.storage.bulk import insert_columns, new_keys
from threads.storage.engine import chunks, insert_into, lock_for_import
from threads.storage.outlines import store_new_outlines, store_outlines

CommentKey = tuple[str, str]
Row = dict[str, Any]
T = TypeVar("T")

KEEPING_EVENTS = ("retain", "erase")
LONGEST_ID = 1_000  # bytes as stored; a pair of ids is indexed, and PostgreSQL's index takes 2,704 bytes
_MOST_BYTES = 4  # of a character in UTF-8
_HALF = re.compile("[\ud800-\udfff]")

_COMMENT_NAMES = tuple(column.name for column in COMMENT_COLUMNS)
_FILLED = ("title", "url", "article_text", "published_at", "language", "captured_at")
_GIVEN_ONCE = ("thread_id", "source", "source_format", *_FILLED)
_TIMES = ("published_at", "published_at_raw", "published_at_precision", "timezone_source", "edited_at")
_REVISED = ("position", "parent_id", "parent_source", "parent_confidence", *_TIMES)


@dataclass(frozen=True, slots=True)
class Added:
    """What an import brought.

    New discussions and comments; comments known before, and how many of them have a corrected time now;
    discussions left out as empty; comments that no rule had flagged before.
    """

    discussions: int
    comments: int
    known: int
    corrected: int = 0
    empty: int = 0
    flagged: int = 0

    def __add__(self, other: Added) -> Added:
        return Added(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Added)))


@dataclass(frozen=True, slots=True)
class Held:
    """What the store held of some discussions at one moment, comments included.

    `imports` names the last import of each and the comments that came one by one since, and `keeping` the
    last retention or erasure: another one since then is seen by them.
    """

    discussions: Mapping[str, Discussion]
    imports: Mapping[str, tuple[int, int]]
    keeping: int = 0

    def only(self, thread_ids: Collection[str]) -> Held:
        """Return what is held of these discussions."""
        return replace(
            self,
            discussions={key: value for key, value in self.discussions.items() if key in thread_ids},
            imports={key: value for key, value in self.imports.items() if key in thread_ids},
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be stored, worked out before the write lock is taken."""

    report: Report
    discussions: list[Row]
    places: dict[CommentKey, int]  # where each comment stands in the columns and scores
    columns: dict[str, Sequence[Any]]  # as in COMMENT_COLUMNS
    scores: list[Row]
    score_names: frozenset[str]
    flags: Mapping[CommentKey, Sequence[Flag]]
    empty: int = 0
    repeated: int = 0

    def rows(self, keys: Collection[CommentKey]) -> dict[str, Sequence[Any]]:
        """Return the columns of some of its comments, and their scores as `values`."""
        whole = {**self.columns, "values": self.scores}
        if len(keys) == len(self.scores):
            return whole
        places = [self.places[key] for key in keys]
        return {name: list(map(column.__getitem__, places)) for name, column in whole.items()}


@dataclass(slots=True)
class _Known:
    """What the store has of a comment already."""

    id: int
    state: str
    is_flagged: bool
    is_empty: bool  # nothing is kept of it any more
    values: Row
    scores: Row = field(default_factory=dict)


def prepare(parsed: Parsed, scores: pd.DataFrame, flags: Mapping[CommentKey, Sequence[Flag]]) -> Batch:
    """Return the rows to be stored; parameters as in `Store.add`.

    Raises
    ------
    InputError
        Nothing in it has a comment, or an id is longer than LONGEST_ID or no whole text.
    StoreError
        `scores` or `flags` do not belong to `parsed`.
    """
    report = parsed.report
    filled = [d for d in parsed.discussions if d.comments]
    if not filled:
        raise InputError(
            N_("there are no comments to store"),
            source=report.source,
            remedy=N_("Check the report: it says what was left out and why"),
        )
    empty = [d for d in parsed.discussions if not d.comments]
    warnings = tuple(
        N_("{thread}: holds no comments and was not stored").format(thread=d.thread_id) for d in empty
    )
    columns: dict[str, Sequence[Any]] = {
        name: list(chain.from_iterable(column_of(d.comments, name) for d in filled))
        for name in _COMMENT_NAMES
    }
    keys = list(zip(columns["thread_id"], columns["comment_id"], strict=True))
    check_ids(keys, report.source)
    rows = score_rows(scores, len(keys), report.source)
    places = dict(zip(reversed(keys), reversed(range(len(keys))), strict=True))
    places = dict(reversed(places.items()))
    if stray := next((key for key in flags if key not in places), None):
        raise StoreError(
            N_("a flag is on a comment that was not parsed"), source=report.source, place=str(stray)
        )
    return Batch(
        report=replace(report, warnings=report.warnings + warnings),
        discussions=_discussion_rows(filled),
        places=places,  # of a repeated id the first place
        columns=columns,
        scores=rows,
        score_names=frozenset(map(str, scores.columns)),
        flags=flags,
        empty=len(empty),
        repeated=len(keys) - len(places),
    )


def check_ids(keys: Iterable[CommentKey], source: str) -> None:
    """Raise InputError for the first id that is too long, or no whole text."""
    keys = list(keys)
    if _are_plain(keys):
        return
    for place, key in enumerate(keys, start=1):
        for name, value in zip(("thread_id", "comment_id"), key, strict=True):
            if problem := _problem_of_id(value):
                raise InputError(
                    problem.format(name=name),
                    source=source,
                    place=f"comment {place}",
                    remedy=N_("Change it wherever it stands, in the same way"),
                )


def _are_plain(keys: Sequence[CommentKey]) -> bool:
    """Return whether all ids are short and of characters that need no second look."""
    ids = list(chain.from_iterable(keys))
    return is_storable("".join(ids)) and max(map(len, ids), default=0) * _MOST_BYTES <= LONGEST_ID


def _problem_of_id(value: str) -> str | None:
    """Return why an id cannot be stored, or stand in an address, its name left open; None when it can."""
    if _HALF.search(value):
        return N_("the {name} holds half of a character, which no address can carry")
    length = len(to_storable(value).encode())
    if length <= LONGEST_ID:
        return None
    return N_("the {name} has {bytes} bytes, more than the {most} that it may have").format(
        name="{name}", bytes=f"{length:,}", most=f"{LONGEST_ID:,}"
    )


def hold(connection: Connection, thread_ids: Iterable[str]) -> Held:
    """Return what is stored of the discussions that are named; the unknown ones are left out."""
    d, c = tables.discussions.c, tables.comments.c
    discussions: dict[str, Discussion] = {}
    imports: dict[str, tuple[int, int]] = {}
    for chunk in chunks(thread_ids):
        comments: dict[str, list[Comment]] = {}
        query = select(*(c[name] for name in _COMMENT_NAMES)).where(c.thread_id.in_(chunk))
        for row in connection.execute(query.order_by(c.thread_id, c.position, c.id)):
            comments.setdefault(row.thread_id, []).append(Comment(**row._mapping))
        about = select(d.import_id, d.revision, *(d[name] for name in _GIVEN_ONCE))
        for import_id, revision, *values in connection.execute(about.where(d.thread_id.in_(chunk))):
            given = dict(zip(_GIVEN_ONCE, values, strict=True))
            thread_id = given["thread_id"]
            discussions[thread_id] = Discussion(**given, comments=tuple(comments.get(thread_id, ())))
            imports[thread_id] = import_id, revision
    return Held(discussions, imports, last_keeping(connection))


def store_batch(connection: Connection, batch: Batch, now: datetime, held: Held | None = None) -> Added:
    """Store a batch; the caller's transaction makes it all or nothing.

    With `held` the batch is whole discussions, merged with what the store held: see `Store.add`.
    """
    lock_for_import(connection)
    before = _last_imports(connection, [row["thread_id"] for row in batch.discussions])
    if held is not None and (before, last_keeping(connection)) != (held.imports, held.keeping):
        raise ConflictError(
            N_("another import of the same discussion, or an erasure, came first"),
            source=batch.report.source,
            remedy=N_("Try again"),
        )
    whole = held is not None
    _store_discussions(connection, batch, now, whole=whole)
    known = _known_comments(connection, batch, before)
    flags = {key: given for key, given in batch.flags.items() if given}
    new = _insert_new(connection, batch, [key for key in batch.places if key not in known], flags, now)
    corrected = _revise_comments(connection, batch, known, _REVISED if whole else ("position",))
    _store_scores(connection, batch, known)
    open_ = {key: comment for key, comment in known.items() if comment.state not in DECIDED}
    again = {key: c for key, c in open_.items() if key in flags and not c.is_empty}
    stale = [c.id for c in open_.values() if c.is_flagged] if whole else []
    store_flags(connection, {c.id: flags[key] for key, c in again.items()}, stale)
    _summarise_new(connection, batch, {key: id_ for key, id_ in new.items() if key[0] not in before})
    for chunk in chunks(before):
        _summarise(connection, chunk)
    return Added(
        discussions=len({row["thread_id"] for row in batch.discussions} - before.keys()),
        comments=len(new),
        known=len(known) + batch.repeated,
        corrected=corrected,
        empty=batch.empty,
        flagged=len(flags.keys() & new.keys()) + sum(not c.is_flagged for c in again.values()),
    )


def _discussion_rows(discussions: Iterable[Discussion]) -> list[Row]:
    values = attrgetter(*_GIVEN_ONCE)
    return [dict(zip(_GIVEN_ONCE, values(d), strict=True)) for d in discussions]


def score_rows(scores: pd.DataFrame, comments: int, source: str) -> list[Row]:
    """Return one row a comment: its scores by column, missing ones left out."""
    if len(scores) != comments:
        raise StoreError(f"there are scores of {len(scores)} comments for {comments} comments", source=source)
    lists = {str(name): _values(scores[name]) for name in scores.columns}
    whole = {name: values for name, values in lists.items() if None not in values}
    rows: list[Row] = (
        [dict(zip(whole, row, strict=True)) for row in zip(*whole.values(), strict=True)]
        if whole
        else [{} for _ in range(comments)]
    )
    for name, values in lists.items():
        if name not in whole and any(value is not None for value in values):
            for row, value in zip(rows, values, strict=True):
                if value is not None:
                    row[name] = value
    return rows


def _values(column: pd.Series[Any]) -> list[Any]:
    """Return the values of a column, None for the missing ones."""
    missing = column.isna().to_numpy()
    if missing.all():
        return [None] * len(column)
    values = column.tolist()
    if missing.any():
        values = [None if gone else value for value, gone in zip(values, missing.tolist(), strict=True)]
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return [None if value is None else value.isoformat() for value in values]
    return values


def _last_imports(connection: Connection, thread_ids: list[str]) -> dict[str, tuple[int, int]]:
    """Return the last import and the revision of each of the discussions that are stored."""
    d = tables.discussions.c
    return {
        thread_id: (import_id, revision)
        for chunk in chunks(thread_ids)
        for thread_id, import_id, revision in connection.execute(
            select(d.thread_id, d.import_id, d.revision).where(d.thread_id.in_(chunk))
        )
    }


def _store_discussions(connection: Connection, batch: Batch, now: datetime, *, whole: bool) -> None:
    report = batch.report
    recorded = tables.imports.insert().values(
        source=report.source,
        imported_at=now,
        kept=report.kept,
        skipped=[[skipped.place, skipped.reason] for skipped in report.skipped],
        warnings=list(report.warnings),
    )
    import_id = connection.execute(recorded.returning(tables.imports.c.id)).scalar_one()
    statement = insert_into(connection, tables.discussions)
    # What was missing is filled; what is known is never erased. A whole discussion has had that done.
    filled = {
        name: statement.excluded[name]
        if whole
        else func.coalesce(tables.discussions.c[name], statement.excluded[name])
        for name in _FILLED
    }
    # Whole discussions were scored and flagged with all that came one by one.
    settled = {"settled": tables.discussions.c.revision} if whole else {}
    statement = statement.on_conflict_do_update(
        index_elements=["thread_id"],
        set_={**filled, **settled, "import_id": statement.excluded.import_id},
    )
    connection.execute(statement, [{**row, "import_id": import_id} for row in batch.discussions])


def _known_comments(
    connection: Connection, batch: Batch, thread_ids: Iterable[str]
) -> dict[CommentKey, _Known]:
    """Return what the store has of the batch's comments; the whole threads are read, in few queries."""
    c = tables.comments.c
    revised = [c[name] for name in _REVISED]
    query = select(
        c.thread_id, c.comment_id, c.id, c.state, c.risk, c.emptied_at, tables.scores.c["values"], *revised
    ).select_from(tables.comments.outerjoin(tables.scores))
    known: dict[CommentKey, _Known] = {}
    for chunk in chunks(thread_ids):
        for thread_id, comment_id, key, state, ratio, emptied_at, scores, *values in connection.execute(
            query.where(c.thread_id.in_(chunk))
        ):
            if (thread_id, comment_id) in batch.places:
                known[thread_id, comment_id] = _Known(
                    id=key,
                    state=state,
                    is_flagged=ratio is not None,
                    is_empty=emptied_at is not None,
                    values=dict(zip(_REVISED, values, strict=True)),
                    scores=scores or {},
                )
    return known


def last_keeping(connection: Connection) -> int:
    """Return the number of the last retention or erasure in the audit log, 0 where there was none."""
    a = tables.audit.c
    return connection.scalar(select(func.max(a.id)).where(a.event.in_(KEEPING_EVENTS))) or 0


def _insert_new(
    connection: Connection,
    batch: Batch,
    keys: list[CommentKey],
    flags: Mapping[CommentKey, Sequence[Flag]],
    now: datetime,
) -> dict[CommentKey, int]:
    """Insert comments that are not stored yet, with scores and flags; return the keys that they got."""
    if not keys:
        return {}
    new = dict(zip(keys, new_keys(connection, tables.comments, len(keys)), strict=True))
    ids = list(new.values())
    rows = batch.rows(keys)
    scores = rows.pop("values")
    raised = {new[key]: _once(given) for key, given in flags.items() if key in new}
    columns = {
        **rows,
        "id": ids,
        "offensive": [values.get("offensive") for values in scores],
        "risk": [risk(raised.get(key, ())) for key in ids],
        "flagged_by": [_rules(raised.get(key, ())) for key in ids],
    }
    fixed = {"imported_at": now, "state": "open", "version": 0}
    insert_columns(connection, tables.comments, columns, fixed)
    scored = {key: values for key, values in zip(ids, scores, strict=True) if values}
    insert_columns(connection, tables.scores, {"comment": list(scored), "values": list(scored.values())})
    flagged = _flag_rows(raised)
    insert_columns(connection, tables.flags, {name: [row[name] for row in flagged] for name in _FLAG_NAMES})
    return new


def _revise_comments(
    connection: Connection, batch: Batch, known: Mapping[CommentKey, _Known], names: Sequence[str]
) -> int:
    """Give known comments the values that they have now; return how many have another time.

    One of which nothing is kept only moves.
    """
    revised, corrected = [], 0
    for key, comment in known.items():
        values = {name: batch.columns[name][batch.places[key]] for name in names}
        if comment.is_empty:
            values = {**comment.values, "position": values["position"]}
        if any(values[name] != comment.values[name] for name in names):
            revised.append({"key": comment.id, **{f"new_{name}": values[name] for name in names}})
            corrected += any(name in names and values[name] != comment.values[name] for name in _TIMES)
    if revised:
        statement = update(tables.comments).where(tables.comments.c.id == bindparam("key"))
        connection.execute(statement.values({name: bindparam(f"new_{name}") for name in names}), revised)
    return corrected


def _store_scores(connection: Connection, batch: Batch, known: Mapping[CommentKey, _Known]) -> None:
    """Store scores of known comments; a score given again is replaced, one that is not given now stays.

    One of which nothing is kept gets none.
    """
    rows, judged_again = [], []
    for key, comment in known.items():
        if comment.is_empty:
            continue
        old = comment.scores
        kept = {name: value for name, value in old.items() if name not in batch.score_names}
        merged = kept | batch.scores[batch.places[key]]
        if merged != old:
            rows.append({"comment": comment.id, "values": merged})
        if merged.get("offensive") != old.get("offensive"):
            judged_again.append({"key": comment.id, "score": merged.get("offensive")})
    if rows:
        statement = insert_into(connection, tables.scores)
        replaced = {"values": statement.excluded["values"]}
        connection.execute(statement.on_conflict_do_update(index_elements=["comment"], set_=replaced), rows)
    if judged_again:
        again = update(tables.comments).where(tables.comments.c.id == bindparam("key"))
        connection.execute(again.values(offensive=bindparam("score")), judged_again)


def replace_scores(connection: Connection, thread_id: str, scores: pd.DataFrame) -> int:
    """Replace score columns of a discussion's comments; return how many comments have one of them.

    The index of `scores` is comment_id. Emptied comments keep no scores. The caller holds the lock.
    """
    names = set(map(str, scores.columns))
    values = dict(zip(scores.index, score_rows(scores, len(scores), thread_id), strict=True))
    c = tables.comments.c
    query = select(c.id, c.comment_id, tables.scores.c["values"]).select_from(
        tables.comments.outerjoin(tables.scores)
    )
    rows = []
    for key, comment_id, old in connection.execute(
        query.where(c.thread_id == thread_id, c.emptied_at.is_(None))
    ):
        others = {name: value for name, value in (old or {}).items() if name not in names}
        rows.append({"comment": key, "values": others | values.get(comment_id, {})})
    statement = insert_into(connection, tables.scores)
    replaced = {"values": statement.excluded["values"]}
    if rows:
        connection.execute(statement.on_conflict_do_update(index_elements=["comment"], set_=replaced), rows)
    _summarise(connection, [thread_id])
    return sum(not names.isdisjoint(row["values"]) for row in rows)


def store_flags(connection: Connection, flags: Mapping[int, Sequence[Flag]], stale: list[int]) -> None:
    """Store flags by comment, in place of all those of the comments in `stale`; work out the risks."""
    for chunk in chunks(stale):
        connection.execute(delete(tables.flags).where(tables.flags.c.comment.in_(chunk)))
    rows = _flag_rows(flags)
    if rows:
        statement = insert_into(connection, tables.flags)
        replaced = {name: statement.excluded[name] for name in ("reason", "value", "limit", "spans")}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["comment", "rule"], set_=replaced), rows
        )
    for chunk in chunks({**flags, **dict.fromkeys(stale)}):
        rank(connection, chunk)


_FLAG_NAMES = tuple(column.name for column in tables.flags.c)


def _flag_rows(flags: Mapping[int, Sequence[Flag]]) -> list[Row]:
    """Return the rows of flags by comment."""
    return [
        {
            "comment": comment,
            "rule": flag.rule,
            "reason": flag.reason,
            "value": flag.value,
            "limit": flag.limit,
            "spans": [list(span) for span in flag.spans],
        }
        for comment, given in flags.items()
        for flag in given
    ]


def _once(flags: Iterable[Flag]) -> list[Flag]:
    """Return flags with one for each rule, the last."""
    return list({flag.rule: flag for flag in flags}.values())


def rank(connection: Connection, comment_keys: list[int]) -> None:
    """Work out risk and rules of comments from all their flags, those of earlier imports included."""
    found: dict[int, list[Flag]] = {}
    for comment, flag in flags_of(connection, comment_keys):
        found.setdefault(comment, []).append(flag)
    statement = update(tables.comments).where(tables.comments.c.id == bindparam("key"))
    rows = [
        {"key": key, "ratio": risk(found.get(key, ())), "rules": _rules(found.get(key, ()))}
        for key in comment_keys
    ]
    connection.execute(statement.values(risk=bindparam("ratio"), flagged_by=bindparam("rules")), rows)


def _rules(flags: Sequence[Flag]) -> str | None:
    return f"|{'|'.join(sorted(flag.rule for flag in flags))}|" if flags else None


def flags_of(connection: Connection, comment_keys: list[int]) -> Iterator[tuple[int, Flag]]:
    """Yield the flags of at most CHUNK comments, each with its comment's key, ordered by rule."""
    f = tables.flags.c
    query = select(f.comment, f.rule, f.reason, f.value, f.limit, f.spans).where(f.comment.in_(comment_keys))
    for comment, rule, reason, value, limit, spans in connection.execute(query.order_by(f.comment, f.rule)):
        yield comment, Flag(rule, reason, value, limit, tuple((start, end) for start, end in spans))


def _summarise_new(connection: Connection, batch: Batch, new: Mapping[CommentKey, int]) -> None:
    """Do the same for discussions that are new with all their comments: nothing of them is read."""
    if new:
        rows = {**batch.rows(new), "id": list(new.values())}
        store_figures(connection, store_new_outlines(connection, rows))


def _summarise(connection: Connection, thread_ids: list[str]) -> None:
    """Store the outlines of discussions, and the figures that the list of discussions shows."""
    store_figures(connection, store_outlines(connection, thread_ids))


def store_figures(connection: Connection, pieces: Mapping[str, Piece]) -> None:
    """Store what the list of discussions shows of each, from their outlines."""
    rows = [_figures(thread_id, piece) for thread_id, piece in pieces.items()]
    # What was counted of comments whose authors and scores are no longer kept stays as it was.
    c = tables.comments.c
    emptied = {
        thread_id
        for chunk in chunks(pieces)
        for thread_id in connection.scalars(
            select(c.thread_id).where(c.thread_id.in_(chunk), c.emptied_at.is_not(None)).distinct()
        )
    }
    _store_figures(connection, [row for row in rows if row["thread"] in emptied], _FROM_TIMES)
    _store_figures(
        connection,
        [row for row in rows if row["thread"] not in emptied],
        (*_FROM_TIMES, "authors", "mean_sentiment", *STANCES),
    )


def _figures(thread_id: str, piece: Piece) -> Row:
    times, sentiments = piece.columns["time"], piece.columns["sentiment"]
    known, scored = times[times != NO_TIME], sentiments[~np.isnan(sentiments)]
    judged = piece.columns["stance"]
    counts = np.bincount(judged[judged >= 0], minlength=len(STANCES)).tolist()
    return {
        "thread": thread_id,
        "comments": len(piece),
        "authors": len({person.id or person.name for person in piece.people}),
        "first_at": moment(known.min()) if known.size else None,
        "last_at": moment(known.max()) if known.size else None,
        "mean_sentiment": fmean(scored.tolist()) if scored.size else None,
        # Without a single stance the comments were not judged, which is not the same as none of a kind.
        **{name: count if sum(counts) else None for name, count in zip(STANCES, counts, strict=True)},
    }


_FROM_TIMES = ("comments", "first_at", "last_at")


def _store_figures(connection: Connection, rows: list[Row], names: Sequence[str]) -> None:
    if rows:
        statement = update(tables.discussions).where(tables.discussions.c.thread_id == bindparam("thread"))
        connection.execute(
            statement.values({name: bindparam(f"new_{name}") for name in names}),
            [{"thread": row["thread"], **{f"new_{name}": row[name] for name in names}} for row in rows],
        )
