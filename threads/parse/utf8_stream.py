"""Text in any encoding, of any length, as a stream of sound UTF-8."""

from __future__ import annotations

import codecs
import io
import re
from typing import Any, BinaryIO

from threads.language import N_

_CHUNK = 131_072
_ESCAPED = re.compile("[\udc80-\udcff]")


class Utf8Stream(io.RawIOBase):
    """A stream of bytes in some encoding as sound UTF-8; `notes` say what was mended so far.

    Bytes that are none of UTF-8 are read as Windows-1252 (as people paste it into files of UTF-8), bytes
    that do not fit another encoding are shown as U+FFFD.
    """

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        super().__init__()
        self._stream = stream
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(self._error_handling())
        self._rest = memoryview(b"")
        self._at_start = True
        self._broken = 0

    def _error_handling(self) -> str:
        return "surrogateescape" if self._encoding == "utf-8" else "replace"

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know; nothing for sound UTF-8."""
        other = (
            ()
            if self._encoding in ("utf-8", "utf-16", "utf-32")
            else (N_("decoded as {encoding}").format(encoding=self._encoding),)
        )
        if not self._broken:
            return other
        shown = N_("read as Windows-1252") if self._encoding == "utf-8" else N_("shown as \ufffd")
        return (
            *other,
            N_("damaged {encoding}: {bytes} bytes are {shown}").format(
                encoding=self._encoding, bytes=f"{self._broken:,}", shown=shown
            ),
        )

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; how many bytes of it."""
        while not self._rest:
            data = self._stream.read(_CHUNK)
            text = self._decoder.decode(data, final=not data)
            if self._at_start and text:
                text, self._at_start = text.removeprefix("\ufeff"), False
            self._rest = memoryview(self._encoded(text))
            if not data:
                break
        length = min(len(buffer), len(self._rest))
        buffer[:length], self._rest = self._rest[:length], self._rest[length:]
        return length

    def _encoded(self, text: str) -> bytes:
        if self._encoding != "utf-8":
            self._broken += text.count("\ufffd")
            return text.encode("utf-8", errors="replace")
        try:
            return text.encode()
        except UnicodeEncodeError:
            mended, broken = _ESCAPED.subn(_as_windows_1252, text)
            self._broken += broken
            return mended.encode()

    def close(self) -> None:
        """Close the stream, and the one that it is made of."""
        self._stream.close()
        super().close()


def _as_windows_1252(escaped: re.Match[str]) -> str:
    return bytes([ord(escaped[0]) - 0xDC00]).decode("cp1252", errors="replace")
