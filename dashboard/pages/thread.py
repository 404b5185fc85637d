"""One discussion: what happened, when, who talks, and the conversation itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, dcc
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import changes, featured, live
from dashboard import components as ui
from dashboard.background import Work, waiting
from dashboard.changes import Link
from dashboard.codes import why_no_sentiment
from dashboard.conversation import PER_PAGE, Turn, conversation, pages_of
from dashboard.elements import html
from dashboard.figures import POINTS_UP_TO, STANCES, sentiment_over_time, share_axis, stance_over_time
from dashboard.filters import Filters
from dashboard.judges import own_model, who_judged
from dashboard.pages.base import Context, Menu, find_page
from dashboard.pages.discussion import DiscussionPage, Reading
from dashboard.pages.moderation.address import Address
from dashboard.security.access import may, needs
from dashboard.text import one_line, shown
from threads.dynamics.key_figures import key_figures
from threads.dynamics.people import people
from threads.dynamics.summary import what_happened
from threads.dynamics.timeline import timeline
from threads.dynamics.trend import smooth
from threads.dynamics.turning_points import TurningPoints
from threads.language import N_, _, counted, ngettext, noun, number, percent, retold, signed
from threads.moderation.queue_filter import QueueFilter
from threads.records import Discussion, Report
from threads.scores.featuring import reweighted, weights

PEOPLE_SHOWN = 12
CHANGED = N_("Where sentiment, stance, tempo, tone or length turn, beyond what chance does.")


class ThreadPage(DiscussionPage):
    """The page of one discussion's conversation."""

    path = "/thread"
    title = N_("Thread")
    menu: Menu | None = None

    def content(self, reading: Reading) -> list[Component]:
        """Return everything below the page's head."""
        store, settings = reading.context.store, reading.context.settings
        discussion, report = reading.discussion, store.report(reading.discussion.thread_id)
        weight_of = weights(settings)
        frame, chosen = reweighted(reading.frame, settings), reweighted(reading.chosen, settings)
        turns = conversation(frame, chosen)
        pages = pages_of(turns)
        sought = reading.filters.at
        filters = replace(reading.filters, page=pages.get(sought, reading.filters.page), at="")
        found, work = _changes(reading)

        def link(key: str) -> str:
            return _link(key, filters, pages)

        return [
            *([_not_here(sought, frame)] if sought and sought not in pages else []),
            html.P(
                [_meta(discussion, chosen), _as_queue(discussion.thread_id, chosen, filters)],
                className="meta",
            ),
            live.mark(discussion.thread_id, reading.stamp, len(frame)),
            *([] if chosen.empty else [_facts(chosen), _said(chosen, link)]),
            html.Div(
                [
                    html.Div(
                        [
                            _sentiment_panel(chosen, found.turns if found else None),
                            _changed_panel(chosen, found, work, link),
                            _conversation_panel(turns, pages, filters, weight_of),
                        ]
                    ),
                    html.Div(
                        [
                            _people_panel(chosen),
                            _stance_panel(reading),
                            _pace_panel(chosen, found, link),
                            featured.panel(chosen, link),
                            _report_panel(discussion, report),
                            _article_panel(discussion),
                        ]
                    ),
                ],
                className="columns",
            ),
        ]

    def register(self, app: Dash, context: Context) -> None:
        """Let a stretch of the timeline set the filter of time, and a click on a mark go to its comment."""
        app.clientside_callback(
            "(range) => window.btl.selectedTimes(range)",
            Output("filter-since", "value", allow_duplicate=True),
            Output("filter-until", "value", allow_duplicate=True),
            Input("sentiment-figure", "selectedData"),
            prevent_initial_call=True,
        )
        app.clientside_callback(
            "(click) => window.btl.goToComment(click)",
            Output("sentiment-figure", "clickData"),
            Input("sentiment-figure", "clickData"),
            prevent_initial_call=True,
        )

        @app.callback(
            Output("filter-anew", "data", allow_duplicate=True),
            Input("changed-look", "n_clicks"),
            State("filter-url", "pathname"),
            State("filter-url", "search"),
            running=[(Output("changed-look", "disabled"), True, False)],
            prevent_initial_call=True,
        )
        @needs("view")
        def look(clicks: int | None, pathname: str, search: str | None) -> str:
            if not clicks:
                raise PreventUpdate
            _page, thread_id = find_page((self,), pathname)
            subject = self.subject(context, thread_id)
            reading = subject.reading(subject.checked(Filters.from_query(search)))
            task = partial(changes.changes_of, reading)
            return context.background.ask(changes.key_of(reading), task).number  # with which it is drawn anew


