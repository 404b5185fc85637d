"""What is kept no longer: comments past their time, and whatever a person asks to have erased.

The row of such a comment stays, with its ids, place, time, state and decisions: the audit log can be held
against it, and replies still find what they answer. All that its author wrote goes, and with it what would
tell of it: scores, notes, answers of platforms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    bindparam,
    delete,
    false,
    func,
    or_,
    select,
    update,
)

from threads.erasing import Erased, Traces, Words, mark
from threads.errors import SettingError, StoreError
from threads.keys import fingerprint
from threads.language import _
from threads.records import Flag
from threads.storage import tables
from threads.storage.audit import record
from threads.storage.engine import chunks, insert_into, lock_for_import, reading, wiped, writing
from threads.storage.importing import CommentKey, flags_of
from threads.storage.outlines import forget_outlines

AT_ONCE = 5_000  # comments emptied in one transaction, so that no other writer waits long
NO_LONGER_KEPT = "The text is no longer kept."
_MOST_DAYS = 365_000
_c, _d, _n, _f = tables.comments.c, tables.decisions.c, tables.notes.c, tables.flags.c
_WAITING = _c.stage.in_(("flagged", "held"))
_GONE = select(_c.id, _c.thread_id, _c.author, _c.text, _WAITING.label("is_waiting"), _c.imported_at).where(
    _c.emptied_at.is_(None)
)
_NOTES = select(_n.decision, _c.id, _c.comment_id, _n.text).select_from(
    tables.notes.join(tables.decisions).join(tables.comments)
)
_EMPTY: dict[str, Any] = {
    "text": "",
    "author": None,
    "author_id": None,
    "published_at_raw": None,
    "edited_at": None,
    "likes": None,
    "offensive": None,
    "status": "deleted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Whose words are to be erased: an author as displayed, an author by the platform's id, one comment.

    At least one of them; `threads` limits authors to some discussions, for two people may bear one name.
    """

    author: str | None = None
    author_id: str | None = None
    comment: CommentKey | None = None
    threads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was taken: the name of its file, its SHA-256, and when."""

    name: str
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What retention or an erasure did, or would do.

    `comments` counts by thread what loses its text; `undecided` of them wait for a decision. `notes` of
    moderators go or are changed. In comments by others, lines of `quotes` and `names` are taken out,
    `reasons` of their flags that tell of it go, and `look_at` has what a person should look at: thread,
    comment, why. `namesakes` are the platform's ids of those who share the name. `backups` were taken since
    the comments came, and hold them still. `remains` says where bytes may be left; it is empty where they are
    gone.
    """

    comments: Mapping[str, int] = field(default_factory=dict)
    undecided: int = 0
    notes: int = 0
    quotes: int = 0
    names: int = 0
    reasons: int = 0
    look_at: tuple[tuple[str, str, str], ...] = ()
    namesakes: tuple[str, ...] = ()
    backups: tuple[Backup, ...] = ()
    remains: str = ""

    @property
    def total(self) -> int:
        """How many comments lose their text."""
        return sum(self.comments.values())


@dataclass(frozen=True, slots=True)
class _Gone:
    """A comment that is to be erased, and whether all that its author wrote is."""

    id: int
    thread_id: str
    author: str | None
    text: str
    is_waiting: bool
    imported_at: datetime
    with_author: bool


@dataclass(slots=True)
class _Traces:
    """What is to change in comments, their flags and notes by others: new texts by key, new flags as rows."""

    texts: dict[int, str] = field(default_factory=dict)
    flags: list[dict[str, Any]] = field(default_factory=list)
    notes: dict[int, str] = field(default_factory=dict)
    quotes: int = 0
    names: int = 0
    reasons: int = 0
    look_at: list[tuple[str, str, str]] = field(default_factory=list)


