"""The guard: every request is refused unless its route, page or callback lets its user in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from dash import Dash
from flask import abort, g, request

from dashboard.pages.base import Page, find_page
from dashboard.security.access import LOCAL, Need, may, need_of, refuse
from dashboard.security.binding import is_loopback
from dashboard.security.bodies import problem

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CALLBACKS = "/_dash-update-component"
PAGES_OF_DASH = frozenset({"/", "/<path:path>"})

# What Dash serves besides: the application itself, and nothing that is stored.
ROUTES_OF_DASH = {
    "/_dash-layout": Need("view"),
    "/_dash-dependencies": Need("view"),
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": Need("view"),
    "/_favicon.ico": Need("view"),
    "_dash_assets.static": Need("view"),
}


def guard(app: Dash, pages: Sequence[Page]) -> None:
    """Refuse what did not come from a page of this server, and what its user may not do.

    A foreign page can make a browser send requests here, and can point a name of its own at 127.0.0.1 (DNS
    rebinding): so the Host must be loopback, and a request that may change something must be JSON and come
    from the same origin.
    """

    @app.server.before_request
    def check() -> None:
        g.user = LOCAL
        _check_source()
        need = _need(app, pages)
        if need is None:
            abort(403, "Nobody may use this.")
        if need.permission is not None and not may(need.permission):
            refuse(g.user)


def _check_source() -> None:
    if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
        abort(403, "This server answers on loopback addresses only.")
    if request.method in SAFE_METHODS:
        return
    if request.mimetype != "application/json":
        abort(415, "Only JSON is accepted.")
    origin = request.headers.get("Origin")
    if origin != request.host_url.rstrip("/"):
        abort(403, "The request comes from another site.")


def _need(app: Dash, pages: Sequence[Page]) -> Need | None:
    """Return what the request needs; answer 404, 405 or 400 where it asks for nothing there is."""
    if request.routing_exception is not None:
        raise request.routing_exception
    endpoint = request.endpoint or ""
    if endpoint == CALLBACKS:
        return need_of(_callback(app))
    if endpoint in PAGES_OF_DASH:
        page, _ = find_page(pages, request.path)
        return Need(page.permission)
    return ROUTES_OF_DASH.get(endpoint) or need_of(app.server.view_functions.get(endpoint))


def _callback(app: Dash) -> Callable[..., Any] | None:
    body = request.get_json()
    reason = problem(body, app.callback_map)
    if reason is not None:
        abort(400, reason)
    function: Callable[..., Any] | None = app.callback_map[body["output"]].get("callback")
    return function
