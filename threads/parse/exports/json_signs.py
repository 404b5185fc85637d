"""By what a format of JSON is known: names of fields in its first bytes."""

from __future__ import annotations

import re
from functools import lru_cache

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


@lru_cache(maxsize=256)
def _pattern(name: str) -> re.Pattern[bytes]:
    return re.compile(rb'"(?:%s)"[ \t\r\n]{0,20}:' % name.encode())
