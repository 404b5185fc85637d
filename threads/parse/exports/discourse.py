"""Format "discourse": topics of Discourse as its API gives them (/t/ID.json), one page or several.

Fields as in https://docs.discourse.org and the serializers in its source. The first post counts as a comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
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
from threads.records import Skipped, Status

_LIKE = 2  # the id of the action "like"
_NO_COMMENTS = {3: N_("an action of a moderator"), 4: N_("a whisper among the staff")}


class Discourse(JsonExport):
    """Posts name what they answer by its number in the topic, not by its id."""

    name = "discourse"
    help = "A topic of Discourse as its API gives it (t/….json), one page or several."
    signs = (
        ("post_number", "cooked|raw", "post_stream|topic_id"),
        ("post_stream",),  # posts may stand far behind other things in it
        ("archetype|fancy_title", "timeline_lookup|suggested_topics|chunk_size"),
    )

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield each topic and its posts; what the topic has beyond them is said."""
        topics: dict[str, _Topic] = {}
        for document in documents(source):
            for page in records(document) if isinstance(document, list) else [record(document)]:
                for post in _posts(page):
                    key = name(post.get("topic_id")) or name(page.get("id")) or ""
                    topics.setdefault(key, _Topic(key)).add(page, post)
        for topic in topics.values():
            yield from topic.found(options)


def _posts(page: dict[str, Any]) -> list[dict[str, Any]]:
    for holder in (record(page.get("post_stream")).get("posts"), page.get("latest_posts"), page.get("posts")):
        if holder is not None:
            return records(holder)
    return [page] if "post_number" in page else []


@dataclass(slots=True)
class _Topic:
    key: str
    title: str | None = None
    created: str | None = None
    declared: int = 0
    posts: list[dict[str, Any]] = field(default_factory=list)

    def add(self, page: dict[str, Any], post: dict[str, Any]) -> None:
        self.posts.append(post)
        if "post_stream" in page:
            stream = page["post_stream"].get("stream")
            among = len(stream) if isinstance(stream, list) else 0
            self.declared = max(self.declared, among, whole(page.get("posts_count")) or 0)
            self.title = self.title or name(page.get("title"))
            self.created = self.created or name(page.get("created_at"))
        self.title = self.title or name(post.get("topic_title"))

    def found(self, options: Options) -> Iterator[Found]:
        yield FoundThread(key=self.key, title=self.title, published_at=written(self.created, options).at)
        ids = {whole(post.get("post_number")): name(post.get("id")) for post in self.posts}
        for post in self.posts:
            yield self._post(post, ids, options)
        present = len({name(post.get("id")) for post in self.posts})
        if present < self.declared:
            yield Note(
                N_("{present} of {declared} posts of the topic {topic} are present").format(
                    present=f"{present:,}", declared=f"{self.declared:,}", topic=self.title or self.key
                )
            )

    def _post(
        self, post: dict[str, Any], ids: dict[int | None, str | None], options: Options
    ) -> FoundComment | Skipped:
        number = whole(post.get("post_number"))
        place = N_("post {number} of topic {topic}").format(number=number, topic=self.key)
        kind = whole(post.get("post_type"))
        if kind in _NO_COMMENTS:
            action = text(post.get("action_code"))
            return Skipped(place, f"{_NO_COMMENTS[kind]}{f': {action}' if action else ''}")
        answered = whole(post.get("reply_to_post_number"))
        updated = text(post.get("updated_at")) if (whole(post.get("version")) or 1) > 1 else None
        return FoundComment(
            place=place,
            thread=self.key,
            id=name(post.get("id")),
            parent=None if answered is None else ids.get(answered) or f"post number {answered}",
            author=name(post.get("username")) or name(post.get("name")),
            author_id=name(post.get("user_id")),
            time=written(name(post.get("created_at")), options),
            edited_at=written(updated, options).at,
            text=from_html(text(post.get("cooked"))) or text(post.get("raw")).strip(),
            likes=_likes(post),
            status=_status(post),
        )


def _likes(post: dict[str, Any]) -> int | None:
    if "like_count" in post:
        return whole(post["like_count"])
    if "actions_summary" not in post:
        return None
    liked = (a.get("count") for a in records(post["actions_summary"]) if a.get("id") == _LIKE)
    return whole(next(liked, 0))


def _status(post: dict[str, Any]) -> Status:
    if post.get("deleted_at") or post.get("user_deleted") is True:
        return "deleted"
    return "removed" if post.get("hidden") is True else "visible"
