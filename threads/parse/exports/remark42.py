"""Format "remark42": backups of Remark42 (a comment a line), and its API's answers, as a list or a tree.

Fields as in its source (store.Comment, migrator/native.go).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from threads.language import N_
from threads.parse.exports.base import JsonExport
from threads.parse.exports.found import Found, FoundComment, FoundThread
from threads.parse.exports.json_items import items
from threads.parse.exports.moments import written
from threads.parse.exports.texts import from_html
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Skipped


class Remark42(JsonExport):
    """Comments that name their page and what they answer; the first line of a backup is about the site."""

    name = "remark42"
    help = "A backup of Remark42, or comments as its API gives them."
    signs = (("locator", "pid", "user", "orig|text"),)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield every comment and the page that it stands on."""
        for place, item in items(source):
            if isinstance(item, Skipped):
                yield item
            elif "locator" in item:
                yield from _found(item, place, options)
            else:
                answers = enumerate(_comments(item), start=1)
                for number, comment in answers:
                    yield from _found(
                        comment,
                        N_("comment {number} of {place}").format(number=f"{number:,}", place=place),
                        options,
                    )


def _comments(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the comments of an answer, of a tree each before those that answer it."""
    waiting = records(answer.get("comments"))[::-1]
    while waiting:
        node = waiting.pop()
        yield record(node.get("comment")) or node
        waiting += reversed(records(node.get("replies")))


def _found(comment: dict[str, Any], place: str, options: Options) -> Iterator[Found]:
    address = name(record(comment.get("locator")).get("url")) or ""
    yield FoundThread(key=address, url=address or None, title=name(comment.get("title")))
    user = record(comment.get("user"))
    is_nobody = user.get("id") == "deleted"
    yield FoundComment(
        place=place,
        thread=address,
        id=name(comment.get("id")),
        parent=name(comment.get("pid")),
        author=None if is_nobody else name(user.get("name")),
        author_id=None if is_nobody else name(user.get("id")),
        time=written(name(comment.get("time")), options),
        edited_at=written(name(record(comment.get("edit")).get("time")), options).at,
        text=from_html(text(comment.get("text"))) or text(comment.get("orig")).strip(),
        likes=whole(comment.get("score")),
        status="deleted" if comment.get("delete") is True else "visible",
    )
