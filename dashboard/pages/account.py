"""One's own account: password, sessions and API tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask import request

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.base import Context, Menu
from dashboard.pages.users import password_input
from dashboard.security.access import needs, require
from dashboard.security.identity import begin_session, open_session
from dashboard.text import one_line, shown
from threads.errors import AccountError
from threads.language import N_, _, day, explained, written
from threads.moderation.roles import ROLES, SCOPES, USUAL_SCOPES, Permission, Scope
from threads.storage.accounts import Account
from threads.storage.sessions import Session
from threads.storage.tokens import LONGEST_NAME, MOST_DAYS, Token

DAYS = (7, 30, 90, MOST_DAYS)
SCOPE_WORDS: Mapping[Scope, str] = {
    "read": N_("read: what is stored, and exports"),
    "score": N_("score: texts that it sends"),
    "write": N_("write: bring discussions and comments"),
    "decide": N_("decide: the queue, decisions, undo"),
}


class AccountPage:
    """What belongs to who is signed in."""

    path = "/account"
    title = N_("Account")
    menu: Menu | None = None
    permission: Permission = "view"

    def layout(self, context: Context, rest: str, search: str) -> Component:  # noqa: ARG002 - the Protocol's signature
        """Return the account of who asks; without accounts, how to make one."""
        opened = open_session()
        if opened is None:
            return html.Div(
                [
                    html.H1(_("Account")),
                    ui.empty(
                        [
                            _("There are no accounts."),
                            " ",
                            dcc.Link(_("Make the first one"), href="/users"),
                            ".",
                        ]
                    ),
                ]
            )
        account = opened.account
        return html.Div(
            [
                html.H1(account.name),
                html.P(
                    _(
                        "{role} since {created_at}",
                        role=_(account.role),
                        created_at=day(account.created_at),
                    ),
                    className="meta",
                ),
                html.Div(
                    [
                        html.Div(
                            [
                                ui.panel(
                                    _("Sessions"),
                                    html.Div(sessions(context, opened), id="account-sessions"),
                                    note=_(
                                        "Browsers in which you are signed in. End those that are not yours, "
                                        "and then change the password."
                                    ),
                                ),
                                _password() if account.has_password else None,
                            ]
                        ),
                        html.Div(
                            [
                                ui.panel(
                                    _("API tokens"),
                                    html.Div(tokens(context, account), id="account-tokens"),
                                    note=_("For programs, as the header Authorization: Bearer TOKEN."),
                                ),
                                _new_token(account),
                            ]
                        ),
                    ],
                    className="columns even",
                ),
            ]
        )

    def register(self, app: Dash, context: Context) -> None:
        """Add changing the password, ending sessions, and making and revoking tokens."""
        _register_password(app, context)
        _register_sessions(app, context)
        _register_tokens(app, context)


def _register_password(app: Dash, context: Context) -> None:
    @app.callback(
        Output("account-password-result", "children"),
        Output("account-sessions", "children", allow_duplicate=True),
        Input("account-password-set", "n_clicks"),
        State("account-password-old", "value"),
        State("account-password-new", "value"),
        prevent_initial_call=True,
    )
    @needs("view")
    def set_password(_clicks: int | None, old: Any, new: Any) -> tuple[Any, Any]:
        opened = _own_session()
        try:
            secret = context.store.sessions.change_password(
                opened.account, _text(old), _text(new), request.remote_addr or ""
            )
        except AccountError as error:
            return ui.problem(explained(error)), sessions(context, opened)
        begin_session(context.store, secret)
        again = context.store.sessions.of(secret) or opened
        return html.P(_("It is changed, and every other session has ended.")), sessions(context, again)


def _register_sessions(app: Dash, context: Context) -> None:
    @app.callback(
        Output("account-sessions", "children"),
        Input({"session": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @needs("view")
    def end(_clicks: list[int | None]) -> Any:
        opened, chosen = _own_session(), _chosen("session")
        if not isinstance(chosen, str):
            raise PreventUpdate  # the buttons have come, and nobody has pressed one
        context.store.sessions.end(chosen, opened.account)
        return sessions(context, opened)


def _register_tokens(app: Dash, context: Context) -> None:
    @app.callback(
        Output("account-token", "children"),
        Output("account-tokens", "children"),
        Input("account-token-make", "n_clicks"),
        State("account-token-name", "value"),
        State("account-token-role", "value"),
        State("account-token-scopes", "value"),
        State("account-token-days", "value"),
        prevent_initial_call=True,
    )
    @needs("view")
    def make(_clicks: int | None, name: Any, role: Any, scopes: Any, days: Any) -> tuple[Any, Any]:
        account = _own_session().account
        wanted = next((item for item in ROLES if item == role), None)
        chosen = [item for item in SCOPES if isinstance(scopes, list) and item in scopes]
        try:
            if wanted is None or not str(days).isdecimal():
                raise AccountError(_("a token has a role and a number of days"), source="token")
            secret = context.store.tokens.create(account, _text(name), wanted, int(days), chosen)
        except AccountError as error:
            return ui.problem(explained(error)), tokens(context, account)
        said = [html.P(_("Copy it now: it is not shown again.")), html.Pre(secret, id="account-token-secret")]
        return said, tokens(context, account)

    @app.callback(
        Output("account-tokens", "children", allow_duplicate=True),
        Input({"token": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @needs("view")
    def revoke(_clicks: list[int | None]) -> Any:
        account, chosen = _own_session().account, _chosen("token")
        if not isinstance(chosen, int):
            raise PreventUpdate  # the buttons have come, and nobody has pressed one
        context.store.tokens.revoke(account, chosen)
        return tokens(context, account)


def sessions(context: Context, own: Session) -> Component:
    """Return the open sessions of who asks, each with a button that ends it."""
    rows = [
        html.Tr(
            [
                html.Td(written(item.created_at, _("%d %b %H:%M"))),
                html.Td(written(item.seen_at, _("%d %b %H:%M"))),
                html.Td(
                    _("this one")
                    if item.id == own.id
                    else html.Button(_("End it"), id={"session": item.id}, className="link")
                ),
            ]
        )
        for item in context.store.sessions.all(own.account)
    ]
    return _table(_("Sessions"), (_("Signed in"), _("Last used"), _("End")), rows)


def tokens(context: Context, account: Account) -> Component:
    """Return the tokens of who asks, each with a button that revokes it."""
    found = context.store.tokens.all(account)
    if not found:
        return ui.empty(_("None."))
    return _table(
        _("Tokens"),
        (_("Name"), _("May"), _("For"), _("Until"), _("Last used"), _("Revoke")),
        [_token(item) for item in found],
    )


def _token(item: Token) -> Component:
    return html.Tr(
        [
            html.Td(shown(one_line(item.name, LONGEST_NAME))),
            html.Td(_(item.role)),
            html.Td(", ".join(item.scopes)),
            html.Td(day(item.expires_at)),
            html.Td(written(item.used_at, _("%d %b %H:%M")) if item.used_at else _("never")),
            html.Td(html.Button(_("Revoke"), id={"token": item.id}, className="link")),
        ]
    )


def _table(label: str, heads: tuple[str, ...], rows: Sequence[Component]) -> Component:
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody(rows),
            ],
            className="accounts",
        ),
        className="scroll",
        tabIndex=0,
        role="region",
        **ui.hyphenated(aria_label=label),
    )


def _password() -> Component:
    return ui.panel(
        _("Password"),
        html.Div(
            [
                password_input("account-password-old", _("Present password"), "current-password"),
                password_input("account-password-new", _("New password"), "new-password"),
            ],
            className="form",
        ),
        html.P(html.Button(_("Change it"), id="account-password-set", className="button")),
        html.Div(id="account-password-result", role="status"),
        note=_("12 characters or more, such as four words at random. Changing it ends every other session."),
    )


def _new_token(account: Account) -> Component:
    roles = ROLES[: ROLES.index(account.role) + 1]
    return ui.panel(
        _("New token"),
        html.Div(
            [
                dmc.TextInput(id="account-token-name", label=_("What it is for")),
                dmc.Select(
                    id="account-token-role",
                    label=_("The most that it may do"),
                    data=[{"value": role, "label": _(role)} for role in roles],
                    value="viewer",
                    allowDeselect=False,
                ),
                dmc.Select(
                    id="account-token-days",
                    label=_("Days that it holds"),
                    data=[str(days) for days in DAYS],
                    value="90",
                    allowDeselect=False,
                ),
                dmc.CheckboxGroup(
                    dmc.Stack(
                        [dmc.Checkbox(label=_(words), value=scope) for scope, words in SCOPE_WORDS.items()],
                        gap="xs",
                    ),
                    id="account-token-scopes",
                    label=_("Scopes, within that"),
                    value=list(USUAL_SCOPES),
                ),
            ],
            className="form",
        ),
        html.P(html.Button(_("Make it"), id="account-token-make", className="button")),
        html.Div(id="account-token", role="status"),
    )


def _own_session() -> Session:
    """Return the session of who asks; answer 403 where there are no accounts."""
    require("view")
    opened = open_session()
    if opened is None:
        raise AccountError(_("there are no accounts"))
    return opened


def _chosen(kind: str) -> Any:
    """Return what the clicked button of a kind stands for; None where none was clicked."""
    clicked = ctx.triggered[0]["value"] if ctx.triggered else None
    chosen = ctx.triggered_id
    return chosen.get(kind) if clicked and isinstance(chosen, dict) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
