"""Comments that the platform itself held back."""

from __future__ import annotations

from threads.moderation.rules.base import CommentContext
from threads.records import Flag

_REASONS = {
    "spam": "The platform marked this comment as spam.",
    "pending": "The platform holds this comment until somebody approves it.",
}


class Held:
    """Flags what came with the status spam or pending."""

    name = "held"
    help = "The platform that the comment comes from marked it as spam or holds it for approval."

    def check(self, comment: CommentContext) -> Flag | None:
        """Return a flag of value 1, limit 1."""
        reason = _REASONS.get(comment.status)
        return None if reason is None else Flag(self.name, reason, value=1, limit=1)
