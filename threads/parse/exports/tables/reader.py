"""From rows to comments: the columns of a table read as its mapping says, one row at a time."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from threads.parse.exports.found import NO_MOMENT, Found, FoundComment, FoundThread, Note
from threads.parse.exports.tables.guess import Guess, column_name, guess, is_nothing, markup_of
from threads.parse.exports.tables.mapping import FIELDS, Field, Mapping, places
from threads.parse.exports.tables.presets import PRESETS, fitted, preset_by_values, preset_for
from threads.parse.exports.tables.references import is_top, kind_of_parents, parent_in_path, plain_id
from threads.parse.exports.tables.table import Table
from threads.parse.exports.tables.times import Reader, time_reader
from threads.parse.exports.texts import from_html
from threads.parse.formats import Options
from threads.parse.identity import stable_id
from threads.records import Skipped, Status, TableColumn

EXAMPLES = 3
_LONGEST_EXAMPLE = 200
_NO_TEXT = (
    "no column looks like the text of comments: say which it is, with --mapping text=COLUMN or on the "
    "import page"
)
_NOTHING = 4  # letters of "null", "None", "nan"
_OF_COMMENTS: tuple[Field, ...] = (
    *("author", "author_id", "time", "edited", "parent", "depth", "id", "thread", "likes", "status"),
)
_OF_THREADS: tuple[Field, ...] = ("title", "url", "article")
_THREAD = len(_OF_COMMENTS)
_TEXTS = _THREAD + len(_OF_THREADS)
_STATUSES: dict[str, Status] = {
    **dict.fromkeys(
        ("1", "approved", "visible", "published", "public", "true", "active", "online"), "visible"
    ),
    **dict.fromkeys(("approve", "accepted", "ok", "live", "none", "open", "1.0"), "visible"),
    **dict.fromkeys(("0", "hold", "pending", "unapproved", "premod", "system_withheld", "false"), "pending"),
    **dict.fromkeys(("waiting", "moderated", "awaiting", "review", "0.0", "2"), "pending"),
    **dict.fromkeys(("rejected", "removed", "blocked", "hidden", "moderator removed", "censored"), "removed"),
    **dict.fromkeys(("spam",), "spam"),
    **dict.fromkeys(("trash", "deleted", "post-trashed", "user deleted", "4"), "deleted"),
}
_PLACEHOLDERS: dict[str, Status] = {
    "[deleted]": "deleted",
    "[removed]": "removed",
    "[deleted by user]": "deleted",
    "[removed by moderator]": "removed",
    "[ removed by reddit ]": "removed",
}
_LONGEST_WHOLE = 16  # digits
_WHOLE = re.compile(r"[+-]?\d{1,15}(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class Understood:
    """A table with what its columns mean, for each column why, and what was guessed of the whole."""

    table: Table
    places: dict[Field, tuple[int, ...]]
    mapping: Mapping
    columns: tuple[TableColumn, ...]


def understood(table: Table, given: Mapping | None, source: str) -> Understood:
    """Return what the columns of a table mean: as given, by a preset that fits, or guessed.

    Raises
    ------
    InputError
        The mapping names a column that is not there.
    """
    header, sample = table.columns, table.sample
    if given is not None and given.whole:
        if any(given == item.mapping for item in PRESETS):
            given = fitted(given, header)
        found = places(given, header, source)
        return _told(table, found, given, _reasons(found, f"mapping {given.name}".strip()), {})
    preset = preset_for(header) if table.is_named else preset_by_values(sample)
    if preset is not None:
        guessed = Guess()
        base, found = preset, places(preset, header, source)
        reasons = _reasons(found, f"preset {preset.name}")
    else:
        guessed = guess(header, sample, is_named=table.is_named)
        base = Mapping()
        found = {name: guessed.places(name) for name in FIELDS}
        reasons = {one.place: (one.field, one.reason, one.confidence) for one in guessed.columns}
    if given is not None:
        changed = places(given, header, source)
        taken = {place for at in changed.values() for place in at}
        found = {name: tuple(p for p in at if p not in taken) for name, at in found.items()} | changed
        reasons = {p: reason for p, reason in reasons.items() if p in found.get(reason[0], ())}
        reasons |= _reasons(changed, "as you said")
        base = _changed(base, given)
    return _told(table, {name: at for name, at in found.items() if at}, base, reasons, guessed.refused)


def _reasons(found: dict[Field, tuple[int, ...]], reason: str) -> dict[int, tuple[Field, str, float]]:
    return {place: (name, reason, 1.0) for name, at in found.items() for place in at}


def _changed(base: Mapping, given: Mapping) -> Mapping:
    return replace(
        base,
        markup=given.markup or base.markup,
        time_format=given.time_format or base.time_format,
        time_zone=given.time_zone or base.time_zone,
        parents=given.parents or (None if "parent" in given.columns else base.parents),
    )


def _told(
    table: Table,
    found: dict[Field, tuple[int, ...]],
    mapping: Mapping,
    reasons: dict[int, tuple[Field, str, float]],
    refused: dict[int, str],
) -> Understood:
    columns = tuple(
        TableColumn(
            name=name or f"column {place + 1}",
            key=column_name(table.columns, place),
            field=reasons[place][0] if place in reasons else None,
            reason=reasons[place][1] if place in reasons else refused.get(place, "not known"),
            confidence=reasons[place][2] if place in reasons else None,
            examples=tuple(
                row[place][:_LONGEST_EXAMPLE] if place < len(row) else "" for row in table.sample[:EXAMPLES]
            ),
        )
        for place, name in enumerate(table.columns)
    )
    return Understood(table, found, mapping, columns)


def found_in(understood: Understood, options: Options) -> Iterator[Found]:
    """Yield the comments of a table, and the threads that its rows name."""
    try:
        if "text" in understood.places:
            yield from _found_in(understood, options)
        else:
            yield Note(_NO_TEXT)
    finally:
        understood.table.close()


def _found_in(understood: Understood, options: Options) -> Iterator[Found]:
    table, at = understood.table, understood.places
    absent = len(table.columns)
    rows = _Rows(understood, options)
    yield from map(Note, (*rows.guessed, *_refused_references(understood)))
    told: set[str] = set()
    wanted = [*(at.get(name, (absent,))[0] for name in (*_OF_COMMENTS, *_OF_THREADS)), *at["text"]]
    for place, cells in table.rows(wanted):
        comment = rows.comment(place, cells)
        if isinstance(comment, FoundComment) and comment.thread not in told:
            told.add(comment.thread)
            title, url, article = cells[_THREAD:_TEXTS]
            yield FoundThread(
                key=comment.thread, title=title or None, url=url or None, article_text=article or None
            )
        yield comment
    yield from table.skipped
    yield from map(Note, (*table.notes, *rows.notes()))


def _refused_references(understood: Understood) -> Iterator[str]:
    """Say which columns of ids and parents are not used: threads are flat without them."""
    for column in understood.columns:
        if column.field is None and column.reason.startswith(("its name says parent", "its name says id")):
            yield f"column {column.name} is not used: {column.reason}"


class _Rows:
    """Makes comments of rows, and counts what it could not read."""

    def __init__(self, understood: Understood, options: Options) -> None:
        self._time, self.guessed = _times(understood, "time", options)
        self._edited, _ = _times(understood, "edited", options)
        self._text = _text_reader(understood)
        self._parent = _parent_reader(understood)
        self._alone = _only_thread(understood)
        self._levels: dict[str, list[str]] = {}
        self._unread = self._unknown = 0

    def comment(self, place: str, cells: Sequence[str]) -> FoundComment | Skipped:
        author, author_id, time, edited, above, depth, own, thread, likes, status, title, url, _ = cells[
            :_TEXTS
        ]
        text = self._text(cells[_TEXTS])
        if len(cells) > _TEXTS + 1:
            text = "\n\n".join(part for part in (text, *map(self._text, cells[_TEXTS + 1 :])) if part)
        if not text or (len(text) <= _NOTHING and is_nothing(text)):
            return Skipped(place, "it has no text")
        key = plain_id(thread or url or title) or self._alone
        own = plain_id(own)
        moment = self._time(time) if time else NO_MOMENT
        if moment.at is None and moment.raw:
            self._unread += 1
        return FoundComment(
            place=place,
            text=text,
            thread=key,
            id=own or None,
            parent=self._above(key, depth, own) if depth else self._parent(above, own, key),
            author=None if not author or is_nothing(author) else author,
            author_id=None if is_top(author_id) else plain_id(author_id),
            time=moment,
            edited_at=self._edited(edited).at if edited else None,
            likes=_whole(likes) if likes else None,
            status=self._status(status, text) if status or text[0] == "[" else "visible",
        )

    def notes(self) -> Iterator[str]:
        """Yield what the reader of the report should know, once all rows were read."""
        if self._unread:
            yield f"{self._unread:,} times could not be read; they stay as found"
        if self._unknown:
            yield f"{self._unknown:,} rows have a status that is not known, and are taken for visible"

    def _status(self, status: str, text: str) -> Status:
        if placeholder := _PLACEHOLDERS.get(text.lower()):
            return placeholder
        if not status:
            return "visible"
        known = _STATUSES.get(status.strip().lower())
        self._unknown += known is None
        return known or "visible"

    def _above(self, thread: str, depth: str, own: str) -> str | None:
        """Return the latest comment of a thread that stands one level higher."""
        above = self._levels.setdefault(thread, [])
        level = min(max(_whole(depth) or 0, 0), len(above))
        del above[level:]
        above.append(own)
        return above[level - 1] if level else None


def _times(understood: Understood, name: Field, options: Options) -> tuple[Reader, tuple[str, ...]]:
    if name not in understood.places:
        return (lambda _: NO_MOMENT), ()
    mapping = understood.mapping
    return time_reader(
        _sampled(understood, name), options, time_format=mapping.time_format, zone=mapping.time_zone
    )


def _text_reader(understood: Understood) -> Callable[[str], str]:
    markup = understood.mapping.markup or markup_of(
        [row[at] for row in understood.table.sample for at in understood.places["text"] if at < len(row)]
    )
    if markup == "html":
        return lambda text: from_html(text) if "<" in text or "&" in text else text.strip()
    if markup == "entities":
        return lambda text: (html.unescape(text) if "&" in text else text).strip()
    return str.strip


def _parent_reader(understood: Understood) -> Callable[[str, str, str], str | None]:
    own, above = _sampled(understood, "id"), _sampled(understood, "parent")
    kind = understood.mapping.parents or kind_of_parents(
        own, above if "parent" in understood.places else None
    )
    if kind == "path":
        return lambda value, own, _: parent_in_path(value, own)
    if kind == "prefix":
        tops = min((value.count("_") for value in own if value), default=0)
        return lambda _, own, __: own.rpartition("_")[0] if own.count("_") > tops else None

    def parent_of(value: str, _own: str, key: str) -> str | None:
        if is_top(value):
            return None
        above = plain_id(value)
        return None if above == key else above

    return parent_of


def _sampled(understood: Understood, name: Field) -> list[str]:
    at = understood.places.get(name, (len(understood.table.columns),))[0]
    return [row[at].strip() if at < len(row) else "" for row in understood.table.sample]


def _only_thread(understood: Understood) -> str:
    """Return a key for comments that no column puts under anything: the table's own, by its first rows."""
    return "table " + stable_id(
        *understood.table.columns, *(c for row in understood.table.sample[:2] for c in row)
    )


def _whole(value: str) -> int | None:
    if value.isdecimal() and len(value) < _LONGEST_WHOLE:
        return int(value)
    value = value.strip().replace(",", "")
    return int(value.partition(".")[0]) if _WHOLE.fullmatch(value) else None
