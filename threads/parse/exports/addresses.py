"""E-mail and IP addresses that stand in the place of authors' names: nothing that has to be kept."""

from __future__ import annotations

import re
from ipaddress import ip_address

from threads.parse.exports.found import FoundComment

_EMAIL = re.compile(r"(?:mailto:)?([^\s@<>]{1,64})@[^\s@<>]{1,255}\.[^\s@<>.]{2,63}")
_MAY_BE_IP = re.compile(r"[0-9a-fA-F:.]{7,45}")


def without_address(comment: FoundComment) -> bool:
    """Take the address out of a comment's author, and return whether there was one.

    Of an e-mail address that is shown as the name, what stands before the @ stays; of an IP address nothing.
    """
    author, author_id = comment.author, comment.author_id
    if author and (author_without := _without(author)) != author:
        comment.author = author_without
    if author_id and _without(author_id) != author_id:
        comment.author_id = None
    return comment.author != author or comment.author_id != author_id


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
