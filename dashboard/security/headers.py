"""What a page may do in a browser: the headers of every answer."""

from __future__ import annotations

from dash import Dash
from flask import Response, request

from dashboard.security.places import places_of
from dashboard.security.problems import is_api
from threads.settings import Settings

YEAR = 365 * 24 * 60 * 60  # seconds
FOR_ALL = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")  # the same for everybody


def content_security_policy(app: Dash) -> str:
    """Return the policy of every page: own scripts only, and no request to anywhere else.

    Call it after the last callback is registered: clientside callbacks are inline scripts, allowed by hash.
    """
    scripts = " ".join(["'self'", *(f"{h}" for h in app.csp_hashes())])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def add_headers(app: Dash, settings: Settings) -> None:
    """Send the security headers with every answer, and let nothing be kept that is for one user."""
    headers = {
        "Content-Security-Policy": content_security_policy(app),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if places_of(settings).secure:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"

    @app.server.after_request
    def send(response: Response) -> Response:
        for name, value in headers.items():
            response.headers[name] = value
        if not request.path.startswith(FOR_ALL):
            # A program may keep what it read to ask whether it is still so, and must ask.
            kept = is_api(request.path) and "ETag" in response.headers
            response.headers["Cache-Control"] = "private, no-cache" if kept else "no-store"
        return response
