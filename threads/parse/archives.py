"""Files that hold several documents: MHTML, web archives (WARC), and a page with the files beside it."""

from __future__ import annotations

import email
import email.policy
import io
import logging
import re
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from threads.errors import InputError
from threads.language import N_
from threads.parse.page_kinds import page_kind
from threads.parse.provenance import moment
from threads.settings import Settings

if TYPE_CHECKING:  # the libraries are slow to import, and few inputs are web archives
    from warcio.recordloader import ArcWarcRecord

MAX_PARTS = 200  # of a page saved with its frames
_MULTIPART = re.compile(rb"^content-type:\s{0,80}multipart/", re.IGNORECASE | re.MULTILINE)
_MAX_MULTIPARTS = 50  # the parser's work grows with their depth
_HTML_TYPES = ("text/html", "application/xhtml+xml")
# What is odd and can be read is no matter for standard error.
logging.getLogger("warcio").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Part:
    """One document of an archive, undecoded: its bytes, the charset declared for it, address and time."""

    data: bytes
    charset: str | None = None
    url: str | None = None
    captured_at: datetime | None = None


def mhtml_parts(data: bytes, name: str) -> list[Part]:
    """Return the HTML documents of an MHTML file (RFC 2557), the page first, then what stood in its frames.

    Raises
    ------
    InputError
        It is no sound MHTML, or there is no HTML in it.
    """
    if len(_MULTIPART.findall(data)) > _MAX_MULTIPARTS:
        raise InputError(N_("it is nested too deep"), source=name, remedy=N_("Save the page as HTML"))
    try:
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        pages = [part for part in message.walk() if part.get_content_type() in _HTML_TYPES]
    except (MessageError, RecursionError, ValueError) as error:
        raise InputError(
            N_("the MHTML cannot be read ({kind})").format(kind=type(error).__name__),
            source=name,
            remedy=N_("Save the page again"),
        ) from None
    if not pages:
        raise InputError(N_("there is no HTML page in it"), source=name, remedy=N_("Save the page as HTML"))
    root = _root(message, pages)
    others = [part for part in pages if part is not root]
    first = _mhtml_part(root, _address(message, "Snapshot-Content-Location"), _mail_date(message))
    return [first, *(_mhtml_part(part, None, first.captured_at) for part in others[:MAX_PARTS])]


def _root(message: Message, pages: list[Message]) -> Message:
    wanted = message.get_param("start")
    named = (part for part in pages if wanted and str(part.get("Content-ID", "")).strip() == wanted)
    return next(named, pages[0])


def _mhtml_part(part: Message, url: str | None, captured_at: datetime | None) -> Part:
    payload = part.get_payload(decode=True)
    return Part(
        payload if isinstance(payload, bytes) else b"",
        part.get_content_charset(),
        url or _address(part, "Content-Location"),
        captured_at,
    )


def _address(part: Message, header: str) -> str | None:
    # Long addresses are folded.
    address = "".join(str(part.get(header, "")).split())
    return address if re.match("https?:", address, re.IGNORECASE) else None


def _mail_date(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(message.get("Date", "")))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def warc_parts(stream: BinaryIO, name: str, settings: Settings) -> Iterator[Part]:
    """Yield the HTML documents of a web archive (WARC, ISO 28500), one at a time, in its order.

    Only answers that succeeded count; of these, what is neither declared as HTML nor looks like it is
    passed over.

    Raises
    ------
    InputError
        It is damaged, or larger than a limit.
    """
    for number, record in enumerate(_records(stream, name), start=1):
        if _is_html_record(record):
            part = _warc_part(record, f"record {number}", name, settings)
            if part.data.strip():
                yield part


def _records(stream: Any, name: str) -> Iterator[ArcWarcRecord]:
    """Yield the records of a web archive; an error where one is not as long as it says."""
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415
    from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415

    records, number = ArchiveIterator(stream), 0
    while True:
        number += 1
        try:
            with redirect_stderr(io.StringIO()):  # where the library writes what is raised below
                record = next(records, None)
        except (ArchiveLoadFailed, AttributeError, EOFError, TypeError, ValueError):
            raise _damaged(name, number) from None
        if records.err_count or (record and (record.length is None or record.length < 0)):
            raise _damaged(name, number)
        if record is None:
            return
        yield record


def _damaged(name: str, number: int) -> InputError:
    return InputError(
        N_("the web archive is damaged"),
        source=name,
        place=f"record {number}",
        remedy=N_("Fetch or save it again"),
    )


def _is_html_record(record: ArcWarcRecord) -> bool:
    headers = record.http_headers
    if record.rec_type == "resource":
        kind = record.rec_headers.get_header("Content-Type")
    elif record.rec_type == "response" and headers and (headers.get_statuscode() or "").startswith("2"):
        kind = headers.get_header("Content-Type")
    else:
        return False
    return (kind or "").partition(";")[0].strip().lower() in _HTML_TYPES


def _warc_part(record: ArcWarcRecord, place: str, name: str, settings: Settings) -> Part:
    headers = record.http_headers
    content_type = (headers or record.rec_headers).get_header("Content-Type") or ""
    payload = _payload(record, place, name, settings.max_input_bytes + 1)
    if len(payload) > settings.max_input_bytes:
        raise InputError(
            N_("the page has more than the limit of {most} bytes").format(
                most=f"{settings.max_input_bytes:,}"
            ),
            source=name,
            place=place,
            remedy=N_("Leave it out, or raise the limit with the variable BTL_MAX_INPUT_BYTES"),
        )
    if _read(record.raw_stream, 1) == b"" and record.raw_stream.limit > 0:
        raise InputError(
            N_("the web archive ends in the middle"),
            source=name,
            place=place,
            remedy=N_("Fetch or save it again"),
        )
    return Part(
        payload,
        charset_of(content_type),
        (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ") or None,
        moment(record.rec_headers.get_header("WARC-Date") or ""),
    )


def _payload(record: ArcWarcRecord, place: str, name: str, most: int) -> bytes:
    """Return at most `most` bytes of a record's content, decoded as its headers say."""
    from urllib3.exceptions import HTTPError  # noqa: PLC0415
    from urllib3.response import HTTPResponse  # noqa: PLC0415
    from warcio.bufferedreaders import ChunkedDataReader  # noqa: PLC0415

    if record.http_headers is None:
        return _read(record.raw_stream, most)
    chunked = record.http_headers.get_header("Transfer-Encoding") == "chunked"
    raw = _read(ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream, most)
    encoding = record.http_headers.get_header("Content-Encoding")
    if not encoding or page_kind(raw) == "html":  # archives may keep it decoded, with the header as it was
        return raw
    response = HTTPResponse(
        io.BytesIO(raw), {"Content-Encoding": encoding}, preload_content=False, decode_content=True
    )
    try:
        return response.read(most)
    except HTTPError:
        raise InputError(
            N_("the page cannot be unpacked ({encoding})").format(encoding=repr(encoding[:40])),
            source=name,
            place=place,
            remedy="Leave it out, or fetch it again",
        ) from None


def _read(stream: Any, most: int) -> bytes:
    parts, left = [], most
    while left > 0 and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def charset_of(content_type: str) -> str | None:
    """Return the charset that a Content-Type header declares."""
    found = re.search(r"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_:.+-]{1,40})", content_type, re.IGNORECASE)
    return found[1] if found else None
