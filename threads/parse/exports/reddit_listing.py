"""Reddit's own answers: a page of comments as JSON, a person's comments, more comments asked for later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import Found, Note
from threads.parse.exports.json_items import beginning, documents
from threads.parse.exports.reddit import comment, is_escaped, thread, thread_of
from threads.parse.exports.values import record, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.parse.wording import counted

_BEGIN = re.compile(rb"[\[{]")
_THING = re.compile(rb'"kind"\s*:\s*"(?:Listing|t1|t3|more)"')
_NAME = re.compile(rb'"t[13]_[0-9a-z]+"')


class RedditListing(Export):
    """Listings: [post, comments] as `comments/ID.json` gives it, alone, in a list or one after the other."""

    name = "reddit-listing"
    help = "Reddit's answers: a page of comments as JSON, or a person's, nested or flat."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as JSON that names Reddit's kinds of things."""
        start = beginning(source)
        return bool(_BEGIN.match(start) and _THING.search(start) and _NAME.search(start))

    def found(self, source: Source, options: Options) -> Iterator[Found]:  # noqa: ARG002 - times have a zone
        """Yield posts as discussions, and comments in the order in which Reddit shows them."""
        count = _Count()
        for document in documents(source):
            yield from _things(document, count)
        yield from count.notes()


@dataclass(slots=True)
class _Count:
    """How many comments are there, are declared, and are left behind links to load more."""

    present: int = 0
    declared: int = 0
    folded: int = 0
    links: int = 0
    cut: int = 0

    def notes(self) -> Iterator[Note]:
        behind = []
        if self.links:
            behind.append(
                N_("{comments} behind {links} to load more").format(
                    comments=f"{self.folded:,}", links=counted(self.links, "link", "links")
                )
            )
        if self.cut:
            behind.append(
                N_("{lines} of answers cut, to be continued elsewhere").format(
                    lines=counted(self.cut, "line", "lines")
                )
            )
        if self.declared > self.present:
            yield Note(
                "; ".join(
                    [
                        N_("{present} of {declared} comments are present").format(
                            present=f"{self.present:,}", declared=f"{self.declared:,}"
                        ),
                        *behind,
                    ]
                )
            )
        elif behind:
            yield Note(N_("not all comments are present: {behind}").format(behind="; ".join(behind)))


def _things(document: Any, count: _Count) -> Iterator[Found]:
    waiting = [document]  # answers are nested as deeply as people quarrel
    threads: set[str] = set()
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, list):
            waiting += reversed(thing)
            continue
        kind, data = record(thing).get("kind"), record(record(thing).get("data"))
        if kind == "t1":
            count.present += 1
            said = comment(data, f"comment {count.present}")
            if said.thread[0] not in threads:
                threads.add(said.thread[0])
                yield thread_of(data, escaped=is_escaped(data))
            yield said
            waiting.append(data.get("replies"))
        elif kind == "t3":
            count.declared += whole(data.get("num_comments")) or 0
            yield thread(data, escaped=is_escaped(data))
        elif kind == "more":
            count.links += 1 if whole(data.get("count")) else 0
            count.cut += 0 if whole(data.get("count")) else 1
            count.folded += whole(data.get("count")) or 0
        else:
            inside = (data.get("things"), data.get("children"), record(thing).get("json"))
            waiting += [one for one in inside if one]
