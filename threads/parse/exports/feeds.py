"""Format "comment-feed": RSS and Atom feeds of comments, as WordPress, Blogger, Disqus and others give them.

Atom as in RFC 4287, its threading extension as in RFC 4685. Read with the records of `xml_records`, as files
of any size and with damage are; feedparser holds a feed whole in memory.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import Found, FoundComment, FoundThread, Note
from threads.parse.exports.moments import written
from threads.parse.exports.texts import from_html, name
from threads.parse.exports.wordpress import WordPressExport
from threads.parse.exports.xml_records import Fields, Layout, Record, records, root_name
from threads.parse.formats import Options
from threads.parse.source import HEAD_BYTES, Source
from threads.records import Skipped, Status

_SHARED = ("title", "link", "encoded", "description", "content", "summary", "in-reply-to", "creator", "date")
_RSS: Final = Layout(
    names={"channel"}, inside="item", fields={*_SHARED, "guid", "pubDate", "author", "origLink"}
)
_RDF: Final = _RSS._replace(names={"RDF"})
_ATOM: Final = Layout(
    names={"feed"},
    inside="entry",
    fields={
        *(*_SHARED, "id", "published", "updated", "name", "category"),
        *("type", "parent", "inReplyTo", "status"),  # of Blogger
    },
)
_TEXTS: Final = ("encoded", "content", "description", "summary")
_LAYOUTS: Final = {"rss": _RSS, "feed": _ATOM, "RDF": _RDF}
_SIGNS = re.compile(
    r"#comment-?\d|#c\d{2,}|kind#comment|[:<]in-reply-to\b|:type>COMMENT<"
    r"|kind#(?:template|settings|post)"  # of Blogger's backups, which have these first, and they are long
)
_ENTRY = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
_FRAGMENT = re.compile(r"#(?:comment-?|c|cmt)?(\d+)\s*\Z")
_BLOGGER_ID = re.compile(r"(?:\.post-|/comments/default/)(\d+)\Z")
_PREFIX = re.compile(
    r"\s*<p>[^<>]{0,60}<a\s[^<>]{0,1000}?href=[\"'][^\"'<>]{0,900}?#comment-(\d+)[\"'][^<>]{0,400}>[^<>]{0,200}</a>"
    r"[^<>]{0,30}</p>\s*"
)
# "Comment on X by Y" as WordPress says it in its languages; in Russian Y stands in brackets.
_ON = re.compile(
    r"(?:Comments? on|Commentaires? sur|Kommentare? zu|Comentarios? en|Comment[io] su"
    r"|Comentários? (?:sobre|em|a)|Reacties? op|Komentarz do|Komentář k|Kommentar(?:er)? (?:till|til)"
    r"|Комментарий к записи|Коментар до|Re:)\s+(.+)",
    re.DOTALL,
)
_BETWEEN = frozenset(("by", "par", "von", "por", "di", "door", "av", "od", "af"))  # the page and the writer
_OF_ONE = re.compile(r"[^:]{3,40}:\s+(\S.*)", re.DOTALL)
_BY = re.compile(r"[^:]{1,12}?\s?:\s+\S")
_IN_BRACKETS = re.compile(r"\S+@\S+ \((.+)\)")
_STATES: Final[dict[str, Status]] = {"PENDING": "pending", "SPAM": "spam", "DELETED": "deleted"}


class CommentFeed(Export):
    """Reads one entry after the other; the thread is the page that it links to."""

    name = "comment-feed"
    help = "A feed of comments: RSS or Atom, of WordPress, Blogger (its backup too), Disqus and others."

    def sniff(self, source: Source) -> bool:
        """Return whether it is a feed whose entries link to comments, or of none; one of articles is none."""
        head = source.head
        is_empty = len(source.start) < HEAD_BYTES and not _ENTRY.search(head)
        return _layout(source) is not None and (is_empty or bool(_SIGNS.search(head)))

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield every comment and what it is about, in the feed's order: most have the newest first."""
        feed: Fields = {}
        number = 0
        for record in records(source, _layout(source) or _RSS):
            if not isinstance(record, Record):
                yield record
            elif record.is_open:
                feed = record.fields
            elif record.name in ("item", "entry"):
                number += 1
                yield from _entry(record.fields, feed, number, options)
        if not number:
            yield Note(N_("the feed has no entries: there are no comments in it"))


def _layout(source: Source) -> Layout | None:
    if WordPressExport().sniff(source):
        return None
    return _LAYOUTS.get(root_name(source.head))


