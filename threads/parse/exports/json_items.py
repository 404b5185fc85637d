"""JSON of exports: one document, several one after the other, or an object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson

from threads.errors import InputError
from threads.parse.source import Source
from threads.records import Skipped

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_LINE = 64_000_000  # bytes
_SPACES = " \t\r\n\ufeff\x1e"


class BadJsonError(ValueError):
    """A text that is no JSON; the message says why."""


def loaded(raw: bytes | str) -> Any:
    """Return the value of a JSON text; NaN, lone surrogates and numbers of any length are let through.

    Raises
    ------
    BadJsonError
        It is no JSON, or nested more deeply than can be followed.
    """
    try:
        return orjson.loads(raw)
    except (orjson.JSONDecodeError, RecursionError):
        pass
    try:
        return json.loads(raw)  # what orjson refuses and others write
    except RecursionError:
        raise BadJsonError("it is nested too deeply") from None
    except ValueError as error:
        raise BadJsonError(str(error)[:100]) from None


def beginning(source: Source) -> bytes:
    """Return how a source begins, as UTF-8 without a byte-order mark, for recognising JSON; never raises."""
    start = source.start
    if start.startswith(_WIDE):
        return source.head.lstrip("\ufeff").encode("utf-8", errors="replace")
    return start.removeprefix(_BYTE_ORDER_MARK).lstrip()


def documents(source: Source) -> Iterator[Any]:
    """Yield the values in a source: one, or several that stand one after the other.

    Raises
    ------
    InputError
        It is no sound JSON; what came before was yielded.
    """
    try:
        yield loaded(source.data.removeprefix(_BYTE_ORDER_MARK))
        return
    except BadJsonError as error:
        problem = str(error)
    decoder, said, position = json.JSONDecoder(), source.text, 0
    while (position := _next(said, position)) < len(said):
        try:
            value, end = decoder.raw_decode(said, position)
        except (ValueError, RecursionError):
            place = f"line {said.count(chr(10), 0, position) + 1}" if position else ""
            raise InputError(
                f"this is no sound JSON ({problem})",
                source=source.name,
                place=place,
                remedy="Export or download it again; it may have been cut",
            ) from None
        yield value
        position = end


def items(source: Source, *, texts: bool = False) -> Iterator[tuple[str, dict[str, Any] | Skipped]]:
    """Yield the objects of a source with their places: one a line, in a list, or in a list called "data".

    A line that holds no object is yielded as Skipped, but with `texts` a mere text as {"text": …}. One a
    line, they are never more than one in memory.

    Raises
    ------
    InputError
        It is a list, or an object over several lines, and no sound JSON.
    """
    if not _is_lines(source):
        for document in documents(source):
            for number, value in enumerate(_within(document), start=1):
                yield _item(f"item {number:,}", value, texts=texts)
        return
    with source.open_utf8() as stream:
        for number, line in enumerate(iter(partial(stream.readline, _LONGEST_LINE), b""), start=1):
            if line.isspace():
                continue
            place = f"line {number:,}"
            try:
                value = loaded(line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line)
            except BadJsonError as error:
                yield place, Skipped(place, f"no sound JSON: {error}")
                continue
            for one in _within(value):
                yield _item(place, one, texts=texts)


def _item(place: str, value: Any, *, texts: bool) -> tuple[str, dict[str, Any] | Skipped]:
    if texts and isinstance(value, str):
        return place, {"text": value}
    return place, value if isinstance(value, dict) else Skipped(place, "no object of JSON")


def _within(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        names = value.get("columns")
        if isinstance(names, list) and all(isinstance(row, list) for row in value["data"]):
            return [dict(zip(map(str, names), row, strict=False)) for row in value["data"]]  # pandas' "split"
        return list(value["data"])
    return [value]


def _is_lines(source: Source) -> bool:
    start = source.start.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if not start.startswith(b"{"):
        return False
    first, end, _ = start.partition(b"\n")
    if not end:
        return not first.startswith(b'{"data"')
    try:
        loaded(first)
    except BadJsonError:
        return False
    return True


def _next(said: str, position: int) -> int:
    while position < len(said) and said[position] in _SPACES:
        position += 1
    return position
