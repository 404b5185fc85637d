"""Taking in comments as they come, one by one, without reading the discussions that they stand in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Engine, and_, bindparam, func, or_, select, update

from threads.errors import ConflictError
from threads.moderation.decisions import DECIDED, PUBLISHED, Action, State
from threads.moderation.rules import RULES
from threads.records import GONE, Comment, Discussion, Flag
from threads.scores import WITHIN_THREAD
from threads.storage import tables
from threads.storage.deciding import decide_within
from threads.storage.engine import chunks, insert_into, lock_for_import, reading, writing
from threads.storage.importing import (
    CommentKey,
    Row,
    check_ids,
    flags_of,
    last_keeping,
    score_rows,
    store_figures,
    store_flags,
)
from threads.storage.outlines import restamp, store_outlines, touch_outline

ACTOR: Final = "live"
"""Who holds a published comment that was changed and is flagged since."""
ALONE: Final = tuple(rule.name for rule in RULES if rule.scope == "comment")
"""The rules whose flags are there at once; those of the others come when a discussion is settled."""

_c, _d, _s, _f = tables.comments.c, tables.discussions.c, tables.scores.c, tables.flags.c
_COMMENT: Final = tuple(f.name for f in fields(Comment))
_DISCUSSION: Final = tuple(f.name for f in fields(Discussion) if f.name != "comments")
_FILLED: Final = ("title", "url", "article_text", "published_at", "language", "captured_at")


@dataclass(frozen=True, slots=True)
class Stored:
    """A comment as the store has it: see the tables for `changed_at` and `deleted_at`."""

    id: int
    comment: Comment
    changed_at: datetime | None
    deleted_at: datetime | None
    state: State
    version: int
    is_empty: bool  # nothing is kept of it any more


@dataclass(frozen=True, slots=True)
class Around:
    """What there is, at one moment, of some comments and of what they depend on.

    `discussions` are without their comments. `comments` are those asked for, what they answer, and what
    answers them, which `answers` names by what they answer. `book` and `keeping` are the rule book in force
    and the last retention or erasure.
    """

    discussions: Mapping[str, Discussion]
    comments: Mapping[CommentKey, Stored]
    answers: Mapping[CommentKey, tuple[str, ...]]
    book: int | None
    keeping: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A comment to be stored as it is now.

    `before` is what is stored of it. `flags` are of the rules ALONE, None where they stay: the text, what it
    answers and its status are as they were.
    """

    comment: Comment
    changed_at: datetime | None
    deleted_at: datetime | None
    before: Stored | None = None
    flags: Sequence[Flag] | None = None

    @property
    def key(self) -> CommentKey:
        """Both ids."""
        return self.comment.thread_id, self.comment.comment_id

    @property
    def has_new_text(self) -> bool:
        """Whether the text that was stored is another."""
        return self.before is not None and self.before.comment.text != self.comment.text


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of some comments, missing ones left out; a column of `names` replaces the stored one."""

    names: Collection[str]
    rows: Mapping[CommentKey, Row]

    @classmethod
    def of(cls, keys: Sequence[CommentKey], frame: pd.DataFrame) -> Scores:
        """Return the scores that a frame has, one row a comment, in the order of `keys`."""
        rows = score_rows(frame, len(keys), "live")
        return cls(frozenset(map(str, frame.columns)), dict(zip(keys, rows, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is to be stored together: all of it or nothing.

    `scores` are of comments written and of answers to them. `around` is what the batch was worked out from,
    of what was `asked`.
    """

    discussions: Sequence[Discussion]
    comments: Sequence[Written]
    scores: Scores
    around: Around
    asked: Sequence[Comment]


