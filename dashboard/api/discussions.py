"""Discussions and their comments: bring them, list them, read them with scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import quote

import pandas as pd
from pydantic import AwareDatetime, ConfigDict, Field

from dashboard.api.cursors import after, cursor_of
from dashboard.api.declaring import (
    MOST_COMMENTS,
    Cursor,
    Id,
    Limit,
    Line,
    Reply,
    Request,
    Text,
    Time,
    operation,
)
from dashboard.api.scores import Values
from dashboard.pages.base import Context
from dashboard.security.access import may
from dashboard.security.problems import API, Fault, ProblemError
from threads.analysis import import_parsed
from threads.live import Change, take
from threads.parse.identity import stable_id
from threads.parse.language import detect
from threads.parse.own_json import NAME as FORMAT
from threads.records import COMMENT_COLUMNS, Comment, Discussion, Flag, Parsed, Report, Skipped, Status
from threads.scores import score_columns
from threads.storage.parts import rows_of

SOURCE: Final = "api"
ERASED: Final = "it, or all that its author wrote, was erased for good"
UNKNOWN: Final = datetime(1970, 1, 1, tzinfo=UTC)
Moment = Annotated[
    AwareDatetime,
    Field(
        ge=datetime(1000, 1, 1, tzinfo=UTC),
        le=datetime(9000, 1, 1, tzinfo=UTC),
        json_schema_extra={"pattern": "^[1-8][0-9]{3}-"},
    ),
]


class NewComment(Request):
    """A comment, with the platform's own id. Times have a zone."""

    comment_id: Id
    text: Text
    author: Line | None = None
    author_id: Id | None = None
    parent_id: Id | None = None
    published_at: Moment | None = None
    edited_at: Moment | None = None
    likes: Annotated[int, Field(ge=-(2**53), le=2**53)] | None = None
    status: Status = "visible"


NewComments = Annotated[list[NewComment], Field(min_length=1, max_length=MOST_COMMENTS)]


