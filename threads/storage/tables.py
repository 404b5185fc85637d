"""The tables of the store. Their history is in `migrations`; a test holds that both agree."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pandas as pd
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Computed,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    type_coerce,
)

from threads.errors import StoreError
from threads.moderation.decisions import ACTIONS, STATES
from threads.moderation.deliveries import DELIVERY_STATES
from threads.moderation.roles import ROLES
from threads.parse.storable import all_storable, from_storable, to_storable
from threads.records import COMMENT_COLUMNS


def one_of(column: str, values: Iterable[str]) -> str:
    """Return the SQL that holds a column to a list of words."""
    words = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({words})"


_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


# Beside what SQLAlchemy asks of a type, `bind_all` gives the driver many values at once, equal to what
# `process_bind_param` and the driver's own type make of each.


class StoredText(TypeDecorator[str]):
    """Text of any kind, NUL and lone surrogates included; see `threads.parse.storable`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002, D102
        return None if value is None else to_storable(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002, D102
        return None if value is None else from_storable(value)

    def bind_all(self, values: Sequence[str | None], dialect: Dialect) -> Sequence[str | None]:  # noqa: ARG002
        """Return what the driver stores of each."""
        return all_storable(values)


class StoredJson(TypeDecorator[Any]):
    """A value of JSON, as text; strings of any kind come back unchanged."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002, D102
        return None if value is None else to_storable(_as_json(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002, D102
        return None if value is None else json.loads(from_storable(value))

    def bind_all(self, values: Sequence[Any], dialect: Dialect) -> Sequence[str | None]:  # noqa: ARG002
        """Return what the driver stores of each; numbers may be written in other words, read as the same."""
        return [None if value is None else _as_json_fast(value) for value in values]

    @staticmethod
    def read_all(values: Sequence[str | None]) -> list[Any]:
        """Return the values of many, as they are stored."""
        try:
            read: list[Any] = orjson.loads(f"[{','.join('null' if v is None else v for v in values)}]")
        except orjson.JSONDecodeError:  # of what only json reads
            return [None if value is None else json.loads(from_storable(value)) for value in values]
        return read


def as_stored(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column for a query; texts, times and JSON come as the driver gives them."""
    if isinstance(column.type, StoredText | StoredJson | UtcTime):
        return type_coerce(column, Text).label(getattr(column, "name", None))
    return column


def _as_json_fast(value: Any) -> str:
    """Return JSON by orjson, and by json what that does not write: halves of characters, the infinite."""
    try:
        written = orjson.dumps(value).decode()
    except TypeError:
        return to_storable(_as_json(value))
    # It writes null for what is not finite.
    return to_storable(_as_json(value)) if "null" in written else written


class UtcTime(TypeDecorator[datetime]):
    """A moment: stored in UTC, returned aware. A naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: D102
        if value is None:
            return None
        if value.tzinfo is None:
            raise _naive(value)
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: D102
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)

    def bind_all(self, values: Sequence[datetime | None], dialect: Dialect) -> Sequence[Any]:
        """Return what the driver stores of each: on SQLite a text."""
        if any(value is not None and value.tzinfo is None for value in values):
            raise _naive(next(v for v in values if v is not None and v.tzinfo is None))
        moments = [None if value is None else value.astimezone(UTC) for value in values]
        if dialect.name != "sqlite":
            return moments
        return [None if m is None else m.isoformat(" ", "microseconds")[:_WITHOUT_ZONE] for m in moments]

    @staticmethod
    def read_all(values: Sequence[Any]) -> pd.DatetimeIndex:
        """Return the moments of many, as the driver gives them: texts of SQLite, moments of PostgreSQL."""
        return pd.to_datetime(list(values), utc=True, format="ISO8601")


_WITHOUT_ZONE = len("2024-05-18 09:30:00.000000")


def _naive(value: datetime) -> StoreError:
    return StoreError("a time without a zone cannot be stored", source=value.isoformat())


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", StoredText, nullable=False),
    Column("imported_at", UtcTime, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("skipped", StoredJson, nullable=False),  # [[place, reason], …]
    Column("warnings", StoredJson, nullable=False),  # [text, …]
    Column("live", Boolean, nullable=False, default=False),  # of comments that come one by one, counted on
)

# The overview's figures are worked out when comments arrive, so that opening it costs one row a discussion.
discussions = Table(
    "discussions",
    metadata,
    Column("thread_id", StoredText, primary_key=True),
    Column("source", StoredText, nullable=False),
    Column("source_format", StoredText, nullable=False),
    Column("title", StoredText),
    Column("url", StoredText),
    Column("article_text", StoredText),
    Column("published_at", UtcTime),
    Column("language", StoredText),
    Column("captured_at", UtcTime),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),  # the last one
    # Comments that came one by one since then, and as many as scores within the thread and rules take in.
    Column("revision", Integer, nullable=False, default=0),
    Column("settled", Integer, nullable=False, default=0),
    Column("comments", Integer, nullable=False, default=0),
    Column("authors", Integer, nullable=False, default=0),
    Column("first_at", UtcTime),
    Column("last_at", UtcTime),
    Column("mean_sentiment", Float),
    Column("supportive", Integer),
    Column("critical", Integer),
    Column("neutral", Integer),
    Column("unclear", Integer),
)

_TYPES: dict[str, Any] = {"text": StoredText, "integer": BigInteger, "number": Float, "time": UtcTime}
_REQUIRED = {
    "comment_id",
    "position",
    "published_at_precision",
    "timezone_source",
    "text",
    "status",
    "source_format",
}

# Where a comment stands in the queue, so that one index orders each of its views.
STAGE = (
    "CASE WHEN state IN ('approved', 'featured', 'rejected') THEN 'decided' "
    "WHEN emptied_at IS NOT NULL THEN 'gone' WHEN state IN ('held', 'escalated') THEN 'held' "
    "WHEN risk IS NULL THEN 'new' ELSE 'flagged' END"
)

# What orders a view of the queue, then what else it is chosen and counted by, so that no row is read for it.
BY = {
    "risk": ("urgency", "appeared_at", "id", "state", "flagged_by", "offensive", "published_at"),
    "age": ("appeared_at", "id", "state", "urgency", "flagged_by", "offensive", "published_at"),
    "thread": (
        "thread_id",
        "position",
        "id",
        "state",
        "urgency",
        "appeared_at",
        "flagged_by",
        "offensive",
        "published_at",
    ),
}

comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("thread_id", StoredText, ForeignKey("discussions.thread_id"), nullable=False),
    *(
        Column(column.name, _TYPES[column.kind], nullable=column.name not in _REQUIRED)
        for column in COMMENT_COLUMNS
        if column.name != "thread_id"
    ),
    Column("imported_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("risk", Float),  # missing: no flag was raised
    # As in flags and scores, for the queue to choose by: its indexes hold them.
    Column("flagged_by", Text),  # |rule|rule|, in order; missing: no flag was raised
    Column("offensive", Float),
    Column("emptied_at", UtcTime),  # since then nothing is kept that its author wrote
    # When its platform gave it this content, and took it away, where it told so as it happened.
    Column("changed_at", UtcTime),
    Column("deleted_at", UtcTime),
    # Worked out by the database. None is ever missing, for databases differ in where they order what is.
    Column("stage", Text, Computed(STAGE, persisted=True), nullable=False),
    Column("urgency", Float, Computed("coalesce(-risk, 0)", persisted=True), nullable=False),
    Column(
        "appeared_at",
        UtcTime,
        Computed("coalesce(published_at, imported_at)", persisted=True),
        nullable=False,
    ),
    UniqueConstraint("thread_id", "comment_id"),
    CheckConstraint(one_of("state", STATES), name="state"),
    Index(None, "thread_id", "position"),
    Index(None, "thread_id", "parent_id"),
    *(Index(f"ix_comments_by_{order}", "stage", *columns) for order, columns in BY.items()),
    Index(None, "imported_at"),
    Index(None, "published_at"),
    # A name may have any length, and PostgreSQL's trees take 2,704 bytes; its hashes take all.
    Index(None, "author_id", postgresql_using="hash"),
    Index(None, "author", postgresql_using="hash"),
)

# What filters and timelines need of a discussion's comments (`threads.outline`); missing: to be worked out.
outlines = Table(
    "outlines",
    metadata,
    Column("thread_id", StoredText, ForeignKey("discussions.thread_id"), primary_key=True),
    Column("stamp", Integer, nullable=False),  # higher than that of every outline stored before
    Column("content", LargeBinary, nullable=False),
    Index(None, "stamp"),
)

scores = Table(
    "scores",
    metadata,
    Column("comment", Integer, ForeignKey("comments.id"), primary_key=True),
    Column("values", StoredJson, nullable=False),  # {column: value}; a missing value is left out
)

flags = Table(
    "flags",
    metadata,
    Column("comment", Integer, ForeignKey("comments.id"), primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("reason", StoredText, nullable=False),
    Column("value", Float, nullable=False),
    Column("limit", Float, nullable=False),
    Column("spans", StoredJson, nullable=False),  # [[start, end], …] in the text as found
)

# Append-only: triggers refuse UPDATE and DELETE. It names comments by key and never holds their text.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", StoredText, nullable=False, unique=True),  # the client's; a resent one changes nothing
    Column("comment", Integer, ForeignKey("comments.id"), nullable=False),
    Column("version", Integer, nullable=False),  # of the comment, after this decision
    Column("action", Text, nullable=False),
    Column("before_state", Text, nullable=False),
    Column("after_state", Text, nullable=False),
    Column("actor", StoredText, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    Column("reason", Text),  # a key of REASONS
    Column("batch", StoredText),  # of actions asked for together
    Column("undoes", Integer, ForeignKey("decisions.id"), unique=True),
    UniqueConstraint("comment", "version"),
    CheckConstraint(one_of("action", ACTIONS), name="action"),
    Index(None, "decided_at"),
    Index(None, "actor"),
    Index(None, "batch"),
)

# Apart from decisions, for a note may quote a comment, and then must go with it.
notes = Table(
    "notes",
    metadata,
    Column("decision", Integer, ForeignKey("decisions.id"), primary_key=True),
    Column("text", StoredText, nullable=False),
)

# A hint that somebody is at it; it locks nothing.
claims = Table(
    "claims",
    metadata,
    Column("comment", Integer, ForeignKey("comments.id"), primary_key=True),
    Column("actor", StoredText, nullable=False),
    Column("claimed_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "expires_at"),
)

# What a second moderator, who does not see the first one's decision, would have decided.
second_opinions = Table(
    "second_opinions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("decision", Integer, ForeignKey("decisions.id"), nullable=False),
    Column("actor", StoredText, nullable=False),
    Column("state", Text, nullable=False),
    Column("given_at", UtcTime, nullable=False),
    UniqueConstraint("decision", "actor"),
)

# Append-only like decisions, and each row carries the hash of the one before: see `threads.storage.audit`.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # counts from 1 without a gap
    Column("at", UtcTime, nullable=False),
    Column("actor", StoredText, nullable=False),
    Column("event", Text, nullable=False),
    Column("details", StoredJson, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index(None, "event"),
)

# Each row is one whole state of the rules' settings; the last one holds.
rule_books = Table(
    "rule_books",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", StoredText, nullable=False),
    Column("values", StoredJson, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", StoredText, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password", Text),  # Argon2id; missing: signs in elsewhere
    Column("subject", StoredText, unique=True),  # of OpenID Connect: issuer and subject
    Column("created_at", UtcTime, nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("preferences", StoredJson, nullable=False, default=dict),
    CheckConstraint(one_of("role", ROLES), name="role"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),  # SHA-256 of what the cookie holds
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Index(None, "user_id"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("name", StoredText, nullable=False),
    Column("hash", Text, nullable=False, unique=True),  # SHA-256 of the token
    Column("role", Text, nullable=False),  # the most that it may do; its owner's role where that is less
    Column("scopes", Text, nullable=False),  # of SCOPES, with blanks between them
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("used_at", UtcTime),
    Column("revoked_at", UtcTime),
    CheckConstraint(one_of("role", ROLES), name="role"),
)

# Failed sign-ins, for the limits on guessing.
failed_sign_ins = Table(
    "failed_sign_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", StoredText, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index(None, "account", "at"),
    Index(None, "address", "at"),
)

# What is to be told to a platform about a decision, once, however often it is tried.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("decision", Integer, ForeignKey("decisions.id"), nullable=False),
    Column("target", StoredText, nullable=False),
    Column("key", Text, nullable=False, unique=True),  # sent along, so that a platform can tell a repeat
    Column("state", Text, nullable=False),
    Column("action", Text),  # what was sent, of PLATFORM_ACTIONS; missing: nothing yet
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", UtcTime),  # of the next attempt; missing: there is none
    Column("leased_until", UtcTime),  # a process is sending it, until then at the most
    Column("delivered_at", UtcTime),
    Column("answer", StoredText),  # of the last attempt, or why there was none
    UniqueConstraint("decision", "target"),
    CheckConstraint(one_of("state", DELIVERY_STATES), name="state"),
    Index(None, "state", "next_at"),
)

# What is looked at again and again, an address or a file, and what is remembered of the last look.
looked_at = Table(
    "looked_at",
    metadata,
    Column("name", StoredText, primary_key=True),
    Column("next_at", UtcTime, nullable=False),  # who looks puts it off first, so that nobody else does
    Column("state", StoredJson, nullable=False),
)

# What requests with an Idempotency-Key were answered, to be answered so again.
kept_answers = Table(
    "kept_answers",
    metadata,
    Column("actor", StoredText, primary_key=True),
    Column("key", StoredText, primary_key=True),
    Column("request", Text, nullable=False),  # SHA-256 of method, address and body
    Column("at", UtcTime, nullable=False),
    Column("status", Integer),  # missing: it is being worked on
    Column("headers", StoredJson),
    Column("body", LargeBinary),
    Index(None, "at"),
)

# What programs said a text ought to score (`comments:suggestscore`): feedback to learn from.
suggestions = Table(
    "suggestions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", StoredText, nullable=False),  # whose token it came with
    Column("text", StoredText, nullable=False),
    Column("language", StoredText),
    Column("scores", StoredJson, nullable=False),  # {attribute: from 0 to 1}
    Index(None, "at"),
)

# What is to be kept no more, by keyed mark (`threads.erasing`), so that no import brings it back.
erasures = Table(
    "erasures",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("made_with", Text, nullable=False),  # fingerprint of the key
    Column("at", UtcTime, nullable=False),
    Column("actor", StoredText, nullable=False),
)

# What somebody said of a comment's stance toward a target of their own, for a model to learn from.
labels = Table(
    "labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("comment", Integer, ForeignKey("comments.id"), nullable=False),
    Column("target", StoredText, nullable=False),
    Column("label", Text, nullable=False),
    Column("actor", StoredText, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index(None, "comment"),
)
