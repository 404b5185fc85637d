"""What Reddit says of a comment and of a post: the same fields in its own answers and in the dumps of others.

Fields as in https://github.com/reddit-archive/reddit/wiki/JSON, and in the schemas of Arctic Shift.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from threads.parse.exports.found import NO_MOMENT, FoundComment, FoundThread, Moment
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


def comment(data: dict[str, Any], place: str, *, escaped: bool = True) -> FoundComment:
    """Return a comment (a "t1"); where `escaped`, & < > of its text stand there as entities."""
    get = data.get
    body = get("body")
    if not isinstance(body, str):
        body = ""
    if escaped and "&" in body:
        body = unescaped(body)
    link, author, edited = bare(get("link_id")) or "", get("author"), get("edited")
    parent = _parent(get("parent_id"))
    return FoundComment(
        place=place,
        text=body,
        thread=link,
        id=bare(get("id")) or bare(get("name")),
        parent=None if parent == link else parent,
        author=author if isinstance(author, str) and author and author not in _NOBODY else None,
        author_id=name(get("author_fullname")),
        time=_moment(get("created_utc")),
        edited_at=None if edited is None or isinstance(edited, bool) else since_1970(edited).at,
        likes=None if get("score_hidden") is True else whole(get("score", get("ups"))),
        status=_status(data, body),
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


def _moment(value: object) -> Moment:
    if type(value) is int and 0 < value < _LAST_SECOND:  # what nearly all are, a million times over
        return Moment(datetime.fromtimestamp(value, UTC), str(value), "second", "given")
    return NO_MOMENT if isinstance(value, bool) else since_1970(value)


def _status(data: dict[str, Any], body: str) -> Status:
    if body[:1] == "[" and len(body) <= _LONGEST_GONE:
        said = body.strip().lower()
        if said in _GONE or said.strip("[] ").startswith("removed by reddit"):
            return _GONE.get(said, "removed")
    if data.get("spam") is True:
        return "spam"
    meta = data.get("_meta") or {}
    why = data.get("removed_by_category") or record(meta).get("removal_type")
    if why:
        return "deleted" if why in _TAKEN_BACK else "removed"
    if data.get("removed") is True or data.get("banned_by"):
        return "removed"
    return "deleted" if record(meta).get("was_deleted_later") is True else "visible"


def _address(value: object) -> str | None:
    known = name(value)
    if known is None:
        return None
    return f"{_SITE}{known}" if known.startswith("/") else known
