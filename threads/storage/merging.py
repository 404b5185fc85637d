"""A new capture of a discussion and what is stored of it, made into one discussion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from threads.parse import states_replies
from threads.parse.addressing import newest_first
from threads.parse.replies import infer_replies
from threads.records import Comment, Discussion, column_of

_FILLED = ("title", "url", "article_text", "published_at", "language", "captured_at")
_PRECISIONS = ("none", "relative", "day", "minute", "second")


def numbered(discussion: Discussion) -> Discussion:
    """Return a discussion with its comments in order of position, counted 1 to n; of equal ids the first."""
    comments = discussion.comments
    positions, ids = column_of(comments, "position"), column_of(comments, "comment_id")
    if list(positions) == list(range(1, len(comments) + 1)) and len(set(ids)) == len(ids):
        return discussion
    return replace(discussion, comments=_numbered(_by_id(discussion).values()))


def merged(stored: Discussion, new: Discussion) -> Discussion:
    """Return the whole of a discussion: what is stored of it and a new capture.

    Parameters
    ----------
    stored
        What the store holds, with its comments.
    new
        A capture of the same discussion: the same page again, a longer one, another page of it.

    Returns
    -------
    Discussion
        Positions run from 1 to n. Where both hold some of the same comments, the order of `new` leads and
        the stored ones that it lacks stay beside their neighbours. Where they share none, `new` follows, or
        goes first when the times of both say so. A known comment keeps its id, text and status; its time is
        replaced only by one that is known better, and a parent that the source gives stays. Inferred replies
        are worked out again over the whole. What is missing of the discussion is filled.
    """
    before, now = _by_id(stored), _by_id(new)
    known = {key: _known(comment, now.get(key)) for key, comment in before.items()}
    comments = [known.get(key) or now[key] for key in _order(before, now)]
    filled: dict[str, Any] = {
        name: getattr(stored, name) if getattr(stored, name) is not None else getattr(new, name)
        for name in _FILLED
    }
    # The page's own time was read with the zone that corrected its comments.
    if new.published_at is not None and any(
        c.timezone_source != before[c.comment_id].timezone_source for c in known.values()
    ):
        filled["published_at"] = new.published_at
    whole = _numbered(map(_without_guess, comments))
    if not states_replies(new.source_format):
        whole = infer_replies(whole, filled["article_text"])
    return replace(stored, **filled, comments=whole)


def _by_id(discussion: Discussion) -> dict[str, Comment]:
    found: dict[str, Comment] = {}
    for comment in sorted(discussion.comments, key=lambda c: c.position):
        found.setdefault(comment.comment_id, comment)
    return found


def _numbered(comments: Iterable[Comment]) -> tuple[Comment, ...]:
    return tuple(
        c if c.position == place else replace(c, position=place) for place, c in enumerate(comments, start=1)
    )


def _without_guess(comment: Comment) -> Comment:
    if comment.parent_source != "inferred":
        return comment
    return replace(comment, parent_id=None, parent_source=None, parent_confidence=None)


# --- what is known better ---


def _known(stored: Comment, new: Comment | None) -> Comment:
    if new is None:
        return stored
    if stored.parent_source != "given" and new.parent_source == "given":
        stored = replace(
            stored,
            parent_id=new.parent_id,
            parent_source=new.parent_source,
            parent_confidence=new.parent_confidence,
        )
    if not _knows_more(new, stored):
        return stored
    return replace(
        stored,
        published_at=new.published_at,
        published_at_raw=new.published_at_raw,
        published_at_precision=new.published_at_precision,
        timezone_source=new.timezone_source,
        # The text kept is that of the first capture, so a later edit does not concern it.
        edited_at=stored.edited_at and (new.edited_at or stored.edited_at),
    )


def _knows_more(new: Comment, stored: Comment) -> bool:
    """Return whether the time of `new` is better known: at all, in its zone, or more exactly."""
    if new.published_at is None or stored.published_at is None:
        return new.published_at is not None
    if stored.published_at_precision != "relative" and new.published_at_precision == "relative":
        return False
    if new.timezone_source == stored.timezone_source:
        return _exactness(new) > _exactness(stored)
    return new.timezone_source == "given"


def _exactness(comment: Comment) -> int:
    return _PRECISIONS.index(comment.published_at_precision)


# --- the order of the whole ---


def _order(stored: dict[str, Comment], new: dict[str, Comment]) -> list[str]:
    """Return the ids of the whole in order; each of both is in it once."""
    shared = [key for key in stored if key in new]
    if shared:
        return _led_by(list(new), _turned(list(stored), shared, list(new)))
    first, second = list(stored.values()), list(new.values())
    return [*new, *stored] if _goes_first(second, first) else [*stored, *new]


def _turned(stored: list[str], shared: list[str], new: list[str]) -> list[str]:
    """Return the stored ids in the direction of the new capture, which may list the newest first."""
    place = {key: index for index, key in enumerate(new)}
    steps = [place[b] - place[a] for a, b in pairwise(shared)]
    return stored[::-1] if sum(s < 0 for s in steps) > sum(s > 0 for s in steps) else stored


def _led_by(new: list[str], stored: list[str]) -> list[str]:
    """Return `new` with those of `stored` that it lacks, each after the one that it followed."""
    leading = set(new)
    followers: dict[str | None, list[str]] = {}
    anchor: str | None = None
    for key in stored:
        if key in leading:
            anchor = key
        else:
            followers.setdefault(anchor, []).append(key)
    # Those before the first shared one stand right before it.
    first = next(key for key in stored if key in leading)
    order: list[str] = []
    for key in new:
        if key == first:
            order += followers.get(None, [])
        order += [key, *followers.get(key, [])]
    return order


def _goes_first(new: Sequence[Comment], stored: Sequence[Comment]) -> bool:
    """Return whether the times say that `new` stands before `stored` on the page."""
    times = [c.published_at for c in new if c.published_at is not None]
    stored_times = [c.published_at for c in stored if c.published_at is not None]
    if not times or not stored_times:
        return False
    if newest_first(stored) or newest_first(new):
        return min(times) > max(stored_times)
    return max(times) < min(stored_times)
