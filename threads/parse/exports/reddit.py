"""What Reddit says of a comment and of a post: the same fields in its own answers and in the dumps of others.

Fields as in https://github.com/reddit-archive/reddit/wiki/JSON, and in the schemas of Arctic Shift.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from threads.language import N_
from threads.parse.exports.columns import each
from threads.parse.exports.found import NO_MOMENT, FoundComments, FoundThread, Moment, Moments
from threads.parse.exports.moments import since_1970
from threads.parse.exports.values import name, record, records, text, whole
from threads.records import Status

_SITE = "https://www.reddit.com"
_LAST_SECOND = 4_102_444_800  # of 2099
_THREAD_OF = re.compile(r"/(?:r|user)/[^/]+/comments/[^/]+/(?:[^/]*/)?")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_NOBODY = frozenset(("[deleted]", "[removed]"))
_GONE: dict[str, Status] = {"[deleted]": "deleted", "[removed]": "removed"}
_LONGEST_GONE = 100  # characters of "[ Removed by Reddit in response to a copyright notice. ]" and its kin
_TAKEN_BACK = frozenset(("deleted", "author"))
_TOLD = frozenset(("spam", "_meta", "removed_by_category", "removed", "banned_by"))  # which say what is gone
_MOST = 1 << 62  # likes


def comment(data: dict[str, Any], place: str) -> FoundComments:
    """Return one comment (a "t1")."""
    return comments([data], [place])


def comments(items: Sequence[dict[str, Any]], places: Sequence[str]) -> FoundComments:
    """Return comments of Reddit that stand one after the other, each an object and its place."""

    def values(name: str) -> list[Any]:
        return [item.get(name) for item in items]

    missing: list[None] = [None] * len(items)
    bodies = [
        body if "&" not in body or not is_escaped(item) else unescaped(body)
        for item, body in zip(items, map(text, values("body")), strict=True)
    ]
    links = [link or "" for link in each(bare, values("link_id"))]
    parents = map(_parent, values("parent_id"))
    names, edited = values("author_fullname"), values("edited")
    at, raw, precision, zone = _moments(values("created_utc"))
    return FoundComments(
        place=places,
        text=bodies,
        thread=links,
        id=[bare(item.get("id")) or bare(item.get("name")) for item in items],
        parent=[None if parent == link else parent for parent, link in zip(parents, links, strict=True)],
        author=each(_author, values("author")),
        author_id=missing if names == missing else each(name, names),
        at=at,
        raw=raw,
        precision=precision,
        zone=zone,
        edited_at=[
            None if time is None or isinstance(time, bool) else since_1970(time).at for time in edited
        ],
        likes=[
            score
            if type(score) is int and -_MOST < score < _MOST and "score_hidden" not in item
            else _likes(item)
            for item, score in zip(items, values("score"), strict=True)
        ],
        status=_statuses(items, bodies),
    )


def thread(data: dict[str, Any], *, escaped: bool = True) -> FoundThread:
    """Return the discussion of a post (a "t3") with its text, a crosspost's being that of the other post."""
    clean = unescaped if escaped else str
    others = records(data.get("crosspost_parent_list"))
    said = text(data.get("selftext")) or text((others[0] if others else {}).get("selftext"))
    return FoundThread(
        key=bare(data.get("id")) or bare(data.get("name")) or "",
        title=clean(text(data.get("title"))) or None,
        url=_address(data.get("permalink")) or name(data.get("full_link")),
        article_text=clean(said) if said and said not in _NOBODY else None,
        published_at=_moment(data.get("created_utc")).at,
    )


def thread_of(data: dict[str, Any], *, escaped: bool = True) -> FoundThread:
    """Return what a comment tells of its discussion: the post's title where given, and its address."""
    link, subreddit = bare(data.get("link_id")) or "", name(data.get("subreddit"))
    title = text(data.get("link_title"))
    inside = _THREAD_OF.match(text(data.get("permalink")))
    address = _address(data.get("link_permalink")) or (_address(inside[0]) if inside else None)
    if address is None and link and subreddit:
        address = f"{_SITE}/r/{subreddit}/comments/{link}/"
    return FoundThread(key=link, title=(unescaped(title) if escaped else title) or None, url=address)


def is_comment(data: dict[str, Any]) -> bool:
    """Return whether an object of a dump is a comment."""
    return "body" in data and ("link_id" in data or "parent_id" in data)


def is_post(data: dict[str, Any]) -> bool:
    """Return whether an object of a dump is a post."""
    return "title" in data and "body" not in data and ("num_comments" in data or "selftext" in data)


def is_escaped(data: dict[str, Any]) -> bool:
    """Return whether & < > stand as entities, as Reddit gives them unless it is asked for raw_json."""
    markup = data.get("body_html") or data.get("selftext_html")
    return not (isinstance(markup, str) and markup.lstrip().startswith("<"))


def unescaped(body: str) -> str:
    """Return a text with the three entities of Reddit's answers read; others were typed and stay."""
    return body.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def bare(value: object) -> str | None:
    """Return an id without the prefix of its kind: t1_cu5pebp is cu5pebp."""
    known = value if isinstance(value, str) and value else name(value)
    return known[3:] if known is not None and known[:1] == "t" and known[2:3] == "_" else known


def _parent(value: object) -> str | None:
    if isinstance(value, str):
        if value.startswith("t1_"):
            return value[3:]
        return None if not value or value.startswith("t3_") else value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1 and value > 0:
        return _base_36(int(value))  # as Pushshift's later answers have it
    return None


def _base_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def _likes(data: dict[str, Any]) -> int | None:
    return None if data.get("score_hidden") is True else whole(data.get("score", data.get("ups")))


def _moments(values: list[Any]) -> Moments:
    if {*map(type, values)} == {int} and min(values) > 0 and max(values) < _LAST_SECOND:
        at = [datetime.fromtimestamp(value, UTC) for value in values]
        return Moments.alike(at, list(map(str, values)), "second", "given")
    return Moments.of(map(_moment, values))


def _moment(value: object) -> Moment:
    return NO_MOMENT if isinstance(value, bool) else since_1970(value)


def _author(value: object) -> str | None:
    return value if isinstance(value, str) and value and value not in _NOBODY else None


def _statuses(items: Sequence[dict[str, Any]], bodies: Sequence[str]) -> list[Status]:
    if not _TOLD.isdisjoint(chain.from_iterable(items)):
        return list(map(_status, items, bodies))
    return [_of_body(body) or "visible" if body[:1] == "[" else "visible" for body in bodies]


def _status(data: dict[str, Any], body: str) -> Status:
    if said := _of_body(body):
        return said
    if data.get("spam") is True:
        return "spam"
    meta = data.get("_meta") or {}
    why = data.get("removed_by_category") or record(meta).get("removal_type")
    if why:
        return "deleted" if why in _TAKEN_BACK else "removed"
    if data.get("removed") is True or data.get("banned_by"):
        return "removed"
    return "deleted" if record(meta).get("was_deleted_later") is True else "visible"


def _of_body(body: str) -> Status | None:
    """Return what became of a comment of which only that is left."""
    if body[:1] != "[" or len(body) > _LONGEST_GONE:
        return None
    said = body.strip().lower()
    if said in _GONE or said.strip("[] ").startswith(N_("removed by reddit")):
        return _GONE.get(said, "removed")
    return None


def _address(value: object) -> str | None:
    known = name(value)
    if known is None:
        return None
    return f"{_SITE}{known}" if known.startswith("/") else known
