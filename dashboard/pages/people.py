"""Who talks: how much each says, who answers whom, and how the talk is built."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from dash import dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.figures import answers_between, comments_by_depth
from dashboard.filters import NO_NAME, Filters, names_of
from dashboard.pages.base import Context, Menu
from dashboard.pages.discussion import DiscussionPage, Reading
from dashboard.tables import Shown, compound, count, day, percent, table
from dashboard.text import one_line, shown, well_formed
from threads.dynamics.answers import answered, who_answers_whom
from threads.dynamics.newcomers import newcomers
from threads.dynamics.participation import Participation, participation
from threads.dynamics.people import people
from threads.dynamics.replies import Answering, Shape, answering, shape
from threads.language import N_, _, ngettext, noun, number
from threads.outline import NO_TIME, Outline, moment

IN_MATRIX: Final = 12
ANSWERED_SHOWN: Final = 12
MOST_FOR_NEWCOMERS: Final = 50_000
"""Comments from which the page of all people does not read them to tell newcomers from regulars."""


class PeoplePage(DiscussionPage):
    """The people of one discussion, or of all."""

    path = "/people"
    title = N_("People")
    menu: Menu | None = "discussions"

    def without_discussion(self, context: Context) -> Component:
        """Return the people of all discussions."""
        outline = context.outline()
        if not len(outline):
            return html.Div([html.H1(_("People")), ui.empty([_("Nothing here yet."), " ", ui.to_import()])])
        found = _everybody(outline)
        columns = [
            Shown("name", _("Name"), str, cell=lambda row: _filtered("/", row["name"])),
            Shown("comments", _("Comments")),
            Shown("discussions", _("Discussions")),
            Shown("sentiment", _("Mean sentiment"), compound, _("Of the comments in English")),
            Shown("first", _("First"), day),
            Shown("last", _("Last"), day),
        ]
        said = ngettext(
            "{number} person with a name wrote here.",
            "{number} people with a name wrote here.",
            len(outline.people),
        )
        return html.Div(
            [
                html.H1(_("People")),
                html.P(_("Of all discussions. Open one for who answers whom."), className="meta"),
                html.P(said, className="said"),
                ui.panel(
                    _("Who talks"),
                    table(found, columns, _("Who talks"), total=len(outline.people)),
                    note=_("The most comments first."),
                ),
                _newcomers(context, outline),
            ]
        )

    def content(self, reading: Reading) -> list[Component]:
        """Return everything below the page's head."""
        frame = reading.chosen
        if frame.empty:
            return [ui.empty(_("No comment passes the filters."))]
        took, network, form = participation(frame), answering(frame), shape(frame)
        said = [took.sentence(), network.sentence()]
        return [
            _facts(took, network),
            html.P([part for s in said for part in (*shown(s.text), " ")], className="said"),
            _talking(reading),
            html.Div(
                [
                    html.Div([_matrix(frame, network)]),
                    html.Div([_built(form), _answered(reading)]),
                ],
                className="columns",
            ),
        ]


def _facts(took: Participation, network: Answering) -> Component:
    hill = took.people_by_words[1] if took.people_by_words else None
    return ui.facts(
        [
            (number(took.people), noun(took.people, "person with a name", "people with a name")),
            (_number(hill), _("as if so many spoke equally, by words")),
            (percent(took.one_time / took.people if took.people else None), _("of them wrote once")),
            (percent(took.coverage), _("of the crowd's talk is by people seen here")),
            (percent(network.reciprocity), _("of who answers whom is answered back")),
        ]
    )


def _number(value: float | None) -> str:
    return "–" if value is None or pd.isna(value) else number(value, 1)


def _talking(reading: Reading) -> Component:
    found = people(reading.chosen)
    thread = ui.thread_path(reading.discussion.thread_id)
    columns = [
        Shown("author", _("Name"), str, cell=lambda row: _filtered(thread, _name(row["author"]))),
        Shown("comments", _("Comments")),
        Shown("word_share", _("Share of words"), percent),
        Shown("words", _("Words")),
        Shown("mean_sentiment", _("Mean sentiment"), compound, _("Of the comments in English")),
        Shown("median_gap", _("Minutes between"), count, _("Median time between two comments, in minutes")),
        Shown("flesch_reading_ease", _("Reading ease"), count, _("Flesch: the higher, the easier")),
        Shown("mtld", _("Variety"), count, _("MTLD: the higher, the more varied the words")),
        Shown("last_at", _("Last"), day),
    ]
    note = _("The most words first; a heading sorts. A name leads to what they wrote.")
    return ui.panel(_("Who talks"), table(found, columns, _("Who talks")), note=note)


