"""Which lines head the comments of a pasted text: decided by what repeats over all of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from threads.language import N_
from threads.parse.headers import LONGEST_NAME, Candidate, Header, Page, split_name
from threads.parse.line_templates import without_common_lead, without_common_tail
from threads.parse.page_words import (
    byline_lead,
    comments_heading,
    counts_comments,
    is_answer_button,
    is_button_line,
    is_footer,
)
from threads.parse.said import mentioned, said_headers, with_times
from threads.parse.strays import Reading, with_strays
from threads.parse.thread_part import Breaks, thread_part
from threads.parse.timestamps import Stamp, shape
from threads.parse.trailing import closed_by_headers, textiness
from threads.parse.unstamped import unstamped_headers
from threads.parse.wording import counted

_MOST_LINES_TO_HEADING = 40
_ONE_NAME_FACTOR = 0.6
_COUNT_FACTOR = 1.3
_MOST_NUMBERED = 0.8
_MOST_NAMED = 0.6
_SHORT_TEXT = 0.6
_NO_TIME = 0.7
_LEAST_NAMES = 3
_MOST_PLACED = 0.8
_LEAST_TIMED = 0.3
_LEAST_TALK = 4
_MOST_COUNTING = 0.3
_MOST_REMARKS = 0.8
_LONG_REMARK = 1_200  # characters; more than half of all comments are shorter on any page that was looked at
_MOST_NAME_WORDS = 3
_NO_CLOCK = 0.8
_NUMBERED_FACTOR = 1.2
_LEAST_MENTIONED = 2
_MENTIONED_FACTOR = 1.1  # people whom others quote are people, badges are not
_NEAR = 10  # lines from a heading to the first comment, where little else speaks for a thread
_NUMBER_SIGN = re.compile(r"(?<!\w)#\s?\d{1,6}(?!\w)")


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


@dataclass(frozen=True, slots=True)
class _Proposal:
    """One way to read the page; `above` are headers that stand above the thread and are not of it."""

    blocks: tuple[Block, ...]
    above: tuple[Header, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def start(self) -> int:
        first = self.blocks[0]
        return min(first.header.first, first.begin)


def find_layout(page: Page) -> Layout:
    """Return the comments of a page, in the layout that most of its lines agree on."""
    breaks = Breaks(page)
    proposals = [p for name in _READERS for p in _stamped(page, breaks, name) if p.blocks]
    proposals += [p for p in (_said(page, breaks), _unstamped(page)) if p.blocks]
    threads = [p for p in proposals if _is_thread(page, p)]
    if not threads:
        best = max(proposals, key=lambda p: _support(page, p), default=_Proposal(()))
        return Layout((), len(page.lines), None, tuple(_lone(page, best)))
    best = max(threads, key=lambda p: _support(page, p))
    heading, declared = _heading_before(page, best.start)
    rejected = [*_above_heading(best.above), *_bylines(page, best.start, [h.last for h in best.above])]
    notes = (*best.notes, *_left_out(page, heading, best.start))
    begin = heading if heading is not None else best.start
    return Layout(best.blocks, begin, declared, tuple(rejected), notes)


def _stamped(page: Page, breaks: Breaks, name: Reading) -> list[_Proposal]:
    """Return the page as read by one of the readings that begin with a timestamp.

    Where half of the timestamps are mere dates, such as when each person joined, they are left out once.
    """
    headers = _without_badges(_headers(page, name))
    timed = [h for h in headers if _is_timed(h)]
    found = [_proposal(page, breaks, name, _pure(headers))]
    if _LEAST_TIMED * len(headers) <= len(timed) < len(headers):
        found.append(_proposal(page, breaks, name, timed))
    return found


def _proposal(page: Page, breaks: Breaks, name: Reading, headers: list[Header]) -> _Proposal:
    headers, above = thread_part(page, breaks, headers)
    if name == "below" and _is_trailing(page, headers):
        return _Proposal(tuple(_trailing_blocks(page, headers)), tuple(above))
    if headers and (begin := closed_by_headers(page, headers)) is not None:
        return _Proposal(tuple(_closed_blocks(headers, begin)), tuple(above))
    headers, notes = with_strays(page, headers, name) if headers or name == "above" else (headers, [])
    return _Proposal(tuple(_blocks(page, headers)), tuple(above), tuple(notes))


def _said(page: Page, breaks: Breaks) -> _Proposal:
    headers, above = thread_part(page, breaks, said_headers(page))
    return _Proposal(tuple(Block(*block) for block in with_times(page, headers)), tuple(above))


def _unstamped(page: Page) -> _Proposal:
    headers = unstamped_headers(page)
    return _Proposal(tuple(_blocks(page, headers)))


def _closed_blocks(headers: Sequence[Header], begin: int) -> list[Block]:
    """Return the blocks of a thread whose headers stand below their texts, the first from line `begin`."""
    begins = [begin, *(h.last + 1 for h in headers)]
    return [Block(h, start, h.first) for h, start in zip(headers, begins, strict=False)]


def _left_out(page: Page, heading: int | None, start: int) -> list[str]:
    """Say what stands between the heading of the comments and the first of them."""
    between = page.lines[heading + 1 : start] if heading is not None else []
    lines = [
        s
        for s in map(str.strip, between)
        if not page.is_furniture(s) and not is_footer(s) and not comments_heading(s)[0]
    ]
    if not lines:
        return []
    return [
        N_("{lines} above the first comment left out, from {first}").format(
            lines=counted(len(lines), "line", "lines"), first=repr(lines[0][:60])
        )
    ]


_READERS: dict[Reading, Callable[[Page, Candidate], Header | None]] = {
    "above": lambda page, c: page.above(c) if c.place in ("own", "lead") and not _is_byline(c) else None,
    "inline": lambda page, c: page.inline(c),
    "top": lambda page, c: page.top(c) if c.place in ("own", "lead") and not _is_byline(c) else None,
    "below": lambda page, c: page.below(c) if not _is_byline(c) else None,
}


def _headers(page: Page, name: Reading) -> list[Header]:
    return _reading(page, _inline(page) if name == "inline" else _READERS[name])


def _is_byline(candidate: Candidate) -> bool:
    return byline_lead(candidate.before) is not None


def _reading(page: Page, read: Callable[[Page, Candidate], Header | None]) -> list[Header]:
    headers: list[Header] = []
    for candidate in page.candidates:
        header = read(page, candidate)
        if header is not None and (not headers or header.first > headers[-1].last):
            headers.append(header)
    return headers


def _inline(page: Page) -> Callable[[Page, Candidate], Header | None]:
    """Return the reader of one-line headers, which trusts a form that is a name's nearly always."""
    tried = [(c, page.inline(c) is not None) for c in page.candidates if c.place in ("inline", "named")]
    total, named = Counter(c.kind for c, _ in tried), Counter(c.kind for c, found in tried if found)
    trusted = frozenset(k for k, n in total.items() if n >= 3 and named[k] >= _MOST_NAMED * n)
    return lambda page, c: page.inline(c, trusted=c.kind in trusted)


