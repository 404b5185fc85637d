"""Which lines head the comments of a pasted text: decided by what repeats over all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from threads.parse.headers import Candidate, Header, Page, split_name
from threads.parse.page_words import byline_lead, comments_heading, is_button_line, is_footer, is_mark_line
from threads.parse.strays import Reading, with_strays
from threads.parse.timestamps import shape
from threads.parse.wording import counted

_MOST_LINES_TO_HEADING = 40
_FEW_AFTER_FOOTER = 0.2
_ONE_NAME_FACTOR = 0.5


@dataclass(frozen=True, slots=True)
class Block:
    """One comment as lines: its header and the lines of its text, `begin` to before `end`."""

    header: Header
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A place that looks like a comment and is none: its line (from 0) and the reason."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The comments of a page.

    `start` is the first line that is no longer the article, `declared` the number of comments that a heading
    states, `rejected` what looked like a comment, `notes` what else was left out.
    """

    blocks: tuple[Block, ...]
    start: int
    declared: int | None = None
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()


def find_layout(page: Page) -> Layout:
    """Return the comments of a page, in the layout that most of its timestamps agree on."""
    readings = {name: _reading(page, read) for name, read in _READERS.items()}
    name = max(readings, key=lambda n: (_support(page, readings[n]), -list(_READERS).index(n)))
    headers = _pure(readings[name])
    headers, rejected = _after_heading(page, headers)
    headers = _before_footer(page, headers)
    trailing = name == "below" and _is_trailing(page, headers)
    headers, notes = (headers, []) if trailing else with_strays(page, headers, name)
    blocks = _trailing_blocks(page, headers) if trailing else _blocks(page, headers)
    if not _is_thread(page, blocks):
        return Layout((), len(page.lines), None, (*rejected, *_lone(page, headers)))
    start = blocks[0].header.first
    heading, declared = _heading_before(page, start)
    rejected += _bylines(page, start, rejected)
    notes += _left_out(page, heading, start)
    begin = heading if heading is not None else start
    return Layout(tuple(blocks), begin, declared, tuple(rejected), tuple(notes))


def _left_out(page: Page, heading: int | None, start: int) -> list[str]:
    """Say what stands between the heading of the comments and the first of them."""
    between = page.lines[heading + 1 : start] if heading is not None else []
    lines = [s for s in map(str.strip, between) if s and not _is_furniture(s)]
    if not lines:
        return []
    return [f"{counted(len(lines), 'line')} above the first comment left out, from {lines[0][:60]!r}"]


def _is_furniture(line: str) -> bool:
    return is_button_line(line) or is_mark_line(line) or is_footer(line) or comments_heading(line)[0]


_READERS: dict[Reading, Callable[[Page, Candidate], Header | None]] = {
    "above": lambda page, c: page.above(c) if c.place in ("own", "lead") and not _is_byline(c) else None,
    "inline": lambda page, c: page.inline(c),
    "below": lambda page, c: page.below(c) if not _is_byline(c) else None,
}


def _is_byline(candidate: Candidate) -> bool:
    return byline_lead(candidate.before) is not None


def _reading(page: Page, read: Callable[[Page, Candidate], Header | None]) -> list[Header]:
    headers: list[Header] = []
    for candidate in page.candidates:
        header = read(page, candidate)
        if header is not None and (not headers or header.first > headers[-1].last):
            headers.append(header)
    return headers


def _support(page: Page, headers: Sequence[Header]) -> float:
    """Return how many headers have text below them; a verb such as "says" makes one count more.

    Where every header gives the same name, the name is likelier a part of each text.
    """
    total = 0.0
    for header, end in zip(headers, [*(h.first for h in headers[1:]), len(page.lines)], strict=False):
        if header.rest.strip() or any(
            line.strip() for line in page.lines[header.last + 1 : min(end, header.last + 6)]
        ):
            total += 1.5 if header.has_verb else 1.0
    return total * _ONE_NAME_FACTOR if len(headers) > 2 and len({h.author for h in headers}) == 1 else total


