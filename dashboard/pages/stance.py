"""Which sides a discussion takes: over time, by whom, with examples, and who judged it how rightly."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from dash import Dash, dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.figures import STANCES, share_axis, stance_over_time, stance_shares_over_time
from dashboard.filters import NO_NAME, Filters
from dashboard.judges import own_model, who_judged
from dashboard.label_panel import label_panel, register_labelling
from dashboard.pages.base import Context, Menu
from dashboard.pages.discussion import DiscussionPage, Reading
from dashboard.tables import Shown, count, table
from dashboard.text import one_line, shown, well_formed
from threads.dynamics.sentences import Sentence, plain
from threads.dynamics.sides import SIDES, Across, across, sides_of_people
from threads.dynamics.timeline import Timeline, timeline
from threads.language import N_, _, counted, ngettext, number, percent, written

FEWEST: Final = 5  # known stances of a bin below which its shares are greyed out
EXAMPLES: Final = 6
PEOPLE_SHOWN: Final = 12
QUOTED: Final = 240  # characters of an example
ANSWERED_QUOTED: Final = 90


class StancePage(DiscussionPage):
    """The sides of one discussion."""

    path = "/stance"
    title = N_("Stance")
    menu: Menu | None = "discussions"

    def register(self, app: Dash, context: Context) -> None:
        """Add the callbacks of the panel where comments are labelled."""
        register_labelling(app, context)

    def content(self, reading: Reading) -> list[Component]:
        """Return everything below the page's head."""
        frame = reading.chosen
        if frame.empty:
            return [ui.empty(_("No comment passes the filters."))]
        discussion = reading.discussion
        panel = label_panel(reading.context, discussion.thread_id, discussion.title or "")
        counts = {stance: int((frame["stance"] == stance).sum()) for stance in STANCES}
        judged = sum(counts.values())
        if not judged:
            reason = ui.empty(_("No stance: it needs an English text and a title, or labels of your own."))
            return [reason, panel] if panel else [reason]
        return [
            ui.facts(
                [
                    (
                        number(sum(counts[side] for side in SIDES)),
                        _("take a side, of {judged} judged", judged=number(judged)),
                    ),
                    *(
                        (number(counts[stance]), _called(stance, counts[stance] / judged))
                        for stance in STANCES
                    ),
                ]
            ),
            html.P(shown(_said(counts, len(frame)).text), className="said"),
            html.Div(
                [
                    html.Div([_over_time(frame), panel, _people(reading)]),
                    html.Div([_judge(reading, counts), _examples(reading, counts), _replies(reading)]),
                ],
                className="columns",
            ),
        ]


def _called(stance: str, share: float) -> Any:
    sign = html.I(ui.STANCE_SIGNS[stance], **ui.hyphenated(aria_hidden="true"))
    return [html.Span([sign, f" {_(stance)}"], className=f"stance {stance}"), f", {percent(share)}"]


def _said(counts: dict[str, int], total: int) -> Sentence:
    judged, sides = sum(counts.values()), sum(counts[side] for side in SIDES)
    said = ngettext(
        "{number} comment of {judged} takes a side",
        "{number} comments of {judged} take a side",
        sides,
        judged=number(judged),
    )
    split = (
        _(
            ": {supportive} supportive, {critical} critical",
            supportive=number(counts["supportive"]),
            critical=number(counts["critical"]),
        )
        if sides
        else ""
    )
    left = _("; {total} more were not judged", total=number(total - judged)) if total > judged else ""
    return plain(f"{said}{split}{left}.")


def _judge(reading: Reading, counts: dict[str, int]) -> Component:
    own = own_model(reading.context, reading.discussion.thread_id)
    return ui.panel(
        _("Who judged, and how right that is"),
        ui.stance_strip(counts),
        html.P(shown(who_judged(reading.chosen["stance_model"], own)), className="seen"),
    )


def _over_time(frame: pd.DataFrame) -> Component:
    bins = timeline(frame)
    if not bins.rows["stances"].sum():
        return ui.panel(
            _("Over time"), ui.empty(_("None of these comments carries a time that could be read."))
        )
    rows = bins.rows
    shares, counts = stance_shares_over_time(rows, FEWEST), stance_over_time(rows)
    share_axis([shares, counts], rows["start"].iloc[0], rows["end"].iloc[-1])
    shares["layout"]["height"], counts["layout"]["height"] = 240, 190
    columns = ["start", "end", "comments", "stances", *STANCES]
    note = _(
        "Faded: fewer than {fewest} judged within {length}, of which a share says little.",
        fewest=FEWEST,
        length=_(bins.label),
    )
    if bins.left_out:
        note += " " + _(
            "Without a time and not drawn: {comments}.",
            comments=counted(bins.left_out, "comment", "comments"),
        )
    return ui.panel(
        _("Over time"),
        html.H3(_("Shares of those judged")),
        ui.chart(
            shares,
            _("Shares of stances over time"),
            said=_most_one_sided(bins),
            table=rows[["start", "end", "stances", *(f"{stance}_share" for stance in STANCES)]],
            name="stance-shares",
            id="stance-shares",
        ),
        html.H3(_("Comments")),
        ui.chart(
            counts,
            _("Comments by stance over time"),
            said=bins.sentence(),
            table=rows[columns],
            name="stance-counts",
            id="stance-counts",
        ),
        note=note,
    )