def _entry(entry: Fields, feed: Fields, number: int, options: Options) -> Iterator[Found]:
    kind = _kind(entry)
    if kind == "post":
        yield FoundThread(
            key=_first(entry, "id"),
            title=_title(entry) or None,
            url=_link(entry).partition("#")[0] or None,
            article_text=(_text(entry, "")[0] or None) if options.article_text else None,
            published_at=written(_first(entry, "published"), options).at,
        )
    elif kind == "comment":
        yield from _comment(entry, feed, number, options)
    else:
        yield Skipped(f"entry {number:,}", N_("no comment but a {kind} of the blog").format(kind=kind))


def _kind(entry: Fields) -> str:
    """Return what an entry of a backup of Blogger is; those of feeds of comments are comments."""
    return (entry.get("type") or entry.get("category@term", "").partition("kind#")[2]).lower() or "comment"


def _comment(entry: Fields, feed: Fields, number: int, options: Options) -> Iterator[Found]:
    own, link = _first(entry, "guid", "id"), _link(entry)
    comment_id = _id(own) or _id(link) or own or None
    text, parent = _text(entry, link)
    refers = [_first(entry, "in-reply-to@ref", "parent"), _first(entry, "in-reply-to@href")]
    # RFC 4685: a reference names the page or the comment that is answered.
    parent = parent or _blogger_id(entry) or next((_id(r) for r in refers if "#" in r and _id(r)), None)
    page = (link or own).partition("#")[0]
    is_blogger = bool(refers[0]) and _BLOGGER_ID.search(refers[0]) is not None
    author, title = _author(entry, feed)
    thread = FoundThread(key=refers[0] if is_blogger else page, url=page or None, title=title)
    yield thread
    published = _first(entry, "published", "pubDate", "date", "updated")
    updated = _first(entry, "updated")
    yield FoundComment(
        place=f"entry {number:,}",
        thread=thread.key,
        id=comment_id,
        parent=parent if parent != comment_id else None,
        author=author,
        time=written(published, options),
        edited_at=written(updated, options).at if entry.get("published") and updated != published else None,
        text=text,
        status=_STATES.get(entry.get("status", ""), "visible"),
    )


def _first(entry: Fields, *names: str) -> str:
    return next((value for value in (entry.get(n, "").strip() for n in names) if value), "")


def _link(entry: Fields) -> str:
    return _first(entry, "origLink", "link:alternate@href", "link@href", "link")


def _id(address: str) -> str | None:
    found = _FRAGMENT.search(address) or _BLOGGER_ID.search(address)
    return found[1] if found else None


def _blogger_id(entry: Fields) -> str | None:
    found = _BLOGGER_ID.search(_first(entry, "inReplyTo", "link:related@href"))
    return found[1] if found else None


def _text(entry: Fields, link: str) -> tuple[str, str | None]:
    """Return the text and the comment that WordPress' first line ("In reply to …", in any language) names."""
    field = next((n for n in _TEXTS if entry.get(n, "").strip()), "")
    markup = entry.get(field, "")
    if field in ("content", "summary") and (entry.get(f"{field}@type") or "text") in ("text", "text/plain"):
        return markup.strip(), None
    prefix = _PREFIX.match(markup)
    if prefix is None or not link:
        return from_html(markup), None
    return from_html(markup[prefix.end() :]), prefix[1]


def _title(fields: Fields) -> str:
    return from_html(html.unescape(fields.get("title", "")))


def _author(entry: Fields, feed: Fields) -> tuple[str | None, str | None]:
    """Return who wrote an entry, and the title of what it is about where titles tell: "Comment on X by Y"."""
    given = _first(entry, "creator", "name", "author")
    author = name(html.unescape(_IN_BRACKETS.sub(r"\1", given)))
    title, of_all = _title(entry), _title(feed)
    about = _ON.fullmatch(title)
    if about is None:
        of_one = _OF_ONE.fullmatch(of_all) if _BY.match(title) else None
        return author or name(title.partition(":")[2]), of_one[1] if of_one else None
    if title.startswith("Re:"):
        return author, about[1]
    page, writer = _page_and_writer(about[1], author)
    return author or name(writer), page


def _page_and_writer(about: str, author: str | None) -> tuple[str, str]:
    """Return what a title names behind "Comment on": the page, and "" or who wrote, `author` where known.

    No pattern does it: with many brackets or blanks one would take quadratic time.
    """
    if about.endswith(")"):
        page, _, writer = about[:-1].rpartition(" (")
        if page and (author is None or writer == author):
            return page, writer
    if author is not None and about.endswith(f" {author}"):
        page, _, word = about.removesuffix(author).rstrip().rpartition(" ")
        if page and word in _BETWEEN:
            return page, author
    words = about.split(" ")
    last = next((at for at in range(len(words) - 2, 0, -1) if words[at] in _BETWEEN), None)
    return (about, "") if last is None else (" ".join(words[:last]), " ".join(words[last + 1 :]))