def _not_here(comment_id: str, frame: pd.DataFrame) -> Component:
    """Return why the comment that the address asks for is not shown."""
    asked = f"at={comment_id[:40]!r}"
    if (frame["comment_id"] == comment_id).any():
        return ui.empty(_("The address has {asked}, a comment that the filters leave out.", asked=asked))
    return ui.empty(
        _("The address has {asked}, which is no comment of this discussion, or no longer.", asked=asked)
    )


def _meta(discussion: Discussion, frame: pd.DataFrame) -> str:
    source_format = one_line(_(discussion.source_format), 40)
    if frame.empty:
        return _("{source_format} · no comment passes the filters", source_format=source_format)
    authors = frame["author"].nunique()
    parts = [
        source_format,
        ui.comments_by(len(frame), authors),
        ui.period(frame["published_at"].min(), frame["published_at"].max()),
        _("language {language}", language=one_line(discussion.language, 40)) if discussion.language else "",
    ]
    return " · ".join(part for part in parts if part)


def _as_queue(thread_id: str, chosen: pd.DataFrame, filters: Filters) -> Component | None:
    """Return the way to the stretch of time that is chosen, as a queue; a moderator's only."""
    if chosen.empty or not may("decide"):
        return None
    until = None if filters.until is None else filters.until + pd.Timedelta(minutes=1)
    stretch = QueueFilter(
        view="all",
        order="age",
        thread_id=thread_id,
        since=None if filters.since is None else filters.since.to_pydatetime(),
        until=None if until is None else until.to_pydatetime(),
    )
    whole = filters.since is None and filters.until is None
    label = _("Open the discussion as a queue") if whole else _("Open this stretch of time as a queue")
    return dcc.Link(label, href=Address(stretch).href, className="as-queue")


def _facts(frame: pd.DataFrame) -> Component:
    figures = key_figures(frame)
    interval = (
        _(
            " (95%, by people: {low} … {high})",
            low=signed(figures.sentiment_low),
            high=signed(figures.sentiment_high),
        )
        if figures.sentiment_low is not None and figures.sentiment_high is not None
        else ""
    )
    half = (
        _(", half of them within {duration}", duration=_duration(figures.half_within))
        if figures.half_within is not None
        else ""
    )
    replies = figures.replies_given + figures.replies_inferred
    return ui.facts(
        [
            (number(figures.comments), noun(figures.comments, "comment", "comments") + half),
            (
                number(figures.effective_people, 1) if figures.people else "–",
                ngettext(
                    "equally loud voices, of {number} person who spoke",
                    "equally loud voices, of {number} people who spoke",
                    figures.people,
                )
                if figures.people
                else _("voices: no comment has a name"),
            ),
            (
                "–" if figures.mean_sentiment is None else signed(figures.mean_sentiment),
                _("mean sentiment{interval}", interval=interval),
            ),
            (
                number(replies),
                _(
                    "replies, {replies_inferred} of them inferred",
                    replies_inferred=number(figures.replies_inferred),
                ),
            ),
            ui.sides(figures.stances, figures.supportive, figures.critical),
        ]
    )


def _said(frame: pd.DataFrame, link: Link) -> Component:
    parts: list[Any] = []
    for sentence in what_happened(frame):
        parts += [*changes.linked(sentence, link), " "]
    return html.P(parts, className="said")


def _link(comment_id: str, filters: Filters, pages: dict[str, int]) -> str:
    """Return the address of a comment, which may stand on another page or be filtered away."""
    if pages.get(comment_id) == filters.page:
        return ui.fragment(comment_id)
    if comment_id in pages:
        return filters.on_page(pages[comment_id]).query() + ui.fragment(comment_id)
    return ui.link_to(comment_id)


def _changes(reading: Reading) -> tuple[changes.Changes | None, Work | None]:
    """Return what changed; of very many comments only if it was asked for, and the work that finds it."""
    if reading.chosen.empty:
        return None, None
    if len(reading.chosen) <= changes.AT_ONCE:
        return changes.changes_of(reading), None
    work = reading.context.background.known(changes.key_of(reading))
    return (work.result if work is not None else None), work


def _changed_panel(
    frame: pd.DataFrame, found: changes.Changes | None, work: Work | None, link: Link
) -> Component | None:
    if frame.empty:
        return None
    if found is not None:
        said = changes.what_changed(frame, found.turns, link)
    else:
        said = [*changes.on_request(len(frame))] if work is None else [waiting(work)]
    return ui.panel(_("What changed"), *said, note=_(CHANGED))


