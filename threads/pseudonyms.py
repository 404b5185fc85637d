"""Names for people that say who is who and not who they are, for those who need not know.

A pseudonym depends on the key, the source format and the author alone: it is the same in every thread and
on every day, and without the key nobody can work it out, not even by trying names. It holds 50 bits, so that
two of a million authors share one with a probability of .0004.

What is replaced: the author, the comment's id and its parent's (one made from name, time and text would let
names be tried), and in the texts of a thread the names of its authors. Authors' ids and the times as found
go. What stays is what people wrote: who finds the text on the web finds its author, and a nickname or a
first name alone is not found. Titles stay too: they are the article's.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import regex

from threads.keys import derived
from threads.records import Comment

if TYPE_CHECKING:
    import pandas as pd

SOMEBODY = "a reader"  # a name that several authors bear
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: none that looks like another
_LENGTH = 10
_MOST_WORDS, _LONGEST = 20, 1_000  # words and characters of a name that are compared
_WIDEST_GAP = 3  # characters between the words of a name
_SHORTEST_BARE = 3  # characters of a name of one word that is found without "@"

# Where no blanks part words, each character is one.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD = regex.compile(rf"[{_UNSPACED}]|[[\p{{L}}\p{{M}}\p{{N}}_]--[{_UNSPACED}]]++", regex.VERSION1)
# What stands between the words of a text in ASCII: the same words, in a tenth of the time.
_BETWEEN = "".join(chr(code) if _WORD.fullmatch(chr(code)) else " " for code in range(128))
_NOBODY: frozenset[str] = frozenset()
_IDS = ("comment_id", "parent_id")
_REMOVED = ("author_id", "published_at_raw")


def keyed(key: bytes, purpose: str, *parts: str | None) -> bytes:
    """Return 32 bytes that stand for `parts` under a key, for one purpose; None differs from ""."""
    marked = b"".join(
        b"\x00" if part is None else b"\x01%d:%s" % (len(raw := part.encode("utf-8", "surrogatepass")), raw)
        for part in parts
    )
    return hmac.digest(derived(key, purpose), marked, hashlib.sha256)


def pseudonym(key: bytes, source_format: str, author_id: str | None, author: str | None) -> str | None:
    """Return what an author is called instead, such as "reader 7k3mq9x2tf"; None for one who is unnamed.

    The platform's id says who it is where there is one, else the name does.
    """
    if author_id is None and author is None:
        return None
    kind, value = ("author", author) if author_id is None else ("author_id", author_id)
    number = int.from_bytes(keyed(key, "pseudonyms", source_format, kind, value))
    return "reader " + "".join(_DIGITS[number >> 5 * place & 31] for place in range(_LENGTH))


def pseudonymised(frame: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Return a frame of comments with pseudonyms in the place of names.

    Parameters
    ----------
    frame
        Columns as in COMMENT_COLUMNS, with any others beside them, of which `parent_author` and
        `parent_text` are treated alike. Names are found in texts of the same thread: give whole threads.
    key
        From `threads.keys.read_key`.

    Returns
    -------
    pandas.DataFrame
        The same rows, columns and dtypes.
    """
    threads = {
        thread_id: _Thread(
            key, zip(rows["source_format"], _plain(rows["author_id"]), _plain(rows["author"]), strict=True)
        )
        for thread_id, rows in frame.groupby("thread_id", sort=False, dropna=False)
    }
    of_rows = [threads[thread_id] for thread_id in frame["thread_id"]]
    authors = list(
        zip(frame["source_format"], _plain(frame["author_id"]), _plain(frame["author"]), strict=True)
    )
    called = {who: pseudonym(key, *who) for who in set(authors)}
    changed: dict[str, list[str | None]] = {"author": [called[who] for who in authors]}
    for name in _REMOVED:
        changed[name] = [None] * len(frame)
    for name in _IDS:
        values = zip(of_rows, frame["thread_id"], _plain(frame[name]), strict=True)
        changed[name] = [thread.id_of(thread_id, value) for thread, thread_id, value in values]
    for name in ("text", "parent_text"):
        if name in frame:
            changed[name] = [
                value and thread.text(value)
                for thread, value in zip(of_rows, _plain(frame[name]), strict=True)
            ]
    if "parent_author" in frame:
        changed["parent_author"] = [
            value and thread.name(value)
            for thread, value in zip(of_rows, _plain(frame["parent_author"]), strict=True)
        ]
    return frame.assign(**{name: _column(values, frame[name]) for name, values in changed.items()})


def pseudonymised_comments(comments: Sequence[Comment], key: bytes) -> tuple[Comment, ...]:
    """Return the comments of one thread with pseudonyms, as `pseudonymised` does it."""
    thread = _Thread(key, ((c.source_format, c.author_id, c.author) for c in comments))
    return tuple(
        replace(
            c,
            author=pseudonym(key, c.source_format, c.author_id, c.author),
            author_id=None,
            published_at_raw=None,
            comment_id=thread.id_of(c.thread_id, c.comment_id) or "",
            parent_id=thread.id_of(c.thread_id, c.parent_id),
            text=thread.text(c.text),
        )
        for c in comments
    )


