"""The queue: one comment at a time, whole, why it is here, and a decision by one key.

The browser's part is in `assets/queue*.js`: it shows the next comment at once, keeps every action until it is
acknowledged, and asks all the time what colleagues did and what has come.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from dash import Dash, Input, Output, dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.base import Context, Menu
from dashboard.pages.moderation import bulk, filters, form, item, keys, sync
from dashboard.pages.moderation.address import PATH, Address
from dashboard.pages.moderation.rightness import right_so_far
from dashboard.security.access import current_user, needs
from threads.errors import InputError
from threads.language import N_, _, number
from threads.moderation.roles import Permission
from threads.storage import QueueItem
from threads.storage.second_opinions import Due

PER_PAGE = 50
_NOTHING = {
    "new": N_("Nothing unflagged waits."),
    "flagged": N_("Nothing flagged waits."),
    "reported": N_("Nothing that the platform reported waits."),
    "held": N_("Nothing is held."),
    "escalated": N_("Nothing waits for an admin."),
    "decided": N_("Nothing was decided yet."),
    "all": N_("Nothing is stored yet."),
}


class ModerationPage:
    """The queue; what is shown of it is in the query, and `rest` is "second" for second looks."""

    path = PATH
    title = N_("Moderation")
    menu: Menu | None = "moderation"
    permission: Permission = "decide"

    def layout(self, context: Context, rest: str, search: str) -> Component:
        """Return a page of the queue, comments in full: the next one shows without a request."""
        return _second(context) if rest == "second" else _queue(context, Address.read(search))

    def register(self, app: Dash, context: Context) -> None:
        """Add what the browser's part asks for."""
        sync.add_routes(app, context)
        filters.register(app)
        bulk.register(app, context)

        @app.callback(
            Output("queue-history-body", "children"),
            Input("queue-history-of", "data"),
            prevent_initial_call=True,
        )
        @needs("decide")
        def history(asked: Any) -> list[Component]:
            return _history(context, asked)

        @app.callback(
            Output("queue-keys-kept", "data"), Input("queue-keys-chosen", "data"), prevent_initial_call=True
        )
        @needs("decide")
        def keep_keys(chosen: Any) -> bool:
            keys.keep(context, chosen)
            return True


