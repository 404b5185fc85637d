"""All discussions: key figures, sentiment and stance over time, and the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from dash import Dash, dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.derived import derived
from dashboard.elements import html, static
from dashboard.figures import STANCES, mean_sentiment_over_time, share_axis, stance_over_time
from dashboard.filters import Filters, names_of
from dashboard.pages.base import Choices, Context, Menu, View
from dashboard.pages.filtering import filtered_layout
from dashboard.text import one_line, shown
from threads.dynamics.overall import Overall, overall, overall_timeline
from threads.dynamics.timeline import Timeline
from threads.language import N_, _, counted, ngettext, noun, number, signed
from threads.moderation.roles import Permission
from threads.outline import NO_TIME, Outline
from threads.storage import Store

PER_PAGE: Final = 20


class OverviewPage:
    """The first page."""

    path = "/"
    title = N_("Overview")
    menu: Menu | None = "discussions"
    permission: Permission = "view"

    def layout(self, context: Context, rest: str, search: str) -> Component:
        """Return the page; an address that is no page says so."""
        if rest:
            return html.Div(
                [
                    html.H1(_("No such page")),
                    ui.empty(_("Nothing lives at /{rest}.", rest=one_line(rest, 80))),
                ]
            )
        if not len(context.outline()):
            return _nothing_yet()
        return filtered_layout(self, context, rest, search)

    def subject(self, context: Context, rest: str) -> Everything:  # noqa: ARG002 - the Protocol's signature
        """Return every comment stored."""
        return Everything(context, context.outline())

    def register(self, app: Dash, context: Context) -> None:
        """Nothing of its own: the filters' callback draws it."""


@dataclass(frozen=True, slots=True)
class Everything:
    """All comments, as an outline."""

    context: Context
    outline: Outline

    def choices(self) -> Choices:
        """Return whom and when there is to choose from."""
        return _choices(self.outline)

    def checked(self, filters: Filters) -> Filters:
        """Return the filters without a topic, which is of one discussion."""
        return filters.checked(None)

    def topics(self) -> Mapping[str, str]:
        """Return none: they are of one discussion."""
        return {}

    def view(self, filters: Filters) -> View:
        """Return everything under the bar of filters."""
        rows = filters.rows(self.outline, self.context.store.outlines.keys_with_text)
        figures = overall(self.outline, rows)
        content = [html.H1(_("All discussions")), html.P(_meta(self.outline, figures), className="meta")]
        if figures.comments:
            waiting = _waiting(self.outline, self.context.store, self.context.store.last_change())
            content += [
                _facts(figures, waiting, of_all=filters.any),
                _over_time(overall_timeline(self.outline, rows)),
            ]
            content += [self._list(figures, filters)]
        else:
            content += [ui.empty(_("No comment passes the filters."))]
        return View(content, figures.comments, len(self.outline))

    def _list(self, figures: Overall, filters: Filters) -> Component:
        """Return a page of the discussions that have a chosen comment, those with the latest talk first."""
        order = _latest_first(self.outline)
        there = order[figures.by_discussion[order] > 0]
        last = 1 + (len(there) - 1) // PER_PAGE
        page = min(filters.page, last)
        places = there[(page - 1) * PER_PAGE : page * PER_PAGE]
        counts = {self.outline.thread_ids[place]: int(figures.by_discussion[place]) for place in places}
        store = self.context.store
        rows = _listed(self.outline, store, store.last_change(), tuple(counts))
        query = filters.on_page(1).query()
        matching = counts if filters.any else {}
        items = [_item(row, matching.get(row["thread_id"]), query) for row in rows]
        return ui.panel(
            _("Discussions"),
            static(html.Ul(items, className="discussions")),
            ui.pager(page, last, filters, "discussions") if last > 1 else None,
            note=_("Latest talk first."),
            id="discussions",
        )


@derived()
def _choices(outline: Outline) -> Choices:
    figures = overall(outline)
    counts = np.bincount(outline["person"] + 1, minlength=len(outline.people) + 1)
    names = names_of(outline)[np.argsort(-np.roll(counts, -1), kind="stable")]
    return Choices(list(dict.fromkeys(names.tolist())), figures.first_at, figures.last_at)


@derived()
def _latest_first(outline: Outline) -> npt.NDArray[np.intp]:
    """Return the places of the discussions, those with the latest comment first."""
    latest = np.full(len(outline.thread_ids), NO_TIME)
    np.maximum.at(latest, outline["thread"], outline["time"])
    return np.argsort(latest, kind="stable")[::-1]


@derived()
def _waiting(_: Outline, store: Store, last_change: int) -> int:  # noqa: ARG001 - the change is for the cache
    """Return how many flagged comments wait: as long as nothing changed, they are the same."""
    return store.health.flagged()


