"""Who answers whom, worked out from the texts where the source does not say."""

from __future__ import annotations

from collections.abc import Sequence

from threads.records import Comment


def infer_replies(comments: Sequence[Comment]) -> tuple[Comment, ...]:
    """Return the comments as they are."""
    return tuple(comments)
