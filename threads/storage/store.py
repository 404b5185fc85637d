"""The store: what was read, its scores and flags, and every decision about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
from sqlalchemy import ColumnElement, Engine, RowMapping, Select, func, select

from threads.errors import StoreError
from threads.frames import typed
from threads.language import _
from threads.moderation.decisions import Action, Outcome, State, replay
from threads.moderation.queue_filter import QueueFilter, View
from threads.records import COMMENT_COLUMNS, STATE_COLUMN, Column, Discussion, Flag, Parsed, Report, Skipped
from threads.storage import tables
from threads.storage.accounts import Accounts
from threads.storage.audit import head, log_frame
from threads.storage.backup import back_up
from threads.storage.changes import Changes, changes_since, last_change
from threads.storage.choosing import QueueKey, chosen_keys, count_chosen
from threads.storage.claims import Claim, claim, comment_key, release
from threads.storage.deciding import all_decisions, decide_one, history_of, undo_batch
from threads.storage.engine import database_name, make_engine, one_view, reading, rest, writing
from threads.storage.exporting import OF_A_DECISION, Exports, comments_of, comments_query, frame_of
from threads.storage.health import Health
from threads.storage.importing import Added, CommentKey, Held, hold, prepare, store_batch
from threads.storage.intake import Intake
from threads.storage.keeping import Keeping
from threads.storage.kept_answers import KeptAnswers
from threads.storage.labels import Labels
from threads.storage.learning import Learning
from threads.storage.lookouts import Lookouts
from threads.storage.manifest import Manifest
from threads.storage.outbox import Outbox
from threads.storage.outlines import Outlines
from threads.storage.queue import AuthorComment, QueueItem, author_history, items, read_queue
from threads.storage.rule_books import RuleBooks
from threads.storage.schema import upgrade
from threads.storage.second_opinions import SecondOpinions
from threads.storage.sessions import Sessions
from threads.storage.suggestions import Suggestions
from threads.storage.tokens import Tokens
from threads.storage.verifying import differences

__all__ = ["DISCUSSION_COLUMNS", "HISTORY_COLUMNS", "STATE_COLUMN", "Added", "QueueItem", "Store"]

DISCUSSION_COLUMNS: tuple[Column, ...] = (
    Column("thread_id", "text", "The discussion."),
    Column("title", "text", "Title of the article."),
    Column("url", "text", "Address of the article."),
    Column("language", "text", "ISO 639-1 code."),
    Column("source_format", "text", "The format it was first read from."),
    Column("comments", "integer", "Comments stored.", "comments"),
    Column("authors", "integer", "People who wrote them.", "people"),
    Column("first_at", "time", "The earliest comment.", "UTC"),
    Column("last_at", "time", "The latest comment.", "UTC"),
    Column("mean_sentiment", "number", "Mean compound sentiment of the comments that have one.", "-1 to 1"),
    Column(
        "supportive",
        "integer",
        "Comments that support the article; missing when none was judged.",
        "comments",
    ),
    Column("critical", "integer", "Comments that are critical of it.", "comments"),
    Column("neutral", "integer", "Comments that are neutral toward it.", "comments"),
    Column("unclear", "integer", "Comments whose stance is not clear.", "comments"),
    Column("flagged_open", "integer", "Flagged comments that wait for a moderator.", "comments"),
    Column("imported_at", "time", "The latest import.", "UTC"),
)
HISTORY_COLUMNS: tuple[Column, ...] = (
    Column("id", "integer", "The decision."),
    *OF_A_DECISION,
)


FLAGGED = QueueFilter()
MUCH = 1_000  # comments, from which an import has the database use more memory


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _for_its_owner(engine: Engine) -> None:
    """Make a new SQLite file that only its owner may read: it will hold names, texts and password hashes."""
    path = engine.url.database
    if engine.dialect.name == "sqlite" and path and not Path(path).exists():
        with suppress(OSError):  # opening it will say what is wrong
            Path(path).touch(mode=0o600)


class Store:
    """A database of discussions. Make one with `Store.open`; any number of threads may use it.

    Parameters
    ----------
    engine
        From `threads.storage.engine.make_engine`, with tables of the present version.
    clock
        Gives the present moment (aware), for the times of imports and decisions.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = _utc_now) -> None:
        self._engine, self._clock = engine, clock
        self.accounts = Accounts(engine, clock)
        self.health = Health(engine, clock)
        self.sessions = Sessions(engine, clock)
        self.second_opinions = SecondOpinions(engine, clock)
        self.tokens = Tokens(engine, clock)
        self.intake = Intake(engine, clock)
        self.labels = Labels(engine, clock)
        self.lookouts = Lookouts(engine, clock)
        self.learning = Learning(engine, clock)
        self.keeping = Keeping(engine, clock)
        self.kept_answers = KeptAnswers(engine, clock)
        self.outbox = Outbox(engine, clock)
        self.exports = Exports(engine)
        self.outlines = Outlines(engine)
        self.suggestions = Suggestions(engine, clock)
        self.rule_books = RuleBooks(engine, clock)

    @classmethod
    def open(cls, url: str, *, must_exist: bool = False, clock: Callable[[], datetime] = _utc_now) -> Store:
        """Return the store at `url`, made or brought up to date where needed.

        Parameters
        ----------
        url
            sqlite:///PATH (relative) or sqlite:////PATH (absolute), or postgresql://….
        must_exist
            Refuse to make a new SQLite file, for commands that only read.

        Raises
        ------
        StoreError
            The database cannot be opened, is of a newer program or of another one.
        """
        engine = make_engine(url)
        if must_exist and engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
            raise StoreError(
                "there is no such database",
                source=database_name(engine.url),
                remedy="Check the path, or import something first",
            )
        _for_its_owner(engine)
        try:
            upgrade(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, clock)

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def one_view(self) -> AbstractContextManager[None]:
        """Let what this thread reads inside be of one moment, in one transaction; a write ends it early."""
        return one_view(self._engine)

    def held(self, thread_ids: Iterable[str]) -> Held:
        """Return what is stored of the discussions that are named, comments included, at one moment."""
        with reading(self._engine) as connection:
            return hold(connection, thread_ids)

    def add(
        self,
        parsed: Parsed,
        scores: pd.DataFrame,
        flags: Mapping[CommentKey, Sequence[Flag]],
        *,
        held: Held | None = None,
    ) -> Added:
        """Store a parse with its scores and flags: all of it or nothing, and nothing twice.

        A later capture adds its new comments and moves the known ones to their new places; texts and states
        of known comments stay, and so does what is known of a discussion: only what was missing is filled.
        Discussions without comments are not stored; the stored report says so.

        `threads.analysis.import_parsed` merges a capture with what is stored first and passes `held`. Then
        known comments get the parent and time given here too, and the flags of open ones are replaced; a
        decided comment keeps the flags it was decided on.

        Parameters
        ----------
        scores
            One row a comment, in the order of `comments_frame(parsed.discussions)`; score columns only.
        flags
            By (thread_id, comment_id).
        held
            What the store held when `parsed` was merged with it, of exactly its discussions with comments.

        Raises
        ------
        InputError
            No discussion has a comment.
        ConflictError
            Another import has changed one of the discussions since they were `held`.
        StoreError
            Scores or flags do not belong to `parsed`, or the database refuses.
        """
        batch = prepare(parsed, scores, flags)
        with writing(self._engine, much=len(batch.places) >= MUCH) as connection:
            return store_batch(connection, batch, self._clock(), held)

    def rest(self) -> None:
        """Give back the memory that adding very many comments took; the store stays open."""
        rest(self._engine)

    def discussions(self) -> pd.DataFrame:
        """Return one row a discussion, columns as in DISCUSSION_COLUMNS, the latest import first."""
        return self._frame(self._discussions(), DISCUSSION_COLUMNS)

    def thread_ids(self, after: str | None, limit: int) -> list[str]:
        """Return the ids of at most `limit` discussions, in order, behind the id `after`."""
        d = tables.discussions.c.thread_id
        query = select(d).order_by(d).limit(limit)
        if after is not None:
            query = query.where(d > after)
        with reading(self._engine) as connection:
            return list(connection.scalars(query))

    def listed(self, thread_ids: Sequence[str]) -> list[RowMapping]:
        """Return the discussions named, at most 500, in this order, by column of DISCUSSION_COLUMNS."""
        with reading(self._engine) as connection:
            query = self._discussions(tables.comments.c.thread_id.in_(thread_ids)).where(
                tables.discussions.c.thread_id.in_(thread_ids)
            )
            found = {row["thread_id"]: row for row in connection.execute(query).mappings()}
        return [found[name] for name in thread_ids if name in found]

    @staticmethod
    def _discussions(*of: ColumnElement[bool]) -> Select[Any]:
        c, d, i = tables.comments.c, tables.discussions.c, tables.imports.c
        waiting = (
            select(c.thread_id, func.count().label("flagged_open"))
            .where(c.stage == "flagged", *of)
            .group_by(c.thread_id)
            .subquery()
        )
        stored = [d[column.name] for column in DISCUSSION_COLUMNS[:-2]]
        return (
            select(*stored, func.coalesce(waiting.c.flagged_open, 0).label("flagged_open"), i.imported_at)
            .join_from(tables.discussions, tables.imports)
            .outerjoin(waiting, waiting.c.thread_id == d.thread_id)
            .order_by(i.imported_at.desc(), i.id.desc(), d.thread_id)
        )

    def discussion(self, thread_id: str) -> Discussion:
        """Return a discussion, without its comments.

        Raises
        ------
        StoreError
            There is no such discussion.
        """
        d = tables.discussions.c
        names = (
            "thread_id",
            "source",
            "source_format",
            "title",
            "url",
            "article_text",
            "published_at",
            "language",
            "captured_at",
        )
        return Discussion(**self._one(select(*(d[name] for name in names)), thread_id))

    def report(self, thread_id: str) -> Report:
        """Return the report of the latest import that brought comments of a discussion.

        Raises
        ------
        StoreError
            There is no such discussion.
        """
        i = tables.imports.c
        query = select(i.source, i.kept, i.skipped, i.warnings).join_from(tables.discussions, tables.imports)
        row = self._one(query, thread_id)
        return Report(
            source=row["source"],
            kept=row["kept"],
            skipped=tuple(Skipped(place, reason) for place, reason in row["skipped"]),
            warnings=tuple(row["warnings"]),
        )

    def comments(self, thread_id: str | None = None, columns: tuple[Column, ...] = ()) -> pd.DataFrame:
        """Return one row a comment: COMMENT_COLUMNS, the score `columns` asked for, and `state`.

        Ordered by discussion and place in the source; all discussions where no `thread_id` is given.
        """
        query = comments_query(thread_id, scores=bool(columns))
        with reading(self._engine) as connection:
            result = connection.execute(query.execution_options(yield_per=10_000))
            wanted = (*COMMENT_COLUMNS, *columns, STATE_COLUMN)
            return comments_of(list(result.keys()), result.partitions(), wanted)

    def comments_at(self, keys: Sequence[int]) -> dict[int, RowMapping]:
        """Return the text and place of comments by the outline's keys, at most 500; others are left out.

        Each has `thread_id`, `comment_id`, `text` and the `title` of its discussion.
        """
        c, d = tables.comments.c, tables.discussions.c
        query = select(c.id, c.thread_id, c.comment_id, c.text, d.title).join_from(
            tables.comments, tables.discussions
        )
        with reading(self._engine) as connection:
            return {row["id"]: row for row in connection.execute(query.where(c.id.in_(keys))).mappings()}

    def queue(
        self,
        chosen: QueueFilter = FLAGGED,
        limit: int = 50,
        offset: int = 0,
        *,
        after: CommentKey | None = None,
    ) -> list[QueueItem]:
        """Return a page of the chosen comments, at most 500, with all that is needed to decide.

        With `after` they begin behind that comment, wherever it stands now: none is missed while others are
        decided.

        Raises
        ------
        StoreError
            `limit` or `offset` is out of range.
        """
        with reading(self._engine) as connection:
            return read_queue(connection, chosen, limit, offset, self._clock(), after)

    def queue_counts(self, chosen: QueueFilter = FLAGGED) -> dict[View, int]:
        """Return how many comments each view has, with all other restrictions of the filter."""
        with reading(self._engine) as connection:
            return count_chosen(connection, chosen, self._clock())

    def newest(self) -> int:
        """Return the key of the comment that was stored last, for `arrived`; 0 where none is stored."""
        with reading(self._engine) as connection:
            return connection.scalar(select(func.max(tables.comments.c.id))) or 0

    def arrived(self, chosen: QueueFilter, after: int) -> int:
        """Return how many of the chosen comments were stored after the one of the key `after`."""
        with reading(self._engine) as connection:
            if (connection.scalar(select(func.max(tables.comments.c.id))) or 0) <= after:
                return 0
            return count_chosen(connection, chosen, self._clock(), after)[chosen.view]

    def queue_keys(self, chosen: QueueFilter, limit: int = 500) -> list[QueueKey]:
        """Return ids and versions of the first of the chosen comments, at most 500, for a bulk action."""
        with reading(self._engine) as connection:
            return chosen_keys(connection, chosen, limit, self._clock())

    def queue_item(self, thread_id: str, comment_id: str) -> QueueItem:
        """Return one comment as the queue shows it, whatever view it is in.

        Raises
        ------
        StoreError
            There is no such comment.
        """
        with reading(self._engine) as connection:
            key = comment_key(connection, thread_id, comment_id)
            return items(connection, [key], self._clock())[0]

    def author_history(self, thread_id: str, comment_id: str, limit: int = 10) -> list[AuthorComment]:
        """Return the latest other comments of a comment's author, the newest first.

        An author is told by the platform's id where it gives one, and by the name where it does not, within
        the same source format; nothing is known of one without a name.

        Raises
        ------
        StoreError
            There is no such comment.
        """
        with reading(self._engine) as connection:
            return author_history(connection, comment_key(connection, thread_id, comment_id), limit)

    def claim(self, thread_id: str, comment_id: str, actor: str) -> Claim:
        """Say that `actor` is at a comment for ten minutes; return the claim that holds: a colleague's may.

        It is a hint and hinders no decision; a decision ends it.

        Raises
        ------
        StoreError
            There is no such comment.
        """
        with writing(self._engine) as connection:
            key = comment_key(connection, thread_id, comment_id)
            return claim(connection, key, actor, self._clock())

    def release(self, thread_id: str, comment_id: str, actor: str) -> bool:
        """Take back the claim of `actor` on a comment; return whether there was one.

        Raises
        ------
        StoreError
            There is no such comment.
        """
        with writing(self._engine) as connection:
            return release(connection, comment_key(connection, thread_id, comment_id), actor)

    def last_change(self) -> int:
        """Return the cursor of this moment, for `changes`."""
        with reading(self._engine) as connection:
            return last_change(connection)

    def changes(self, after: int, limit: int = 500) -> Changes:
        """Return the decisions made after the cursor `after`, and the claims that hold.

        None is missed or told twice when the answer's cursor is given back, however many processes write.
        At most `limit` events are looked at; `more` says that there are further ones.
        """
        with reading(self._engine) as connection:
            return changes_since(connection, after, limit, self._clock())

    def decide(self, actions: Sequence[Action]) -> list[Outcome]:
        """Do the actions in order, each in a transaction of its own, and return their outcomes in that order.

        An action whose key is on record is not done again: its first outcome is returned. One on a comment
        that somebody has decided since is a conflict, and the outcome carries that decision.
        """
        return [decide_one(self._engine, action, self._clock()) for action in actions]

    def undo_batch(self, batch: str, actor: str, *, undo_others: bool) -> list[Outcome]:
        """Undo the decisions of a batch that are not undone, each as an action of its own.

        One that another decision stands on is a conflict. Without `undo_others`, a decision of somebody else
        is refused. Asked for again, it undoes what was left.
        """
        return undo_batch(self._engine, batch, actor, undo_others=undo_others, now=self._clock())

    def history(self, thread_id: str, comment_id: str) -> pd.DataFrame:
        """Return the decisions on a comment, oldest first, columns as in HISTORY_COLUMNS.

        Raises
        ------
        StoreError
            There is no such comment.
        """
        with reading(self._engine) as connection:
            decisions = list(history_of(connection, comment_key(connection, thread_id, comment_id)))
        names = [column.name for column in HISTORY_COLUMNS]
        rows = [[getattr(decision, name) for name in names] for decision in decisions]
        return typed(pd.DataFrame(rows, columns=names, dtype=object), HISTORY_COLUMNS)

    def replay(self) -> dict[CommentKey, tuple[State, int]]:
        """Return state and version of every decided comment, worked out from the decisions alone."""
        with reading(self._engine) as connection:
            return replay(all_decisions(connection))

    def back_up(self, path: Path, *, actor: str) -> Manifest:
        """Write a backup and its manifest; see `threads.storage.backup.back_up`."""
        return back_up(self._engine, path, actor=actor, clock=self._clock)

    def audit(self) -> pd.DataFrame:
        """Return the audit log, columns as in AUDIT_COLUMNS: ids and who did what, no texts."""
        with reading(self._engine) as connection:
            return log_frame(connection)

    def audit_head(self) -> tuple[int, str]:
        """Return how many rows the audit log has, and the hash of the last one, which stands for all."""
        with reading(self._engine) as connection:
            return head(connection)

    def verify(self, head: str | None = None) -> list[str]:
        """Return what is wrong with the audit log, and where the store is not what it says; [] is well.

        Held against it are decisions, second opinions, and the state and version of every comment.

        `head` is the hash of a row that was kept elsewhere: a log that was written anew does not have it.
        """
        with reading(self._engine) as connection:
            return list(differences(connection, head))

    def _one(self, query: Select[Any], thread_id: str) -> RowMapping:
        with reading(self._engine) as connection:
            row = (
                connection.execute(query.where(tables.discussions.c.thread_id == thread_id))
                .mappings()
                .first()
            )
        if row is None:
            raise StoreError(
                _("there is no discussion {name}", name=repr(thread_id)),
                remedy=_("Import it first, or check the id in the overview"),
            )
        return row

    def _frame(self, query: Select[Any], columns: tuple[Column, ...]) -> pd.DataFrame:
        """Return the rows of `query` as a typed frame."""
        with reading(self._engine) as connection:
            result = connection.execute(query.execution_options(yield_per=10_000))
            return frame_of(list(result.keys()), result.partitions(), columns)