def _most_one_sided(bins: Timeline) -> Sentence:
    """Return when the talk took sides most, of the bins that carry a share."""
    rows = bins.rows[bins.rows["stances"].fillna(0) >= FEWEST]
    if len(rows) < 2:
        return plain(
            _("No two stretches have {fewest} judged comments: shares cannot be compared.", fewest=FEWEST)
        )
    parts = []
    for side in SIDES:
        most = rows.iloc[int(rows[f"{side}_share"].argmax())]
        if most[side]:
            parts.append(
                _(
                    "{side} most within {length} from {start} on ({share} of {stances})",
                    side=_(side),
                    length=_(bins.label),
                    start=written(most["start"], _("%-d %b, %H:%M")),
                    share=percent(most[f"{side}_share"]),
                    stances=most["stances"],
                )
            )
    said = "; ".join(parts) or _("no stretch with a side")
    return plain(f"{said[0].upper()}{said[1:]}.")


def _examples(reading: Reading, counts: dict[str, int]) -> Component:
    frame = reading.chosen
    folded = [_examples_of(reading, frame[frame["stance"] == s], s) for s in STANCES if counts[s]]
    return ui.panel(
        _("Examples of each"), *folded, note=_("The surest first; of unclear ones the least sure.")
    )


def _examples_of(reading: Reading, rows: pd.DataFrame, stance: str) -> Component:
    ordered = rows.sort_values("stance_probability", ascending=stance == "unclear", kind="stable")
    best = ordered.head(EXAMPLES)
    every = reading.filters.of_stance(stance).query()
    return html.Details(
        [
            html.Summary(
                html.Span(
                    f"{ui.STANCE_SIGNS[stance]} {_(stance)}: {number(len(rows))}",
                    className=f"stance {stance}",
                )
            ),
            html.Ul(
                [html.Li(_quoted(reading, row)) for row in best.to_dict("records")], className="examples"
            ),
            dcc.Link(
                _("All {count} in the conversation", count=number(len(rows))),
                href=ui.thread_path(reading.discussion.thread_id) + every,
            ),
        ],
        className="of-stance",
    )


def _quoted(reading: Reading, row: Any) -> list[Any]:
    """Return the beginning of a comment, with a link to it, its author and how sure its stance is."""
    href = ui.thread_path(reading.discussion.thread_id) + ui.link_to(row["comment_id"])
    return [
        html.Q(shown(one_line(row["text"], QUOTED)), dir="auto"),
        " ",
        dcc.Link(shown(one_line(ui.author_name(row["author"]), 40)), href=href),
        html.Span(f" {ui.decimals(row['stance_probability'])}", className="muted"),
    ]


def _people(reading: Reading) -> Component:
    found = sides_of_people(reading.chosen)
    if found.empty:
        return ui.panel(_("Where people stand"), ui.empty(_("Nobody here has a name.")))
    more = len(found) - PEOPLE_SHOWN
    path = ui.thread_path(reading.discussion.thread_id)
    columns = [
        Shown("author", _("Name"), str, cell=lambda row: _filtered(path, row["author"])),
        Shown("comments", _("Comments")),
        *(
            Shown(
                s,
                f"{ui.STANCE_SIGNS[s]} {_(s).capitalize()}",
                count,
                _("Comments that are {stance}", stance=_(s)),
            )
            for s in STANCES
        ),
    ]
    return ui.panel(
        _("Where people stand"),
        table(found.head(PEOPLE_SHOWN), columns, _("Where people stand")),
        html.P(_("and {more} more", more=number(more)), className="muted") if more > 0 else None,
        note=_("The most active first; a heading sorts. A name leads to what they wrote."),
    )


def _filtered(path: str, author: Any) -> Component:
    name = NO_NAME if pd.isna(author) else well_formed(author)
    return dcc.Link(shown(one_line(name, 40)), href=path + Filters(authors=(name,)).query())


def _replies(reading: Reading) -> Component:
    found = across(reading.frame, reading.chosen)
    if found.rows.empty:
        return ui.panel(_("Replies across sides"), ui.empty(found.sentence().text))
    return ui.panel(
        _("Replies across sides"),
        html.P(shown(found.sentence().text), className="seen"),
        _matrix(found),
        _pairs(reading, found),
        note=_("Only replies in which both comments take a side."),
    )


def _matrix(found: Across) -> Component:
    counts = found.rows.groupby(["stance", "answered_stance"]).size()
    rows = [
        html.Tr(
            [
                html.Th(f"{ui.STANCE_SIGNS[side]} {_(side)}", scope="row"),
                *(html.Td(number(counts.get((side, other), 0))) for other in SIDES),
            ]
        )
        for side in SIDES
    ]
    head = [html.Th(_("Replies that are"), scope="col")]
    head += [
        html.Th(_("to {sign} {side}", sign=ui.STANCE_SIGNS[side], side=_(side)), scope="col")
        for side in SIDES
    ]
    return html.Div(
        html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)]),
        className="scroll figures",
        tabIndex=0,
        role="region",
        **ui.hyphenated(aria_label=_("Replies across sides")),
    )


def _pairs(reading: Reading, found: Across) -> Component | None:
    """Return some of the replies to the other side, folded, each under what it answers."""
    crossing = found.rows[found.rows["crosses"] == 1].head(EXAMPLES)
    if crossing.empty:
        return None
    by_id = reading.frame.set_index("comment_id")
    items = []
    for row in crossing.to_dict("records"):
        reply, above = by_id.loc[row["comment_id"]], by_id.loc[row["answered_id"]]
        inferred = html.Span([" ", _("(inferred)")], className="muted") if row["inferred"] else None
        items.append(
            html.Li(
                [
                    html.Blockquote(shown(one_line(above["text"], ANSWERED_QUOTED)), dir="auto"),
                    *_quoted(reading, {**reply.to_dict(), "comment_id": row["comment_id"]}),
                    inferred,
                ]
            )
        )
    return html.Details(
        [html.Summary(_("Some that go to the other side")), html.Ul(items, className="examples")],
        className="of-stance",
    )
