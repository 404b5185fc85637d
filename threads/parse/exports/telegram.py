"""A chat exported by Telegram Desktop as JSON (result.json), alone or with all the others of an account.

Fields as in https://core.telegram.org/import-export and the exporter's source (export_output_json.cpp).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import Found, FoundComment, FoundThread, Moment, Note
from threads.parse.exports.json_items import beginning, documents
from threads.parse.exports.moments import since_1970, written
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Skipped

_ACCOUNT = re.compile(rb'\{\s*"about"\s*:.{0,2000}?"personal_information"\s*:\s*\{', re.DOTALL)
_FIELDS = (
    re.compile(rb'"messages"\s*:\s*\['),
    re.compile(rb'"type"\s*:\s*"(?:service|message)"'),
    re.compile(rb'"(?:date|date_unixtime)"\s*:'),
)


class Telegram(Export):
    """Chats with their messages; what Telegram itself says in them (somebody joined) is left out."""

    name = "telegram"
    help = "A chat or channel exported by Telegram Desktop as JSON."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins as an object of JSON that holds messages of Telegram."""
        start = beginning(source)
        if _ACCOUNT.match(start):
            return True
        return start.startswith(b"{") and all(field.search(start) for field in _FIELDS)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield each chat, and its messages in their order."""
        chats: dict[str, _Chat] = {}
        for document in documents(source, in_parts=True):
            for number, chat in enumerate(_chats(record(document)), start=1):
                key = name(chat.get("id")) or f"chat {number}"
                yield from chats.setdefault(key, _Chat(key)).found(chat, options)
        if answers := sum(chat.answers for chat in chats.values()):
            yield Note(
                N_("answers to what Telegram itself said, such as the start of a topic: {answers}").format(
                    answers=f"{answers:,}"
                )
            )


def _chats(document: dict[str, Any]) -> list[dict[str, Any]]:
    if "messages" in document:
        return [document]
    parts = (record(document.get(part)) for part in ("chats", "left_chats"))
    return [chat for part in parts for chat in records(part.get("list"))]


@dataclass(slots=True)
class _Chat:
    """A chat, whose messages may come in several parts."""

    key: str
    messages: int = 0
    service: set[str] = field(default_factory=set)  # ids of what Telegram itself says
    answers: int = 0  # to that

    def found(self, chat: dict[str, Any], options: Options) -> Iterator[Found]:
        yield FoundThread(key=self.key, title=name(chat.get("name")))
        for message in records(chat.get("messages")):
            self.messages += 1
            place = f"message {name(message.get('id')) or f'no. {self.messages:,}'}"
            if message.get("type") != "message":
                self.service.add(name(message.get("id")) or "")
                yield Skipped(place, N_("a service message: {action}").format(action=_action(message)))
                continue
            said = _message(message, self.key, place, options)
            if said.parent in self.service:
                said.parent = None
                self.answers += 1
            yield said


def _action(message: dict[str, Any]) -> str:
    return (name(message.get("action")) or name(message.get("type")) or N_("of no kind")).replace("_", " ")


def _message(message: dict[str, Any], key: str, place: str, options: Options) -> FoundComment:
    parent, elsewhere = name(message.get("reply_to_message_id")), name(message.get("reply_to_peer_id"))
    return FoundComment(
        place=place,
        text=_text(message),
        thread=key,
        id=name(message.get("id")),
        parent=f"{elsewhere}/{parent}" if parent and elsewhere else parent,
        author=name(message.get("from")),
        author_id=name(message.get("from_id")),
        time=_moment(message, "date", options),
        edited_at=_moment(message, "edited", options).at,
        likes=_reactions(message),
    )


def _moment(message: dict[str, Any], field: str, options: Options) -> Moment:
    """Return a time: newer exports have it since 1970 beside that of the exporter's clock."""
    shown = name(message.get(field))
    exact = since_1970(message.get(f"{field}_unixtime"))
    return exact._replace(raw=shown or exact.raw) if exact.at is not None else written(shown, options)


def _reactions(message: dict[str, Any]) -> int | None:
    """Return how many people reacted, with whatever sign."""
    if "reactions" not in message:
        return None
    return sum(whole(one.get("count")) or 0 for one in records(message["reactions"]))


def _text(message: dict[str, Any]) -> str:
    said = _joined(message.get("text")) or _joined(message.get("text_entities"))
    poll = record(message.get("poll"))
    if poll:
        question = _joined(poll.get("question"))
        answers = [f"- {_joined(answer.get('text'))}" for answer in records(poll.get("answers"))]
        said = "\n".join(part for part in (said, question, *answers) if part)
    return said or text(message.get("sticker_emoji"))


def _joined(value: object) -> str:
    """Return a text that is one, or a list of plain and marked pieces."""
    return "".join(map(_piece, value)) if isinstance(value, list) else _piece(value)


def _piece(value: object) -> str:
    marked = record(value)
    if marked.get("type") == "blockquote":
        return "".join(f"> {line}\n" for line in text(marked.get("text")).splitlines())
    return text(marked.get("text")) if marked else text(value)
