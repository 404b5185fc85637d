"""Texts of exports, as a reader of the page would see them."""

from __future__ import annotations

import html
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "dd", "details", "div", "dl", "dt", "fieldset", "figure", "footer"),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "section", "tr"),
    )
)
_PARAGRAPHS = frozenset(("p", "ul", "ol", "pre", "table"))
_UNSEEN = frozenset(
    ("head", "iframe", "noscript", "object", "script", "style", "template", "textarea", "title")
)
_DEEPEST = 200  # elements inside each other; what is deeper is read as flat text
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_AROUND_BREAK = re.compile(r" *\n *")


def from_html(markup: str) -> str:
    """Return the text of HTML: line breaks, an empty line between paragraphs, quotations after "> ".

    Nothing in it is followed, fetched or run; what a browser would not show is left out.
    """
    if "<" not in markup:
        return html.unescape(markup).strip() if "&" in markup else markup.strip()
    root = LexborHTMLParser(markup).body
    if root is None:
        return ""
    return _tidy("".join(_pieces(root, 0)))


def _pieces(node: LexborNode, depth: int) -> list[str]:
    pieces: list[str] = []
    child = node.first_child
    while child is not None:
        pieces += _piece(child, depth + 1)
        child = child.next
    return pieces


def _piece(node: LexborNode, depth: int) -> list[str]:
    tag = node.tag or "-"
    if tag == "-text" or depth > _DEEPEST:
        return [_SPACES.sub(" ", node.text(deep=True))]
    if tag == "br":
        return ["\n"]
    if tag in _UNSEEN or tag.startswith("-"):
        return []
    inside = _pieces(node, depth)
    if tag == "blockquote":
        return ["\n\n", _quoted(_tidy("".join(inside))), "\n\n"]
    if tag in _PARAGRAPHS:
        return ["\n\n", *inside, "\n\n"]
    return (
        ["\n", *inside, *(() if tag in ("li", "tr", "dd", "dt") else ("\n",))] if tag in _BLOCKS else inside
    )


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else ""


def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", _AROUND_BREAK.sub("\n", text)).strip()
