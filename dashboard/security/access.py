"""Who asks, and what they may do: one answer for pages, callbacks and routes.

A callback or a route declares the permission that it needs, and the guard holds every request to it:

    @app.callback(Output(…), Input(…))
    @needs("decide")
    def save(…): …

What declares nothing is refused to everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from flask import abort, g, has_request_context

from threads.language import _
from threads.moderation.roles import Permission, Role, Scope, allowed

_F = TypeVar("_F", bound=Callable[..., Any])
_MARK = "_needs"


@dataclass(frozen=True, slots=True)
class User:
    """Who asks; `name` is the actor of what they do.

    One who shows a token has its number, and no more than its `scopes`.
    """

    name: str
    role: Role
    token: int | None = None
    scopes: frozenset[Scope] | None = None


LOCAL = User("local", "admin")  # whoever sits at this machine, while there are no accounts


@dataclass(frozen=True, slots=True)
class Need:
    """What a callback or a route asks of its user.

    `permission` is None where anybody may come in. A personal API token opens what has a `scope`, if it has
    that scope too, and nothing else. `form` is a route that plain HTML forms post to. A `poll` comes without
    anybody doing anything, and so does not keep a session alive. What is for `watching` the server opens at
    the machine itself too, to anybody. A `service` is for programs, which tell no origin. One that is
    `signed` is for programs too: the route itself checks whose signature it carries, before all else.
    """

    permission: Permission | None
    scope: Scope | None = None
    form: bool = False
    poll: bool = False
    watching: bool = False
    service: bool = False
    signed: bool = False


def needs(
    permission: Permission,
    *,
    scope: Scope | None = None,
    form: bool = False,
    poll: bool = False,
    watching: bool = False,
    service: bool = False,
) -> Callable[[_F], _F]:
    """Declare what the callback or route under it needs; see `Need`. It stands nearest to the function."""
    return _marked(Need(permission, scope, form, poll, watching, service))


def open_to_all(*, form: bool = False, service: bool = False) -> Callable[[_F], _F]:
    """Declare that anybody may use the route under it, signed in or not."""
    return _marked(Need(None, form=form, service=service))


def open_to_signed() -> Callable[[_F], _F]:
    """Declare that the route under it checks itself whether a known sender signed the request."""
    return _marked(Need(None, signed=True))


def need_of(function: Callable[..., Any] | None) -> Need | None:
    """Return what a callback or route declared; None: nothing, and then it is refused."""
    need = getattr(function, _MARK, None)
    return need if isinstance(need, Need) else None


def current_user() -> User | None:
    """Return who asks; None is somebody who has not signed in.

    Outside of a request it is the program itself, which has the whole store: LOCAL.
    """
    if not has_request_context():
        return LOCAL
    user: User | None = g.get("user")
    return user


def may(permission: Permission) -> bool:
    """Return whether who asks may do something."""
    user = current_user()
    return allowed(user.role if user else None, permission)


def require(permission: Permission) -> User:
    """Return who asks; answer 401 or 403 if they may not do this."""
    user = current_user()
    if user is None or not allowed(user.role, permission):
        refuse(user)
    return user


def refuse(user: User | None) -> NoReturn:
    """Answer 401 to somebody who has not signed in, and 403 to a user."""
    if user is None:
        abort(401, _("Sign in first."))
    abort(403, _("Your role, {role}, does not allow this.", role=_(user.role)))


def _marked(need: Need) -> Callable[[_F], _F]:
    def mark(function: _F) -> _F:
        setattr(function, _MARK, need)
        return function

    return mark
