"""By what a format of JSON is known: names of fields in its first bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from threads.language import N_
from threads.parse.source import Source


def has_fields(source: Source, *names: str, list_only: bool = False) -> bool:
    """Return whether a source begins as JSON, and has fields of all `names` in what was read of it so far.

    A name may be several with "|" between them, of which one is enough. With `list_only` it is a list.
    """
    start = source.start
    begin = start.lstrip(b"\xef\xbb\xbf \t\r\n\x1e")[:1]
    if begin not in ((b"[",) if list_only else (b"{", b"[")):
        return False
    return all(_pattern(name).search(start) for name in names)


def lacking(source: Source, names: Sequence[str]) -> list[str]:
    """Return those of `names` of which a source has no field in what was read of it so far."""
    return [name for name in names if not _pattern(name).search(source.start)]


def closest(source: Source, formats: Iterable[tuple[str, Sequence[Sequence[str]]]]) -> str | None:
    """Return a sentence on which of the formats, by name and signs, has most of its fields in a source.

    None where not even half of the fields of any are there.
    """
    found = [
        (len(absent) / len(names), name, names, absent)
        for name, signs in formats
        for names in signs
        if len(absent := lacking(source, names)) * 2 <= len(names)
    ]
    if not found:
        return None
    _, name, names, absent = min(found, key=lambda one: one[0])
    there = [field for field in names if field not in absent]
    return N_("closest to it is {format}: it has {there}, and lacks {absent}").format(
        format=name, there=_listed(there), absent=_listed(absent)
    )


def _listed(names: Sequence[str]) -> str:
    said = [name.replace("|", " or ") for name in names]
    return " and ".join(filter(None, (", ".join(said[:-1]), said[-1]))) if said else N_("nothing")


@lru_cache(maxsize=256)
def _pattern(name: str) -> re.Pattern[bytes]:
    return re.compile(rb'"(?:%s)"[ \t\r\n]{0,20}:' % name.encode())