def _support(page: Page, proposal: _Proposal) -> float:
    """Return how many comments have text; a verb such as "says" makes one count more, no name less.

    Where few names stand in many headers, they are likelier a badge or a part of each text.
    """
    blocks = proposal.blocks
    full = [b for b in blocks if _has_text(page, b)]
    total = sum(_weight(b.header) * (1.0 if _has_sentence(page, b) else _SHORT_TEXT) for b in full)
    if len(blocks) > 2:
        names = {b.header.author for b in blocks}
        total *= min(1.0, _ONE_NAME_FACTOR + len(names) / len(blocks))
    if len({b.header.author for b in blocks} & mentioned(page)) >= _LEAST_MENTIONED:
        total *= _MENTIONED_FACTOR
    if _heading_before(page, proposal.start)[1] == len(blocks):
        total *= _COUNT_FACTOR
    return total * _NUMBERED_FACTOR if full and _is_numbered(page, full) else total


def _has_sentence(page: Page, block: Block) -> bool:
    lines = [block.header.rest, *page.lines[block.begin : min(block.end, block.begin + 12)]]
    return any(textiness(line) for line in lines)


def _weight(header: Header) -> float:
    if header.author is None:
        return 0.5
    weight = 1.5 if header.has_verb else 1.0
    if header.stamp is None:
        return _NO_TIME * weight
    return weight if _is_timed(header) else _NO_CLOCK * weight


