"""From rows to comments: the columns of a table read as its mapping says, one row at a time."""

from __future__ import annotations

import html
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from operator import methodcaller, not_

from threads.language import N_
from threads.parse.exports.columns import each
from threads.parse.exports.found import NO_MOMENT, Found, FoundComments, FoundThread, Moment, Moments, Note
from threads.parse.exports.tables.guess import STORIES, Guess, column_name, guess, is_nothing, markup_of
from threads.parse.exports.tables.mapping import FIELDS, Field, Mapping, places
from threads.parse.exports.tables.names import FLAGS, plain
from threads.parse.exports.tables.presets import PRESETS, fitted, preset_by_values, preset_for
from threads.parse.exports.tables.references import (
    is_top,
    kind_of_parents,
    parent_in_list,
    parent_in_path,
    parents_of,
    plain_id,
    plain_ids,
    separator,
)
from threads.parse.exports.tables.table import Table
from threads.parse.exports.tables.times import Reader, time_reader, without_midnight
from threads.parse.exports.texts import from_html
from threads.parse.exports.wordpress import NO_COMMENTS
from threads.parse.formats import Options
from threads.parse.identity import CommentIds, stable_id
from threads.parse.wording import counted
from threads.records import Skipped, Status, TableColumn

EXAMPLES = 3
_LONGEST_EXAMPLE = 200
_NO_TEXT = N_("no column looks like the text of comments: say which it is")  # how, its reader is told beside
_NOTHING = 4  # letters of "null", "None", "nan"
_OF_THREADS: tuple[Field, ...] = ("title", "url", "article")
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
_PIECE = '{"text":'
_MAY_BE_GONE = methodcaller("startswith", "[")
_GONE = frozenset(("deleted", "removed"))  # of which a row without a text still says whom others answer
_KIND = "comment type"  # of WordPress: pingbacks stand among the comments
_LONGEST_WHOLE = 16  # digits
_WHOLE = re.compile(r"[+-]?\d{1,15}(?:\.0+)?")
_SHOWN = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?) ?")
_THOUSANDS = {"K": 1_000, "k": 1_000, "M": 1_000_000, "m": 1_000_000, "万": 10_000}
_YES = frozenset(("1", "1.0", "true", "yes", "t", "y"))


Cells = dict[Field, Sequence[str]]
_Parents = Callable[[Sequence[str], Sequence[str], Sequence[str]], Sequence[str | None]]
"""From columns of parents, of the comments' own ids and of their threads to whom they answer."""


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
            reason=reasons[place][1] if place in reasons else refused.get(place, N_("not known")),
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
        if not any(map(any, understood.table.sample)):
            yield Note(N_("the table has the names of its columns and no rows: there are no comments in it"))
        elif "text" in understood.places:
            yield from _found_in(understood, options)
        else:
            yield Note(_closest(understood.columns))
    finally:
        understood.table.close()


def _found_in(understood: Understood, options: Options) -> Iterator[Found]:
    table, at = understood.table, understood.places
    rows = _Rows(understood, options)
    yield from map(Note, (*rows.guessed, *_refused_references(understood)))
    names: list[Field] = [name for name in FIELDS if name in at and name != "text"]
    kinds = [place for place, name in enumerate(table.columns) if plain(name) == _KIND]
    hours = at.get("time", ())[1:]
    for where, columns in table.blocks([*(at[name][0] for name in names), *at["text"], *hours, *kinds]):
        kept = [kind not in NO_COMMENTS for kind in columns[-1]] if kinds else []
        if not all(kept):
            left_out = compress(zip(where, columns[-1], strict=True), map(not_, kept))
            yield from (Skipped(place, NO_COMMENTS[kind]) for place, kind in left_out)
        some = columns if all(kept) else [list(compress(column, kept)) for column in columns]
        places_left = where if all(kept) else list(compress(where, kept))
        cells = dict(zip(names, some, strict=False))
        texts_end = len(names) + len(at["text"])
        if hours:
            cells["time"] = list(map(_at_hour, cells["time"], some[texts_end]))
        yield from rows.found(places_left, cells, some[len(names) : texts_end])
    yield from table.skipped
    yield from map(Note, (*table.notes, *rows.notes()))


