"""JSON of exports: one document, several one after the other, or an object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

import orjson

from threads.errors import InputError
from threads.language import N_
from threads.parse.exports.json_parts import WHOLE, parts
from threads.parse.exports.json_repeats import Repeats
from threads.parse.source import Source
from threads.records import Skipped

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_LINE = 64_000_000  # bytes
_CHUNK = 1_000_000
_SPACES = " \t\r\n\ufeff\x1e"

Item = tuple[str, dict[str, Any] | Skipped]


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
        raise BadJsonError(N_("it is nested too deeply")) from None
    except ValueError as error:
        raise BadJsonError(str(error)[:100]) from None


def beginning(source: Source) -> bytes:
    """Return how a source begins, as UTF-8 without a byte-order mark, for recognising JSON; never raises."""
    start = source.start
    if start.startswith(_WIDE):
        return source.head.lstrip("\ufeff").encode("utf-8", errors="replace")
    return start.removeprefix(_BYTE_ORDER_MARK).lstrip()


def documents(source: Source, *, in_parts: bool = False, rest: bool = False) -> Iterator[Any]:
    """Yield the values in a source: one, or several that stand one after the other.

    One that is large is several with `in_parts`, each with some of its list (`json_parts`), and with `rest`
    what stands behind the list; without, what is larger than `max_input_bytes` is refused.

    Raises
    ------
    InputError
        It is no sound JSON; what came before was yielded.
    """
    repeats = Repeats()
    if in_parts and _is_large(source):
        with source.open_utf8() as stream:
            yield from parts(stream, source.name, repeats, rest=rest)
    else:
        yield from _documents(source, repeats)
    _tell(source, repeats)


def _documents(source: Source, repeats: Repeats) -> Iterator[Any]:
    raw = source.data.removeprefix(_BYTE_ORDER_MARK)
    try:
        value = loaded(raw)
    except BadJsonError as error:
        problem = str(error)
    else:
        repeats.look(raw, [value])
        yield value
        return
    decoder, said, position = json.JSONDecoder(object_pairs_hook=repeats.made), source.text, 0
    while (position := _next(said, position)) < len(said):
        try:
            value, end = decoder.raw_decode(said, position)
        except (ValueError, RecursionError):
            place = f"line {said.count(chr(10), 0, position) + 1}" if position else ""
            raise InputError(
                N_("this is no sound JSON ({reason})").format(reason=problem),
                source=source.name,
                place=place,
                remedy=N_("Export or download it again; it may have been cut"),
            ) from None
        yield value
        position = end


def items(source: Source, *, texts: bool = False) -> Iterator[Item]:
    """Yield the objects of a source with their places: one a line, in a list, or in a list called "data".

    A line that holds no object is yielded as Skipped, but with `texts` a mere text as {"text": …}. Of any
    number, some are in memory at a time.

    Raises
    ------
    InputError
        It is a list, or an object over several lines, and no sound JSON.
    """
    return chain.from_iterable(blocks(source, texts=texts))


def blocks(source: Source, *, texts: bool = False) -> Iterator[list[Item]]:
    """Yield what `items` does, some at a time."""
    if _is_lines(source):
        repeats = Repeats()
        with source.open_utf8() as stream:
            for number, lines in _lines(stream):
                yield _of_lines(number, lines, repeats, texts=texts)
        _tell(source, repeats)
        return
    number = 0
    for document in documents(source, in_parts=True):
        within = _within(document)
        yield [
            _item(f"item {place:,}", value, texts=texts)
            for place, value in enumerate(within, start=number + 1)
        ]
        number += len(within)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the lines of a stream, some at a time, with the number of the first; an endless one is cut."""
    number, rest = 1, b""
    while chunk := stream.read(_CHUNK):
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        if len(rest) > _LONGEST_LINE:
            lines.append(rest)
            rest = b""
        if lines:
            yield number, lines
            number += len(lines)
    if rest:
        yield number, [rest]


def _of_lines(first: int, lines: list[bytes], repeats: Repeats, *, texts: bool) -> list[Item]:
    if first == 1:
        lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
    try:
        values = list(map(orjson.loads, lines))
    except (orjson.JSONDecodeError, RecursionError):
        values = None
    if values is None or {*map(type, values)} != {dict} or [one for one in values if "data" in one]:
        return _of_each(first, lines, repeats, texts=texts)
    repeats.look(b"\n".join(lines), values)
    return [(f"line {number:,}", value) for number, value in enumerate(values, start=first)]


def _of_each(first: int, lines: list[bytes], repeats: Repeats, *, texts: bool) -> list[Item]:
    """Return the items of lines of which some are no mere objects."""
    found: list[Item] = []
    for number, line in enumerate(lines, start=first):
        if not line or line.isspace():
            continue
        place = f"line {number:,}"
        try:
            value = loaded(line)
        except BadJsonError as error:
            found.append((place, Skipped(place, N_("no sound JSON: {reason}").format(reason=error))))
            continue
        repeats.look(line, [value])
        within = _within(value)
        found += [
            _item(place if len(within) == 1 else f"item {item:,} of {place}", one, texts=texts)
            for item, one in enumerate(within, start=1)
        ]
    return found


def _tell(source: Source, repeats: Repeats) -> None:
    if said := repeats.told():
        source.remarks.append(said)


def _is_large(source: Source) -> bool:
    if source.is_packed:
        with source.open() as stream:
            return len(stream.read(WHOLE + 1)) > WHOLE
    return source.size > WHOLE


def _item(place: str, value: Any, *, texts: bool) -> tuple[str, dict[str, Any] | Skipped]:
    if texts and isinstance(value, str):
        return place, {"text": value}
    return place, value if isinstance(value, dict) else Skipped(place, N_("no object of JSON"))


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