@derived(most=32)
def _listed(_: Outline, store: Store, last_change: int, ids: tuple[str, ...]) -> Sequence[Mapping[Any, Any]]:  # noqa: ARG001
    """Return the rows of discussions, in which the flagged comments are counted."""
    return store.listed(ids)


def _nothing_yet() -> Component:
    return html.Div(
        [
            html.H1(_("Nothing here yet")),
            html.P(
                [
                    _("Paste or drop a discussion:"),
                    " ",
                    dcc.Link(_("import page"), href="/import"),
                    _(", or run"),
                ],
                className="said",
            ),
            html.Pre("btl import SOURCE…"),
        ]
    )


def _meta(outline: Outline, figures: Overall) -> str:
    span = ui.period(figures.first_at, figures.last_at)
    said = ngettext(
        "{some} of {number} discussion",
        "{some} of {number} discussions",
        len(outline.thread_ids),
        some=number(figures.discussions),
    )
    return f"{said} · {span}"


def _facts(figures: Overall, waiting: int, *, of_all: bool) -> Component:
    return ui.facts(
        [
            (number(figures.discussions), noun(figures.discussions, "discussion", "discussions")),
            (
                number(figures.comments),
                _(
                    "{comments} by {people}",
                    comments=noun(figures.comments, "comment", "comments"),
                    people=ui.people(figures.people),
                ),
            ),
            (
                "–" if figures.mean_sentiment is None else signed(figures.mean_sentiment),
                _("mean sentiment, English only"),
            ),
            ui.sides(figures.judged, figures.stances["supportive"], figures.stances["critical"]),
            (
                dcc.Link(number(waiting), href="/moderation"),
                _("flagged in all, waiting for a decision")
                if of_all
                else _("flagged, waiting for a decision"),
            ),
        ]
    )


def _over_time(bins: Timeline) -> Component:
    if bins.rows.empty:
        return ui.panel(
            _("Over time"), ui.empty(_("None of these comments carries a time that could be read."))
        )
    sentiment, stance = mean_sentiment_over_time(bins.rows), stance_over_time(bins.rows)
    share_axis([sentiment, stance], bins.rows["start"].iloc[0], bins.rows["end"].iloc[-1])
    for figure in (sentiment, stance):
        figure["layout"]["height"] = 220
    drawn = bins.rows[bins.rows["comments"].to_numpy() > 0]
    note = _(
        "One mark for each stretch of {length}; its area is the number of comments.", length=_(bins.label)
    )
    if bins.left_out:
        note += " " + _(
            "Without a time and not drawn: {comments}.",
            comments=counted(bins.left_out, "comment", "comments"),
        )
    return ui.panel(
        _("Sentiment over time"),
        ui.chart(
            sentiment,
            _("Mean sentiment over time"),
            said=bins.sentence(),
            table=drawn[["start", "end", "comments", "mean_sentiment"]],
            name="sentiment-over-time",
            id="overview-sentiment",
        )
        if sentiment["data"]
        else ui.empty(_("No sentiment: it is given for English comments only.")),
        html.H3(_("Comments and stance")),
        ui.chart(
            stance,
            _("Comments by stance over time"),
            table=drawn[["start", "end", "comments", *STANCES]],
            name="comments-over-time",
            id="overview-stance",
        ),
        note=note,
    )


def _item(row: Mapping[Any, Any], matching: int | None, query: str) -> Component:
    counts = {stance: row[stance] or 0 for stance in STANCES}
    title = one_line(ui.title_of(row["title"], row["first_at"]), 160)
    href = ui.thread_path(row["thread_id"]) + query
    return html.Li(
        [
            html.Div(
                [
                    dcc.Link(shown(title), href=href, className="discussion-title"),
                    html.P(
                        [
                            _size(row, matching),
                            f" · {ui.period(row['first_at'], row['last_at'])}",
                            html.Span(
                                _("{flagged_open} flagged", flagged_open=number(row["flagged_open"])),
                                className="flagged",
                            )
                            if row["flagged_open"]
                            else None,
                        ],
                        className="meta",
                    ),
                ]
            ),
            html.Div([ui.stance_strip(counts)])
            if sum(counts.values())
            else html.Div(_("no stance"), className="muted"),
            html.Div(ui.sentiment_bar(row["mean_sentiment"]), className="scores"),
        ]
    )


def _size(row: Mapping[Any, Any], matching: int | None) -> str:
    """Return how many comments of how many people a discussion has, and how many of them match."""
    if matching is None:
        return ui.comments_by(row["comments"], row["authors"])
    return ngettext(
        "{matching} chosen; in all {number} comment by {people}",
        "{matching} chosen; in all {number} comments by {people}",
        row["comments"],
        matching=number(matching),
        people=ui.people(row["authors"]),
    )
