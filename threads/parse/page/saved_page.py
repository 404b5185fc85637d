"""Format "page": a saved web page, its article and its comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from threads.parse.documents import Document, documents, is_page
from threads.parse.formats import Options
from threads.parse.identity import CommentIds, stable_id
from threads.parse.page.comments import Found, find_comments
from threads.parse.page.tree import Tree
from threads.parse.settling import Moment, settle
from threads.parse.source import Source
from threads.records import Comment, Discussion, Parsed, Report, Skipped

NAME = "page"


class SavedPage:
    """Reads saved web pages, of sites that are known and of sites never seen."""

    name = NAME
    help = "A saved web page (HTML, MHTML, WARC): its article and its comments with names, times and replies."

    def sniff(self, source: Source) -> bool:
        """Return whether the content is an HTML document or an archive of some."""
        return is_page(source)

    def read(self, source: Source, options: Options) -> Parsed:
        """Return one discussion for each page in the source."""
        discussions: list[Discussion] = []
        skipped: list[Skipped] = []
        warnings: list[str] = []
        for document in documents(source):
            discussion, notes = _discussion(document, options)
            discussions.append(discussion)
            warnings += notes
        report = Report(
            source=source.name,
            kept=sum(len(d.comments) for d in discussions),
            skipped=tuple(skipped),
            warnings=tuple(warnings),
        )
        return Parsed(discussions=tuple(discussions), report=report)


def _discussion(document: Document, options: Options) -> tuple[Discussion, list[str]]:
    tree, found = find_comments(document.html)
    for frame in document.frames:
        _, inside = find_comments(frame.html)
        if len(inside) > len(found):
            found = inside
    captured_at = options.captured_at or document.captured_at
    settled = settle([c.stamp for c in found], timezone=options.timezone, captured_at=captured_at)
    url = document.url or tree.canonical
    title = tree.metas.get("og:title") or tree.title or None
    thread_id = stable_id("page", url) if url else stable_id("page", title, found[0].text if found else None)
    comments = tuple(_comments(found, settled.moments, thread_id))
    discussion = Discussion(
        thread_id=thread_id,
        source=document.name,
        source_format=NAME,
        title=title,
        url=url,
        captured_at=captured_at,
        comments=comments,
    )
    return discussion, [*document.warnings, *settled.warnings]


def _comments(found: list[Found], moments: tuple[Moment, ...], thread_id: str) -> Iterator[Comment]:
    ids = CommentIds()
    lasting = [None if c.stamp is None or c.stamp.is_relative else c.raw for c in found]
    names = [c.page_id or ids.make(c.author, raw, c.text) for c, raw in zip(found, lasting, strict=True)]
    for i, (comment, moment) in enumerate(zip(found, moments, strict=True)):
        yield Comment(
            thread_id=thread_id,
            comment_id=names[i],
            position=i + 1,
            parent_id=None if comment.parent is None else names[comment.parent],
            parent_source=None if comment.parent is None else "given",
            author=comment.author,
            published_at=moment.published_at,
            published_at_raw=comment.raw,
            published_at_precision=moment.precision,
            timezone_source=moment.timezone_source,
            text=comment.text,
            likes=comment.likes,
            source_format=NAME,
        )


__all__ = ["NAME", "SavedPage", "Tree", "replace"]
