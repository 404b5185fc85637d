"""What a reader of an export finds in it, one item after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from threads.records import Precision, Skipped, Status, TimezoneSource


class Moment(NamedTuple):
    """A time as an export gives it: the moment (aware), as written, how fine, and whose zone it is."""

    at: datetime | None
    raw: str
    precision: Precision
    zone: TimezoneSource


NO_MOMENT = Moment(None, "", "none", "none")


@dataclass(slots=True, kw_only=True)
class FoundThread:
    """A discussion: `key` is the platform's own name of it, unique within the file; "" where it holds one.

    A later one with the same key fills what the earlier left open.
    """

    key: str = ""
    title: str | None = None
    url: str | None = None
    article_text: str | None = None
    published_at: datetime | None = None
    language: str | None = None


@dataclass(slots=True, kw_only=True)
class FoundComment:
    """A comment: `thread` is the key of its discussion, which may come later, or never.

    `place` is where it stands, in words ("row 12", "comment 3 of item 7"). `id` and `parent` are the
    platform's own; `parent` is None for an answer to the article. HTML has been made text
    (`texts.from_html`). `edited_at` is aware. None is what the export does not say.
    """

    place: str
    text: str
    thread: str = ""
    id: str | None = None
    parent: str | None = None
    author: str | None = None
    author_id: str | None = None
    time: Moment = NO_MOMENT
    edited_at: datetime | None = None
    likes: int | None = None
    status: Status = "visible"

    # Large inputs go through a file: by position they go and come back in half the time that names take.
    def __getstate__(self) -> tuple[Any, ...]:
        return (
            *(self.place, self.text, self.thread, self.id, self.parent, self.author, self.author_id),
            *(*self.time, self.edited_at, self.likes, self.status),
        )

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.place, self.text, self.thread, self.id, self.parent, self.author, self.author_id = state[:7]
        self.time = Moment(*state[7:11])
        self.edited_at, self.likes, self.status = state[11:]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the reader of the report should know: "200 of 6,280 comments are present"."""

    text: str


Found: TypeAlias = FoundThread | FoundComment | Skipped | Note
"""Skipped is for what was read and is no comment to keep (a pingback, an action of a moderator), with why."""


def told_once(found: Iterable[Found]) -> Iterator[Found]:
    """Yield what was found without threads of which the same was told before: some exports repeat it."""
    told: set[tuple[object, ...]] = set()
    for item in found:
        if isinstance(item, FoundThread):
            about = item.key, item.title, item.url, item.published_at, item.article_text is None
            if about in told:
                continue
            told.add(about)
        yield item
