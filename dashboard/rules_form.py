"""The form of the rules: a book as controls, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Input, State
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from threads.errors import SettingError
from threads.language import _, localised, number
from threads.moderation.decisions import REASONS
from threads.moderation.rule_book import RuleBook
from threads.moderation.rules import Limit, ListOfWords, Rule, Values, called, title_of

Identity = Mapping[str, str]

_PARTS = {"on": "checked", "limit": "value", "list": "value"}
FORM = tuple(
    State({"type": f"rule-{part}", "rule": ALL, "name": ALL}, name)
    for part, value in _PARTS.items()
    for name in ("id", value)
)
"""What a callback reads of the form: ids and values of switches, of limits and of lists."""
CHANGES = tuple(
    Input({"type": f"rule-{part}", "rule": ALL, "name": ALL}, value) for part, value in _PARTS.items()
)
"""What calls a callback whenever a switch, a limit or a list changes."""


def card(rule: Rule, values: Values, defaults: Values) -> Component:
    """Return the controls of a rule, and under them where its preview will stand."""
    return html.Section(
        [
            html.Header(
                [
                    html.H2(_(rule.title)),
                    dmc.Switch(
                        id=_id("on", rule),
                        checked=values.on,
                        size="sm",
                        **ui.hyphenated(aria_label=_("{title} on or off", title=_(rule.title))),
                    ),
                ]
            ),
            html.P(_(rule.help), className="note"),
            html.Div(
                [
                    *(_limit(rule, limit, values, defaults) for limit in rule.limits),
                    *(_list(rule, item, values) for item in rule.lists),
                ],
                className="rule-controls",
            ),
            html.Div(id={"type": "rule-preview", "rule": rule.name}, className="rule-preview"),
            html.P(
                _("Rejected for it by default: {reason}", reason=_(REASONS[rule.reason])),
                className="rule-reason",
            ),
        ],
        className="panel rule",
        id=f"rule-{rule.name}",
    )


def book_of(values: Iterable[Any], defaults: RuleBook) -> RuleBook:
    """Return the book that a browser sent as FORM; nothing in it is trusted.

    Raises
    ------
    SettingError
        Something in it is no rule, limit or list, or is out of range; the message names it.
    """
    switches, switched, limits, numbers, lists, texts = (
        item if isinstance(item, list) else [] for item in values
    )
    book: dict[str, dict[str, Any]] = {}
    for identity, on in zip(switches, switched, strict=False):
        _part(book, identity)["on"] = on
    for identity, limit in zip(limits, numbers, strict=False):
        _part(book, identity)["limits"][_name(identity)] = limit
    for identity, text in zip(lists, texts, strict=False):
        entries = text.splitlines() if isinstance(text, str) else text
        _part(book, identity)["lists"][_name(identity)] = entries if entries is not None else []
    return RuleBook.from_json(book, defaults)


def changes_in_words(changes: Mapping[str, Any]) -> list[str]:
    """Return what one book changed of another, a phrase a change; see `RuleBook.differences`."""
    said = []
    for rule, change in changes.items():
        title = _(title_of(rule))
        if "on" in change:
            now_on = change["on"][1]
            said.append(
                _("{title} switched on", title=title) if now_on else _("{title} switched off", title=title)
            )
        for name, (before, now) in change.get("limits", {}).items():
            moved_to = f"{localised(f'{before:g}')} → {localised(f'{now:g}')}"
            said.append(f"{title}, {called(name)}: {moved_to}")
        for name, moved in change.get("lists", {}).items():
            counts = [
                f"{sign}{number(len(moved[key]))}"
                for key, sign in (("added", "+"), ("removed", "−"))
                if moved[key]
            ]
            said.append(f"{title}, {called(name)}: {' '.join(counts)}")
    return said


def _limit(rule: Rule, limit: Limit, values: Values, defaults: Values) -> Component:
    whole = isinstance(limit.default, int)
    return dmc.NumberInput(
        id=_id("limit", rule, limit.name),
        label=_title(limit.name),
        description=_(
            "{help} Default: {in_words}.",
            help=_(limit.help),
            in_words=limit.in_words(defaults.limits[limit.name]),
        ),
        value=values.limits[limit.name],
        allowDecimal=not whole,
        step=1 if whole else 0.05 if limit.most <= 1 else 0.5,
        min=limit.least,
        max=None if limit.most == float("inf") else limit.most,
        decimalSeparator=localised("."),
        allowedDecimalSeparators=[".", ","],
        clampBehavior="none",  # a number out of range is told, not changed
        size="xs",
    )


def _list(rule: Rule, item: ListOfWords, values: Values) -> Component:
    entries = values.lists[item.name]
    return dmc.Textarea(
        id=_id("list", rule, item.name),
        label=_title(item.name) + (f" ({number(len(entries))})" if entries else ""),
        description=_(item.help),
        value="\n".join(entries).encode("utf-8", "replace").decode(),
        autosize=True,
        minRows=2,
        maxRows=10,
        size="xs",
    )


def _title(name: str) -> str:
    text = called(name)
    return text[:1].upper() + text[1:]


def _id(part: str, rule: Rule, name: str = "") -> dict[str, str]:
    return {"type": f"rule-{part}", "rule": rule.name, "name": name}


def _part(book: dict[str, dict[str, Any]], identity: Any) -> dict[str, Any]:
    rule = identity.get("rule") if isinstance(identity, dict) else None
    if not isinstance(rule, str):
        raise SettingError("it is no part of the form", source="the rules", remedy="Open the page again")
    return book.setdefault(rule, {"limits": {}, "lists": {}})


def _name(identity: Any) -> str:
    return str(identity.get("name"))
