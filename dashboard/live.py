"""A discussion that is open in a browser while comments come."""

from __future__ import annotations

from typing import Final

from dash.development.base_component import Component
from flask import Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.base import Context
from dashboard.security.access import needs
from threads.language import _

DRAWN_ANEW_UP_TO: Final = 500
"""Comments up to which a page is drawn anew by itself; a longer one says that there are more, and waits."""


def mark(thread_id: str, stamp: int, comments: int) -> Component:
    """Return what tells the browser which state of a discussion a page shows."""
    return html.P(
        [html.Span(id="live-said"), " ", html.Button(_("Show them"), id="live-show", className="link")],
        id="live",
        role="status",
        hidden=True,
        className="more",
        **ui.hyphenated(
            data_thread=thread_id,
            data_stamp=str(stamp),
            data_comments=str(comments),
            data_waits="" if comments <= DRAWN_ANEW_UP_TO else "true",
        ),
    )


def add_changes(server: Flask, context: Context) -> None:
    """Add the address that an open page asks all the time whether its discussion has changed."""

    @server.get("/thread-changes")
    @needs("view", poll=True)
    def changes() -> ResponseReturnValue:
        thread_id = request.args.get("thread", "")
        if not thread_id:
            abort(400, _("No discussion is named."))
        listed = context.store.listed([thread_id])
        comments = listed[0]["comments"] if listed else 0
        return jsonify(stamp=str(context.store.outlines.stamp(thread_id)), comments=comments)
