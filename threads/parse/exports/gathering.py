"""From what was found in an export to discussions: ids, references, duplicates, order, and the report."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import numpy as np

from threads.language import N_
from threads.parse.exports.addresses import without_addresses
from threads.parse.exports.found import Found, FoundComment, FoundComments, FoundThread, Note
from threads.parse.exports.references import Places, Tally, settle
from threads.parse.exports.spool import IN_MEMORY, Block, Spool
from threads.parse.identity import CommentIds, stable_id
from threads.parse.reading import Reading, too_many
from threads.parse.source import Source
from threads.parse.wording import counted
from threads.records import Comments, Discussion, LeftOut, Parsed, Report

_FILLED = tuple(f.name for f in fields(FoundThread) if f.name != "key")
_MOST_NOTES = 100


def gathered(found: Iterable[Found], source: str, format_name: str) -> Parsed:
    """Return the discussions of an export, all in memory; see `reading`."""
    return reading(found, source, format_name).whole()


def reading(
    found: Iterable[Found],
    source: str,
    format_name: str,
    *,
    addresses: bool = False,
    most: int | None = None,
    in_memory: int = IN_MEMORY,
) -> Reading:
    """Return the discussions of an export, in the order in which the file first names them.

    Parameters
    ----------
    found
        What the format finds, in the file's order; a thread may come before or after its comments.
    source
        The input's name.
    format_name
        The format's name; with a thread's address, or else its key, it makes the thread's id.
    addresses
        Whether authors' names and ids that are e-mail or IP addresses are kept.
    most
        How many comments a discussion may have; any number where not given.
    in_memory
        Bytes from which what is found is written to a temporary file, until all was found.

    Raises
    ------
    InputError
        Before the first discussion is given: as `found` raises, or one has too many comments.
    """
    gathering = _Gathering(source, format_name, addresses=addresses, most=most)
    return Reading(gathering.discussions(found, Spool(in_memory)), gathering.report)


def with_remarks(found: Iterable[Found], source: Source) -> Iterator[Found]:
    """Yield what was found, and at the end what its reader remarked of the source as a whole."""
    yield from found
    yield from map(Note, dict.fromkeys(source.remarks))


@dataclass(slots=True)
class _Gathering:
    """One export on its way, and what there is to say of it."""

    source: str
    format_name: str
    addresses: bool
    most: int | None
    kept: int = 0
    empty: int = 0
    without_address: int = 0
    pages: set[int] = field(default_factory=set)  # hashes of addresses
    left_out: LeftOut = field(default_factory=LeftOut)
    notes: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def discussions(self, found: Iterable[Found], spool: Spool) -> Iterator[Discussion]:
        """Yield the discussions that have a comment."""
        try:
            with _rare_collection():
                self._take(found, spool)
            for block in spool.blocks():
                yield from self._discussions(block)
        finally:
            spool.close()

    def report(self) -> Report:
        """Return what was kept, what was left out and why, and what to know."""
        notes = list(self.notes)
        if self.empty:
            notes.append(
                N_("{discussions} without comments left out").format(
                    discussions=counted(self.empty, "discussion", "discussions")
                )
            )
        if self.without_address:
            notes.append(
                N_(
                    "{authors} with an e-mail or IP address for a name or id: left out, --with-addresses "
                    "keeps it"
                ).format(authors=counted(self.without_address, "author", "authors"))
            )
        return Report(
            source=self.source,
            kept=self.kept,
            skipped=tuple(self.left_out.first),
            left_out=self.left_out.counts,
            warnings=(*notes, *self.tally.sentences()),
        )

    def _take(self, found: Iterable[Found], spool: Spool) -> None:
        for item in found:
            if isinstance(item, FoundComment):
                self._limit(spool.add(item))
            elif isinstance(item, FoundComments):
                self._limit(spool.add_all(item))
            elif isinstance(item, FoundThread):
                spool.add_thread(item)
            elif isinstance(item, Note):
                self._note(item.text)
            else:
                self.left_out.append(item)

    def _limit(self, comments: int) -> None:
        if self.most is not None and comments > self.most:
            raise too_many(
                N_("a discussion has at least {comments} comments, more than the limit of {most}"),
                comments,
                self.most,
                self.source,
            )

    def _note(self, text: str) -> None:
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(text)
        elif len(self.notes) == _MOST_NOTES:
            self.notes.append(N_("and more notes of this kind"))

    def _discussions(self, block: Block) -> Iterator[Discussion]:
        comments, counts = block.comments, np.array(block.counts)
        self.empty += block.counts.count(0)
        filled = np.flatnonzero(counts).tolist()
        starts = (counts.cumsum() - counts)[filled].tolist()
        abouts = [
            _about(comments.thread[start], block.said[place])
            for place, start in zip(filled, starts, strict=True)
        ]
        of = np.repeat(np.arange(len(filled)), counts[filled])
        if not self.addresses:
            comments, taken_out = without_addresses(comments)
            self.without_address += taken_out
        comments, of = settle(_with_ids(comments, of), of, self.left_out, self.tally)
        self.kept += len(of)
        ids = [self._thread_id(about) for about in abouts]
        ends = np.searchsorted(of, np.arange(len(ids)), side="right").tolist()
        parts = Comments.parts(_columns(comments, of, ids, self.format_name), ends)
        yield from map(self._discussion, abouts, ids, parts)

    def _thread_id(self, about: FoundThread) -> str:
        """Return the id of a discussion: its address names it, but for the second on a page, as of Disqus."""
        is_second = about.url is not None and hash(about.url) in self.pages
        self.pages.update([] if about.url is None else [hash(about.url)])
        if about.url and not is_second:
            return stable_id("page", about.url)
        return stable_id(self.format_name, about.key, about.url if is_second else about.title)

    def _discussion(self, about: FoundThread, thread_id: str, comments: Comments) -> Discussion:
        return Discussion(
            thread_id=thread_id,
            source=self.source,
            source_format=self.format_name,
            title=about.title,
            url=about.url,
            article_text=about.article_text,
            published_at=about.published_at,
            language=about.language,
            comments=comments,
        )


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Let Python look for garbage in circles less often: what is found stays, and looking takes a quarter."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _about(key: str, told: Iterable[FoundThread]) -> FoundThread:
    """Return what is known of a discussion, the first that was said of each thing."""
    about = FoundThread(key=key)
    for more in told:
        for name in _FILLED:
            if getattr(about, name) is None:
                setattr(about, name, getattr(more, name))
    return about


def _columns(
    kept: FoundComments, of: Places, thread_ids: list[str], format_name: str
) -> dict[str, Sequence[Any]]:
    """Return the columns of comments of several discussions, those of each together."""
    number = len(kept.text)
    return {
        "thread_id": list(map(thread_ids.__getitem__, of.tolist())),
        "comment_id": kept.id,
        "position": (np.arange(1, number + 1) - np.searchsorted(of, of)).tolist(),
        "parent_id": kept.parent,
        "parent_source": [None if parent is None else "given" for parent in kept.parent],
        "author": kept.author,
        "author_id": kept.author_id,
        "published_at": kept.at,
        "published_at_raw": [raw or None for raw in kept.raw],
        "published_at_precision": kept.precision,
        "timezone_source": kept.zone,
        "edited_at": list(map(_if_other, kept.edited_at, kept.at)),
        "text": kept.text,
        "likes": kept.likes,
        "status": kept.status,
        "source_format": [format_name] * number,
    }


def _if_other(edited: datetime | None, at: datetime | None) -> datetime | None:
    """Return when a comment was edited; some platforms repeat the time of one that nobody has edited."""
    return None if edited == at else edited


def _with_ids(comments: FoundComments, of: Places) -> FoundComments:
    """Return comments with an id made for each that has none."""
    if None not in comments.id:
        return comments
    ids: dict[int, CommentIds] = defaultdict(CommentIds)
    made = [
        ids[discussion].make(author, raw or None, text) if own is None else own
        for discussion, own, author, raw, text in zip(
            of.tolist(), comments.id, comments.author, comments.raw, comments.text, strict=True
        )
    ]
    return comments._replace(id=made)
