"""Format "btl-json": the JSON and NDJSON that this program writes, read back to the same records."""

from __future__ import annotations

import json
import re

from threads.language import N_
from threads.parse.exports.json_items import documents, items
from threads.parse.exports.values import record
from threads.parse.formats import Options
from threads.parse.own_rows import REQUIRED, OwnRows
from threads.parse.reading import Reading
from threads.parse.source import Source
from threads.records import Parsed, Skipped

NAME = "btl-json"
_DISCUSSIONS = re.compile(r'\ufeff?\s*\{\s*"discussions"\s*:\s*\[')


class BtlJson:
    """Reads discussions with their comments, or a comment a line; scores are left to be worked out again."""

    name = NAME
    help = "The JSON and NDJSON that `btl parse`, `btl analyse` and `btl export` write."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins with our discussions, or with a line that holds what every record has."""
        head = source.head
        return _DISCUSSIONS.match(head) is not None or _is_record(head.lstrip("\ufeff \t\r\n"))

    def reading(self, source: Source, options: Options) -> Reading:
        """Return the discussions; which replies were worked out is known already."""
        return Reading.of(self.read(source, options))

    def read(self, source: Source, options: Options) -> Parsed:  # noqa: ARG002 - all of it is stated
        """Return the discussions, with what was left out and why.

        Raises
        ------
        InputError
            It is no sound JSON.
        """
        own = OwnRows(source.name, NAME)
        if _DISCUSSIONS.match(source.head):
            _discussions(own, source)
            return own.parsed((*source.warnings, *source.remarks))
        for place, item in items(source):
            if isinstance(item, Skipped):
                own.skip(item)
            else:
                own.add(place, item)
        return own.parsed((*source.warnings, *source.remarks))


def _is_record(head: str) -> bool:
    if not head.startswith("{"):
        return False
    try:
        value, _ = json.JSONDecoder().raw_decode(head)
    except (ValueError, RecursionError):
        return False
    return set(REQUIRED) <= record(value).keys()


def _discussions(own: OwnRows, source: Source) -> None:
    discussions = (
        discussion
        for document in documents(source, in_parts=True)
        for discussion in record(document).get("discussions", ())
    )
    for number, discussion in enumerate(discussions, start=1):
        own.tell(record(discussion))
        comments = record(discussion).get("comments")
        for place, comment in enumerate(comments if isinstance(comments, list) else (), start=1):
            own.add(
                N_("comment {number} of discussion {discussion}").format(
                    number=f"{place:,}", discussion=f"{number:,}"
                ),
                comment,
            )
