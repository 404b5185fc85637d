"""The panel of the report that proposes limits, with before and after, and puts one into force when asked."""

from __future__ import annotations

from typing import Any, Final

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, no_update
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.base import Context
from dashboard.ranges import range_bar
from dashboard.security.access import may, needs, require
from threads.errors import ThreadsError
from threads.language import _, explained, localised, number, percent
from threads.moderation.precision import Proposal, Share
from threads.moderation.proposals import applied, limits_in_force
from threads.moderation.report import share_words
from threads.moderation.rules import title_of

WANTED: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
USUAL: Final = 0.7
APPLY: Final = "limits-apply"


def limits_panel() -> Component:
    """Return the panel; its rows come after the page, as they rest on all decisions there are."""
    return ui.panel(
        _("Limits that decisions speak for"),
        dmc.RadioGroup(
            dmc.Group([dmc.Radio(label=percent(share), value=str(share), size="xs") for share in WANTED]),
            id="limits-wanted",
            label=_("A flag ought to be right at least"),
            value=str(USUAL),
            size="xs",
            mb="sm",
        ),
        html.Div(ui.empty(_("Counting …")), id="limits-rows"),
        html.Div(id="limits-said", role="status"),
        note=(
            _(
                "From all decisions that stand: for each rule the lowest limit from which it is "
                "surely right as "
                "often as you want, where surely allows 1 error in 20 over all limits tried. What "
                "is below the "
                "lowest limit was never flagged, and nothing is known of it."
            )
        ),
        id="limits",
    )


def limits_rows(context: Context, wanted: float) -> list[Component]:
    """Return the rules with the limit in force and the proposed one, each with what it would do."""
    proposals = _proposals(context, wanted)
    some = [proposal for proposal in proposals if proposal.curve["decided"].any()]
    silent = [_(title_of(proposal.rule)) for proposal in proposals if not proposal.curve["decided"].any()]
    return [
        dcc.Store(id="limits-book", data=context.store.rule_books.latest()),
        html.Ol([_row(proposal) for proposal in some], className="limits")
        if some
        else ui.empty(_("Nothing that a rule flagged is decided yet.")),
        html.P(
            _("Nothing decided yet: {list}.", list=", ".join(silent)) if some and silent else "",
            className="note",
        ),
    ]


def register_limits(app: Dash, context: Context) -> None:
    """Add choosing how right rules ought to be, and putting a proposed limit into force."""

    @app.callback(Output("limits-rows", "children"), Input("limits-wanted", "value"))
    @needs("decide")
    def redraw(wanted: Any) -> list[Component]:
        return limits_rows(context, _checked(wanted))

    @app.callback(
        Output("limits-said", "children"),
        Output("limits-rows", "children", allow_duplicate=True),
        Input({"type": APPLY, "rule": ALL, "limit": ALL}, "n_clicks"),
        State("limits-wanted", "value"),
        State("limits-book", "data"),
        prevent_initial_call=True,
    )
    @needs("edit_rules")
    def apply(clicks: list[int | None], wanted: Any, book: Any) -> tuple[Any, Any]:
        asked = ctx.triggered_id
        if not asked or not any(clicks):  # the buttons were drawn, and none was pressed
            return no_update, no_update
        return put_into_force(context, asked["rule"], asked["limit"], _checked(wanted), book)


def put_into_force(context: Context, rule: str, limit: str, wanted: float, book: Any) -> tuple[Any, Any]:
    """Save a proposed limit, if it is still the one proposed and nobody saved other rules since `book`."""
    user = require("edit_rules")
    found = next((p for p in _proposals(context, wanted) if p.rule == rule and p.limit is not None), None)
    if found is None or str(found.limit) != limit:
        return _("The proposal changed with decisions made since: look again."), limits_rows(context, wanted)
    books = context.store.rule_books
    try:
        changed = applied(books.current(context.settings), found)
        expected = book if isinstance(book, int) else None
        books.save(changed, user.name, settings=context.settings, expected=expected)
    except ThreadsError as error:
        return html.P(explained(error), className="problem"), no_update
    said = html.P(
        [
            _("{rule} flags from {limit} on.", rule=_(title_of(rule)), limit=localised(f"{found.limit:g}")),
            " ",
            _("Comments stored before keep their flags until they are flagged anew:"),
            " ",
            dcc.Link(_("Rules"), href="/rules"),
        ],
        className="said",
    )
    return said, limits_rows(context, wanted)


def _checked(wanted: Any) -> float:
    return next((share for share in WANTED if str(share) == wanted), USUAL)


def _proposals(context: Context, wanted: float) -> list[Proposal]:
    book = context.store.rule_books.current(context.settings)
    return context.store.learning.proposals(limits_in_force(book), wanted)


def _row(proposal: Proposal) -> Component:
    return html.Li(
        [
            html.Strong(_(title_of(proposal.rule))),
            _at(_("now"), proposal.in_force, proposal.before, proposal.flagged_before),
            html.P(_("No other limit: {why}.", why=_(proposal.why)), className="muted")
            if proposal.limit is None or proposal.after is None
            else html.Div(
                [
                    _at(_("proposed"), proposal.limit, proposal.after, proposal.flagged_after),
                    html.P(_kept(proposal), className="note"),
                ]
            ),
            html.Button(
                _("Apply"),
                id={"type": APPLY, "rule": proposal.rule, "limit": str(proposal.limit)},
                className="button",
                **ui.hyphenated(
                    aria_label=_(
                        "Apply {limit} to {rule}",
                        limit=localised(f"{proposal.limit:g}"),
                        rule=_(title_of(proposal.rule)),
                    )
                ),
            )
            if proposal.limit is not None and may("edit_rules")
            else html.Span(),
            _curve(proposal),
        ]
    )


def _at(name: str, limit: float, share: Share, flagged: float | None) -> Component:
    week = "" if flagged is None else _(", {flagged} flagged a week", flagged=number(flagged))
    return html.Div(
        [
            html.Span(f"{name} ", className="muted"),
            html.B(localised(f"{limit:g}")),
            html.Span(
                ": " + _("right {share}", share=share_words(share)) + week,
                className="thin" if share.thin else "",
            ),
        ]
    )


def _kept(proposal: Proposal) -> str:
    why = _("It is {why}", why=_(proposal.why))
    if proposal.kept is None:
        return f"{why}."
    if proposal.kept > 1:
        return _("{why}; it rightly flags {kept} more.", why=why, kept=percent(proposal.kept - 1))
    return _("{why}; it keeps {kept} of what is rightly flagged now.", why=why, kept=percent(proposal.kept))


def _curve(proposal: Proposal) -> Component:
    rows = [
        html.Tr(
            [
                html.Td(
                    localised(f"{row['limit']:g}")
                    + (f" ({_('now')})" if row["limit"] == proposal.in_force else "")
                ),
                html.Td(range_bar(share := Share(int(row["right"]), int(row["decided"])))),
                html.Td(share_words(share), className="thin" if share.thin else ""),
                html.Td("–" if row["kept"] != row["kept"] else percent(row["kept"])),
            ]
        )
        for row in proposal.curve.to_dict("records")
    ]
    heads = [html.Th(head, scope="col") for head in (_("from"), _("right"), _("in figures"), _("share kept"))]
    return html.Details(
        [
            html.Summary(_("every limit")),
            html.Div(
                html.Table(
                    [
                        html.Thead(html.Tr(heads)),
                        html.Tbody(rows),
                    ],
                    className="curve",
                ),
                className="scroll",
                tabIndex=0,
            ),
        ]
    )
