"""Format "pasted": the text of a page, as copied in a browser, with an article and its comments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from threads.language import N_
from threads.parse.addressing import Addressee, address_of, resolve
from threads.parse.formats import Options
from threads.parse.headers import Page
from threads.parse.identity import CommentIds, stable_id
from threads.parse.layout import Block, Layout, find_layout
from threads.parse.line_templates import outline
from threads.parse.other_kinds import fragment_kind, source_code_kind, table_kind
from threads.parse.page_words import (
    byline_lead,
    count_alone,
    is_button_line,
    is_footer,
    is_mark_line,
    likes,
)
from threads.parse.settling import Moment, in_own_zone, settle
from threads.parse.source import Source
from threads.parse.timestamps import Stamp
from threads.parse.wording import counted
from threads.records import Comment, Discussion, Parsed, Report, Skipped

NAME = "pasted"
_LONGEST_TITLE = 150
_AT_ENDS = 5  # lines at either end of a comment
_LEAST_AROUND = 4
_MOST_AROUND = 0.6
_ARTICLE_START = 200  # characters of the article that name its thread


@dataclass(frozen=True, slots=True)
class _Draft:
    """A comment before its time, place and id are settled; `line` counts from 0."""

    line: int
    author: str | None
    stamp: Stamp | None
    text: str
    likes: int | None
    addressee: Addressee | None


class Pasted:
    """Reads text copied from a web page; the fallback for all text."""

    name = NAME
    help = "Text copied from a web page: the article, then its comments with names and times."

    def sniff(self, source: Source) -> bool:
        """Return True: whatever is text can have been pasted."""
        return bool(source.head.strip())

    def read(self, source: Source, options: Options) -> Parsed:
        """Return the article and its comments.

        A page without comments gives a discussion without comments, and a warning that says so; HTML source,
        JSON and tables give nothing but a warning that says what they are.
        """
        other = source_code_kind(source.text)
        if other is not None:
            return _nothing(source, options, other)
        lines = unify_newlines(source.text).split("\n")
        page = Page(lines)
        layout = find_layout(page)
        article = _article(lines, layout.start)
        published_at = _byline_moment(page, layout, options)
        drafts, skipped, notes = _drafts(page, layout)
        other = None if drafts else fragment_kind(source.text) or table_kind(source.text)
        if other is not None:
            return _nothing(source, options, other)
        settled = settle(
            [d.stamp for d in drafts],
            timezone=options.timezone,
            captured_at=options.captured_at,
            reference=published_at,
        )
        thread_id = _thread_id(article, drafts)
        comments, unresolved = _comments(drafts, settled.moments, thread_id)
        warnings = [*source.warnings, *settled.warnings, *layout.notes, *notes]
        warnings += _page_warnings(layout, len(drafts), unresolved)
        discussion = Discussion(
            thread_id=thread_id,
            source=source.name,
            source_format=NAME,
            title=_title(article),
            article_text=article or None,
            published_at=published_at,
            captured_at=options.captured_at,
            comments=comments,
        )
        report = Report(
            source=source.name, kept=len(comments), skipped=tuple(skipped), warnings=tuple(warnings)
        )
        return Parsed(discussions=(discussion,), report=report)


def unify_newlines(text: str) -> str:
    """Return `text` with every line ended by a line feed alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _nothing(source: Source, options: Options, warning: str) -> Parsed:
    discussion = Discussion(
        thread_id=stable_id("nothing"),
        source=source.name,
        source_format=NAME,
        captured_at=options.captured_at,
    )
    report = Report(source=source.name, warnings=(*source.warnings, warning))
    return Parsed(discussions=(discussion,), report=report)


# --- the article ---


def _article(lines: Sequence[str], start: int) -> str:
    return "\n".join(lines[:start]).strip()


def _title(article: str) -> str | None:
    """Return the first line of the article, unless it is a paragraph."""
    first = article.split("\n", 1)[0].strip()
    if not first or len(first) > _LONGEST_TITLE or first.endswith((".", ":", ";", ",")):
        return None
    return first