class Keeping:
    """Retention and erasure; `Store.keeping`. With `dry_run` a method only tells what it would do."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def retain(self, days: int, *, actor: str, threads: Sequence[str] = (), dry_run: bool = False) -> Kept:
        """Empty comments older than `days`, counted from when they appeared or, if unknown, were imported.

        Flags of decided comments keep rule, value and limit, for what the team learns from; those of
        undecided ones go, and the comments leave the queue.

        Raises
        ------
        SettingError
            `days` is less than 1.
        StoreError
            A thread is not there, or the database refuses.
        """
        if days < 1:
            raise SettingError(
                _("comments cannot be kept for {days} days", days=days),
                source="days",
                remedy=_("Give 1 or more; to keep nothing, delete the database"),
            )
        before = self._clock() - timedelta(days=min(days, _MOST_DAYS))
        past: list[ColumnElement[bool]] = [_c.appeared_at < before, _c.emptied_at.is_(None)]
        with reading(self._engine) as connection:
            _require_threads(connection, threads)
            if threads:
                past.append(_c.thread_id.in_(threads))
            found = _counted(connection, past)
        if not dry_run and not threads:
            self._forget_suggestions(before)
        if dry_run or not found.total:
            return found
        while self._retain_some(past, {"days": days, "before": before.isoformat()}, actor):
            pass
        return replace(found, remains=wiped(self._engine))

    def _forget_suggestions(self, before: datetime) -> None:
        """Delete what programs suggested: it holds texts of which no discussion is known."""
        with writing(self._engine) as connection:
            connection.execute(delete(tables.suggestions).where(tables.suggestions.c.at < before))

    def _retain_some(self, past: list[ColumnElement[bool]], details: dict[str, Any], actor: str) -> bool:
        """Empty some comments in a transaction of their own; return whether there may be more."""
        now = self._clock()
        with writing(self._engine) as connection:
            lock_for_import(connection)  # an import that began before sees it and begins anew
            ids = list(connection.scalars(select(_c.id).where(*past).order_by(_c.id).limit(AT_ONCE)))
            if ids:
                notes = _empty(connection, ids, now, keep_flags=True)
                record(connection, "retain", actor, {**details, "comments": len(ids), "notes": notes}, now)
        return len(ids) == AT_ONCE

    def erase(self, whom: Whom, key: bytes, *, actor: str, dry_run: bool = False) -> Kept:
        """Erase what an author wrote, or one comment, and keep later imports from bringing it back.

        Within the threads concerned it reaches quotations and mentions in others' comments and in notes: see
        `threads.erasing`. Nothing is left of flags; decisions and the audit log stay.

        Raises
        ------
        SettingError
            `whom` names nobody, or earlier erasures were made with another key.
        StoreError
            A thread or comment is not there, or the database refuses.
        """
        if whom.author is None and whom.author_id is None and whom.comment is None:
            raise SettingError(
                _("nobody is named"), source="erase", remedy=_("Give an author, an author's id or a comment")
            )
        return self._erase(whom, key, actor, dry_run=dry_run)

    def erase_again(self, key: bytes, *, actor: str, dry_run: bool = False) -> Kept:
        """Erase what is in the store though it was erased before: after a backup was restored.

        Raises
        ------
        SettingError
            Earlier erasures were made with another key.
        StoreError
            The database refuses.
        """
        return self._erase(None, key, actor, dry_run=dry_run)

    def _erase(self, whom: Whom | None, key: bytes, actor: str, *, dry_run: bool) -> Kept:
        now = self._clock()
        with reading(self._engine) if dry_run else writing(self._engine) as connection:
            if not dry_run:
                lock_for_import(connection)
            erased = _erased(connection, lambda: key)
            if whom is not None:
                _require_threads(connection, whom.threads)
                _require_comment(connection, whom.comment)
            gone = _covered(connection, erased) if whom is None else _of(connection, whom)
            traces = _traced(connection, gone)
            found = replace(_told(gone, traces), notes=len(traces.notes) + _count_notes(connection, gone))
            found = replace(
                found,
                namesakes=_namesakes(connection, whom),
                backups=_backups(connection, min((comment.imported_at for comment in gone), default=None)),
            )
            if dry_run:
                return found
            _empty(connection, [comment.id for comment in gone], now, keep_flags=False)
            _take_out(connection, traces)
            _put_on_record(connection, whom, key, found, actor, now)
        return replace(found, remains=wiped(self._engine))

    def erased(self, key_of: Callable[[], bytes]) -> Erased | None:
        """Return what imports must not bring back, None where nothing was ever erased.

        `key_of` reads the key, and is called only where it is needed.

        Raises
        ------
        SettingError
            The erasures were made with another key: nobody can tell what not to bring back.
        """
        with reading(self._engine) as connection:
            return _erased(connection, key_of)


# --- what it is about ---


def _counted(connection: Connection, past: Sequence[ColumnElement[bool]]) -> Kept:
    undecided = func.count().filter(_WAITING)
    query = select(_c.thread_id, func.count(), undecided).where(*past).group_by(_c.thread_id)
    rows = connection.execute(query.order_by(_c.thread_id)).all()
    notes = select(func.count()).select_from(tables.notes.join(tables.decisions).join(tables.comments))
    return Kept(
        comments={thread_id: count for thread_id, count, _ in rows},
        undecided=sum(waiting for _, _, waiting in rows),
        notes=connection.scalar(notes.where(*past)) or 0,
    )


def _of(connection: Connection, whom: Whom) -> list[_Gone]:
    author: ColumnElement[bool] = or_(
        *(
            column == value
            for column, value in ((_c.author, whom.author), (_c.author_id, whom.author_id))
            if value is not None
        ),
        false(),
    )
    if whom.threads:
        author &= _c.thread_id.in_(whom.threads)
    comment: ColumnElement[bool] = false()
    if whom.comment is not None:
        comment = (_c.thread_id == whom.comment[0]) & (_c.comment_id == whom.comment[1])
    query = _GONE.add_columns(author.label("with_author")).where(author | comment)
    return [_Gone(**row._mapping) for row in connection.execute(query)]


def _covered(connection: Connection, erased: Erased | None) -> list[_Gone]:
    if erased is None:
        return []
    named = [_c.thread_id, _c.comment_id, _c.author, _c.author_id]
    found: dict[int, bool] = {}
    query = select(_c.id, *named).where(_c.emptied_at.is_(None))
    for row in connection.execute(query.execution_options(yield_per=5_000)):
        cover = erased.cover(row.thread_id, row.comment_id, row.author, row.author_id)
        if cover is not None:
            found[row.id] = cover == "author"
    return [
        _Gone(**row._mapping, with_author=found[row.id])
        for chunk in chunks(found)
        for row in connection.execute(_GONE.where(_c.id.in_(chunk)))
    ]


def _traced(connection: Connection, gone: Sequence[_Gone]) -> _Traces:
    """Look for quotations and mentions in the threads of the comments that go."""
    traces = _Traces()
    threads: dict[str, list[_Gone]] = {}
    for comment in gone:
        threads.setdefault(comment.thread_id, []).append(comment)
    for thread_id, comments in threads.items():
        _trace(connection, thread_id, comments, traces)
    return traces


def _trace(connection: Connection, thread_id: str, gone: Sequence[_Gone], traces: _Traces) -> None:
    ids = {comment.id for comment in gone}
    others = [
        row
        for row in connection.execute(
            select(_c.id, _c.comment_id, _c.author, _c.text).where(_c.thread_id == thread_id)
        )
        if row.id not in ids
    ]
    words = Words(
        (c.text for c in gone),
        {c.author for c in gone if c.with_author and c.author is not None},
        {row.author for row in others if row.author is not None},
    )
    in_texts = {row.id: words.traces(row.text) for row in others}
    for row in others:
        found = in_texts[row.id]
        traces.look_at += [(thread_id, row.comment_id, doubt) for doubt in found.doubts]
        if found.spans:
            traces.texts[row.id] = found.taken_out(row.text)
            traces.quotes += len(found.quotes)
            traces.names += len(found.names)
    texts = {row.id: row.text for row in others}
    for chunk in chunks(texts):
        for comment, flag in flags_of(connection, chunk):
            _trace_flag(comment, flag, texts[comment], in_texts[comment], words, traces)
    query = _NOTES.where(_c.thread_id == thread_id)
    for decision, comment, comment_id, text in connection.execute(query):
        if comment in ids:
            continue
        found = words.traces(text)
        traces.look_at += [(thread_id, comment_id, f"in a note, {doubt}") for doubt in found.doubts]
        if found.spans:
            traces.notes[decision] = found.taken_out(text)


def _trace_flag(comment: int, flag: Flag, text: str, found: Traces, words: Words, traces: _Traces) -> None:
    """Move the marks of a flag on another's comment, and take away a reason that tells of the erased."""
    moved = found.moved(flag.spans)
    lost = [text[start:end] for (start, end), to in zip(flag.spans, moved, strict=True) if to is None]
    spans = [list(span) for span in moved if span is not None]
    reason = NO_LONGER_KEPT if words.are_in(flag.reason, lost) else flag.reason
    traces.reasons += reason != flag.reason
    if reason != flag.reason or found.spans:
        new = {"of_comment": comment, "of_rule": flag.rule, "new_reason": reason, "new_spans": spans}
        traces.flags.append(new)


