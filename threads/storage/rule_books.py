"""The rules' book in force: kept with its history, tried out on what is stored, and put into force there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select

from threads.errors import ConflictError, StoreError
from threads.frames import typed
from threads.language import _
from threads.moderation.decisions import DECIDED
from threads.moderation.flagging import flag
from threads.moderation.precision import Share
from threads.moderation.rule_book import RuleBook
from threads.moderation.rules import RULES
from threads.moderation.rules.comments import STORED_COLUMNS
from threads.parse.storable import all_from_storable
from threads.records import COMMENT_COLUMNS, Column, Flag
from threads.settings import Settings
from threads.storage import tables
from threads.storage.audit import record
from threads.storage.engine import chunks, lock_for_audit, reading, writing
from threads.storage.importing import flags_of, store_flags

MOST_NEARBY: Final = 20_000  # stored comments that an import is held against, the newest
NEARBY_DAYS: Final = 14
MOST_PREVIEWED: Final = 20_000  # comments of a preview, the newest
BATCH: Final = 5_000  # comments of whole discussions that are judged at a time
EXAMPLES: Final = 5  # of a rule in a preview

_c, _b, _a = tables.comments.c, tables.rule_books.c, tables.audit.c
_RECORDS = [_c[column.name] for column in COMMENT_COLUMNS]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedBook:
    """A book on record. `changes` says what it changed, as `RuleBook.differences` does."""

    id: int
    at: datetime
    actor: str
    book: RuleBook
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reflagged:
    """How many comments were judged again, and how many of them have other flags now."""

    comments: int
    changed: int


@dataclass(frozen=True, slots=True)
class Example:
    """A comment that one of two books flags; `flag` is that book's."""

    thread_id: str
    comment_id: str
    text: str
    state: str
    flag: Flag


@dataclass(slots=True)
class Effect:
    """What one rule flags of the comments previewed.

    `decided` of the flagged comments are approved, featured or rejected, and `right` of these rejected.
    """

    flagged: int = 0
    decided: int = 0
    right: int = 0

    @property
    def precision(self) -> Share:
        """How many of the decided ones were right, with its interval."""
        return Share(self.right, self.decided)

    def count(self, state: str) -> None:
        """Count a flagged comment."""
        self.flagged += 1
        self.decided += state in DECIDED
        self.right += state == "rejected"


