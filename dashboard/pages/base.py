"""What a page is, and what it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pandas as pd
from dash import Dash
from dash.development.base_component import Component

from dashboard.filters import Filters
from threads.scores import score_columns
from threads.settings import Settings
from threads.storage import Store


@dataclass(frozen=True, slots=True)
class Context:
    """What every page works with."""

    store: Store
    settings: Settings

    def comments(self, thread_id: str | None = None) -> pd.DataFrame:
        """Return records, scores and decision of stored comments."""
        return self.store.comments(thread_id, columns=score_columns())


class Page(Protocol):
    """A page. `path` is where it lives; what follows it in the address is `rest`."""

    path: str
    title: str
    in_menu: bool

    def layout(self, context: Context, rest: str, search: str) -> Component:
        """Return the page's content for an address."""
        ...

    def register(self, app: Dash, context: Context) -> None:
        """Add the page's callbacks."""
        ...


class FilteredPage(Page, Protocol):
    """A page whose content depends on filters, which live in its address."""

    def comments(self, context: Context, rest: str) -> pd.DataFrame:
        """Return the comments that the page is about, before filtering."""
        ...

    def content(self, context: Context, rest: str, frame: pd.DataFrame, filters: Filters) -> list[Component]:
        """Return what the page shows of `frame` (all its comments) under `filters`."""
        ...
