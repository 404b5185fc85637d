"""Format "commento": the export of Commento and Commento++, version 1.

Fields as in its source (api/domain_export.go): comments and, beside them, who wrote them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from threads.parse.exports.base import JsonExport
from threads.parse.exports.found import Found, FoundComment, FoundThread
from threads.parse.exports.json_items import documents
from threads.parse.exports.moments import written
from threads.parse.exports.texts import from_html
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Status

_STATUSES: dict[str, Status] = {"approved": "visible", "": "visible", "flagged": "spam"}
_NOBODY = ("", "anonymous", "undefined")


class Commento(JsonExport):
    """One object with all comments of a domain; a thread is a path of it."""

    name = "commento"
    help = "The export of Commento (JSON, version 1)."
    signs = (("commentHex", "parentHex"),)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield every comment and the page that it stands on."""
        for document in documents(source):
            export = record(document)
            people = {text(p.get("commenterHex")): p for p in records(export.get("commenters"))}
            for number, comment in enumerate(records(export.get("comments")), start=1):
                yield from _found(comment, people, number, options)


def _found(
    comment: dict[str, Any], people: dict[str, dict[str, Any]], number: int, options: Options
) -> Iterator[Found]:
    domain, path = text(comment.get("domain")), text(comment.get("url") or comment.get("path"))
    yield FoundThread(key=domain + path, url=f"https://{domain}{path}" if domain else None)
    writer = text(comment.get("commenterHex"))
    said = text(comment.get("markdown")) or from_html(text(comment.get("html")))
    parent = text(comment.get("parentHex"))
    state = _STATUSES.get(text(comment.get("state")), "pending")
    author = name(people.get(writer, {}).get("name"))
    yield FoundComment(
        place=f"comment {number:,}",
        thread=domain + path,
        id=name(comment.get("commentHex")),
        parent=parent if parent not in ("", "root") else None,
        author=author if author not in _NOBODY else None,
        author_id=writer if writer not in _NOBODY else None,
        time=written(text(comment.get("creationDate")), options),
        text=said.strip(),
        likes=whole(comment.get("score")),
        status="deleted" if comment.get("deleted") is True else state,
    )
