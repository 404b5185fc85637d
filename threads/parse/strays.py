"""Headers that no reading took because their names are unusual: known by what the others look like."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from threads.language import N_
from threads.parse.calendar_words import fold_word, weekdays
from threads.parse.headers import (
    Candidate,
    Header,
    Page,
    Place,
    is_name,
    split_name,
)
from threads.parse.page_words import (
    byline_lead,
    comments_heading,
    is_button_line,
    is_footer,
    is_mark_line,
    likes,
)
from threads.parse.timestamps import shape

LONGEST_ODD_NAME = 100
_MOST = 0.8
_FIRST_WORD = re.compile(r"([^\W\d_]+)\s+")
_SEPARATOR = re.compile(r"[^\w\"')\]]*$")

Reading = Literal["above", "top", "inline", "below"]


@dataclass(frozen=True, slots=True)
class _Style:
    """What the headers of a thread have in common.

    `distance` is lines from the name to the timestamp, `bounded` whether a blank line or a button stands
    above each, `separator` what parts name and timestamp on one line, `buttons` the button lines that come
    more than once.
    """

    places: frozenset[Place]
    shapes: frozenset[str]
    distance: int
    bounded: bool
    separator: str
    buttons: frozenset[str]


def with_strays(page: Page, headers: Sequence[Header], reading: Reading) -> tuple[list[Header], list[str]]:
    """Return `headers` with those that look the same but for the name, and notes on names left out.

    A name of up to `LONGEST_ODD_NAME` characters is kept; a header without one has the author None.
    """
    style = _style(page, headers) if headers else _style_below_heading(page)
    finder = _FINDERS[reading]
    found: list[Header] = []
    notes: list[str] = []
    pending = deque(headers)
    footers = [i for i, line in enumerate(page.lines) if is_footer(line)]
    for candidate in (_with_name(page, c, style) for c in page.candidates):
        while pending and pending[0].last <= candidate.line:
            found.append(pending.popleft())
        if not _is_alike(candidate, style) or _is_taken(candidate, found, pending):
            continue
        if reading == "below" and not pending:
            break  # what follows the last name may be the page's own
        tried = (finder(page, candidate, style), _nameless(page, candidate, style))
        placed = (h for h in tried if h is not None and _has_place(page, h, found, footers))
        header = next((h for h in placed if not pending or h.last < pending[0].first), None)
        if header is None:
            continue
        found.append(header)
        notes += _note(page, header)
    return [*found, *pending], notes


def _style(page: Page, headers: Sequence[Header]) -> _Style:
    by_line = {c.line: c for c in page.candidates}
    own = [by_line[line] for h in headers for line in (h.first, h.last) if line in by_line]
    places = Counter(c.place for c in own)
    bounds = [_is_bound(page, h.first - 1) for h in headers[1:]]
    separators = Counter(_separator(c.before) for c in own)
    buttons = Counter(line.strip() for line in page.lines if is_button_line(line))
    return _Style(
        frozenset(places.keys()),
        frozenset(_outline(c) for c in own),
        Counter(h.last - h.first for h in headers).most_common(1)[0][0],
        sum(bounds) >= _MOST * len(bounds),
        separators.most_common(1)[0][0] if separators else "",
        frozenset(line for line, count in buttons.items() if count > 1),
    )


def _style_below_heading(page: Page) -> _Style:
    """Return the commonest style, for a page where no name looks like one but a heading counts comments."""
    counted = any(count is not None for _, count in map(comments_heading, page.lines))
    own = [c for c in page.candidates if c.place == "own"] if counted else []
    return _Style(frozenset({"own"}), frozenset(map(_outline, own)), 1, False, "", frozenset())


def _with_name(page: Page, candidate: Candidate, style: _Style) -> Candidate:
    """Give back a name that was read as a weekday ("Sam May 17, 2024"), where the others have no weekday."""
    word = _FIRST_WORD.match(candidate.stamp.raw)
    if word is None or candidate.stamp.is_relative or _outline(candidate) in style.shapes:
        return candidate
    rest = candidate.stamp.raw[word.end() :]
    if fold_word(word[1]) not in weekdays() or shape(rest) not in style.shapes:
        return candidate
    start = candidate.stamp.start + word.end()
    stamp = replace(candidate.stamp, start=start, raw=rest)
    return replace(candidate, stamp=stamp, place="inline", before=page.lines[candidate.line][:start])


def _outline(candidate: Candidate) -> str:
    return "relative" if candidate.stamp.is_relative else shape(candidate.stamp.raw)


def _separator(before: str) -> str:
    match = _SEPARATOR.search(before[-12:])
    return match[0] if match else ""


def _is_alike(candidate: Candidate, style: _Style) -> bool:
    stamp = candidate.stamp
    return (
        (stamp.has_time or stamp.is_relative)
        and (candidate.place in style.places or candidate.place == "own")
        and byline_lead(candidate.before) is None
        and _outline(candidate) in style.shapes
    )


def _is_taken(candidate: Candidate, found: Sequence[Header], pending: Sequence[Header]) -> bool:
    near = [h for headers, i in ((found, -1), (pending, 0)) for h in ([headers[i]] if headers else [])]
    return any(h.first <= candidate.line <= h.last for h in near)


def _has_place(page: Page, header: Header, found: Sequence[Header], footers: Sequence[int]) -> bool:
    """Return whether a header may stand there: in the thread, with text between it and the one before."""
    if not found:
        return _opens_thread(page, header.first)
    begin = found[-1].last + 1
    footer = bisect_left(footers, begin)
    if header.first < begin or (footer < len(footers) and footers[footer] < header.first):
        return False
    return bool(found[-1].rest.strip()) or any(page.lines[i].strip() for i in range(begin, header.first))


def _opens_thread(page: Page, first: int) -> bool:
    """Return whether nothing stands above a line, or the heading of the comments does."""
    above = next((page.lines[i] for i in range(first - 1, -1, -1) if not _is_furniture(page.lines[i])), None)
    return above is None or comments_heading(above)[0]


def _is_furniture(line: str) -> bool:
    return not line.strip() or is_button_line(line) or is_mark_line(line)


def _is_bound(page: Page, line: int) -> bool:
    """Return whether a comment may begin below a line: it is blank, or buttons, or a heading."""
    if line < 0:
        return True
    text = page.lines[line]
    return _is_furniture(text) or likes(text) is not None or comments_heading(text)[0]


# --- one finder a reading ---


def _above(page: Page, candidate: Candidate, style: _Style) -> Header | None:
    place = candidate.line - style.distance
    if style.distance == 0 or place < 0 or not _can_be_name(page, place, style):
        return None
    name, reply_to, has_verb = _odd_name(page.lines[place])
    return Header(place, candidate.line, candidate.stamp, name, _rest(candidate), reply_to, has_verb)


def _rest(candidate: Candidate) -> str:
    return "" if candidate.place == "own" else candidate.after


def _nameless(page: Page, candidate: Candidate, style: _Style) -> Header | None:
    if candidate.place not in ("own", "lead") or (style.bounded and not _is_bound(page, candidate.line - 1)):
        return None
    return Header(candidate.line, candidate.line, candidate.stamp, None, _rest(candidate))


def _can_be_name(page: Page, place: int, style: _Style) -> bool:
    line = page.lines[place].strip()
    if not line or line in style.buttons or is_mark_line(line) or comments_heading(line)[0]:
        return False
    if style.bounded:
        return _is_bound(page, place - 1)
    return len(line) <= LONGEST_ODD_NAME or _opens_thread(page, place)


def _odd_name(line: str) -> tuple[str | None, str | None, bool]:
    line = line.strip()
    name, reply_to, has_verb = split_name(line) if len(line) <= LONGEST_ODD_NAME * 2 else (line, None, False)
    cut = line[len(name) :] if line.startswith(name) else ""
    if not name or not (has_verb or is_name(name) or any(c.isalnum() for c in cut)):
        name = line  # only marks were cut, and those may be the name's
    return (name if len(name) <= LONGEST_ODD_NAME else None), reply_to, has_verb


def _inline(page: Page, candidate: Candidate, style: _Style) -> Header | None:
    if candidate.place != "inline" or not candidate.before.endswith(style.separator):
        return None
    if not style.separator.strip() and not _is_bound(page, candidate.line - 1):
        return None
    before = candidate.before[: len(candidate.before) - len(style.separator)]
    if not before.strip():
        return None
    name, reply_to, has_verb = _odd_name(before)
    line = candidate.line
    return Header(line, line, candidate.stamp, name, candidate.after, reply_to, has_verb)


def _below(page: Page, candidate: Candidate, style: _Style) -> Header | None:
    place = candidate.line + style.distance
    if candidate.place != "own" or not _is_bound(page, candidate.line - 1) or style.distance == 0:
        return None
    if place + 1 >= len(page.lines) or not page.lines[place].strip():
        return None
    name, reply_to, has_verb = _odd_name(page.lines[place])
    return Header(candidate.line, place, candidate.stamp, name, "", reply_to, has_verb)


_FINDERS: dict[Reading, Callable[[Page, Candidate, _Style], Header | None]] = {
    "above": _above,
    "top": _above,
    "inline": _inline,
    "below": _below,
}


def _note(page: Page, header: Header) -> list[str]:
    if header.author is not None:
        return []
    long = [i for i in (header.first, header.last) if len(page.lines[i].strip()) > LONGEST_ODD_NAME]
    return [
        N_("line {line}: a name of {characters} characters left out").format(
            line=i + 1, characters=f"{len(page.lines[i].strip()):,}"
        )
        for i in long[:1]
    ]
