"""The rules that flag: limits, lists and switches, what others would have flagged, and every state before."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard import rules_preview
from dashboard.applying import Applying
from dashboard.elements import html
from dashboard.pages.base import Context, Menu
from dashboard.rules_form import CHANGES, FORM, book_of, card, changes_in_words
from dashboard.security.access import needs, require
from dashboard.text import one_line, shown
from threads.errors import StoreError, ThreadsError
from threads.language import N_, _, counted, explained, moment, number
from threads.moderation.roles import Permission
from threads.moderation.rule_book import RuleBook
from threads.moderation.rules import RULES
from threads.storage.rule_books import SavedBook

DAYS = ("1", "7", "14", "30", "90")
CHANGES_SHOWN = 8
POLL = 1_500  # milliseconds


class RulesPage:
    """The book in force; `rest` is the id of an earlier one, or "defaults", to start from that."""

    path = "/rules"
    title = N_("Rules")
    menu: Menu | None = "moderation"
    permission: Permission = "edit_rules"

    def layout(self, context: Context, rest: str, search: str) -> Component:  # noqa: ARG002 - the Protocol's signature
        """Return the form with the book in force, or with an earlier one."""
        books, defaults = context.store.rule_books, RuleBook.from_settings(context.settings)
        latest, current = books.latest(), books.current(context.settings)
        try:
            book = _book(context, rest) if rest else current
        except (StoreError, ValueError):
            return html.Div(
                [
                    html.H1(_("Rules")),
                    ui.empty(_("There are no such rules.")),
                    dcc.Link(_("Rules in force"), href=self.path),
                ]
            )
        return html.Div(
            [
                html.H1(_("Rules")),
                html.P(
                    _(
                        "What brings a comment before a moderator. Change limits and lists, see "
                        "what they would "
                        "have flagged and how much of that was right, then save. Decided comments "
                        "keep the flags "
                        "that they were decided on."
                    ),
                    className="lead",
                ),
                _other_book(rest, book, current),
                _bar(),
                html.Div(id="rules-summary"),
                html.Div(
                    [card(rule, book.rules[rule.name], defaults.rules[rule.name]) for rule in RULES],
                    className="rule-cards",
                ),
                html.Div(_history(books.history(context.settings), latest), id="rules-history"),
                dcc.Store(id="rules-book", data=latest),
                dcc.Interval(id="rules-poll", interval=POLL, disabled=books.is_in_force_everywhere()),
            ],
            className="rules",
        )

    def register(self, app: Dash, context: Context) -> None:
        """Add preview, saving, and what tells how far stored comments are flagged anew."""
        applying = Applying(context)
        self._register_preview(app, context)
        self._register_saving(app, context, applying)
        self._register_applying(app, context, applying)

    def _register_preview(self, app: Dash, context: Context) -> None:
        books = context.store.rule_books

        @app.callback(
            Output("rules-result", "children"),
            Output("rules-summary", "children"),
            Output({"type": "rule-preview", "rule": ALL}, "children"),
            Input("rules-preview", "n_clicks"),
            State("rules-days", "value"),
            *FORM,
            prevent_initial_call=True,
            running=[
                (Output("rules-preview", "disabled"), True, False),
            ],
        )
        @needs("edit_rules")
        def preview(_clicks: int | None, days: Any, *form: Any) -> tuple[Any, Any, list[Any]]:
            try:
                candidate = book_of(form, books.current(context.settings))
                found = books.preview(candidate, int(days) if days in DAYS else 7, context.settings)
            except ThreadsError as error:
                return _problem(error), None, [None for _ in RULES]
            of_rules = [rules_preview.of_rule(found.rules[rule.name]) for rule in RULES]
            return rules_preview.sentence(found), rules_preview.summary(found), of_rules

        previews = {"type": "rule-preview", "rule": ALL}
        app.clientside_callback(
            ClientsideFunction("rules", "outdated"),
            Output("rules-result", "children", allow_duplicate=True),
            Output("rules-summary", "children", allow_duplicate=True),
            Output(previews, "children", allow_duplicate=True),
            Input("rules-days", "value"),
            *CHANGES,
            State(previews, "children"),
            prevent_initial_call=True,
        )

    def _register_saving(self, app: Dash, context: Context, applying: Applying) -> None:
        books = context.store.rule_books

        @app.callback(
            Output("rules-result", "children", allow_duplicate=True),
            Output("rules-history", "children"),
            Output("rules-book", "data"),
            Output("rules-poll", "disabled"),
            Input("rules-save", "n_clicks"),
            State("rules-book", "data"),
            *FORM,
            prevent_initial_call=True,
            running=[(Output("rules-save", "disabled"), True, False)],
        )
        @needs("edit_rules")
        def save(_clicks: int | None, latest: Any, *form: Any) -> tuple[Any, Any, int | None, bool]:
            user = require("edit_rules")
            expected = latest if isinstance(latest, int) else None
            try:
                current = books.current(context.settings)
                book = book_of(form, current)
                if book == current:
                    said: Component = html.P(
                        _("These are the rules in force: nothing to save."), className="said"
                    )
                else:
                    expected = books.save(book, user.name, settings=context.settings, expected=expected)
                    applying.begin(user.name)
                    said = html.P(_("Saved."), className="said")
            except ThreadsError as error:
                said = _problem(error)
            history = _history(books.history(context.settings), books.latest())
            return said, history, expected, books.is_in_force_everywhere()

    def _register_applying(self, app: Dash, context: Context, applying: Applying) -> None:
        """Tell how far stored comments are, and begin anew where that was broken off."""
        books = context.store.rule_books

        @app.callback(
            Output("rules-applied", "children"),
            Output("rules-apply", "hidden"),
            Output("rules-poll", "disabled", allow_duplicate=True),
            Input("rules-poll", "n_intervals"),
            prevent_initial_call=True,
        )
        @needs("edit_rules", poll=True)
        def told(_ticks: int | None) -> tuple[str, bool, bool]:
            return _told(applying, in_force=books.is_in_force_everywhere())

        @app.callback(
            Output("rules-applied", "children", allow_duplicate=True),
            Output("rules-apply", "hidden", allow_duplicate=True),
            Output("rules-poll", "disabled", allow_duplicate=True),
            Input("rules-apply", "n_clicks"),
            prevent_initial_call=True,
        )
        @needs("edit_rules")
        def apply(_clicks: int | None) -> tuple[str, bool, bool]:
            applying.begin(require("edit_rules").name)
            return _told(applying, in_force=False)


def _told(applying: Applying, *, in_force: bool) -> tuple[str, bool, bool]:
    """Return how far stored comments are, whether to hide the button that begins, and to stop asking."""
    if in_force:
        return _("The rules saved last hold for all that is not decided."), True, True
    if applying.at_work:
        return _("They hold for what comes in; stored comments are being flagged anew …"), True, False
    if applying.problem:
        problem = _(
            "stored comments could not be flagged anew: {problem}", problem=explained(applying.problem)
        )
        return _("They hold for what comes in; {problem}", problem=problem), False, True
    return _("They hold for what comes in; stored comments still carry earlier flags."), False, True


def _book(context: Context, rest: str) -> RuleBook:
    if rest == "defaults":
        return RuleBook.from_settings(context.settings)
    return context.store.rule_books.saved(int(rest), context.settings)


def _other_book(rest: str, book: RuleBook, current: RuleBook) -> Component | None:
    if not rest:
        return None
    name = (
        _("the defaults")
        if rest == "defaults"
        else _("the rules as saved in state {number}", number=number(int(rest)))
    )
    changes = changes_in_words(book.differences(current))
    differs = (
        _("They would change: {list}.", list="; ".join(changes[:CHANGES_SHOWN]))
        if changes
        else _("They are in force.")
    )
    return html.P(
        [
            _(
                "Below stand {name}; nothing is in force before you save. {differs}",
                name=name,
                differs=one_line(differs, 600),
            ),
            " ",
            dcc.Link(_("Back to the rules in force"), href="/rules"),
        ],
        className="said",
    )


def _bar() -> Component:
    return html.Div(
        [
            dmc.Select(
                id="rules-days",
                data=[{"value": day, "label": counted(int(day), "day", "days")} for day in DAYS],
                value="7",
                allowDeselect=False,
                size="xs",
                **ui.hyphenated(aria_label=_("How far back the preview looks")),
            ),
            html.Button(_("Preview"), id="rules-preview", className="button"),
            html.Button(_("Save"), id="rules-save", className="button primary"),
            html.Div(id="rules-result", **ui.hyphenated(aria_live="polite")),
            html.Span(id="rules-applied", className="muted", role="status"),
            html.Button(_("Flag stored comments anew"), id="rules-apply", className="link", hidden=True),
        ],
        className="rules-bar",
    )


def _history(books: list[SavedBook], latest: int | None) -> Component:
    rows = [_saved(book, in_force=book.id == latest) for book in books]
    return ui.panel(
        _("History"),
        html.Ol(rows, className="book-history")
        if rows
        else ui.empty(_("Nothing was saved yet: the defaults hold.")),
        html.P(dcc.Link(_("Start from the defaults"), href="/rules/defaults")),
        note=_("Every state that was saved. Going back to one opens it above; it holds once it is saved."),
    )


def _saved(book: SavedBook, *, in_force: bool) -> Component:
    changes = changes_in_words(book.changes)
    more = len(changes) - CHANGES_SHOWN
    said = "; ".join(changes[:CHANGES_SHOWN]) + (
        _("; and {more} more", more=number(more)) if more > 0 else ""
    )
    return html.Li(
        [
            html.Div(
                [
                    html.Strong(shown(one_line(book.actor, 60))),
                    " ",
                    html.Time(moment(book.at), dateTime=book.at.isoformat(), className="time"),
                ]
            ),
            html.Span(said or _("Nothing that this program still knows")),
            html.Strong(_("in force"))
            if in_force
            else dcc.Link(_("Go back to state {id}", id=number(book.id)), href=f"/rules/{book.id}"),
        ]
    )


def _problem(error: ThreadsError) -> Component:
    return html.P(shown(explained(error)), className="problem", role="alert")
