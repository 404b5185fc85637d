"""Format "guardian": answers of the Guardian's discussion API, one page of a discussion or several.

Fields as in the model of its front end (discussion-rendering, CommentType).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from threads.language import N_
from threads.parse.exports.base import JsonExport
from threads.parse.exports.found import Found, FoundComment, FoundThread, Moment, Note
from threads.parse.exports.json_items import documents
from threads.parse.exports.moments import written
from threads.parse.exports.texts import from_html
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.parse.wording import counted
from threads.records import Status

_LONDON = ZoneInfo("Europe/London")
_STATUSES: dict[str, Status] = {
    "visible": "visible",
    "": "visible",
    "blocked": "removed",
    "deleted": "deleted",
}


class Guardian(JsonExport):
    """Comments with their responses inside; of a removed one the text says so."""

    name = "guardian"
    help = "A discussion of the Guardian as its API gives it, one page or several."
    signs = (("body", "numRecommends", "userProfile", "isoDateTime|date"),)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield each comment and then its responses; pages and responses that are not there are said."""
        reader = _Reader(options)
        for document in documents(source):
            for page in records(document) if isinstance(document, list) else [record(document)]:
                yield from reader.page(page)
        yield from reader.notes()


@dataclass(slots=True)
class _Reader:
    options: Options
    number: int = 0
    missing: int = 0  # responses
    pages: dict[str, tuple[int, set[int]]] = field(default_factory=dict)  # how many, and which are here

    def page(self, page: dict[str, Any]) -> Iterator[Found]:
        about = record(page.get("discussion"))
        comments = records(about.get("comments")) or records(page.get("comments"))
        single = record(page.get("comment")) or (page if "numRecommends" in page else {})
        if whole(page.get("pages")) is not None:
            pages, here = self.pages.get(text(about.get("key")), (0, set()))
            here.add(whole(page.get("currentPage")) or 1)
            self.pages[text(about.get("key"))] = max(pages, whole(page["pages"]) or 0), here
        yield _thread(about)
        for comment in [*comments, *([single] if single else [])]:
            own = record(comment.get("discussion"))
            if own:
                yield _thread(own)
            yield from self.comments(comment, _key(own or about))

    def comments(self, comment: dict[str, Any], thread: str) -> Iterator[FoundComment]:
        waiting: list[tuple[dict[str, Any], str | None]] = [(comment, None)]
        while waiting:
            comment, above = waiting.pop()
            yield self.comment(comment, above, thread)
            responses = records(comment.get("responses"))
            declared = whole(record(comment.get("metaData")).get("responseCount")) or 0
            self.missing += max(0, declared - len(responses))
            waiting += [(response, name(comment.get("id"))) for response in reversed(responses)]

    def comment(self, comment: dict[str, Any], above: str | None, thread: str) -> FoundComment:
        self.number += 1
        person = record(comment.get("userProfile"))
        return FoundComment(
            place=f"comment {self.number:,}",
            thread=thread,
            id=name(comment.get("id")),
            parent=name(record(comment.get("responseTo")).get("commentId")) or above,
            author=name(person.get("displayName")),
            author_id=name(person.get("userId")),
            time=self.moment(comment),
            text=from_html(text(comment.get("body"))),
            likes=whole(comment.get("numRecommends")),
            status=_STATUSES.get(text(comment.get("status")), "pending"),
        )

    def moment(self, comment: dict[str, Any]) -> Moment:
        exact = written(name(comment.get("isoDateTime")), self.options)
        return (
            exact if exact.at is not None else written(name(comment.get("date")), self.options, zone=_LONDON)
        )

    def notes(self) -> Iterator[Note]:
        for pages, here in self.pages.values():
            if len(here) < pages:
                yield Note(
                    N_("{here} of {pages} of the discussion present").format(
                        here=counted(len(here), "page", "pages"), pages=f"{pages:,}"
                    )
                )
        if self.missing:
            yield Note(
                N_("{responses} that the discussion counts not present").format(
                    responses=counted(self.missing, "response", "responses")
                )
            )


def _key(about: dict[str, Any]) -> str:
    return name(about.get("key")) or text(about.get("webUrl"))


def _thread(about: dict[str, Any]) -> FoundThread:
    return FoundThread(key=_key(about), title=name(about.get("title")), url=name(about.get("webUrl")))
