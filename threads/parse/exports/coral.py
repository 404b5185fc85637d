"""Format "coral": collections of Coral (and of Talk before it) as mongoexport writes them, an object a line.

Fields as in its source (models/comment, models/story, models/user). Stories and users may stand in the same
input, or beside it in files of their own: stories.json and users.json in the folder of comments.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, TypeGuard

from threads.errors import InputError
from threads.language import N_
from threads.parse.exports.base import JsonExport
from threads.parse.exports.found import NO_MOMENT, Found, FoundComment, FoundThread, Moment, Note
from threads.parse.exports.json_items import items
from threads.parse.exports.moments import since_1970, written
from threads.parse.exports.texts import from_html
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Skipped, Status

_STATUSES: Final[Mapping[str, Status]] = {
    **dict.fromkeys(("NONE", "APPROVED", "ACCEPTED", ""), "visible"),
    "REJECTED": "removed",
    **dict.fromkeys(("PREMOD", "SYSTEM_WITHHELD"), "pending"),
}
_BESIDE: Final = ("stories.json", "assets.json", "users.json")


class Coral(JsonExport):
    """Comments name their story and their writer by ids; both are told by other collections."""

    name = "coral"
    help = "Collections of Coral or Talk by mongoexport: comments, with stories and users if they are there."
    signs = (
        ("storyID", "authorID", "revisions|body"),
        ("asset_id", "author_id", "body", "body_history|action_counts"),
        ("tenantID", "commentCounts|commentModerationCounts", "url"),
    )

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield stories and comments as they come; whether names of writers were there is said."""
        beside = list(_beside(source))
        people = {person: who for part in (*beside, source) for person, who in _people(part)}
        for part in beside:
            yield from (_story(item, options) for _, item in items(part) if _is_story(item))
        nameless = 0
        for place, item in items(source):
            if _is_story(item):
                yield _story(item, options)
            elif isinstance(item, Skipped):
                yield item
            elif not _is_comment(item):
                if "username" not in item:
                    yield Skipped(place, N_("no comment, story or user"))
            else:
                comment = _comment(item, people, place, options)
                nameless += comment.author is None and comment.author_id is not None
                yield comment
        if nameless:
            yield Note(
                N_(
                    "the names of the writers of {comments} comments are not in this export: put "
                    "users.json beside it, or before the comments"
                ).format(comments=f"{nameless:,}")
            )


def _beside(source: Source) -> Iterator[Source]:
    """Yield the other collections in the folder of a file."""
    if source.path is None:
        return
    for other in _BESIDE:
        file = source.path.with_name(other)
        if file != source.path and file.is_file():
            with suppress(InputError):  # an empty collection
                yield Source.from_path(file, source.settings)


def _people(source: Source) -> Iterator[tuple[str, str]]:
    for _, item in items(source):
        if not isinstance(item, Skipped):
            own, username = name(item.get("id")), name(item.get("username"))
            if own is not None and username is not None:
                yield own, username


def _is_comment(item: dict[str, Any]) -> bool:
    return "storyID" in item or "asset_id" in item


def _is_story(item: dict[str, Any] | Skipped) -> TypeGuard[dict[str, Any]]:
    return not isinstance(item, Skipped) and "url" in item and not _is_comment(item)


def _story(item: dict[str, Any], options: Options) -> FoundThread:
    about = record(item.get("metadata"))
    published = about.get("publishedAt") or item.get("publication_date")
    return FoundThread(
        key=name(item.get("id")) or "",
        title=name(about.get("title")) or name(item.get("title")),
        url=name(item.get("url")),
        published_at=_moment(published, options).at,
    )


def _comment(item: dict[str, Any], people: dict[str, str], place: str, options: Options) -> FoundComment:
    revisions = records(item.get("revisions")) or records(item.get("body_history"))
    latest = revisions[-1] if revisions else {}
    ancestors = item.get("ancestorIDs")
    nearest = ancestors[0] if isinstance(ancestors, list) and ancestors else None
    writer = name(item.get("authorID")) or name(item.get("author_id"))
    is_deleted = bool(item.get("deletedAt") or item.get("deleted_at"))
    edited = _moment(latest.get("createdAt") or latest.get("created_at"), options)
    return FoundComment(
        place=place,
        thread=name(item.get("storyID")) or name(item.get("asset_id")) or "",
        id=name(item.get("id")),
        parent=name(item.get("parentID")) or name(item.get("parent_id")) or name(nearest),
        author=people.get(writer or ""),
        author_id=writer,
        time=_moment(item.get("createdAt") or item.get("created_at"), options),
        edited_at=edited.at if len(revisions) > 1 else None,
        text=from_html(text(latest.get("body")) or text(item.get("body"))),
        likes=_likes(item),
        status="deleted" if is_deleted else _STATUSES.get(text(item.get("status")), "pending"),
    )


def _likes(item: dict[str, Any]) -> int | None:
    counts = record(item.get("actionCounts")) or record(item.get("action_counts"))
    liked = (whole(_plain(counts.get(kind))) for kind in ("REACTION", "respect", "like"))
    return next((count for count in liked if count is not None), 0 if counts else None)


def _moment(value: object, options: Options) -> Moment:
    """Return a time as mongoexport writes it: {"$date": …} with a text, or milliseconds."""
    plain = _plain(value)
    if isinstance(plain, str) and not plain.isdigit():
        return written(plain, options)
    return since_1970(plain) if plain is not None else NO_MOMENT


def _plain(value: object) -> object:
    """Return the value that MongoDB's extended JSON wraps: {"$date": {"$numberLong": "1735689600000"}}."""
    while isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    return value