def _without_badges(headers: list[Header]) -> list[Header]:
    """Leave out what most of the different names begin or end with: "Ann, Full Member", "3. Bob"."""
    names = list(dict.fromkeys(h.author for h in headers if h.author))
    if len(names) < _LEAST_NAMES:
        return headers
    if sum("," in name for name in names) >= _MOST_PLACED * len(names):  # "Ann Lee, Leeds, United Kingdom"
        short = {name: name.partition(",")[0].strip() for name in names}
        return [replace(h, author=short[h.author] or h.author) if h.author else h for h in headers]
    cut = without_common_tail(without_common_lead(names))
    short = {name: rest.strip(" ,;|·•") for name, rest in zip(names, cut, strict=True)}
    return [replace(h, author=short[h.author] or h.author) if h.author else h for h in headers]


def _pure(headers: list[Header]) -> list[Header]:
    """Leave out the odd ones: where nearly all headers give a time of day, a mere date is something else."""
    timed = [h for h in headers if _is_timed(h)]
    if len(timed) >= max(3, 0.8 * len(headers)) or _stand_together(headers, timed):
        headers = timed
    said = [h for h in headers if h.has_verb]
    return said if len(said) >= max(3, 0.8 * len(headers)) else headers


def _stand_together(headers: Sequence[Header], timed: Sequence[Header]) -> bool:
    """Return whether the headers with a time of day stand together, the mere dates above or below them."""
    if len(timed) < 2:
        return False
    between = [h for h in headers if timed[0].last < h.first < timed[-1].first]
    return len(between) == len(timed) - 2


def _is_timed(header: Header) -> bool:
    return header.stamp is not None and (header.stamp.has_time or header.stamp.is_relative)


# --- where the thread begins and ends ---


def _above_heading(headers: Sequence[Header]) -> list[Rejected]:
    reason = N_("a name and a date above the comments: the article's")
    return [Rejected(h.last, reason) for h in headers]


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


def _is_thread(page: Page, proposal: _Proposal) -> bool:
    """Return whether the evidence is enough: dates with names stand in lists of articles, too.

    A heading, "says", buttons under most comments or their numbers are a sign of a thread; without one only
    comments with a time of day and sentences are. For one alone buttons do not count: articles have them.
    """
    blocks = proposal.blocks
    full = [b for b in blocks if _has_text(page, b)]
    if not full or len(full) * 2 < len(blocks) or _is_front_page(page, blocks):
        return False
    said = sum(b.header.has_verb for b in full) * 2 >= len(full)
    if not said and median(_name_words(b.header.author) for b in full) > _MOST_NAME_WORDS:
        return False
    timed = sum(_is_timed(b.header) for b in full) * 2 >= len(full)
    return (
        _has_heading(page, proposal, several=len(full) > 1 and timed)
        or _opens_page(page, blocks[0].header)
        or (said and sum(b.header.stamp is not None for b in full) >= _SHORT_TEXT * len(full))
        or (len(full) > 1 and _is_furnished(page, full))
        or (len(full) > 1 and timed and _is_talk(page, proposal, full))
        or (len(full) >= _LEAST_TALK and _are_remarks(page, full))
    )


def _is_front_page(page: Page, blocks: Sequence[Block]) -> bool:
    """Return whether the texts are articles, each with the number of its own comments."""
    counting = sum(any(map(counts_comments, page.lines[b.begin : b.end])) for b in blocks[:-1])
    return len(blocks) > 1 and counting >= _MOST_COUNTING * (len(blocks) - 1)


