"""A comment as its page shows it, before it is settled when it was written."""

from __future__ import annotations

from dataclasses import dataclass

from threads.parse.addressing import Addressee
from threads.parse.timestamps import Stamp
from threads.records import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A comment; `parent` is a place in the list of comments, `page_id` the page's own name for it.

    `stamp` is the time to settle, `shown` the time as displayed where an attribute says another, such as the
    same moment in another zone; `raw` is what is displayed.
    """

    author: str | None
    stamp: Stamp | None
    raw: str | None
    text: str
    parent: int | None = None
    page_id: str | None = None
    likes: int | None = None
    status: Status = "visible"
    shown: Stamp | None = None
    addressee: Addressee | None = None
