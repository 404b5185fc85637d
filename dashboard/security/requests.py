"""The guard: every request is refused unless its route, page or callback lets its user in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import Dash
from flask import abort, current_app, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from dashboard.pages.base import Page, find_page
from dashboard.security.access import Need, current_user, may, need_of, refuse
from dashboard.security.bodies import callback_of, problem
from dashboard.security.identity import has_token, have_accounts, identify, is_at_this_machine, open_session
from dashboard.security.places import Places
from threads.language import _
from threads.storage import Store

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CALLBACKS = "/_dash-update-component"
PAGES_OF_DASH = frozenset({"/", "/<path:path>"})
LONGEST_FORM = 64_000  # bytes
LONGEST_SIGNED = 2_000_000  # bytes

# What Dash serves besides: the application itself, and nothing that is stored.
ROUTES_OF_DASH = {
    "/_dash-layout": Need("view"),
    "/_dash-dependencies": Need("view"),
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": Need("view"),
    "_dash_assets.static": Need("view"),
}
ASSETS_OF_SIGN_IN = frozenset({"/assets/style.css", "/_favicon.ico"})


def guard(app: Dash, store: Store, pages: Sequence[Page], places: Places) -> None:
    """Refuse what did not come from a page of this server, and what its user may not do.

    What may change something comes from the same origin, as JSON or by one of our few forms, and carries the
    token that Flask-WTF gave the session. Without accounts there is no session: the origin says it all.
    """
    csrf = CSRFProtect()
    app.server.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # the guard does it, in its turn
        WTF_CSRF_TIME_LIMIT=None,  # it holds as long as the session
        WTF_CSRF_SSL_STRICT=False,  # the Origin says more than the Referer
    )
    csrf.init_app(app.server)
    app.server.register_error_handler(CSRFError, lambda error: (error.description, 403))

    @app.server.before_request
    def check() -> None:
        need = _route_need(app, pages)
        _check_source(places, service=need is not None and (need.service or need.signed))
        if request.routing_exception is not None:
            raise request.routing_exception
        user = identify(store)
        if need is None:
            abort(403, _("Nobody may use this."))
        _admit(need)
        request.max_content_length = _longest(need, app.server.config["MAX_CONTENT_LENGTH"])
        if request.method not in SAFE_METHODS:
            _check_form(need)
            if have_accounts(store) and not has_token(request) and not need.signed:
                csrf.protect()
        if request.endpoint == CALLBACKS:
            need = _admit_to_callback(app)
        opened = open_session() if user is not None and user.token is None else None
        if opened is not None and not need.poll:
            store.sessions.use(opened)


def _longest(need: Need, most: int) -> int:
    if need.signed:  # its signature is checked once all of it is in memory
        return LONGEST_SIGNED
    return LONGEST_FORM if need.form else most


def _check_source(places: Places, *, service: bool) -> None:
    if not places.answers(request.host):
        abort(403, _("This server does not answer under that name."))
    if request.method in SAFE_METHODS or has_token(request):  # no foreign page can make a browser show one
        return
    origin = request.headers.get("Origin")
    # A program tells none, and has no cookie; a browser tells it of what it sends to another site.
    if service and origin is None and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return
    if not places.is_own(origin, request):
        abort(403, _("The request comes from another site."))


def _check_form(need: Need) -> None:
    wanted = "application/x-www-form-urlencoded" if need.form else "application/json"
    if request.mimetype != wanted:
        abort(415, f"Only {wanted} is accepted.")


def _admit(need: Need) -> None:
    if need.permission is None or (need.watching and is_at_this_machine()):
        return
    user = current_user()
    if has_token(request) and need.scope is None:
        abort(403, _("A token does not open this: sign in."))
    if user is not None and user.scopes is not None and need.scope not in user.scopes:
        abort(403, _("The token lacks the scope {scope}: make one that has it.", scope=need.scope))
    if not may(need.permission):
        refuse(user)


def _route_need(app: Dash, pages: Sequence[Page]) -> Need | None:
    """Return what the route needs; of a callback more is asked once it is known which one is meant."""
    endpoint = request.endpoint or ""
    if endpoint == CALLBACKS:
        return Need("view")
    if endpoint in PAGES_OF_DASH:
        page, _ = find_page(pages, request.path)
        return Need(page.permission)
    if request.path in ASSETS_OF_SIGN_IN:
        return Need(None)
    return ROUTES_OF_DASH.get(endpoint) or need_of(app.server.view_functions.get(endpoint))


def _admit_to_callback(app: Dash) -> Need:
    """Hold who asks to what the callback needs, and what is sent to what it takes; return the need."""
    try:
        body: Any = request.get_json()
    except RecursionError:
        abort(400, _("This is nested too deeply."))
    function = callback_of(body, app.callback_map)
    need = need_of(function)
    if function is None or need is None:
        abort(400 if function is None else 403, "There is no such callback.")
    _admit(need)
    reason = problem(body, app.callback_map)
    if reason is not None:
        abort(400, reason)
    g.callback = f"{function.__module__}.{function.__name__}"  # for the log
    return need