def _count_notes(connection: Connection, gone: Sequence[_Gone]) -> int:
    query = select(func.count()).select_from(tables.notes.join(tables.decisions))
    return sum(
        connection.scalar(query.where(_d.comment.in_(chunk))) or 0 for chunk in chunks(c.id for c in gone)
    )


def _told(gone: Sequence[_Gone], traces: _Traces) -> Kept:
    return Kept(
        comments=dict(Counter(comment.thread_id for comment in gone)),
        undecided=sum(comment.is_waiting for comment in gone),
        quotes=traces.quotes,
        names=traces.names,
        reasons=traces.reasons,
        look_at=tuple(traces.look_at),
    )


def _namesakes(connection: Connection, whom: Whom | None) -> tuple[str, ...]:
    """Return the platform's ids of those who bear the name, where they are several."""
    if whom is None or whom.author is None:
        return ()
    query = select(_c.author_id).where(_c.author == whom.author, _c.author_id.is_not(None)).distinct()
    if whom.threads:
        query = query.where(_c.thread_id.in_(whom.threads))
    found = tuple(sorted(connection.scalars(query)))
    return found if len(found) > 1 else ()


def _backups(connection: Connection, since: datetime | None) -> tuple[Backup, ...]:
    """Return the backups that the audit log tells of since a moment."""
    if since is None:
        return ()
    a = tables.audit.c
    query = select(a.details, a.at).where(a.event == "backup", a.at >= since).order_by(a.id)
    return tuple(Backup(details["file"], details["sha256"], at) for details, at in connection.execute(query))