def _matrix(frame: pd.DataFrame, network: Answering) -> Component:
    pairs = who_answers_whom(frame)
    if pairs.empty:
        return ui.panel(
            _("Who answers whom"), ui.empty(_("No answer of one named person to another is known."))
        )
    note = _(
        "Of the {in_matrix} who answer and are answered most. Rows answer, columns are answered.",
        in_matrix=IN_MATRIX,
    )
    if network.links.inferred:
        note += " " + _("{share} of the replies are inferred.", share=percent(network.links.share))
    return ui.panel(
        _("Who answers whom"),
        ui.chart(
            answers_between(pairs, IN_MATRIX),
            _("Who answers whom: number of replies from each row's person to each column's"),
            said=network.sentence(),
            table=pairs[["author", "answered", "replies", "back", "agrees", "disagrees", "judged"]],
            name="who-answers-whom",
            id="answers-figure",
        ),
        note=note,
    )


def _built(form: Shape) -> Component:
    levels = pd.DataFrame({"depth": range(1, len(form.levels) + 1), "comments": form.levels})
    facts = [
        (_("Comments at the widest depth"), count(form.width)),
        (_("Deepest"), count(form.depth)),
        (_("h-index"), _with_reason(form, "h_index")),
        (_("Structural virality"), _with_reason(form, "virality")),
    ]
    return ui.panel(
        _("How the talk is built"),
        ui.chart(
            comments_by_depth(levels),
            _("Comments by depth below the article"),
            said=form.sentence(),
            table=levels,
            name="depth",
            id="depth-figure",
        ),
        html.Dl(
            [html.Div([html.Dt(label), html.Dd(value)]) for label, value in facts], className="plain-facts"
        ),
        note=_("Depth 1 answers the article. Ranges are over drawn parents where replies are inferred."),
    )


def _with_reason(form: Shape, name: str) -> str:
    value = getattr(form, name)
    if value is None:
        return form.missing.get(name, "–")
    low_high = form.ranges.get(name)
    written = number(value, 1 if isinstance(value, float) else 0)
    if not low_high:
        return written
    low, high = (number(end, 1) for end in low_high)
    return _("{value} ({low} to {high})", value=written, low=low, high=high)


def _answered(reading: Reading) -> Component:
    found = answered(reading.chosen)
    if found.rows.empty:
        return ui.panel(_("Who is answered"), ui.empty(found.sentence().text))
    thread = ui.thread_path(reading.discussion.thread_id)
    columns = [
        Shown("author", _("Name"), str, cell=lambda row: _filtered(thread, _name(row["author"]))),
        Shown("replies", _("Replies")),
        Shown("repliers", _("By people")),
        Shown(
            "sentiment_difference",
            _("Tone after"),
            compound,
            _("Mean sentiment of replies, less that to others"),
        ),
    ]
    reasons = " ".join(dict.fromkeys(found.missing.values()))
    return ui.panel(
        _("Who is answered"),
        html.P(shown(found.sentence().text), className="seen"),
        table(found.rows.head(ANSWERED_SHOWN), columns, _("Who is answered")),
        note=reasons or None,
    )


def _name(author: Any) -> str:
    return NO_NAME if pd.isna(author) else well_formed(author)


def _filtered(path: str, name: str) -> Component:
    """Return a name that leads to what its bearer wrote."""
    return dcc.Link(
        shown(_(name) if name == NO_NAME else one_line(name, 40)),
        href=path + Filters(authors=(name,)).query(),
    )


def _everybody(outline: Outline) -> pd.DataFrame:
    """Return the people with a name, the most comments first: the first ones, for a table."""
    person = outline["person"]
    comments = np.bincount(person + 1, minlength=len(outline.people) + 1)[1:]
    first_ones = np.argsort(-comments, kind="stable")[: ui.NUMBERS_SHOWN]
    of_these = np.flatnonzero(np.isin(person, first_ones))
    rows = pd.DataFrame({name: outline[name][of_these] for name in ("person", "thread", "sentiment", "time")})
    known = rows["time"].where(rows["time"] != NO_TIME)
    grouped = rows.assign(time=known).groupby("person")
    found = grouped.agg(
        discussions=("thread", "nunique"),
        sentiment=("sentiment", "mean"),
        first=("time", "min"),
        last=("time", "max"),
    ).reindex(first_ones)
    for column in ("first", "last"):
        found[column] = [moment(NO_TIME if pd.isna(t) else int(t)) for t in found[column]]
    return found.assign(name=names_of(outline)[first_ones], comments=comments[first_ones])


def _newcomers(context: Context, outline: Outline) -> Component:
    if len(outline) > MOST_FOR_NEWCOMERS:
        reason = _(
            "Told of up to {most_for_newcomers} comments; here are {count}.",
            most_for_newcomers=number(MOST_FOR_NEWCOMERS),
            count=number(len(outline)),
        )
        return ui.panel(_("Newcomers and regulars"), ui.empty(reason))
    found = newcomers(context.comments())
    columns = [
        Shown("group", _("Group"), _),
        Shown("people", _("People")),
        Shown("comments", _("Comments")),
        Shown("mean_words", _("Mean words")),
        Shown("mean_sentiment", _("Mean sentiment"), compound),
        Shown("mean_answered", _("Answered"), percent, _("Share of their comments that somebody answers")),
    ]
    shown_table = None if found.rows.empty else table(found.rows, columns, _("Newcomers and regulars"))
    return ui.panel(_("Newcomers and regulars"), html.P(found.sentence().text, className="seen"), shown_table)
