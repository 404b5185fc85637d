"""Threads of 4chan, and of boards with its API, as JSON.

Fields as in https://github.com/4chan/4chan-API. Whom a post answers stands in its text, as a link such as
">>12345". The first post counts as a comment, as in other forums.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from threads.language import N_
from threads.parse.exports.base import JsonExport
from threads.parse.exports.found import Found, FoundComment, FoundThread, Note
from threads.parse.exports.json_items import documents
from threads.parse.exports.moments import since_1970
from threads.parse.exports.texts import from_html
from threads.parse.exports.texts import name as shown
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.parse.wording import counted

_REFERENCE = re.compile(r'href="[^"]{0,200}#[pq]?(\d{1,20})"[^<>]{0,200}>(?:&gt;|>){2}')
_NOBODY = "Anonymous"


class FourChan(JsonExport):
    """A thread, or several: in a list, one a line, or on the pages of a board."""

    name = "4chan"
    help = "Threads of 4chan as its API gives them, with whom posts answer by their >> references."
    signs = (("no", "resto", "time", "posts|threads|com"),)

    def found(self, source: Source, options: Options) -> Iterator[Found]:  # noqa: ARG002 - times have a zone
        """Yield each thread and its posts; one that names none answers nobody in particular."""
        pictures = 0
        for document in documents(source, in_parts=True):
            for posts in _threads(document):
                key = (
                    name(posts[0].get("resto")) if whole(posts[0].get("resto")) else name(posts[0].get("no"))
                )
                yield _thread(posts[0], key or "")
                for post in posts:
                    pictures += "com" not in post
                    yield _post(post, key or "")
        if pictures:
            yield Note(
                N_("{posts} of a picture alone: kept without a text").format(
                    posts=counted(pictures, "post", "posts")
                )
            )


def _threads(document: Any) -> Iterator[list[dict[str, Any]]]:
    waiting = [document]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting += reversed(here)
        elif posts := records(record(here).get("posts")):
            yield posts
        elif threads := records(record(here).get("threads")):
            waiting += reversed(threads)
        elif "no" in record(here):
            yield [record(here)]


def _thread(first: dict[str, Any], key: str) -> FoundThread:
    if whole(first.get("resto")):  # not the first post, which a part of a thread lacks
        return FoundThread(key=key)
    title = shown(text(first.get("sub"))) or text(first.get("semantic_url")).replace("-", " ")
    return FoundThread(key=key, title=title or None, published_at=since_1970(first.get("time")).at)


def _post(post: dict[str, Any], thread: str) -> FoundComment:
    answered = _REFERENCE.search(text(post.get("com")))
    called, sign = shown(text(post.get("name"))), text(post.get("trip"))
    return FoundComment(
        place=f"post {name(post.get('no')) or ''}".rstrip(),
        text=from_html(text(post.get("com"))),
        thread=thread,
        id=name(post.get("no")),
        parent=answered[1] if answered else None,
        author=f"{called or ''}{sign}" or None if sign or called != _NOBODY else None,
        author_id=name(post.get("id")),
        time=since_1970(post.get("time")),
    )
