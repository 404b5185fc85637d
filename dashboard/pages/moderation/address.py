"""The address of a view of the queue: filter, order and page, so that every view can be linked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from threads.errors import InputError
from threads.language import explained
from threads.moderation.queue_filter import QueueFilter

PATH = "/moderation"


@dataclass(frozen=True, slots=True)
class Address:
    """A view of the queue; `problem` says what in the query could not be read."""

    chosen: QueueFilter
    page: int = 1
    problem: str | None = None

    @classmethod
    def read(cls, search: str) -> Address:
        """Read an address's query; what cannot be read shows the queue unrestricted, and why."""
        query = dict(parse_qsl(search.removeprefix("?"), errors="replace"))
        page = query.get("page", "1")
        number = int(page[:9]) if page.isascii() and page.isdecimal() else 1
        try:
            return cls(QueueFilter.from_query(query), max(1, number))
        except InputError as error:
            return cls(QueueFilter(), problem=explained(error))

    @property
    def search(self) -> str:
        """The query, "?" included; empty where it would say nothing."""
        query = self.chosen.to_query() | ({"page": str(self.page)} if self.page > 1 else {})
        return f"?{urlencode(query, errors='replace')}" if query else ""

    @property
    def href(self) -> str:
        """The address itself."""
        return PATH + self.search

    def on_page(self, page: int) -> str:
        """Return the address of another page of the same view."""
        return replace(self, page=page).href

    def with_(self, **changes: Any) -> str:
        """Return the address with another choice, from its first page."""
        return Address(replace(self.chosen, **changes)).href

    @property
    def restrictions(self) -> Mapping[str, str]:
        """What is restricted besides view and order: name → value, both as in the address."""
        query = self.chosen.to_query()
        return {name: value for name, value in query.items() if name not in {"view", "order"}}