def _pure(headers: list[Header]) -> list[Header]:
    """Leave out the odd ones: where nearly all headers give a time of day, a mere date is something else."""
    timed = [h for h in headers if h.stamp.has_time or h.stamp.is_relative]
    if len(timed) >= max(3, 0.8 * len(headers)):
        headers = timed
    said = [h for h in headers if h.has_verb]
    return said if len(said) >= max(3, 0.8 * len(headers)) else headers


# --- where the thread begins and ends ---


def _after_heading(page: Page, headers: list[Header]) -> tuple[list[Header], list[Rejected]]:
    """Drop headers above the heading of the comments: the article's own byline may look like a comment."""
    if len(headers) < 2:
        return headers, []
    for i in range(min(3, len(headers) - 1), 0, -1):
        between = range(headers[i - 1].last + 1, headers[i].first)
        heading = next((n for n in reversed(between) if _is_counted_heading(page.lines[n])), None)
        if heading is not None and len(headers) - i >= i:
            reason = f"a name and a date above the heading {page.lines[heading].strip()!r}: the article's"
            return headers[i:], [Rejected(h.last, reason) for h in headers[:i]]
    return headers, []


def _is_counted_heading(line: str) -> bool:
    is_heading, count = comments_heading(line)
    return is_heading and count is not None


def _before_footer(page: Page, headers: list[Header]) -> list[Header]:
    """Drop the few headers that stand below the page's footer: lists of other articles look like them."""
    least = len(headers) - int(_FEW_AFTER_FOOTER * len(headers))
    for i in range(max(1, least), len(headers)):
        if any(is_footer(line) for line in page.lines[headers[i - 1].last + 1 : headers[i].first]):
            return headers[:i]
    return headers


def _heading_before(page: Page, start: int) -> tuple[int | None, int | None]:
    """Return the line of the heading above the first comment, and the number of comments it declares."""
    highest: int | None = None
    declared: int | None = None
    steps = 0
    for i in range(start - 1, -1, -1):
        line = page.lines[i]
        if not line.strip():
            continue
        is_heading, count = comments_heading(line)
        if is_heading:
            highest = i
            declared = count if declared is None else declared
        steps += 1
        if steps > _MOST_LINES_TO_HEADING or (not is_heading and (highest is not None or len(line) > 120)):
            break
    return highest, declared


# --- is it a thread at all ---


def _is_thread(page: Page, blocks: Sequence[Block]) -> bool:
    """Return whether the evidence is enough: dates with names stand in lists of articles, too.

    Two timed comments with text are enough by themselves; undated ones need a sign of a thread: a heading,
    "says", or buttons under most of them. For one alone buttons do not count: articles have them, too.
    """
    if not blocks:
        return False
    full = [b for b in blocks if _has_text(page, b)]
    if len(full) * 2 < len(blocks):
        return False
    timed = sum(b.header.stamp.has_time or b.header.stamp.is_relative for b in full) * 2 >= len(full)
    said = sum(b.header.has_verb for b in full) * 2 >= len(full)
    if not said and median(_name_words(b.header.author) for b in full) > 3:
        return False
    buttons = sum(_has_buttons(page, b) for b in full) * 2 >= len(full)
    heading, _ = _heading_before(page, blocks[0].header.first)
    if said or heading is not None or _opens_page(page, blocks[0].header):
        return True
    return len(full) >= 2 and (timed or buttons)


def _name_words(author: str | None) -> int:
    """Return the number of words of a name, without a badge behind it ("Bob ★ Top Fan")."""
    return len((author or "").partition("★")[0].split())


def _opens_page(page: Page, header: Header) -> bool:
    """Return whether a page begins with a name and a time of day: bylines stand below a title."""
    above = any(line.strip() for line in page.lines[: header.first])
    return header.stamp.hour is not None and not above and byline_lead(page.lines[header.first]) is None


def _has_text(page: Page, block: Block) -> bool:
    return bool(block.header.rest.strip()) or any(
        line.strip() and not is_button_line(line) for line in page.lines[block.begin : block.end]
    )


def _has_buttons(page: Page, block: Block) -> bool:
    return any(is_button_line(line) for line in page.lines[block.begin : block.end])


