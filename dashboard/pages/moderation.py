"""The queue: one flagged comment, whole, why it is here, and a decision by one key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.filters import Filters
from dashboard.pages.base import Context
from dashboard.security.access import may, needs, require
from dashboard.text import marked, one_line, shown
from threads.errors import ThreadsError
from threads.moderation.queue_filter import VIEWS, View
from threads.moderation.roles import Permission
from threads.records import Flag
from threads.storage import Action, Outcome, QueueFilter, QueueItem

BATCH = 50
LONGEST_BATCH = 500
KEYS = (
    ("f", "approve"),
    ("d", "reject"),
    ("u", "undo"),
    ("j", "next"),
    ("k", "previous"),
    ("?", "show the keys"),
)


class ModerationPage:
    """The queue in one view; `rest` is the view, and flagged where none is named."""

    path = "/moderation"
    title = "Moderation"
    in_menu = True
    permission: Permission = "decide"

    def layout(self, context: Context, rest: str, search: str) -> Component:
        """Return a page of the queue in one view, items in full: the next one shows without a request."""
        view: View = next((name for name in VIEWS if name == rest), "flagged")
        counts = context.store.queue_counts()
        last = max(1, -(-counts[view] // BATCH))
        page = min(Filters.from_query(search).page, last)
        items = context.store.queue(QueueFilter(view=view), limit=BATCH, offset=(page - 1) * BATCH)
        return html.Div(
            [
                html.H1("Moderation", className="visually-hidden"),
                _tabs(view, counts),
                html.P(
                    html.A("Load what still waits", href="/moderation"),
                    id="queue-more",
                    hidden=True,
                    className="more",
                ),
                html.Div(
                    [
                        _list(items, view, page, last),
                        html.Div(
                            [_item(item, selected=not place) for place, item in enumerate(items)],
                            id="queue-items",
                        )
                        if items
                        else _nothing(view),
                    ],
                    className="queue",
                ),
                _help(),
                html.Div(
                    id="queue-toast", className="toast", role="status", **ui.hyphenated(aria_live="polite")
                ),
                dcc.Store(id="queue-pending", data=[]),
                dcc.Store(id="queue-outcomes"),
            ],
            id="queue",
            **ui.hyphenated(data_state=view),
        )

    def register(self, app: Dash, context: Context) -> None:
        """Save what the browser has not yet been told is saved; it sends the whole list until it is."""

        @app.callback(
            Output("queue-outcomes", "data"),
            Input("queue-pending", "data"),
            prevent_initial_call=True,
        )
        @needs("decide")
        def save(pending: Any) -> dict[str, Any]:
            actions = requested(pending)
            outcomes = context.store.decide(actions)
            return {
                "outcomes": [_told(outcome) for outcome in outcomes],
                "counts": context.store.queue_counts(),
            }

        app.clientside_callback(
            ClientsideFunction("queue", "acknowledge"),
            Output("queue-outcomes", "modified_timestamp"),
            Input("queue-outcomes", "data"),
            prevent_initial_call=True,
        )


def requested(pending: Any) -> list[Action]:
    """Return the actions in what a browser sent; nothing in it is trusted.

    Raises
    ------
    ThreadsError
        It is not a list of actions.
    """
    if not isinstance(pending, list) or len(pending) > LONGEST_BATCH:
        raise ThreadsError("not a list of actions", source="queue-pending")
    return [_action(place, item) for place, item in enumerate(pending)]


def _action(place: int, item: Any) -> Action:
    texts = ("key", "thread_id", "comment_id", "action")
    if (
        not isinstance(item, dict)
        or not all(isinstance(item.get(name), str) and 0 < len(item[name]) <= 200 for name in texts)
        or not isinstance(item.get("expected_version"), int)
    ):
        raise ThreadsError("not an action", source="queue-pending", place=f"item {place + 1}")
    return Action(
        **{name: item[name] for name in (*texts, "expected_version")},
        actor=require("decide").name,
        undo_others=may("undo_others"),
    )


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "key": outcome.key,
        "status": outcome.status,
        "state": outcome.state,
        "version": outcome.version,
        "message": outcome.message,
    }


def _tabs(view: View, counts: Mapping[View, int]) -> Component:
    return html.Nav(
        [
            dcc.Link(
                [f"{name} ", html.Span(f"{counts[name]:,}", id=f"queue-count-{name}")],
                href="/moderation" if name == "flagged" else f"/moderation/{name}",
                className="on" if name == view else "",
            )
            for name in VIEWS
        ],
        className="states",
        **ui.hyphenated(aria_label="Views of the queue"),
    )


def _nothing(view: View) -> Component:
    text = "Nothing is flagged and waiting." if view == "flagged" else f"No comment is {view}."
    return html.Section(ui.empty(text), className="panel")


def _list(items: list[QueueItem], view: View, page: int, last: int) -> Component:
    return html.Section(
        [
            html.P(
                f"{len(items):,} shown, highest risk first" if items else f"none {view}", className="note"
            ),
            html.Ol(
                [
                    html.Li(
                        html.Button(
                            [
                                html.Strong(", ".join(flag.rule for flag in item.flags)),
                                html.Span(f"{item.risk:.2f}", className="risk"),
                                html.Span(one_line(item.text, 60), className="muted"),
                            ],
                            **ui.hyphenated(
                                data_select=_identity(item), aria_current="true" if not place else "false"
                            ),
                        )
                    )
                    for place, item in enumerate(items)
                ]
            ),
            _pager(view, page, last) if last > 1 else None,
        ],
        className="panel queue-list",
        **ui.hyphenated(aria_label="Flagged comments"),
    )


def _pager(view: View, page: int, last: int) -> Component:
    path = "/moderation" if view == "flagged" else f"/moderation/{view}"
    return html.Nav(
        [
            html.A("← before", href=f"{path}?page={page - 1}") if page > 1 else None,
            html.Span(f"page {page} of {last}"),
            html.A("after →", href=f"{path}?page={page + 1}") if page < last else None,
        ],
        className="pager",
        **ui.hyphenated(aria_label="Pages of the queue"),
    )


def _item(item: QueueItem, *, selected: bool) -> Component:
    spans = [span for flag in item.flags for span in flag.spans]
    return html.Div(
        [
            html.Section(
                [
                    html.P(
                        [
                            dcc.Link(
                                shown(one_line(ui.title_of(item.title, None), 120)),
                                href=ui.link_to(item.comment_id, ui.thread_path(item.thread_id)),
                            ),
                            f" · comment {item.position} · ",
                            ui.time_label(
                                item.published_at, item.published_at_precision, item.published_at_raw
                            ),
                        ],
                        className="meta",
                    ),
                    html.Blockquote(
                        [
                            html.Strong(shown(ui.author_name(item.parent_author))),
                            " ",
                            *shown(one_line(item.parent_text, 400)),
                        ]
                    )
                    if item.parent_text is not None
                    else None,
                    html.Div(marked(item.text, spans), className="text large", dir="auto"),
                    html.P(_author_line(item), className="scores"),
                    _buttons(item.state),
                ],
                className="panel",
            ),
            html.Section(
                [html.H2("Why it is here"), *(_reason(flag) for flag in item.flags), _history(item)],
                className="panel",
            ),
        ],
        className="queue-item selected" if selected else "queue-item",
        **ui.hyphenated(
            data_item=_identity(item),
            data_thread=item.thread_id,
            data_comment=item.comment_id,
            data_version=item.version,
            data_state=item.state,
        ),
    )


def _author_line(item: QueueItem) -> list[Any]:
    history = f"{ui.counted(item.author_comments, 'comment')}, {item.author_rejected:,} rejected"
    return [
        html.Strong(shown(ui.author_name(item.author))),
        html.Span(history),
        ui.sentiment_bar(item.sentiment),
    ]


def _buttons(state: str) -> Component:
    return html.Div(
        [
            _button("Approve", "f", "approve", disabled=state == "approved"),
            _button("Reject", "d", "reject", disabled=state == "rejected"),
            _button("Undo", "u", "undo", disabled=False),
            _button("Next", "j", "next", disabled=False),
        ],
        className="keys",
    )


def _button(label: str, key: str, action: str, *, disabled: bool) -> Component:
    return html.Button(
        [label, html.Kbd(key)],
        className=f"key {action}",
        disabled=disabled,
        **ui.hyphenated(data_action=action, aria_keyshortcuts=key),
    )


def _reason(flag: Flag) -> Component:
    return html.Div(
        [
            html.Em(f"{flag.rule} {flag.value:g}"),
            html.Span([flag.reason, html.Small(f" limit {flag.limit:g}")]),
        ],
        className="why",
    )


def _history(item: QueueItem) -> Component | None:
    if item.last_decision is None:
        return None
    last = item.last_decision
    return html.P(
        f"Last: {last.action} by {last.actor}, {last.decided_at:%d %b %Y %H:%M} UTC", className="muted"
    )


def _help() -> Component:
    return html.Details(
        [
            html.Summary("Keys"),
            html.Dl(
                [html.Div([html.Dt(html.Kbd(key)), html.Dd(text)]) for key, text in KEYS],
                className="key-help",
            ),
        ],
        id="queue-help",
    )


def _identity(item: QueueItem) -> str:
    return f"{item.thread_id}/{item.comment_id}"
