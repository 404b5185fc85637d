"""Format "lemmy": answers of Lemmy's API to comment/list and post, one page or several.

Fields as in https://join-lemmy.org/api (CommentView); versions before 0.19 give times without a zone, in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from threads.parse.exports.base import JsonExport
from threads.parse.exports.found import Found, FoundComment, FoundThread
from threads.parse.exports.json_items import documents
from threads.parse.exports.moments import written
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Status


class Lemmy(JsonExport):
    """Comments with their posts; the path of a comment's ids says what it answers."""

    name = "lemmy"
    help = "Comments of Lemmy as its API gives them (comment/list), one page or several."
    signs = (("comment", "creator", "post", "ap_id", "content"),)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield every comment and the post that it stands below."""
        number = 0
        for document in documents(source):
            for page in records(document) if isinstance(document, list) else [record(document)]:
                post = record(record(page.get("post_view")).get("post"))
                if post:
                    yield _thread(post, name(post.get("id")) or "", options)
                for view in _views(page):
                    number += 1
                    yield from _found(view, number, options)


def _views(page: dict[str, Any]) -> list[dict[str, Any]]:
    for holder in (page.get("comments"), page.get("items")):
        if isinstance(holder, list):
            return records(holder)
    return [view for view in (record(page.get("comment_view")), page) if "comment" in view][:1]


def _found(view: dict[str, Any], number: int, options: Options) -> Iterator[Found]:
    comment, post, creator = (record(view.get(part)) for part in ("comment", "post", "creator"))
    key = name(comment.get("post_id")) or name(post.get("id")) or ""
    yield _thread(post, key, options)
    counts = record(view.get("counts")) or comment
    edited = name(comment.get("updated")) or name(comment.get("updated_at"))
    yield FoundComment(
        place=f"comment {number:,}",
        thread=key,
        id=name(comment.get("id")),
        parent=_parent(comment),
        author=name(creator.get("display_name")) or name(creator.get("name")),
        author_id=name(creator.get("id")),
        time=written(name(comment.get("published")) or name(comment.get("published_at")), options, zone=UTC),
        edited_at=written(edited, options, zone=UTC).at,
        text=text(comment.get("content")).strip(),
        likes=whole(counts.get("score")),
        status=_status(comment),
    )


def _thread(post: dict[str, Any], key: str, options: Options) -> FoundThread:
    published = name(post.get("published")) or name(post.get("published_at"))
    return FoundThread(
        key=key,
        title=name(post.get("name")),
        url=name(post.get("ap_id")) or name(post.get("url")),
        article_text=name(post.get("body")) if options.article_text else None,
        published_at=written(published, options, zone=UTC).at,
    )


def _parent(comment: dict[str, Any]) -> str | None:
    """Return the last but one of "0.12.34"; 0 stands for the post."""
    above = text(comment.get("path")).split(".")[:-1]
    parent = above[-1] if above else name(comment.get("parent_id"))
    return None if parent == "0" else parent


def _status(comment: dict[str, Any]) -> Status:
    if comment.get("deleted") is True:
        return "deleted"
    return "removed" if comment.get("removed") is True else "visible"