@dataclass(slots=True)
class RulePreview:
    """What a rule flags by the book in force (`now`) and by the candidate (`then`), and some that differ."""

    now: Effect = field(default_factory=Effect)
    then: Effect = field(default_factory=Effect)
    newly: int = 0
    no_longer: int = 0
    newly_flagged: list[Example] = field(default_factory=list)
    no_longer_flagged: list[Example] = field(default_factory=list)

    def count(self, example: Example, *, before: bool, after: bool) -> None:
        """Count a comment that is flagged by one of the books, or both."""
        if before:
            self.now.count(example.state)
        if after:
            self.then.count(example.state)
        self.newly += after and not before
        self.no_longer += before and not after
        if before != after:
            kept = self.newly_flagged if after else self.no_longer_flagged
            if len(kept) < EXAMPLES:
                kept.append(example)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a candidate book would have flagged: a row a rule, over `comments` comments of the last `days`.

    `all_comments` is how many there are: more than `comments` where the newest stand for them.
    """

    days: int
    comments: int
    all_comments: int
    rules: Mapping[str, RulePreview]
    now: Effect
    then: Effect


class RuleBooks:
    """The books of a store.

    Parameters
    ----------
    engine
        The store's.
    clock
        Gives the present moment.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def current(self, settings: Settings | None = None) -> RuleBook:
        """Return the book in force: the one saved last, or the defaults, some of which `settings` give."""
        defaults = RuleBook.from_settings(settings)
        with reading(self._engine) as connection:
            saved = connection.scalar(select(_b["values"]).order_by(_b.id.desc()).limit(1))
        return defaults if saved is None else _read(saved, defaults)

    def latest(self) -> int | None:
        """Return the id of the book in force; None while none was saved."""
        with reading(self._engine) as connection:
            number: int | None = connection.scalar(select(func.max(_b.id)))
        return number

    def history(self, settings: Settings | None = None, limit: int = 50) -> list[SavedBook]:
        """Return the books saved, the latest first, each with what it changed."""
        defaults = RuleBook.from_settings(settings)
        with reading(self._engine) as connection:
            rows = connection.execute(select(tables.rule_books).order_by(_b.id.desc()).limit(limit + 1)).all()
        books = [_read(row._mapping["values"], defaults) for row in rows]
        before = [*books, defaults][1:]
        return [
            SavedBook(id=row.id, at=row.at, actor=row.actor, book=book, changes=book.differences(old))
            for row, book, old in zip(rows, books, before, strict=True)
        ][:limit]

    def saved(self, number: int, settings: Settings | None = None) -> RuleBook:
        """Return a book by its id.

        Raises
        ------
        StoreError
            There is none.
        """
        with reading(self._engine) as connection:
            values = connection.scalar(select(_b["values"]).where(_b.id == number))
        if values is None:
            raise StoreError(_("there is no such rule book"), place=str(number), remedy=_("See the history"))
        return _read(values, RuleBook.from_settings(settings))

    def save(
        self, book: RuleBook, actor: str, *, settings: Settings | None = None, expected: int | None = None
    ) -> int:
        """Put a book into force and on record; return its id.

        Comments that are stored keep their flags until `reflag`.

        Parameters
        ----------
        expected
            The `latest` that was in force when the book was made from it.

        Raises
        ------
        ConflictError
            Somebody saved another one since.
        """
        defaults = RuleBook.from_settings(settings)
        now = self._clock()
        with writing(self._engine) as connection:
            lock_for_audit(connection)  # so that of two who save at once the second sees the first
            query = select(_b.id, _b["values"], _b.actor).order_by(_b.id.desc()).limit(1)
            last = connection.execute(query).one_or_none()
            if last is not None and last.id != expected:
                raise ConflictError(
                    _("{actor} has saved other rules since you opened these", actor=last.actor),
                    source="rules",
                    remedy=_("Open the page again, and change what you wanted to change"),
                )
            before = defaults if last is None else _read(last._mapping["values"], defaults)
            number = 1 if last is None else last.id + 1
            connection.execute(
                tables.rule_books.insert().values(id=number, at=now, actor=actor, values=book.as_json())
            )
            record(connection, "rules", actor, {"book": number, "changes": book.differences(before)}, now)
        return number

    def is_in_force_everywhere(self) -> bool:
        """Return whether stored comments were flagged anew since the last book was saved."""
        with reading(self._engine) as connection:
            latest = connection.scalar(select(func.max(_b.id)))
            if latest is None:
                return True
            query = select(_a.details).where(_a.event == "rules_applied").order_by(_a.id.desc()).limit(1)
            applied = connection.scalar(query)
        return applied is not None and applied["book"] >= latest

    def nearby(self, frame: pd.DataFrame, days: int = NEARBY_DAYS) -> pd.DataFrame:
        """Return comments of other discussions from about the same time, columns as in STORED_COLUMNS.

        At most MOST_NEARBY, the newest, published up to `days` before or after those of `frame`.
        """
        threads = frame["thread_id"].dropna().unique().tolist()
        times = frame["published_at"].dropna()
        if times.empty:
            return _frame([], STORED_COLUMNS)
        around = timedelta(days=days)
        query = (
            select(*(tables.as_stored(_c[column.name]) for column in STORED_COLUMNS))
            .where(
                _c.published_at >= _moment(times.min()) - around,
                _c.published_at <= _moment(times.max()) + around,
                _c.thread_id.not_in(threads) if len(threads) <= BATCH else _c.thread_id.is_not(None),
            )
            .order_by(_c.published_at.desc())
            .limit(MOST_NEARBY)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        stored = _nearby(rows)
        return stored[~stored["thread_id"].isin(threads)] if len(threads) > BATCH else stored

    def reflag(
        self,
        settings: Settings | None = None,
        actor: str = "local",
        threads: Sequence[str] | None = None,
    ) -> Reflagged:
        """Flag the stored comments anew by the book in force; decided ones keep what they were decided on.

        `threads` names the discussions; all where not given, which is put on record.

        The work is done before a lock is taken, and written a few hundred comments at a time, so nobody waits
        long. Stopped in the middle, it can be begun again: `is_in_force_everywhere` is true only at the end.
        """
        settings = settings or Settings.from_environment()
        latest, book = self.latest(), self.current(settings)
        judged = changed = 0
        for batch in self._batches(None if threads is None else _c.thread_id.in_(threads)):
            frame = self._frame_of(batch)
            flags = flag(
                frame,
                book,
                stored=self.nearby(frame) if _looks_around(book) else None,
                characters=settings.max_comment_characters,
            )
            judged += len(frame)
            changed += self._replace(frame, flags)
        if threads is not None:
            return Reflagged(judged, changed)
        with writing(self._engine) as connection:
            details = {"book": latest or 0, "comments": judged, "changed": changed}
            record(connection, "rules_applied", actor, details, self._clock())
        return Reflagged(judged, changed)

    def preview(self, candidate: RuleBook, days: int = 7, settings: Settings | None = None) -> Preview:
        """Return what `candidate` would flag of the comments published or imported in the last `days`.

        Whole discussions are judged, as at an import, by the candidate and by the book in force; only
        the comments of these days are counted, the newest MOST_PREVIEWED of them.
        """
        settings = settings or Settings.from_environment()
        current = self.current(settings)
        since = self._clock() - timedelta(days=days)
        recent = or_(_c.published_at >= since, _c.imported_at >= since)
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count()).where(recent)) or 0
        preview = Preview(
            days,
            min(total, MOST_PREVIEWED),
            total,
            {r.name: RulePreview() for r in RULES},
            Effect(),
            Effect(),
        )
        left = MOST_PREVIEWED
        for threads in self._batches(recent):
            if left <= 0:
                break
            frame = self._frame_of(threads)
            counted = frame[(frame["published_at"] >= since) | (frame["imported_at"] >= since)].tail(left)
            left -= len(counted)
            looks = _looks_around(current) or _looks_around(candidate)
            stored = self.nearby(frame) if looks else None
            _compare(preview, frame, counted, current, candidate, stored, settings.max_comment_characters)
        return preview

    def _batches(self, recent: ColumnElement[bool] | None) -> Iterator[list[str]]:
        """Yield discussions, the latest first, so many that a batch has about BATCH comments."""
        query = select(_c.thread_id, func.count(), func.max(_c.id)).group_by(_c.thread_id)
        if recent is not None:
            query = query.where(_c.thread_id.in_(select(_c.thread_id).where(recent)))
        with reading(self._engine) as connection:
            sizes = connection.execute(query.order_by(func.max(_c.id).desc())).all()
        batch: list[str] = []
        size = 0
        for thread_id, comments, _state in sizes:
            if batch and size + comments > BATCH:
                yield batch
                batch, size = [], 0
            batch.append(thread_id)
            size += comments
        if batch:
            yield batch

    def _frame_of(self, threads: Sequence[str]) -> pd.DataFrame:
        """Return whole discussions as rules see them, with key, state and imported_at of each comment."""
        query = (
            select(*_RECORDS, _c.id, _c.state, _c.imported_at, tables.scores.c["values"].label("scores"))
            .select_from(tables.comments.outerjoin(tables.scores))
            .order_by(_c.thread_id, _c.position, _c.id)
        )
        with reading(self._engine) as connection:
            rows = [
                row
                for part in chunks(threads)
                for row in connection.execute(query.where(_c.thread_id.in_(part)))
            ]
        frame = _frame(rows, COMMENT_COLUMNS)
        frame["key"] = [row.id for row in rows]
        frame["state"] = [row.state for row in rows]
        frame["imported_at"] = pd.to_datetime([row.imported_at for row in rows], utc=True)
        for name in _SCORES:
            frame[name] = pd.Series([(row.scores or {}).get(name) for row in rows], dtype="float64")
        return frame

    def _replace(self, frame: pd.DataFrame, flags: Mapping[tuple[str, str], list[Flag]]) -> int:
        """Store the flags of comments that are not decided, where they differ; return how many did."""
        names = zip(frame["thread_id"], frame["comment_id"], frame["key"], frame["state"], strict=True)
        wanted = {
            key: flags.get((thread_id, comment_id), [])
            for thread_id, comment_id, key, state in names
            if state not in DECIDED
        }
        changed = 0
        for part in chunks(wanted):
            with reading(self._engine) as connection:
                before = _flags(connection, part)
            differing = [key for key in part if _unlike(before.get(key, []), wanted[key])]
            if not differing:
                continue
            with writing(self._engine) as connection:
                # Somebody may have decided since; SQLite holds the whole file, PostgreSQL these rows.
                query = select(_c.id).where(_c.id.in_(differing), _c.state.not_in(DECIDED)).order_by(_c.id)
                still = list(connection.scalars(query.with_for_update()))
                store_flags(connection, {key: wanted[key] for key in still if wanted[key]}, still)
            changed += len(still)
        return changed