def _lone(page: Page, headers: Sequence[Header]) -> list[Rejected]:
    """Return what looked like a comment on a page without comments."""
    found = [
        Rejected(h.last, f"{h.author!r} with a date, but no other sign of a comment thread") for h in headers
    ]
    taken = {h.last for h in headers}
    return sorted(found + _bylines(page, len(page.lines), found, taken), key=lambda r: r.line)


def _bylines(
    page: Page, start: int, known: Sequence[Rejected], taken: frozenset[int] | set[int] = frozenset()
) -> list[Rejected]:
    lines = {r.line for r in known} | taken
    return [
        Rejected(c.line, f"{c.stamp.raw!r} is the date of the article, not of a comment")
        for c in page.candidates
        if c.line < start and c.line not in lines and _is_byline(c)
    ]


# --- from headers to blocks ---


def _blocks(page: Page, headers: Sequence[Header]) -> list[Block]:
    ends = [*(h.first for h in headers[1:]), len(page.lines)]
    return [Block(h, h.last + 1, end) for h, end in zip(headers, ends, strict=False)]


def _is_trailing(page: Page, headers: Sequence[Header]) -> bool:
    """Return whether each timestamp ends its comment instead of beginning it.

    The lines between are the same; the two ends of the thread tell. Either a last timestamp has no name below
    it, or buttons stand above the first one and not below the last.
    """
    if _closing(page, headers) is not None:
        return _first_name(page, headers) is not None
    if len(headers) < 2:
        return False
    reach = _reach(headers)
    with_buttons = sum(_buttons_between(page, a.last + 1, b.first) for a, b in pairwise(headers))
    first, last = headers[0].first, headers[-1].last
    return (
        _buttons_between(page, max(0, first - reach), first)
        and not _buttons_between(page, last + 1, last + 1 + reach)
        and with_buttons * 2 >= len(headers) - 1
    )


def _reach(headers: Sequence[Header]) -> int:
    """Return within how many lines of a timestamp its comment can be expected."""
    gaps = [b.first - a.first for a, b in pairwise(headers)]
    return int(3 * median(gaps)) + 5 if gaps else _MOST_LINES_TO_HEADING


def _buttons_between(page: Page, begin: int, end: int) -> bool:
    return any(is_button_line(line) for line in page.lines[begin:end])


def _closing(page: Page, headers: Sequence[Header]) -> Candidate | None:
    """Return the timestamp that closes the last comment of a trailing layout: no name follows it."""
    if not headers:
        return None
    last = headers[-1].last
    own = next((c for c in page.candidates if c.place == "own" and c.line > last), None)
    if (
        own is None
        or own.line > last + _reach(headers)
        or shape(own.stamp.raw) != shape(headers[-1].stamp.raw)
    ):
        return None
    return own


def _trailing_blocks(page: Page, headers: Sequence[Header]) -> list[Block]:
    """Return the blocks of a page whose comments end with their timestamp: each name belongs to the next."""
    stamps = [(h.stamp, h.first) for h in headers]
    closing = _closing(page, headers)
    if closing is not None:
        stamps.append((closing.stamp, closing.line))
    first = _first_name(page, headers)
    names = [(h.last, h.author) for h in headers]
    if first is not None:
        names.insert(0, (first, split_name(page.lines[first])[0]))
    else:
        stamps = stamps[1:]
    return [
        Block(Header(line, line, stamp, author), line + 1, end)
        for (line, author), (stamp, end) in zip(names, stamps, strict=False)
    ]


def _first_name(page: Page, headers: Sequence[Header]) -> int | None:
    """Return the line of the first name, which no timestamp precedes: as far from its text as the others."""
    below = [page.lines[h.last + 1].strip() for h in headers if h.last + 1 < len(page.lines)]
    blank_follows = sum(not line for line in below) * 2 >= len(headers)
    said = sum(h.has_verb for h in headers) * 2 >= len(headers)
    for i in range(headers[0].first - 1, max(-1, headers[0].first - _MOST_LINES_TO_HEADING), -1):
        blank = not page.lines[i + 1].strip()
        if blank == blank_follows and page.is_plain_name(page.lines[i], said=said):
            return i
    return None