def _column(values: list[str | None], like: pd.Series[Any]) -> pd.Series[Any]:
    return type(like)(values, index=like.index, dtype=like.dtype)


def _plain(column: pd.Series[Any]) -> list[str | None]:
    values: list[str | None] = column.astype(object).where(column.notna(), None).tolist()
    return values


class _Thread:
    """The authors of a thread, and what their names become in it."""

    def __init__(self, key: bytes, authors: Iterable[tuple[str, str | None, str | None]]) -> None:
        self._key = key
        called: dict[str, set[str]] = {}
        for source_format, author_id, author in set(authors):
            other = pseudonym(key, source_format, author_id, author)
            if author is not None and other is not None:
                called.setdefault(author, set()).add(other)
        self._called = called
        self._names = Names(called)
        self._others: dict[frozenset[str], str] = {}
        self._ids: dict[tuple[str, str], str] = {}

    def id_of(self, thread_id: str, comment_id: str | None) -> str | None:
        if comment_id is None:
            return None
        which = (thread_id, comment_id)
        if which not in self._ids:  # most are asked for twice: as a comment, and as a parent
            self._ids[which] = keyed(self._key, "comment ids", *which).hex()[:16]
        return self._ids[which]

    def name(self, name: str) -> str:
        return self._other(frozenset({name}))

    def text(self, text: str) -> str:
        return self._names.replaced(text, lambda mention: self._other(mention.names))

    def _other(self, names: frozenset[str]) -> str:
        if names not in self._others:  # a name that thousands share is asked for thousands of times
            found = set().union(*(self._called.get(name, {SOMEBODY}) for name in names))
            self._others[names] = found.pop() if len(found) == 1 else SOMEBODY
        return self._others[names]


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of a text that names somebody: the names that it may be.

    `certain` is False for a single word without "@", which may be any word.
    """

    start: int
    end: int
    names: frozenset[str]
    certain: bool


class Names:
    """Finds names in texts, word by word, the longest first, in time linear in the text.

    Names are compared without regard to case and compatibility forms; a name of one word without "@" before
    it only as it is written, and only from three characters. After "@", the first word of a name is enough.
    """

    def __init__(self, names: Iterable[str]) -> None:
        by_words: dict[tuple[str, ...], set[str]] = {}
        by_first: dict[str, set[str]] = {}
        self._prefixes: set[tuple[str, ...]] = set()
        for name in names:
            parts = tuple(words(name[:_LONGEST])[:_MOST_WORDS])
            if parts:
                by_words.setdefault(parts, set()).add(name)
                by_first.setdefault(parts[0], set()).add(name)
                self._prefixes.update(parts[:length] for length in range(1, len(parts)))
        self._by_words = {parts: frozenset(found) for parts, found in by_words.items()}
        self._by_first = {word: frozenset(found) for word, found in by_first.items()}

    def replaced(self, text: str, other: Callable[[Mention], str]) -> str:
        """Return `text` with each mention as `other` has it; an "@" before it stays."""
        parts, end = [], 0
        for mention in self.mentions(text):
            parts += [text[end : mention.start], other(mention)]
            end = mention.end
        return "".join([*parts, text[end:]]) if parts else text

    def mentions(self, text: str) -> Iterator[Mention]:
        """Yield the mentions in order; none overlaps another."""
        folded = words(text)
        if self._by_first.keys().isdisjoint(folded):
            return
        starts = [place for place, word in enumerate(folded) if word in self._by_first]
        found = list(_WORD.finditer(text))
        end = 0
        for place in starts:
            if place < end:
                continue
            length, names = self._at(text, found, folded, place)
            if names:
                end = place + length
                start = found[place].start()
                yield Mention(start, found[end - 1].end(), names, length > 1 or _after_at(text, start))

    def _at(self, text: str, found: list[Any], folded: list[str], place: int) -> tuple[int, frozenset[str]]:
        """Return how many words from `place` on are a name, and which; (1, nobody) where they are none."""
        best = (1, _NOBODY)
        start = found[place].start()
        called = _after_at(text, start)
        if called:
            best = (1, self._by_first.get(folded[place], _NOBODY))
        for length in range(1, min(_MOST_WORDS, len(folded) - place) + 1):
            sequence = tuple(folded[place : place + length])
            names = self._by_words.get(sequence, _NOBODY)
            if names and (length > 1 or called or _as_written(found[place][0], names)):
                best = (length, names)
            if sequence not in self._prefixes or not _close(text, found, place + length):
                break
        return best


def words(text: str) -> list[str]:
    """Return the words of a text in the form in which they are compared."""
    if text.isascii():
        return text.lower().translate(_BETWEEN).split()
    return [_folded(word) for word in _WORD.findall(text)]


def _after_at(text: str, start: int) -> bool:
    return start > 0 and text[start - 1] == "@"


def _as_written(word: str, names: Iterable[str]) -> bool:
    return len(word) >= _SHORTEST_BARE and any(word in name for name in names)


def _close(text: str, found: list[Any], place: int) -> bool:
    """Return whether the word at `place` follows the one before it on the same line, close by."""
    if place >= len(found):
        return False
    before, after = found[place - 1].end(), found[place].start()
    return after - before <= _WIDEST_GAP and "\n" not in text[before:after]


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
