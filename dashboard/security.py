"""What stands between a browser and the application: who may ask, and what a page may do."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from dash import Dash
from flask import Flask, Response, abort, request

from threads.errors import SettingError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_loopback(host: str) -> bool:
    """Return whether a host name or address can only mean this machine."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def require_loopback(host: str) -> None:
    """Refuse to listen elsewhere: there are no accounts, so whoever reaches the port is the moderator."""
    if not is_loopback(host):
        raise SettingError(
            f"{host} is not a loopback address",
            source="host",
            remedy="Without accounts the dashboard listens on this machine only: use 127.0.0.1",
        )


def guard(server: Flask) -> None:
    """Refuse requests that did not come from a page of this server.

    A foreign page can make a browser send requests here, and can point a name of its own at 127.0.0.1 (DNS
    rebinding): so the Host must be loopback, and a request that may change something must be JSON and come
    from the same origin.
    """

    @server.before_request
    def check() -> None:
        if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
            abort(403, "This server answers on loopback addresses only.")
        if request.method in SAFE_METHODS:
            return
        if request.mimetype != "application/json":
            abort(415, "Only JSON is accepted.")
        origin = request.headers.get("Origin")
        if origin != request.host_url.rstrip("/"):
            abort(403, "The request comes from another site.")


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


def add_headers(app: Dash) -> None:
    """Send the security headers with every answer."""
    headers = {
        "Content-Security-Policy": content_security_policy(app),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }

    @app.server.after_request
    def send(response: Response) -> Response:
        for name, value in headers.items():
            response.headers[name] = value
        return response
