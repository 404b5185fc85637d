"""Who sent a request: the session that its cookie opens, or the personal token that it shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import flask_login
from flask import Flask, Request, abort, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin

from dashboard.security.access import LOCAL, User
from dashboard.security.binding import is_loopback
from dashboard.security.places import Places
from dashboard.security.services import is_service
from threads.keys import derived, read_key
from threads.language import _
from threads.settings import Settings
from threads.storage import Store
from threads.storage.sessions import Session

COOKIE = "btl_session"
_PURPOSE = "cookies of the dashboard"


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps in the cookie: the session's secret, and not who it is."""

    def __init__(self, secret: str, opened: Session) -> None:
        self.secret, self.opened = secret, opened

    def get_id(self) -> str:
        """Return the secret of the session."""
        return self.secret


class _Cookies(SecureCookieSessionInterface):
    """Signed cookies; the key for them is made when there are accounts, and not before."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings

    def get_signing_serializer(self, app: Flask) -> Any:
        """Return what signs, or None while nobody can sign in."""
        if not app.secret_key and have_accounts(self._store):
            app.secret_key = derived(read_key(self._settings.key_file), _PURPOSE)
        return super().get_signing_serializer(app)


def add_identity(server: Flask, store: Store, settings: Settings, places: Places) -> None:
    """Let the server know sessions by their cookies."""
    server.session_interface = _Cookies(store, settings)
    server.config.update(
        SESSION_COOKIE_NAME=f"__Host-{COOKIE}" if places.secure else COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",  # Strict would lose it on the way back from an identity provider
        SESSION_COOKIE_SECURE=places.secure,
    )
    manager = LoginManager(server)
    manager.session_protection = None  # it tells browsers apart by address, which changes on the move

    @manager.user_loader
    def load(secret: str) -> SignedIn | None:
        opened = store.sessions.of(secret)
        return None if opened is None else SignedIn(secret, opened)


def begin_session(store: Store, secret: str) -> None:
    """Let the browser that asks be signed in with a new session; nothing stays of the one it had."""
    session.clear()
    opened = store.sessions.of(secret)
    if opened is not None:
        flask_login.login_user(SignedIn(secret, opened))


def end_session(store: Store) -> None:
    """Sign the browser that asks out: its cookie, and every copy of it, opens nothing any more."""
    opened = open_session()
    if opened is not None:
        store.sessions.end(opened.id, opened.account)
    session.clear()


def open_session() -> Session | None:
    """Return the session of who asks; None: nobody has signed in, or a token was shown."""
    user = flask_login.current_user
    return user.opened if isinstance(user._get_current_object(), SignedIn) else None


def identify(store: Store) -> User | None:
    """Return who asks, and keep it for `current_user`; None is somebody who has not signed in."""
    g.user = _user(store)
    user: User | None = g.user
    return user


def have_accounts(store: Store) -> bool:
    """Return whether anybody has an account, asked of the store once a request."""
    if "accounts" not in g:
        g.accounts = store.accounts.exist()
    found: bool = g.accounts
    return found


def has_token(asked: Request) -> bool:
    """Return whether a request shows a personal token instead of a cookie; looked at once a request."""
    if "has_token" not in g:
        g.has_token = shown_token(asked) is not None
    found: bool = g.has_token
    return found


def shown_token(asked: Request) -> str | None:
    """Return the token that a request shows: as its authorization, or as `key` in the address of a service.

    Programs made for Perspective know the latter way alone.
    """
    if asked.authorization is not None and asked.authorization.type == "bearer":
        return asked.authorization.token or ""
    return asked.args.get("key") if is_service(asked.path) else None


def _user(store: Store) -> User | None:
    if not have_accounts(store):
        if not is_at_this_machine():
            abort(403, _("Without accounts this server answers to its own machine only."))
        return LOCAL
    if has_token(request):
        bearer = store.tokens.bearer_of(shown_token(request) or "")
        if bearer is None:
            abort(401, _("This is no token, or it no longer holds."))
        return User(bearer.name, bearer.role, bearer.token, bearer.scopes)
    opened = open_session()
    return None if opened is None else User(opened.account.name, opened.account.role)


def is_at_this_machine() -> bool:
    """Return whether a request comes from this machine itself, and not through a proxy on it."""
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via"))
    host = urlsplit(f"//{request.host}").hostname or ""
    return is_loopback(request.remote_addr or "") and is_loopback(host) and not forwarded
