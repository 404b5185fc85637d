"""Which stretch of a page is the thread: headings and footers part it from lists that look like comments."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from threads.parse.headers import Header, Page
from threads.parse.page_words import comments_heading, is_button_line, is_footer, is_mark_line
from threads.parse.timestamps import Stamp, shape

_MOST_TIMES = 2  # a line that stands more often belongs to every comment, such as the title of a form
_SAME_SHARE = 0.6
_FEW = 0.2
_HEADING_FACTOR = 1.25
_COUNT_FACTOR = 1.5


def is_furniture(line: str) -> bool:
    """Return whether a line is blank, or one of buttons or marks."""
    return not line.strip() or is_button_line(line) or is_mark_line(line)


class Breaks:
    """The lines of a page that part one list from the next: headings of comments, and footers."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @cached_property
    def lines(self) -> list[int]:
        """Every such line, in page order."""
        found = [i for i, line in enumerate(self._page.lines) if is_footer(line) or comments_heading(line)[0]]
        times = Counter(self._page.lines[i].strip() for i in found)
        return [i for i in found if times[self._page.lines[i].strip()] <= _MOST_TIMES]

    def between(self, begin: int, end: int) -> list[int]:
        """Return the breaks from line `begin` to before `end`."""
        return self.lines[bisect_left(self.lines, begin) : bisect_left(self.lines, end)]


def thread_part(page: Page, breaks: Breaks, headers: Sequence[Header]) -> tuple[list[Header], list[Header]]:
    """Return the headers of the thread, and those above it that belong to something else."""
    parts = _parts(breaks, headers)
    if len(parts) < 2:
        return list(headers), []
    best = max(range(len(parts)), key=lambda i: (_weight(page, breaks, parts, i), -i))
    first = last = best
    counted = _heading_count(page, _break_before(breaks, parts, best))
    while first > 0 and _is_same(parts[first - 1], parts[best]):
        above = _break_before(breaks, parts, first - 1)
        if counted is not None and not any(comments_heading(page.lines[i])[0] for i in above):
            break
        counted = _heading_count(page, above) if counted is None else counted
        first -= 1
    size = sum(len(p) for p in parts[first : last + 1])
    while last + 1 < len(parts) and _is_same(parts[last + 1], parts[best]):
        rest = sum(len(p) for p in parts[last + 1 :])
        if rest <= _FEW * (size + rest) or size == counted:
            break
        last += 1
        size += len(parts[last])
    kept = [h for part in parts[first : last + 1] for h in part]
    return kept, [h for part in parts[:first] for h in part]


def _parts(breaks: Breaks, headers: Sequence[Header]) -> list[list[Header]]:
    parts: list[list[Header]] = []
    for header in headers:
        if parts and not breaks.between(parts[-1][-1].last + 1, header.first):
            parts[-1].append(header)
        else:
            parts.append([header])
    return parts


def _break_before(breaks: Breaks, parts: Sequence[Sequence[Header]], index: int) -> list[int]:
    begin = parts[index - 1][-1].last + 1 if index else 0
    return breaks.between(begin, parts[index][0].first)


def _weight(page: Page, breaks: Breaks, parts: Sequence[Sequence[Header]], index: int) -> float:
    part = parts[index]
    weight = sum(1.5 if h.has_verb else 1.0 for h in part)
    above = _break_before(breaks, parts, index)
    if above and comments_heading(page.lines[above[-1]])[0]:
        weight *= _HEADING_FACTOR
    return weight * _COUNT_FACTOR if _heading_count(page, above) == len(part) else weight


def _heading_count(page: Page, above: Sequence[int]) -> int | None:
    counts = [comments_heading(page.lines[i])[1] for i in reversed(above)]
    return next((count for count in counts if count is not None), None)


def _is_same(part: Sequence[Header], best: Sequence[Header]) -> bool:
    """Return whether the timestamps of `part` look like those of `best`."""
    kinds = {_kind(h.stamp) for h in best}
    return sum(_kind(h.stamp) in kinds for h in part) >= _SAME_SHARE * len(part)


def _kind(stamp: Stamp | None) -> str:
    if stamp is None:
        return ""
    return "relative" if stamp.is_relative else f"{stamp.has_time} {shape(stamp.raw)}"
