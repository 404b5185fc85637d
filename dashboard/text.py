"""Text from strangers, made safe to show: hidden characters become visible, markup stays text."""

from __future__ import annotations

import re
import unicodedata

from dash.development.base_component import Component

from dashboard.elements import html

# Controls, bidirectional overrides, invisible letters: they can make a text read as what it is not.
# Joiners (U+200C, U+200D) stay: emoji and several scripts need them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def shown(text: str) -> list[str | Component]:
    """Return `text` as children of a component, each hidden character as a small visible mark."""
    parts: list[str | Component] = []
    end = 0
    for match in _HIDDEN.finditer(text):
        parts += [text[end : match.start()], hidden_mark(match.group())]
        end = match.end()
    return [part for part in [*parts, text[end:]] if part != ""]


def visible(text: str) -> str:
    """Return `text` with each hidden character as its code point in brackets: for where no mark can stand."""
    return _HIDDEN.sub(lambda found: f"[{code_point(found.group())}]", text)


def hidden_mark(character: str) -> Component:
    """Return the mark that stands for a hidden character: its code point, with its name as a tooltip."""
    return html.Span(code_point(character), className="hidden", title=unicodedata.name(character, "control"))


def code_point(character: str) -> str:
    """Return a character's code point as Unicode writes it, such as U+202E."""
    return f"U+{ord(character):04X}"


def well_formed(text: str) -> str:
    """Return `text` with lone surrogates, which JSON cannot carry, as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def one_line(text: str, limit: int) -> str:
    """Return the beginning of `text` on one line, hidden characters left out, cut at `limit` characters."""
    flat = " ".join(_HIDDEN.sub(" ", text[: 4 * limit]).split())
    return flat if len(flat) <= limit and len(text) <= 4 * limit else flat[: limit - 1].rstrip() + "…"


def for_plotly(text: str, limit: int = 80) -> str:
    """Return `text` for a plotly label, which would otherwise render a subset of HTML, links included."""
    return one_line(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def marked(text: str, spans: list[tuple[int, int]]) -> list[str | Component]:
    """Return `text` as children with the stretches in `spans` (offsets, any order) marked."""
    parts: list[str | Component] = []
    end = 0
    for start, stop in sorted(spans):
        if stop <= max(start, end):
            continue
        parts += [*shown(text[end : max(start, end)]), html.Mark(shown(text[max(start, end) : stop]))]
        end = stop
    return [*parts, *shown(text[end:])]
