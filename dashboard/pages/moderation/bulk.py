"""A decision on many: on what was looked at and marked, or on a stretch of the scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.base import Context
from dashboard.pages.moderation.address import Address
from dashboard.pages.moderation.filters import SAID
from dashboard.pages.moderation.form import DECISIONS, note_box, reason_choice
from dashboard.pages.moderation.item import reasons, risk, rules_of
from dashboard.pages.moderation.keys import key_label
from dashboard.pages.moderation.marks import marked_text
from dashboard.security.access import needs
from dashboard.text import one_line, shown
from threads.errors import InputError
from threads.language import _, number
from threads.storage import QueueItem

MOST = 500  # comments at once
SAMPLE = 12  # of them are looked through first
_BOUNDS = ("risk_from", "risk_to", "offensive_from", "offensive_to")


def buttons(address: Address, count: int) -> Component:
    """Return the ways to a decision on many; on a stretch of the scores only where one is chosen."""
    return html.P(
        [
            html.Button(_("None marked"), type="button", id="queue-bulk-open", className="link"),
            html.Button(
                _("Decide on all {count} between these scores", count=number(count)),
                type="button",
                id="queue-range-open",
                className="link",
            )
            if is_range(address) and count
            else None,
        ],
        className="row",
    )


def is_range(address: Address) -> bool:
    """Return whether a view is a stretch of the scores."""
    return any(getattr(address.chosen, bound) is not None for bound in _BOUNDS)


def dialog() -> Component:
    """Return the dialog in which many are decided on; the browser fills it."""
    decide = [
        html.Button(
            [_(label), key_label(action)],
            type="button",
            className=f"key {action}",
            **ui.hyphenated(data_bulk=action),
        )
        for action, label in DECISIONS
    ]
    return html.Dialog(
        [
            html.H2(id="queue-bulk-title", tabIndex=-1),
            html.Ol(id="queue-bulk-list", className="bulk-list"),
            html.Div(
                [
                    html.P(
                        [
                            html.Span(id="queue-bulk-seen"),
                            html.Button(
                                [_("Next of the sample"), key_label("next")],
                                type="button",
                                id="queue-bulk-next",
                                className="key small",
                            ),
                        ],
                        className="row",
                    ),
                    html.Div(id="queue-range-sample"),
                ],
                id="queue-bulk-sample",
            ),
            html.Label(
                [html.Span(_("How many are they? Type the number")), html.Span(id="queue-bulk-number-box")],
                id="queue-bulk-confirm",
            ),
            html.Div(
                [
                    html.Div(
                        [
                            reason_choice("queue-bulk-reason", _("Reason of a rejection")),
                            note_box("queue-bulk-note", _("Note to each")),
                        ],
                        className="reason-and-note",
                    ),
                    html.Div(decide, className="keys"),
                    html.P(id="queue-bulk-problem", className="refused", role="alert"),
                ],
                id="queue-bulk-choice",
            ),
            html.Div(id="queue-bulk-result", role="status"),
            html.P(
                [
                    html.Button(
                        [_("Take them all back"), key_label("undo")],
                        type="button",
                        id="queue-bulk-back",
                        className="key small",
                    ),
                    html.Button(_("Close"), type="button", id="queue-bulk-close", className="link"),
                ],
                className="row",
            ),
            dcc.Store(id="queue-range-of"),
            dcc.Store(id="queue-range"),
        ],
        id="queue-bulk",
        **ui.hyphenated(aria_labelledby="queue-bulk-title"),
    )


def register(app: Dash, context: Context) -> None:
    """Let the browser ask for a stretch of the scores: what is in it, with a sample to look through."""

    @app.callback(
        Output("queue-range", "data"),
        Output("queue-range-sample", "children"),
        Input("queue-range-of", "data"),
        prevent_initial_call=True,
    )
    @needs("decide")
    def stretch(asked: Any) -> tuple[dict[str, Any], list[Component]]:
        search = asked.get("search") if isinstance(asked, dict) else None
        if not isinstance(search, str):
            raise InputError("not an address", source="queue-range-of")
        return range_of(context, Address.read(search))

    app.clientside_callback(
        ClientsideFunction("queue", "range"),
        Output("queue-range", "modified_timestamp"),
        Input("queue-range", "data"),
        prevent_initial_call=True,
    )


def range_of(context: Context, address: Address) -> tuple[dict[str, Any], list[Component]]:
    """Return the comments of a stretch of the scores, and a sample of them, spread over it evenly."""
    if address.problem or not is_range(address):
        return {"problem": _("Choose a stretch of the scores first: risk or offensive, from or to")}, []
    keys = context.store.queue_keys(address.chosen, MOST)
    count = context.store.queue_counts(address.chosen)[address.chosen.view]
    if count > len(keys):
        return {
            "problem": _(
                "{count} match, and {most} are decided at once: choose a shorter stretch",
                count=number(count),
                most=number(MOST),
            )
        }, []
    if not keys:
        return {"problem": _("Nothing matches any more")}, []
    step = max(1, len(keys) / SAMPLE)
    places = sorted({int(n * step) for n in range(SAMPLE) if int(n * step) < len(keys)})
    sample = [context.store.queue_item(keys[place].thread_id, keys[place].comment_id) for place in places]
    said = ", ".join(f"{SAID[name]} {value}" for name, value in address.restrictions.items())
    found = {"said": one_line(said, 200), "members": [list(key) for key in keys]}
    return found, _sample(sample)


def _sample(items: Sequence[QueueItem]) -> list[Component]:
    return [
        html.Article(
            [
                html.P(
                    [
                        html.Strong(shown(one_line(ui.author_name(item.author), 60))),
                        f" · {rules_of(item)} {risk(item)}",
                    ],
                    className="meta",
                ),
                html.Div(marked_text(item.text, found), className="text", dir="auto"),
                html.P(
                    ", ".join(f"{reason.number} {reason.title}: {reason.measured}" for reason in found),
                    className="muted",
                ),
            ],
            **ui.hyphenated(data_sample=str(place)),
        )
        for place, (item, found) in enumerate(zip(items, reasons(items), strict=True))
    ]
