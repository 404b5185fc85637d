"""The pages before the dashboard: signing in and out, in plain HTML that works without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dash.exceptions import DependencyException, InvalidCallbackReturnValue
from flask import Flask, Response, redirect, render_template_string, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, Unauthorized

from dashboard.security.access import current_user, open_to_all
from dashboard.security.identity import begin_session, end_session
from dashboard.security.problems import is_api, problem_of
from dashboard.security.services import is_service, service_error
from threads.errors import AccountError
from threads.language import LANGUAGES, N_, _, language, retold
from threads.storage import Store
from threads.storage.sessions import WINDOW, TooManyFailuresError

PATH = "/sign-in"
_PAGE = """<!DOCTYPE html>
<html lang="{{ language() }}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }} · Below the Line</title><link rel="stylesheet" href="/assets/style.css">
<link rel="icon" href="/_favicon.ico"></head>
<body class="plain"><main class="panel">
<p class="word">Below <i>the</i> Line</p>
<h1>{{ title }}</h1>
{% if problem %}<p class="problem" role="alert">{{ problem }}</p>{% endif %}
{% if form %}
<form method="post" action="/sign-in">
<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<input type="hidden" name="next" value="{{ next }}">
<label for="name">{{ words.name }}</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">{{ words.password }}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button class="button">{{ words.sign_in }}</button>
</form>
{% if provider %}<p><a class="button" href="/sign-in/provider?{{ {'next': next}|urlencode }}">
{{ words.provider }}</a></p>{% endif %}
{% else %}<p><a href="/">{{ words.overview }}</a></p>{% endif %}
<p class="language">{% for code, name in others.items() %}
<a href="/language/{{ code }}" lang="{{ code }}">{{ name }}</a>{% endfor %}</p>
</main></body></html>"""


@dataclass(frozen=True, slots=True)
class SignInForm:
    """The page with the form; `provider` is whom one may sign in with instead, or None."""

    provider: str | None

    def __call__(self, status: int, problem: str = "", following: str = "/") -> Response:
        """Return the page as an answer; `following` is where to go on."""
        page = _page(
            N_("Sign in"), form=True, problem=problem, next=inside(following), provider=self.provider
        )
        return Response(page, status, {"Cache-Control": "no-store"}, mimetype="text/html")


def add_signing_in(server: Flask, store: Store, form: SignInForm) -> None:
    """Add /sign-in and /sign-out."""

    @server.get(PATH)
    @open_to_all()
    def ask() -> ResponseReturnValue:
        if current_user() is not None:
            return redirect(inside(request.args.get("next", "/")), 303)
        return form(200, following=request.args.get("next", "/"))

    @server.post(PATH)
    @open_to_all(form=True)
    def sign_in() -> ResponseReturnValue:
        following = inside(request.form.get("next", "/"))
        if not store.accounts.exist():
            return redirect(following, 303)
        name, password = request.form.get("name", ""), request.form.get("password", "")
        try:
            secret = store.sessions.sign_in(name, password, request.remote_addr or "")
        except TooManyFailuresError as error:
            answer = form(429, f"{_sentence(error.problem)} {retold(error.remedy)}.", following)
            answer.headers["Retry-After"] = f"{WINDOW.total_seconds():.0f}"
            return answer
        except AccountError as error:
            return form(401, _sentence(error.problem), following)
        begin_session(store, secret)
        return redirect(following, 303)

    @server.post("/sign-out")
    @open_to_all(form=True)
    def sign_out() -> ResponseReturnValue:
        end_session(store)
        return redirect(PATH, 303)


def add_explanations(server: Flask, form: SignInForm) -> None:
    """Ask whoever opens a page without having signed in to do so, and say in a page what is refused."""

    @server.errorhandler(HTTPException)
    def explain(error: HTTPException) -> ResponseReturnValue:
        """Answer a browser that opens a page with a page, a program in its way, others with a line."""
        if is_api(request.path):
            return problem_of(error)
        if is_service(request.path):
            return service_error(error)
        wants_page = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
        if wants_page and isinstance(error, Unauthorized):
            return form(401, following=request.full_path.rstrip("?"))
        if wants_page and error.code is not None and error.code >= 400:
            said = error.description or error.name
            page = _page(error.name, problem=_(said))
            return page, error.code
        return error

    # What a browser asked Dash for, and Dash would call a failure of its own.
    server.register_error_handler(DependencyException, lambda _error: (_("There is no such file."), 404))
    server.register_error_handler(
        InvalidCallbackReturnValue, lambda _error: (_("These outputs do not fit the callback."), 400)
    )


def _page(title: str, **parts: Any) -> str:
    others = {code: name for code, name in LANGUAGES.items() if code != language()}
    words = {
        "name": _("Name"),
        "password": _("Password"),
        "sign_in": _("Sign in"),
        "provider": _("Sign in with {provider}", provider=parts.get("provider")),
        "overview": _("To the overview"),
    }
    return render_template_string(
        _PAGE, title=_(title), words=words, others=others, language=language, **parts
    )


def _sentence(problem: str) -> str:
    problem = retold(problem)
    return f"{problem[:1].upper()}{problem[1:]}."


def inside(address: str) -> str:
    """Return an address of the dashboard to go to after signing in; what leads elsewhere becomes "/"."""
    plain = address.isprintable() and "\\" not in address
    if not plain or not address.startswith("/") or address.startswith(("//", PATH, "/sign-out")):
        return "/"
    return address
