"""Parsing in a process of its own, under limits; see `threads.isolation`."""

from __future__ import annotations

import sys
from dataclasses import fields
from datetime import datetime
from typing import Any

from threads.isolation import IS_POSIX, Pool, Work, serve
from threads.language import N_
from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Comment, Discussion, Parsed, Report, Skipped, TableColumn
from threads.settings import Settings

# Long enough for its language to be looked for, whose model takes the longest to load.
_FIRST = "".join(
    f"{name}\nMay {day}, 2024 at 20:41\n@{other} at last a tunnel under the river, after years of talk.\n\n"
    for day, name, other in (
        (17, "Ann Lee", "Bob Ray"),
        (18, "Bob Ray", "Ann Lee"),
        (19, "Cid Moe", "Ann Lee"),
    )
)
_COMMENT = tuple(field.name for field in fields(Comment))
_DISCUSSION = tuple(field.name for field in fields(Discussion) if field.name != "comments")
_COLUMN = tuple(field.name for field in fields(TableColumn))
_TIMES = frozenset({"published_at", "edited_at", "captured_at"})
_READING = Work(
    module="threads.parse.isolated",
    doing=N_("reading"),
    seconds="parse_seconds",
    bytes="parse_bytes",
    advice=N_("Give another format of it, such as pasted text"),
)
_POOL = Pool(_READING)


def parse_isolated(
    source: Source | bytes,
    options: Options,
    format_name: str | None = None,
    *,
    settings: Settings | None = None,
    name: str = "file",
) -> Parsed:
    """Return what `threads.parse.parse` returns, worked out in another process under limits.

    Bytes, with their `name`, are unpacked there too: a small file may unpack to much. Other systems than
    POSIX know no such limits: there it is worked out in this process.

    Raises
    ------
    InputError
        As `parse` does; or it took more than `parse_seconds` or `parse_bytes`, or ended the process.
    SettingError
        As `parse` does.
    """
    settings = settings or Settings.from_environment()
    name = name if isinstance(source, bytes) else source.name
    if not IS_POSIX:
        return parse(_source(source, name, settings), options, format_name, settings=settings)
    return _parsed(_POOL.ask((source, name, options, format_name), name, settings))


def warm() -> None:
    """Start a worker if none is waiting, without waiting for it."""
    if IS_POSIX:
        _POOL.warm()


def _source(source: Source | bytes, name: str, settings: Settings) -> Source:
    return Source.from_bytes(source, name, settings) if isinstance(source, bytes) else source


# What follows but `_parsed` runs in the worker.


def _read(
    source: Source | bytes, name: str, options: Options, format_name: str | None, settings: Settings
) -> dict[str, Any]:
    return _plain(parse(_source(source, name, settings), options, format_name, settings=settings))


def _first() -> Parsed:
    return parse(Source.from_text(_FIRST, "first"), Options(), settings=Settings())


def _plain(parsed: Parsed) -> dict[str, Any]:
    """Return a parse's answer as lists and texts, comments as rows."""
    report = parsed.report
    return {
        "discussions": [
            [_values(d, _DISCUSSION), [_values(c, _COMMENT) for c in d.comments]] for d in parsed.discussions
        ],
        "report": [
            report.source,
            report.kept,
            [[s.place, s.reason] for s in report.skipped],
            report.left_out,
            report.found,
            report.warnings,
            [_values(column, _COLUMN) for column in report.columns],
        ],
    }


def _values(item: Comment | Discussion | TableColumn, names: tuple[str, ...]) -> list[Any]:
    return [
        value.isoformat() if name in _TIMES and value is not None else value
        for name in names
        for value in (getattr(item, name),)
    ]


def _parsed(content: dict[str, Any]) -> Parsed:
    source, kept, skipped, left_out, found, warnings, columns = content["report"]
    return Parsed(
        discussions=tuple(
            Discussion(
                **_named(values, _DISCUSSION),
                comments=tuple(Comment(**_named(row, _COMMENT)) for row in rows),
            )
            for values, rows in content["discussions"]
        ),
        report=Report(
            source=source,
            kept=kept,
            skipped=tuple(Skipped(place, reason) for place, reason in skipped),
            left_out=left_out,
            found=found,
            warnings=tuple(warnings),
            columns=tuple(_column(values) for values in columns),
        ),
    )


def _column(values: list[Any]) -> TableColumn:
    named = _named(values, _COLUMN)
    return TableColumn(**{**named, "examples": tuple(named["examples"])})


def _named(values: list[Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _TIMES and value is not None else value
        for name, value in zip(names, values, strict=True)
    }


if __name__ == "__main__":
    serve(int(sys.argv[1]), _read, _READING, _first)
