"""Mappings of tables that many people have: known by the names of their columns, or used by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from threads.parse.exports.tables.mapping import Field, Mapping
from threads.parse.exports.tables.names import plain
from threads.parse.exports.tables.times import is_time

_CORAL_COLUMNS = 7
_CORAL_STATUSES = frozenset(("", "NONE", "APPROVED", "REJECTED"))


@dataclass(frozen=True, slots=True)
class Preset:
    """A mapping, what tables it is for, and the columns by which these are known."""

    mapping: Mapping
    help: str
    known_by: tuple[str, ...]


PRESETS: tuple[Preset, ...] = (
    Preset(
        Mapping(
            name="nyt",
            columns={
                "text": ("commentBody",),
                "author": ("userDisplayName",),
                "author_id": ("userID",),
                "time": ("createDate",),
                "edited": ("updateDate",),
                "parent": ("parentID",),
                "id": ("commentID",),
                "thread": ("articleID",),
                "likes": ("recommendations",),
                "status": ("status",),
            },
            markup="html",
        ),
        "New York Times Comments, as on Kaggle",
        ("commentBody", "commentID", "articleID"),
    ),
    Preset(
        Mapping(
            name="socc",
            columns={
                "text": ("comment_text",),
                "author": ("comment_author",),
                "time": ("timestamp",),
                "id": ("comment_counter",),
                "thread": ("article_id",),
                "likes": ("TotalVotes",),
            },
            parents="prefix",
        ),
        "SFU Opinion and Comments Corpus, gnm_comments.csv",
        ("comment_counter", "comment_text", "article_id"),
    ),
    Preset(
        Mapping(
            name="coral-importer",
            columns={
                "text": ("body",),
                "author_id": ("author_id",),
                "time": ("created_at",),
                "parent": ("parent_id",),
                "id": ("id",),
                "thread": ("story_id",),
                "status": ("status",),
            },
            markup="html",
        ),
        "comments.csv for Coral's importer, with names of columns or without",
        ("id", "author_id", "story_id", "body"),
    ),
    Preset(
        Mapping(
            name="coral-download",
            columns={
                "text": ("Comment Text",),
                "time": ("Published Timestamp",),
                "id": ("Comment ID",),
                "url": ("Article URL",),
            },
        ),
        "my_comments.csv, which Coral gives a commenter",
        ("Comment ID", "Published Timestamp", "Comment Text"),
    ),
    Preset(
        Mapping(
            name="facebook",
            columns={
                "text": ("message",),
                "author": ("comment_from_name",),
                "time": ("comment_created",),
                "id": ("comment_id",),
                "thread": ("post_id",),
            },
        ),
        "Comments of a Facebook page, from its Graph API",
        ("comment_id", "comment_from_name", "message"),
    ),
    Preset(
        Mapping(
            name="jcomments",
            columns={
                "text": ("comment",),
                "author": ("name",),
                "author_id": ("userid",),
                "time": ("date",),
                "parent": ("parent",),
                "id": ("id",),
                "thread": ("object_id",),
                "likes": ("isgood",),
                "status": ("published",),
            },
        ),
        "The table of JComments for Joomla (jcomments), as CSV or JSON",
        ("object_id", "object_group", "comment", "published"),
    ),
)


def preset_for(header: Sequence[str]) -> Mapping | None:
    """Return the preset whose tables have such columns, or None."""
    names = {plain(name) for name in header}
    fitting = (item for item in PRESETS if all(plain(name) in names for name in item.known_by))
    return next((fitted(item.mapping, header) for item in fitting), None)


def preset_by_values(rows: Sequence[Sequence[str]]) -> Mapping | None:
    """Return the mapping of comments.csv for Coral's importer without names of columns, or None.

    It is known by seven columns of which one has Coral's statuses and one times; of the ids that then are
    left, those of comments differ, some of parents are missing, and the writer comes before the story.
    """
    if not rows or any(len(row) != _CORAL_COLUMNS for row in rows):
        return None
    columns = [[value.strip() for value in column] for column in zip(*rows, strict=True)]
    left = list(range(_CORAL_COLUMNS))
    found: dict[Field, tuple[str, ...]] = {}

    def take(field: Field, fits: Callable[[list[str]], bool]) -> None:
        place = next((place for place in left if fits(columns[place])), None)
        if place is not None:
            left.remove(place)
            found[field] = (str(place + 1),)

    take("status", lambda values: any(values) and _CORAL_STATUSES.issuperset(values))
    take("time", lambda values: all(map(is_time, values)))
    take("id", lambda values: len(set(values)) == len(values) and not any(" " in value for value in values))
    take("parent", lambda values: not all(values))
    take("text", lambda values: any(" " in value or "<" in value for value in values))
    take("author_id", all)
    take("thread", all)
    if len(found) < _CORAL_COLUMNS:
        return None
    return Mapping(name="coral-importer", columns=found, markup="html")


def fitted(mapping: Mapping, header: Sequence[str]) -> Mapping:
    """Return a preset with the columns that a table has: versions of these files differ."""
    own = {plain(name): name for name in reversed(header)}
    columns = {
        field: (own[plain(names[0])],) for field, names in mapping.columns.items() if plain(names[0]) in own
    }
    return replace(mapping, columns=columns)
