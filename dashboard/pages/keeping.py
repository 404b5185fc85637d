"""What is kept no longer: erasing what somebody wrote, and emptying old comments. For admins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.base import Context, Menu
from dashboard.pages.importing.understanding import forget_fetched
from dashboard.security.access import needs, require
from dashboard.text import one_line, shown
from threads.errors import InputError, ThreadsError
from threads.keys import read_key
from threads.language import N_, _, explained, number
from threads.moderation.roles import Permission
from threads.storage.keeping import Kept, Whom
from threads.views import kept_text

PATH = "/keeping"
FIELDS: Mapping[str, str] = {
    "author": N_("Author, as displayed"),
    "author_id": N_("Author's id on the platform"),
    "thread": N_("Only in this discussion (its id)"),
    "comment": N_("One comment of it (its id)"),
}
LINES_SHOWN = 100


class KeepingPage:
    """Erasure and retention, each told before it is done."""

    path = PATH
    title = N_("Keeping")
    menu: Menu | None = "administration"
    permission: Permission = "keep"

    def layout(self, context: Context, rest: str, search: str) -> Component:  # noqa: ARG002 - the Protocol's signature
        """Return both forms; the address may name whom it is about."""
        given = {name: values[0] for name, values in parse_qs(search.removeprefix("?")).items()}
        return html.Div(
            [
                html.H1(_("Keeping")),
                html.P(_("See what would go, and then do it: it does not come back."), className="lead"),
                html.Div(
                    [
                        html.Div([_erasing(given), _retaining(context.settings.retention_days)]),
                        html.Div(id="keeping-result", role="status"),
                    ],
                    className="columns even",
                ),
            ]
        )

    def register(self, app: Dash, context: Context) -> None:
        """Each form has a button that tells and one that does, which a change of the form hides."""
        fields = [f"keeping-{name}" for name in FIELDS]

        @app.callback(
            Output("keeping-result", "children", allow_duplicate=True),
            Output("keeping-erase", "hidden", allow_duplicate=True),
            Input("keeping-erase-tell", "n_clicks"),
            Input("keeping-erase", "n_clicks"),
            *(State(field, "value") for field in fields),
            prevent_initial_call=True,
        )
        @needs("keep")
        def erase(_tell: Any, _do: Any, *values: Any) -> tuple[Component, bool]:
            dry_run = ctx.triggered_id != "keeping-erase"
            try:
                kept = _erase(context, dict(zip(FIELDS, values, strict=True)), dry_run=dry_run)
            except ThreadsError as error:
                return ui.problem(explained(error)), True
            return told(kept, dry_run=dry_run), not dry_run

        @app.callback(
            Output("keeping-result", "children", allow_duplicate=True),
            Output("keeping-retain", "hidden", allow_duplicate=True),
            Input("keeping-retain-tell", "n_clicks"),
            Input("keeping-retain", "n_clicks"),
            State("keeping-days", "value"),
            prevent_initial_call=True,
        )
        @needs("keep")
        def retain(_tell: Any, _do: Any, days: Any) -> tuple[Component, bool]:
            dry_run = ctx.triggered_id != "keeping-retain"
            try:
                whole = days if isinstance(days, int) else 0
                actor = require("keep").name
                kept = context.store.keeping.retain(whole, actor=actor, dry_run=dry_run)
            except ThreadsError as error:
                return ui.problem(explained(error)), True
            return told(kept, dry_run=dry_run), not dry_run or not kept.total

        for button, inputs in (("keeping-erase", fields), ("keeping-retain", ["keeping-days"])):
            app.clientside_callback(
                "() => true",
                Output(button, "hidden"),
                *(Input(field, "value") for field in inputs),
                prevent_initial_call=True,
            )


def keeping_path(author: str | None, author_id: str | None) -> str:
    """Return the address for erasing what an author wrote: by the platform's id, where there is one."""
    given = {"author_id": author_id} if author_id is not None else {"author": author or ""}
    return f"{PATH}?{urlencode(given, errors='replace')}"


def told(kept: Kept, *, dry_run: bool) -> Component:
    """Return what was done, or would be, in lines."""
    lines = kept_text(kept, dry_run=dry_run)
    more = len(lines) - LINES_SHOWN
    return ui.panel(
        _("What would go") if dry_run else _("What went"),
        html.Ul([html.Li(shown(one_line(line, 400))) for line in lines[:LINES_SHOWN]], className="lines"),
        html.P(_("and {more} lines more: `btl erase --dry-run` has all", more=number(more)))
        if more > 0
        else None,
    )


def _erase(context: Context, values: Mapping[str, Any], *, dry_run: bool) -> Kept:
    given = {name: value for name, value in values.items() if isinstance(value, str) and value}
    thread, comment = given.get("thread"), given.get("comment")
    if comment is not None and thread is None:
        raise InputError(
            "a comment is named by two ids", source=FIELDS["comment"], remedy="Give its discussion's id too"
        )
    whom = Whom(
        author=given.get("author"),
        author_id=given.get("author_id"),
        comment=(thread, comment) if thread is not None and comment is not None else None,
        threads=(thread,) if thread is not None else (),
    )
    actor, key = require("keep").name, read_key(context.settings.key_file)
    kept = context.store.keeping.erase(whom, key, actor=actor, dry_run=dry_run)
    if not dry_run:
        forget_fetched()
    return kept


def _erasing(given: Mapping[str, str]) -> Component:
    return ui.panel(
        _("Erase what somebody wrote"),
        html.Div(
            [
                dmc.TextInput(id=f"keeping-{name}", label=_(label), value=given.get(name, ""))
                for name, label in FIELDS.items()
            ],
            className="form",
        ),
        _buttons("keeping-erase", _("Erase it for good")),
        note=_(
            "Text, scores, flags, notes, and quotations and mentions by others; no import brings it back."
        ),
    )


def _retaining(days: int) -> Component:
    return ui.panel(
        _("Empty old comments"),
        html.Div(
            dmc.NumberInput(
                id="keeping-days",
                label=_("Comments older than, in days"),
                value=days or 365,
                min=1,
                allowDecimal=False,
                hideControls=True,
            ),
            className="form",
        ),
        _buttons("keeping-retain", _("Empty them for good")),
        note=_("Text, author and scores go; ids, decisions and figures stay."),
    )


def _buttons(name: str, does: str) -> Component:
    return html.P(
        [
            html.Button(_("See what would go"), id=f"{name}-tell", className="button"),
            html.Button(does, id=name, className="button", hidden=True),
        ],
        className="buttons",
    )
