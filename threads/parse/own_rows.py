"""Comments that this program wrote as objects of JSON, back to the same records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, get_args

from threads.language import N_
from threads.records import (
    COMMENT_COLUMNS,
    Comment,
    Discussion,
    Kind,
    ParentSource,
    Parsed,
    Precision,
    Report,
    Skipped,
    Status,
    TimezoneSource,
)

REQUIRED = ("thread_id", "comment_id", "position", "text", "source_format")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "parent_source": get_args(ParentSource),
    "published_at_precision": get_args(Precision),
    "timezone_source": get_args(TimezoneSource),
    "status": get_args(Status),
}
_TYPES: Mapping[Kind, Any] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "time": (str,),
}
_TIMES = ("published_at", "captured_at")
# Fields of a discussion that are texts, and what they are called in our JSON.
_ABOUT = {
    "source": "source",
    "source_format": "format",
    "title": "title",
    "url": "url",
    "article_text": "article_text",
    "language": "language",
}


class _BadRowError(Exception):
    """An object that is none of our comments; the message says why."""


@dataclass(slots=True)
class _Thread:
    about: Discussion
    comments: dict[str, Comment] = field(default_factory=dict)


class OwnRows:
    """Gathers objects into discussions, and what was wrong with the others.

    A discussion of which nothing is told has the name of the format that it was read in.
    """

    def __init__(self, source: str, format_name: str) -> None:
        self._source, self._format = source, format_name
        self._threads: dict[str, _Thread] = {}
        self._skipped: list[Skipped] = []

    def tell(self, about: Mapping[str, Any]) -> None:
        """Take what an object says of a discussion: `thread_id`, `source`, `format` and the rest.

        Fields of the wrong type are as if missing; so is the whole where it names no discussion.
        """
        thread_id = about.get("thread_id")
        if not isinstance(thread_id, str):
            return
        known: dict[str, Any] = {
            name: about[key] for name, key in _ABOUT.items() if isinstance(about.get(key), str)
        }
        for name in _TIMES:
            known[name] = _moment_or_none(about.get(name))
        thread = self._thread(thread_id)
        thread.about = replace(thread.about, **known)

    def add(self, place: str, row: Any) -> None:
        """Take a comment; one that is none of ours is left out, with its place and why."""
        try:
            comment = _comment(row)
        except _BadRowError as bad:
            self._skipped.append(Skipped(place, str(bad)))
            return
        comments = self._thread(comment.thread_id).comments
        if comment.comment_id in comments:
            self._skipped.append(
                Skipped(place, N_("duplicate: the id {id} came before").format(id=comment.comment_id))
            )
            return
        comments[comment.comment_id] = comment

    def skip(self, skipped: Skipped) -> None:
        """Take something that cannot be read."""
        self._skipped.append(skipped)

    def parsed(self, warnings: tuple[str, ...] = ()) -> Parsed:
        """Return all of it, discussions in the order in which they were first named."""
        discussions = tuple(
            replace(thread.about, comments=tuple(thread.comments.values()))
            for thread in self._threads.values()
        )
        kept = sum(len(d.comments) for d in discussions)
        report = Report(source=self._source, kept=kept, skipped=tuple(self._skipped), warnings=warnings)
        return Parsed(discussions=discussions, report=report)

    def _thread(self, thread_id: str) -> _Thread:
        if thread_id not in self._threads:
            about = Discussion(thread_id=thread_id, source=self._source, source_format=self._format)
            self._threads[thread_id] = _Thread(about)
        return self._threads[thread_id]


def _comment(row: Any) -> Comment:
    if not isinstance(row, Mapping):
        raise _BadRowError(N_("this is no object"))
    values = {
        column.name: _value(column.name, column.kind, row[column.name])
        for column in COMMENT_COLUMNS
        if row.get(column.name) is not None
    }
    absent = [name for name in REQUIRED if name not in values]
    if absent:
        raise _BadRowError(N_("it has no {field}").format(field=absent[0]))
    return Comment(**values)


def _value(name: str, kind: Kind, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, _TYPES[kind]):
        raise _BadRowError(
            N_("{field}: {value} is no {kind}").format(field=name, value=repr(str(value)[:40]), kind=kind)
        )
    if kind == "time":
        moment = _moment_or_none(value)
        if moment is None:
            raise _BadRowError(
                N_("{field}: {value} is no time with a zone").format(field=name, value=repr(value[:40]))
            )
        return moment
    if name in _CHOICES and value not in _CHOICES[name]:
        raise _BadRowError(
            N_("{field}: {value} is none of {known}").format(
                field=name, value=repr(value[:40]), known=", ".join(_CHOICES[name])
            )
        )
    return float(value) if kind == "number" else value


def _moment_or_none(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
