"""The dashboard: a Dash application over a store."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
import plotly.io as pio
from dash import Dash, Input, Output, ctx, dcc, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask import Response, has_request_context
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import HTTPException

from dashboard import components as ui
from dashboard.api import add_api
from dashboard.background import register_background
from dashboard.downloads import add_downloads
from dashboard.elements import html
from dashboard.hooks import add_hooks
from dashboard.languages import add_languages, complete, switch
from dashboard.live import add_changes
from dashboard.log import log_failure
from dashboard.menu import menu
from dashboard.pages import FILTERED_PAGES, PAGES
from dashboard.pages.base import Context, Page, find_page
from dashboard.pages.discussion import register_choosing
from dashboard.pages.filtering import register_filters
from dashboard.perspective import add_perspective
from dashboard.security.access import needs, require
from dashboard.security.headers import add_headers
from dashboard.security.identity import open_session
from dashboard.security.setup import secure
from dashboard.static_files import add_static_files, by_hash
from dashboard.watching import add_watching
from threads.errors import ThreadsError
from threads.language import _, explained, language
from threads.settings import Settings
from threads.storage import Store

# Plotly's other engine first walks through every component in Python: a third of a page's time.
pio.json.config.default_engine = "json"

TITLE = "Below the Line"
# From light to dark, as Mantine wants them; the seventh and the fifth are the accent of assets/style.css.
ACCENTS = (
    *("#e9f4f3", "#d3e8e6", "#abd4d1", "#7fbab6", "#58bcb5"),
    *("#2f7c78", "#0b6866", "#095957", "#074a48", "#053b3a"),
)
INDEX = """<!DOCTYPE html>
<html lang="en">
<head>{%metas%}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}{%config%}{%words%}{%scripts%}{%renderer%}</body>
</html>"""


def create_app(store: Store, settings: Settings) -> Dash:
    """Return the application over `store`; `app.server` is its WSGI application."""
    app = Dash(
        __name__,
        title=TITLE,
        update_title="",
        index_string=INDEX,
        suppress_callback_exceptions=True,  # pages come and go, and with them the ids of their controls
        use_async=False,
        enable_mcp=False,
        add_log_handler=False,
    )
    plain = app.interpolate_index
    app.interpolate_index = lambda **parts: by_hash(complete(plain(**parts)))  # type: ignore[method-assign]
    context = Context(store, settings)
    app.server.config["MAX_CONTENT_LENGTH"] = 2 * settings.max_input_bytes  # a file arrives as base64 in JSON
    add_watching(app.server, store, settings)
    add_languages(app.server, settings)
    add_static_files(app.server)
    secure(app, store, settings, PAGES)
    Compress(app.server)
    add_downloads(app.server, context)
    add_perspective(app.server, context)
    add_hooks(app.server, context)
    add_changes(app.server, context)
    add_api(app.server, context)
    app.server.register_error_handler(ThreadsError, _refuse)
    app.layout = _shell
    _register_routes(app, context)
    register_filters(app, context, FILTERED_PAGES)
    register_choosing(app)
    register_background(app, context.background)
    for page in PAGES:
        page.register(app, context)
    add_headers(app, settings)
    return app


def _refuse(error: ThreadsError) -> ResponseReturnValue:
    """Answer what a browser should not have sent: the fault is the request's, not the server's.

    As plain text: the message quotes what was sent.
    """
    return Response(explained(error), 400, mimetype="text/plain")


def _shell() -> Component:
    header = html.Header(
        [
            dcc.Link(["Below ", html.I("the"), " Line"], href="/", className="word"),
            html.Button(
                _("Menu"),
                id="menu-toggle",
                type="button",
                className="unfolds",
                **ui.hyphenated(aria_expanded="false", aria_controls="menu"),
            ),
            html.Nav(id="menu", **ui.hyphenated(aria_label=_("Pages"))),
            html.Span(_("times in UTC"), className="right"),
            switch(),
            _signed_in(),
            dmc.ColorSchemeToggle(
                lightIcon="☀",
                darkIcon="☾",
                variant="subtle",
                color="gray",
                **ui.hyphenated(aria_label=_("Light or dark")),
            ),
        ]
    )
    parts = [
        dcc.Location(id="url", refresh="callback-nav"),
        html.A(_("Skip to the content"), href="#content", className="skip"),
        header,
        html.Main(id="content", tabIndex=-1),
    ]
    return dmc.MantineProvider(
        dmc.DatesProvider(parts, settings={"locale": language()}),
        id="theme",
        defaultColorScheme="auto",
        theme={
            "colors": {"accent": list(ACCENTS)},
            "primaryColor": "accent",
            "primaryShade": {"light": 6, "dark": 4},
            "autoContrast": True,
            "fontFamily": "Inter, Helvetica Neue, Arial, sans-serif",
            "defaultRadius": "sm",
        },
    )


def _signed_in() -> Component | None:
    """Return who is signed in, with the way out; None without accounts."""
    opened = open_session() if has_request_context() else None
    if opened is None:
        return None
    return html.Form(
        [
            dcc.Link(
                opened.account.name,
                href="/account",
                title=_("Signed in as {role}", role=_(opened.account.role)),
            ),
            dcc.Input(type="hidden", name="csrf_token", value=generate_csrf()),
            html.Button(_("Sign out"), className="link"),
        ],
        action="/sign-out",
        method="POST",
        className="signed-in",
    )


def _register_routes(app: Dash, context: Context) -> None:
    @app.callback(
        Output("content", "children"),
        Output("menu", "children"),
        Input("url", "pathname"),
        Input("url", "search"),
    )
    @needs("view")
    def show(pathname: str | None, search: str | None) -> tuple[Any, Any]:
        page, rest = find_page(PAGES, pathname)
        if page in FILTERED_PAGES and set(ctx.triggered_prop_ids) == {"url.search"}:
            return no_update, no_update  # their own callback follows the query
        require(page.permission)
        with context.store.one_view():
            return _drawn(page, context, rest, search or ""), menu(PAGES, page, context.queue_counts())


def _drawn(page: Page, context: Context, rest: str, search: str) -> Component:
    """Return what a page shows at an address; that it failed where it did, so that the menu stays."""
    try:
        return page.layout(context, rest, search)
    except (HTTPException, PreventUpdate):
        raise
    except ThreadsError as error:
        said = explained(error)
    except Exception as error:  # noqa: BLE001 - the log says what and where
        log_failure(error, page=page.path)
        said = _("This page cannot be drawn: the program failed at it. What and where, its log says.")
    return html.Div([html.H1(_(page.title)), ui.empty(said)])