class Intake:
    """Takes in comments one by one; `threads.live` says what becomes of a discussion."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def around(self, asked: Sequence[Comment]) -> Around:
        """Return what is stored of some comments, by their ids and what they answer, and around them."""
        with reading(self._engine) as connection:
            return _around(connection, asked)

    def add(self, batch: Batch) -> None:
        """Store a batch: comments, scores, flags, outlines and figures of discussions, in one transaction.

        A published comment that has another text now and is flagged for it is held, by the actor `live`.

        Raises
        ------
        InputError
            An id cannot be stored.
        ConflictError
            Something that the batch was worked out from has changed: work it out again.
        StoreError
            The database refuses.
        """
        check_ids([written.key for written in batch.comments], "live")
        now = self._clock()
        with writing(self._engine) as connection:
            lock_for_import(connection)
            if _around(connection, batch.asked, lock=True) != batch.around:
                raise ConflictError("somebody else changed it first", source="live", remedy="Try again")
            _store(connection, batch, now)

    def unsettled(self) -> dict[str, int]:
        """Return the revision of each discussion that has comments which its settling did not see."""
        with reading(self._engine) as connection:
            query = select(_d.thread_id, _d.revision).where(_d.revision > _d.settled)
            return {row.thread_id: row.revision for row in connection.execute(query)}

    def waiting(self) -> int:
        """Return how many comments came since their discussions were settled."""
        with reading(self._engine) as connection:
            query = select(func.sum(_d.revision - _d.settled)).where(_d.revision > _d.settled)
            return int(connection.scalar(query) or 0)

    def refine(self, thread_id: str, scores: pd.DataFrame) -> int:
        """Replace score columns of a discussion's comments where they differ; return of how many.

        The index of `scores` is comment_id. It is done some hundred comments at a time, so that nobody waits.
        """
        names = set(map(str, scores.columns))
        values = dict(zip(scores.index, score_rows(scores, len(scores), thread_id), strict=True))
        query = (
            select(_c.id, _c.comment_id, _s["values"])
            .select_from(tables.comments.outerjoin(tables.scores))
            .where(_c.thread_id == thread_id, _c.emptied_at.is_(None))
        )
        changed = 0
        for some in chunks(values):
            with writing(self._engine) as connection:
                rows = []
                for key, comment_id, old in connection.execute(query.where(_c.comment_id.in_(some))):
                    new = {n: v for n, v in (old or {}).items() if n not in names} | values[comment_id]
                    if new != (old or {}):
                        rows.append({"comment": key, "values": new})
                _put_scores(connection, rows)
                if "offensive" in names:
                    _copy_offensive(connection, rows)
                changed += len(rows)
        if changed and not names <= WITHIN_THREAD:
            with writing(self._engine) as connection:
                store_figures(connection, store_outlines(connection, [thread_id]))
        return changed

    def settled(self, thread_id: str, revision: int, language: str | None = None) -> None:
        """Say that scores within the thread and flags take in all comments up to a revision."""
        with writing(self._engine) as connection:
            found = {"language": func.coalesce(_d.language, language), "settled": revision}
            these = _d.thread_id == thread_id, _d.settled < revision
            connection.execute(update(tables.discussions).where(*these).values(**found))
            restamp(connection, thread_id)


def _around(connection: Connection, asked: Sequence[Comment], *, lock: bool = False) -> Around:
    """Return what there is around some comments; `lock` keeps others from deciding on them meanwhile."""
    ids: dict[str, set[str]] = {}
    wanted: dict[str, set[str]] = {}
    for comment in asked:
        ids.setdefault(comment.thread_id, set()).add(comment.comment_id)
        parents = {comment.parent_id} if comment.parent_id is not None else set()
        wanted.setdefault(comment.thread_id, set()).update({comment.comment_id}, parents)
    comments: dict[CommentKey, Stored] = {}
    answers: dict[CommentKey, tuple[str, ...]] = {}
    for thread_id, own in ids.items():
        for row in _rows(connection, thread_id, _c.comment_id, wanted[thread_id], lock=lock):
            comments[thread_id, row.comment.comment_id] = row
        # What one answered before it was changed is what its parent is, where the change does not say.
        known = [comments[thread_id, one].comment for one in own if (thread_id, one) in comments]
        more = {c.parent_id for c in known if c.parent_id is not None} - wanted[thread_id]
        for row in _rows(connection, thread_id, _c.comment_id, more, lock=lock):
            comments[thread_id, row.comment.comment_id] = row
        for row in _rows(connection, thread_id, _c.parent_id, own, lock=lock):
            key = thread_id, row.comment.parent_id or ""
            answers[key] = (*answers.get(key, ()), row.comment.comment_id)
            comments[thread_id, row.comment.comment_id] = row
    about = select(*(_d[name] for name in _DISCUSSION)).where(_d.thread_id.in_(list(ids)))
    return Around(
        discussions={row.thread_id: Discussion(**row._mapping) for row in connection.execute(about)},
        comments=comments,
        answers=answers,
        book=connection.scalar(select(func.max(tables.rule_books.c.id))),
        keeping=last_keeping(connection),
    )


def _rows(
    connection: Connection, thread_id: str, column: ColumnElement[Any], values: Collection[str], *, lock: bool
) -> Iterable[Stored]:
    """Yield the comments of a discussion in which `column` has one of `values`, in a stable order."""
    columns = [_c[name] for name in _COMMENT]
    about = (_c.id, _c.changed_at, _c.deleted_at, _c.state, _c.version, _c.emptied_at)
    query = select(*about, *columns).where(_c.thread_id == thread_id).order_by(_c.id)
    query = query.with_for_update() if lock else query
    for some in chunks(sorted(values)):
        for key, changed_at, deleted_at, state, version, emptied_at, *found in connection.execute(
            query.where(column.in_(some))
        ):
            comment = Comment(**dict(zip(_COMMENT, found, strict=True)))
            yield Stored(key, comment, changed_at, deleted_at, state, version, emptied_at is not None)


# --- storing ---


def _store(connection: Connection, batch: Batch, now: datetime) -> None:
    told: dict[str, int] = {}
    for written in batch.comments:
        told[written.comment.thread_id] = told.get(written.comment.thread_id, 0) + 1
    for discussion in batch.discussions:
        _store_discussion(connection, discussion, told.get(discussion.thread_id, 0), now)
    scores = batch.scores.rows
    ids: dict[CommentKey, int] = {}
    places = _Places(connection)
    for written in batch.comments:
        ids[written.key] = places.put(written, scores.get(written.key, {}).get("offensive"), now)
    for thread_id, comment_id in scores.keys() - ids.keys():
        ids[thread_id, comment_id] = batch.around.comments[thread_id, comment_id].id
    _merge_scores(connection, {ids[key]: values for key, values in scores.items()}, batch.scores.names)
    for written in batch.comments:
        _flag(connection, written, ids[written.key], now)
    for thread_id in told:
        touched = [ids[key] for key in ids if key[0] == thread_id]
        piece = places.outline(thread_id, touched)
        store_figures(connection, {thread_id: piece})


def _store_discussion(connection: Connection, about: Discussion, comments: int, now: datetime) -> None:
    """Make a discussion, or fill what was missing of it, and count its new comments with its import."""
    i = tables.imports.c
    query = select(_d.import_id, i.live).join_from(tables.discussions, tables.imports)
    known = connection.execute(query.where(_d.thread_id == about.thread_id)).one_or_none()
    if known is not None and known.live:
        counted = update(tables.imports).where(i.id == known.import_id)
        connection.execute(counted.values(kept=i.kept + comments, imported_at=now))
        import_id = known.import_id
    else:
        made = tables.imports.insert().values(
            source=about.source, imported_at=now, kept=comments, skipped=[], warnings=[], live=True
        )
        import_id = connection.execute(made.returning(i.id)).scalar_one()
    statement = insert_into(connection, tables.discussions)
    filled = {name: func.coalesce(_d[name], statement.excluded[name]) for name in _FILLED}
    statement = statement.on_conflict_do_update(
        index_elements=["thread_id"],
        set_={**filled, "import_id": import_id, "revision": _d.revision + comments},
    )
    values = {name: getattr(about, name) for name in _DISCUSSION}
    connection.execute(statement, [{**values, "import_id": import_id, "revision": comments}])


def _merge_scores(connection: Connection, given: Mapping[int, Row], names: Collection[str]) -> None:
    """Store scores; stored columns of other names stay."""
    old: dict[int, Row] = {}
    for some in chunks(given):
        found = connection.execute(select(_s.comment, _s["values"]).where(_s.comment.in_(some)))
        old |= {row.comment: row._mapping["values"] for row in found}
    kept = {key: {n: v for n, v in old.get(key, {}).items() if n not in names} for key in given}
    _put_scores(connection, [{"comment": key, "values": kept[key] | values} for key, values in given.items()])


def _put_scores(connection: Connection, rows: Sequence[Row]) -> None:
    if rows:
        statement = insert_into(connection, tables.scores)
        replaced = {"values": statement.excluded["values"]}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["comment"], set_=replaced), list(rows)
        )


def _copy_offensive(connection: Connection, rows: Sequence[Row]) -> None:
    """Let the queue choose by what the scores are."""
    copied = [{"key": row["comment"], "score": row["values"].get("offensive")} for row in rows]
    if copied:
        again = update(tables.comments).where(_c.id == bindparam("key"))
        connection.execute(again.values(offensive=bindparam("score")), copied)


def _flag(connection: Connection, written: Written, key: int, now: datetime) -> None:
    """Store the flags of the rules ALONE; a decided comment keeps those that it was decided on.

    A published one that has another text now, and is flagged for it, is held first.
    """
    if written.flags is None:
        return
    before = written.before
    if before is not None and before.state in PUBLISHED and written.has_new_text and written.flags:
        action = Action(
            key=f"{ACTOR}-{before.id}-{before.version}",
            thread_id=written.comment.thread_id,
            comment_id=written.comment.comment_id,
            action="hold",
            actor=ACTOR,
            expected_version=before.version,
            note="Its text was changed after it was published.",
        )
        decide_within(connection, action, now)
    elif before is not None and before.state in DECIDED:
        if written.has_new_text:  # the words that were marked stand elsewhere now
            connection.execute(update(tables.flags).where(_f.comment == key).values(spans=[]))
        return
    gone = written.comment.status in GONE
    others = [f for _, f in flags_of(connection, [key]) if f.rule not in ALONE and not gone]
    if before is not None or written.flags:
        store_flags(connection, {key: [*others, *written.flags]} if others or written.flags else {}, [key])


class _Places:
    """Puts comments into their places, and remembers what an outline must know of it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._new: dict[str, dict[int, int | None]] = {}
        self._moved: set[str] = set()

    def put(self, written: Written, offensive: float | None, now: datetime) -> int:
        """Store a comment; return its key."""
        comment, before = written.comment, written.before
        values: Row = {name: getattr(comment, name) for name in _COMMENT}
        values |= {"changed_at": written.changed_at, "deleted_at": written.deleted_at}
        if before is None:
            values["position"], above = self._room(comment)
            fixed = {"imported_at": now, "state": "open", "version": 0, "offensive": offensive}
            made = tables.comments.insert().values(**values, **fixed).returning(_c.id)
            key: int = self._connection.execute(made).scalar_one()
            self._new.setdefault(comment.thread_id, {})[key] = above
            return key
        old = before.comment
        values["position"] = self._position(before.id)
        if comment.published_at != old.published_at:
            values["position"] = self._moved_to(before.id, comment, values["position"])
        if comment.published_at != old.published_at or (comment.author, comment.author_id) != (
            old.author,
            old.author_id,
        ):
            self._moved.add(comment.thread_id)
        if written.flags is not None:
            values["offensive"] = offensive
        self._connection.execute(update(tables.comments).where(_c.id == before.id).values(**values))
        return before.id

    def outline(self, thread_id: str, touched: Sequence[int]) -> Any:
        """Bring the outline of a discussion up to date; return it."""
        new = self._new.get(thread_id, {})
        if thread_id in self._moved:
            return store_outlines(self._connection, [thread_id])[thread_id]
        return touch_outline(self._connection, thread_id, new, [key for key in touched if key not in new])

    def _position(self, key: int) -> int:
        return int(self._connection.execute(select(_c.position).where(_c.id == key)).scalar_one())

    def _moved_to(self, key: int, comment: Comment, old: int) -> int:
        """Return the new position of a comment whose time was not known before, others moved up and down."""
        of_thread = _c.thread_id == comment.thread_id
        self._connection.execute(update(tables.comments).where(_c.id == key).values(position=0))
        closing = update(tables.comments).where(of_thread, _c.position > old, _c.id != key)
        self._connection.execute(closing.values(position=_c.position - 1))
        return self._room(comment, but=key)[0]

    def _room(self, comment: Comment, but: int = 0) -> tuple[int, int | None]:
        """Make room for a comment by its time; return its position and the comment before it.

        Without a time it goes to the end. In a discussion that stands with the newest first, so it goes in.
        """
        these = select(_c.id, _c.position).where(_c.thread_id == comment.thread_id, _c.id != but)
        downward = these.order_by(_c.position.desc(), _c.id.desc()).limit(1)
        last = self._connection.execute(downward).one_or_none()
        if last is None:
            return 1, None
        at = comment.published_at
        if at is None:
            return last.position + 1, last.id
        earlier = or_(_c.published_at < at, and_(_c.published_at == at, _c.comment_id < comment.comment_id))
        if self._is_newest_first(comment.thread_id):
            upward = these.order_by(_c.position, _c.id).limit(1)
            below = self._connection.execute(upward.where(earlier)).one_or_none()
            position = last.position + 1 if below is None else below.position
        else:
            above = self._connection.execute(downward.where(earlier)).one_or_none()
            position = 1 if above is None else above.position + 1
        if position > last.position:
            return position, last.id
        opening = update(tables.comments).where(
            _c.thread_id == comment.thread_id, _c.position >= position, _c.id != but
        )
        before = self._connection.execute(downward.where(_c.position < position)).one_or_none()
        self._connection.execute(opening.values(position=_c.position + 1))
        return position, None if before is None else before.id

    def _is_newest_first(self, thread_id: str) -> bool:
        timed = (
            select(_c.published_at).where(_c.thread_id == thread_id, _c.published_at.is_not(None)).limit(1)
        )
        first = self._connection.scalar(timed.order_by(_c.position))
        last = self._connection.scalar(timed.order_by(_c.position.desc()))
        return first is not None and last is not None and first > last
