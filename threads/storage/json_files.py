r"""Comments as JSON and as NDJSON (a comment a line), and back to equal values.

What is missing is null, an empty text is "". Times are ISO 8601 in UTC. A lone surrogate, which UTF-8 cannot
hold, is an escape ("\ud800"), as RFC 8259 allows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

import orjson
import pandas as pd

from threads.errors import InputError
from threads.frames import typed
from threads.parse.exports.json_items import BadJsonError, loaded
from threads.records import COMMENT_COLUMNS, Column, Discussion
from threads.storage.columns import known_columns
from threads.storage.parts import Part, rows_of

_as_json = json.JSONEncoder(separators=(",", ":")).encode


def as_json(value: Any) -> str:
    """Return JSON on one line."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # orjson refuses lone surrogates; the standard library writes them as escapes
        return _as_json(value)


def write_ndjson(frames: Iterable[pd.DataFrame], file: TextIO) -> None:
    """Write an object for each row, a line each; some thousand rows are in memory at a time."""
    for frame in frames:
        file.writelines(as_json(row) + "\n" for row in rows_of(frame))


def read_ndjson(lines: Iterable[str], columns: tuple[Column, ...] | None = None) -> pd.DataFrame:
    """Return the table that `write_ndjson` wrote, values equal, in the columns of the first line.

    What is known of `columns` gives their dtypes, any other one is text; where not given, those of comments
    and of all scores are known.

    Raises
    ------
    InputError
        A line is no object.
    """
    rows = [_object(line, number) for number, line in enumerate(lines, start=1) if line.strip()]
    known = {column.name: column for column in (known_columns() if columns is None else columns)}
    names = tuple(rows[0]) if rows else tuple(column.name for column in COMMENT_COLUMNS)
    declared = tuple(known.get(name, Column(name, "text", "")) for name in names)
    data = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in names}
    for column in declared:
        if column.kind == "time":
            data[column.name] = pd.to_datetime(data[column.name], format="ISO8601", utc=True)
    return typed(pd.DataFrame(data), declared)


def write_discussions(parts: Iterable[Part], file: TextIO, reports: Iterable[dict[str, Any]] = ()) -> None:
    """Write {"discussions": [{…, "comments": [{…}]}]} and, where there are any, "reports".

    Rows of a discussion must follow each other; some thousand are in memory at a time.
    """
    file.write('{"discussions":[')
    before: Discussion | None = None
    for discussion, rows in _by_discussion(parts):
        separator = ","
        if discussion != before:
            file.write("" if before is None else "\n]},")
            file.write(f'\n{as_json(about(discussion))[:-1]},"comments":[')
            before, separator = discussion, ""
        for row in rows:
            file.write(f"{separator}\n{as_json(row)}")
            separator = ","
    file.write("]" if before is None else "\n]}]")
    reports = list(reports)
    if reports:
        file.write(f',"reports":{as_json(reports)}')
    file.write("}\n")


def about(discussion: Discussion) -> dict[str, Any]:
    """Return what is known of a discussion beside its comments, as an object of JSON."""
    times = {
        name: None if (moment := getattr(discussion, name)) is None else _iso(moment)
        for name in ("published_at", "captured_at")
    }
    return {
        "source": discussion.source,
        "thread_id": discussion.thread_id,
        "title": discussion.title,
        "url": discussion.url,
        "format": discussion.source_format,
        "article_text": discussion.article_text,
        "published_at": times["published_at"],
        "language": discussion.language,
        "captured_at": times["captured_at"],
    }


def _by_discussion(parts: Iterable[Part]) -> Iterator[tuple[Discussion, list[dict[str, Any]]]]:
    for frame, discussions in parts:
        rows: list[dict[str, Any]] = []
        for row in rows_of(frame):
            if rows and rows[-1]["thread_id"] != row["thread_id"]:
                yield discussions[rows[-1]["thread_id"]], rows
                rows = []
            rows.append(row)
        if rows:
            yield discussions[rows[-1]["thread_id"]], rows


def _iso(moment: Any) -> str:
    text: str = pd.Timestamp(moment).tz_convert("UTC").tz_localize(None).isoformat()
    return f"{text}Z"


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        value = loaded(line)
    except BadJsonError as error:
        raise InputError(f"this is no JSON ({error})", source="NDJSON", place=f"line {number}") from None
    if not isinstance(value, dict):
        raise InputError("this is no object", source="NDJSON", place=f"line {number}")
    return value
