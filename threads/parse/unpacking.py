"""Compressed inputs, unpacked while counting: a small file may hold more than the machine does."""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Protocol
from zipfile import BadZipFile, ZipFile, ZipInfo

from threads.errors import InputError
from threads.language import N_
from threads.parse.corpus import of_archive
from threads.settings import Settings

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZIP = b"PK\x03\x04"
_CHUNK = 131_072
_LONGEST_MAGIC = 10
_RATIO_COUNTS_FROM = 1_000_000  # bytes: a short text of one letter packs a thousand to one
_XZ_MEMORY = 300_000_000  # bytes; `xz -9` needs 65 MB
_ZSTD_WINDOW = 31  # 2 GB, with which Reddit's dumps are packed (zstd --long=31)


class _Decompressor(Protocol):
    """One member of an archive, as the standard library unpacks it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """zlib's decompressor in the shape of the others."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)


@dataclass(frozen=True, slots=True)
class Packing:
    """A way of compressing one file: what it is called, how it begins, what unpacks a member of it."""

    kind: str
    begins: Callable[[bytes], bool]
    decompressor: Callable[[], _Decompressor]


PACKINGS: tuple[Packing, ...] = (
    Packing("gzip", lambda start: start.startswith(b"\x1f\x8b"), _Gzip),
    Packing(
        "bzip2",
        lambda start: start.startswith(b"BZh") and start[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"),
        bz2.BZ2Decompressor,
    ),
    Packing(
        "xz",
        lambda start: start.startswith(b"\xfd7zXZ\x00"),
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY),
    ),
    Packing(
        "zstandard",
        # Frames that are to be skipped may come first.
        lambda start: start.startswith(b"\x28\xb5\x2f\xfd") or start[1:4] == b"\x2a\x4d\x18",
        lambda: zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW}),
    ),
)
_OF_DOCUMENTS = frozenset(
    ("[Content_Types].xml", "mimetype", "META-INF/manifest.xml", "META-INF/container.xml")
)
_ERRORS = (
    *(BadZipFile, EOFError, OSError, ValueError),
    *(lzma.LZMAError, struct.error, zlib.error, zstd.ZstdError),
)


def unpacked(stream: BinaryIO, name: str, settings: Settings, *, most: int | None = None) -> BinaryIO:
    """Return what a compressed file holds as a stream, never whole in memory; any other file as it is.

    A file is compressed as gzip, bzip2, xz or zstandard, in one member or several, or the only one in a
    ZIP archive, or in a zipped corpus its utterances; another archive of several files stays as it is.

    Parameters
    ----------
    stream
        The file, at its start; it must be one that can be moved in. Closed with what is returned.
    name
        What it is called in messages.
    settings
        Limits in force: the ratio holds always.
    most
        How many bytes may come out of it; any number where not given.

    Raises
    ------
    InputError
        Now or while it is read: it is damaged, or more comes out of it than the limits allow.
    """
    start = stream.read(_LONGEST_MAGIC)
    stream.seek(0)
    packing = next((packing for packing in PACKINGS if packing.begins(start)), None)
    if packing is not None:
        pieces = _members(stream, packing, name)
    elif start.startswith(ZIP) and (member := _only_file(stream)) is not None:
        pieces = _file_of_zip(stream, member, name)
    else:
        stream.seek(0)
        return stream
    counted = _counted(pieces, stream, name, settings, most)
    return io.BufferedReader(_Stream(counted, stream), _CHUNK)


class _Stream(io.RawIOBase):
    """The pieces that an iterator gives, as a file; `packed` is closed with it."""

    def __init__(self, pieces: Iterator[bytes], packed: BinaryIO) -> None:
        super().__init__()
        self._pieces = pieces
        self._packed = packed
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        length = min(len(buffer), len(self._rest))
        buffer[:length], self._rest = self._rest[:length], self._rest[length:]
        return length

    def close(self) -> None:
        self._packed.close()
        super().close()


def _members(stream: BinaryIO, packing: Packing, name: str) -> Iterator[bytes]:
    """Yield what the members of a compressed file hold, in pieces; what is none at the end is left out."""
    waiting = stream.read(_CHUNK)
    while packing.begins(waiting):
        member = packing.decompressor()
        while not member.eof:
            is_hungry = member.needs_input
            if not waiting and is_hungry:
                waiting = stream.read(_CHUNK)
            ends = is_hungry and not waiting
            piece = _piece(member, waiting, packing.kind, name)
            waiting = b""
            if piece:
                yield piece
            elif ends and member.needs_input and not member.eof:
                raise _damaged(packing.kind, N_("it ends in the middle"), name)
        waiting = member.unused_data
        if len(waiting) < _LONGEST_MAGIC:
            waiting += stream.read(_CHUNK)


def _piece(member: _Decompressor, waiting: bytes, kind: str, name: str) -> bytes:
    try:
        return member.decompress(waiting, _CHUNK)
    except _ERRORS:
        raise _damaged(kind, N_("it is damaged"), name) from None


