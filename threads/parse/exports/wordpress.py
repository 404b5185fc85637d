"""Format "wordpress-wxr": the export of WordPress (WXR 1.0 to 1.2), and what blogs write in it for Disqus."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Final

from threads.parse.exports.base import Export
from threads.parse.exports.columns import each
from threads.parse.exports.found import Found, FoundComments, FoundThread, Moment, Moments, Note
from threads.parse.exports.moments import all_written, written
from threads.parse.exports.texts import from_html, from_loose_html, name
from threads.parse.exports.xml_records import Fields, Layout, Record, records, root_tag
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
    "pingback": "a pingback",
    "trackback": "a trackback",
    "pings": "a pingback",
    "order_note": "a note on an order",
    "webhook_delivery": "a log of a plugin",
    "action_log": "a log of a plugin",
    "edd_payment_note": "a note on a payment",
    "note": "an editor's note",
    "editorial-comment": "an editor's note",
    "like": "a like without a text",
    "favorite": "a like without a text",
    "repost": "a repost without a text",
}
"""Values of `wp:comment_type` that no reader wrote, and what they are."""

LAYOUT = Layout(
    names={"item"},
    inside="comment",
    fields={
        *("title", "link", "encoded", "post_id", "post_date_gmt", "pubDate", "thread_identifier"),
        *("comment_id", "comment_author", "comment_date", "comment_date_gmt", "comment_content"),
        *("comment_approved", "comment_type", "comment_parent", "comment_user_id"),
    },
)
_BLOCK = 1_000  # comments that are made together
_NOBODY = frozenset(("", "0"))
_NAMESPACE = re.compile(r"wordpress\.org/export/")


class WordPressExport(Export):
    """Reads one item after the other; of what stands in it, only comments and what they are about."""

    name = "wordpress-wxr"
    help = "A WordPress export (WXR 1.0 to 1.2), or one that blogs write for the import into Disqus."

    def sniff(self, source: Source) -> bool:
        """Return whether the root is `rss` with WordPress' own names in it."""
        root = root_tag(source.head)
        return root.startswith("<rss") and bool(_NAMESPACE.search(root) or "<wp:" in source.head)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield every comment, what each is about, and what is none."""
        without = number = 0
        key = ""
        is_open = False
        waiting: list[tuple[Fields, str, int]] = []
        for record in records(source, LAYOUT):
            if not isinstance(record, Record):
                yield record
            elif record.name == "comment":
                number += 1
                waiting.append((record.fields, key, number))
                if len(waiting) == _BLOCK:
                    yield from _comments(waiting, options)
                    waiting = []
            else:
                if not is_open:
                    key = _key(record.fields)
                if is_open or record.is_open:
                    yield _thread(record.fields, key, options)
                else:
                    without += 1
                is_open = record.is_open
        yield from _comments(waiting, options)
        if without:
            yield Note(f"{counted(without, 'item')} without comments left out")


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


def _comments(waiting: Sequence[tuple[Fields, str, int]], options: Options) -> Iterator[Found]:
    """Yield comments, each with the key of its thread and its number in the file, and what is none."""

    def value(name: str) -> list[str]:
        return [fields.get(f"comment_{name}", "").strip() for fields in some]

    left_out = [_reason(fields) for fields, _, _ in waiting]
    yield from (
        Skipped(f"comment {fields.get('comment_id', '').strip() or number}", reason)
        for (fields, _, number), reason in zip(waiting, left_out, strict=True)
        if reason
    )
    kept = [one for one, reason in zip(waiting, left_out, strict=True) if not reason]
    if not kept:
        return
    some = [fields for fields, _, _ in kept]
    ids = value("id")
    at, raw, precision, zone = _moments(value("date_gmt"), some, options)
    missing: list[None] = [None] * len(some)
    yield FoundComments(
        place=[f"comment {own or number}" for own, (_, _, number) in zip(ids, kept, strict=True)],
        text=[from_loose_html(fields.get("comment_content", "")) for fields in some],
        thread=[thread for _, thread, _ in kept],
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


def _reason(fields: Fields) -> str:
    """Return what an element is that no reader wrote, "" for a comment."""
    return NO_COMMENTS.get(fields.get("comment_type", "").strip(), "")


def _moments(gmt: list[str], some: Sequence[Fields], options: Options) -> Moments:
    found = all_written(gmt, options, zone=UTC)
    if None not in found.at:
        return found
    local = (fields.get("comment_date", "").strip() for fields in some)
    return Moments.of(moment(*both, options) for both in zip(gmt, local, strict=True))


def moment(gmt: str, local: str, options: Options) -> Moment:
    """Return the time that WordPress gives twice; the site's own, of unknown zone, where GMT is missing."""
    given = written(gmt, options, zone=UTC)
    if given.at is not None:
        return given
    return written(local, options) if written(local, options).at is not None else given