def _are_remarks(page: Page, full: Sequence[Block]) -> bool:
    """Return whether different people wrote short texts of sentences, which dates alone do not tell."""
    sizes = sorted(sum(map(len, page.lines[b.begin : b.end])) for b in full)
    return (
        sum(_has_sentence(page, b) for b in full) >= _MOST_REMARKS * len(full)
        and len({b.header.author for b in full}) * 2 > len(full)
        and sizes[len(sizes) // 2] <= _LONG_REMARK
    )


def _is_furnished(page: Page, full: Sequence[Block]) -> bool:
    """Return whether most comments have buttons or a number."""
    return sum(_has_buttons(page, b) for b in full) * 2 >= len(full) or _is_numbered(page, full)


def _is_talk(page: Page, proposal: _Proposal, full: Sequence[Block]) -> bool:
    """Return whether the texts are sentences, as those of headlines are not, or the page is little else."""
    if sum(bool(line.strip()) for line in page.lines[: proposal.start]) <= _NEAR:
        return True
    said = sum(_has_sentence(page, b) for b in full)
    sizes = sorted(sum(map(len, page.lines[b.begin : b.end])) for b in full)
    if sizes[len(sizes) // 2] > _LONG_REMARK:
        return False
    if len(full) >= _LEAST_TALK:
        return said >= _SHORT_TEXT * len(full)
    clocked = all(b.header.stamp is not None and b.header.stamp.has_time for b in full)
    return said == len(full) == len({b.header.author for b in full}) and clocked


def _has_heading(page: Page, proposal: _Proposal, *, several: bool) -> bool:
    """Return whether a heading stands above the comments; right above, unless several are timed."""
    heading, _ = _heading_before(page, proposal.start)
    return heading is not None and (several or _is_near(page, heading, proposal.start))


def _is_near(page: Page, heading: int, start: int) -> bool:
    return sum(bool(line.strip()) for line in page.lines[heading + 1 : start]) <= _NEAR


def _is_numbered(page: Page, blocks: Sequence[Block]) -> bool:
    """Return whether the comments are numbered, as in forums: "#3" stands beside or below each header."""
    found = sum(
        any(_NUMBER_SIGN.search(line[:100]) for line in page.lines[b.header.first : b.header.last + 3])
        for b in blocks
    )
    return found >= _MOST_NUMBERED * len(blocks)


def _name_words(author: str | None) -> int:
    """Return the number of words of a name, without a badge behind it ("Bob ★ Top Fan")."""
    return len((author or "").partition("★")[0].split())


def _opens_page(page: Page, header: Header) -> bool:
    """Return whether a page begins with a name and a time of day: bylines stand below a title."""
    others = [*page.lines[: header.first], *page.lines[header.first + 1 : header.last]]
    above = any(line.strip() for line in others)
    return (
        header.stamp is not None
        and header.stamp.hour is not None
        and not above
        and byline_lead(page.lines[header.first]) is None
    )


def _has_text(page: Page, block: Block) -> bool:
    return bool(block.header.rest.strip()) or any(
        line.strip() and not is_button_line(line) for line in page.lines[block.begin : block.end]
    )


def _has_buttons(page: Page, block: Block) -> bool:
    return any(is_answer_button(line) for line in page.lines[block.begin : block.end])


def _lone(page: Page, proposal: _Proposal) -> list[Rejected]:
    """Return what looked like a comment on a page without comments."""
    headers = [*proposal.above, *(b.header for b in proposal.blocks)]
    found = [
        Rejected(
            h.last,
            N_("{author} with a date, but no other sign of a comment thread").format(author=repr(h.author)),
        )
        for h in headers
    ]
    return sorted(found + _bylines(page, len(page.lines), [h.last for h in headers]), key=lambda r: r.line)


def _bylines(page: Page, start: int, known: Sequence[int]) -> list[Rejected]:
    taken = frozenset(known)
    return [
        Rejected(
            c.line, N_("{date} is the date of the article, not of a comment").format(date=repr(c.stamp.raw))
        )
        for c in page.candidates
        if c.line < start and c.line not in taken and _is_byline(c)
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
        or headers[-1].stamp is None
        or shape(own.stamp.raw) != shape(headers[-1].stamp.raw)
    ):
        return None
    return own


def _trailing_blocks(page: Page, headers: Sequence[Header]) -> list[Block]:
    """Return the blocks of a page whose comments end with their timestamp: each name belongs to the next."""
    stamps: list[tuple[Stamp | None, int]] = [(h.stamp, h.first) for h in headers]
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
    heading = _heading_before(page, headers[0].first)[0]
    below_heading = range(headers[0].first if heading is None else heading + 1, headers[0].first)
    first = next((i for i in below_heading if not page.is_furniture(page.lines[i])), None)
    return first if first is not None and len(page.lines[first]) <= LONGEST_NAME else None
