"""Format "disqus-xml": the export of a forum of Disqus, threads and posts side by side.

Elements as in http://disqus.com/api/schemas/1.0/disqus.xsd.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Final

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import Found, FoundComment, FoundThread, Note
from threads.parse.exports.moments import written
from threads.parse.exports.texts import from_html, from_loose_html, name
from threads.parse.exports.xml_records import Fields, Layout, Record, records, root_name
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.parse.wording import counted
from threads.records import Status

LAYOUT: Final = Layout(
    names={"thread", "post"},
    fields={
        *("id", "link", "title", "message", "createdAt", "isClosed", "isDeleted", "isSpam", "isApproved"),
        *("name", "username", "isAnonymous", "thread", "parent"),
    },
)


class DisqusExport(Export):
    """Reads threads and posts as they come; a post names its thread and the post that it answers."""

    name = "disqus-xml"
    help = "The export of a forum of Disqus (XML)."

    def sniff(self, source: Source) -> bool:
        """Return whether the root is `disqus`."""
        return root_name(source.head) == "disqus"

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield threads and comments; of closed and deleted threads only how many there are."""
        closed = deleted = 0
        for record in records(source, LAYOUT):
            if not isinstance(record, Record):
                yield record
            elif record.name == "thread":
                closed += _is(record.fields, "isClosed")
                deleted += _is(record.fields, "isDeleted")
                yield _thread(record.fields, options)
            else:
                yield _comment(record.fields, options)
        for count, state in ((closed, "closed"), (deleted, "deleted")):
            if count:
                yield Note(
                    N_("{threads} marked as {state}").format(
                        threads=counted(count, "thread", "threads"), state=state
                    )
                )


def _is(fields: Fields, what: str) -> bool:
    return fields.get(what, "").strip().lower() in ("true", "1")


def _thread(fields: Fields, options: Options) -> FoundThread:
    return FoundThread(
        key=fields.get("@id", ""),
        title=from_html(fields.get("title", "")) or None,
        url=fields.get("link", "").strip() or None,
        article_text=(from_html(fields.get("message", "")) or None) if options.article_text else None,
        published_at=written(fields.get("createdAt"), options, zone=UTC).at,
    )


def _comment(fields: Fields, options: Options) -> FoundComment:
    message = fields.get("message", "")
    is_loose = "<p" not in message and "<br" not in message
    return FoundComment(
        place=f"post {fields.get('@id', '')}".rstrip(),
        thread=fields.get("thread@id", ""),
        id=fields.get("@id") or None,
        parent=fields.get("parent@id") or None,
        author=name(fields.get("name")),
        author_id=fields.get("username", "").strip() or None,
        time=written(fields.get("createdAt", "").strip(), options, zone=UTC),
        text=from_loose_html(message) if is_loose else from_html(message),
        status=_status(fields),
    )


def _status(fields: Fields) -> Status:
    if _is(fields, "isSpam"):
        return "spam"
    if _is(fields, "isDeleted"):
        return "deleted"
    return "pending" if fields.get("isApproved", "").strip().lower() == "false" else "visible"
