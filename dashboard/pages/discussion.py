"""What the pages about one discussion share: its head, the ways between them, its comments under filters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import dash_mantine_components as dmc
import pandas as pd
from dash import Dash, Input, Output, dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.filters import Filters, author_choices
from dashboard.pages.base import Choices, Context, Menu, View
from dashboard.pages.filtering import filtered_layout
from dashboard.text import shown
from dashboard.topic_filter import topics_in
from threads.errors import StoreError
from threads.language import N_, _, counted, explained, number
from threads.moderation.roles import Permission
from threads.records import Discussion

TABS: Final = (
    ("/thread", N_("Conversation")),
    ("/people", N_("People")),
    ("/stance", N_("Stance")),
    ("/topics", N_("Topics")),
)
LISTED: Final = 200
OFFERED: Final = 2_000
"""Discussions that can be searched for by their title, in the browser."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A discussion as somebody reads it: all its comments, those that pass the filters, and the filters.

    Both frames have records, scores and `state`, one row a comment. `stamp` is of the discussion before it
    was read (`Outlines.stamp`).
    """

    context: Context
    discussion: Discussion
    frame: pd.DataFrame
    chosen: pd.DataFrame
    filters: Filters
    stamp: int = 0


class DiscussionPage(ABC):
    """A page about one discussion; `rest` is its thread_id. Without one, it offers those that there are."""

    path: str
    title: str
    menu: Menu | None
    permission: Permission = "view"

    @abstractmethod
    def content(self, reading: Reading) -> list[Component]:
        """Return everything below the page's head."""

    def layout(self, context: Context, rest: str, search: str) -> Component:
        """Return the page, or what is wrong with its address."""
        if not rest:
            return self.without_discussion(context)
        try:
            context.store.discussion(rest)
        except StoreError as error:
            return html.Div([html.H1(_("No such discussion")), ui.empty(explained(error))])
        return filtered_layout(self, context, rest, search)

    def without_discussion(self, context: Context) -> Component:
        """Return the discussions to choose from by title and date, those that began last first."""
        stored = context.store.discussions().sort_values(
            "first_at", ascending=False, kind="stable", na_position="last"
        )
        if stored.empty:
            return html.Div([html.H1(_(self.title)), ui.empty([_("Nothing here yet."), " ", ui.to_import()])])
        offered = [
            {"value": ui.thread_path(row["thread_id"], self.path), "label": ui.dated_title(row)}
            for row in stored.head(OFFERED).to_dict("records")
        ]
        items = [
            html.Li(
                [
                    dcc.Link(shown(choice["label"]), href=choice["value"]),
                    html.Span(f" {counted(comments, 'comment', 'comments')}", className="muted"),
                ]
            )
            for choice, comments in zip(offered[:LISTED], stored["comments"], strict=False)
        ]
        more = len(stored) - len(offered)
        return html.Div(
            [
                html.H1(_(self.title)),
                html.P(_("Of which discussion?"), className="meta"),
                _search(offered) if len(offered) > 1 else None,
                html.Ul(items, className="choose"),
                html.P(
                    _("and {more} more: search for them above", more=number(len(offered) - len(items))),
                    className="muted",
                )
                if len(offered) > len(items)
                else None,
                html.P(_("and {more} more: find them on the overview", more=number(more)), className="muted")
                if more
                else None,
            ]
        )

    def subject(self, context: Context, rest: str) -> OneDiscussion:
        """Return the discussion's comments."""
        stamp = context.store.outlines.stamp(rest)  # first, so that nothing is missed that comes meanwhile
        return OneDiscussion(self, context, rest, context.comments(rest), stamp)

    def register(self, app: Dash, context: Context) -> None:
        """Add the page's callbacks: none where that of the filters draws all of it."""
        del app, context


def register_choosing(app: Dash) -> None:
    """Go to the discussion that is chosen on a page without one."""
    app.clientside_callback(
        "(path) => path || window.dash_clientside.no_update",
        Output("url", "href", allow_duplicate=True),
        Input("choose-discussion", "value"),
        prevent_initial_call=True,
    )


def _search(offered: list[dict[str, str]]) -> Component:
    return dmc.Select(
        id="choose-discussion",
        data=offered,
        placeholder=_("Search by title or date"),
        searchable=True,
        limit=LISTED,
        nothingFoundMessage=_("No discussion of that title"),
        size="sm",
        className="search-discussion",
        **ui.hyphenated(aria_label=_("Search by title or date")),
    )


@dataclass(frozen=True, slots=True)
class OneDiscussion:
    """A discussion with all its comments, as `page` shows it."""

    page: DiscussionPage
    context: Context
    thread_id: str
    frame: pd.DataFrame
    stamp: int = 0

    def choices(self) -> Choices:
        """Return whom and when there is to choose from."""
        times = self.frame["published_at"].dropna()
        return Choices(
            author_choices(self.frame).value_counts().index.tolist(),
            times.min() if len(times) else None,
            times.max() if len(times) else None,
            by_topic=True,
        )

    def checked(self, filters: Filters) -> Filters:
        """Return the filters without a topic that this discussion does not have."""
        return filters.checked(self.frame)

    def topics(self) -> Mapping[str, str]:
        """Return the topics by what they are called, each with its first words and how many are of it."""
        found = topics_in(self.frame)
        rows = zip(found.names, found.rows.to_dict("records"), strict=True)
        return {name: f"{_first_words(name, row['words'])} ({number(row['comments'])})" for name, row in rows}

    def reading(self, filters: Filters) -> Reading:
        """Return the discussion as it is read under some filters."""
        discussion = self.context.store.discussion(self.thread_id)
        chosen = filters.apply(self.frame)
        return Reading(self.context, discussion, self.frame, chosen, filters, self.stamp)

    def view(self, filters: Filters) -> View:
        """Return everything under the bar of filters."""
        reading = self.reading(filters)
        head: list[Component] = [
            html.H1(shown(ui.title_of(reading.discussion.title, self.frame["published_at"].min()))),
            self._tabs(filters),
        ]
        return View([*head, *self.page.content(reading)], len(reading.chosen), len(self.frame))

    def _tabs(self, filters: Filters) -> Component:
        query = filters.on_page(1).query()
        links = [
            dcc.Link(
                _(title),
                href=ui.thread_path(self.thread_id, path) + query,
                className="on" if path == self.page.path else "",
            )
            for path, title in TABS
        ]
        whole = html.A(
            _("As one file"),
            href=f"/thread.html{filters.on_page(1).query(thread=self.thread_id)}",
            download="",
            className="as-file",
            title=_("A page without a server or a script, to send, to print or to keep"),
        )
        return html.Nav([*links, whole], className="tabs", **ui.hyphenated(aria_label=_("This discussion")))


def _first_words(name: str, words: str) -> str:
    """Return what a topic is called with two more of its words."""
    others = [word for word in words.split(", ") if word != name]
    return ", ".join([name, *others[:2]])
