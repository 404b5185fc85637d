"""A document of JSON that is too large for memory, as several smaller ones."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from threads.errors import InputError
from threads.language import N_
from threads.parse.exports.json_repeats import Repeats

WHOLE: Final = 4_000_000  # characters up to which a value is taken whole
_CHUNK = 1_000_000
_MOST_BESIDE = 50_000_000  # characters
_SPACES = " \t\r\n\ufeff\x1e"
_MANY = 20  # keys, as no object has that is one thing
_CUT = 16  # characters from the end: where an error is, the rest may still come
_AFTER = frozenset(",]} \t\r\n")  # what may stand after a number
_LARGE: Final = object()


def parts(stream: BinaryIO, name: str, repeats: Repeats, *, rest: bool = False) -> Iterator[Any]:
    """Yield the documents in a stream of UTF-8, one that is large as several with some of its list each.

    {"chat": "a", "messages": [1, 2, 3]} is {"chat": "a", "messages": [1, 2]}, then {"chat": "a",
    "messages": [3]}: beside each part of a list stands what came before the list. What comes after the last
    list of an object is left out, but with `rest` it comes last.

    Raises
    ------
    InputError
        It is no sound JSON; what came before was yielded.
    """
    reader = _Parts(stream, name, repeats, rest=rest)
    while reader.peek():
        yield from reader.parts()


class _Parts:
    def __init__(self, stream: BinaryIO, name: str, repeats: Repeats, *, rest: bool) -> None:
        self._stream, self._name, self._rest = stream, name, rest
        self._decoder = json.JSONDecoder(object_pairs_hook=repeats.made)
        self._decoded = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._text = ""
        self._at = 0
        self._passed = self._lines = 0  # characters and lines before the text
        self._is_over = False

    def parts(self) -> Iterator[Any]:
        """Yield the value that comes next, whole or in parts."""
        value = self._whole()
        if value is not _LARGE:
            yield value
        elif self.peek() == "[":
            yield from self._of_list()
        elif self.peek() == "{":
            yield from self._of_object()
        else:
            raise self._unsound(
                N_("a text of more than {characters} characters").format(characters=f"{WHOLE:,}")
            )

    def _of_list(self) -> Iterator[list[Any]]:
        self._take("[")
        some: list[Any] = []
        begun = self._read
        while self.peek() != "]":
            value = self._whole()
            if value is _LARGE:
                if some:
                    yield some
                    some = []
                yield from ([part] for part in self.parts())
            else:
                some.append(value)
            if self._read - begun > _CHUNK:
                yield some
                some, begun = [], self._read
            self._next("]")
        self._take("]")
        if some:
            yield some

    def _of_object(self) -> Iterator[dict[str, Any]]:
        self._take("{")
        beside: dict[str, Any] = {}
        size = 0
        is_whole = True
        while self.peek() != "}":
            key = self._whole()
            if not isinstance(key, str):
                raise self._unsound(N_("a key is no text"))
            self._take(":")
            begun = self._read
            value = self._whole()
            if value is _LARGE:
                is_whole = False
                yield from ({**beside, key: part} for part in self.parts())
            else:
                beside[key] = value
                size += self._read - begun
            if size > _CHUNK and _is_of_many(beside):
                yield beside  # objects by their ids, or lists by what they are of
                beside, size, is_whole = {}, 0, False
            elif size > _MOST_BESIDE:
                raise self._unsound(N_("an object of it is too large, and its parts are in no list"))
            self._next("}")
        self._take("}")
        if beside and (is_whole or _is_of_many(beside) or self._rest):
            yield beside

    def peek(self) -> str:
        """Return the next character that is no space; "" at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACES:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _take(self, sign: str) -> None:
        if self.peek() != sign:
            raise self._unsound(
                N_("there is no {sign}").format(sign=repr(sign))
                if self.peek()
                else N_("it ends in the middle")
            )
        self._at += 1

    def _next(self, end: str) -> None:
        """Pass the comma that stands before one more value."""
        if self.peek() != end:
            self._take(",")

    def _whole(self) -> Any:
        """Return the value that comes next; _LARGE for one that is, which stays to be read."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
                is_cut = isinstance(value, (int, float)) and self._text[end : end + 1] not in _AFTER
                if is_cut and self._more():
                    continue  # a number that goes on
                self._at = end
                return value
            except RecursionError:
                raise self._unsound(N_("it is nested too deeply")) from None
            except json.JSONDecodeError as error:
                problem = error.msg
                is_cut = error.pos >= len(self._text) - _CUT or error.msg.startswith("Unterminated")
            if is_cut and len(self._text) - self._at > WHOLE:
                return _LARGE
            if not is_cut or not self._more():
                raise self._unsound(problem)

    @property
    def _read(self) -> int:
        """How many characters came before what comes next."""
        return self._passed + self._at

    def _more(self) -> bool:
        """Read on; whether there was more."""
        while not self._is_over:
            chunk = self._stream.read(_CHUNK)
            text = self._decoded.decode(chunk, final=not chunk)
            self._is_over = not chunk
            if text:
                self._lines += self._text.count("\n", 0, self._at)
                self._passed += self._at
                self._text = self._text[self._at :] + text
                self._at = 0
                return True
        return False

    def _unsound(self, problem: str) -> InputError:
        line = self._lines + self._text.count("\n", 0, self._at) + 1
        return InputError(
            N_("this is no sound JSON ({reason})").format(reason=problem),
            source=self._name,
            place=f"line {line:,}",
            remedy=N_("Export or download it again; it may have been cut"),
        )


def _is_of_many(item: dict[str, Any]) -> bool:
    """Return whether an object holds alike things by keys, so that some of them are such an object, too."""
    if all(isinstance(value, dict) for value in item.values()):
        return True
    return len(item) >= _MANY and all(isinstance(value, list | dict) for value in item.values())
