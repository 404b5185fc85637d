"""From an input to the HTML documents in it, decoded, with where and when each was saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from threads.errors import InputError
from threads.language import N_
from threads.parse import charsets
from threads.parse.archives import Part, mhtml_parts, warc_parts
from threads.parse.frames import frame_files, frames_in, inner_documents
from threads.parse.page_kinds import PageKind, page_kind
from threads.parse.provenance import provenance, unarchived
from threads.parse.source import Source

MAX_FRAMES = 200
MAX_DEPTH = 3  # of documents written into frames
NO_PAGE = N_("there is no HTML page in it")
_REMEDY = N_("Save the page again, or copy its text")


@dataclass(frozen=True, slots=True)
class Document:
    """One HTML document: its text and what the way it was saved tells of it.

    `name` is that of the input, with "#2 https://…" where the input holds several. `url` is the address it
    was saved from, `captured_at` (aware) when: both only as the saving program or the server stated them.
    `frames` are the documents that stood in frames of this one, and in frames of those, and were saved
    with it; theirs are empty.
    """

    name: str
    html: str
    url: str | None = None
    captured_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    frames: tuple[Document, ...] = ()


def is_page(source: Source) -> bool:
    """Return whether `source` is a saved page (HTML, MHTML, WARC) by its content; cheap, never raises."""
    return _kind(source) is not None


def documents(source: Source) -> Iterator[Document]:
    """Yield the HTML documents in `source`, in its order.

    Raises
    ------
    InputError
        It holds no HTML document, is damaged, or is larger than a limit; names input, place and remedy.
    """
    kind = _kind(source)
    if kind == "warc":
        yield from _warc_documents(source)
    elif kind == "mhtml":
        yield _mhtml_document(source)
    else:
        yield _html_document(source)


def _kind(source: Source) -> PageKind | None:
    return page_kind(source.start if source.given is None else source.given)


def _html_document(source: Source) -> Document:
    decoded = _decoded(source)
    document = _document(source.name, decoded, Part(b"", None, source.origin.url, source.origin.fetched_at))
    if not document.html.strip():
        raise InputError(N_("there is nothing in it"), source=source.name, remedy=_REMEDY)
    return _with_frames(document, _beside(source, document.html))


def _decoded(source: Source) -> charsets.Decoded:
    if source.given is not None:
        return charsets.cleaned(charsets.Decoded(source.given, "text"))
    if source.asked_encoding is not None:
        return charsets.cleaned(charsets.Decoded(source.text, source.encoding, source.warnings))
    return charsets.decode(source.data, source.origin.charset)


def _mhtml_document(source: Source) -> Document:
    page, *frames = mhtml_parts(source.data, source.name)
    document = _document(source.name, charsets.decode(page.data, page.charset), page)
    if not document.html.strip():
        raise InputError(NO_PAGE, source=source.name, remedy=_REMEDY)
    inner = (_document(document.name, charsets.decode(part.data, part.charset), part) for part in frames)
    return _with_frames(document, inner)


def _warc_documents(source: Source) -> Iterator[Document]:
    number = 0
    with source.open() as stream:
        for number, part in enumerate(warc_parts(stream, source.name, source.settings), start=1):
            name = f"{source.name}#{number} {part.url or ''}".rstrip()
            yield _document(name, charsets.decode(part.data, part.charset), part)
    if not number:
        raise InputError(NO_PAGE, source=source.name, remedy=N_("Give an archive that holds the page itself"))


def _document(name: str, decoded: charsets.Decoded, part: Part) -> Document:
    """Return a document with what the archive or the server, else the saving program tells of it."""
    url, captured_at = provenance(decoded.text)
    archived_at, own_url = unarchived(part.url)
    document = Document(
        name,
        decoded.text,
        own_url or url,
        # A copy that was saved from an archive shows the page as it was when the archive took it.
        archived_at or captured_at or part.captured_at,
        decoded.warnings,
    )
    return _with_frames(document, _inner(name, decoded.text))


def _with_frames(document: Document, frames: Iterable[Document]) -> Document:
    """Return `document` with more frames, those of the frames among them."""
    flat = [item for frame in frames for item in (replace(frame, frames=()), *frame.frames)]
    warnings = tuple(warning for frame in flat for warning in frame.warnings)
    held = [frame for frame in flat if frame.html.strip()]
    if len(held) > MAX_FRAMES:
        warnings = (
            *warnings,
            N_("only {most} of {frames} frames are read").format(most=MAX_FRAMES, frames=len(held)),
        )
    return replace(
        document,
        frames=(*document.frames, *held)[:MAX_FRAMES],
        warnings=tuple(dict.fromkeys((*document.warnings, *warnings))),
    )


def _inner(name: str, html: str, depth: int = 1) -> Iterator[Document]:
    """Yield the documents written into the frames of another, and into theirs."""
    for inner in inner_documents(frames_in(html)) if depth <= MAX_DEPTH else ():
        url, captured_at = provenance(inner)
        yield Document(name, inner, url, captured_at)
        yield from _inner(name, inner, depth + 1)


def _beside(source: Source, html: str) -> Iterator[Document]:
    """Yield the documents in files that the browser saved beside the page for its frames."""
    if source.path is None:
        return
    waiting = list(frame_files(frames_in(html), source.path))
    seen: set[Path] = set()
    left = int(source.settings.max_input_bytes)
    while waiting and len(seen) < MAX_FRAMES:
        path, folder = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        document = _frame(path, source, left)
        left -= len(document.html)
        yield document
        waiting += frame_files(frames_in(document.html), path, folder)


def _frame(path: Path, source: Source, most: int) -> Document:
    """Return a frame's document; one that cannot be read costs a warning and not the page."""
    name = f"{source.name}, frame {path.name}"
    try:
        frame = Source.from_path(path, source.settings.replace(max_input_bytes=max(most, 1)))
        data = frame.data
    except InputError as error:
        return Document(
            name,
            "",
            warnings=(
                N_("the frame {name} is not read: {problem}").format(name=path.name, problem=error.problem),
            ),
        )
    if _kind(frame) != "html":
        return Document(name, "")
    return _document(name, charsets.decode(data), Part(b""))
