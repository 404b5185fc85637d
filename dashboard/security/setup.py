"""Putting the doors on: everything that stands between a browser and the application."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from dash import Dash
from flask import Response, request
from flask_wtf.csrf import generate_csrf
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard.pages.base import Page
from dashboard.security.identity import add_identity, open_session
from dashboard.security.places import places_of
from dashboard.security.rate_limits import add_rate_limits
from dashboard.security.requests import PAGES_OF_DASH, guard
from dashboard.security.signing_in import SignInForm, add_explanations, add_signing_in
from dashboard.security.single_sign_on import add_single_sign_on
from threads.settings import Settings
from threads.storage import Store

CSRF_COOKIE = "_csrf_token"  # the name under which Dash looks for it, to send it along


def secure(app: Dash, store: Store, settings: Settings, pages: Sequence[Page]) -> None:
    """Let nobody in but whom the accounts in `store` and the permissions of `pages` let in.

    Raises
    ------
    SettingError
        A setting of the address or of the identity provider cannot work.
    """
    server, places = app.server, places_of(settings)
    if settings.proxies:
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)
    add_identity(server, store, settings, places)
    guard(app, store, pages, places)
    add_rate_limits(server, settings)
    form = SignInForm(urlsplit(settings.oidc_issuer).hostname)
    add_signing_in(server, store, form)
    add_explanations(server, form)
    add_single_sign_on(server, store, settings, places, form)

    @server.after_request
    def hand_out_token(response: Response) -> Response:
        if request.endpoint in PAGES_OF_DASH and response.status_code == 200 and open_session():
            response.set_cookie(CSRF_COOKIE, generate_csrf(), secure=places.secure, samesite="Strict")
        return response