_SCORES: Final = (
    "offensive",
    "offensive_threat",
    "offensive_identity_attack",
    "stance_relevance",
    "featuring_relevance",
)
"""The scores that rules read."""


def _compare(
    preview: Preview,
    frame: pd.DataFrame,
    counted: pd.DataFrame,
    current: RuleBook,
    candidate: RuleBook,
    stored: pd.DataFrame | None,
    characters: int,
) -> None:
    """Add the `counted` comments of a batch to a preview. Rules that do not differ are worked out once."""
    differing = candidate.differences(current).keys()
    same = [rule.name for rule in RULES if rule.name not in differing]
    alike = flag(frame, current, stored=stored, characters=characters, only=same)
    now = flag(frame, current, stored=stored, characters=characters, only=differing)
    then = flag(frame, candidate, stored=stored, characters=characters, only=differing)
    columns = (counted[name] for name in ("thread_id", "comment_id", "text", "state"))
    for thread_id, comment_id, text, state in zip(*columns, strict=True):
        key = thread_id, comment_id
        old = {found.rule: found for found in (*alike.get(key, ()), *now.get(key, ()))}
        new = {found.rule: found for found in (*alike.get(key, ()), *then.get(key, ()))}
        for effect, flags in ((preview.now, old), (preview.then, new)):
            if flags:
                effect.count(state)
        for rule in old.keys() | new.keys():
            example = Example(thread_id, comment_id, text, state, new.get(rule) or old[rule])
            preview.rules[rule].count(example, before=rule in old, after=rule in new)


