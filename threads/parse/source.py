"""An input as a stream, as bytes and as text: text is refused with a reason where there is none."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from threads.errors import InputError
from threads.language import N_
from threads.parse.charsets import detected
from threads.parse.corpus import of_folder
from threads.parse.unpacking import beside, unpacked
from threads.parse.utf8_stream import Utf8Stream
from threads.settings import Settings

HEAD_BYTES = 65_536
START_BYTES = 131_072

# UTF-32 before UTF-16: the little-endian mark of the one begins with that of the other.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_MAGICS = (
    (b"%PDF-", N_("a PDF"), N_("Copy its text into a file first")),
    (b"PK\x03\x04", N_("a ZIP archive or an office document"), N_("Unpack it, or save the document as text")),
    (b"\x1f\x8b", N_("a gzip archive"), N_("Unpack it first (gunzip)")),
    (b"BZh", N_("a bzip2 archive"), N_("Unpack it first (bunzip2)")),
    (b"\xfd7zXZ\x00", N_("an xz archive"), N_("Unpack it first (unxz)")),
    (b"7z\xbc\xaf\x27\x1c", N_("a 7-Zip archive"), N_("Unpack it first")),
    (b"\x28\xb5\x2f\xfd", N_("a zstandard archive"), N_("Unpack it first (unzstd)")),
    (b"\x89PNG\r\n\x1a\n", N_("a PNG picture"), N_("Copy the text of the page instead")),
    (b"\xff\xd8\xff", N_("a JPEG picture"), N_("Copy the text of the page instead")),
    (b"GIF8", N_("a GIF picture"), N_("Copy the text of the page instead")),
    (b"SQLite format 3\x00", N_("an SQLite database"), N_("Export its rows as CSV")),
    (b"PAR1", N_("a Parquet file"), N_("Export its rows as CSV")),
)
_ALLOWED_CONTROLS = frozenset(b"\t\n\r\f\x0b\x1b\x1a\x08")
_NOT_TEXT_REMEDY = N_("Give a saved page, a pasted thread or an export as text")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when (aware) an input was fetched, and the charset that the server declared."""

    url: str | None = None
    fetched_at: datetime | None = None
    charset: str | None = None


