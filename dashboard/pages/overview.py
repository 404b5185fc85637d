"""All discussions: key figures, sentiment and stance over time, and the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import Dash, dcc, html
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.figures import STANCES, mean_sentiment_over_time, share_axis, stance_over_time
from dashboard.filters import Filters
from dashboard.pages.base import Context
from dashboard.pages.filtering import filtered_layout
from dashboard.text import one_line, shown
from threads.dynamics.key_figures import key_figures
from threads.dynamics.timeline import timeline
from threads.moderation.roles import Permission


class OverviewPage:
    """The first page."""

    path = "/"
    title = "Overview"
    in_menu = True
    permission: Permission = "view"

    def layout(self, context: Context, rest: str, search: str) -> Component:
        """Return the page; an address that is no page says so."""
        if rest:
            return html.Div([html.H1("No such page"), ui.empty(f"Nothing lives at /{one_line(rest, 80)}.")])
        if not len(context.store.discussions()):
            return _nothing_yet()
        return filtered_layout(self, context, rest, search)

    def comments(self, context: Context, rest: str) -> pd.DataFrame:  # noqa: ARG002 - the Protocol's signature
        """Return every comment stored."""
        return context.comments()

    def content(self, context: Context, rest: str, frame: pd.DataFrame, filters: Filters) -> list[Component]:  # noqa: ARG002
        """Return everything under the bar of filters."""
        discussions = context.store.discussions()
        chosen = filters.apply(frame)
        head = [html.H1("All discussions"), html.P(_meta(discussions, chosen), className="meta")]
        if chosen.empty:
            return [*head, ui.empty("No comment passes the filters.")]
        return [*head, _facts(chosen, discussions), _over_time(chosen), _list(discussions, chosen, filters)]

    def register(self, app: Dash, context: Context) -> None:
        """Nothing of its own: the filters' callback draws it."""


def _nothing_yet() -> Component:
    return html.Div(
        [
            html.H1("Nothing here yet"),
            html.P(
                ["Paste a comment thread on the ", dcc.Link("import page", href="/import"), ", or run"],
                className="said",
            ),
            html.Pre("btl import SOURCE…"),
        ]
    )


def _meta(discussions: pd.DataFrame, frame: pd.DataFrame) -> str:
    span = ui.period(frame["published_at"].min(), frame["published_at"].max())
    return f"{frame['thread_id'].nunique():,} of {ui.counted(len(discussions), 'discussion')} · {span}"


def _facts(frame: pd.DataFrame, discussions: pd.DataFrame) -> Component:
    figures = key_figures(frame)
    waiting = int(discussions["flagged_open"].sum())
    return ui.facts(
        [
            (f"{frame['thread_id'].nunique():,}", "discussions"),
            (f"{figures.comments:,}", f"comments by {ui.counted(figures.people, 'person', 'people')}"),
            (
                "–" if figures.mean_sentiment is None else ui.signed(figures.mean_sentiment),
                "mean sentiment, English only",
            ),
            ui.sides(figures),
            (
                dcc.Link(f"{waiting:,}", href="/moderation"),
                "flagged, waiting for a decision",
            ),
        ]
    )


def _over_time(frame: pd.DataFrame) -> Component:
    timed = frame.dropna(subset=["published_at"])
    if timed.empty:
        return ui.panel("Over time", ui.empty("None of these comments carries a time that could be read."))
    bins = timeline(timed)
    left_out = len(frame) - len(timed)
    sentiment, stance = (
        mean_sentiment_over_time(bins.rows),
        stance_over_time(bins.rows),
    )
    share_axis([sentiment, stance], bins.rows["start"].iloc[0], bins.rows["end"].iloc[-1])
    for figure in (sentiment, stance):
        figure["layout"]["height"] = 220
    note = f"One mark for each {bins.label.removeprefix('1 ')}; its area is the number of comments."
    if left_out:
        note += f" Not drawn: {ui.counted(left_out, 'comment')} without a time."
    return ui.panel(
        "Sentiment over time",
        ui.graph(
            sentiment, "Mean sentiment over time; the table below has the figures.", id="overview-sentiment"
        )
        if sentiment["data"]
        else ui.empty("No sentiment: it is given for English comments only."),
        html.H3("Comments and stance"),
        ui.graph(
            stance, "Comments by stance over time; the table below has the figures.", id="overview-stance"
        ),
        note=note,
    )


def _list(discussions: pd.DataFrame, frame: pd.DataFrame, filters: Filters) -> Component:
    counts = frame["thread_id"].value_counts()
    latest_first = discussions.sort_values("last_at", ascending=False, kind="stable")
    rows = [row for row in latest_first.to_dict("records") if row["thread_id"] in counts.index]
    return ui.panel(
        "Discussions",
        html.Ul(
            [_item(row, int(counts[row["thread_id"]]), filters) for row in rows], className="discussions"
        ),
        note="Latest talk first.",
    )


def _item(row: Mapping[Any, Any], matching: int, filters: Filters) -> Component:
    counts = {stance: 0 if pd.isna(row[stance]) else int(row[stance]) for stance in STANCES}
    filtered = f"{matching:,} of " if filters.any else ""
    title = one_line(ui.title_of(row["title"], row["first_at"]), 160)
    href = ui.thread_path(row["thread_id"]) + filters.on_page(1).query()
    return html.Li(
        [
            html.Div(
                [
                    dcc.Link(shown(title), href=href, className="discussion-title"),
                    html.P(
                        [
                            f"{filtered}{ui.counted(row['comments'], 'comment')} by "
                            f"{ui.counted(row['authors'], 'person', 'people')} · "
                            f"{ui.period(row['first_at'], row['last_at'])}",
                            html.Span(f"{row['flagged_open']:,} flagged", className="flagged")
                            if row["flagged_open"]
                            else None,
                        ],
                        className="meta",
                    ),
                ]
            ),
            html.Div([ui.stance_strip(counts)])
            if sum(counts.values())
            else html.Div("no stance", className="muted"),
            html.Div(ui.sentiment_bar(row["mean_sentiment"]), className="scores"),
        ]
    )
