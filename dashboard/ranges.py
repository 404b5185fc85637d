"""A share with its interval, drawn with plain elements: it prints, and takes its colours from the page."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from threads.moderation.precision import Share


def range_bar(share: Share, before: Share | None = None) -> Component:
    """Return a share as a dot on a scale from 0 to 1, its interval as a bar, and the one before as a ring."""
    marks: list[Component] = []
    if share.value is not None:
        low, high = share.interval
        marks += [
            html.I(style={"left": f"{100 * low:.1f}%", "width": f"{100 * (high - low):.1f}%"}),
            html.B(style={"left": f"{100 * share.value:.1f}%"}),
        ]
    if before is not None and before.value is not None and not before.thin:
        marks.append(html.U(style={"left": f"{100 * before.value:.1f}%"}))
    return html.Div(
        marks, className="range thin" if share.thin else "range", **ui.hyphenated(aria_hidden="true")
    )
