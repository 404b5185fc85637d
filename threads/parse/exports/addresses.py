"""E-mail and IP addresses that stand in the place of authors' names: nothing that has to be kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address

from threads.parse.exports.found import FoundComments

_EMAIL = re.compile(r"(?:mailto:)?([^\s@<>]{1,64})@[^\s@<>]{1,255}\.[^\s@<>.]{2,63}")
_MAY_BE_IP = re.compile(r"[0-9a-fA-F:.]{7,45}")


def without_addresses(comments: FoundComments) -> tuple[FoundComments, int]:
    """Return comments without addresses for authors, and how many had one.

    Of an e-mail address that is shown as the name, what stands before the @ stays; of an IP address nothing.
    """
    found = {
        place
        for column in (comments.author, comments.author_id)
        if _may_hold_some(column)
        for place, name in enumerate(column)
        if name and _without(name) != name
    }
    if not found:
        return comments, 0
    authors, ids = list(comments.author), list(comments.author_id)
    for place in found:
        author, author_id = authors[place], ids[place]
        authors[place] = author and _without(author)
        ids[place] = None if author_id and _without(author_id) != author_id else author_id
    return comments._replace(author=authors, author_id=ids), len(found)


def _may_hold_some(column: Sequence[str | None]) -> bool:
    names = "\n".join(filter(None, {*column}))
    return "@" in names or "." in names or ":" in names


def _without(name: str) -> str | None:
    if "@" in name:
        found = _EMAIL.fullmatch(name.strip())
        return found[1] if found else name
    return None if ("." in name or ":" in name) and _is_ip(name) else name


def _is_ip(name: str) -> bool:
    if not _MAY_BE_IP.fullmatch(name):
        return False
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