def _pace_panel(frame: pd.DataFrame, found: changes.Changes | None, link: Link) -> Component | None:
    if frame.empty:
        return None
    if found is None:
        return ui.panel(_("Pace"), ui.empty(_("Told with the turning points.")))
    return ui.panel(_("Pace"), *changes.pace(found, link))


def _sentiment_panel(frame: pd.DataFrame, found: TurningPoints | None) -> Component:
    placed = frame.dropna(subset=["published_at", "sentiment"])
    if placed.empty:
        return ui.panel(_("Sentiment over time"), ui.empty(_why_no_sentiment(frame)))
    line = smooth(frame)
    points = changes.strongest(found) if found is not None else ()
    note = (
        _(
            "Each mark is a comment; its area is its length. A click leads to it; dragging with a mouse "
            "selects a stretch of time."
        )
        if len(placed) <= POINTS_UP_TO
        else _("The darker, the more comments. Dragging with a mouse selects a stretch of time.")
    )
    left_out = len(frame) - len(placed)
    notes = [
        note,
        line.reason,
        _("Numbered lines are the turning points below.") if points else "",
        _(
            "Not drawn: {comments} without time or sentiment.",
            comments=counted(left_out, "comment", "comments"),
        )
        if left_out
        else "",
    ]
    sentiment = sentiment_over_time(frame, line.curve, [point.at for point in points])
    label = _(
        "Sentiment over time of {comments}, mean {mean}; the same values stand beside each comment below.",
        comments=counted(len(placed), "comment", "comments"),
        mean=signed(placed["sentiment"].mean()),
    )
    bins = timeline(frame)
    columns = ["published_at", "author", "sentiment", "words", "stance", "comment_id"]
    parts = [
        ui.chart(sentiment, label, table=placed[columns], name="sentiment", id="sentiment-figure"),
    ]
    if len(bins.rows) > 1:
        stance = stance_over_time(bins.rows)
        stance["layout"]["height"] = 170
        share_axis([sentiment, stance], bins.rows["start"].iloc[0], bins.rows["end"].iloc[-1])
        parts += [
            html.H3(_("Comments and stance")),
            ui.chart(
                stance,
                _("Comments by stance over time"),
                said=bins.sentence(),
                table=bins.rows,
                name="comments-over-time",
                id="stance-figure",
            ),
        ]
    return ui.panel(_("Sentiment over time"), *parts, note=" ".join(text for text in notes if text))


def _why_no_sentiment(frame: pd.DataFrame) -> str:
    if frame.empty:
        return _("No comment passes the filters.")
    if frame["published_at"].isna().all():
        return _("None of these comments carries a time that could be read.")
    reasons = frame["sentiment_missing"].dropna()
    return (
        _("No sentiment: {reason}.", reason=one_line(why_no_sentiment(reasons.mode()[0]), 120))
        if len(reasons)
        else _("No comment here has a sentiment.")
    )


def _conversation_panel(
    turns: list[Turn], pages: dict[str, int], filters: Filters, weight_of: Mapping[str, float]
) -> Component:
    if not turns:
        return ui.panel(_("The conversation"), ui.empty(_("No comment passes the filters.")))
    last = 1 + (len(turns) - 1) // PER_PAGE
    page = min(filters.page, last)
    start = (page - 1) * PER_PAGE
    shown_turns = turns[start : start + PER_PAGE]
    offensive = ui.offensive_spans([turn.row for turn in shown_turns])
    note = _("In the order of the page, replies under what they answer. Dashed: inferred, with confidence.")
    return ui.panel(
        _("The conversation"),
        ui.pager(page, last, filters, "conversation", below=False) if last > 1 else None,
        html.Div(
            [
                _turn(turn, spans, filters, pages, weight_of)
                for turn, spans in zip(shown_turns, offensive, strict=True)
            ],
            className="conversation",
        ),
        ui.pager(page, last, filters, "conversation") if last > 1 else None,
        note=note,
        id="conversation",
    )


def _turn(
    turn: Turn,
    offensive: Sequence[tuple[int, int]],
    filters: Filters,
    pages: dict[str, int],
    weight_of: Mapping[str, float],
) -> Component:
    parent_link = _link(turn.parent["comment_id"], filters, pages) if turn.parent is not None else ""
    return ui.comment(
        turn.row,
        turn.parent,
        parent_link=parent_link,
        level=turn.level,
        quoted=not turn.follows_parent,
        offensive=offensive,
        more=featured.cues(turn.row, weight_of),
    )


