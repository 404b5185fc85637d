"""Signing in with an OpenID Connect provider: authorization code with PKCE, by Authlib."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, request, session
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from requests import RequestException

from dashboard.security.access import open_to_all
from dashboard.security.binding import is_loopback
from dashboard.security.identity import begin_session
from dashboard.security.places import Places
from dashboard.security.signing_in import PATH, SignInForm, inside
from threads.errors import AccountError, SettingError
from threads.language import _, explained
from threads.moderation.roles import ROLES, Role
from threads.settings import Settings
from threads.storage import Store

START, DONE = f"{PATH}/provider", f"{PATH}/provider/done"
SECONDS = 10.0
_NEXT = "next"
# What a provider that is away, or answers something else, makes Authlib raise.
_FAILURES = (AuthlibBaseError, JoseError, RequestException, RuntimeError, ValueError, KeyError, TypeError)


def add_single_sign_on(
    server: Flask, store: Store, settings: Settings, places: Places, form: SignInForm
) -> None:
    """Add the way to the provider and back, where one is set.

    Raises
    ------
    SettingError
        A setting of the provider is missing or cannot work.
    """
    if not settings.oidc_issuer:
        return
    roles = role_map(settings.oidc_roles)
    issuer = _issuer(settings)
    client = OAuth(server).register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=_secret(settings),
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
        },
    )

    @server.get(START)
    @open_to_all()
    def start() -> ResponseReturnValue:
        session[_NEXT] = inside(request.args.get("next", "/"))
        try:
            answer: ResponseReturnValue = client.authorize_redirect(f"{places.origin(request)}{DONE}")
        except _FAILURES:
            return form(502, "The provider does not answer as it should.")
        return answer

    @server.get(DONE)
    @open_to_all()
    def done() -> ResponseReturnValue:
        following = session.get(_NEXT, "/")
        try:
            claims = _claims(client, client.authorize_access_token(), settings, issuer)
        except _FAILURES:
            return form(401, "The provider did not vouch for you.", following)
        try:
            secret = store.sessions.sign_in_elsewhere(
                f"{issuer}#{claims['sub']}", _name(claims, settings), role_of(claims, settings, roles)
            )
        except AccountError as error:
            return form(401, explained(error), following)
        begin_session(store, secret)
        return redirect(following, 303)


def role_map(text: str) -> Mapping[str, Role]:
    """Return what a provider's values mean, from "desk=moderator,lead=admin".

    Raises
    ------
    SettingError
        A part has no "=", or names no role.
    """
    found: dict[str, Role] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        value, _, name = (piece.strip() for piece in part.rpartition("="))
        role = next((role for role in ROLES if role == name), None)
        if role is None or not value:
            raise SettingError(
                f"{part!r} does not say which role a value means",
                source="BTL_OIDC_ROLES",
                remedy=f"Write value=role, with a role of {', '.join(ROLES)}",
            )
        found[value] = role
    return found


def role_of(claims: Mapping[str, Any], settings: Settings, roles: Mapping[str, Role]) -> Role | None:
    """Return the highest role that a provider's claim means, a viewer's where it means none.

    None: no value has a meaning here, and roles are given in the dashboard.
    """
    if not roles:
        return None
    value = claims.get(settings.oidc_role_claim, ())
    values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    meant = [roles[item] for item in values if isinstance(item, str) and item in roles]
    return max(meant, key=ROLES.index, default="viewer")


def _claims(client: Any, token: Mapping[str, Any], settings: Settings, issuer: str) -> Mapping[str, Any]:
    """Return what the provider says about who signed in; ValueError where it is not about them."""
    claims = dict(
        token["userinfo"]
    )  # of the id token, whose signature, times, audience and nonce Authlib checks
    if str(claims["iss"]).rstrip("/") != issuer:
        raise ValueError("another issuer")
    if settings.oidc_role_claim not in claims or settings.oidc_name_claim not in claims:
        more = client.userinfo(token=token)
        if more["sub"] != claims["sub"]:
            raise ValueError("another subject")
        claims = {**more, **claims}
    return claims


def _name(claims: Mapping[str, Any], settings: Settings) -> str:
    for claim in (settings.oidc_name_claim, "email", "sub"):
        if isinstance(claims.get(claim), str):
            return str(claims[claim])
    raise AccountError(_("the provider gives you no name"))


def _issuer(settings: Settings) -> str:
    issuer = str(settings.oidc_issuer).rstrip("/")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise SettingError(f"{issuer!r} is not an https address", source="BTL_OIDC_ISSUER")
    if not settings.oidc_client_id:
        raise SettingError("it is missing", source="BTL_OIDC_CLIENT_ID")
    return issuer


def _secret(settings: Settings) -> str | None:
    """Return the client's secret; None: it is a public client, which PKCE alone protects."""
    if not settings.oidc_secret_file:
        return None
    path = Path(settings.oidc_secret_file)
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise SettingError(f"it cannot be read ({error})", source="BTL_OIDC_SECRET_FILE") from error
    if not secret:
        raise SettingError("the file is empty", source="BTL_OIDC_SECRET_FILE")
    return secret
