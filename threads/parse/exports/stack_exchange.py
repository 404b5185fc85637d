"""Comments of a site of Stack Exchange as its data dump has them: Comments.xml, with Posts.xml beside it.

Fields as in https://meta.stackexchange.com/questions/2677. A discussion is the talk below one post, be it a
question or an answer; comments do not say which other comment they answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import Found, FoundComment, FoundThread
from threads.parse.exports.moments import written
from threads.parse.exports.texts import from_html
from threads.parse.exports.values import name, whole
from threads.parse.exports.xml_records import Fields, Layout, Record, records, root_name
from threads.parse.formats import Options
from threads.parse.identity import stable_id
from threads.parse.source import Source
from threads.records import Skipped

_ROWS = Layout(names=frozenset(("row",)), fields=frozenset())
_QUESTION, _ANSWER = "1", "2"  # types of posts
_POST = re.compile(r"<row\s(?=[^<>]*\bPostTypeId\s*=)(?=[^<>]*\bBody\s*=)")
_ROW = re.compile(r"<row\s(?=[^<>]*\bPostId\s*=)(?=[^<>]*\bText\s*=)")


class StackExchange(Export):
    """Comments below questions and answers, one row each; Posts.xml in the same folder tells of the posts."""

    name = "stack-exchange"
    help = "A data dump of Stack Exchange: Comments.xml, with Posts.xml beside it, or Posts.xml alone."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as XML with rows of comments on posts, or of posts."""
        head = source.head
        return (root_name(head) == "comments" and bool(_ROW.search(head))) or _is_posts(source)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield each comment, then what Posts.xml tells of the posts that have some."""
        if _is_posts(source):
            yield from _answers(source, options)
            return
        site, posts = "", set()
        for number, record in enumerate(records(source, _ROWS), start=1):
            if not isinstance(record, Record):
                yield record
                continue
            row = record.fields
            # The file does not name its site, and every site counts from 1: its first comment tells it.
            site = site or stable_id(row.get("@Id"), row.get("@CreationDate"))
            post = name(row.get("@PostId"))
            if post is None:
                yield Skipped(f"row {number:,}", N_("no PostId: it belongs to no post"))
                continue
            posts.add(post)
            yield _comment(row, f"row {number:,}", f"{site}/{post}", options)
        beside = None if source.path is None else source.path.with_name("Posts.xml")
        if beside is not None and beside.is_file():
            yield from _posts(Source.from_path(beside, source.settings), site, posts, options)


def _is_posts(source: Source) -> bool:
    return root_name(source.head) == "posts" and bool(_POST.search(source.head))


def _answers(source: Source, options: Options) -> Iterator[Found]:
    """Yield questions as discussions and answers as comments in them; other posts are left out."""
    for number, record in enumerate(records(source, _ROWS), start=1):
        if not isinstance(record, Record):
            yield record
            continue
        row = record.fields
        kind, time = row.get("@PostTypeId"), written(row.get("@CreationDate"), options, zone=UTC)
        said = from_html(row.get("@Body", ""))
        if kind == _QUESTION:
            yield FoundThread(
                key=row.get("@Id", ""),
                title=row.get("@Title"),
                article_text=(said or None) if options.article_text else None,
                published_at=time.at,
            )
        elif kind == _ANSWER:
            yield FoundComment(
                place=f"row {number:,}",
                text=said,
                thread=row.get("@ParentId", ""),
                id=name(row.get("@Id")),
                author=name(row.get("@OwnerDisplayName")),
                author_id=name(row.get("@OwnerUserId")),
                time=time,
                edited_at=written(row.get("@LastEditDate"), options, zone=UTC).at,
                likes=whole(row.get("@Score")),
            )
        else:
            yield Skipped(f"row {number:,}", N_("neither a question nor an answer"))


def _comment(row: Fields, place: str, thread: str, options: Options) -> FoundComment:
    return FoundComment(
        place=place,
        text=row.get("@Text", ""),
        thread=thread,
        id=name(row.get("@Id")),
        author=name(row.get("@UserDisplayName")),
        author_id=name(row.get("@UserId")),
        time=written(row.get("@CreationDate"), options, zone=UTC),
        likes=whole(row.get("@Score")),
    )


def _posts(source: Source, site: str, posts: set[str], options: Options) -> Iterator[Found]:
    """Yield the posts that have comments; an answer has the title of its question, which comes before it."""
    questions = {
        row["@ParentId"] for row in _rows(source) if row.get("@Id") in posts and row.get("@ParentId")
    }
    titles: dict[str, str] = {}
    for row in _rows(source):
        post, title = row.get("@Id", ""), row.get("@Title")
        if title and (post in posts or post in questions):
            titles[post] = title
        if post in posts:
            yield FoundThread(
                key=f"{site}/{post}",
                title=title or titles.get(row.get("@ParentId", "")),
                article_text=from_html(row.get("@Body", "")) or None,
                published_at=written(row.get("@CreationDate"), options, zone=UTC).at,
            )


def _rows(source: Source) -> Iterator[Fields]:
    return (record.fields for record in records(source, _ROWS) if isinstance(record, Record))
