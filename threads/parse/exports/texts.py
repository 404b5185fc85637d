"""Texts of exports, as a reader of the page would see them."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import pairwise

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
_SMILEYS = re.compile(r"emoji|emot|smil|sticker", re.IGNORECASE)
_LETTER = re.compile(r"\w")
_LONGEST_SMILEY = 40  # characters
_BREAKS = _BLOCKS | _PARAGRAPHS | {"blockquote", "br"}
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,20})(?=[\s/>])[^<>]*>")
_LONGEST_TAG = 5_000  # characters; the parser compares each attribute with all before it
_LONG_TAG = re.compile(rf"<(/?[A-Za-z][\w:-]{{0,40}})[^<>]{{{_LONGEST_TAG},}}>?")
# Tags that are text, paragraph or line break wherever they stand, closed or not.
_SIMPLE = re.compile(
    r"<(?:(br) ?/?|/?(?:(p)|a|abbr|b|big|cite|code|del|em|font|i|ins|mark|q|s|small|span|strike|strong"
    r"|sub|sup|u)"
    r"""(?: [\w:-]+(?:="[^"<>]*"|='[^'<>]*'|=[^ "'<>=`]+)?)* ?/?)>""",
    re.ASCII | re.IGNORECASE,
)
_MOST_SIMPLE = 150  # tags, less than _DEEPEST
_NUMBERED = re.compile(r"&(?:#(?:[xX]([0-9A-Fa-f]{1,6})|([0-9]{1,7}))?|Tab|NewLine)")


def from_html(markup: str) -> str:
    """Return the text of HTML: line breaks, an empty line between paragraphs, quotations after "> ".

    Nothing in it is followed, fetched or run; what a browser would not show is left out.
    """
    if "<" not in markup:
        return html.unescape(markup).strip() if "&" in markup else markup.strip()
    if (text := _of_simple(markup)) is not None:
        return text
    if len(markup) > _LONGEST_TAG:
        markup = _LONG_TAG.sub(r"<\1>", markup)
    root = LexborHTMLParser(markup).body
    if root is None:
        return ""
    return _tidy("".join(_pieces(root, 0)))


def _of_simple(markup: str) -> str | None:
    """Return the text of HTML that is simple enough to be read without a tree of it, in a tenth of the time.

    None for any other: with other tags, signs that a browser would mend, or numbers of blanks.
    """
    pieces = _SIMPLE.split(_in_one_line(markup))
    texts, breaks, paragraphs = pieces[::3], pieces[1::3], pieces[2::3]
    if len(breaks) > _MOST_SIMPLE or "\0" in markup or any("<" in text for text in texts):
        return None
    if "&" in markup:
        if any(not _is_seen(one[1], one[2]) for one in _NUMBERED.finditer(markup)):
            return None
        texts = [html.unescape(text) for text in texts]
    said = texts[:1]
    for line_break, paragraph, text in zip(breaks, paragraphs, texts[1:], strict=True):
        said += ("\n\n" if paragraph else "\n" if line_break else "", text)
    return _tidy("".join(said))


def _is_seen(hexadecimal: str | None, decimal: str | None) -> bool:
    """Return whether a number stands for a sign that is no blank and that every reader takes for the same."""
    number = int(hexadecimal, 16) if hexadecimal else int(decimal or 0)
    return ord(" ") < number < 127 or 160 <= number < 0xD800


def from_loose_html(markup: str) -> str:
    """Return the text of HTML in which line ends are line breaks, as blogs store comments."""
    markup = markup.replace("\r\n", "\n").replace("\r", "\n")
    if "<" not in markup or "\n" not in markup:
        return from_html(markup)
    lines = markup.split("\n")
    pieces = [lines[0]]
    for above, line in pairwise(lines):
        is_between_blocks = ("<" in above and _tag(above, above.rfind("<"))) or (
            "<" in line and _tag(line, len(line) - len(line.lstrip()))
        )
        pieces += ("\n" if is_between_blocks else "<br>", line)
    return from_html("".join(pieces))


def all_from_loose_html(column: Sequence[str]) -> list[str]:
    """Return what `from_loose_html` does of each text; most have no markup."""
    return [
        from_loose_html(text) if "<" in text or "&" in text or "\r" in text else text.strip()
        for text in column
    ]


def _tag(line: str, position: int) -> bool:
    """Return whether a tag that breaks lines stands at `position`, and first or last in the line."""
    tag = _TAG.match(line, max(position, 0))
    if tag is None or tag[1].lower() not in _BREAKS:
        return False
    return not line[:position].strip() or not line[tag.end() :].strip()


def name(text: str | None) -> str | None:
    """Return the name of a person in one line, entities read; None for an empty one."""
    return " ".join(html.unescape(text or "").split()) or None


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
        return [_in_one_line(node.text(deep=True))]
    if tag in ("br", "img"):
        return ["\n" if tag == "br" else _drawn_words(node)]
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


def _drawn_words(node: LexborNode) -> str:
    """Return the emoji or smiley that an image stands for: by the signs of its alt, or by its class."""
    alt = (node.attributes.get("alt") or "").strip()
    is_drawn = _SMILEYS.search(node.attributes.get("class") or "") or not _LETTER.search(alt)
    return alt if is_drawn and len(alt) <= _LONGEST_SMILEY else ""


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else ""


def _tidy(text: str) -> str:
    """Return a text without blanks that nobody sees and without more than one empty line in a row."""
    lines = "\n".join([line.strip(" ") for line in _with_one_space(text).split("\n")])
    while "\n\n\n" in lines:
        lines = lines.replace("\n\n\n", "\n\n")
    return lines.strip()


def _in_one_line(text: str) -> str:
    """Return a text with one space for every run of blanks of HTML."""
    for blank in "\t\r\n\f":
        text = text.replace(blank, " ")
    return _with_one_space(text)


def _with_one_space(text: str) -> str:
    """Return a text with one space for every run of them; searching for two takes less than a pattern."""
    while "  " in text:
        text = text.replace("  ", " ")
    return text
