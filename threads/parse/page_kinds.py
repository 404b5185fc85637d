"""Whether an input is a saved page: HTML, MHTML or WARC, told by how it begins and never by its name."""

from __future__ import annotations

import re
from typing import Literal

PageKind = Literal["html", "mhtml", "warc"]

HEAD_CHARACTERS = 65_536
_LEADING = " \t\r\n\f\x00\ufeff"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DOCUMENT = re.compile(r"<(?:!doctype\s+html|html|head|body)(?=[\s/>])", re.IGNORECASE)
_XML = re.compile(r"<\?xml\b[^>]{0,500}>", re.IGNORECASE)
# Elements that a page or a piece of one begins with; people who write tags begin with <b>, <p> or <a>.
_FRAGMENT = re.compile(
    r"<(?:article|aside|base|dd|div|dl|dt|fieldset|figure|footer|form|frameset|h[1-6]|header|li|link|main|meta|nav|"
    r"noscript|ol|script|section|style|table|tbody|td|title|tr|ul)(?=[\s/>])",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z][a-z0-9:-]{0,30}(?=[\s/>])|<!--", re.IGNORECASE)
_END_TAG = re.compile(r"</[a-z][a-z0-9:-]{0,30}\s{0,9}>", re.IGNORECASE)
_LEAST_END_TAGS = 3
# Tags among a thousand characters: pages have from 8 on, prose that quotes a piece of markup under 3.
_LEAST_TAGS_AMONG_THOUSAND = 5
_MAIL_HEADERS = re.compile(r"(?:[!-9;-~]{1,76}:[^\n]{0,998}\n(?:[ \t][^\n]{0,998}\n){0,20}){1,40}")
_MULTIPART = re.compile(r"^content-type:\s{0,80}multipart/related", re.IGNORECASE | re.MULTILINE)
_MAIL_OF_HTML = re.compile(r"^content-type:\s{0,80}text/html", re.IGNORECASE | re.MULTILINE)
_MIME_VERSION = re.compile(r"^mime-version:", re.IGNORECASE | re.MULTILINE)


def page_kind(content: bytes | str) -> PageKind | None:
    """Return what kind of saved page `content` is, or None for anything else; only its head is looked at."""
    if isinstance(content, bytes):
        if content.startswith(b"WARC/"):
            return "warc"
        content = _readable(content[: HEAD_CHARACTERS * 2])
    head = content[:HEAD_CHARACTERS].lstrip(_LEADING)
    if _is_mhtml(head):
        return "mhtml"
    return "html" if _is_html(head) else None


def _readable(start: bytes) -> str:
    """Return the ASCII of bytes in any encoding that pages use, UTF-16 too; the rest is of no interest."""
    if start.startswith(_BYTE_ORDER_MARK):
        start = start[3:]
    elif start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<\x00" in start[:64] or b"\x00<" in start[:64]:
        start = start.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\x00", b"")
    return start[:HEAD_CHARACTERS].decode("latin-1")


def _is_mhtml(head: str) -> bool:
    found = _MAIL_HEADERS.match(head.replace("\r\n", "\n"))
    if found is None:
        return False
    headers = found[0]
    return bool(
        _MULTIPART.search(headers) or (_MIME_VERSION.search(headers) and _MAIL_OF_HTML.search(headers))
    )


def _is_html(head: str) -> bool:
    start = _after_comments(head)
    if xml := _XML.match(start):
        start = _after_comments(start[xml.end() :])
        # Feeds and other XML begin like XHTML.
        return bool(_DOCUMENT.match(start))
    if _DOCUMENT.match(start):
        return True
    if _FRAGMENT.match(start) and len(_END_TAG.findall(start, 0, 8_192)) >= _LEAST_END_TAGS:
        return True
    # A server's messages or a file's own headers may stand before the page.
    return bool(_DOCUMENT.search(start)) and _is_mostly_markup(start)


def _is_mostly_markup(text: str) -> bool:
    tags, end_tags = len(_TAG.findall(text)), len(_END_TAG.findall(text))
    # Who mentions tags seldom closes them.
    return end_tags * 4 >= tags >= 8 and tags * 1_000 >= _LEAST_TAGS_AMONG_THOUSAND * len(text)


def _after_comments(text: str) -> str:
    position = 0
    while True:
        while position < len(text) and text[position] in _LEADING:
            position += 1
        if not text.startswith("<!--", position):
            return text[position:]
        end = text.find("-->", position + 4)
        if end < 0:
            return text[position:]
        position = end + 3
