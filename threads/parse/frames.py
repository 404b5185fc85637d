"""The documents in the frames of a saved page: written into it, or as files in the folder beside it."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

MAX_ELEMENTS = 2_000  # frames looked at in one document
# Spelt out, for a search that ignores case is several times slower.
_FRAME = re.compile(r"<[iI]?[fF][rR][aA][mM][eE](?=[\s/])")
_ATTRIBUTE = re.compile(
    r"[\s/]*(?P<name>[^\s\"'<>/=]{1,200})(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+)))?"
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}:|[/\\#?]", re.IGNORECASE)


def frames_in(html: str) -> list[dict[str, str]]:
    """Return the attributes of each frame element, names in lower case, values as written."""
    found: list[dict[str, str]] = []
    position = 0
    while len(found) < MAX_ELEMENTS and (element := _FRAME.search(html, position)):
        attributes: dict[str, str] = {}
        position = element.end()
        while match := _ATTRIBUTE.match(html, position):
            value = match["double"] or match["single"] or match["bare"] or ""
            attributes.setdefault(match["name"].lower(), value)
            position = match.end()
        found.append(attributes)
    return found


def inner_documents(frames: list[dict[str, str]]) -> Iterator[str]:
    """Yield the documents that frames carry in their `srcdoc`, in page order."""
    for attributes in frames:
        if inner := attributes.get("srcdoc", "").strip():
            yield markup.unescape(inner)


def frame_files(
    frames: list[dict[str, str]], file: Path, folder: Path | None = None
) -> Iterator[tuple[Path, Path]]:
    """Yield the files saved beside `file` that its frames show, each with the folder that it must stay in.

    Of a page (without `folder`) these are files in folders beside it; of a file in such a folder, files of
    the same folder. Nothing outside is looked at, neither by `..` nor by links.
    """
    for attributes in frames:
        if found := _beside(file, markup.unescape(attributes.get("src", "")), folder):
            yield found


def _beside(file: Path, address: str, folder: Path | None) -> tuple[Path, Path] | None:
    """Return the file that a relative address in `file` names and its folder; None for any other address."""
    address = unquote(address.strip().partition("#")[0].partition("?")[0]).replace("\\", "/")
    if not address or "\x00" in address or _SCHEME.match(address):
        return None
    try:
        home = file.parent.resolve()
        found = (home / address).resolve()
        if folder is None and found.is_relative_to(home):
            folder = home / found.relative_to(home).parts[0]
        if folder is not None and folder != found and found.is_relative_to(folder) and found.is_file():
            return found, folder
    except (OSError, ValueError, RuntimeError, IndexError):  # a name too long, a loop of links
        return None
    return None