def _closest(columns: Sequence[TableColumn]) -> str:
    """Return that no column is the text, and which comes closest: by its name, or with the longest values."""
    if any(column.reason == STORIES for column in columns):
        return STORIES
    named = [column for column in columns if column.reason.startswith("its name says text")]
    if named:
        return N_("{problem}; closest is {column}: {reason}").format(
            problem=_NO_TEXT, column=named[0].name[:60], reason=named[0].reason
        )
    length, _, column = max(
        ((sum(map(len, c.examples)) / EXAMPLES, -place, c) for place, c in enumerate(columns)),
        default=(0.0, 0, None),
    )
    if not (column and length):
        return _NO_TEXT
    longest = N_("{problem}; closest is {column}, with the longest values")
    return longest.format(problem=_NO_TEXT, column=column.name[:60])


def _refused_references(understood: Understood) -> Iterator[str]:
    """Say which columns of ids and parents are not used: threads are flat without them."""
    for column in understood.columns:
        if column.field is None and column.reason.startswith(("its name says parent", "its name says id")):
            yield N_("column {column} is not used: {reason}").format(column=column.name, reason=column.reason)


class _Rows:
    """Makes comments of rows, column by column, and counts what it could not read."""

    def __init__(self, understood: Understood, options: Options) -> None:
        self._time, self.guessed = _times(understood, "time", options)
        self._edited, _ = _times(understood, "edited", options)
        self._text = _text_reader(understood)
        self._parent = _parent_reader(understood)
        self._alone = _only_thread(understood)
        self._flag = _flag(understood)
        self._has_zero = _is_somebody("0", understood)
        self._told: set[str] = set()
        self._levels: dict[str, list[str]] = {}
        self._made: dict[str, CommentIds] = defaultdict(CommentIds)  # ids of rows that have none, by thread
        levels = map(_whole, _sampled(understood, "depth"))
        self._lowest = min((level for level in levels if level is not None), default=0)
        self._by_level = 0
        self._unread = self._unknown = 0
        self._codes = _codes(understood)
        self._has_roots = _has_roots(understood)

    def found(self, places: Sequence[str], cells: Cells, texts: Sequence[Sequence[str]]) -> Iterator[Found]:
        """Yield the comments of a block of rows, and the threads that it is the first to name."""
        text = self._texts(texts)
        statuses = self._statuses(cells.get("status"), text)
        if "depth" in cells:
            cells = self._with_parents(cells, text)
        if min(map(len, text), default=0) <= _NOTHING:
            kept = [
                status in _GONE or not _is_nothing(said) for said, status in zip(text, statuses, strict=True)
            ]
            yield from (
                Skipped(place, N_("it has no text"))
                for place, has in zip(places, kept, strict=True)
                if not has
            )
            cells = {name: list(compress(column, kept)) for name, column in cells.items()}
            text, places = list(compress(text, kept)), list(compress(places, kept))
            statuses = list(compress(statuses, kept))
        threads = self._threads(cells, len(text))
        yield from self._new_threads(threads, cells)
        yield self._comments(places, text, threads, statuses, cells)

    def _texts(self, columns: Sequence[Sequence[str]]) -> list[str]:
        texts = [list(map(self._text, column)) for column in columns]
        if len(texts) == 1:
            return texts[0]
        return ["\n\n".join(filter(None, parts)) for parts in zip(*texts, strict=True)]

    def _threads(self, cells: Cells, rows: int) -> list[str]:
        """Return what names the discussion of each row: its thread, else its address, else its title."""
        named = [cells[name] for name in ("thread", "url", "title") if name in cells]
        if not named:
            return [self._alone] * rows
        is_full = "" not in named[0]
        first = named[0] if is_full else [next(filter(None, row), "") for row in zip(*named, strict=True)]
        if self._has_roots and not is_full:
            first = [name or id_ for name, id_ in zip(named[0], cells["id"], strict=True)]
        return each(lambda name: plain_id(name) or self._alone, first)

    def _new_threads(self, threads: list[str], cells: Cells) -> Iterator[FoundThread]:
        about = [cells.get(name) for name in _OF_THREADS]
        for row, key in enumerate(threads):
            if key not in self._told:
                self._told.add(key)
                title, url, article = (column[row] or None if column else None for column in about)
                yield FoundThread(key=key, title=title, url=url, article_text=article)

    def _comments(
        self,
        places: Sequence[str],
        text: list[str],
        threads: list[str],
        statuses: list[Status],
        cells: Cells,
    ) -> FoundComments:
        rows = len(text)
        missing: list[None] = [None] * rows
        at, raw, precision, zone = _read(self._time, cells.get("time", [""] * rows))
        if None in at:
            self._unread += sum(time is None and said != "" for time, said in zip(at, raw, strict=True))
        own = plain_ids(cells["id"]) if "id" in cells else [""] * rows
        return FoundComments(
            place=places,
            text=text,
            thread=threads,
            id=[id_ or None for id_ in own],
            parent=self._parents(cells, own, threads),
            author=_authors(cells["author"]) if "author" in cells else missing,
            author_id=each(self._author_id, cells["author_id"]) if "author_id" in cells else missing,
            at=at,
            raw=raw,
            precision=precision,
            zone=zone,
            edited_at=_read(self._edited, cells["edited"]).at if "edited" in cells else missing,
            likes=each(_whole, cells["likes"]) if "likes" in cells else missing,
            status=statuses,
        )

    def _parents(self, cells: Cells, own: Sequence[str], threads: list[str]) -> Sequence[str | None]:
        tops = [""] * len(own) if self._has_roots else threads
        named = self._parent(cells.get("parent", [""] * len(own)), own, tops)
        if "depth" not in cells:
            return named
        return [above or parent for above, parent in zip(cells["depth"], named, strict=True)]

    def _with_parents(self, cells: Cells, text: list[str]) -> Cells:
        """Return columns with ids, and whom each row answers for its depth; what has no text counts."""
        threads = self._threads(cells, len(text))
        if "id" in cells:
            own = plain_ids(cells["id"])
        else:
            known = [cells.get(name, [""] * len(text)) for name in ("author", "time")]
            rows = zip(threads, *known, text, strict=True)
            own = [self._made[thread].make(by or None, at or None, said) for thread, by, at, said in rows]
        levels = zip(threads, cells["depth"], own, strict=True)
        above = [self._above(thread, depth, id_) if depth else None for thread, depth, id_ in levels]
        self._by_level += len(above) - above.count(None)
        return {**cells, "id": own, "depth": [parent or "" for parent in above]}

    def _statuses(self, said: Sequence[str] | None, text: list[str]) -> list[Status]:
        if said is None and not any(map(_MAY_BE_GONE, text)):
            return ["visible"] * len(text)
        statuses = said or [""] * len(text)
        return [
            self._status(status, comment) if status or comment[:1] == "[" else "visible"
            for status, comment in zip(statuses, text, strict=True)
        ]

    def notes(self) -> Iterator[str]:
        """Yield what the reader of the report should know, once all rows were read."""
        if self._by_level:
            yield N_(
                "{answers} inferred from the order of rows: to the one above that stands a level higher"
            ).format(answers=counted(self._by_level, "answer", "answers"))
        if self._unread:
            yield N_("{times} times could not be read; they stay as found").format(times=f"{self._unread:,}")
        if self._unknown:
            yield N_("{rows} rows have a status that is not known, and are taken for visible").format(
                rows=f"{self._unknown:,}"
            )

    def _author_id(self, value: str) -> str | None:
        id_ = plain_id(value)
        return None if is_top(value) and not (self._has_zero and id_ == "0") else id_

    def _status(self, status: str, text: str) -> Status:
        if placeholder := _PLACEHOLDERS.get(text.lower()):
            return placeholder
        if not status:
            return "visible"
        if self._flag is not None:
            return self._flag if status.strip().lower() in _YES else "visible"
        known = self._codes.get(status.strip().lower())
        self._unknown += known is None
        return known or "visible"

    def _above(self, thread: str, depth: str, own: str) -> str | None:
        """Return the latest comment of a thread that stands one level higher."""
        above = self._levels.setdefault(thread, [])
        said = _whole(depth)
        said = int(depth.strip().lower() in _YES) if said is None else said - self._lowest
        level = min(max(said, 0), len(above))
        del above[level:]
        above.append(own)
        return above[level - 1] if level else None


