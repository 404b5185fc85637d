"""An input as bytes and as text: read once, decoded once, refused with a reason when it cannot be text."""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from threads.errors import InputError
from threads.parse.charsets import detected
from threads.parse.page_kinds import page_kind
from threads.parse.unpacking import GZIP, unpacked
from threads.settings import Settings

HEAD_BYTES = 65_536

# UTF-32 before UTF-16: the little-endian mark of the one begins with that of the other.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_MAGICS = (
    (b"%PDF-", "a PDF", "Copy its text into a file first"),
    (b"PK\x03\x04", "a ZIP archive or an office document", "Unpack it, or save the document as text"),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first (gunzip)"),
    (b"BZh", "a bzip2 archive", "Unpack it first (bunzip2)"),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it first (unxz)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstandard archive", "Unpack it first (unzstd)"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", "Copy the text of the page instead"),
    (b"\xff\xd8\xff", "a JPEG picture", "Copy the text of the page instead"),
    (b"GIF8", "a GIF picture", "Copy the text of the page instead"),
    (b"SQLite format 3\x00", "an SQLite database", "Export its rows as CSV"),
    (b"PAR1", "a Parquet file", "Export its rows as CSV"),
)
_ALLOWED_CONTROLS = frozenset(b"\t\n\r\f\x0b\x1b\x1a\x08")
_NOT_TEXT_REMEDY = "Give a saved page, a pasted thread or an export as text"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when (aware) an input was fetched, and the charset that the server declared."""

    url: str | None = None
    fetched_at: datetime | None = None
    charset: str | None = None


class Source:
    """One input: its name, its bytes and its text, each worked out when first asked for.

    Make one with `from_path`, `from_bytes` or `from_text`. `path` is the file it was read from; `origin`
    what a server said with it.
    """

    def __init__(
        self,
        name: str,
        content: bytes | str,
        encoding: str | None = None,
        *,
        settings: Settings | None = None,
        path: Path | None = None,
        origin: Origin | None = None,
    ) -> None:
        self.name = name
        self.path = path
        self.origin = origin or Origin()
        self.settings = settings or Settings()
        self.asked_encoding = encoding
        self._content = content

    @classmethod
    def from_path(
        cls, path: str | Path, settings: Settings | None = None, *, encoding: str | None = None
    ) -> Source:
        """Return the file at `path`, named as given.

        Raises
        ------
        InputError
            There is no such file, it cannot be read, is too large, is empty or is not text.
        """
        name, file = str(path), Path(path)
        try:
            if file.is_dir():
                raise InputError("this is a folder", source=name, remedy="Name the files in it")
            _check_size(file.stat().st_size, name, settings or Settings())
            data = _read_bounded(file, name, settings or Settings())
        except FileNotFoundError:
            raise InputError("there is no such file", source=name, remedy="Check the path") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(
                f"the file cannot be read ({reason})",
                source=name,
                remedy="Check the path and its permissions",
            ) from None
        source = cls.from_bytes(data, name, settings, encoding=encoding)
        source.path = file
        return source

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        name: str = "standard input",
        settings: Settings | None = None,
        *,
        encoding: str | None = None,
        origin: Origin | None = None,
    ) -> Source:
        """Return `data` as an input called `name`; `encoding` overrides what would be worked out.

        Raises
        ------
        InputError
            The data are too many, empty or not text, or the encoding is not known.
        """
        settings = settings or Settings()
        _check_size(len(data), name, settings)
        if data.startswith(GZIP) and page_kind(data) is None:
            data = unpacked(data, name, settings)
        if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
            raise InputError("there is nothing in it", source=name, remedy=_NOT_TEXT_REMEDY)
        if page_kind(data) is None:  # pages may hold zero bytes, and pictures beside them
            _check_is_text(data, name, encoding)
        if encoding is not None:
            _check_encoding(encoding, name)
        return cls(name, data, encoding, settings=settings, origin=origin)

    @classmethod
    def from_text(cls, text: str, name: str = "pasted text") -> Source:
        """Return `text`, already decoded, as an input called `name`.

        Raises
        ------
        InputError
            The text is empty or only white space.
        """
        if not text.strip():
            raise InputError("there is nothing in it", source=name, remedy="Paste the text of a page")
        return cls(name, text)

    @property
    def content(self) -> bytes | str:
        """What it was made from: the bytes as found, or a text already decoded."""
        return self._content

    @property
    def start(self) -> bytes:
        """The first 64 kB as bytes, unpacked: for recognising a format of bytes."""
        start = self._content[:HEAD_BYTES]
        return start.encode("utf-8", errors="surrogatepass") if isinstance(start, str) else start

    def open(self) -> BinaryIO:
        """Return the bytes as a stream, unpacked; the caller closes it."""
        return io.BytesIO(self.data)

    @property
    def head(self) -> str:
        """The first 64 kB, decoded without complaint: for recognising a format, not for reading."""
        start = self._content[:HEAD_BYTES]
        if isinstance(start, str):
            return start
        encoding = self.asked_encoding or _encoding_by_mark(start) or "utf-8"
        return start.decode(encoding, errors="ignore")

    @property
    def data(self) -> bytes:
        """The bytes as found; a pasted text as UTF-8, lone surrogates included."""
        if isinstance(self._content, str):
            return self._content.encode("utf-8", errors="surrogatepass")
        return self._content

    @property
    def text(self) -> str:
        """The whole text, line endings as found.

        Raises
        ------
        InputError
            The bytes do not fit the encoding that was asked for.
        """
        return self._decoded[0]

    @property
    def encoding(self) -> str:
        """The encoding that the text was decoded from; "text" when it was given as text."""
        return self._decoded[1]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the reader should know about the decoding; nothing for sound UTF-8."""
        return self._decoded[2]

    @cached_property
    def _decoded(self) -> tuple[str, str, tuple[str, ...]]:
        if isinstance(self._content, str):
            return self._content, "text", ()
        _check_is_text(self._content, self.name, self.asked_encoding)
        text, encoding, warnings = _decode(self._content, self.name, self.asked_encoding)
        if not text.strip():
            raise InputError("there is nothing in it", source=self.name, remedy=_NOT_TEXT_REMEDY)
        return text, encoding, warnings


