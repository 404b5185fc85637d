"""The menu: the pages of a part beside each other, or the first of them with the others folded under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, get_args

from dash import dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.base import Menu, Page
from dashboard.security.access import may
from threads.language import N_, _, number
from threads.moderation.queue_filter import View

FOLDED: Final[Mapping[Menu, str]] = {
    "moderation": N_("More of moderation"),
    "administration": N_("Administration"),
}
"""The parts whose pages are folded where there are several, by what their button is called.

The queue stays in sight, beside a button for the rest of moderation; of administration the button is all.
"""


def menu(pages: Sequence[Page], current: Page, counts: Mapping[View, int]) -> list[Component]:
    """Return the parts of the menu with the pages that one may open; assets/menu.js unfolds them."""
    parts = {
        part: [page for page in pages if page.menu == part and may(page.permission)]
        for part in get_args(Menu)
    }
    return [_part(part, there, current, counts) for part, there in parts.items() if there]


def badges(counts: Mapping[View, int]) -> list[Component]:
    """Return how many comments wait; those that were escalated are for admins."""
    asked: list[tuple[View, str]] = [("flagged", _("flagged and waiting"))]
    if may("undo_others"):
        asked.append(("escalated", _("escalated to an admin")))
    return [
        html.Span(
            number(counts[view]) if counts[view] else "",
            id=f"menu-{view}",
            className=f"badge {view}",
            title=said,
        )
        for view, said in asked
    ]


def _part(part: Menu, pages: Sequence[Page], current: Page, counts: Mapping[View, int]) -> Component:
    links = [_link(page, current, counts) for page in pages]
    if part not in FOLDED or len(links) < 2:
        return html.Div(links, className="part")
    in_sight = 1 if part == "moderation" else 0
    inside = current in pages[in_sight:]
    unfolds = html.Button(
        html.Span(_(FOLDED[part]), className="visually-hidden" if in_sight else ""),
        type="button",
        className="unfolds-part on" if inside else "unfolds-part",
        **ui.hyphenated(aria_expanded="false", aria_controls=f"menu-{part}"),
    )
    folded = html.Div(links[in_sight:], id=f"menu-{part}", className="folded")
    return html.Div([*links[:in_sight], unfolds, folded], className="part folds")


def _link(page: Page, current: Page, counts: Mapping[View, int]) -> Component:
    here = page is current or (page.path == "/" and current.path == "/thread")
    return dcc.Link(
        [_(page.title), *badges(counts)] if page.path == "/moderation" else _(page.title),
        href=page.path,
        className="on" if here else "",
        title=_(page.title),
    )
