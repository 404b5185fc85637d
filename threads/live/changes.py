"""What a platform tells of one comment, and what it makes of the comment that is stored. Pure.

Each change says what the comment is at a moment, whole. So they may come in any order and any number of
times: the latest content counts, and a comment is gone whose deletion is later than that.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from threads.records import Comment, Discussion, Flag

Outcome = Literal["new", "changed", "same", "erased"]

_KEPT: Final = ("thread_id", "comment_id", "position")
_PARENT: Final = ("parent_id", "parent_source", "parent_confidence")
_TIME: Final = ("published_at", "published_at_raw", "published_at_precision", "timezone_source")
_OTHERS: Final = tuple(
    f.name for f in fields(Comment) if f.name not in (*_KEPT, *_PARENT, *_TIME, "text", "status", "edited_at")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a comment is since a moment, or that it is deleted.

    Parameters
    ----------
    about
        The discussion, as far as it is known, without comments.
    comment_id
        Its id in the discussion.
    comment
        What it is; its position is not looked at. None: it was deleted.
    at
        Since when, by the clock of its platform (aware).
    """

    about: Discussion
    comment_id: str
    comment: Comment | None
    at: datetime

    @property
    def key(self) -> tuple[str, str]:
        """Both ids."""
        return self.about.thread_id, self.comment_id


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a change: it is stored, was known already, or its author or it was erased for good.

    `flags` are why a moderator will look at the comment, of the rules that judge it alone.
    """

    thread_id: str
    comment_id: str
    outcome: Outcome
    flags: tuple[Flag, ...] = ()


class Version(NamedTuple):
    """A comment, since when it has its content, and when it was deleted; None: not told."""

    comment: Comment
    changed_at: datetime | None
    deleted_at: datetime | None


def resolved(stored: Version | None, change: Change, *, decided: bool = False) -> Version:
    """Return what a comment is once a change is known; the same in whatever order changes come.

    What the later content leaves out, the earlier one fills. Of a comment that moderators `decided` on, the
    platform's word on its status is an echo of that and left out, but for its deletion.
    """
    comment, changed_at, deleted_at = stored or Version(_nothing(change), None, None)
    if change.comment is None:
        deleted_at = change.at if deleted_at is None else max(deleted_at, change.at)
    elif changed_at is None or change.at >= changed_at:
        is_echo = decided and comment.status != "deleted"
        status = comment.status if is_echo else change.comment.status
        comment, changed_at = replace(_over(change.comment, comment), status=status), change.at
    else:
        comment = _over(comment, change.comment)
    if deleted_at is not None and (changed_at is None or deleted_at >= changed_at):
        comment = replace(comment, status="deleted")
    return Version(comment, changed_at, deleted_at)


def _nothing(change: Change) -> Comment:
    """Return a comment of which nothing is known."""
    thread_id, comment_id = change.key
    return Comment(
        thread_id=thread_id,
        comment_id=comment_id,
        position=0,
        text="",
        status="deleted",
        source_format=change.about.source_format,
    )


def _over(later: Comment, earlier: Comment) -> Comment:
    """Return the later of two contents of a comment, with what it leaves out."""
    names: list[str] = [name for name in _OTHERS if getattr(later, name) is None]
    if later.parent_id is None:
        names += _PARENT
    if later.published_at is None:
        names += _TIME
    filled: dict[str, Any] = {name: getattr(earlier, name) for name in names}
    edited = [at for at in (later.edited_at, earlier.edited_at) if at is not None]
    return replace(later, **filled, text=later.text or earlier.text, edited_at=max(edited, default=None))
