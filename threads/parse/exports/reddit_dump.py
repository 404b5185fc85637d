"""Dumps of Reddit: one comment a line, those of a discussion anywhere in the file.

As of Pushshift and Arctic Shift (RC_*.zst, and what their sites give by subreddit or user), also as a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby, starmap
from typing import Any

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import Found
from threads.parse.exports.json_items import Item, beginning, blocks
from threads.parse.exports.reddit import comments, is_comment, is_escaped, is_post, thread, thread_of
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Skipped

_BEGIN = re.compile(rb"[\[{]")
_COMMENT = (
    re.compile(rb'"body"\s*:'),
    re.compile(rb'"(?:link_id|parent_id)"\s*:\s*"t[13]_'),
    re.compile(rb'"(?:subreddit|created_utc|author)"\s*:'),
)
_POST = (
    re.compile(rb'"selftext"\s*:'),
    re.compile(rb'"num_comments"\s*:'),
    re.compile(rb'"created_utc"\s*:'),
)
_NESTED = re.compile(rb'"(?:comments|replies)"\s*:\s*\[\s*\{')
_THING = re.compile(rb'"kind"\s*:\s*"(?:Listing|t1|t3|more)"')


class RedditDump(Export):
    """Comments and posts of Reddit as flat objects, one a line or in a list."""

    name = "reddit-dump"
    help = "Dumps of Reddit (Pushshift, Arctic Shift): comments as NDJSON, plain or .zst."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as JSON with the fields of Reddit's comments or posts, none in another."""
        start = beginning(source)
        if not _BEGIN.match(start) or _THING.search(start) or _NESTED.search(start):
            return False
        return any(all(field.search(start) for field in fields) for fields in (_COMMENT, _POST))

    def found(self, source: Source, options: Options) -> Iterator[Found]:  # noqa: ARG002 - times have a zone
        """Yield each comment, before the first of a discussion what it tells of that, and each post."""
        threads: set[str] = set()
        for block in blocks(source):
            runs = [(True, iter(block))] if all(map(_is_comment, block)) else groupby(block, key=_is_comment)
            for of_comments, some in runs:
                if of_comments:
                    yield from _comments(list(some), threads)
                else:
                    yield from starmap(_other, some)


def _is_comment(item: Item) -> bool:
    return isinstance(item[1], dict) and is_comment(item[1])


def _comments(some: list[Item], told: set[str]) -> Iterator[Found]:
    """Yield comments that follow each other, before them what the first of each discussion tells of that."""
    items = [data for _, data in some if isinstance(data, dict)]
    found = comments(items, [place for place, _ in some])
    for key, data in zip(found.thread, items, strict=True):
        if key not in told:
            told.add(key)
            yield thread_of(data, escaped=is_escaped(data))
    yield found


def _other(place: str, data: dict[str, Any] | Skipped) -> Found:
    if isinstance(data, Skipped):
        return data
    if is_post(data):
        return thread(data, escaped=is_escaped(data))
    return Skipped(place, N_("neither a comment nor a post of Reddit"))
