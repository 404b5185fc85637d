"""What a format is: something that recognises an input by its content and reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from threads.errors import SettingError
from threads.language import N_
from threads.parse.exports.tables.mapping import Mapping
from threads.parse.reading import Reading
from threads.parse.source import Source
from threads.records import Parsed


@dataclass(frozen=True, slots=True)
class Options:
    """What the user knows about an input and the input does not say.

    `timezone` is the zone of times that carry none; `captured_at` (aware) is when the page was saved, which
    relative times ("2 hours ago") and dates without a year are counted from. `article_text` asks for the
    text of the article above the comments, which takes most of the time of reading a page. `addresses` asks
    for e-mail and IP addresses that stand in the place of authors' names and ids in an export. `mapping` says
    what the columns of a table mean; they are guessed without it.
    """

    timezone: ZoneInfo | None = None
    captured_at: datetime | None = None
    article_text: bool = True
    addresses: bool = False
    mapping: Mapping | None = None


def options(timezone: str | None, captured_at: datetime | None) -> Options:
    """Return parse options; a zone that does not exist is a SettingError."""
    try:
        return Options(timezone=ZoneInfo(timezone) if timezone else None, captured_at=captured_at)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingError(
            N_("no time zone is called {timezone}").format(timezone=repr(timezone)),
            source="--timezone",
            remedy=N_('Give a name of the IANA list, such as "Europe/Berlin"'),
        ) from None


@runtime_checkable
class Streaming(Protocol):
    """A format that also reads discussion by discussion: what is too large for memory."""

    def reading(self, source: Source, options: Options) -> Reading:
        """Return the source discussion by discussion, of any size, with a report at the end."""
        ...


class Format(Protocol):
    """A format that can be read. An item of FORMATS, or of the entry-point group `below_the_line.formats`."""

    name: str
    help: str

    def sniff(self, source: Source) -> bool:
        """Return whether the content (not the name) is of this format; must be cheap and never raise."""
        ...

    def read(self, source: Source, options: Options) -> Parsed:
        """Return everything in the source, with what was left out and why."""
        ...