def _byline_moment(page: Page, layout: Layout, options: Options) -> datetime | None:
    """Return when the article appeared, where its byline says so beyond doubt."""
    stamps = [
        c.stamp
        for c in page.candidates
        if c.line < layout.start and (byline_lead(c.before) or "").startswith(_PUBLISHED)
    ]
    if len(stamps) != 1:
        return None
    settled = settle(stamps, timezone=options.timezone, captured_at=options.captured_at)
    return None if settled.warnings else settled.moments[0].published_at


_PUBLISHED = (
    "published",
    "first published",
    "posted",
    "veröffentlicht",
    "publi",
    "pubbl",
    "gepubl",
    "opubl",
    "опубл",
)


def _thread_id(article: str, drafts: Sequence[_Draft]) -> str:
    if article:
        return stable_id("article", _title(article), article[:_ARTICLE_START])
    if not drafts:
        return stable_id("nothing")
    return stable_id("comment", drafts[0].author, _lasting_raw(drafts[0].stamp), drafts[0].text)


def _lasting_raw(stamp: Stamp | None) -> str | None:
    """Return the timestamp as displayed, or None where there is none or a later visit displays another."""
    return None if stamp is None or stamp.is_relative else stamp.raw


def _raw(stamp: Stamp | None) -> str | None:
    return None if stamp is None else stamp.raw


# --- the comments ---


def _drafts(page: Page, layout: Layout) -> tuple[list[_Draft], list[Skipped], list[str]]:
    skipped = [(r.line, r.reason) for r in layout.rejected]
    drafts: list[_Draft] = []
    seen: dict[tuple[str | None, str | None, str], int] = {}
    texts, note = _texts(page, layout)
    for draft in texts:
        key = (draft.author, _raw(draft.stamp), draft.text)
        if not draft.text:
            skipped.append(
                (draft.line, N_("the comment of {author} has no text").format(author=repr(draft.author)))
            )
        elif key in seen:
            skipped.append(
                (
                    draft.line,
                    N_("the same comment stands at line {line}: pasted twice").format(line=seen[key] + 1),
                )
            )
        else:
            seen[key] = draft.line
            drafts.append(draft)
    places = [Skipped(f"line {line + 1}", reason) for line, reason in sorted(skipped)]
    return drafts, places, [] if note is None else [note]


def _texts(page: Page, layout: Layout) -> tuple[list[_Draft], str | None]:
    """Return the comments, and a note on what stood below the last one."""
    bodies = [[b.header.rest, *page.lines[b.begin : b.end]] for b in layout.blocks]
    note = None
    if bodies:
        kept = _without_footer(bodies[-1], _end_with_buttons(bodies[:-1]))
        note = _footer_note(bodies[-1][len(kept) :])
        bodies[-1] = kept
    around = _lines_around(page, bodies)
    return [_draft(block, body, around) for block, body in zip(layout.blocks, bodies, strict=True)], note


def _lines_around(page: Page, bodies: Sequence[Sequence[str]]) -> frozenset[str]:
    """Return outlines of the lines that begin or end most comments: the page's, and no one's text."""
    counts: Counter[str] = Counter()
    for body in bodies:
        said = [line for line in body if line.strip()]
        counts.update(
            {outline(line) for line in (*said[:_AT_ENDS], *said[-_AT_ENDS:]) if page.is_furniture(line)}
        )
    least = max(_LEAST_AROUND, _MOST_AROUND * len(bodies))
    return frozenset(line for line, count in counts.items() if count >= least)


def _footer_note(cut: Sequence[str]) -> str | None:
    lines = [line.strip() for line in cut if line.strip() and not is_button_line(line)]
    if not lines:
        return None
    return N_("{lines} below the last comment left out, from {first}").format(
        lines=counted(len(lines), "line", "lines"), first=repr(lines[0][:60])
    )


def _end_with_buttons(bodies: Sequence[Sequence[str]]) -> bool:
    """Return whether comments on this page end with a line of buttons, so that the last one does, too."""
    ended = sum(any(is_button_line(line) for line in body[-8:]) for body in bodies)
    return bool(bodies) and ended >= 0.6 * len(bodies)


