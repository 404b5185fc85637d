"""What one mail says: its headers, and its text without what is attached."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from threads.parse.charsets import detected
from threads.parse.exports.texts import from_html

_FOLDED = re.compile(r"\r?\n[ \t]*")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)\s*$")
_DOMAIN = re.compile(r"\s+at\s+.*|@.*")
_SIGNATURE = "-- "


def headers(mail: Message) -> dict[str, str]:
    """Return the first of each header, its name in small letters; bytes that are no ASCII as surrogates."""
    found: dict[str, str] = {}
    for name, value in mail.raw_items():
        found.setdefault(name.lower(), str(value))
    return found


def shown(value: str) -> str:
    """Return a header as one reads it: on one line, encoded words and raw bytes decoded."""
    line = _FOLDED.sub(" ", value).strip()
    if not line.isascii():
        line = decoded(line.encode("utf-8", errors="surrogateescape"))
    if "=?" not in line:
        return line
    try:
        pieces = decode_header(line)
    except (HeaderParseError, ValueError):
        return line
    return "".join(_piece(piece, charset) for piece, charset in pieces).strip()


def author(value: str) -> str | None:
    """Return the name in a From header, never the address: of one without a name what is before its @."""
    line = shown(value)
    before, bracket, after = line.partition("<")
    named = _IN_BRACKETS.search(line)
    if bracket and before.strip(" \"'"):
        found = before.strip(" \"'").replace('\\"', '"')
    elif bracket:
        found = after.partition(">")[0]
    else:
        found = named[1] if named and named[1].strip() else line
    return _DOMAIN.sub("", found).strip() or None


def body(mail: Message) -> tuple[str, int]:
    """Return the text of a mail, plain where it has it so, and how many attachments it has besides."""
    if mail.is_multipart() and mail.get_content_maintype() == "multipart":
        children = [child for child in mail.get_payload() if isinstance(child, Message)]
        if mail.get_content_subtype() == "alternative":
            children.sort(key=lambda child: child.get_content_type() != "text/plain")
            said = [body(child) for child in children]
            return next((one for one in said if one[0]), ("", 0))
        said = [body(child) for child in children]
        return "\n\n".join(text for text, _ in said if text), sum(attached for _, attached in said)
    if mail.get_content_maintype() != "text" or mail.get_content_disposition() == "attachment":
        return "", 1
    return _text(mail), 0


def decoded(raw: bytes, charset: str | None = None) -> str:
    """Return the text of bytes in the charset that is said, else in UTF-8, else in the likeliest."""
    for known in (charset, "utf-8"):
        try:
            return raw.decode(known or "ascii")
        except (UnicodeDecodeError, LookupError, ValueError):
            pass
    return raw.decode(detected(raw), errors="replace")


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    said = decoded(raw, part.get_content_charset()).replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_subtype() == "html":
        return from_html(said)
    if str(part.get_param("format", "")).lower() == "flowed":
        said = _unflowed(said, is_space_dropped=str(part.get_param("delsp", "")).lower() == "yes")
    return said.strip("\n").rstrip()


def _unflowed(said: str, *, is_space_dropped: bool) -> str:
    """Return text in which lines that were only broken to fit are whole again (RFC 3676)."""
    pieces: list[str] = []
    flows, level = False, 0
    for line in said.split("\n"):
        rest = line.lstrip(">")
        depth = len(line) - len(rest)
        rest = rest.removeprefix(" ")
        if flows and depth == level and rest != _SIGNATURE:
            if is_space_dropped:
                pieces[-1] = pieces[-1][:-1]
            pieces.append(rest)
        else:
            pieces.append(f"\n{'>' * depth} {rest}" if depth else f"\n{rest}")
        flows, level = rest.endswith(" ") and rest != _SIGNATURE, depth
    return "".join(pieces)[1:]


def _piece(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    return decoded(piece, charset) if charset else piece.decode("raw-unicode-escape", errors="replace")
