"""Comments known by a name and a verb, "Ann said…", in any language, whether a time is shown or not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from threads.parse.calendar_words import fold
from threads.parse.headers import Candidate, Header, Page, is_name, split_name
from threads.parse.thread_part import is_furniture
from threads.parse.timestamps import LONGEST_HEADER

_LEAST_LEARNT = 3
_ENDINGS = (":", "...", "…", "：")
_LONGEST_LINE = 100
_MENTION = re.compile(
    r"\s*(?:@|originally posted by |zitat von )(\w[\w.-]*)|\s*(\w[\w.-]*) is (?:off|on)line\b", re.IGNORECASE
)


def said_headers(page: Page) -> list[Header]:
    """Return a header for each line that is a name and a verb, its time left open."""
    dated = {c.line for c in page.candidates}
    lines = [
        (i, line.strip())
        for i, line in enumerate(page.lines)
        if 0 < len(line) <= _LONGEST_LINE and i not in dated and line.rstrip().endswith(_ENDINGS)
    ]
    learnt = _learnt_verbs([line for _, line in lines])
    found = (_header(i, line, learnt) for i, line in lines)
    return [h for h in found if h is not None]


def mentioned(page: Page) -> frozenset[str | None]:
    """Return the names that stand with a verb or behind "@", or are quoted, somewhere on the page."""
    names: set[str | None] = {h.author for h in said_headers(page)}
    for line in page.lines:
        match = _MENTION.match(line[:_LONGEST_LINE])
        if match is not None:
            names.add(match[1] or match[2])
    return frozenset(names)


def _learnt_verbs(lines: Sequence[str]) -> frozenset[str]:
    """Return the last words that several lines share behind names: verbs of languages not in our lists."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines:
        name, _, verb = line.rpartition(" ")
        if name and is_name(name):
            names[fold(verb)].add(name)
    return frozenset(verb for verb, before in names.items() if len(before) >= _LEAST_LEARNT)


def _header(number: int, line: str, learnt: frozenset[str]) -> Header | None:
    name, reply_to, has_verb = split_name(line)
    if not has_verb:
        before, _, verb = line.rpartition(" ")
        if not before or fold(verb) not in learnt:
            return None
        name = before.strip()
    if not is_name(name, said=True) or len(line) > LONGEST_HEADER:
        return None
    return Header(number, number, None, name, "", reply_to, True)


def with_times(page: Page, headers: Sequence[Header]) -> list[tuple[Header, int, int]]:
    """Return each header with its time, and the lines of its text, where times stand alone at either end."""
    if not headers:
        return []
    ends = [*(h.first for h in headers[1:]), len(page.lines)]
    own: defaultdict[int, list[Candidate]] = defaultdict(list)
    place = 0
    for candidate in page.candidates:
        if candidate.place not in ("own", "lead"):
            continue
        while place + 1 < len(headers) and headers[place + 1].first <= candidate.line:
            place += 1
        if candidate.line > headers[place].last:
            own[place].append(candidate)
    heads = [_opening(page, h, own[i]) for i, h in enumerate(headers)]
    tails = [_closing(page, h, e, own[i]) for i, (h, e) in enumerate(zip(headers, ends, strict=True))]
    opens = sum(c is not None for c in heads) >= sum(c is not None for c in tails)
    blocks = []
    for header, end, head, tail in zip(headers, ends, heads, tails, strict=True):
        found = head if opens else tail
        if found is None:
            blocks.append((header, header.last + 1, end))
        elif opens:
            blocks.append(
                (replace(header, last=found.line, stamp=found.stamp, rest=found.after), found.line + 1, end)
            )
        else:
            blocks.append((replace(header, stamp=found.stamp), header.last + 1, found.line))
    return blocks


def _opening(page: Page, header: Header, own: Sequence[Candidate]) -> Candidate | None:
    between = page.lines[header.last + 1 : own[0].line] if own else []
    return own[0] if own and not any(line.strip() for line in between) else None


def _closing(page: Page, header: Header, end: int, own: Sequence[Candidate]) -> Candidate | None:
    """Return the last time of a block, with text above it and little but buttons below."""
    alone = [c for c in own if c.place == "own"]
    if not alone or not any(not is_furniture(line) for line in page.lines[header.last + 1 : alone[-1].line]):
        return None
    last_block = end == len(page.lines)
    if last_block:
        return alone[0]
    below = page.lines[alone[-1].line + 1 : end]
    return alone[-1] if all(is_furniture(line) or len(line) <= 40 for line in below) else None
