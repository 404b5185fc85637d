"""Format "convokit": a corpus of ConvoKit, versions 1 to 5: its folder, a zip of it, or the utterances.

Read after the description of the format, https://convokit.cornell.edu/documentation/data_format.html.
Values that ConvoKit stores as pickles are never loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from threads.errors import InputError
from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import NO_MOMENT, Found, FoundComment, FoundThread, Moment, Note
from threads.parse.exports.json_items import BadJsonError, items, loaded
from threads.parse.exports.moments import since_1970, written
from threads.parse.exports.values import name, whole
from threads.parse.formats import Options
from threads.parse.own_rows import REQUIRED, OwnRows
from threads.parse.reading import Reading
from threads.parse.source import Source
from threads.parse.wording import counted
from threads.records import Parsed, Skipped, Status

NAME = "convokit"
ARTICLE = "is_article"  # of an utterance's meta: it is the article above a discussion, and no comment
_SPEAKERS, _CONVERSATIONS = ("speakers.json", "users.json"), ("conversations.json",)
_NAMES = ("name", "author", "username", "character_name")  # of a speaker's meta
_TITLES = ("title", "page_title")  # of a conversation's meta
_FIRST_TIME = 100_000_000  # seconds; below it stand places in a recording, not times since 1970
_GONE: Mapping[str, Status] = {"[deleted]": "deleted", "[removed]": "removed"}
_REDDIT = "https://www.reddit.com"


class ConvoKit(Export):
    """Reads utterances with what stands beside them: names of speakers, titles of conversations."""

    name = NAME
    help = "A corpus of ConvoKit: its folder, a zip of it, or its utterances.jsonl (or .json) alone."

    def sniff(self, source: Source) -> bool:
        """Return whether the first object is an utterance: id, text, speaker, conversation and reply."""
        first = _first_object(source.head)
        return {"id", "text"} <= first.keys() and all(
            any(key in first for key in names)
            for names in (("speaker", "user"), ("conversation_id", "root"), ("reply-to", "reply_to"))
        )

    def reading(self, source: Source, options: Options) -> Reading:
        """Return its discussions; one that this program wrote has the very records it was written from."""
        _, first = next(items(source), ("", Skipped("", "")))
        return Reading.of(_own(source)) if _is_own(first) else super().reading(source, options)

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield conversations and their utterances; a submission that opens one is its article."""
        yield from _Corpus(source, options).found()
        yield from map(Note, source.warnings)


def _first_object(text: str) -> dict[str, Any]:
    """Return the first object of a text, on the first line or in a list; {} where there is none."""
    start = text.lstrip("\ufeff \t\r\n").removeprefix("[").lstrip()
    try:
        value, _ = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


# --- corpora of others ---