def _is_somebody(author_id: str, understood: Understood) -> bool:
    """Return whether an id that may stand for all guests is a person's: it has one name, or is not common."""
    ids = list(map(plain_id, _sampled(understood, "author_id")))
    names = [name for id_, name in zip(ids, _sampled(understood, "author"), strict=True) if id_ == author_id]
    if "author" in understood.places:
        return len(names) > 1 and len(set(names)) == 1 and not _is_nothing(names[0])
    return len(names) <= max((ids.count(other) for other in set(ids) - {author_id}), default=0)


def _codes(understood: Understood) -> dict[str, Status]:
    """Return what statuses mean; 0 is that of all comments where none is 1."""
    if "status" not in understood.places:
        return _STATUSES
    said = {*_sampled(understood, "status")} - {""}
    name = plain(understood.table.columns[understood.places["status"][0]])
    is_normal = said == {"0"} and name.rpartition(" ")[2] in ("state", "status")
    return {**_STATUSES, "0": "visible"} if is_normal else _STATUSES


def _flag(understood: Understood) -> Status | None:
    """Return what a comment is where its column of statuses says yes; None for one of words or codes."""
    at = understood.places.get("status")
    return FLAGS.get(plain(understood.table.columns[at[0]].rpartition(".")[2])) if at else None


