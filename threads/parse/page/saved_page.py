"""Format "page": a saved web page, its article and its comments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from threads.language import N_
from threads.parse.addressing import resolve
from threads.parse.article import Article, Head, article, head
from threads.parse.documents import Document, documents, is_page
from threads.parse.formats import Options
from threads.parse.identity import CommentIds, stable_id
from threads.parse.page.comments import PageComments, find_comments
from threads.parse.page.found import Found
from threads.parse.page.nesting import without_circles
from threads.parse.page.platforms import PLATFORMS, Platform
from threads.parse.settling import Moment, in_own_zone, settle
from threads.parse.source import Source
from threads.records import Comment, Discussion, Parsed, Report, Skipped

NAME = "page"
_HALF_DAY = 12 * 60  # minutes


class SavedPage:
    """Reads saved web pages, of sites that are known and of sites never seen."""

    name = NAME
    help = "A saved web page (HTML, MHTML, WARC): its article and its comments with names, times and replies."

    def __init__(self, platforms: Sequence[Platform] = PLATFORMS) -> None:
        self._platforms = platforms

    def sniff(self, source: Source) -> bool:
        """Return whether the content is an HTML document or an archive of some."""
        return is_page(source)

    def read(self, source: Source, options: Options) -> Parsed:
        """Return one discussion for each page in the source."""
        discussions: list[Discussion] = []
        skipped: list[Skipped] = []
        warnings: list[str] = []
        for document in documents(source):
            discussion, left_out, notes = _discussion(document, options, self._platforms)
            discussions.append(discussion)
            # Where an archive holds several pages, each note says which it is about.
            where = "" if document.name == source.name else f"{document.name}: "
            skipped += [replace(item, place=f"{where}{item.place}") for item in left_out]
            warnings += [f"{where}{note}" for note in notes]
        report = Report(
            source=source.name,
            kept=sum(len(d.comments) for d in discussions),
            skipped=tuple(skipped),
            warnings=tuple(warnings),
        )
        return Parsed(discussions=tuple(discussions), report=report)


def _discussion(
    document: Document, options: Options, platforms: Sequence[Platform]
) -> tuple[Discussion, tuple[Skipped, ...], list[str]]:
    page = find_comments(document.html, platforms)
    talk = max(
        (page, *(find_comments(f.html, platforms) for f in document.frames)), key=lambda p: len(p.found)
    )
    # The program that saved the page knows better than a form that proposes the present.
    captured_at = document.captured_at or options.captured_at
    declared = head(page.tree, document.url, timezone=options.timezone or UTC)
    about = _article(page, declared, document, options)
    settled = settle(
        [c.stamp for c in talk.found],
        timezone=options.timezone,
        captured_at=captured_at,
        reference=declared.published_at,  # one that was only guessed would settle days and months wrongly
        language=page.tree.language,
    )
    url = document.url or about.url
    thread_id = stable_id("page", url) if url else stable_id("page", about.title, _beginning(talk))
    comments = tuple(_comments(talk.found, settled.moments, thread_id))
    discussion = Discussion(
        thread_id=thread_id,
        source=document.name,
        source_format=NAME,
        title=about.title,
        url=url,
        article_text=about.text,
        published_at=about.published_at,
        language=None,
        captured_at=captured_at,
        comments=comments,
    )
    notes = [*document.warnings, *settled.warnings, *about.warnings, *_page_warnings(talk)]
    if document.captured_at and options.captured_at and _has_relative_times(talk.found):
        notes.append(
            N_("relative times count from {time}, when the page was saved").format(
                time=f"{document.captured_at:%Y-%m-%d %H:%M}"
            )
        )
    return discussion, talk.skipped, notes


def _article(page: PageComments, declared: Head, document: Document, options: Options) -> Article:
    if options.article_text:
        return article(page.tree, document.url, without=page.pieces, timezone=options.timezone or UTC)
    return Article(declared.title, declared.url, declared.published_at, declared.language)


def _has_relative_times(found: Sequence[Found]) -> bool:
    """Return whether a page shows times that count from the moment it was seen."""
    return any(c.stamp is not None and c.stamp.is_relative for c in found)


def _beginning(page: PageComments) -> str | None:
    return page.found[0].text if page.found else None


def _page_warnings(page: PageComments) -> list[str]:
    count = len(page.found)
    if not count and page.embeds:
        return [
            N_(
                "no comments in this file: {platform} shows them in a frame. Save the complete page, "
                "frames included, once they are on the screen"
            ).format(platform=page.embeds)
        ]
    if not count:
        return [N_("no comments found on the page: if it shows some, unfold them and save it again")]
    seen = count + len(page.skipped)
    if page.declared is None or page.declared == seen:
        return []
    if page.declared > seen:
        return [
            N_("partly loaded: {count} of {declared} comments in this file").format(
                count=count, declared=page.declared
            )
        ]
    return [N_("page declares {declared}, found {found}").format(declared=page.declared, found=seen)]


def _comments(found: Sequence[Found], moments: Sequence[Moment], thread_id: str) -> Iterator[Comment]:
    ids = CommentIds()
    lasting = [None if c.stamp is None or c.stamp.is_relative else c.raw for c in found]
    names = [c.page_id or ids.make(c.author, raw, c.text) for c, raw in zip(found, lasting, strict=True)]
    comments = [
        Comment(
            thread_id=thread_id,
            comment_id=names[i],
            position=i + 1,
            author=comment.author,
            published_at=_as_shown(comment, moment),
            published_at_raw=comment.raw,
            published_at_precision=moment.precision,
            timezone_source=moment.timezone_source,
            text=comment.text,
            likes=comment.likes,
            status=comment.status,
            source_format=NAME,
        )
        for i, (comment, moment) in enumerate(zip(found, moments, strict=True))
    ]
    for comment, parent in zip(comments, _parents(found, comments), strict=True):
        yield comment if parent is None else replace(comment, parent_id=names[parent], parent_source="given")


def _parents(found: Sequence[Found], comments: Sequence[Comment]) -> list[int | None]:
    """Return the parents that a page shows, else those that it names."""
    named = resolve(comments, [c.addressee for c in found])
    return without_circles(
        [c.parent if c.parent is not None else by_name for c, by_name in zip(found, named, strict=True)]
    )


def _as_shown(comment: Found, moment: Moment) -> datetime | None:
    """Return the moment at the time of day that the page displays, where its zone is known or can be."""
    published_at, shown = moment.published_at, comment.shown
    if published_at is None or comment.stamp is None or moment.timezone_source != "given":
        return published_at
    if shown is None or shown is comment.stamp or not shown.has_time or shown.offset is not None:
        return in_own_zone(published_at, comment.stamp)
    minutes = ((shown.hour or 0) - published_at.hour) * 60 + shown.minute - published_at.minute
    east = (minutes + _HALF_DAY) % (2 * _HALF_DAY) - _HALF_DAY
    return published_at.astimezone(timezone(timedelta(minutes=east))) if east % 15 == 0 else published_at
