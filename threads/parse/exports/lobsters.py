"""Format "lobsters": stories of Lobsters as JSON (/s/ID.json), with all their comments.

Fields as in its source (Comment#as_json, Story#as_json); older answers tell depth instead of the parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from threads.language import N_
from threads.parse.exports.base import JsonExport
from threads.parse.exports.found import Found, FoundComment, FoundThread, Note
from threads.parse.exports.json_items import documents
from threads.parse.exports.moments import written
from threads.parse.exports.texts import from_html
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Status


class Lobsters(JsonExport):
    """A story's comments in the order of the page, answers below what they answer."""

    name = "lobsters"
    help = "A story of Lobsters as JSON (s/….json) with its comments."
    signs = (("short_id", "commenting_user", "comment"),)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield each story and its comments; how many it counts beyond them is said."""
        for document in documents(source):
            for story in records(document) if isinstance(document, list) else [record(document)]:
                yield from _story(story, options)


def _story(story: dict[str, Any], options: Options) -> Iterator[Found]:
    is_alone = "commenting_user" in story  # a list of comments without their stories
    key = "" if is_alone else name(story.get("short_id")) or ""
    if not is_alone:
        description = from_html(text(story.get("description")))
        yield FoundThread(
            key=key,
            title=name(story.get("title")),
            url=name(story.get("comments_url")) or name(story.get("short_id_url")) or name(story.get("url")),
            article_text=(description or None) if options.article_text else None,
            published_at=written(name(story.get("created_at")), options).at,
        )
    above: list[tuple[int, str | None]] = []
    comments = [story] if is_alone else records(story.get("comments"))
    for number, comment in enumerate(comments, start=1):
        depth = whole(comment.get("indent_level"))
        while depth is not None and above and above[-1][0] >= depth:
            above.pop()
        own = name(comment.get("short_id"))
        parent = name(comment.get("parent_comment"))
        if parent is None and "parent_comment" not in comment and above:
            parent = above[-1][1]
        if depth is not None:
            above.append((depth, own))
        yield _comment(comment, key, parent, f"comment {number:,}", options)
    declared = whole(story.get("comment_count")) or whole(story.get("comments_count")) or 0
    if len(comments) < declared:
        yield Note(
            N_("{present} of {declared} comments are present").format(
                present=f"{len(comments):,}", declared=f"{declared:,}"
            )
        )


def _comment(
    comment: dict[str, Any], thread: str, parent: str | None, place: str, options: Options
) -> FoundComment:
    user = comment.get("commenting_user")
    return FoundComment(
        place=place,
        thread=thread,
        id=name(comment.get("short_id")),
        parent=parent,
        author=name(record(user).get("username")) or name(user),
        time=written(name(comment.get("created_at")), options),
        edited_at=written(_edited(comment), options).at,
        text=from_html(text(comment.get("comment"))) or text(comment.get("comment_plain")).strip(),
        likes=whole(comment.get("score")),
        status=_status(comment),
    )


def _edited(comment: dict[str, Any]) -> str | None:
    edited = name(comment.get("last_edited_at")) or name(comment.get("updated_at"))
    return edited if edited != comment.get("created_at") else None


def _status(comment: dict[str, Any]) -> Status:
    if comment.get("is_moderated") is True:
        return "removed"
    return "deleted" if comment.get("is_deleted") is True else "visible"
