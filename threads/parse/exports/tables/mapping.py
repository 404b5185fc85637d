"""What the columns of a table mean: for each field of a comment the column that holds it, and how."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Values
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from threads.errors import InputError, SettingError
from threads.language import N_
from threads.records import TableColumn

Field = Literal[
    "text",
    "author",
    "author_id",
    "time",
    "edited",
    "parent",
    "depth",
    "id",
    "thread",
    "title",
    "url",
    "article",
    "likes",
    "status",
]
FIELDS: dict[Field, str] = {
    "text": "what was written; of several columns, joined by empty lines",
    "author": "the name displayed",
    "author_id": "the platform's own id of the author",
    "time": "when it was written; of two columns, the day and the time of day",
    "edited": "when it was last edited",
    "parent": "the id of the comment that it answers",
    "depth": "how many comments it stands below, in tables that list each answer after its comment",
    "id": "the id of the comment",
    "thread": "the id, address or title of what it was written under",
    "title": "the title of that",
    "url": "the address of that",
    "article": "the text of that",
    "likes": "likes or votes",
    "status": "whether it is visible",
}
Markup = Literal["html", "entities", "plain"]
MARKUPS: dict[Markup, str] = {
    "html": "tags, made text",
    "entities": "text in which & < > are written &amp; &lt; &gt;",
    "plain": "text as it is",
}
Parents = Literal["id", "prefix", "path", "list"]
PARENTS: dict[Parents, str] = {
    "id": "the id of the comment answered",
    "prefix": "the comment's own id, of which the part before the last _ is the comment answered",
    "path": "the ids of all comments above and its own, such as 0.12.34",
    "list": "the ids of all comments above, the one answered last, such as ['12', '34']",
}
_MOST_COLUMNS = {"text": 1_000, "time": 2}
_OWN = ("markup", "time_format", "time_zone", "parents")
_REMEDY = N_(
    "Give such as text=body,author=user,time=created_at; `btl parse` without --mapping shows the columns"
)


@dataclass(frozen=True, slots=True)
class Mapping:
    """For each field the names of its columns; what is None or not named is found out from the table.

    `time_format` is a format of Python's strptime, `time_zone` an IANA name for times that carry no zone.
    A mapping that is `whole` says everything: fields that it does not name are in no column. One that is not
    changes what is guessed; a field without columns is then taken out of the guess.
    """

    columns: Values[Field, tuple[str, ...]] = field(default_factory=dict)
    markup: Markup | None = None
    time_format: str | None = None
    time_zone: str | None = None
    parents: Parents | None = None
    name: str = ""
    whole: bool = True


def from_pairs(text: str) -> Mapping:
    """Return the changes that `field=column,field=column` asks for; two columns are `text=a+b`.

    A column whose name holds a comma is quoted: `"text=Comment, in full"`. A column can be given by its
    number, counted from 1. `field=` takes the field out of the guess.

    Raises
    ------
    SettingError
        It is not of that form, or no field has the name; says which are known.
    """
    pairs = [item.partition("=") for item in next(csv.reader([text], skipinitialspace=True), [])]
    if not pairs or not all(sign for _, sign, _ in pairs):
        raise SettingError(
            N_("{text} is neither a saved mapping nor a file nor field=column").format(text=repr(text[:80])),
            source="--mapping",
            remedy=_REMEDY,
        )
    return from_values({name.strip(): column.strip() for name, _, column in pairs}, "--mapping", whole=False)


def from_text(text: str, source: str, *, name: str = "") -> Mapping:
    """Return the mapping that a file of TOML or JSON holds.

    Raises
    ------
    SettingError
        It is neither, or no mapping; names file and remedy.
    """
    try:
        values = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingError(
            N_("this is no mapping ({reason})").format(reason=error),
            source=source,
            remedy=N_('A mapping is a file of lines such as text = "body" (TOML), or the same as JSON'),
        ) from None
    return from_values(values, source, name=name)


def from_values(values: Values[str, Any], source: str, *, name: str = "", whole: bool = True) -> Mapping:
    """Return the mapping that names and values make; for problems see `from_pairs`."""
    columns: dict[Field, tuple[str, ...]] = {}
    own: dict[str, Any] = {}
    for key, value in values.items():
        if key in _OWN:
            own[key] = _own(key, value, source)
        elif key in FIELDS:
            columns[key] = _columns(key, value, source)
        else:
            raise SettingError(
                N_("no field is called {field}").format(field=repr(str(key)[:40])),
                source=source,
                remedy=N_("Fields are {fields}; beside them there are {others}").format(
                    fields=", ".join(FIELDS), others=", ".join(_OWN)
                ),
            )
    return Mapping(columns=columns, name=name, whole=whole, **own)


def to_text(mapping: Mapping) -> str:
    """Return a mapping as a file of TOML that a person can change; `from_text` is the inverse.

    Raises
    ------
    SettingError
        The name of a column holds what no file of text can.
    """
    lines = [
        f"{name} = {_quoted(names[0]) if len(names) == 1 else '[' + ', '.join(map(_quoted, names)) + ']'}"
        for name, names in mapping.columns.items()
        if names
    ]
    lines += [f"{key} = {_quoted(value)}" for key in _OWN if (value := getattr(mapping, key)) is not None]
    text = "\n".join(lines) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:
        raise SettingError(
            N_("the name of a column cannot be written in a file"),
            source="mapping",
            remedy=N_("Rename the column"),
        ) from None
    return text


def of_columns(columns: Iterable[TableColumn], like: Mapping | None = None) -> Mapping:
    """Return the mapping that a table was read with, but for what is found out each time.

    `like` is the mapping that was given, whose zone and formats stay.
    """
    found: dict[Field, tuple[str, ...]] = {}
    for column in columns:
        if column.field is not None:
            name: Field = column.field  # type: ignore[assignment]
            found[name] = (*found.get(name, ()), column.key)
    return replace(like or Mapping(), columns=found, whole=True)


def places(mapping: Mapping, header: Sequence[str], source: str) -> dict[Field, tuple[int, ...]]:
    """Return for each field the places of its columns in `header`, counted from 0.

    Raises
    ------
    InputError
        The table has no such column; says which it has.
    """
    return {
        name: tuple(place for column in names for place in _places(column, header, source))
        for name, names in mapping.columns.items()
    }


def _places(column: str, header: Sequence[str], source: str) -> tuple[int, ...]:
    alone = _place(column, header)
    if alone is not None:
        return (alone,)
    several = [_place(part.strip(), header) for part in column.split("+")]
    found = tuple(place for place in several if place is not None)
    if len(found) < len(several):
        shown = ", ".join(name[:40] for name in header[:40]) + (", …" if len(header) > 40 else "")
        raise InputError(
            N_("the table has no column called {column}").format(column=repr(column[:60])),
            source=source,
            place=N_("columns {columns}").format(columns=shown),
            remedy=N_("Name one of them, or its number"),
        )
    return found


def _place(column: str, header: Sequence[str]) -> int | None:
    if column in header:
        return header.index(column)
    same = [place for place, name in enumerate(header) if name.strip().casefold() == column.casefold()]
    if same:
        return same[0]
    number = int(column) if column.isascii() and column.isdigit() and len(column) < 6 else 0
    return number - 1 if 1 <= number <= len(header) else None


def _columns(key: str, value: Any, source: str) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SettingError(
            N_("{field} is not the name of a column").format(field=key),
            source=source,
            remedy=N_('Write it such as text = "body"'),
        )
    names = tuple(name for name in names if name)
    if len(names) > _MOST_COLUMNS.get(key, 1):
        raise SettingError(
            N_("{field} has {number} columns: {columns}").format(
                field=key, number=len(names), columns=", ".join(names)[:120]
            ),
            source=source,
            remedy=N_("A text may have several, a time two (the day and the time of day); leave one"),
        )
    return names


def _own(key: str, value: Any, source: str) -> str | None:
    if not isinstance(value, str):
        raise SettingError(
            N_("{field} is not a text").format(field=key), source=source, remedy=N_("Write it in quotes")
        )
    known: tuple[str, ...] = {"markup": get_args(Markup), "parents": get_args(Parents)}.get(key, ())
    if value and known and value not in known:
        raise SettingError(
            N_("{value} is no {option}").format(value=repr(value[:40]), option=key),
            source=source,
            remedy=N_("Known are {list}").format(list=", ".join(known)),
        )
    if value and key == "time_zone":
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise SettingError(
                N_("no time zone is called {timezone}").format(timezone=repr(value[:60])),
                source=source,
                remedy=N_('Give a name of the IANA list, such as "Europe/Berlin"'),
            ) from None
    return value or None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