# --- doing it ---


def _empty(connection: Connection, ids: Iterable[int], now: datetime, *, keep_flags: bool) -> int:
    """Take out of comments all that their authors wrote; return how many notes went with it."""
    notes = 0
    connection.execute(delete(tables.kept_answers))  # they may quote what goes
    for chunk in chunks(ids):
        these = _c.id.in_(chunk)
        decisions = select(_d.id).where(_d.comment.in_(chunk))
        flagged = chunk
        if keep_flags:
            flagged = list(connection.scalars(select(_c.id).where(these, _c.state == "open")))
            connection.execute(
                update(tables.flags).where(_f.comment.in_(chunk)).values(reason=NO_LONGER_KEPT, spans=[])
            )
        connection.execute(delete(tables.flags).where(_f.comment.in_(flagged)))
        connection.execute(
            update(tables.comments).where(_c.id.in_(flagged)).values(risk=None, flagged_by=None)
        )
        connection.execute(update(tables.comments).where(these).values(**_EMPTY, emptied_at=now))
        connection.execute(delete(tables.scores).where(tables.scores.c.comment.in_(chunk)))
        forget_outlines(connection, chunk)
        connection.execute(delete(tables.claims).where(tables.claims.c.comment.in_(chunk)))
        connection.execute(delete(tables.labels).where(tables.labels.c.comment.in_(chunk)))
        notes += connection.execute(delete(tables.notes).where(_n.decision.in_(decisions))).rowcount
        deliveries = tables.deliveries
        connection.execute(update(deliveries).where(deliveries.c.decision.in_(decisions)).values(answer=None))
    return notes


