"""Mails as files (.eml), as mail programs save them: one, a folder of them, or a ZIP archive of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import Found
from threads.parse.exports.mbox import LONGEST_MAIL, MailReader
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.parse.unpacking import extracted, is_mail, mails_of
from threads.records import Skipped
from threads.settings import Settings

_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,60}):")
_OF_MAILS = frozenset((b"message-id", b"date", b"received", b"mime-version"))
_FEWEST = 3  # headers
_DATE = re.compile(rb"^Date:[ \t]*([^\r\n]{1,200})", re.MULTILINE | re.IGNORECASE)
_HEAD = 65_536  # bytes
_UNKNOWN = datetime.max.replace(tzinfo=UTC)

Mail = tuple[str, Callable[[], Iterator[bytes]]]
"""A mail's file, and what gives its bytes piece by piece."""


class Eml(Export):
    """Mails in the order of their dates, put together to discussions as those of a mailbox."""

    name = "eml"
    help = "A mail as a file (.eml), or a folder or a ZIP archive of them."

    def sniff(self, source: Source) -> bool:
        """Return whether it is a folder or an archive of mails, or begins with the headers of one."""
        if source.folder is not None:
            return source.path is not None and is_mail(source.path.name)
        return bool(_archived(source)) or _is_head(source.start[:_HEAD])

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield the mails; no address is kept, and ids of mails only as digests."""
        reader = MailReader(options)
        for place, pieces in sorted(_mails(source), key=_sent):
            raw = _first(pieces, LONGEST_MAIL + 1)
            reader.cut += len(raw) > LONGEST_MAIL
            try:
                yield from reader.mail(raw[:LONGEST_MAIL], place)
            except RecursionError:
                yield Skipped(place, N_("its parts are nested too deeply"))
        yield from reader.notes()


def _mails(source: Source) -> list[Mail]:
    if source.folder is not None:
        files = sorted(file for file in source.folder.iterdir() if is_mail(file.name) and file.is_file())
        return [(file.name, partial(_of_file, file, source.settings)) for file in files]
    if names := _archived(source):
        return [(name, partial(_unpacked, source, name)) for name in names]
    return [("mail 1", partial(_pieces, source))]


def _archived(source: Source) -> list[str]:
    if source.given is not None:
        return []
    with source.stored() as stream:
        return mails_of(stream)


def _of_file(file: Path, settings: Settings) -> Iterator[bytes]:
    return _pieces(Source.from_path(file, settings))


def _pieces(source: Source) -> Iterator[bytes]:
    with source.open() as stream:
        yield from iter(lambda: stream.read(_HEAD), b"")


def _unpacked(source: Source, name: str) -> Iterator[bytes]:
    with source.stored() as stream:
        yield from extracted(stream, name, source.name, source.settings)


def _first(pieces: Callable[[], Iterator[bytes]], most: int) -> bytes:
    """Return the first bytes of a mail, `most` of them."""
    found: list[bytes] = []
    size = 0
    for piece in pieces():
        found.append(piece)
        size += len(piece)
        if size >= most:
            break
    return b"".join(found)[:most]


def _sent(mail: Mail) -> tuple[datetime, str]:
    """Return when a mail says that it was sent; one that does not say it comes last."""
    place, pieces = mail
    written = _DATE.search(_first(pieces, _HEAD).partition(b"\n\n")[0])
    try:
        at = parsedate_to_datetime(written[1].decode("ascii", errors="replace")) if written else _UNKNOWN
    except (ValueError, TypeError, IndexError, OverflowError):
        at = _UNKNOWN
    return at if at.tzinfo else at.replace(tzinfo=UTC), place


def _is_head(start: bytes) -> bool:
    names: list[bytes] = []
    for line in start.splitlines():
        if not line.strip():
            break
        if line[:1] in (b" ", b"\t") and names:
            continue
        header = _HEADER.match(line)
        if header is None:
            return False
        names.append(header[1].lower())
    return len(names) >= _FEWEST and b"from" in names and not _OF_MAILS.isdisjoint(names)
