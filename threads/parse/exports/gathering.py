"""From what was found in an export to discussions: ids, references, duplicates, order, and the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields

from threads.parse.exports.addresses import without_address
from threads.parse.exports.found import Found, FoundComment, FoundThread, Note
from threads.parse.exports.references import Tally, settle
from threads.parse.exports.spool import IN_MEMORY, Item, Spool
from threads.parse.identity import CommentIds, stable_id
from threads.parse.reading import Reading, too_many
from threads.parse.wording import counted
from threads.records import Discussion, LeftOut, Parsed, Report, Skipped, comment_of

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
            for item in found:
                if isinstance(item, FoundComment | FoundThread):
                    size = spool.add(item)
                    if self.most is not None and size > self.most:
                        raise too_many("a discussion has at least", size, self.most, self.source)
                elif isinstance(item, Note):
                    self._note(item.text)
                else:
                    self.left_out.append(item)
            for items in spool.discussions():
                about, comments = _sorted(items)
                if comments:
                    yield self._discussion(about, comments)
                else:
                    self.empty += 1
        finally:
            spool.close()

    def report(self) -> Report:
        """Return what was kept, what was left out and why, and what to know."""
        notes = list(self.notes)
        if self.empty:
            notes.append(f"{counted(self.empty, 'discussion')} without comments left out")
        if self.without_address:
            notes.append(
                f"{counted(self.without_address, 'author')} with an e-mail or IP address for a name or id: "
                "left out, --with-addresses keeps it"
            )
        return Report(
            source=self.source,
            kept=self.kept,
            skipped=tuple(self.left_out.first),
            left_out=self.left_out.counts,
            warnings=(*notes, *self.tally.sentences()),
        )

    def _note(self, text: str) -> None:
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(text)
        elif len(self.notes) == _MOST_NOTES:
            self.notes.append("and more notes of this kind")

    def _discussion(self, about: FoundThread, comments: list[FoundComment]) -> Discussion:
        if not self.addresses:
            self.without_address += sum(map(without_address, comments))
        is_second = about.url is not None and hash(about.url) in self.pages
        self.pages.update([] if about.url is None else [hash(about.url)])
        made = discussion(
            about, comments, self.source, self.format_name, self.left_out, self.tally, is_second=is_second
        )
        self.kept += len(made.comments)
        return made


def _sorted(items: list[Item]) -> tuple[FoundThread, list[FoundComment]]:
    """Return what is known of a discussion, the first that was said of each, and its comments."""
    about = FoundThread()
    comments = []
    for item in items:
        if isinstance(item, FoundComment):
            comments.append(item)
        else:
            _fill(about, item)
    about.key = comments[0].thread if comments else about.key
    return about, comments


def discussion(
    about: FoundThread,
    comments: list[FoundComment],
    source: str,
    format_name: str,
    skipped: LeftOut | list[Skipped],
    tally: Tally,
    *,
    is_second: bool = False,
) -> Discussion:
    """Return one discussion of `comments` in their order; what is left out goes to `skipped` and `tally`.

    The address names a discussion, but for one that `is_second` on its page, as Disqus has them.
    """
    if about.url and not is_second:
        thread_id = stable_id("page", about.url)
    else:
        thread_id = stable_id(format_name, about.key, about.url if is_second else about.title)
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
            comment_of(
                thread_id=thread_id,
                comment_id=found.id or "",
                position=position,
                parent_id=found.parent,
                parent_source=None if found.parent is None else "given",
                parent_confidence=None,
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