class NewThread(Request):
    """A discussion with its first comments.

    `thread_id` is the platform's own; where it is not given, the address gives one.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": [name], "properties": {name: {"type": "string"}}}
                for name in ("thread_id", "url")
            ]
        }
    )

    thread_id: Id | None = None
    url: Line | None = None
    title: Line | None = None
    article_text: Annotated[str, Field(max_length=1_000_000)] | None = None
    published_at: Moment | None = None
    language: Annotated[str, Field(min_length=2, max_length=35)] | None = None
    comments: NewComments


class MoreComments(Request):
    """Comments of a discussion that is there."""

    comments: NewComments


class PageQuery(Request):
    """Which page of a list."""

    limit: Limit = 100
    after: Cursor = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of comments that were brought.

    `known` were there just so, `changed` with another content. `flags` are those of the comments sent that a
    rule flagged, by their ids; `left_out` says what was not stored, and why.
    """

    thread_id: str
    added: int
    changed: int
    known: int
    flags: Mapping[str, tuple[Flag, ...]]
    left_out: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """A discussion, with figures over its comments."""

    thread_id: str
    title: str | None
    url: str | None
    language: str | None
    source_format: str
    comments: int
    authors: int
    first_at: datetime | None
    last_at: datetime | None
    mean_sentiment: float | None
    supportive: int | None
    critical: int | None
    neutral: int | None
    unclear: int | None
    flagged_open: int
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class Threads:
    """A page of discussions, by id; `next` is null on the last one."""

    threads: tuple[Thread, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class StoredComment:
    """A comment as it is stored, with its scores and what was decided about it (`state`)."""

    comment_id: str
    position: int
    parent_id: str | None
    parent_source: str | None
    parent_confidence: float | None
    author: str | None
    author_id: str | None
    published_at: Time | None
    published_at_raw: str | None
    published_at_precision: str
    timezone_source: str
    edited_at: Time | None
    text: str
    likes: int | None
    status: str
    source_format: str
    state: str
    scores: Values


@dataclass(frozen=True, slots=True)
class StoredComments:
    """A page of comments in their order; `next` is null on the last one."""

    comments: tuple[StoredComment, ...]
    next: str | None


@operation(
    "POST",
    "/threads",
    permission="import",
    scope="write",
    answers={201: Stored, 200: Stored},
    statuses=(400, 409, 422),
)
def create_thread(context: Context, body: NewThread) -> Reply:
    """Bring a discussion with its first comments; they are scored and flagged as in an import.

    Where the discussion is there already (200), comments that it lacks are added, and what is known of it and
    of the others stays.
    """
    if body.thread_id is None and body.url is None:
        fault = Fault("body", "thread_id", "neither thread_id nor url is given", "Give one of them")
        raise ProblemError(422, "body: neither thread_id nor url is given", [fault])
    thread_id = body.thread_id or stable_id(body.url)
    texts = [comment.text for comment in body.comments]
    discussion = Discussion(
        thread_id=thread_id,
        source=SOURCE,
        source_format=FORMAT,
        title=body.title,
        url=body.url,
        article_text=body.article_text,
        published_at=body.published_at,
        language=body.language or detect(texts) or detect([body.article_text]),
        comments=_comments(thread_id, body.comments),
    )
    is_new = not context.store.listed([thread_id])
    return Reply(
        _stored(context, discussion),
        201 if is_new else 200,
        {"Location": f"{API}threads/{quote(thread_id, safe='')}"},
    )


@operation(
    "POST",
    "/threads/{thread_id}/comments",
    permission="import",
    scope="write",
    answers={200: Stored},
    statuses=(400, 404, 409, 422),
)
def add_comments(context: Context, body: MoreComments, *, thread_id: str) -> Reply:
    """Add comments to a discussion as they are written, edited or deleted.

    Of an id that is there the later content counts, by `edited_at`, else `published_at`; the status `deleted`
    takes it out of the queue. The cost does not grow with the discussion: scores within the thread, and flags
    of rules that look at many comments, follow some seconds later.
    """
    require_thread(context, thread_id)
    about = context.store.discussion(thread_id)
    comments = _comments(thread_id, body.comments)
    changes = [Change(about=about, comment_id=c.comment_id, comment=c, at=_since(c)) for c in comments]
    taken = take(context.store, changes, context.settings)
    counts = Counter(one.outcome for one in taken)
    erased = tuple(Skipped(one.comment_id, ERASED) for one in taken if one.outcome == "erased")
    flags = {one.comment_id: one.flags for one in taken if one.flags}
    return Reply(Stored(thread_id, counts["new"], counts["changed"], counts["same"], flags, erased))


@operation("GET", "/threads", permission="view", scope="read", answers={200: Threads}, statuses=(422,))
def list_threads(context: Context, query: PageQuery) -> Reply:
    """List the discussions by id, a page at a time: none is missed or told twice while others come in."""
    ended = after(query.after, str)
    ids = context.store.thread_ids(ended[0] if ended else None, query.limit + 1)
    page = ids[: query.limit]
    names = Thread.__dataclass_fields__
    rows = tuple(Thread(**{name: row[name] for name in names}) for row in context.store.listed(page))
    return Reply(Threads(rows, cursor_of(page[-1]) if len(ids) > len(page) else None))


@operation(
    "GET",
    "/threads/{thread_id}",
    permission="view",
    scope="read",
    answers={200: Thread},
    statuses=(404, 422),
)
def read_thread(context: Context, *, thread_id: str) -> Reply:
    """Read what is known of a discussion."""
    row = require_thread(context, thread_id)
    return Reply(Thread(**{name: row[name] for name in Thread.__dataclass_fields__}))


@operation(
    "GET",
    "/threads/{thread_id}/comments",
    permission="view",
    scope="read",
    answers={200: StoredComments},
    statuses=(404, 422),
)
def list_comments(context: Context, query: PageQuery, *, thread_id: str) -> Reply:
    """Read the comments of a discussion with their scores, a page at a time.

    Under pseudonyms for who may not see people.
    """
    require_thread(context, thread_id)
    ended = after(query.after, int)
    frame = _page(context, thread_id, ended[0] if ended else None, query.limit + 1)
    rows = list(rows_of(frame))
    page = rows[: query.limit]
    ended_at = cursor_of(page[-1]["position"]) if len(rows) > len(page) else None
    return Reply(StoredComments(tuple(map(_stored_comment, page)), ended_at))


def require_thread(context: Context, thread_id: str) -> Any:
    """Return what is known of a discussion, by column; answer 404 where there is none."""
    for row in context.store.listed([thread_id]):
        return row
    fault = Fault("path", "thread_id", "there is no such discussion", "List them with GET /api/v1/threads")
    raise ProblemError(404, "There is no such discussion.", [fault])


def _page(context: Context, thread_id: str, after_position: int | None, limit: int) -> pd.DataFrame:
    if may("see_people"):
        return context.store.exports.page(thread_id, score_columns(), after_position, limit)
    frame = context.comments(thread_id)  # names are found in whole discussions only
    return frame[frame["position"] > (after_position or 0)][:limit]


def _stored_comment(row: dict[str, Any]) -> StoredComment:
    known = {column.name for column in COMMENT_COLUMNS}
    scores = {column.name: row[column.name] for column in score_columns()}
    records = {name: row[name] for name in known if name != "thread_id"}
    return StoredComment(**records, state=row["state"], scores=scores)


def _comments(thread_id: str, given: list[NewComment]) -> tuple[Comment, ...]:
    counts = Counter(comment.comment_id for comment in given)
    if repeated := [place for place, comment in enumerate(given) if counts[comment.comment_id] > 1]:
        place = f"comments[{repeated[-1]}].comment_id"
        fault = Fault("body", place, "another comment has the same id", "Send each comment once")
        raise ProblemError(422, f"body, {place}: another comment has the same id", [fault])
    return tuple(_comment(thread_id, place, comment) for place, comment in enumerate(given, start=1))


def _since(comment: Comment) -> datetime:
    """Return since when a comment is as it was sent; of one without a time the last one sent counts."""
    return comment.edited_at or comment.published_at or UNKNOWN


def _comment(thread_id: str, position: int, given: NewComment) -> Comment:
    at = given.published_at
    return Comment(
        thread_id=thread_id,
        comment_id=given.comment_id,
        position=position,
        parent_id=given.parent_id,
        parent_source=None if given.parent_id is None else "given",
        author=given.author,
        author_id=given.author_id,
        published_at=at,
        published_at_raw=None if at is None else at.isoformat(),
        published_at_precision="none" if at is None else "second",
        timezone_source="none" if at is None else "given",
        edited_at=given.edited_at,
        text=given.text,
        likes=given.likes,
        status=given.status,
        source_format=FORMAT,
    )


def _stored(context: Context, discussion: Discussion) -> Stored:
    report = Report(source=SOURCE, kept=len(discussion.comments))
    parsed = Parsed(discussions=(discussion,), report=report)
    imported = import_parsed(context.store, parsed, context.settings)
    sent = {comment.comment_id for comment in discussion.comments}
    flags = {
        comment_id: tuple(given)
        for (_, comment_id), given in imported.analysis.flags.items()
        if given and comment_id in sent
    }
    return Stored(
        thread_id=discussion.thread_id,
        added=imported.added.comments,
        changed=0,
        known=imported.added.known,
        flags=flags,
        left_out=imported.analysis.parsed.report.skipped,
    )
