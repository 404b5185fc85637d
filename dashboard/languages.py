"""The language of a page: chosen by the switch, set for everybody, or the one that the browser asks for."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlsplit

from babel import Locale
from babel.dates import get_day_names, get_month_names
from dash.development.base_component import Component
from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue

from dashboard.elements import html
from dashboard.security.access import open_to_all
from dashboard.security.signing_in import inside
from threads import language
from threads.errors import SettingError
from threads.language import LANGUAGES, SOURCE, Width, catalogue
from threads.settings import Settings

COOKIE = "btl_language"
YEAR = 365 * 24 * 60 * 60  # seconds
PLACE = "{%words%}"
"""Where the words of the browser's part stand in the page that comes first."""


def add_languages(server: Flask, settings: Settings) -> None:
    """Let each request be answered in its language, and add /language/CODE, which the switch opens.

    Raises
    ------
    SettingError
        The setting is no language of LANGUAGES.
    """
    if settings.language and settings.language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise SettingError(f"{settings.language!r} is no language of {known}", source="BTL_LANGUAGE")

    @server.before_request
    def choose() -> None:
        language.use(_asked_for(settings.language))

    @server.teardown_request
    def forget(_error: BaseException | None) -> None:
        language.use(SOURCE)

    @server.get("/language/<code>")
    @open_to_all()
    def switch(code: str) -> ResponseReturnValue:
        if code not in LANGUAGES:
            abort(404)
        before = urlsplit(request.referrer or "")
        here = before.netloc == request.host
        answer = redirect(inside(f"{before.path}?{before.query}".rstrip("?")) if here else "/", 303)
        answer.set_cookie(COOKIE, code, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure)
        return answer


def _asked_for(preset: str) -> str:
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    return preset or request.accept_languages.best_match(LANGUAGES, default=SOURCE)


def switch() -> Component:
    """Return the links to the other languages."""
    links = [
        html.A(name, href=f"/language/{code}", lang=code, hrefLang=code)
        for code, name in LANGUAGES.items()
        if code != language.language()
    ]
    return html.Span(links, className="language")


def complete(page: str) -> str:
    """Return the page that comes first with its language, and the words of the browser's part."""
    code = language.language()
    words = json.dumps(_of_browser(code)).replace("<", "\\u003c")
    script = f'<script id="words" type="application/json">{words}</script>'
    return page.replace('<html lang="en">', f'<html lang="{code}">', 1).replace(PLACE, script, 1)


@lru_cache(maxsize=len(LANGUAGES))
def _of_browser(code: str) -> dict[str, Any]:
    """Return the messages that the scripts in assets use, by their English, and the names of dates."""
    if code == SOURCE:
        return {}
    messages = {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        for message in catalogue(code)
        if any(place.endswith(".js") for place, _line in message.locations)
    }
    return {"messages": messages, "dates": _dates(code)}


def _dates(code: str) -> dict[str, Any]:
    """Return names of months and days as dayjs takes a locale."""

    def months(width: Width) -> list[str]:
        names = get_month_names(width, locale=code)
        return [names[place] for place in range(1, 13)]

    def days(width: Literal["abbreviated", "short", "wide"]) -> list[str]:
        names = get_day_names(width, locale=code)
        return [names[(place - 1) % 7] for place in range(7)]  # from Sunday

    return {
        "name": code,
        "months": months("wide"),
        "monthsShort": months("abbreviated"),
        "weekdays": days("wide"),
        "weekdaysShort": days("abbreviated"),
        "weekdaysMin": days("short"),
        "weekStart": (Locale.parse(code).first_week_day + 1) % 7,
    }


@lru_cache(maxsize=len(LANGUAGES))
def of_plotly(code: str) -> dict[str, Any]:
    """Return what plotly needs to write dates in a language."""
    if code == SOURCE:
        return {}
    names = _dates(code)
    return {
        "locale": code,
        "locales": {
            code: {
                "dictionary": {},
                "format": {
                    "days": names["weekdays"],
                    "shortDays": names["weekdaysShort"],
                    "months": names["months"],
                    "shortMonths": names["monthsShort"],
                },
            }
        },
    }
