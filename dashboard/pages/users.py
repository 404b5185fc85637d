"""Who may sign in, and what they may do: for admins."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.base import Context, Menu
from dashboard.security.access import needs, require
from dashboard.text import one_line
from threads.errors import AccountError
from threads.language import N_, _, counted, day, explained
from threads.moderation.roles import ROLES, Permission
from threads.storage.accounts import Account

ROLE_HELP = {
    "viewer": N_("charts, and comments with pseudonyms"),
    "moderator": N_("names and raw texts, importing, deciding"),
    "admin": N_("everything, users and rules too"),
}


class UsersPage:
    """The accounts."""

    path = "/users"
    title = N_("Users")
    menu: Menu | None = "administration"
    permission: Permission = "manage_users"

    def layout(self, context: Context, rest: str, search: str) -> Component:  # noqa: ARG002 - the Protocol's signature
        """Return the list of accounts, and beside it what can be done."""
        accounts = context.store.accounts.all()
        return html.Div(
            [
                html.H1(_("Users")),
                html.P(_said(accounts), className="meta"),
                html.Div(
                    [
                        ui.panel(_("Accounts"), html.Div(table(accounts), id="users-table")),
                        html.Div(
                            [
                                html.Div(id="users-result", role="status"),
                                _new(first=not accounts),
                                _change(accounts),
                            ]
                        ),
                    ],
                    className="columns even",
                ),
            ]
        )

    def register(self, app: Dash, context: Context) -> None:
        """Add making accounts and changing them."""
        accounts = context.store.accounts
        shown = (
            Output("users-result", "children", allow_duplicate=True),
            Output("users-table", "children", allow_duplicate=True),
            Output("users-chosen", "data", allow_duplicate=True),
        )

        def answer(said: Component) -> tuple[Any, ...]:
            known = accounts.all()
            return said, table(known), [account.name for account in known]

        @app.callback(
            *shown,
            Input("users-add", "n_clicks"),
            State("users-new-name", "value"),
            State("users-new-role", "value"),
            State("users-new-password", "value"),
            prevent_initial_call=True,
        )
        @needs("manage_users")
        def add(_clicks: int | None, name: Any, role: Any, password: Any) -> tuple[Any, ...]:
            actor = require("manage_users").name
            try:
                account = accounts.create(_text(name), _text(role), _text(password), actor=actor)
            except AccountError as error:
                return answer(ui.problem(explained(error)))
            return answer(_done(_("{name} may sign in as {role}.", name=account.name, role=_(account.role))))

        @app.callback(
            *shown,
            Input("users-set-role", "n_clicks"),
            Input("users-set-password", "n_clicks"),
            Input("users-disable", "n_clicks"),
            Input("users-enable", "n_clicks"),
            State("users-chosen", "value"),
            State("users-role", "value"),
            State("users-password", "value"),
            prevent_initial_call=True,
        )
        @needs("manage_users")
        def change(*values: Any) -> tuple[Any, ...]:
            actor = require("manage_users").name
            name, role, password = (_text(value) for value in values[-3:])
            try:
                match ctx.triggered_id:
                    case "users-set-role":
                        accounts.set_role(name, role, actor=actor)
                        said = _("{name} is {role} now; their sessions have ended.", name=name, role=_(role))
                    case "users-set-password":
                        accounts.set_password(name, password, actor=actor)
                        said = _("{name} has a new password; their sessions have ended.", name=name)
                    case "users-disable" | "users-enable" as button:
                        accounts.set_disabled(name, button == "users-disable", actor=actor)
                        able = (
                            _("may not sign in any more")
                            if button == "users-disable"
                            else _("may sign in again")
                        )
                        said = f"{name} {able}."
                    case _:
                        raise AccountError(_("nothing was asked for"))
            except AccountError as error:
                return answer(ui.problem(explained(error)))
            return answer(_done(said))


def table(accounts: list[Account]) -> Component:
    """Return the accounts as a table."""
    if not accounts:
        return ui.empty(_("None yet."))
    heads = (_("Name"), _("Role"), _("Signs in with"), _("Since"))
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody([_row(account) for account in accounts]),
            ],
            className="accounts",
        ),
        className="scroll",
        tabIndex=0,
        role="region",
        **ui.hyphenated(aria_label=_("Accounts")),
    )


def _row(account: Account) -> Component:
    way = _("a password") if account.has_password else _("the identity provider")
    return html.Tr(
        [
            html.Td(account.name),
            html.Td(_(account.role)),
            html.Td(_("nothing: disabled") if account.disabled else way),
            html.Td(day(account.created_at)),
        ]
    )


def _said(accounts: list[Account]) -> str:
    if accounts:
        size = counted(len(accounts), "account", "accounts")
        return f"{size} · " + _("what they do stands beside their names for good")
    return _("Whoever sits at this machine may do everything. With the first account everybody signs in.")


def _new(*, first: bool) -> Component:
    return ui.panel(
        _("New account"),
        html.Div(
            [
                dmc.TextInput(
                    id="users-new-name", label=_("Name"), description=_("a to z, digits and . _ - @ +")
                ),
                _roles("users-new-role", "admin" if first else "viewer"),
                password_input("users-new-password", _("Password"), "new-password"),
            ],
            className="form",
        ),
        html.Ul(
            [html.Li([html.Strong(_(role)), f": {_(ROLE_HELP[role])}"]) for role in ROLES], className="roles"
        ),
        html.P(html.Button(_("Make the account"), id="users-add", className="button")),
        note=_("The first account is an admin's.") if first else None,
    )


def _change(accounts: list[Account]) -> Component:
    return ui.panel(
        _("Change an account"),
        html.Div(
            [
                dmc.Select(
                    id="users-chosen",
                    label=_("Account"),
                    data=[account.name for account in accounts],
                    searchable=True,
                ),
                _roles("users-role", "viewer"),
                password_input("users-password", _("New password"), "new-password"),
            ],
            className="form",
        ),
        html.P(
            [
                html.Button(_("Give this role"), id="users-set-role", className="button"),
                html.Button(_("Set this password"), id="users-set-password", className="button"),
                html.Button(_("Disable"), id="users-disable", className="button"),
                html.Button(_("Let in again"), id="users-enable", className="button"),
            ],
            className="buttons",
        ),
        note=_("A change of role or password, and disabling, ends all sessions of the account."),
    )


def _roles(name: str, value: str) -> Component:
    return dmc.Select(
        id=name,
        label=_("Role"),
        data=[{"value": role, "label": _(role)} for role in ROLES],
        value=value,
        allowDeselect=False,
    )


def password_input(name: str, label: str, kind: str) -> Component:
    """Return a field for a password; `kind` tells password managers which one is meant."""
    return dmc.PasswordInput(
        id=name,
        label=label,
        autoComplete=kind,
        visibilityToggleButtonProps={"aria-label": _("Show: {label}", label=label)},
    )


def _done(text: str) -> Component:
    return html.P(one_line(text, 300), className="panel done")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
