"""The weekly report: how right the rules were, how long decisions took, and how far moderators agree."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import dash_mantine_components as dmc
import pandas as pd
from dash import Dash, Input, Output, dcc
from dash.development.base_component import Component
from flask import Response, request

from dashboard import components as ui
from dashboard.elements import html
from dashboard.limits import limits_panel, register_limits
from dashboard.pages.base import Context, Menu
from dashboard.ranges import range_bar
from dashboard.security.access import current_user, may, needs
from dashboard.text import one_line, shown
from threads.errors import InputError
from threads.language import N_, _, counted, day, explained, noun, number, percent, written
from threads.moderation.precision import FEWEST, Share
from threads.moderation.report import (
    Report,
    agreement_words,
    reason_words,
    recall_words,
    report_table,
    share_words,
    totals_by_moderator,
)
from threads.moderation.roles import Permission
from threads.moderation.rules import title_of
from threads.moderation.weeks import Week
from threads.moderation.workload import in_words
from threads.storage.csv_files import write_csv

HEAT_LEVELS = 5
MOST_WEEKS = 104  # offered for choice
ABOUT_MODERATORS = N_("For planning shifts, never for ranking people: comments differ, and so do the hours.")


class ReportPage:
    """The report of one week; `rest` is the week, such as 2026-W48, the present one by default."""

    path = "/report"
    title = N_("Report")
    menu: Menu | None = "moderation"
    permission: Permission = "decide"

    def layout(self, context: Context, rest: str, search: str) -> Component:  # noqa: ARG002 - the Protocol's signature
        """Return the report of a week."""
        try:
            report = _report(context, rest)
        except InputError as error:
            return html.Div(
                [html.H1(_("Report")), ui.empty(explained(error)), dcc.Link(_("This week"), href=self.path)]
            )
        head = _head(report, context.store.learning.weeks())
        if report.empty:
            return html.Div([*head, ui.empty(_("Nothing came in and nothing was decided in this week."))])
        return html.Div(
            [
                *head,
                _facts(report),
                html.Ul([html.Li(sentence) for sentence in report.changes], className="said"),
                _precision(report),
                html.Div(
                    [_workload(report), html.Div([_moderators(report), _agreement(report)])],
                    className="columns even",
                ),
                limits_panel(),
                ui.take_away() if may("export_people") else None,
            ],
            className="report",
        )

    def register(self, app: Dash, context: Context) -> None:
        """Add choosing a week, printing, and the table to download."""
        register_limits(app, context)
        app.clientside_callback(
            "(week) => week ? '/report/' + week : window.dash_clientside.no_update",
            Output("url", "pathname"),
            Input("report-week", "value"),
            prevent_initial_call=True,
        )
        app.clientside_callback(
            "() => { window.print(); return window.dash_clientside.no_update; }",
            Output("report-print", "title"),
            Input("report-print", "n_clicks"),
            prevent_initial_call=True,
        )

        @app.server.get("/report.csv")
        @needs("decide", scope="read")
        def table() -> Response:
            report = _report(context, request.args.get("week", ""))
            file = io.StringIO(newline="")
            write_csv(report_table(report), file)
            return Response(
                file.getvalue().encode(),
                mimetype="text/csv",
                headers={"Content-Disposition": f'attachment; filename="report-{report.week}.csv"'},
            )


def _report(context: Context, week: str) -> Report:
    """Return a week's report as who asks may see it: colleagues' own figures are for admins."""
    report = context.store.learning.report(Week.parse(week) if week else None)
    user = current_user()
    return report if may("manage_users") else report.seen_by(user.name if user else None)


def _head(report: Report, weeks: Sequence[Week]) -> list[Component]:
    week, others = report.week, sorted({*weeks[-MOST_WEEKS:], report.week}, reverse=True)
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.H1(_("Week {week} of {year}", week=week.number, year=week.year)),
                        html.P(_("{days} · as decisions stand now", days=_days(week)), className="meta"),
                    ]
                ),
                html.Nav(
                    [
                        dcc.Link(_("← before"), href=f"/report/{week.moved(-1)}"),
                        dmc.Select(
                            id="report-week",
                            data=[
                                {"value": str(each), "label": f"{each} · {_days(each)}"} for each in others
                            ],
                            value=str(week),
                            size="xs",
                            allowDeselect=False,
                            searchable=True,
                            **ui.hyphenated(aria_label=_("Week")),
                        ),
                        dcc.Link(_("after →"), href=f"/report/{week.moved(1)}"),
                        html.A(
                            _("Download CSV"),
                            href=f"/report.csv?week={week}",
                            download="",
                            className="button",
                        ),
                        html.Button(_("Print"), id="report-print", className="button"),
                    ],
                    className="report-nav",
                    **ui.hyphenated(aria_label=_("Weeks")),
                ),
            ],
            className="report-head",
        )
    ]


def _days(week: Week) -> str:
    start, last = written(week.start, _("%d %b")), day(week.end - pd.Timedelta(days=1))
    return _("{start} to {last}", start=start, last=last)


def _facts(report: Report) -> Component:
    now, waited, queue = report.now, report.now.waiting, report.queue
    undone = now.decisions
    return ui.facts(
        [
            (
                number(now.comments),
                _(
                    "{comments} came in, in {discussions}",
                    comments=noun(now.comments, "comment", "comments"),
                    discussions=counted(now.discussions, "discussion", "discussions"),
                ),
            ),
            (
                number(now.flagged),
                _("flagged, {flagged} of them", flagged=percent(now.flagged / now.comments))
                if now.comments
                else _("flagged"),
            ),
            (
                number(undone.n),
                _(
                    "{n}, {right} undone",
                    n=noun(undone.n, "decision", "decisions"),
                    right=number(undone.right),
                ),
            ),
            (
                _thin(in_words(waited.median), thin=waited.n < FEWEST),
                _(
                    "to decision (median of {n}); nine in ten within {in_words}",
                    n=number(waited.n),
                    in_words=in_words(waited.p90),
                )
                if waited.n
                else _("nothing was first decided"),
            ),
            (
                dcc.Link(number(queue.waiting), href="/moderation"),
                _("flagged and waiting now, the oldest for {in_words}", in_words=in_words(queue.oldest))
                if queue.waiting
                else _("flagged and waiting now"),
            ),
        ]
    )


def _thin(text: str, *, thin: bool) -> Any:
    return (
        html.Span(text, className="thin", title=_("fewer than {fewest}: too few to say", fewest=FEWEST))
        if thin
        else text
    )


# --- how right the rules were


def _precision(report: Report) -> Component:
    flagged = report.now.by_rule
    precision = {row["rule"]: row for row in report.precision.to_dict("records")}
    earlier = {row["rule"]: row for row in report.earlier.to_dict("records")}
    rules = list(dict.fromkeys([*flagged, *precision]))
    note = _(
        "Of the flagged comments decided in the week, the share that was rejected: the dot; the bar "
        "is its 95% interval, the ring all weeks before. Grey and in brackets: fewer than {fewest} "
        "decided, too few to say.",
        fewest=FEWEST,
    )
    if not rules:
        return ui.panel(
            _("How right the rules were"),
            ui.empty(_("No rule flagged anything, and nothing flagged was decided.")),
        )
    return ui.panel(
        _("How right the rules were"),
        html.Div(
            [html.Span(percent(share)) for share in (0, 0.5, 1)],
            className="range-scale",
            **ui.hyphenated(aria_hidden="true"),
        ),
        html.Ol(
            [
                _rule(rule, flagged.get(rule, 0), precision.get(rule), earlier.get(rule), report.reasons)
                for rule in rules
            ],
            className="ranges",
        ),
        html.P(recall_words(report.recall), className="note"),
        note=note,
    )


def _rule(rule: str, flagged: int, row: Any, earlier: Any, reasons: pd.DataFrame) -> Component:
    share, before = _share(row), _share(earlier)
    return html.Li(
        [
            html.Div(
                [
                    html.Strong(_(title_of(rule))),
                    html.Span(_("{flagged} flagged", flagged=number(flagged)), className="muted"),
                ]
            ),
            range_bar(share, before),
            html.Span(share_words(share), className="thin" if share.thin else "range-words"),
            _more(row, before, reasons[reasons["rule"] == rule]) if share.n else None,
        ]
    )


def _share(row: Any, prefix: str = "") -> Share:
    return Share(0, 0) if row is None else Share(int(row[f"{prefix}right"]), int(row[f"{prefix}decided"]))


def _more(row: Any, before: Share, reasons: pd.DataFrame) -> Component:
    why = [
        f"{_(reason_words(reason))} {number(count)}"
        for reason, count in zip(reasons["reason"], reasons["rejected"], strict=True)
    ]
    return html.Details(
        [
            html.Summary(_("more")),
            html.Ul(
                [
                    html.Li(
                        _(
                            "Where no other rule flagged: {share_words}",
                            share_words=share_words(_share(row, "alone_")),
                        )
                    ),
                    html.Li(_("All weeks before: {share_words}", share_words=share_words(before))),
                    html.Li(_("Rejected for: {list}", list=", ".join(why))) if why else None,
                ]
            ),
        ]
    )


# --- time and work


def _workload(report: Report) -> Component:
    hours = report.hours
    most = int(hours.to_numpy().max())
    if not most:
        return ui.panel(_("When decisions were made"), ui.empty(_("No decision was made in this week.")))
    rows = [
        html.Tr([html.Th(_(str(day))[:3], scope="row"), *(_cell(int(count), most) for count in counts)])
        for day, counts in zip(hours.index, hours.to_numpy(), strict=True)
    ]
    return ui.panel(
        _("When decisions were made"),
        html.Div(
            html.Table(
                [
                    html.Caption(_("Decisions by weekday and hour, UTC"), className="visually-hidden"),
                    html.Thead(html.Tr([html.Td(), *(_hour(hour) for hour in range(24))])),
                    html.Tbody(rows),
                ],
                className="heat",
            ),
            className="scroll",
            tabIndex=0,
        ),
        note=_("By weekday and hour, UTC; the fullest hour has {most}.", most=number(most)),
    )


def _hour(hour: int) -> Component:
    text = f"{hour:02}" if hour % 6 == 0 else html.Span(f"{hour:02}", className="visually-hidden")
    return html.Th(text, scope="col")


def _cell(count: int, most: int) -> Component:
    level = -(-HEAT_LEVELS * count // most)
    return html.Td(
        html.Span(number(count)), className=f"heat-{level}", title=counted(count, "decision", "decisions")
    )


def _moderators(report: Report) -> Component | None:
    rows = totals_by_moderator(report.moderators)
    if not rows:
        return None
    days = report.moderators.groupby("actor")["day"].nunique()
    return ui.panel(
        _("Who decided") if may("manage_users") else _("What you decided"),
        _table(
            (
                _("moderator"),
                _("decisions"),
                _("days"),
                _("a day"),
                _("undone later"),
                _("undid"),
            ),
            [
                (
                    html.Span(shown(one_line(actor, 40))),
                    number(made),
                    f"{days[actor]}",
                    number(made / days[actor]),
                    number(undone),
                    number(undid),
                )
                for actor, made, undone, undid in rows
            ],
        ),
        note=_(ABOUT_MODERATORS),
    )


def _agreement(report: Report) -> Component:
    found = report.agreement
    note = _(
        "On comments that a second moderator decided without seeing the first decision: 1 is full agreement, "
        "0 what chance would do."
    )
    if found is None:
        return ui.panel(_("Agreement"), ui.empty(_("No second opinion was given in this week.")), note=note)
    rows = [(_("all (Krippendorff's alpha)"), found)]
    rows += [
        (_("{first} and {second} (Cohen's kappa)", first=pair.first, second=pair.second), pair.agreement)
        for pair in report.pairs
    ]
    return ui.panel(
        _("Agreement"),
        _table(
            ("who", "agreement"),
            [
                (
                    html.Span(shown(one_line(name, 90))),
                    html.Span(agreement_words(each), className="thin" if each.thin else ""),
                )
                for name, each in rows
            ],
        ),
        note=note,
    )


def _table(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> Component:
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows]),
            ],
            className="figures",
        ),
        className="scroll",
        tabIndex=0,
    )