def _read(values: Any, defaults: RuleBook) -> RuleBook:
    """Return a stored book; what this program no longer knows of it is passed over."""
    known = {
        rule.name: {
            "on": given.get("on", True),
            "limits": {
                limit.name: given["limits"][limit.name]
                for limit in rule.limits
                if limit.name in given.get("limits", {})
            },
            "lists": {
                item.name: given["lists"][item.name]
                for item in rule.lists
                if item.name in given.get("lists", {})
            },
        }
        for rule in RULES
        if (given := values.get(rule.name)) is not None
    }
    return RuleBook.from_json(known, defaults)


def _frame(rows: Sequence[Any], columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return rows that begin with `columns` as a frame of these."""
    names = [column.name for column in columns]
    values = [tuple(row)[: len(columns)] for row in rows]
    return typed(pd.DataFrame(values, columns=names, dtype=object), columns)


def _moment(time: pd.Timestamp) -> datetime:
    moment: datetime = time.to_pydatetime()
    return moment.astimezone(UTC)


def _nearby(rows: Sequence[Any]) -> pd.DataFrame:
    """Return rows of STORED_COLUMNS as a frame, their texts as they are stored until now."""
    if not rows:
        return _frame([], STORED_COLUMNS)
    data: dict[str, Any] = {}
    for column, values in zip(STORED_COLUMNS, zip(*rows, strict=True), strict=True):
        read = tables.UtcTime.read_all if column.kind == "time" else all_from_storable
        data[column.name] = read(values)
    return typed(pd.DataFrame(data), STORED_COLUMNS)


def _looks_around(book: RuleBook) -> bool:
    """Return whether some rule asks for the comments of other discussions."""
    return any(book.rules[rule.name].on for rule in RULES if rule.scope == "store")


def _flags(connection: Connection, keys: list[int]) -> dict[int, list[Flag]]:
    return {
        key: [found for _, found in group]
        for key, group in groupby(flags_of(connection, keys), itemgetter(0))
    }


def _unlike(before: list[Flag], now: list[Flag]) -> bool:
    return sorted(before, key=lambda f: f.rule) != sorted(now, key=lambda f: f.rule)