def _times(understood: Understood, name: Field, options: Options) -> tuple[Reader, tuple[str, ...]]:
    if name not in understood.places:
        return (lambda cells: Moments.of(NO_MOMENT for _ in cells)), ()
    mapping = understood.mapping
    return time_reader(
        _sampled(understood, name), options, time_format=mapping.time_format, zone=mapping.time_zone
    )


def _text_reader(understood: Understood) -> Callable[[str], str]:
    texts = [row[at] for row in understood.table.sample for at in understood.places["text"] if at < len(row)]
    if texts and all(text.startswith(_PIECE) or not text for text in texts):
        return _joined
    markup = understood.mapping.markup or markup_of(texts)
    if markup == "html":
        return lambda text: from_html(text) if "<" in text or "&" in text else text.strip()
    if markup == "entities":
        return lambda text: (html.unescape(text) if "&" in text else text).strip()
    return str.strip


def _joined(text: str) -> str:
    """Return the text of pieces, as Google's Takeout has comments: {"text":"So "},{"text":"cool"}."""
    try:
        pieces = json.loads(f"[{text}]")
    except (ValueError, RecursionError):
        return text.strip()
    return "".join(str(piece.get("text", "")) for piece in pieces if isinstance(piece, dict)).strip()


def _parent_reader(understood: Understood) -> _Parents:
    own, above = _sampled(understood, "id"), _sampled(understood, "parent")
    kind = understood.mapping.parents or kind_of_parents(
        own, above if "parent" in understood.places else None
    )
    if kind == "path":
        return lambda above, own, _: list(map(parent_in_path, above, own))
    if kind == "list":
        return lambda above, _, __: list(map(parent_in_list, above))
    if kind == "prefix":
        sign = separator(own) or "_"
        tops = min((value.count(sign) for value in own if value), default=0)
        return lambda _, own, __: [id_.rpartition(sign)[0] if id_.count(sign) > tops else None for id_ in own]
    has_zero = "0" in map(plain_id, own) and any(is_top(value) and plain_id(value) != "0" for value in above)
    return lambda above, _, threads: parents_of(above, threads, has_zero=has_zero)


def _sampled(understood: Understood, name: Field) -> list[str]:
    """Return the first values of a field; of a time of two columns, both together."""
    places = understood.places.get(name, (len(understood.table.columns),))
    columns = [
        [row[at].strip() if at < len(row) else "" for row in understood.table.sample] for at in places[:2]
    ]
    return list(map(_at_hour, *columns)) if name == "time" and len(columns) > 1 else columns[0]


def _at_hour(day: str, hour: str) -> str:
    return f"{without_midnight(day.strip())} {hour.strip()}".strip()


def _has_roots(understood: Understood) -> bool:
    """Return whether threads are called by the comment, or the post, that they begin with."""
    threads = {*map(plain_id, _sampled(understood, "thread"))} - {""}
    return not threads.isdisjoint(map(plain_id, _sampled(understood, "id")))


def _only_thread(understood: Understood) -> str:
    """Return a key for comments that no column puts under anything: the table's own, by its first rows."""
    return "table " + stable_id(
        *understood.table.columns, *(c for row in understood.table.sample[:2] for c in row)
    )


def _read(times: Reader, cells: Sequence[str]) -> Moments:
    """Return the times of a column, some cells of which are empty."""
    if "" not in cells:
        return times(cells)
    read = zip(*times([cell for cell in cells if cell]), strict=True)
    return Moments.of(Moment(*next(read)) if cell else NO_MOMENT for cell in cells)


def _is_nothing(text: str) -> bool:
    return len(text) <= _NOTHING and (not text or is_nothing(text))


def _authors(column: Sequence[str]) -> Sequence[str | None]:
    """Return names, None for what says that there is none."""
    nobody = {name for name in {*column} if _is_nothing(name)}
    return [None if name in nobody else name for name in column] if nobody else column


def _whole(value: str) -> int | None:
    if value.isdecimal() and len(value) < _LONGEST_WHOLE:
        return int(value)
    value = value.strip()
    if value[-1:] in _THOUSANDS and (shown := _SHOWN.fullmatch(value[:-1])):
        return round(float(shown[1].replace(",", ".")) * _THOUSANDS[value[-1]])
    value = value.replace(",", "")
    return int(value.partition(".")[0]) if _WHOLE.fullmatch(value) else None