class Source:
    """One input: its name, its bytes and its text, each worked out when first asked for.

    Make one with `from_path`, `from_bytes` or `from_text`. `path` is the file it was read from; `origin`
    what a server said with it. `start`, `head` and `open` take an input of any size and never hold it in
    memory; `data` and `text` hold it whole, and refuse what is larger than `max_input_bytes`. `on_read` is
    told of every piece of a file that is read, in bytes as stored: for showing progress. `remarks` is where
    readers put what the report should say of the source as a whole. `folder` is where it was named by that.
    """

    def __init__(
        self,
        name: str,
        content: bytes | str | Path,
        encoding: str | None = None,
        *,
        settings: Settings | None = None,
        path: Path | None = None,
        origin: Origin | None = None,
    ) -> None:
        self.name = name
        self.path = content if isinstance(content, Path) else path
        self.origin = origin or Origin()
        self.settings = settings or Settings()
        self.asked_encoding = encoding
        self._content = content
        self.on_read: Callable[[int], None] | None = None
        self._mended: list[Utf8Stream] = []
        self.remarks: list[str] = []
        self.folder: Path | None = None

    @classmethod
    def from_path(
        cls, path: str | Path, settings: Settings | None = None, *, encoding: str | None = None
    ) -> Source:
        """Return the file at `path`, named as given; of a pipe or a device, what `data` may hold.

        The folder of a corpus of ConvoKit stands for its utterances, a folder of mails for all of them.

        Raises
        ------
        InputError
            There is no such file, it cannot be read or unpacked, or it is empty.
        """
        name, file, settings = str(path), Path(path), settings or Settings()
        try:
            if file.is_dir():
                file = _file_of(file, name)
            content = file if file.is_file() else _read_bounded(file, name, settings)
            source = cls(name, content, encoding, settings=settings, path=file)
            source.folder = Path(path) if Path(path).is_dir() else None
            source._check()
        except FileNotFoundError:
            raise InputError(N_("there is no such file"), source=name, remedy=N_("Check the path")) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(
                N_("the file cannot be read ({reason})").format(reason=reason),
                source=name,
                remedy=N_("Check the path and its permissions"),
            ) from None
        return source

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        name: str = N_("standard input"),
        settings: Settings | None = None,
        *,
        encoding: str | None = None,
        origin: Origin | None = None,
    ) -> Source:
        """Return `data` as an input called `name`; `encoding` overrides what would be worked out.

        Raises
        ------
        InputError
            The data are too many or empty, or the encoding is not known.
        """
        settings = settings or Settings()
        check_size(len(data), name, settings)
        source = cls(name, data, encoding, settings=settings, origin=origin)
        source._check()
        return source

    @classmethod
    def from_text(cls, text: str, name: str = N_("pasted text")) -> Source:
        """Return `text`, already decoded, as an input called `name`.

        Raises
        ------
        InputError
            The text is empty or only white space.
        """
        if not text.strip():
            raise InputError(N_("there is nothing in it"), source=name, remedy=N_("Paste the text of a page"))
        return cls(name, text)

    def _check(self) -> None:
        if len(self.start) < START_BYTES and not self.start.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
            raise InputError(N_("there is nothing in it"), source=self.name, remedy=_NOT_TEXT_REMEDY)
        if self.asked_encoding is not None:
            _check_encoding(self.asked_encoding, self.name)

    @property
    def given(self) -> str | None:
        """The text that it was made from, where it was text already."""
        return self._content if isinstance(self._content, str) else None

    @property
    def size(self) -> int:
        """How many bytes it has as stored, packed or not."""
        return self._content.stat().st_size if isinstance(self._content, Path) else len(self._content)

    @property
    def is_packed(self) -> bool:
        """Whether it has to be unpacked to be read."""
        with self.stored() as stream:
            begin = stream.read(4)
        return not self.start.startswith(begin)

    @cached_property
    def start(self) -> bytes:
        """The first 128 kB as bytes, unpacked: for recognising a format of bytes."""
        if isinstance(self._content, str):
            return self._content[:START_BYTES].encode("utf-8", errors="surrogatepass")
        with self.open() as stream:
            return stream.read(START_BYTES)

    @property
    def head(self) -> str:
        """The first 64 kB, decoded without complaint: for recognising a format, not for reading."""
        if isinstance(self._content, str):
            return self._content[:HEAD_BYTES]
        start = self.start[:HEAD_BYTES]
        encoding = self.asked_encoding or _encoding_by_mark(start) or "utf-8"
        return start.decode(encoding, errors="ignore")

    @cached_property
    def read_head(self) -> str:
        """The first 64 kB in the encoding in which the text is read; `head` where they are no text."""
        start = self.start
        if isinstance(self._content, str) or start.isascii() or b"\x00" in start:
            return self.head
        return start[:HEAD_BYTES].decode(_encoding_of_start(start, self.asked_encoding), errors="ignore")

    def open(self) -> BinaryIO:
        """Return the bytes as a stream, unpacked while it is read; the caller closes it.

        A file that is not packed can be moved in. Whole in memory is at most what was given so.

        Raises
        ------
        InputError
            Now or while it is read: it cannot be opened, is damaged, or unpacks to more than the limits.
        """
        if isinstance(self._content, Path):
            return unpacked(self._opened(self._content), self.name, self.settings)
        most = self.settings.max_unpacked_bytes
        return unpacked(io.BytesIO(self._bytes()), self.name, self.settings, most=most)

    def stored(self) -> BinaryIO:
        """Return the bytes as they are stored, packed or not, as a stream; the caller closes it.

        Raises
        ------
        InputError
            It cannot be opened.
        """
        return self._opened(self._content) if isinstance(self._content, Path) else io.BytesIO(self._bytes())

    def beside(self, name: str) -> bytes | None:
        """Return the file called `name` that stands beside this one, or in the same archive; None for none.

        Raises
        ------
        InputError
            It is larger than `max_input_bytes`, or cannot be read.
        """
        limit = self.settings.max_input_bytes
        with self.stored() as stream:
            data = beside(stream, name, limit)
        file = None if self.path is None else self.path.with_name(name)
        if data is None and file is not None and file.is_file():
            data = _read_bounded(file, str(file), self.settings)
        if data is not None:
            check_size(len(data), f"{self.name}, {name}", self.settings)
        return data

    def open_utf8(self) -> BinaryIO:
        """Return the text as a stream of sound UTF-8 without a byte-order mark, whatever it is stored as.

        For readers of text of any size: nothing of it stays in memory. What cannot be decoded is mended,
        and `warnings` then say so, once it was read.

        Raises
        ------
        InputError
            As `open`; also where it is not text.
        """
        if self.given is not None:
            return io.BytesIO(self.given.encode("utf-8", errors="replace"))
        _check_is_text(self.start, self.name, self.asked_encoding)
        mended = Utf8Stream(self.open(), _encoding_of_start(self.start, self.asked_encoding))
        self._mended.append(mended)
        return io.BufferedReader(mended, START_BYTES)

    def _opened(self, path: Path) -> BinaryIO:
        try:
            return path.open("rb") if self.on_read is None else _watched(path, self.on_read)
        except OSError as error:
            raise InputError(
                N_("the file cannot be read ({reason})").format(reason=error.strerror),
                source=self.name,
                remedy=N_("Check the path and its permissions"),
            ) from None

    @cached_property
    def data(self) -> bytes:
        """All the bytes, unpacked; a pasted text as UTF-8, lone surrogates included.

        Raises
        ------
        InputError
            They are more than `max_input_bytes`, or cannot be unpacked.
        """
        if isinstance(self._content, str):
            return self._bytes()
        check_size(self.size, self.name, self.settings)
        limit = self.settings.max_input_bytes
        with self.open() as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise InputError(
                N_("unpacked it has more than the limit of {limit} bytes").format(limit=f"{limit:,}"),
                source=self.name,
                remedy=N_("Split it, or raise the limit with the variable BTL_MAX_INPUT_BYTES"),
            )
        return data

    def _bytes(self) -> bytes:
        content = self._content
        assert not isinstance(content, Path)  # noqa: S101 - whose bytes are read as a stream
        return content.encode("utf-8", errors="surrogatepass") if isinstance(content, str) else content

    @property
    def text(self) -> str:
        """The whole text, line endings as found.

        Raises
        ------
        InputError
            It is more than `max_input_bytes`, not text, or not in the encoding that was asked for.
        """
        return self._decoded[0]

    @property
    def encoding(self) -> str:
        """The encoding that the text was decoded from; "text" when it was given as text."""
        return self._decoded[1]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the reader should know about the decoding, as far as it was read; nothing for sound UTF-8."""
        if self._mended:
            return tuple(dict.fromkeys(note for stream in self._mended for note in stream.notes))
        return self._decoded[2]

    @cached_property
    def _decoded(self) -> tuple[str, str, tuple[str, ...]]:
        if isinstance(self._content, str):
            return self._content, "text", ()
        _check_is_text(self.start, self.name, self.asked_encoding)
        text, encoding, warnings = _decode(self.data, self.name, self.asked_encoding)
        if not text.strip():
            raise InputError(N_("there is nothing in it"), source=self.name, remedy=_NOT_TEXT_REMEDY)
        return text, encoding, warnings


class _Watched(io.FileIO):
    """A file that tells how many bytes are read of it."""

    on_read: Callable[[int], None]

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        self.on_read(count or 0)
        return count


def _watched(path: Path, on_read: Callable[[int], None]) -> BinaryIO:
    raw = _Watched(path)
    raw.on_read = on_read
    return io.BufferedReader(raw, START_BYTES)


def _file_of(folder: Path, name: str) -> Path:
    file = of_folder(folder) or next(iter(sorted(folder.glob("*.[eE][mM][lL]"))), None)
    if file is None:
        raise InputError(
            N_("this is a folder, and no corpus of ConvoKit nor one of mails (.eml)"),
            source=name,
            remedy=N_("Name the files in it"),
        )
    return file


def _encoding_of_start(start: bytes, asked: str | None) -> str:
    """Return the encoding of a text by its beginning: UTF-8 unless most of what is not ASCII is none."""
    known = asked or _encoding_by_mark(start)
    if known is not None:
        return "utf-8" if known == "utf-8-sig" else known
    text = start.decode("utf-8", errors="replace")
    broken = text[:-3].count("\ufffd")  # the last character may be cut
    if not broken or sum(not c.isascii() for c in text) - broken >= 20 * broken:
        return "utf-8"
    return detected(start)


def _read_bounded(file: Path, name: str, settings: Settings) -> bytes:
    """Return the bytes of a pipe or a device, which do not tell their size beforehand."""
    with file.open("rb") as stream:
        data = stream.read(settings.max_input_bytes + 1)
    if len(data) > settings.max_input_bytes:
        raise InputError(
            N_("it does not end within the limit of {limit} bytes").format(
                limit=f"{settings.max_input_bytes:,}"
            ),
            source=name,
            remedy=N_("Write it to a file first, or raise the limit with the variable BTL_MAX_INPUT_BYTES"),
        )
    return data


def check_size(size: int, name: str, settings: Settings) -> None:
    """Raise InputError where an input called `name` has more bytes than `max_input_bytes`."""
    if size > settings.max_input_bytes:
        raise InputError(
            N_("it has {size} bytes, more than the limit of {limit}").format(
                size=f"{size:,}", limit=f"{settings.max_input_bytes:,}"
            ),
            source=name,
            remedy=N_("Split it, or raise the limit with the variable BTL_MAX_INPUT_BYTES"),
        )


def _check_is_text(data: bytes, name: str, encoding: str | None) -> None:
    for magic, kind, remedy in _MAGICS:
        if data.startswith(magic):
            raise InputError(N_("this is {kind}, not text").format(kind=kind), source=name, remedy=remedy)
    start = data[:HEAD_BYTES]
    if encoding is not None or _encoding_by_mark(start) in ("utf-16", "utf-32"):
        return
    controls = sum(start.count(bytes([c])) for c in range(32) if c not in _ALLOWED_CONTROLS)
    if b"\x00" in start or controls > len(start) // 20:
        offset = next(i for i, c in enumerate(start) if c < 32 and c not in _ALLOWED_CONTROLS)
        raise InputError(
            N_("this is not text (it holds control characters)"),
            source=name,
            place=f"byte {offset + 1}",
            remedy=N_("{advice}; UTF-16 without a byte-order mark must be saved as UTF-8").format(
                advice=_NOT_TEXT_REMEDY
            ),
        )


def _check_encoding(encoding: str, name: str) -> None:
    try:
        b"?".decode(encoding, errors="replace")
    except (LookupError, ValueError):
        raise InputError(
            N_("no encoding is called {encoding}").format(encoding=repr(encoding)),
            source=name,
            remedy=N_("Try utf-8 or cp1252"),
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
                N_("the bytes are not {encoding}").format(encoding=certain),
                source=name,
                place=f"byte {getattr(error, 'start', 0) + 1}",
                remedy=N_("Save it as UTF-8, or name another encoding"),
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
        return (
            mended,
            "utf-8",
            (N_("damaged UTF-8: {places} unreadable places are shown as \ufffd").format(places=broken),),
        )
    encoding = detected(data)
    try:
        return (
            data.decode(encoding),
            encoding,
            (N_("not UTF-8: decoded as {encoding} (detected)").format(encoding=encoding),),
        )
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        return (
            text,
            encoding,
            (
                N_("not UTF-8: decoded as {encoding} (detected), {places} unreadable places").format(
                    encoding=encoding, places=text.count(chr(0xFFFD))
                ),
            ),
        )


def is_address(text: str) -> bool:
    """Return whether `text` is one web address and nothing else."""
    return re.fullmatch(r"https?://\S+", text.strip(), re.IGNORECASE) is not None