def _read_bounded(file: Path, name: str, settings: Settings) -> bytes:
    """Return the bytes of a file; devices and growing files do not tell their size beforehand."""
    with file.open("rb") as stream:
        data = stream.read(settings.max_input_bytes + 1)
    if len(data) > settings.max_input_bytes:
        raise InputError(
            f"it does not end within the limit of {settings.max_input_bytes:,} bytes",
            source=name,
            remedy="Split it, or raise the limit with the variable BTL_MAX_INPUT_BYTES",
        )
    return data


def _check_size(size: int, name: str, settings: Settings) -> None:
    if size > settings.max_input_bytes:
        raise InputError(
            f"it has {size:,} bytes, more than the limit of {settings.max_input_bytes:,}",
            source=name,
            remedy="Split it, or raise the limit with the variable BTL_MAX_INPUT_BYTES",
        )


def _check_is_text(data: bytes, name: str, encoding: str | None) -> None:
    for magic, kind, remedy in _MAGICS:
        if data.startswith(magic):
            raise InputError(f"this is {kind}, not text", source=name, remedy=remedy)
    start = data[:HEAD_BYTES]
    if encoding is not None or _encoding_by_mark(start) in ("utf-16", "utf-32"):
        return
    controls = sum(start.count(bytes([c])) for c in range(32) if c not in _ALLOWED_CONTROLS)
    if b"\x00" in start or controls > len(start) // 20:
        offset = next(i for i, c in enumerate(start) if c < 32 and c not in _ALLOWED_CONTROLS)
        raise InputError(
            "this is not text (it holds control characters)",
            source=name,
            place=f"byte {offset + 1}",
            remedy=f"{_NOT_TEXT_REMEDY}; UTF-16 without a byte-order mark must be saved as UTF-8",
        )


def _check_encoding(encoding: str, name: str) -> None:
    try:
        b"?".decode(encoding, errors="replace")
    except (LookupError, ValueError):
        raise InputError(
            f"no encoding is called {encoding!r}", source=name, remedy="Try utf-8 or cp1252"
        ) from None


def _encoding_by_mark(data: bytes) -> str | None:
    return next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)


def _decode(data: bytes, name: str, asked: str | None) -> tuple[str, str, tuple[str, ...]]:
    marked = _encoding_by_mark(data)
    certain = asked or (marked if marked != "utf-8-sig" else None)
    if certain is not None:
        try:
            return data.decode(certain), certain, ()
        except UnicodeError as error:
            raise InputError(
                f"the bytes are not {certain}",
                source=name,
                place=f"byte {getattr(error, 'start', 0) + 1}",
                remedy="Save it as UTF-8, or name another encoding",
            ) from None
    try:
        return data.decode("utf-8-sig"), "utf-8", ()
    except UnicodeDecodeError:
        return _decode_by_guess(data)


def _decode_by_guess(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    mended = data.decode("utf-8-sig", errors="replace")
    broken = mended.count("\ufffd")
    # A file in another encoding has almost no valid multi-byte sequences; a damaged UTF-8 file has many.
    if sum(not c.isascii() for c in mended) - broken >= 20 * broken:
        return mended, "utf-8", (f"damaged UTF-8: {broken} unreadable places are shown as \ufffd",)
    encoding = detected(data)
    try:
        return data.decode(encoding), encoding, (f"not UTF-8: decoded as {encoding} (detected)",)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        return (
            text,
            encoding,
            (f"not UTF-8: decoded as {encoding} (detected), {text.count(chr(0xFFFD))} unreadable places",),
        )
