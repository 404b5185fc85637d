"""An input read discussion by discussion, with a report at its end; and what such a report counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from threads.errors import InputError
from threads.language import N_, counted, number, retold
from threads.records import Discussion, Parsed, Report, column_of

_NOUNS: Final[Mapping[str, Callable[[int], str]]] = {
    "discussions": lambda count: counted(count, "discussion", "discussions"),
    "replies": lambda count: counted(count, "reply", "replies"),
    "orphans": lambda count: counted(count, "orphan", "orphans"),
}


def in_words(counts: Mapping[str, int]) -> str:
    """Return what a report counts, the largest first: "100 replies, 1 discussion"."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(
        _NOUNS[name](count) if name in _NOUNS else f"{number(count)} {retold(name)}"
        for name, count in ordered
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """Discussions of an input, each in memory only while it is looked at.

    `report` says how it went: ask for it once all discussions have been taken. Reading them may raise an
    InputError.
    """

    discussions: Iterator[Discussion]
    report: Callable[[], Report]

    @classmethod
    def of(cls, parsed: Parsed) -> Reading:
        """Return what was read at once as if it came one after the other."""
        return cls(iter(parsed.discussions), lambda: parsed.report)

    def whole(self) -> Parsed:
        """Return all of it in memory."""
        discussions = tuple(self.discussions)
        return Parsed(discussions=discussions, report=self.report())


def batches(discussions: Iterable[Discussion], comments: int) -> Iterator[tuple[Discussion, ...]]:
    """Yield discussions some at a time: as many as have `comments` together, one at the least."""
    batch: list[Discussion] = []
    size = 0
    for discussion in discussions:
        batch.append(discussion)
        size += len(discussion.comments)
        if size >= comments:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)


def too_many(message: str, comments: int, most: int, name: str) -> InputError:
    """Return the error for more `{comments}` than the limit, `{most}`."""
    return InputError(
        message.format(comments=f"{comments:,}", most=f"{most:,}"),
        source=name,
        remedy=N_("Split it, or raise the limit with the variable BTL_MAX_COMMENTS"),
    )


@dataclass(slots=True)
class Counts:
    """What is worth knowing of the comments that were kept, counted over all discussions of an input."""

    discussions: int = 0
    comments: int = 0
    replies: int = 0
    orphans: int = 0
    pending: int = 0
    spam: int = 0
    placeholders: int = 0
    without_time: int = 0
    zone_assumed: int = 0

    def add(self, discussion: Discussion) -> None:
        """Count one more discussion."""
        comments = discussion.comments
        parents, statuses = column_of(comments, "parent_id"), column_of(comments, "status")
        times, zones = column_of(comments, "published_at"), column_of(comments, "timezone_source")
        self.discussions += bool(comments)
        self.comments += len(comments)
        self.replies += len(comments) - parents.count(None)
        absent = {*parents} - {*column_of(comments, "comment_id"), None}
        self.orphans += sum(map(absent.__contains__, parents)) if absent else 0
        self.without_time += times.count(None)
        timed = (zone for zone, time in zip(zones, times, strict=True) if time is not None)
        self.zone_assumed += sum(zone == "assumed" for zone in timed) if "assumed" in zones else 0
        pending, spam = statuses.count("pending"), statuses.count("spam")
        self.pending += pending
        self.spam += spam
        self.placeholders += len(comments) - statuses.count("visible") - pending - spam

    def told(self) -> dict[str, int]:
        """Return what there is any of, by name; comments are told by `Report.kept`."""
        named = {
            N_("discussions"): self.discussions,
            N_("replies"): self.replies,
            N_("orphans"): self.orphans,
            N_("pending"): self.pending,
            N_("spam"): self.spam,
            N_("removed or deleted"): self.placeholders,
            N_("without time"): self.without_time,
            N_("time zone assumed"): self.zone_assumed,
        }
        return {name: count for name, count in named.items() if count}
