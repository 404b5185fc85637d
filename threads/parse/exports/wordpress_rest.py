"""Format "wordpress-rest": answers of WordPress' REST API to /wp/v2/comments, one page or several.

Fields as in https://developer.wordpress.org/rest-api/reference/comments/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from threads.language import N_
from threads.parse.exports.base import JsonExport
from threads.parse.exports.found import Found, FoundComment, FoundThread
from threads.parse.exports.json_items import documents
from threads.parse.exports.texts import from_html, from_loose_html
from threads.parse.exports.texts import name as shown
from threads.parse.exports.values import name, record, records, text
from threads.parse.exports.wordpress import NO_COMMENTS, STATUSES, moment
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Skipped


class WordPressRest(JsonExport):
    """Lists of comments, newest first as the API gives them, or as its pages were asked for."""

    name = "wordpress-rest"
    help = "Comments as WordPress' REST API gives them (wp/v2/comments), one page or several."
    signs = (("author_name", "post", "content", "rendered|raw"),)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield every comment and the page that it stands on."""
        number = 0
        for document in documents(source, in_parts=True):
            for item in _comments(document):
                number += 1
                yield from _found(item, number, options)


def _comments(document: object) -> list[dict[str, Any]]:
    """Return the comments of an answer: a list, or one of them, or what else a program keeps them in."""
    if isinstance(document, list):
        return records(document)
    about = record(document)
    kept = (records(value) for name, value in about.items() if "content" not in about)
    return next((found for found in kept if any("content" in one for one in found)), [about])


def _found(item: dict[str, Any], number: int, options: Options) -> Iterator[Found]:
    place = f"comment {name(item.get('id')) or f'no. {number:,}'}"
    kind = text(item.get("type"))
    if kind in NO_COMMENTS:
        yield Skipped(place, NO_COMMENTS[kind])
        return
    if "content" not in item:
        yield Skipped(
            place,
            N_("no comment: {reason}").format(reason=text(item.get("message")) or N_("it has no content"))[
                :200
            ],
        )
        return
    page = text(item.get("link")).partition("#")[0]
    post = next(iter(records(record(item.get("_embedded")).get("up"))), {})
    thread = FoundThread(
        key=_id(item.get("post")) or page,
        url=page or text(post.get("link")) or None,
        title=from_html(text(record(post.get("title")).get("rendered"))) or None,
    )
    yield thread
    content = record(item.get("content"))
    raw = text(content.get("raw"))
    yield FoundComment(
        place=place,
        thread=thread.key,
        id=name(item.get("id")),
        parent=_id(item.get("parent")),
        author=shown(text(item.get("author_name"))),
        author_id=_id(item.get("author")),
        time=moment(text(item.get("date_gmt")), text(item.get("date")), options),
        text=from_loose_html(raw) if raw else from_html(text(content.get("rendered"))),
        status=STATUSES.get(text(item.get("status")), "pending"),
    )


def _id(value: object) -> str | None:
    """Return an id; 0 stands for none."""
    known = name(value)
    return None if known == "0" else known
