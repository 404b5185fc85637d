"""Format "hacker-news": Algolia's trees and hits, and items of the official API.

Fields as in https://hn.algolia.com/api and https://github.com/HackerNews/API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import Found, FoundComment, FoundThread, Moment, Note
from threads.parse.exports.json_items import items
from threads.parse.exports.json_signs import has_fields
from threads.parse.exports.moments import since_1970, written
from threads.parse.exports.texts import from_html
from threads.parse.exports.values import name, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.parse.wording import counted
from threads.records import Skipped, Status

_PAGE: Final = "https://news.ycombinator.com/item?id="
_TYPE: Final = re.compile(rb'"type"\s*:\s*"(?:story|comment|job|poll)"')
_STORIES: Final = ("story", "job", "poll")


class HackerNews(Export):
    """Comments below stories, whichever of the two services was asked."""

    name = "hacker-news"
    help = "Hacker News: a story's tree or hits of a search by Algolia, or items of the official API."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as JSON with the fields of a tree, of hits or of items."""
        return (
            has_fields(source, "children", "created_at_i", "author", "type")
            or has_fields(source, "objectID", "comment_text", "story_id")
            or (
                has_fields(source, "by|deleted|dead", "time", "id", "kids|parent|descendants")
                and _TYPE.search(source.start) is not None
            )
        )

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield each story and its comments, answers below what they answer, or as the items come."""
        answered = _answered(source)
        roots: dict[str, str] = {}
        present: dict[str, int] = {}
        declared: dict[str, int] = {}
        for place, item in items(source):
            if isinstance(item, Skipped):
                yield item
            elif "hits" in item:
                yield from _hits(item, options)
            elif "children" in item:
                yield from _tree(item, options)
            elif "objectID" in item:
                yield from _hit(item, place, options)
            elif item.get("type") in _STORIES:
                declared[name(item.get("id")) or ""] = whole(item.get("descendants")) or 0
                yield _story(item, since_1970(item.get("time")), options)
            elif item.get("type") == "comment":
                root = _root(name(item.get("id")) or "", answered, roots)
                present[root] = present.get(root, 0) + 1
                yield _item(item, root, place)
            else:
                yield Skipped(
                    place, N_("no comment: {kind}").format(kind=text(item.get("type")) or N_("of no kind"))
                )
        for story, count in declared.items():
            if present.get(story, 0) < count:
                yield Note(
                    N_("{present} of {declared} comments on the story {story} are present").format(
                        present=f"{present.get(story, 0):,}", declared=f"{count:,}", story=story
                    )
                )


def _answered(source: Source) -> dict[str, str]:
    """Return what each item of the official API answers: items name their parents, not their stories."""
    return {
        own: parent
        for _, item in items(source)
        if not isinstance(item, Skipped)
        and (own := name(item.get("id"))) is not None
        and (parent := name(item.get("parent"))) is not None
    }


def _root(item: str, answered: dict[str, str], roots: dict[str, str]) -> str:
    path: dict[str, None] = {}
    here = item
    while here not in roots and here in answered and here not in path:
        path[here] = None
        here = answered[here]
    root = roots.get(here, here)
    roots.update(dict.fromkeys(path, root))
    return root


def _item(item: dict[str, Any], root: str, place: str) -> FoundComment:
    parent = name(item.get("parent"))
    return FoundComment(
        place=place,
        thread=root,
        id=name(item.get("id")),
        parent=None if parent == root else parent,
        author=name(item.get("by")),
        time=since_1970(item.get("time")),
        text=from_html(text(item.get("text"))),
        status=_status(item),
    )


def _status(item: dict[str, Any]) -> Status:
    if item.get("deleted") is True:
        return "deleted"
    return "removed" if item.get("dead") is True else "visible"


def _story(item: dict[str, Any], time: Moment, options: Options) -> FoundThread:
    said = from_html(text(item.get("text")))
    own = name(item.get("id")) or ""
    return FoundThread(
        key=own,
        title=name(item.get("title")),
        url=f"{_PAGE}{own}",
        article_text=(said or None) if options.article_text else None,
        published_at=time.at,
    )


def _tree(top: dict[str, Any], options: Options) -> Iterator[Found]:
    is_story = top.get("type") in _STORIES
    story = name(top.get("id") if is_story else top.get("story_id")) or name(top.get("id")) or ""
    if is_story:
        yield _story(top, _moment(top, options), options)
    else:
        yield FoundThread(key=story, url=f"{_PAGE}{story}")
    waiting = [top] if not is_story else records(top.get("children"))[::-1]
    number = 0
    while waiting:
        node = waiting.pop()
        number += 1
        yield _node(node, story, number, options)
        waiting += reversed(records(node.get("children")))


def _node(node: dict[str, Any], story: str, number: int, options: Options) -> FoundComment:
    parent = name(node.get("parent_id"))
    is_gone = node.get("author") is None and node.get("text") is None
    return FoundComment(
        place=f"comment {number:,}",
        thread=story,
        id=name(node.get("id")),
        parent=None if parent == story else parent,
        author=name(node.get("author")),
        time=_moment(node, options),
        text=from_html(text(node.get("text"))),
        likes=whole(node.get("points")),
        status="deleted" if is_gone else "visible",
    )


def _hits(page: dict[str, Any], options: Options) -> Iterator[Found]:
    hits = records(page["hits"])
    for number, hit in enumerate(hits, start=1):
        yield from _hit(hit, f"hit {number:,}", options)
    pages, here = whole(page.get("nbPages")) or 0, whole(page.get("page")) or 0
    if pages > 1:
        among = whole(page.get("nbHits")) or 0
        yield Note(
            N_("page {number} of {pages}: {hits} of {all}").format(
                number=f"{here + 1:,}",
                pages=f"{pages:,}",
                hits=counted(len(hits), "hit", "hits"),
                all=f"{among:,}",
            )
        )


def _hit(hit: dict[str, Any], place: str, options: Options) -> Iterator[Found]:
    story = name(hit.get("story_id")) or ""
    if "comment_text" not in hit or hit.get("comment_text") is None:
        yield Skipped(place, N_("no comment but a story"))
        return
    yield FoundThread(key=story, title=name(hit.get("story_title")), url=f"{_PAGE}{story}")
    parent = name(hit.get("parent_id"))
    yield FoundComment(
        place=place,
        thread=story,
        id=name(hit.get("objectID")),
        parent=None if parent == story else parent,
        author=name(hit.get("author")),
        time=_moment(hit, options),
        text=from_html(text(hit.get("comment_text"))),
        likes=whole(hit.get("points")),
    )


def _moment(node: dict[str, Any], options: Options) -> Moment:
    shown = written(name(node.get("created_at")), options)
    return shown if shown.at is not None else since_1970(node.get("created_at_i"))
