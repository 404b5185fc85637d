"""From an input to the HTML documents in it, decoded, with where and when each was saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from threads.errors import InputError
from threads.parse import charsets
from threads.parse.page_kinds import page_kind
from threads.parse.provenance import provenance
from threads.parse.source import Source


@dataclass(frozen=True, slots=True)
class Document:
    """One HTML document: its text and what the way it was saved tells of it.

    `name` is that of the input, with "#2 https://…" where the input holds several. `url` is the address it
    was saved from, `captured_at` (aware) when: both only as the saving program or the server stated them.
    `frames` are the documents that stood in frames of this one and were saved with it.
    """

    name: str
    html: str
    url: str | None = None
    captured_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    frames: tuple[Document, ...] = ()


def is_page(source: Source) -> bool:
    """Return whether `source` is a saved page (HTML, MHTML, WARC) by its content; cheap, never raises."""
    return page_kind(source.content) is not None


def documents(source: Source) -> Iterator[Document]:
    """Yield the HTML documents in `source`, in its order.

    Raises
    ------
    InputError
        It holds no HTML document, is damaged, or is larger than a limit; names input, place and remedy.
    """
    yield _html_document(source)


def _html_document(source: Source) -> Document:
    decoded = _decoded(source)
    if not decoded.text.strip():
        raise InputError("there is nothing in it", source=source.name, remedy="Save the page again")
    document = Document(source.name, decoded.text, warnings=decoded.warnings)
    return _with_provenance(document, source)


def _decoded(source: Source) -> charsets.Decoded:
    content = source.content
    if isinstance(content, str):
        return charsets.cleaned(charsets.Decoded(content, "text"))
    if source.asked_encoding is not None:
        return charsets.cleaned(charsets.Decoded(source.text, source.encoding, source.warnings))
    return charsets.decode(content, source.origin.charset)


def _with_provenance(document: Document, source: Source) -> Document:
    """Add what a saving program wrote into the page; what the server said of it comes first."""
    url, captured_at = provenance(document.html)
    return replace(
        document, url=source.origin.url or url, captured_at=captured_at or source.origin.fetched_at
    )
