"""What flows through the whole program: discussions, their comments, and what was left out of them.

The columns of every table (frame, CSV, store) are declared here once, each with type, unit and help text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, make_dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal, cast, overload

from threads.language import N_

Kind = Literal["text", "integer", "number", "time"]
ParentSource = Literal["given", "inferred"]
Precision = Literal["second", "minute", "day", "relative", "none"]
TimezoneSource = Literal["given", "assumed", "none"]
Status = Literal["visible", "pending", "removed", "spam", "deleted"]
GONE: frozenset[Status] = frozenset(("removed", "deleted"))  # which need nobody, and say nothing

# "str" is pandas' text type, NaN for missing; the nullable Int64 keeps a missing count from becoming 0.0.
DTYPES: dict[Kind, str] = {
    "text": "str",
    "integer": "Int64",
    "number": "float64",
    "time": "datetime64[us, UTC]",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name, kind of value, unit and what it means."""

    name: str
    kind: Kind
    help: str
    unit: str = ""

    @property
    def dtype(self) -> Any:
        """The pandas dtype that holds this kind of value, missing ones included."""
        return DTYPES[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment as found. Missing is None, never zero and never an empty string.

    Times are aware; one whose source names its zone stays in that zone, and tables turn all of them to UTC.
    """

    thread_id: str
    comment_id: str
    position: int
    parent_id: str | None = None
    parent_source: ParentSource | None = None
    parent_confidence: float | None = None
    author: str | None = None
    author_id: str | None = None
    published_at: datetime | None = None
    published_at_raw: str | None = None
    published_at_precision: Precision = "none"
    timezone_source: TimezoneSource = "none"
    edited_at: datetime | None = None
    text: str
    likes: int | None = None
    status: Status = "visible"
    source_format: str


# A class whose objects cannot change takes eight times as long to make them; of a million, that is felt.
_Changeable = make_dataclass("_Changeable", [(f.name, f.type) for f in fields(Comment)], slots=True)
_FIELDS = tuple(f.name for f in fields(Comment))
_DEFAULTS = {f.name: f.default for f in fields(Comment) if f.default is not MISSING}


class Comments(Sequence[Comment]):
    """Comments in columns, which become objects when one of them is looked at.

    Readers find very many in columns, and tables want columns again. Equal to a tuple of the same comments.
    """

    __slots__ = ("_columns", "_end", "_made", "_start")

    def __init__(self, number: int, columns: Mapping[str, Sequence[Any]]) -> None:
        """Take columns of `number` values by the names of fields; the others have their defaults."""
        self._columns = {
            name: columns[name] if name in columns else [_DEFAULTS[name]] * number for name in _FIELDS
        }
        self._start, self._end = 0, number
        self._made: tuple[Comment, ...] | None = None

    @classmethod
    def parts(cls, columns: Mapping[str, Sequence[Any]], ends: Sequence[int]) -> list[Comments]:
        """Return parts of columns that follow each other, each up to before one of `ends`."""
        whole = cls(ends[-1] if ends else 0, columns)
        return [whole._part(start, end) for start, end in pairwise((0, *ends))]

    def column(self, name: str) -> Sequence[Any]:
        """Return the values of one field."""
        column = self._columns[name]
        return column if len(self) == len(column) else column[self._start : self._end]

    def with_next(self, other: Sequence[Comment]) -> Comments | None:
        """Return these comments and others as one, where they stand side by side in the same columns."""
        if not isinstance(other, Comments) or other._columns is not self._columns:
            return None
        return self._part(self._start, other._end) if other._start == self._end else None

    def _part(self, start: int, end: int) -> Comments:
        part = Comments.__new__(Comments)
        part._columns, part._start, part._end, part._made = self._columns, start, end, None
        return part

    def __len__(self) -> int:
        return self._end - self._start

    @overload
    def __getitem__(self, place: int) -> Comment: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Comment, ...]: ...
    def __getitem__(self, place: int | slice) -> Comment | tuple[Comment, ...]:
        return self._all()[place]

    def __iter__(self) -> Iterator[Comment]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return self._all() == tuple(other) if isinstance(other, (tuple, Comments)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def __reduce__(self) -> tuple[Any, ...]:
        return Comments, (len(self), {name: self.column(name) for name in _FIELDS})

    def _all(self) -> tuple[Comment, ...]:
        if self._made is None:
            made = tuple(map(_Changeable, *map(self.column, _FIELDS)))
            for comment in made:
                comment.__class__ = Comment  # of the same fields, in the same order
            self._made = cast(tuple[Comment, ...], made)
        return self._made


def column_of(comments: Sequence[Comment], name: str) -> Sequence[Any]:
    """Return the values of one field of comments, without making objects of those that are in columns."""
    return comments.column(name) if isinstance(comments, Comments) else [getattr(c, name) for c in comments]


COMMENT_COLUMNS: tuple[Column, ...] = (
    Column("thread_id", "text", "The discussion that the comment belongs to."),
    Column("comment_id", "text", "The comment, unique within its discussion; the same on every import."),
    Column("position", "integer", "Place in the source, counted from 1."),
    Column("parent_id", "text", "The comment that this one answers; missing for an answer to the article."),
    Column("parent_source", "text", "given (the source says so) or inferred (worked out from the text)."),
    Column("parent_confidence", "number", "How sure an inferred reply is.", "probability"),
    Column("author", "text", "Name as displayed."),
    Column("author_id", "text", "The platform's own id of the author, where it gives one."),
    Column("published_at", "time", "When the comment appeared.", "UTC"),
    Column("published_at_raw", "text", "The timestamp exactly as found."),
    Column("published_at_precision", "text", "second, minute, day, relative (approximate) or none."),
    Column("timezone_source", "text", "given (in the source or by --timezone), assumed (UTC) or none."),
    Column("edited_at", "time", "When it was last edited.", "UTC"),
    Column("text", "text", "The text as found."),
    Column("likes", "integer", "Likes or votes, as the source counts them."),
    Column("status", "text", "visible, pending, removed, spam or deleted, as the source says."),
    Column("source_format", "text", "The format it was read from; a name in the table of formats."),
)
STATE_COLUMN = Column(
    "state", "text", "What a moderator decided: open, approved, featured, rejected, held or escalated."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion:
    """An article and the comments under it, in the order of the source."""

    thread_id: str
    source: str
    source_format: str
    title: str | None = None
    url: str | None = None
    article_text: str | None = None
    published_at: datetime | None = None
    language: str | None = None
    captured_at: datetime | None = None
    comments: Sequence[Comment] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was read and not kept: where it stood, and why."""

    place: str
    reason: str


class LeftOut:
    """What was left out of an input: the first places, and how many there were for each reason."""

    MOST_PLACES = 10_000
    MOST_REASONS = 50

    def __init__(self, skipped: Iterable[Skipped] = ()) -> None:
        self.first: list[Skipped] = []
        self.counts: dict[str, int] = {}
        for item in skipped:
            self.append(item)

    def append(self, skipped: Skipped) -> None:
        """Count one more."""
        if len(self.first) < self.MOST_PLACES:
            self.first.append(skipped)
        reason = _NUMBER.sub("N", skipped.reason.partition(":")[0])
        if reason not in self.counts and len(self.counts) >= self.MOST_REASONS:
            reason = N_("other reasons")
        self.counts[reason] = self.counts.get(reason, 0) + 1


_NUMBER = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column of a table: its name, what it was taken for and why, and its first values.

    `key` is what a mapping calls it: its name, or its number where that is not its own. `field` is None for
    a column that is not used; `confidence` (0 to 1) says how sure that is, None where nothing was taken.
    """

    name: str
    key: str
    field: str | None
    reason: str
    confidence: float | None
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a parse read, kept and left out. `read` is kept plus left out, always.

    `left_out` counts all that was left out by reason; `skipped` are the places of it, of a large input only
    the first. `found` counts what is worth knowing of what was kept: replies, orphans, missing times.
    `columns` are those of a table, as they were understood; empty for other inputs.
    """

    source: str
    kept: int = 0
    skipped: tuple[Skipped, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    found: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    columns: tuple[TableColumn, ...] = ()

    def __post_init__(self) -> None:
        if self.skipped and not self.left_out:
            object.__setattr__(self, "left_out", LeftOut(self.skipped).counts)

    def without(self, skipped: Sequence[Skipped]) -> Report:
        """Return the report with so many of what was kept left out, too."""
        counts = dict(self.left_out)
        for reason, count in LeftOut(skipped).counts.items():
            counts[reason] = counts.get(reason, 0) + count
        return replace(
            self, kept=self.kept - len(skipped), skipped=(*self.skipped, *skipped), left_out=counts
        )

    @property
    def dropped(self) -> int:
        """How many were left out."""
        return sum(self.left_out.values())

    @property
    def read(self) -> int:
        """Everything that looked like a comment."""
        return self.kept + self.dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The answer of every format: the discussions found and the report on how it went."""

    discussions: tuple[Discussion, ...]
    report: Report


@dataclass(frozen=True, slots=True)
class Flag:
    """Why a comment needs a human: the rule, a sentence, the value against its limit, the words.

    `spans` are (start, end) offsets into the comment's text as found.
    """

    rule: str
    reason: str
    value: float
    limit: float
    spans: tuple[tuple[int, int], ...] = field(default=())
