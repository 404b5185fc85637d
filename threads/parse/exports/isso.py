"""Formats of Isso: "isso-json", from which it imports, and "isso-sqlite", its database.

The one as in its documentation (advanced migration), the other as in its source (isso/db).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import Found, FoundComment, FoundThread
from threads.parse.exports.json_items import documents
from threads.parse.exports.json_signs import has_fields
from threads.parse.exports.moments import since_1970, written
from threads.parse.exports.sqlite_files import is_sqlite, opened, rows
from threads.parse.exports.values import name, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Status

_MODES: dict[int | None, Status] = {1: "visible", 2: "pending", 4: "deleted"}


class IssoJson(Export):
    """A list of threads, each with its comments; ids are told apart within a thread only."""

    name = "isso-json"
    help = "Threads as JSON from which Isso imports comments."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as a list of JSON with the fields of threads and their comments."""
        return has_fields(
            source, "comments", "title", "created", "author", "text", "remote_addr|website", list_only=True
        )

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield each thread and its comments; their times have no zone."""
        threads = (t for document in documents(source, in_parts=True) for t in records(document))
        for number, thread in enumerate(threads, start=1):
            about = _thread(name(thread.get("id")), text(thread.get("title")), number)
            yield about
            for place, comment in enumerate(records(thread.get("comments")), start=1):
                yield _comment(
                    comment,
                    about.key,
                    N_("comment {number} of thread {thread}").format(
                        number=f"{place:,}", thread=f"{number:,}"
                    ),
                    options,
                )


def _thread(address: str | None, title: str, number: int) -> FoundThread:
    path = unquote(address or "")
    return FoundThread(
        key=path or f"thread {number}",
        title=unquote_plus(title).strip() or path or None,
        url=path if path.startswith(("http://", "https://")) else None,
    )


def _comment(comment: dict[str, Any], thread: str, place: str, options: Options) -> FoundComment:
    return FoundComment(
        place=place,
        thread=thread,
        id=name(comment.get("id")),
        parent=name(comment.get("parent")),
        author=name(comment.get("author")),
        time=written(name(comment.get("created")), options),
        text=text(comment.get("text")).strip(),
    )


class IssoSqlite(Export):
    """Isso's database: threads, and comments with their mode; texts are Markdown."""

    name = "isso-sqlite"
    help = "The database of Isso (SQLite)."

    def sniff(self, source: Source) -> bool:
        """Return whether it is a database that declares Isso's columns."""
        return is_sqlite(source, b"threads", b"tid", b"remote_addr", b"voters", b"mode")

    def found(self, source: Source, options: Options) -> Iterator[Found]:  # noqa: ARG002
        """Yield the threads, then the comments by their ids."""
        with opened(source) as database:
            for row in rows(database, "threads", "id"):
                about = _thread(name(row.get("uri")), text(row.get("title")), 0)
                about.key = name(row.get("id")) or ""
                yield about
            for row in rows(database, "comments", "id"):
                yield _stored(row)


def _stored(row: Mapping[str, Any]) -> FoundComment:
    own = name(row.get("id"))
    return FoundComment(
        place=f"comment {own}",
        thread=name(row.get("tid")) or "",
        id=own,
        parent=name(row.get("parent")),
        author=name(row.get("author")),
        time=since_1970(row.get("created")),
        edited_at=since_1970(row.get("modified")).at,
        text=text(row.get("text")).strip(),
        likes=whole(row.get("likes")),
        status=_MODES.get(whole(row.get("mode")), "pending"),
    )
