"""What a page is, and what it is given."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Protocol, TypeVar
from urllib.parse import unquote

import pandas as pd
from dash import Dash
from dash.development.base_component import Component
from flask import g, has_request_context

from dashboard.background import Background
from dashboard.derived import derived
from dashboard.filters import Filters
from dashboard.recent import Recent
from dashboard.security.access import current_user, may
from threads.keys import read_key
from threads.language import language
from threads.moderation.queue_filter import View as QueueView
from threads.moderation.roles import Permission
from threads.outline import Outline, Person
from threads.pseudonyms import pseudonym, pseudonymised
from threads.scores import score_columns
from threads.settings import Settings
from threads.storage import QueueFilter, Store
from threads.storage.store import FLAGGED

Menu = Literal["discussions", "moderation", "administration", "help"]
"""The parts of the menu."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every page works with."""

    store: Store
    settings: Settings
    background: Background = field(default_factory=Background)
    recent_counts: Recent[QueueFilter, dict[QueueView, int]] = field(init=False)

    def __post_init__(self) -> None:
        """Keep for a moment how many comments each view of the queue has: all open pages ask all the time."""
        object.__setattr__(self, "recent_counts", Recent(self.store.queue_counts))

    def key(self, *parts: Hashable) -> Hashable:
        """Return the key of a work in the background: what is asked, by whom and in which language."""
        user = current_user()
        return (*parts, user, language())

    def comments(self, thread_id: str | None = None, *, pseudonyms: bool = False) -> pd.DataFrame:
        """Return records, scores and decision of stored comments.

        With `pseudonyms` (see `threads.pseudonyms`) where they are asked for, and always for those who may
        not see people.
        """
        frame = self.store.comments(thread_id, columns=score_columns())
        if may("see_people") and not pseudonyms:
            return frame
        return pseudonymised(frame, read_key(self.settings.key_file))

    def queue_counts(self, chosen: QueueFilter = FLAGGED) -> dict[QueueView, int]:
        """Return how many comments each view of the queue has; asked of the store once a request."""
        restrictions = replace(chosen, view=FLAGGED.view, order=FLAGGED.order)
        if not has_request_context():
            return self.store.queue_counts(restrictions)
        counts: dict[QueueFilter, dict[QueueView, int]] = g.setdefault("queue_counts", {})
        if restrictions not in counts:
            counts[restrictions] = self.store.queue_counts(restrictions)
        return counts[restrictions]

    def outline(self) -> Outline:
        """Return the outline of all that is stored, under pseudonyms for those who may not see people."""
        outline = self.store.outlines.current()
        return outline if may("see_people") else _pseudonymous(outline, read_key(self.settings.key_file))


class Page(Protocol):
    """A page. `path` is where it lives; what follows it in the address is `rest`.

    `menu` is the part of the menu where it stands, if in any, for those who have `permission`, which is what
    opening it needs.
    """

    path: str
    title: str
    menu: Menu | None
    permission: Permission

    def layout(self, context: Context, rest: str, search: str) -> Component:
        """Return the page's content for an address."""
        ...

    def register(self, app: Dash, context: Context) -> None:
        """Add the page's callbacks."""
        ...


@dataclass(frozen=True, slots=True)
class Choices:
    """What the bar of filters offers: names of people, the most active first, and the stretch of time.

    `by_topic` says whether it offers topics, which are worked out when somebody looks for them.
    """

    people: Sequence[str]
    first: datetime | None
    last: datetime | None
    by_topic: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows under some filters, and how many of how many comments: None is not known yet."""

    content: list[Component]
    chosen: int | None
    total: int


class Subject(Protocol):
    """The comments that a page is about, read once."""

    def choices(self) -> Choices:
        """Return what there is to choose from."""
        ...

    def checked(self, filters: Filters) -> Filters:
        """Return the filters without what there is not here, named in their problems."""
        ...

    def topics(self) -> Mapping[str, str]:
        """Return the topics by what they are called, each with its first words."""
        ...

    def view(self, filters: Filters) -> View:
        """Return everything under the bar of filters, which are `checked`."""
        ...


class FilteredPage(Page, Protocol):
    """A page whose content depends on filters, which live in its address."""

    def subject(self, context: Context, rest: str) -> Subject:
        """Return what the page is about."""
        ...


@derived()
def _pseudonymous(outline: Outline, key: bytes) -> Outline:
    people = (
        Person(pseudonym(key, p.source_format, p.id, p.name), None, p.source_format) for p in outline.people
    )
    return replace(outline, people=tuple(people))


_P = TypeVar("_P", bound=Page)


def find_page(pages: Sequence[_P], pathname: str | None) -> tuple[_P, str]:
    """Return the page at an address and what follows the page's own path, decoded; the longest path wins."""
    pathname = pathname or "/"
    for page in sorted(pages, key=lambda page: -len(page.path)):
        if page.path == "/":
            return page, unquote(pathname.removeprefix("/"))
        if pathname == page.path or pathname.startswith(page.path + "/"):
            return page, unquote(pathname[len(page.path) + 1 :])
    return pages[0], pathname
