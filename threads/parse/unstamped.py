"""Comments on pages that show no times: a name above each text, as often as a heading or the buttons say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from threads.parse.headers import Header, Page, split_name
from threads.parse.page_words import comments_heading, is_button_line, is_footer, is_mark_line

_LEAST_BY_BUTTONS = 3
_MOST_MISSED = 0.1
_MOST = 0.8
_LEAST_NAMES = 0.4
_MOST_HEADINGS = 5


def unstamped_headers(page: Page) -> list[Header]:
    """Return a header for each name that begins a comment, none where the page gives no sign of how many."""
    return _below_counted_heading(page) or _between_buttons(page)


def _below_counted_heading(page: Page) -> list[Header]:
    """Return the lines below "10 thoughts on …" that could be names, where they are as many as it says."""
    counts = ((i, comments_heading(line)[1]) for i, line in enumerate(page.lines) if line.strip())
    for i, count in islice(((i, count) for i, count in counts if count), _MOST_HEADINGS):
        end = next((n for n in range(i + 1, len(page.lines)) if is_footer(page.lines[n])), len(page.lines))
        if any(i < c.line < end and c.stamp.has_time for c in page.candidates):
            continue
        for places in _ways(page, i + 1, end):
            if abs(len(places) - count) <= _MOST_MISSED * count and _are_names(page, places):
                return [_header(page, n) for n in places]
    return []


def _ways(page: Page, begin: int, end: int) -> Iterator[list[int]]:
    names = [
        n for n in range(begin, end) if page.is_plain_name(page.lines[n]) and _has_text(page, n + 1, end)
    ]
    names = _not_below_another(page, names)
    opened = [n for n in names if n == begin or not page.lines[n - 1].strip()]
    yield [n for n in opened if not page.lines[n + 1].strip()]
    yield opened
    yield [n for n in names if n == begin or is_button_line(page.lines[n - 1])]


def _not_below_another(page: Page, names: Sequence[int]) -> list[int]:
    """Leave out the short texts: what stands right below a name is no name."""
    found: list[int] = []
    for n in names:
        if not found or any(page.lines[i].strip() for i in range(found[-1] + 1, n)):
            found.append(n)
    return found


def _has_text(page: Page, begin: int, end: int) -> bool:
    return any(line.strip() for line in page.lines[begin : min(end, begin + 4)])


def _between_buttons(page: Page) -> list[Header]:
    """Return the first line behind each line of buttons that the whole thread has."""
    buttons = Counter(line.strip() for line in page.lines if is_button_line(line))
    if not buttons:
        return []
    button, count = buttons.most_common(1)[0]
    if count < _LEAST_BY_BUTTONS:
        return []
    ends = [i for i, line in enumerate(page.lines) if line.strip() == button]
    starts = [n for n in (_first_behind(page, a, b) for a, b in pairwise(ends)) if n is not None]
    named = [
        n for n in starts if page.is_plain_name(page.lines[n]) and _has_text(page, n + 1, len(page.lines))
    ]
    if len(starts) < _MOST * (count - 1) or len(named) < _MOST * len(starts) or not _are_names(page, named):
        return []
    opening = _opening(page, ends[0])
    return [_header(page, n) for n in ([] if opening is None else [opening]) + named]


def _first_behind(page: Page, begin: int, end: int) -> int | None:
    for n in range(begin + 1, end):
        line = page.lines[n]
        if line.strip() and not is_button_line(line) and not is_mark_line(line):
            return n
    return None


def _opening(page: Page, end: int) -> int | None:
    """Return the name above the first buttons: the line below the heading of the comments."""
    for n in range(end - 1, max(-1, end - 40), -1):
        if comments_heading(page.lines[n])[0]:
            first = _first_behind(page, n, end)
            return first if first is not None and page.is_plain_name(page.lines[first]) else None
    return None


def _are_names(page: Page, places: Sequence[int]) -> bool:
    said = {page.lines[n].strip() for n in places}
    return bool(places) and len(said) >= _LEAST_NAMES * len(places)


def _header(page: Page, number: int) -> Header:
    name, reply_to, has_verb = split_name(page.lines[number])
    return Header(number, number, None, name, "", reply_to, has_verb)