def _people_panel(frame: pd.DataFrame) -> Component:
    if frame.empty:
        return ui.panel(_("Who talks"), ui.empty(_("No comment passes the filters.")))
    table = people(frame).sort_values("words", ascending=False)
    most = max(float(table["word_share"].max()), 1e-9)
    rows = [
        (ui.author_name(row["author"]), row["word_share"] / most, percent(row["word_share"]))
        for row in table.head(PEOPLE_SHOWN).to_dict("records")
    ]
    more = len(table) - len(rows)
    return ui.panel(
        _("Who talks"),
        ui.shares(rows),
        html.P(_("and {more} more", more=number(more)), className="muted") if more else None,
        html.Details([html.Summary(_("How they write")), _people_table(table.head(PEOPLE_SHOWN))]),
        note=_("Share of words"),
    )


def _people_table(table: pd.DataFrame) -> Component:
    columns = [
        ("author", _("Name"), ui.author_name),
        ("comments", _("Comments"), _count),
        ("words", _("Words"), _count),
        ("mean_sentiment", _("Sentiment"), lambda value: "–" if pd.isna(value) else signed(value)),
        ("flesch_reading_ease", _("Reading ease"), _rounded),
        ("mtld", "MTLD", _rounded),
    ]
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(label, scope="col") for _name, label, _text in columns])),
                html.Tbody(
                    [
                        html.Tr([html.Td(one_line(text(row[name]), 40)) for name, _label, text in columns])
                        for row in table.to_dict("records")
                    ]
                ),
            ]
        ),
        className="scroll figures",
        tabIndex=0,
        role="region",
        **ui.hyphenated(aria_label=_("How they write")),
    )


def _stance_panel(reading: Reading) -> Component:
    frame, title = reading.chosen, _("Stance toward the article")
    if frame.empty:
        return ui.panel(title, ui.empty(_("No comment passes the filters.")))
    counts = {stance: int((frame["stance"] == stance).sum()) for stance in STANCES}
    label = _to_labelling(reading.discussion.thread_id)
    if not sum(counts.values()):
        return ui.panel(title, ui.empty(_("No stance: it needs an English text and a title.")), label)
    own = own_model(reading.context, reading.discussion.thread_id)
    return ui.panel(title, ui.stance_strip(counts), label, note=who_judged(frame["stance_model"], own))


def _to_labelling(thread_id: str) -> Component | None:
    """Return the way to where comments of a discussion are labelled, for who may."""
    if not may("decide"):
        return None
    href = f"{ui.thread_path(thread_id, '/stance')}#labelling"
    return html.P(dcc.Link(_("Label some comments to have the others judged by them →"), href=href))


def _report_panel(discussion: Discussion, report: Report) -> Component:
    """Return how much was read; what was left out quotes names and texts, which not everybody may see."""
    quoting = may("see_people")
    lines = [
        _(
            "{comments} read, {kept} kept, {dropped} left out.",
            comments=counted(report.read, "comment", "comments"),
            kept=number(report.kept),
            dropped=number(report.dropped),
        )
    ]
    if discussion.article_text:
        lines.append(
            _("Article text: {words}.", words=counted(len(discussion.article_text.split()), "word", "words"))
        )
    return ui.panel(
        _("What was read"),
        html.P(" ".join(lines)),
        html.Ul([html.Li(one_line(retold(warning), 400)) for warning in report.warnings])
        if report.warnings and quoting
        else None,
        html.Details(
            [
                html.Summary(_("Left out: {dropped}", dropped=number(report.dropped))),
                html.Ul(
                    [html.Li(one_line(f"{retold(s.place)}: {retold(s.reason)}", 300)) for s in report.skipped]
                ),
            ]
        )
        if report.skipped and quoting
        else None,
    )


def _article_panel(discussion: Discussion) -> Component | None:
    if not discussion.article_text:
        return None
    return ui.panel(
        _("The article"),
        html.Details(
            [
                html.Summary(_("Read it")),
                html.Div(shown(discussion.article_text), className="text", dir="auto"),
            ]
        ),
    )


def _count(value: Any) -> str:
    return "–" if pd.isna(value) else number(value)


def _rounded(value: Any) -> str:
    return "–" if pd.isna(value) else number(value)


def _duration(span: timedelta) -> str:
    minutes = span / timedelta(minutes=1)
    if minutes < 90:
        return _("{minutes} min", minutes=max(1, round(minutes)))
    if minutes < 48 * 60:
        return _("{hours} h", hours=round(minutes / 60))
    return _("{days} days", days=round(minutes / 1440))
