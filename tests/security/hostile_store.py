"""A store in which every field that a commenter, a platform or a file controls is hostile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from threads.analysis import analyse_parsed
from threads.records import Comment, Discussion, Parsed, Report, Skipped
from threads.settings import Settings
from threads.storage import Store

BEGAN = datetime(2024, 6, 3, 8, tzinfo=UTC)
# English enough for a sentiment, so that figures show the comment, and reasons enough to be in the queue.
FLAGGED = (
    "\nThis is a very good plan, and I would love to see the new bridge over the river by the end of the "
    "year, whatever the angry people of this town say about it, you idiot. http://a.example http://b.example"
)
FIELDS = (
    "author",
    "author_id",
    "comment_id",
    "published_at_raw",
    "parent_source",
    "published_at_precision",
    "timezone_source",
    "text",
    "status",
    "source_format",
)
Written = Callable[[int, str], str]  # number of the text and name of the field → the text


def whole(text: str) -> str:
    """Return a text without halves of characters, which ids may not hold."""
    return "".join(character for character in text if not 0xD800 <= ord(character) < 0xE000)


def comment(number: int, thread_id: str, written: Written, *, parent: int | None) -> Comment:
    """Return a comment all of whose fields are `written`."""
    fields = {name: written(number, name) for name in FIELDS}
    return Comment(
        thread_id=thread_id,
        position=number + 1,
        parent_id=None if parent is None else written(parent, "comment_id"),
        published_at=BEGAN + timedelta(minutes=number),
        likes=number,
        **{**fields, "text": fields["text"] + FLAGGED},  # type: ignore[arg-type] - as a hostile file would have it
    )


def discussion(thread_id: str, numbers: range, written: Written) -> Discussion:
    """Return a thread of one comment for each number, each answering the one before, titled by the first."""
    first = numbers[0]
    return Discussion(
        thread_id=thread_id,
        source=written(first, "source"),
        source_format=written(first, "source_format"),
        title=written(first, "title"),
        url=written(first, "url"),
        article_text="\n\n".join(written(number, "article_text") for number in numbers),
        language=written(first, "language"),
        comments=tuple(
            comment(number, thread_id, written, parent=number - 1 if number > first else None)
            for number in numbers
        ),
    )


def fill(store: Store, discussions: tuple[Discussion, ...], written: Written, count: int) -> None:
    """Score and store the discussions as one import, whose report is hostile too."""
    report = Report(
        source=written(0, "source"),
        kept=sum(len(found.comments) for found in discussions),
        skipped=tuple(Skipped(written(n, "place"), written(n, "skipped")) for n in range(count)),
        warnings=tuple(written(n, "warning") for n in range(count)),
    )
    parsed = Parsed(discussions=discussions, report=report)
    analysis = analyse_parsed(parsed, Settings())
    store.add(parsed, analysis.scores, analysis.flags)
