"""What a text is that is no pasted page: HTML source, JSON or a table, told apart by how it begins."""

from __future__ import annotations

import csv
import re

from threads.language import N_

_HEAD = 8_192  # characters looked at
_HTML_START = re.compile(r"\s*(?:<!doctype html|<html\b|<head\b|<body\b|<\?xml\b)", re.IGNORECASE)
_XML_ROOT = re.compile(
    r"(?s)\s*<\?xml\b[^<>]{0,300}>(?:\s|<!--.{0,2000}?-->|<[?!][^<>]{0,500}>)*<((?:[\w.-]+:)?([\w.-]+))"
)
_FEEDS = ("rss", "feed", "RDF")
_TAG_END = re.compile(
    r"</(?:a|article|div|h[1-6]|li|p|script|section|span|style|table|td|ul)>", re.IGNORECASE
)
_LEAST_TAGS = 3
_JSON_START = re.compile(r'\s*(?:\[\s{0,99})?\{\s{0,99}"[^"\n]{1,80}"\s{0,9}:')
_CELL = re.compile(r"[^\W\d][\w .-]{0,30}")
_LEAST_COLUMNS = 3
_HTML = N_("this is HTML source and no pasted text: --format page reads it")


def source_code_kind(text: str) -> str | None:
    """Return the warning for HTML source or JSON, else None; only the beginning is looked at."""
    head = text[:_HEAD].removeprefix("\ufeff")
    if (root := _XML_ROOT.match(head)) and root[2].lower() != "html":
        if root[2] in _FEEDS:
            return N_(
                "this is a feed of articles: comments are in another one, for WordPress /comments/feed/"
            )
        return N_(
            "this is XML of a kind that is not known ({root}): known are feeds of comments (rss, "
            "feed), exports of WordPress (rss) and Disqus (disqus), and data dumps of Stack "
            "Exchange (comments, posts)"
        ).format(root=root[1][:40])
    if _HTML_START.match(head):
        return _HTML
    if _JSON_START.match(head):
        return N_("this is JSON and no pasted text: --format json-table reads it")
    return None


def fragment_kind(text: str) -> str | None:
    """Return the warning for a piece of HTML; ask only where no comment was found: people write tags, too."""
    head = text[:_HEAD].removeprefix("\ufeff")
    tags = head.lstrip().startswith("<") and len(_TAG_END.findall(head)) >= _LEAST_TAGS
    return _HTML if tags else None


def table_kind(text: str) -> str | None:
    """Return the warning for a table with names of columns in its first row, or None for other text."""
    lines = text[:_HEAD].removeprefix("\ufeff").splitlines()[:3]
    for separator in ",;\t|":
        try:
            rows = list(csv.reader(lines, delimiter=separator))
        except csv.Error:
            continue
        if len(rows) >= 2 and len(rows[0]) == len(rows[1]) and _is_header(rows[0]):
            return N_("this is a table and no pasted text: --format table reads it")
    return None


def _is_header(cells: list[str]) -> bool:
    # Prose has a space after each comma, which no name of a column begins with.
    named = all(_CELL.fullmatch(cell) for cell in cells)
    return named and len(cells) >= _LEAST_COLUMNS and len(set(cells)) == len(cells)
