"""Whether headers stand below the texts they belong to: the two ends of the thread tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from threads.parse.headers import Header, Page
from threads.parse.page_words import comments_heading, is_button_line, is_footer

_MOST_LINES_TO_HEADING = 60
_LOOKED_AT = 2
_FORM = 3
_PIECE = 0.5
_QUESTION = 0.3  # forms ask, too: "Who are you?"
_LONG = 60
_LEAST_DIFFERENCE = 0.6
_MOST_TIGHT = 0.7
_SENTENCE = re.compile(r"[.!?…。！？)]['\"”»]?$")


def closed_by_headers(page: Page, headers: Sequence[Header]) -> int | None:
    """Return where the text of the first comment begins, if each header ends its comment; else None.

    Then text stands between the heading of the comments and the first header, and none below the last one.
    """
    if sum(h.has_verb or bool(h.rest.strip()) for h in headers) * 2 >= len(headers):
        return None
    before, after = _tightness(page, headers)
    if after >= _MOST_TIGHT and before <= 1 - _MOST_TIGHT:
        return None
    heading = _heading(page, headers[0].first)
    if heading is None or _is_text_then_buttons(page, headers[-1]):
        return None
    head = [line for line in page.lines[heading + 1 : headers[0].first] if not page.is_furniture(line)]
    if not head:
        return None
    if before >= _MOST_TIGHT and _buttons_follow(page, headers):
        return heading + 1
    difference = _most_textiness(head[-_LOOKED_AT:]) - _most_textiness(_below(page, headers[-1]))
    return heading + 1 if difference >= _LEAST_DIFFERENCE else None


def _heading(page: Page, first: int) -> int | None:
    """Return the line of the heading above line `first`, or of the last line of a form right below it."""
    footer = None
    for i in range(first - 1, max(-1, first - _MOST_LINES_TO_HEADING), -1):
        if comments_heading(page.lines[i])[0]:
            return i if footer is None else footer
        if is_footer(page.lines[i]):
            footer = i if footer is None else footer
        elif footer is not None and i < footer - _FORM:
            return None
    return None


def _tightness(page: Page, headers: Sequence[Header]) -> tuple[float, float]:
    """Return for how many headers text stands right before them, and right behind, with no blank between."""
    lines = page.lines
    before = sum(h.first > 0 and not page.is_furniture(lines[h.first - 1]) for h in headers[1:])
    after = sum(h.last + 1 < len(lines) and not page.is_furniture(lines[h.last + 1]) for h in headers[:-1])
    count = max(1, len(headers) - 1)
    return before / count, after / count


def _buttons_follow(page: Page, headers: Sequence[Header]) -> bool:
    """Return whether a line of buttons stands right below most headers."""
    below = [page.lines[h.last + 1] for h in headers if h.last + 1 < len(page.lines)]
    return sum(bool(line.strip()) and page.is_furniture(line) for line in below) >= _MOST_TIGHT * len(headers)


def _is_text_then_buttons(page: Page, last: Header) -> bool:
    """Return whether text and buttons follow the last header, as they do where headers begin comments."""
    has_text = False
    for line in page.lines[last.last + 1 : last.last + 60]:
        if is_button_line(line):
            return has_text
        if is_footer(line) or comments_heading(line)[0]:
            return False
        has_text = has_text or not page.is_furniture(line)
    return False


def _below(page: Page, header: Header) -> list[str]:
    """Return the first lines below the last header that could be its text."""
    found: list[str] = []
    for line in page.lines[header.last + 1 : header.last + 20]:
        if is_footer(line) or comments_heading(line)[0] or len(found) == _LOOKED_AT:
            break
        if not page.is_furniture(line):
            found.append(line)
    return found


def _most_textiness(lines: Sequence[str]) -> float:
    return max(map(textiness, lines), default=0.0)


def textiness(line: str) -> float:
    """Return 1 for a sentence, less for a piece of one, 0 for what menus and forms are made of."""
    stripped = line.strip()
    sentence = _SENTENCE.search(stripped[-3:]) is not None
    if len(stripped) >= _LONG or (sentence and len(stripped.split()) >= 4):
        return 1.0
    if not sentence:
        return 0.0
    return _QUESTION if stripped.endswith(("?", "？")) else _PIECE