def _without_footer(body: list[str], ends_with_buttons: bool) -> list[str]:
    has_text = False
    for i, line in enumerate(body):
        if has_text and ends_with_buttons and is_button_line(line):
            return body[: i + 1]
        if has_text and is_footer(line):
            return body[:i]
        has_text = has_text or (bool(line.strip()) and not is_button_line(line))
    return body


def _draft(block: Block, body: list[str], around: frozenset[str]) -> _Draft:
    header = block.header
    lines, count = _trimmed(body)
    lines = _without_furniture(lines, around)
    addressee, lines = address_of(header.reply_to, lines)
    author = header.author.strip() if header.author else None
    text = "\n".join(lines).strip()
    return _Draft(header.last, author or None, header.stamp, text, count, addressee)


def _trimmed(body: Sequence[str]) -> tuple[list[str], int | None]:
    """Return the lines of a comment without the buttons around it, and the likes that they count."""
    begin, end = 0, len(body)
    count: int | None = None
    while begin < end and _is_around(body[begin]):
        begin += 1
    while end > begin and (_is_around(body[end - 1]) or _is_vote_count(body, end, begin)):
        found = likes(body[end - 1])
        if found is None:
            found = count_alone(body[end - 1])
        count = found if found is not None else count
        end -= 1
    return list(body[begin:end]), count


def _without_furniture(lines: list[str], around: frozenset[str]) -> list[str]:
    """Leave out what the page writes around every comment, unless nothing else is there."""
    text = [i for i, line in enumerate(lines) if line.strip() and outline(line) not in around]
    return lines[text[0] : text[-1] + 1] if text else lines


def _is_around(line: str) -> bool:
    return not line.strip() or is_button_line(line) or is_mark_line(line) or likes(line) is not None


def _is_vote_count(body: Sequence[str], end: int, begin: int) -> bool:
    """Return whether the last line is a number between the text and the buttons that follow it."""
    below = end < len(body) and any(is_button_line(line) for line in body[end : end + 4])
    more_above = any(line.strip() for line in body[max(begin, end - 6) : end - 1])
    return below and more_above and count_alone(body[end - 1]) is not None


def _comments(
    drafts: Sequence[_Draft], moments: Sequence[Moment], thread_id: str
) -> tuple[tuple[Comment, ...], int]:
    ids = CommentIds()
    comments = [
        Comment(
            thread_id=thread_id,
            comment_id=ids.make(draft.author, _lasting_raw(draft.stamp), draft.text),
            position=position,
            author=draft.author,
            published_at=in_own_zone(moment.published_at, draft.stamp),
            published_at_raw=_raw(draft.stamp),
            published_at_precision=moment.precision,
            timezone_source=moment.timezone_source,
            text=draft.text,
            likes=draft.likes,
            source_format=NAME,
        )
        for position, (draft, moment) in enumerate(zip(drafts, moments, strict=True), start=1)
    ]
    parents = resolve(comments, [d.addressee for d in drafts])
    linked = tuple(
        c if p is None else replace(c, parent_id=comments[p].comment_id, parent_source="given")
        for c, p in zip(comments, parents, strict=True)
    )
    unresolved = sum(
        d.addressee is not None and d.addressee.certain and p is None
        for d, p in zip(drafts, parents, strict=True)
    )
    return linked, unresolved


def _page_warnings(layout: Layout, found: int, unresolved: int) -> list[str]:
    warnings = []
    if not found:
        warnings.append(
            N_(
                "no comments found: the text is kept as an article. If the page has comments, unfold "
                "them and copy the page again, names and times included"
            )
        )
    elif layout.declared is not None and layout.declared != found:
        warnings.append(
            N_("page declares {declared}, found {found}").format(declared=layout.declared, found=found)
        )
    if unresolved:
        warnings.append(
            N_("{comments} in answer to somebody who is not above").format(
                comments=counted(unresolved, "comment", "comments")
            )
        )
    return warnings
