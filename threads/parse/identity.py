"""Names for threads and comments that stay the same when the same page is read again."""

from __future__ import annotations

import hashlib
import re
from collections import Counter


def stable_id(*parts: str | None) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of `parts`; None differs from an empty string."""
    marked = ("\x00" if part is None else f"\x01{part}" for part in parts)
    return hashlib.sha256("\x1f".join(marked).encode("utf-8", errors="surrogatepass")).hexdigest()[:16]


def is_own_id(comment_id: str) -> bool:
    """Return whether an id looks as if it was made here, by `stable_id`, and not by the page's platform."""
    return re.fullmatch("[0-9a-f]{16}", comment_id) is not None


class CommentIds:
    """Gives every comment of one thread its id; equal comments are told apart by a counter."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def make(self, author: str | None, raw_time: str | None, text: str) -> str:
        """Return the id of a comment; leave `raw_time` out where it changes from one visit to the next."""
        key = stable_id(author, raw_time, text)
        self._seen[key] += 1
        return key if self._seen[key] == 1 else stable_id(key, str(self._seen[key]))
