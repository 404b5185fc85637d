"""The keys of the queue: what each does at first, what a moderator may set, and the list of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.base import Context
from dashboard.security.access import current_user, require
from threads.errors import InputError
from threads.language import N_, _

# action → (key, what it does)
KEYS: Mapping[str, tuple[str, str]] = {
    "approve": ("f", N_("approve")),
    "reject": ("d", N_("reject, for the reason in the box")),
    "hold": ("h", N_("hold for later")),
    "escalate": ("e", N_("escalate to an admin")),
    "feature": ("s", N_("feature")),
    "not_offensive": ("n", N_("approve, and say that it is not offensive")),
    "undo": ("u", N_("undo")),
    "next": ("j", N_("next comment")),
    "previous": ("k", N_("previous comment")),
    "claim": ("c", N_("claim for 10 minutes, or give up")),
    "reason": ("r", N_("choose the reason of a rejection")),
    "note": ("w", N_("write a note to the decision")),
    "amend": ("a", N_("change reason or note of a rejection")),
    "mark": ("x", N_("mark for a decision on many")),
    "bulk": ("b", N_("decide on all that are marked")),
    "history": ("i", N_("the author's history")),
    "search": ("/", N_("search")),
    "help": ("?", N_("show and change the keys")),
}
DEFAULTS: Mapping[str, str] = {action: key for action, (key, _said) in KEYS.items()}
PREFERENCE = "queue_keys"


def checked(keys: Any) -> dict[str, str]:
    """Return keys that a browser sent, action → key; "" is no key.

    Raises
    ------
    InputError
        They are no keys, one is a digit (which are the reasons of a rejection), or two are the same.
    """
    if not isinstance(keys, dict) or not all(
        isinstance(action, str) and isinstance(key, str) for action, key in keys.items()
    ):
        raise InputError("keys are an object of action and key", source="keys")
    known = {action: key for action, key in keys.items() if action in KEYS}
    taken: dict[str, str] = {}
    for action, key in known.items():
        if not key:
            continue
        if len(key) != 1 or not key.isprintable() or key.isspace() or key.isdigit() or key != key.lower():
            raise InputError(_("{key} cannot be a key", key=repr(key[:20])), source="keys", place=action)
        if key in taken:
            raise InputError(
                _("{key} is given to {one} and to {other}", key=repr(key), one=taken[key], other=action),
                source="keys",
                place=action,
            )
        taken[key] = action
    return known


def keep(context: Context, keys: Any) -> None:
    """Keep the keys that a user has chosen with their account."""
    name, accounts = require("decide").name, context.store.accounts
    accounts.set_preferences(name, {**accounts.preferences(name), PREFERENCE: checked(keys)})


def of_account(context: Context) -> dict[str, str]:
    """Return the keys that a user has chosen, as an attribute; without accounts the browser keeps them."""
    user, accounts = current_user(), context.store.accounts
    if user is None or not accounts.exist():
        return {}
    return ui.hyphenated(data_account=json.dumps(accounts.preferences(user.name).get(PREFERENCE, {})))


def key_label(action: str) -> Component:
    """Return the key of an action as it stands on its button; the browser puts in the key in force."""
    return html.Kbd(DEFAULTS[action], **ui.hyphenated(data_key_of=action))


def dialog() -> Component:
    """Return the list of keys in force, in which they can be changed."""
    return html.Dialog(
        [
            html.H2(_("Keys"), id="queue-keys-title"),
            html.P(
                _(
                    "Type another key to change one; an empty box is no key. 1 to 9 and 0 reject for the "
                    "reasons in their order. Escape leaves a box or this list."
                ),
                className="note",
            ),
            html.Div([_row(action, _(said)) for action, (_key, said) in KEYS.items()], className="key-help"),
            html.P(id="queue-keys-problem", className="refused", role="alert"),
            html.P(
                [
                    html.Button(
                        _("Save"), type="button", className="button", **ui.hyphenated(data_do="save")
                    ),
                    html.Button(
                        _("As at first"), type="button", className="link", **ui.hyphenated(data_do="defaults")
                    ),
                    html.Button(
                        _("Close"), type="button", className="link", **ui.hyphenated(data_do="close")
                    ),
                ],
                className="row",
            ),
            dcc.Store(id="queue-keys-chosen"),
            dcc.Store(id="queue-keys-kept"),
        ],
        id="queue-keys",
        **ui.hyphenated(aria_labelledby="queue-keys-title"),
    )


def _row(action: str, said: str) -> Component:
    # The browser puts an input into the empty span.
    return html.Label([html.Span(**ui.hyphenated(data_key_for=action, data_said=said)), said])
