"""Format "movable-type": the text in which Movable Type, TypePad and many other blogs export entries.

As in https://movabletype.org/documentation/appendices/import-export-format.html: entries end with a line of
eight hyphens, their parts with one of five.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from threads.errors import InputError
from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import NO_MOMENT, Found, FoundComment, FoundThread, Moment
from threads.parse.exports.moments import written
from threads.parse.exports.texts import from_loose_html, name
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Skipped

_BEGIN = re.compile(r"\ufeff?\s*(?:[A-Z][A-Z ]{2,30}:[^\n]*\n){2,}-----\r?\n(?:EXTENDED )?BODY:\s*\n")
_FIELD = re.compile(r"(AUTHOR|EMAIL|URL|IP|DATE|TITLE|BLOG NAME):(.*)")
_ABOUT = re.compile(r"([A-Z][A-Z ]{2,30}):(.*)")
_TIMES = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")
_LONGEST = 5_000_000  # characters of a part


class MovableType(Export):
    """Entries with their comments; who answers whom is not told, and times have no zone."""

    name = "movable-type"
    help = "Entries with comments as text, as Movable Type, TypePad and others export them."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins with the fields and the body of an entry."""
        return _BEGIN.match(source.read_head) is not None

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield each entry and its comments; pings are left out."""
        number = comments = 0
        about: dict[str, str] = {}
        for part in _parts(source):
            kind = part[0].strip() if part else ""
            if not part:
                about = {}
            elif not about:
                number += 1
                about = {"KEY": f"entry {number}"} | dict(_fields(part, _ABOUT))
                yield _thread(about, None, options)
            elif kind == "BODY:" and options.article_text:
                yield _thread(about, from_loose_html("\n".join(part[1:])) or None, options)
            elif kind == "COMMENT:":
                comments += 1
                yield _comment(part[1:], about["KEY"], f"comment {comments:,}", options)
            elif kind == "PING:":
                yield Skipped(N_("a part of entry {number}").format(number=f"{number:,}"), N_("a trackback"))


def _parts(source: Source) -> Iterator[list[str]]:
    """Yield the lines of each part; none after the last part of an entry."""
    part: list[str] = []
    size = 0
    with source.open_utf8() as stream:
        for raw in stream:
            line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
            if line not in ("-----", "--------"):
                size += len(line)
                part += [line] if part or line.strip() else []
                if size > _LONGEST:
                    raise InputError(
                        N_("a part of an entry is longer than {characters} characters").format(
                            characters=f"{_LONGEST:,}"
                        ),
                        source=source.name,
                        remedy=N_("Export it again: a line of hyphens ends each part"),
                    )
                continue
            if part:
                yield part
            if line == "--------":
                yield []
            part, size = [], 0
    if part:
        yield part


def _fields(lines: Sequence[str], pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield names and values of the lines at the beginning that have some."""
    for line in lines:
        field = pattern.fullmatch(line)
        if field is None:
            return
        yield field[1], field[2].strip()


def _thread(about: dict[str, str], article: str | None, options: Options) -> FoundThread:
    return FoundThread(
        key=about["KEY"],
        title=name(about.get("TITLE")),
        url=about.get("UNIQUE URL") or about.get("PERMALINK") or None,
        article_text=article,
        published_at=_moment(about.get("DATE", ""), options).at,
    )


def _comment(lines: Sequence[str], thread: str, place: str, options: Options) -> FoundComment:
    fields = list(_fields(lines, _FIELD))
    said = dict(fields)
    return FoundComment(
        place=place,
        thread=thread,
        author=name(said.get("AUTHOR")),
        time=_moment(said.get("DATE", ""), options),
        text=from_loose_html("\n".join(lines[len(fields) :])),
    )


def _moment(shown: str, options: Options) -> Moment:
    for form in _TIMES:
        try:
            at = datetime.strptime(shown, form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
        return written(at.isoformat(), options)._replace(raw=shown)
    return written(shown, options) if shown else NO_MOMENT
