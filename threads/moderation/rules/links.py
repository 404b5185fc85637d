"""Comments with several links, plain or disguised."""

from __future__ import annotations

from threads.language import N_, _, counted
from threads.moderation.rules.base import Limit, OneComment, Values, merged
from threads.moderation.rules.comments import Text
from threads.records import Flag


class Links(OneComment):
    """Flags many links: with a scheme, bare domains, and disguised ones such as "example [dot] com"."""

    name = "links"
    title = N_("Links")
    help = N_("It holds many links, plain or disguised.")
    reason = "spam"
    limits = (
        Limit(
            name="links",
            default=2,
            unit="links",
            help=N_("Links from which it is flagged."),
            least=1,
            setting="link_limit",
        ),
    )

    def check(self, text: Text, values: Values) -> Flag | None:
        """Return a flag whose value is the number of links, and whose spans are the links."""
        found, limit = len(text.links), values.limits["links"]
        if found < limit:
            return None
        reason = _("It holds {links}.", links=counted(found, "link", "links"))
        return Flag(self.name, reason, value=found, limit=limit, spans=merged(text.links))
