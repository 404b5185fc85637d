"""Comments that the platform itself marked or holds back."""

from __future__ import annotations

from collections.abc import Iterator

from threads.language import N_
from threads.moderation.rules.base import Found, Limit, ListOfWords, Scope, Values
from threads.moderation.rules.comments import Comments
from threads.records import Flag

_REASONS = {
    "spam": N_("The platform marked this comment as spam."),
    "pending": N_("The platform holds this comment until somebody approves it."),
}


class Reported:
    """Flags what came with the status spam or pending."""

    name = "reported"
    title = N_("Reported by platform")
    help = N_("The platform that the comment comes from marked it as spam or holds it for approval.")
    reason = "spam"
    limits: tuple[Limit, ...] = ()
    lists: tuple[ListOfWords, ...] = ()
    scope: Scope = "comment"

    def flags(self, comments: Comments, values: Values) -> Iterator[Found]:  # noqa: ARG002 - nothing to set
        """Yield flags of value 1, limit 1."""
        for place, status in enumerate(comments.column("status")):
            if reason := _REASONS.get(status):
                yield place, Flag(self.name, reason, value=1, limit=1)