def _queue(context: Context, address: Address) -> Component:
    chosen, cursor, newest = address.chosen, context.store.last_change(), context.store.newest()
    counts = context.queue_counts(chosen)
    count = counts[chosen.view]
    last = max(1, -(-count // PER_PAGE))
    page = min(address.page, last)
    found = context.store.queue(chosen, PER_PAGE, (page - 1) * PER_PAGE)
    reasons, right = item.reasons(found), right_so_far(context.store)
    return _page(
        context,
        [
            html.P(address.problem, className="problem", role="alert") if address.problem else None,
            filters.tabs(address, counts, len(_due(context))),
            filters.bar(context, address),
            _more(address),
            _columns(
                found,
                [item.entry(one, place) for place, one in enumerate(found)],
                [item.article(one, place, reasons[place]) for place, one in enumerate(found)],
                [item.why(one, place, reasons[place], right) for place, one in enumerate(found)],
                above=_above(address, found, count),
                below=_pager(address, page, last),
                nothing=_(_NOTHING[chosen.view])
                if not address.restrictions
                else _("Nothing matches these filters."),
            ),
            bulk.dialog(),
        ],
        data_view=chosen.view,
        data_cursor=str(cursor),
        data_newest=str(newest),
        **filters.attributes(address),
    )


def _second(context: Context) -> Component:
    cursor, due = context.store.last_change(), _due(context)
    found, right = [one.item for one in due], right_so_far(context.store)
    reasons = item.reasons(found)
    return _page(
        context,
        [
            filters.tabs(None, context.queue_counts(), len(due)),
            html.P(
                _(
                    "A sample of what others decided, without what they decided: decide as if it were new. "
                    "Nothing changes by it; how far two moderators agree is in the report."
                ),
                className="note",
            ),
            _columns(
                found,
                [item.entry(one, place, blind=True) for place, one in enumerate(found)],
                [
                    item.article(one.item, place, reasons[place], second=one.decision)
                    for place, one in enumerate(due)
                ],
                [item.why(one, place, reasons[place], right) for place, one in enumerate(found)],
                above=html.P(_("{count} to look at", count=len(found)), className="note"),
                below=None,
                nothing=_("No second look is due."),
                second=True,
            ),
        ],
        data_view="second",
        data_second="true",
        data_cursor=str(cursor),
    )


def _due(context: Context) -> list[Due]:
    """Return what the user is asked to look at; the count on the tab is of these."""
    user = current_user()
    if user is None:
        return []
    share = context.settings.double_review_share
    return context.store.second_opinions.due(user.name, share, PER_PAGE)


def _page(context: Context, parts: Sequence[Component | None], **attributes: str) -> Component:
    user = current_user()
    return html.Div(
        [
            html.H1(_("Moderation"), className="visually-hidden"),
            html.Div(id="queue-conflicts", role="alert", className="conflicts", hidden=True),
            *parts,
            html.Div(id="queue-toast", className="toast", role="status", **ui.hyphenated(aria_live="polite")),
            keys.dialog(),
        ],
        id="queue",
        **ui.hyphenated(
            data_drawn=uuid4().hex,
            data_user=user.name if user else "",
            data_keys=json.dumps(keys.DEFAULTS),
            **keys.of_account(context),
            **attributes,
        ),
    )


def _columns(
    found: Sequence[QueueItem],
    entries: list[Component],
    articles: list[Component],
    whys: list[Component],
    *,
    above: Component,
    below: Component | None,
    nothing: str,
    second: bool = False,
) -> Component:
    if not found:
        return html.Section([above, ui.empty(nothing), below], className="panel")
    return html.Div(
        [
            html.Section(
                [above, html.Ol([html.Li(entry) for entry in entries]), below],
                className="panel queue-list",
                tabIndex=0,
                **ui.hyphenated(aria_label=_("Comments of this page")),
            ),
            html.Div([*articles, form.bar(second=second)], className="queue-middle"),
            html.Div([*whys, None if second else _history_panel()], className="queue-side"),
        ],
        className="queue",
    )


def _above(address: Address, found: Sequence[QueueItem], count: int) -> Component:
    order = _(filters.ORDERS[address.chosen.order])
    if address.chosen.order == "risk":
        order += " " + _("(× the limit of a rule)")
    return html.Div(
        [
            html.P(
                _("{shown} of {all}, {order}", shown=number(len(found)), all=number(count), order=order),
                className="note",
            ),
            bulk.buttons(address, count),
        ],
        className="queue-above",
    )


def _more(address: Address) -> Component:
    first = Address(address.chosen)
    link = html.A(_("Load what still waits"), href=first.href, **ui.hyphenated(data_reload=first.search))
    shown = html.A(_("Show them"), href=first.href, **ui.hyphenated(data_reload=first.search))
    return html.Div(
        [
            html.P(
                [html.Span(id="queue-arrived"), " ", shown], id="queue-new", hidden=True, className="more"
            ),
            html.P(link, id="queue-more", hidden=True, className="more"),
        ],
        role="status",
    )


def _pager(address: Address, page: int, last: int) -> Component | None:
    if last == 1:
        return None
    return html.Nav(
        [
            dcc.Link(_("← before"), href=address.on_page(page - 1)) if page > 1 else None,
            html.Span(_("page {page} of {last}", page=number(page), last=number(last))),
            dcc.Link(_("after →"), href=address.on_page(page + 1)) if page < last else None,
            dcc.Link(_("last"), href=address.on_page(last)) if page + 1 < last else None,
        ],
        className="pager",
        **ui.hyphenated(aria_label=_("Pages of the queue")),
    )


def _history_panel() -> Component:
    return html.Section(
        html.Details(
            [
                html.Summary([_("The author's other comments"), " ", keys.key_label("history")]),
                html.Div(id="queue-history-body"),
                dcc.Store(id="queue-history-of"),
            ],
            id="queue-history",
        ),
        className="panel",
    )


def _history(context: Context, asked: Any) -> list[Component]:
    if not isinstance(asked, dict) or not all(
        isinstance(asked.get(name), str) for name in ("thread_id", "comment_id")
    ):
        raise InputError("not a comment", source="queue-history-of")
    return item.author_history(context.store.author_history(asked["thread_id"], asked["comment_id"]))
