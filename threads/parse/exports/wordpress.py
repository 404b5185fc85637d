"""Format "wordpress-wxr": the export of WordPress (WXR 1.0 to 1.2), and what blogs write in it for Disqus."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Final

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.columns import each
from threads.parse.exports.found import Found, FoundComments, FoundThread, Moment, Moments, Note
from threads.parse.exports.moments import all_written, written
from threads.parse.exports.texts import all_from_loose_html, from_html, from_loose_html, name
from threads.parse.exports.xml_records import Fields, Layout, Record, Rows, in_rows, root_name, root_tag
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.parse.wording import counted
from threads.records import Skipped, Status

STATUSES: Final[Mapping[str, Status]] = {
    "1": "visible",
    "approve": "visible",
    "approved": "visible",
    "": "visible",  # files for the import into Disqus, and those of old versions
    "0": "pending",
    "hold": "pending",
    "unapproved": "pending",
    "spam": "spam",
    "trash": "deleted",
    "post-trashed": "deleted",
}
"""What `wp:comment_approved` and the API's `status` mean; WordPress shows nothing else."""

NO_COMMENTS: Final[Mapping[str, str]] = {
    "pingback": N_("a pingback"),
    "trackback": N_("a trackback"),
    "pings": N_("a pingback"),
    "order_note": N_("a note on an order"),
    "webhook_delivery": N_("a log of a plugin"),
    "action_log": N_("a log of a plugin"),
    "edd_payment_note": N_("a note on a payment"),
    "note": N_("an editor's note"),
    "editorial-comment": N_("an editor's note"),
    "like": N_("a like without a text"),
    "favorite": N_("a like without a text"),
    "repost": N_("a repost without a text"),
}
"""Values of `wp:comment_type` that no reader wrote, and what they are."""

LAYOUT = Layout(
    names={"item"},
    inside="comment",
    fields={
        *("title", "link", "encoded", "post_id", "post_date_gmt", "pubDate", "thread_identifier"),
    },
    inside_fields={
        *("comment_id", "comment_author", "comment_date", "comment_date_gmt", "comment_content"),
        *("comment_approved", "comment_type", "comment_parent", "comment_user_id"),
    },
)
_NOBODY = frozenset(("", "0"))
_NAMESPACE = re.compile(r"wordpress\.org/export/")


class WordPressExport(Export):
    """Reads one item after the other; of what stands in it, only comments and what they are about."""

    name = "wordpress-wxr"
    help = "A WordPress export (WXR 1.0 to 1.2), or one that blogs write for the import into Disqus."

    def sniff(self, source: Source) -> bool:
        """Return whether the root is `rss` with WordPress' own names in it."""
        head = source.head
        return root_name(head) == "rss" and bool(_NAMESPACE.search(root_tag(head)) or "<wp:" in head)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield every comment, what each is about, and what is none."""
        without = number = 0
        key = ""
        is_open = False
        for record in in_rows(source, LAYOUT):
            if isinstance(record, Rows):
                yield from _comments(record, key, number, options)
                number += record.number
            elif not isinstance(record, Record):
                yield record
            else:
                if not is_open:
                    key = _key(record.fields)
                if is_open or record.is_open:
                    yield _thread(record.fields, key, options)
                else:
                    without += 1
                is_open = record.is_open
        if without:
            yield Note(
                N_("{items} without comments left out").format(items=counted(without, "item", "items"))
            )


def _key(item: Fields) -> str:
    """Return what names an item's thread: for Disqus the link, which items of one comment each share."""
    link = item.get("link", "").strip()
    identifier = item.get("thread_identifier", "").strip()
    if identifier:
        return link or identifier
    return item.get("post_id", "").strip() or link or from_html(item.get("title", ""))


def _thread(item: Fields, key: str, options: Options) -> FoundThread:
    posted = item.get("post_date_gmt") or item.get("pubDate")
    return FoundThread(
        key=key,
        title=from_html(item.get("title", "")) or None,
        url=item.get("link", "").strip() or None,
        article_text=(from_loose_html(item.get("encoded", "")) or None) if options.article_text else None,
        published_at=written(posted, options, zone=UTC).at,
    )


def _comments(rows: Rows, key: str, before: int, options: Options) -> Iterator[Found]:
    """Yield comments of the thread with that key, `before` others in the file, and what is none."""

    def value(name: str) -> list[str]:
        column = rows.columns.get(f"comment_{name}")
        return list(map(str.strip, column)) if column else [""] * rows.number

    kinds, ids = value("type"), value("id")
    at, raw, precision, zone = _moments(value("date_gmt"), value("date"), options)
    missing: list[None] = [None] * rows.number
    found = FoundComments(
        place=[f"comment {own or number}" for number, own in enumerate(ids, start=before + 1)],
        text=all_from_loose_html(rows.columns.get("comment_content") or kinds),
        thread=[key] * rows.number,
        id=[own or None for own in ids],
        parent=[None if above in _NOBODY else above for above in value("parent")],
        author=each(name, value("author")),
        author_id=[None if user in _NOBODY else user for user in value("user_id")],
        at=at,
        raw=raw,
        precision=precision,
        zone=zone,
        edited_at=missing,
        likes=missing,
        status=[STATUSES.get(approved, "pending") for approved in value("approved")],
    )
    if NO_COMMENTS.keys().isdisjoint(kinds):
        yield found
        return
    left_out = ((place, NO_COMMENTS.get(kind)) for place, kind in zip(found.place, kinds, strict=True))
    yield from (Skipped(place, reason) for place, reason in left_out if reason)
    yield found.where([kind not in NO_COMMENTS for kind in kinds])


def _moments(gmt: list[str], local: list[str], options: Options) -> Moments:
    found = all_written(gmt, options, zone=UTC)
    if None not in found.at:
        return found
    return Moments.of(moment(*both, options) for both in zip(gmt, local, strict=True))


def moment(gmt: str, local: str, options: Options) -> Moment:
    """Return the time that WordPress gives twice; the site's own, of unknown zone, where GMT is missing."""
    given = written(gmt, options, zone=UTC)
    if given.at is not None:
        return given
    return written(local, options) if written(local, options).at is not None else given
