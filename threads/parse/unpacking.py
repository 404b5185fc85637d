"""Compressed inputs, unpacked while counting: a small file may hold more than the machine does."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any

from threads.errors import InputError
from threads.settings import Settings

GZIP = b"\x1f\x8b"
_CHUNK = 65_536
_RATIO_COUNTS_FROM = 1_000_000  # bytes: a short text of one letter packs a thousand to one
_GZIP_ONLY = 16 + zlib.MAX_WBITS


def unpacked(data: bytes, name: str, settings: Settings) -> bytes:
    """Return what the gzip file `data` holds, to be read into memory as one input.

    Raises
    ------
    InputError
        It is damaged, or more comes out of it than the limits allow.
    """
    parts, size = [], 0
    for part in _parts(data, name, settings):
        size += len(part)
        if size > settings.max_input_bytes:
            raise InputError(
                f"unpacked it has more than the limit of {settings.max_input_bytes:,} bytes",
                source=name,
                remedy="Split it, or raise the limit with the variable BTL_MAX_INPUT_BYTES",
            )
        parts.append(part)
    return b"".join(parts)


def unpacked_start(data: bytes, length: int) -> bytes:
    """Return the first `length` bytes that the gzip file `data` holds, fewer where it is short or damaged."""
    try:
        return zlib.decompressobj(_GZIP_ONLY).decompress(data[:_CHUNK], length)
    except zlib.error:
        return b""


def unpacked_stream(data: bytes, name: str, settings: Settings) -> io.BufferedReader:
    """Return what the gzip file `data` holds as a stream, never whole in memory; reading it may raise.

    Raises
    ------
    InputError
        While it is read: it is damaged, or more comes out of it than the limits allow.
    """
    return io.BufferedReader(_Stream(_parts(data, name, settings)), _CHUNK)


class _Stream(io.RawIOBase):
    """The pieces that an iterator gives, as a file."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        super().__init__()
        self._parts = parts
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = next(self._parts, b"")
        length = min(len(buffer), len(self._rest))
        buffer[:length], self._rest = self._rest[:length], self._rest[length:]
        return length


def _parts(data: bytes, name: str, settings: Settings) -> Iterator[bytes]:
    """Yield what the members of a gzip file hold, in pieces; what is no member at the end is left out."""
    position = size = 0
    while data.startswith(GZIP, position):
        member, waiting = zlib.decompressobj(_GZIP_ONLY), b""
        while not member.eof:
            if not waiting:
                waiting = data[position : position + _CHUNK]
                position += len(waiting)
            part = _part(member, waiting, name)
            size += len(part)
            _check(size, position, name, settings)
            waiting = member.unconsumed_tail
            if part:
                yield part
        position -= len(member.unused_data)


def _part(member: Any, waiting: bytes, name: str) -> bytes:
    try:
        part: bytes = member.decompress(waiting, _CHUNK)
    except zlib.error:
        raise _damaged("it is damaged", name) from None
    if not part and not waiting and not member.eof:
        raise _damaged("it ends in the middle", name)
    return part


def _damaged(problem: str, name: str) -> InputError:
    return InputError(f"this is a gzip archive, and {problem}", source=name, remedy="Save or fetch it again")


def _check(size: int, packed: int, name: str, settings: Settings) -> None:
    if size > settings.max_unpacked_bytes:
        raise InputError(
            f"unpacked it has more than the limit of {settings.max_unpacked_bytes:,} bytes",
            source=name,
            remedy="Split it, or raise the limit with the variable BTL_MAX_UNPACKED_BYTES",
        )
    if size > _RATIO_COUNTS_FROM and size > packed * settings.max_unpacked_ratio:
        raise InputError(
            f"it unpacks to {size // max(packed, 1):,} times its size, more than the limit of "
            f"{settings.max_unpacked_ratio:,}",
            source=name,
            remedy="Unpack it yourself, or raise the limit with the variable BTL_MAX_UNPACKED_RATIO",
        )
