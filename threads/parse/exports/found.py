"""What a reader of an export finds in it, one item after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress, repeat
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from threads.records import Precision, Skipped, Status, TimezoneSource


class Moment(NamedTuple):
    """A time as an export gives it: the moment (aware), as written, how fine, and whose zone it is."""

    at: datetime | None
    raw: str
    precision: Precision
    zone: TimezoneSource


NO_MOMENT = Moment(None, "", "none", "none")


class Moments(NamedTuple):
    """Times one below the other, in columns that mean what those of Moment mean."""

    at: Sequence[datetime | None]
    raw: Sequence[str]
    precision: Sequence[Precision]
    zone: Sequence[TimezoneSource]

    @classmethod
    def of(cls, moments: Iterable[Moment]) -> Moments:
        """Return times that were read one after the other."""
        return cls._make(zip(*moments, strict=True) if (moments := list(moments)) else repeat((), 4))

    @classmethod
    def alike(
        cls, at: list[datetime], raw: Sequence[str], precision: Precision, zone: TimezoneSource
    ) -> Moments:
        """Return times that are all known as well."""
        return cls(at, raw, [precision] * len(at), [zone] * len(at))


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


class FoundComments(NamedTuple):
    """Comments one below the other: columns of one length, which mean what those of FoundComment mean.

    Readers of very many find them so, and so they go through files and are put in order: what is done to a
    whole column at once takes a fraction of what each comment would take alone.
    """

    place: Sequence[str]
    text: Sequence[str]
    thread: Sequence[str]
    id: Sequence[str | None]
    parent: Sequence[str | None]
    author: Sequence[str | None]
    author_id: Sequence[str | None]
    at: Sequence[datetime | None]
    raw: Sequence[str]
    precision: Sequence[Precision]
    zone: Sequence[TimezoneSource]
    edited_at: Sequence[datetime | None]
    likes: Sequence[int | None]
    status: Sequence[Status]

    @classmethod
    def of(cls, comments: Sequence[FoundComment]) -> FoundComments:
        """Return comments that were found one after the other."""
        if not comments:
            return FoundComments._make(repeat((), len(cls._fields)))
        rows = [(*_before_time(comment), *comment.time, *_after_time(comment)) for comment in comments]
        return FoundComments._make(zip(*rows, strict=True))

    def where(self, kept: Sequence[bool]) -> FoundComments:
        """Return the comments whose place in `kept` says so."""
        return self if all(kept) else FoundComments._make(list(compress(column, kept)) for column in self)

    def at_places(self, places: Sequence[int]) -> FoundComments:
        """Return the comments at these places, counted from 0, in their order."""
        return FoundComments._make(list(map(column.__getitem__, places)) for column in self)

    def between(self, start: int, end: int) -> FoundComments:
        """Return the comments from one place to before another."""
        return FoundComments._make(column[start:end] for column in self)


_before_time = attrgetter("place", "text", "thread", "id", "parent", "author", "author_id")
_after_time = attrgetter("edited_at", "likes", "status")


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the reader of the report should know: "200 of 6,280 comments are present"."""

    text: str


Found: TypeAlias = FoundThread | FoundComment | FoundComments | Skipped | Note
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