def _take_out(connection: Connection, traces: _Traces) -> None:
    """Write the texts of others, with their flags."""
    for table, key, texts in (
        (tables.comments, _c.id, traces.texts),
        (tables.notes, _n.decision, traces.notes),
    ):
        if texts:
            connection.execute(
                update(table).where(key == bindparam("of_key")).values(text=bindparam("new_text")),
                [{"of_key": number, "new_text": text} for number, text in texts.items()],
            )
    if traces.flags:
        flags = (_f.comment == bindparam("of_comment")) & (_f.rule == bindparam("of_rule"))
        changed = update(tables.flags).where(flags)
        changed = changed.values(reason=bindparam("new_reason"), spans=bindparam("new_spans"))
        connection.execute(changed, traces.flags)


def _put_on_record(
    connection: Connection, whom: Whom | None, key: bytes, found: Kept, actor: str, now: datetime
) -> None:
    marks, made_with = [] if whom is None else _marks(whom, key), fingerprint(key)
    for value in marks:
        row = {"mark": value, "made_with": made_with, "at": now, "actor": actor}
        connection.execute(insert_into(connection, tables.erasures).values(row).on_conflict_do_nothing())
    details = {
        "marks": marks,
        "made_with": made_with,
        "threads": len(found.comments),
        "comments": found.total,
        "notes": found.notes,
        "quotes": found.quotes,
        "names": found.names,
        "reasons": found.reasons,
    }
    record(connection, "erase", actor, details, now)


def _marks(whom: Whom, key: bytes) -> list[str]:
    given = (("author", whom.author), ("author_id", whom.author_id))
    marks = [
        mark(key, thread_id, kind, value)
        for thread_id in whom.threads or (None,)
        for kind, value in given
        if value is not None
    ]
    if whom.comment is not None:
        marks.append(mark(key, whom.comment[0], "comment", whom.comment[1]))
    return marks


# --- what must hold first ---


def _erased(connection: Connection, key_of: Callable[[], bytes]) -> Erased | None:
    rows = connection.execute(select(tables.erasures.c.mark, tables.erasures.c.made_with)).all()
    if not rows:
        return None
    key = key_of()
    if any(row.made_with != fingerprint(key) for row in rows):
        raise SettingError(
            _("earlier erasures were made with another key: with this one nobody can tell whom they concern"),
            source="key_file",
            remedy=_("Put the key file back that was there then, or name it with the variable BTL_KEY_FILE"),
        )
    return Erased(frozenset(row.mark for row in rows), key)


def _require_threads(connection: Connection, threads: Sequence[str]) -> None:
    d = tables.discussions.c
    known = set(connection.scalars(select(d.thread_id).where(d.thread_id.in_(threads))))
    if unknown := next((thread_id for thread_id in threads if thread_id not in known), None):
        raise StoreError(
            _("there is no discussion {name}", name=repr(unknown)),
            remedy=_("Check the id in the overview, or in `btl export`"),
        )


def _require_comment(connection: Connection, comment: CommentKey | None) -> None:
    if comment is None:
        return
    query = select(_c.id).where(_c.thread_id == comment[0], _c.comment_id == comment[1])
    if connection.scalar(query) is None:
        raise StoreError(
            _("there is no such comment"),
            source=comment[0],
            place=comment[1],
            remedy=_("Check both ids in `btl export`"),
        )