def _only_file(stream: BinaryIO) -> ZipInfo | None:
    """Return the only file in a ZIP archive, but for what systems put beside it, or a corpus's utterances."""
    try:
        with ZipFile(stream) as archive:
            files = [
                info
                for info in archive.infolist()
                if not info.is_dir() and not info.filename.startswith("__MACOSX/")
            ]
    except _ERRORS:
        return None
    if len(files) == 1:
        return files[0]
    utterances = of_archive(info.filename for info in files)
    return next((info for info in files if info.filename == utterances), None)


def files_of(stream: BinaryIO) -> list[str]:
    """Return the files in a ZIP archive of several; none of a document, a corpus or mails, which is one."""
    names = _names_in(stream)
    is_one = not _OF_DOCUMENTS.isdisjoint(names) or all(map(is_mail, names))
    return [] if len(names) < 2 or is_one or of_archive(names) is not None else names


def _names_in(stream: BinaryIO) -> list[str]:
    try:
        with ZipFile(stream) as archive:
            return [
                info.filename
                for info in archive.infolist()
                if not info.is_dir() and not info.filename.startswith("__MACOSX/")
            ]
    except _ERRORS:
        return []


def mails_of(stream: BinaryIO) -> list[str]:
    """Return the files in a ZIP archive of mails (.eml) and nothing else; none for any other input."""
    if stream.read(_LONGEST_MAGIC)[: len(ZIP)] != ZIP:
        return []
    names = _names_in(stream)
    return names if names and all(map(is_mail, names)) else []


def is_mail(name: str) -> bool:
    """Return whether a file is called as mails are."""
    return name.lower().endswith(".eml")


def extracted(
    stream: BinaryIO, member: str, name: str, settings: Settings, *, most: int | None = None
) -> Iterator[bytes]:
    """Yield what a file in a ZIP archive holds.

    Raises
    ------
    InputError
        It is damaged, or more comes out of it than the limits allow.
    """
    try:
        with ZipFile(stream) as archive:
            info = archive.getinfo(member)
    except (KeyError, *_ERRORS):
        raise _damaged("ZIP", N_("it is damaged"), name) from None
    if most is not None and info.file_size > most:
        raise _too_large(name, most)
    if (
        info.file_size > _RATIO_COUNTS_FROM
        and info.file_size > info.compress_size * settings.max_unpacked_ratio
    ):
        raise _too_packed(info.file_size // max(info.compress_size, 1), name, settings)
    yield from _file_of_zip(stream, info, name)


def beside(stream: BinaryIO, name: str, most: int) -> bytes | None:
    """Return the file called `name` beside the utterances of a zipped corpus, at most `most` + 1 bytes of it.

    None where it is no such archive or has no such file. `stream` is at its start.
    """
    if not stream.read(_LONGEST_MAGIC).startswith(ZIP) or (member := _only_file(stream)) is None:
        return None
    try:
        with (
            ZipFile(stream) as archive,
            archive.open(str(PurePosixPath(member.filename).with_name(name))) as file,
        ):
            return file.read(most + 1)
    except (KeyError, RuntimeError, *_ERRORS):
        return None


def _file_of_zip(stream: BinaryIO, member: ZipInfo, name: str) -> Iterator[bytes]:
    try:
        with ZipFile(stream) as archive, archive.open(member) as file:
            while piece := file.read(_CHUNK):
                yield piece
    except RuntimeError:  # also that its way of packing is not known here
        raise InputError(
            N_("this is a ZIP archive with a password or of an unusual kind"),
            source=name,
            remedy=N_("Unpack it first"),
        ) from None
    except _ERRORS:
        raise _damaged("ZIP", N_("it is damaged"), name) from None


def _counted(
    pieces: Iterator[bytes], packed: BinaryIO, name: str, settings: Settings, most: int | None
) -> Iterator[bytes]:
    """Yield the pieces as long as they are not more than the limits allow."""
    size = read = 0
    for piece in pieces:
        size += len(piece)
        # A ZIP archive is read from its end first: the farthest place is what was read of it.
        read = max(read, packed.tell())
        if most is not None and size > most:
            raise _too_large(name, most)
        if size > _RATIO_COUNTS_FROM and size > read * settings.max_unpacked_ratio:
            raise _too_packed(size // max(read, 1), name, settings)
        yield piece


def _too_large(name: str, most: int) -> InputError:
    return InputError(
        N_("unpacked it has more than the limit of {limit} bytes").format(limit=f"{most:,}"),
        source=name,
        remedy=N_("Split it, or raise the limit with the variable BTL_MAX_UNPACKED_BYTES"),
    )


def _too_packed(ratio: int, name: str, settings: Settings) -> InputError:
    return InputError(
        N_("it unpacks to {ratio} times its size, more than the limit of {limit}").format(
            ratio=f"{ratio:,}", limit=f"{settings.max_unpacked_ratio:,}"
        ),
        source=name,
        remedy=N_("Unpack it yourself, or raise the limit with the variable BTL_MAX_UNPACKED_RATIO"),
    )


def _damaged(kind: str, problem: str, name: str) -> InputError:
    return InputError(
        N_("this is a {kind} archive, and {problem}").format(kind=kind, problem=problem),
        source=name,
        remedy=N_("Save or fetch it again"),
    )
