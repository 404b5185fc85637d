"""What the formats of exports have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from threads.parse.exports.found import Found, told_once
from threads.parse.exports.gathering import reading, with_remarks
from threads.parse.exports.json_signs import has_fields
from threads.parse.formats import Options
from threads.parse.reading import Reading
from threads.parse.source import Source
from threads.records import Parsed


class Export(ABC):
    """A format that finds comments one after the other; a `threads.parse.formats.Format`."""

    name: str
    help: str

    @abstractmethod
    def sniff(self, source: Source) -> bool:
        """Return whether the content (not the name) is of this format; must be cheap and never raise."""

    @abstractmethod
    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield what stands in the source, in its order, never more of it in memory than an item needs."""

    def reading(self, source: Source, options: Options) -> Reading:
        """Return the source discussion by discussion, of any size, with a report at the end."""
        return reading(
            with_remarks(told_once(self.found(source, options)), source),
            source.name,
            self.name,
            addresses=options.addresses,
            most=source.settings.max_comments,
        )

    def read(self, source: Source, options: Options) -> Parsed:
        """Return everything in the source, with what was left out and why."""
        return self.reading(source, options).whole()


class JsonExport(Export):
    """A format of JSON, known by fields: those of one of its `signs`, of "a|b" either."""

    signs: ClassVar[tuple[tuple[str, ...], ...]]

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as JSON with such fields."""
        return any(has_fields(source, *names) for names in self.signs)
