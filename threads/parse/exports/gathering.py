"""From what was found in an export to discussions: ids, references, duplicates, order, and the report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from threads.parse.exports.found import Found, FoundComment, FoundThread, Note
from threads.parse.exports.references import Tally, settle
from threads.parse.identity import CommentIds, stable_id
from threads.records import Comment, Discussion, Parsed, Report, Skipped

_FILLED = tuple(f.name for f in fields(FoundThread) if f.name != "key")


@dataclass(slots=True)
class _Thread:
    about: FoundThread
    comments: list[FoundComment] = field(default_factory=list)


def gathered(found: Iterable[Found], source: str, format_name: str) -> Parsed:
    """Return the discussions of an export, in the order in which the file first names them.

    Parameters
    ----------
    found
        What the format finds, in the file's order; a thread may come before or after its comments.
    source
        The input's name.
    format_name
        The format's name; with a thread's address, or else its key, it makes the thread's id.
    """
    threads: dict[str, _Thread] = {}
    skipped: list[Skipped] = []
    notes: list[str] = []
    for item in found:
        if isinstance(item, FoundComment):
            threads.setdefault(item.thread, _Thread(FoundThread(key=item.thread))).comments.append(item)
        elif isinstance(item, FoundThread):
            _fill(threads.setdefault(item.key, _Thread(FoundThread(key=item.key))).about, item)
        elif isinstance(item, Note):
            notes.append(item.text)
        else:
            skipped.append(item)
    tally = Tally()
    discussions = tuple(
        discussion(thread.about, thread.comments, source, format_name, skipped, tally)
        for thread in threads.values()
        if thread.comments
    )
    empty = len(threads) - len(discussions)
    if empty:
        notes.append(f"{empty:,} discussion{'' if empty == 1 else 's'} without comments left out")
    kept = sum(len(d.comments) for d in discussions)
    report = Report(source=source, kept=kept, skipped=tuple(skipped), warnings=(*notes, *tally.sentences()))
    return Parsed(discussions=discussions, report=report)


def discussion(
    about: FoundThread,
    comments: list[FoundComment],
    source: str,
    format_name: str,
    skipped: list[Skipped],
    tally: Tally,
) -> Discussion:
    """Return one discussion of `comments` in their order; what is left out goes to `skipped` and `tally`."""
    thread_id = stable_id("page", about.url) if about.url else stable_id(format_name, about.key, about.title)
    ids = CommentIds()
    for comment in comments:
        if comment.id is None:
            comment.id = ids.make(comment.author, comment.time.raw or None, comment.text)
    kept = settle(comments, skipped, tally)
    return Discussion(
        thread_id=thread_id,
        source=source,
        source_format=format_name,
        title=about.title,
        url=about.url,
        article_text=about.article_text,
        published_at=about.published_at,
        language=about.language,
        comments=tuple(
            Comment(
                thread_id=thread_id,
                comment_id=found.id or "",
                position=position,
                parent_id=found.parent,
                parent_source=None if found.parent is None else "given",
                author=found.author,
                author_id=found.author_id,
                published_at=found.time.at,
                published_at_raw=found.time.raw or None,
                published_at_precision=found.time.precision,
                timezone_source=found.time.zone,
                edited_at=found.edited_at,
                text=found.text,
                likes=found.likes,
                status=found.status,
                source_format=format_name,
            )
            for position, found in enumerate(kept, start=1)
        ),
    )


def _fill(about: FoundThread, more: FoundThread) -> None:
    for name in _FILLED:
        if getattr(about, name) is None:
            setattr(about, name, getattr(more, name))