@dataclass(slots=True)
class _Corpus:
    """A corpus while it is read, with what must be told of all of it."""

    source: Source
    options: Options
    speakers: Mapping[str, Any] = field(init=False)
    conversations: Mapping[str, Any] = field(init=False)
    of_utterance: dict[str, str] = field(default_factory=dict)  # conversations that no utterance names
    articles: set[str] = field(default_factory=set)
    no_times: int = 0

    def __post_init__(self) -> None:
        self.speakers = _beside(self.source, _SPEAKERS)
        self.conversations = _beside(self.source, _CONVERSATIONS)

    def found(self) -> Iterator[Found]:
        for place, item in items(self.source):
            if isinstance(item, Skipped):
                yield item
            elif name(item.get("id")) is None:
                yield Skipped(place, N_("no utterance: it has no id"))
            else:
                yield from self._utterance(place, item)
        yield from self._notes()

    def _notes(self) -> Iterator[Note]:
        if self.articles:
            posts = counted(len(self.articles), "post", "posts")
            yield Note(
                N_("{posts} that open a conversation taken as the article, not as a comment").format(
                    posts=posts
                )
            )
        if self.no_times:
            times = counted(self.no_times, "timestamp", "timestamps")
            yield Note(
                N_("{times} too small for seconds since 1970: kept as written, without a time").format(
                    times=times
                )
            )

    def _utterance(self, place: str, item: dict[str, Any]) -> Iterator[Found]:
        meta = _meta(item)
        utterance_id = name(item["id"]) or ""
        parent = name(item.get("reply-to", item.get("reply_to")))
        key = self._conversation(item, utterance_id, parent)
        about = _meta(self.conversations.get(key))
        text = item.get("text")
        text = text if isinstance(text, str) else ""
        time = self._time(item.get("timestamp"))
        if parent is None and utterance_id == key and _opens(meta, about):
            self.articles.add(key)
            yield FoundThread(
                key=key,
                title=text if meta.get("is_section_header") else _first(about, _TITLES),
                url=_url(meta),
                article_text=None if meta.get("is_section_header") or text in _GONE else text or None,
                published_at=time.at,
            )
            return
        if key not in self.of_utterance:
            self.of_utterance[key] = key
            yield FoundThread(key=key, title=_first(about, _TITLES))
        author, author_id = self._author(item)
        yield FoundComment(
            place=place,
            text=text,
            thread=key,
            id=utterance_id,
            parent=None if parent in self.articles else parent,
            author=author,
            author_id=author_id,
            time=time,
            likes=_likes(meta.get("score")),
            status=_GONE.get(text.strip(), "visible"),
        )

    def _conversation(self, item: dict[str, Any], utterance_id: str, parent: str | None) -> str:
        """Return the key of an utterance's conversation: that of its parent where it names none."""
        key = name(item.get("conversation_id", item.get("root")))
        if key is None:
            key = utterance_id if parent is None else self.of_utterance.get(parent, parent)
            self.of_utterance[utterance_id] = key
        return key

    def _author(self, item: dict[str, Any]) -> tuple[str | None, str | None]:
        speaker = item.get("speaker", item.get("user"))
        speaker = name(speaker.get("id") if isinstance(speaker, dict) else speaker)
        if speaker is None or speaker in _GONE:
            return None, None
        called = _first(_meta(self.speakers.get(speaker)), _NAMES)
        return (speaker, None) if called is None else (called, speaker)

    def _time(self, value: Any) -> Moment:
        if value is None or isinstance(value, (bool, dict, list)):
            return NO_MOMENT
        moment = since_1970(value)
        if moment.at is not None and moment.at.timestamp() >= _FIRST_TIME:
            return moment
        if isinstance(value, str) and not _is_number(value):
            return written(value, self.options)
        self.no_times += 1
        return Moment(None, str(value), "none", "none")


def _opens(meta: Mapping[str, Any], about: Mapping[str, Any]) -> bool:
    """Return whether the first utterance of a conversation is what the others are about.

    Of Reddit it is a submission: the conversation has a title, and no comment of the top level is named. Of
    Wikipedia's talk pages it is the heading of a section.
    """
    reddit = "title" in about or ("top_level_comment" in meta and meta["top_level_comment"] is None)
    return reddit or meta.get("is_section_header") is True


def _beside(source: Source, names: tuple[str, ...]) -> Mapping[str, Any]:
    """Return the object in the first of the files `names` beside the utterances; {} where there is none."""
    for file in names:
        data = source.beside(file)
        if data is not None:
            try:
                value = loaded(data)
            except BadJsonError as error:
                raise InputError(
                    N_("this is not sound JSON ({reason})").format(reason=error),
                    source=source.name,
                    place=file,
                    remedy=N_("Save it again"),
                ) from None
            return value if isinstance(value, dict) else {}
    return {}


def _meta(item: Any) -> Mapping[str, Any]:
    """Return the meta of an utterance, or of what stands beside it; old versions hold it bare."""
    if not isinstance(item, dict):
        return {}
    meta = item.get("meta", item)
    return meta if isinstance(meta, dict) else {}


def _first(meta: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((value for key in names if isinstance(value := meta.get(key), str) and value), None)


def _url(meta: Mapping[str, Any]) -> str | None:
    link = meta.get("permalink")
    return f"{_REDDIT}{link}" if isinstance(link, str) and link.startswith("/r/") else None


def _likes(value: Any) -> int | None:
    sound = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole(value) if sound else None


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


# --- our own ---


def _is_own(first: dict[str, Any] | Skipped) -> bool:
    meta = _meta(first)
    return meta.get(ARTICLE) is True or set(REQUIRED) - {"text"} <= meta.keys()


def _own(source: Source) -> Parsed:
    own = OwnRows(source.name, NAME)
    for place, item in items(source):
        if isinstance(item, Skipped):
            own.skip(item)
        elif (meta := _meta(item)).get(ARTICLE) is True:
            own.tell(meta)
        else:
            own.add(place, {**meta, "text": item.get("text")})
    return own.parsed((*source.warnings, *source.remarks))
