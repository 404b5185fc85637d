"""Requests with comments: whether they are from whom they say, and what they say.

Signed as the Standard Webhooks specification 1.0.0 signs (github.com/standard-webhooks/standard-webhooks):
headers webhook-id, webhook-timestamp (seconds since 1970) and webhook-signature, HMAC-SHA256 over
"id.timestamp.body".
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from binascii import Error as NoBase64Error
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, get_args

import orjson

from threads.delivery.webhook import signatures
from threads.errors import InputError
from threads.live.changes import Change
from threads.live.configured import Sender
from threads.parse.exports.found import FoundComment, FoundThread
from threads.parse.exports.gathering import gathered
from threads.parse.exports.moments import written
from threads.parse.exports.texts import from_html
from threads.parse.formats import Options
from threads.parse.identity import stable_id
from threads.records import Discussion, Status

WINDOW_SECONDS: Final = 300
"""How old a request may be, or how far in the future: one that was overheard cannot be sent again later."""
MOST_CHANGES: Final = 100
PREFIX: Final = "whsec_"
_OPTIONS: Final = Options()


class Signature(NamedTuple):
    """The headers of a signed request."""

    identity: str
    stamp: str
    shown: str

    @classmethod
    def of(cls, header: Callable[[str, str], str]) -> Signature:
        """Return those that `header` gives, by name and what stands for a missing one."""
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        return cls(*(header(name, "") for name in names))


def sender_of(senders: Iterable[Sender], signature: Signature, body: bytes, now: datetime) -> Sender | None:
    """Return who signed a request within the last minutes; None: nobody did that is known.

    Raises
    ------
    SettingError
        A secret cannot be read, or is too short.
    """
    identity, stamp, shown = signature
    try:
        age = now.timestamp() - int(stamp)
    except ValueError:
        return None
    if abs(age) > WINDOW_SECONDS:
        return None
    for sender in senders:
        made = signatures([_key(key) for key in sender.signing_keys()], identity, stamp, body).split()
        if any(hmac.compare_digest(one.encode(), other.encode()) for one in made for other in shown.split()):
            return sender
    return None


def coral_signed(senders: Iterable[Sender], header: str, body: bytes) -> bool:
    """Return whether Coral signed a request: HMAC-SHA256 over the body, as `sha256=HEX`, perhaps several."""
    shown = [part.strip() for part in header.split(",")]
    for sender in senders:
        for key in sender.signing_keys():
            made = f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
            if any(hmac.compare_digest(made.encode(), one.encode()) for one in shown):
                return True
    return False


def _key(secret: bytes) -> bytes:
    """Return the key of a secret: of `whsec_…` what its base64 stands for, of any other its bytes."""
    text = secret.decode()
    if not text.startswith(PREFIX):
        return secret
    try:
        return b64decode(text.removeprefix(PREFIX), validate=True)
    except NoBase64Error:
        return secret


def read_changes(body: bytes, sender: Sender, now: datetime) -> list[Change]:
    """Return what a request tells; docs/live.md has the fields.

    Raises
    ------
    InputError
        It is no JSON of this shape; the message names the place.
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InputError(f"the body is no JSON ({error})", source=sender.name) from None
    items = content.get("changes", [content]) if isinstance(content, dict) else None
    if not isinstance(items, list) or not 0 < len(items) <= MOST_CHANGES:
        raise InputError(f"not a list of 1 to {MOST_CHANGES} changes", source=sender.name, place="changes")
    return [_change(_Item(item, sender, f"change {place}"), now) for place, item in enumerate(items, start=1)]


class _Item:
    """One change as it was sent; every value that is asked of it is of its kind, or an InputError."""

    def __init__(self, values: Any, sender: Sender, place: str) -> None:
        if not isinstance(values, dict):
            raise InputError("not an object", source=sender.name, place=place)
        self.values, self.sender, self.place = values, sender, place

    def part(self, name: str) -> _Item:
        return _Item(self.values.get(name), self.sender, f"{self.place}, {name}")

    def text(self, name: str, *, required: bool = False) -> str | None:
        value = self.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if (value is not None and not isinstance(value, str)) or (required and not value):
            raise self.problem(name, "is no text" if value else "is missing")
        return value or None

    def moment(self, name: str) -> datetime | None:
        text = self.text(name)
        at = written(text, _OPTIONS, zone=UTC).at
        if text is not None and at is None:
            raise self.problem(name, "is no time: write ISO 8601 with a zone")
        return at

    def problem(self, name: str, what: str) -> InputError:
        return InputError(f"{name} {what}", source=self.sender.name, place=self.place)


def _change(item: _Item, now: datetime) -> Change:
    at = item.moment("at") or now
    at = min(at, now)  # a clock that goes wrong would else win over all that follows
    told, comment = item.part("discussion"), item.part("comment")
    thread = _thread(told)
    comment_id = comment.text("id", required=True) or ""
    if not item.sender.covers(thread.url):
        raise told.problem("url", "is none that this sender may send for")
    deleted = comment.values.get("deleted") is True
    found = [] if deleted else [_comment(comment, thread.key)]
    about = _discussion(thread, found, item.sender)
    return Change(about=about, comment_id=comment_id, comment=next(iter(about.comments), None), at=at)


def _thread(told: _Item) -> FoundThread:
    url = told.text("url", required=True) or ""
    if not url.startswith(("https://", "http://")):
        raise told.problem("url", "is no web address")
    return FoundThread(
        key=url,
        title=told.text("title"),
        url=url,
        article_text=told.text("article_text"),
        published_at=told.moment("published_at"),
        language=told.text("language"),
    )


def _comment(told: _Item, thread: str) -> FoundComment:
    markup = told.text("html")
    status = told.text("status") or "visible"
    if status not in get_args(Status):
        raise told.problem("status", f"is none of {', '.join(get_args(Status))}")
    likes = told.values.get("likes")
    if likes is not None and (not isinstance(likes, int) or isinstance(likes, bool)):
        raise told.problem("likes", "is no number")
    told.moment("published_at")  # one that cannot be read is an error here, and not a comment without time
    return FoundComment(
        place=told.place,
        thread=thread,
        id=told.text("id", required=True),
        parent=told.text("parent"),
        author=told.text("author"),
        author_id=told.text("author_id"),
        time=written(told.text("published_at"), _OPTIONS, zone=UTC),
        edited_at=told.moment("edited_at"),
        text=from_html(markup) if markup is not None else told.text("text", required=True) or "",
        likes=likes,
        status=status,  # type: ignore[arg-type]
    )


def _discussion(thread: FoundThread, comments: Sequence[FoundComment], sender: Sender) -> Discussion:
    """Return the discussion as an export of the same platform would give it, so that both are one."""
    for found in gathered([thread, *comments], sender.name, sender.format).discussions:
        return found
    return Discussion(
        thread_id=stable_id("page", thread.url),
        source=sender.name,
        source_format=sender.format,
        title=thread.title,
        url=thread.url,
    )
