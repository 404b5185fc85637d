"""Threads of Bluesky: answers of app.bsky.feed.getPostThread, and of its second version.

Fields as in the lexicons app.bsky.feed.defs and app.bsky.feed.post. The first post is somebody's own words
and counts as a comment, as in other exports of conversations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import Found, FoundComment, FoundThread, Note
from threads.parse.exports.json_items import beginning, documents
from threads.parse.exports.moments import written
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.parse.wording import counted
from threads.records import Skipped, Status

_FIELDS = (
    re.compile(rb'"(?:thread|replies)"\s*:'),
    re.compile(rb'"at://[^"]*/app\.bsky\.feed\.post/'),
    re.compile(rb'"record"\s*:\s*\{'),
)
_LABELS: dict[str, Status] = {"!hide": "removed", "!takedown": "removed", "spam": "spam"}
_TITLE = 120  # characters


class Bluesky(Export):
    """A post with what it answers and its answers, one thread or several one after the other."""

    name = "bluesky"
    help = "A thread of Bluesky as its API gives it (getPostThread)."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as JSON with a post of Bluesky in a thread."""
        start = beginning(source)
        is_json = start[:1] in (b"{", b"[")
        return is_json and all(field.search(start) for field in _FIELDS)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield the posts of each thread, first those that are answered, then answers below answers."""
        reader = _Reader(options)
        for document in documents(source):
            for one in records(document) if isinstance(document, list) else [record(document)]:
                if isinstance(one.get("thread"), list):
                    yield from reader.flat(records(one["thread"]))
                else:
                    yield from reader.thread(record(one.get("thread")) or one)
        if reader.missing:
            yield Note(
                N_("{posts} present, {answers} counted and not present").format(
                    posts=counted(reader.number, "post", "posts"),
                    answers=counted(reader.missing, "answer", "answers"),
                )
            )


@dataclass(slots=True)
class _Reader:
    options: Options
    number: int = 0
    missing: int = 0

    def thread(self, asked: dict[str, Any]) -> Iterator[Found]:
        above = [asked]
        while parent := record(above[-1].get("parent")):
            above.append(parent)
        top = next((node for node in reversed(above) if node.get("post")), asked)
        about = _about(record(top.get("post")))
        yield about
        for node in above[:0:-1]:
            yield self.node(node, about.key)
        waiting = [asked]
        while waiting:
            node = waiting.pop()
            yield self.node(node, about.key)
            answers = records(node.get("replies"))
            declared = whole(record(node.get("post")).get("replyCount")) or 0
            self.missing += max(declared - len(answers), 0)
            waiting += reversed(answers)

    def flat(self, nodes: list[dict[str, Any]]) -> Iterator[Found]:
        """Yield the posts of a thread as app.bsky.unspecced.getPostThreadV2 has them, in a list."""
        items = [record(node.get("value")) | {"uri": node.get("uri")} for node in nodes]
        about = _about(next((record(item["post"]) for item in items if item.get("post")), {}))
        yield about
        for item in items:
            self.missing += whole(item.get("moreReplies")) or 0
            yield self.node(item, about.key)

    def node(self, node: dict[str, Any], thread: str) -> FoundComment | Skipped:
        post = record(node.get("post"))
        if not post:
            kind = (
                "blocked"
                if node.get("blocked") or "blocked" in text(node.get("$type")).lower()
                else N_("not found")
            )
            return Skipped(
                name(node.get("uri")) or N_("a post without an address"),
                N_("{kind}: no text is given").format(kind=kind),
            )
        self.number += 1
        said, author = record(post.get("record")), record(post.get("author"))
        created = written(name(said.get("createdAt")), self.options)
        return FoundComment(
            place=f"post {self.number:,}",
            text=text(said.get("text")),
            thread=thread,
            id=name(post.get("uri")),
            parent=name(record(record(said.get("reply")).get("parent")).get("uri")),
            author=name(author.get("displayName")) or name(author.get("handle")),
            author_id=name(author.get("did")),
            time=created if created.at is not None else written(name(post.get("indexedAt")), self.options),
            likes=whole(post.get("likeCount")),
            status=_status(post),
        )


def _about(post: dict[str, Any]) -> FoundThread:
    said, author, uri = record(post.get("record")), record(post.get("author")), text(post.get("uri"))
    languages = said.get("langs")
    first = languages[0] if isinstance(languages, list) and languages else None
    who = name(author.get("handle")) or name(author.get("did"))
    title = " ".join(text(said.get("text")).split())
    return FoundThread(
        key=uri,
        title=f"{title[:_TITLE]}…" if len(title) > _TITLE else title or None,
        url=f"https://bsky.app/profile/{who}/post/{uri.rpartition('/')[2]}" if who and uri else None,
        language=first[:2] if isinstance(first, str) else None,
    )


def _status(post: dict[str, Any]) -> Status:
    for label in records(post.get("labels")):
        known = _LABELS.get(text(label.get("val")))
        if known is not None and label.get("neg") is not True:
            return known
    return "visible"
