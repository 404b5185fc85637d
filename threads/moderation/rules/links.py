"""Comments with several links, plain or disguised."""

from __future__ import annotations

from threads.moderation.rules.base import CommentContext, counted, merged
from threads.records import Flag
from threads.scores.links import find_links


class Links:
    """Flags many links: with a scheme, bare domains, and disguised ones such as "example [dot] com"."""

    name = "links"
    help = "It holds at least link_limit links."

    def check(self, comment: CommentContext) -> Flag | None:
        """Return a flag whose value is the number of links, and whose spans are the links."""
        spans = find_links(comment.text)
        limit = comment.settings.link_limit
        if not spans or len(spans) < limit:
            return None
        return Flag(
            self.name,
            f"It holds {counted(len(spans), 'link')}.",
            value=len(spans),
            limit=limit,
            spans=merged(spans),
        )
