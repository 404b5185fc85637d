"""Comments with several links, plain or disguised."""

from __future__ import annotations

from threads.moderation.rules.base import Limit, OneComment, Values, counted, merged
from threads.moderation.rules.comments import Text
from threads.records import Flag


class Links(OneComment):
    """Flags many links: with a scheme, bare domains, and disguised ones such as "example [dot] com"."""

    name = "links"
    title = "Links"
    help = "It holds many links, plain or disguised."
    reason = "spam"
    limits = (
        Limit(
            name="links",
            default=2,
            unit="links",
            help="Links from which it is flagged.",
            least=1,
            setting="link_limit",
        ),
    )

    def check(self, text: Text, values: Values) -> Flag | None:
        """Return a flag whose value is the number of links, and whose spans are the links."""
        found, limit = len(text.links), values.limits["links"]
        if found < limit:
            return None
        reason = f"It holds {counted(found, 'link')}."
        return Flag(self.name, reason, value=found, limit=limit, spans=merged(text.links))
