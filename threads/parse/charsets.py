"""The bytes of a page as text, decoded as browsers do and, where a page's own label is wrong, better.

The rules are those of the HTML Standard (https://html.spec.whatwg.org/, "determining the character
encoding") with the labels of the Encoding Standard; the differences are said at `decode`.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

import webencodings
from charset_normalizer import from_bytes

from threads.language import N_

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What the Encoding Standard reads in place of a label: one that can be read byte by byte is not UTF-16.
_READ_AS = {
    "gbk": "gb18030",
    "replacement": "utf-8",
    "utf-16be": "utf-8",
    "utf-16le": "utf-8",
    "x-user-defined": "cp1252",
}
_PRESCAN_BYTES = 1_048_576  # a <head> with all its inline styles is shorter
_ZEROS_LOOKED_AT = 1_024
# Enough bytes for a detector to tell encodings apart; more only costs time.
_DETECTION_BYTES = 262_144
_ASCII = bytes(range(128))
# A page in another encoding has almost no valid multi-byte sequences; a damaged UTF-8 page has many.
_VALID_FOR_EACH_BROKEN = 20
_META_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_:.+-]{1,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(
    rb"<\?xml\b[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9_:.+-]{1,40})", re.IGNORECASE
)
_END_OF_HEAD = re.compile(rb"</head|<body", re.IGNORECASE)
_TAG_OF_INTEREST = re.compile(rb"<!--|<meta\b", re.IGNORECASE)
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded page: its text, the encoding's name as Python knows it, what the reader should know."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Return the text of a page.

    A byte-order mark decides, then `declared` (the charset of an HTTP or MIME header), then the page's
    `<meta>`, looked for in the whole head. Unlike in browsers, bytes that are UTF-8 (multi-byte sequences,
    hardly any broken) are read as such whatever is declared, bytes declared as UTF-8 that are not are
    detected, and zero bytes at every other place mean UTF-16. What cannot be decoded becomes U+FFFD,
    zero characters are dropped, and both are counted in a warning.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _read_as(encoding, data[len(mark) :])
    if wide := _utf_16_by_zeros(data):
        return _read_as(wide, data, N_("decoded as {encoding}, from its zero bytes").format(encoding=wide))
    labels = [label for label in (declared, _label_in(data)) if label]
    stated = next((name for name in map(_known, labels) if name), None)
    if data.isascii():
        return _read_as(stated or "utf-8", data)
    valid, broken = _utf_8_sequences(data)
    if broken * _VALID_FOR_EACH_BROKEN <= valid:
        wrong = stated not in (None, "utf-8")
        return _read_as(
            "utf-8",
            data,
            N_("declared as {encoding}, but it is UTF-8").format(encoding=stated) if wrong else "",
        )
    if stated not in (None, "utf-8"):
        return _read_as(stated, data)
    likeliest = detected(data)
    return _read_as(likeliest, data, N_("decoded as {encoding} (detected)").format(encoding=likeliest))


def _read_as(encoding: str, data: bytes, note: str = "") -> Decoded:
    warnings = [note] if note else []
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        own = data.count("\ufffd".encode()) if encoding == "utf-8" else 0
        warnings.append(
            N_("{places} unreadable places in {encoding} are shown as \ufffd").format(
                places=f"{text.count(chr(0xFFFD)) - own:,}", encoding=encoding
            )
        )
    return _without_zeros(Decoded(text, encoding, tuple(warnings)))


def cleaned(decoded: Decoded) -> Decoded:
    """Return a text of any origin without what no parser takes: zero characters and lone surrogates."""
    try:
        decoded.text.encode()
    except UnicodeEncodeError:
        text, halves = _SURROGATES.subn("\ufffd", decoded.text)
        warning = N_("{halves} halves of characters are shown as \ufffd").format(halves=f"{halves:,}")
        decoded = Decoded(text, decoded.encoding, (*decoded.warnings, warning))
    return _without_zeros(decoded)


def _without_zeros(decoded: Decoded) -> Decoded:
    zeros = decoded.text.count("\x00")
    if not zeros:
        return decoded
    warnings = (*decoded.warnings, N_("{zeros} zero characters left out").format(zeros=f"{zeros:,}"))
    return Decoded(decoded.text.replace("\x00", ""), decoded.encoding, warnings)


def _known(label: str) -> str | None:
    """Return Python's name of the encoding that browsers mean by `label`, None where they know none."""
    found = webencodings.lookup(label)
    if found is None:
        return None
    return _READ_AS.get(found.name, str(found.codec_info.name))


def _utf_16_by_zeros(data: bytes) -> str | None:
    start = data[:_ZEROS_LOOKED_AT]
    half = len(start) // 2
    even, odd = start[::2].count(0), start[1::2].count(0)
    if half < 4 or abs(even - odd) < half // 2:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _utf_8_sequences(data: bytes) -> tuple[int, int]:
    """Return how many characters of more than one byte there are in UTF-8, and how many broken places.

    For sound UTF-8 the first is only told from none, which is all that is asked and much quicker.
    """
    try:
        data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="replace")
    else:
        return 1, 0
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    ascii_characters = len(data.translate(None, bytes(range(128, 256))))
    return len(text) - ascii_characters - broken, broken


def _label_in(data: bytes) -> str | None:
    """Return the encoding's label in the XML declaration or in a <meta> of the head."""
    start = data[:_PRESCAN_BYTES]
    if xml := _XML_ENCODING.match(start.lstrip()):
        return xml[1].decode("ascii")
    body = _END_OF_HEAD.search(start)
    # Pages without a head or with a comment that names one are looked at as browsers do.
    limit = max(body.start() if body else len(start), 1_024)
    position = 0
    while found := _TAG_OF_INTEREST.search(start, position, limit):
        comment = found[0] == b"<!--"
        end = start.find(b"-->" if comment else b">", found.end())
        if end < 0:
            return None
        if not comment and (charset := _META_CHARSET.search(start, found.end(), end)):
            return charset[1].decode("ascii")
        position = end + 1
    return None


def detected(data: bytes) -> str:
    """Return the likeliest encoding; Windows-1252 wins wherever it gives only Western letters and signs."""
    try:
        western = data.decode("cp1252")
    except UnicodeDecodeError:
        western = ""
    if western and all(_is_western(c) for c in set(western) if not c.isascii()):
        return "cp1252"
    # The bytes beyond ASCII tell encodings apart; the head of a page may hold none.
    start = max(0, len(data) - len(data.lstrip(_ASCII)) - _DETECTION_BYTES // 4)
    best = from_bytes(data[start : start + _DETECTION_BYTES]).best()
    return best.encoding if best is not None and best.encoding != "ascii" else "cp1252"


def _is_western(character: str) -> bool:
    if character.isalpha():
        # Cyrillic or Greek bytes read as Windows-1252 give runs of such capitals.
        return unicodedata.name(character, "").startswith("LATIN") and character not in "ÐÑØÞðþÝýÃÂ"
    return character in "\u00a0«»‘’‚“”„–—…€£§©®°·•¡¿²³½¼¾´ªº™"
