"""What the scores mean and how far to trust them."""

from __future__ import annotations

from dash import Dash
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.base import Context, Menu
from threads.guide import TITLE, Section, Table, guide
from threads.language import N_, SOURCE, _, language
from threads.moderation.roles import Permission

PROSE = 30  # characters of a cell from which it needs room to wrap


class GuidePage:
    """The same guide as `btl guide` prints, so that the figures stand beside the scores."""

    path = "/guide"
    title = N_("Guide")
    menu: Menu | None = "help"
    permission: Permission = "view"

    def layout(self, context: Context, rest: str, search: str) -> Component:  # noqa: ARG002 - the Protocol's signature
        """Return the guide."""
        sections = guide()
        contents = html.Nav(
            html.Ul([html.Li(html.A(s.heading, href=f"#{_anchor(s)}")) for s in sections], lang=SOURCE),
            className="contents",
            **ui.hyphenated(aria_label=_("Contents")),
        )
        return html.Div(
            [
                html.H1(_("Guide") if language() != SOURCE else TITLE),
                html.P(_("The guide is in English."), className="note") if language() != SOURCE else None,
                contents,
                html.Div([_section(section) for section in sections], lang=SOURCE),
            ],
            className="guide",
        )

    def register(self, app: Dash, context: Context) -> None:
        """Nothing moves on this page."""


def _section(section: Section) -> Component:
    paragraphs = [html.P(text) for text in section.paragraphs]
    return ui.panel(
        section.heading,
        *paragraphs,
        *(_table(table, section.heading) for table in section.tables),
        id=_anchor(section),
    )


def _table(table: Table, of: str) -> Component:
    """Return a table that scrolls by itself where the screen is narrow."""
    return html.Div(
        html.Table(
            [
                html.Caption(table.caption),
                html.Thead(html.Tr([html.Th(cell, scope="col") for cell in table.header])),
                html.Tbody(
                    [
                        html.Tr(
                            [html.Td(cell, className="prose" if len(cell) > PROSE else "") for cell in row]
                        )
                        for row in table.rows
                    ]
                ),
            ]
        ),
        className="wide",
        tabIndex=0,
        role="region",
        **ui.hyphenated(aria_label=f"{of}: {table.caption}"),
    )


def _anchor(section: Section) -> str:
    return f"guide-{section.heading.lower().replace(' ', '-')}"
