"""Answers of the YouTube Data API: commentThreads.list and comments.list, one page of them or several.

Fields as in https://developers.google.com/youtube/v3/docs/comments and …/commentThreads.
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
from threads.parse.exports.texts import from_html
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.parse.wording import counted
from threads.records import Skipped, Status

_KIND = re.compile(rb'"kind"\s*:\s*"youtube#comment(?:Thread)?(?:ListResponse)?"')
_SNIPPET = re.compile(rb'"topLevelComment"\s*:\s*\{')
_MARKUP = re.compile(r"<(?:br|a|b|i|s)\b|&(?:#\d+|amp|quot|lt|gt);", re.IGNORECASE)
_STATUSES: dict[str, Status] = {"heldForReview": "pending", "likelySpam": "spam", "rejected": "removed"}


class YouTubeApi(Export):
    """Comments of videos and channels: threads with some of their replies, or replies alone."""

    name = "youtube-api"
    help = "Answers of the YouTube Data API: commentThreads and comments, one page or several."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as JSON that names YouTube's kinds of comments."""
        start = beginning(source)
        is_json = start[:1] in (b"{", b"[")
        return is_json and bool(_KIND.search(start) or _SNIPPET.search(start))

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield each comment with those of its replies that are there, as the API orders them."""
        reader = _Reader(options)
        for document in documents(source, in_parts=True):
            yield from reader.pages(document)
        yield from reader.notes()


@dataclass(slots=True)
class _Reader:
    options: Options
    number: int = 0
    replies: int = 0
    declared: int = 0
    short: int = 0
    goes_on: bool = False

    def pages(self, document: Any) -> Iterator[Found]:
        """Yield what is in one answer, one item, or a list of either."""
        for page in records(document) if isinstance(document, list) else [record(document)]:
            if "items" in page:
                self.goes_on = bool(page.get("nextPageToken"))
                for item in records(page["items"]):
                    yield from self.item(item)
            elif "snippet" not in page and "items" in record(next(iter(page.values()), None)):
                yield from self.pages(list(page.values()))  # by their videos
            else:
                yield from self.item(page)

    def item(self, item: dict[str, Any]) -> Iterator[Found]:
        snippet = record(item.get("snippet"))
        top = record(snippet.get("topLevelComment"))
        if not top:
            yield from self.comment(item, {})
            return
        yield from self.comment(top, snippet)
        present = records(record(item.get("replies")).get("comments"))
        for reply in present:
            yield from self.comment(reply, snippet, parent=name(top.get("id")))
        declared = whole(snippet.get("totalReplyCount")) or 0
        self.replies += len(present)
        self.declared += max(declared, len(present))
        self.short += declared > len(present)

    def comment(
        self, item: dict[str, Any], thread: dict[str, Any], *, parent: str | None = None
    ) -> Iterator[Found]:
        self.number += 1
        place = f"comment {self.number:,}"
        said = record(item.get("snippet"))
        if not said:
            yield Skipped(place, N_("no snippet: only its id was asked for"))
            return
        about = _thread(said, thread)
        yield about
        published, updated = written(name(said.get("publishedAt")), self.options), said.get("updatedAt")
        is_edited = bool(updated) and updated != said.get("publishedAt")
        yield FoundComment(
            place=place,
            text=text(said.get("textOriginal")) or _displayed(text(said.get("textDisplay"))),
            thread=about.key,
            id=name(item.get("id")),
            parent=name(said.get("parentId")) or parent,
            author=name(said.get("authorDisplayName")),
            author_id=_author_id(said.get("authorChannelId")),
            time=published,
            edited_at=written(name(updated), self.options).at if is_edited else None,
            likes=whole(said.get("likeCount")),
            status=_STATUSES.get(text(said.get("moderationStatus")), "visible"),
        )

    def notes(self) -> Iterator[Note]:
        if self.short:
            yield Note(
                N_(
                    "{replies} of {declared} replies are present; the API gives the others by "
                    "comments.list ({threads})"
                ).format(
                    replies=f"{self.replies:,}",
                    declared=f"{self.declared:,}",
                    threads=counted(self.short, "thread", "threads"),
                )
            )
        if self.goes_on:
            yield Note(N_("further pages follow the last one (nextPageToken): not all comments are present"))


def _thread(said: dict[str, Any], thread: dict[str, Any]) -> FoundThread:
    video = name(said.get("videoId")) or name(thread.get("videoId"))
    if video is not None:
        return FoundThread(key=video, url=f"https://www.youtube.com/watch?v={video}")
    channel = name(said.get("channelId")) or name(thread.get("channelId"))
    if channel is not None:
        return FoundThread(key=channel, url=f"https://www.youtube.com/channel/{channel}/discussion")
    return FoundThread()


def _author_id(value: object) -> str | None:
    return name(record(value).get("value")) or name(value)


def _displayed(shown: str) -> str:
    """Return the text of textDisplay, which is HTML or, with textFormat=plainText, none."""
    return from_html(shown) if _MARKUP.search(shown) else shown
