"""Keys that stand twice in an object of JSON: readers keep the last one, and this says so."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from threads.language import N_

_SPACED = re.compile(rb'(?<!\\)"[ \t\r\n]+:')
_FEW = 10_000  # colons behind a blank, of which most stand in texts


@dataclass(slots=True)
class Repeats:
    """How many objects of a source have a key twice, and the first such key."""

    objects: int = 0
    key: str = ""

    def made(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return the object of `pairs`; an `object_pairs_hook` of the standard library."""
        made = dict(pairs)
        if len(made) < len(pairs):
            self._count([key for key, _ in pairs])
        return made

    def look(self, raw: bytes, values: Sequence[Any]) -> None:
        """Look at JSON in UTF-8 that was read as `values`, keys of which are counted first."""
        if _keys_in(raw) == _keys_of(values, raw.count(b"{")):
            return
        try:
            json.loads(raw, object_pairs_hook=self._looked_at)
        except (ValueError, RecursionError):  # what orjson reads and json does not: nested too deeply
            return

    def told(self) -> str | None:
        """Return a sentence for the report; None where no key stands twice."""
        if not self.objects:
            return None
        one = N_("1 object of JSON has a key twice, such as {key}: the last one counts")
        many = N_("{objects} objects of JSON have a key twice, such as {key}: the last one counts")
        return (one if self.objects == 1 else many).format(
            objects=f"{self.objects:,}", key=repr(self.key[:60])
        )

    def _looked_at(self, pairs: list[tuple[str, Any]]) -> None:
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            self._count(keys)

    def _count(self, keys: list[str]) -> None:
        if not self.objects:
            self.key = next(key for place, key in enumerate(keys) if key in keys[:place])
        self.objects += 1


def _keys_in(raw: bytes) -> int:
    """Return how many keys stand in JSON: quotes that nothing escapes before a colon; -1 where unsure."""
    keys = raw.count(b'":')
    if b"\\" in raw:
        if b'\\\\"' in raw:  # the end of a text with a backslash, which escapes no quote
            return -1
        keys -= raw.count(b'\\":')
    return keys + _spaced_keys(raw)


def _spaced_keys(raw: bytes) -> int:
    """Return how many quotes that nothing escapes have blanks between them and a colon."""
    signs = np.frombuffer(raw, dtype=np.uint8)
    colons = np.flatnonzero(signs == ord(":"))
    places = colons[signs[colons - 1] <= ord(" ")].tolist()
    if len(places) > _FEW:  # it is written so
        return len(_SPACED.findall(raw))
    return sum(_SPACED.fullmatch(raw, raw.rfind(b'"', 0, place), place + 1) is not None for place in places)


def _keys_of(values: Sequence[Any], objects: int) -> int:
    """Return how many keys the objects in values have, of which there are at most so many."""
    if objects == len(values) and {*map(type, values)} == {dict}:  # with nothing inside
        return sum(map(len, values))
    waiting = list(values)
    count = 0
    for value in waiting:  # which grows
        if type(value) is dict:
            count += len(value)
            waiting += [inner for inner in value.values() if type(inner) in (dict, list)]
        elif type(value) is list:
            waiting += value
    return count
