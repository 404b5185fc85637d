"""Tweets as the API of X (Twitter) gives them in its second version, page by page or one a line.

Fields as in https://docs.x.com/x-api/fundamentals/data-dictionary. The first tweet of a conversation is
somebody's own words and counts as a comment, as in other exports of conversations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from threads.language import N_
from threads.parse.exports.base import JsonExport
from threads.parse.exports.found import Found, FoundComment, FoundThread, Note
from threads.parse.exports.json_items import documents
from threads.parse.exports.moments import written
from threads.parse.exports.reddit import unescaped
from threads.parse.exports.values import name, record, records, text, whole
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.parse.wording import counted
from threads.records import Skipped

_SITE = "https://x.com/i/status/"


class Twitter(JsonExport):
    """Answers of the API with "data" and "includes", tweets with their authors in them, and lists of both."""

    name = "twitter"
    help = "Tweets as the API of X (Twitter, version 2) gives them, one page or several."
    signs = (
        (
            "edit_history_tweet_ids|referenced_tweets|public_metrics|in_reply_to_user_id",
            "text",
            "id",
            "author_id|edit_history_tweet_ids",
        ),
    )

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield the tweets of each page in its order; whom they answer is in `referenced_tweets`."""
        people: dict[str, str] = {}
        for page in _pages(source):
            for person in [*records(record(page.get("includes")).get("users")), *_authors(page)]:
                people[text(person.get("id"))] = text(person.get("username")) or text(person.get("name"))
        number = lacking = 0
        for page in _pages(source):
            for tweet in _tweets(page):
                number += 1
                yield from _found(
                    tweet, f"tweet {name(tweet.get('id')) or f'no. {number:,}'}", people, options
                )
            lacking += len(records(page.get("errors")))
        if lacking:
            yield Note(
                N_("{tweets} or authors that are named were not to be had").format(
                    tweets=counted(lacking, "tweet", "tweets")
                )
            )


def _pages(source: Source) -> Iterator[dict[str, Any]]:
    for document in documents(source, in_parts=True, rest=True):
        yield from records(document) if isinstance(document, list) else [record(document)]


def _tweets(page: dict[str, Any]) -> list[dict[str, Any]]:
    data = page.get("data")
    if data is not None:
        return records(data) if isinstance(data, list) else [record(data)]
    return [page] if "text" in page else []


def _authors(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the authors that stand in the tweets themselves, where a program put them."""
    return [record(tweet["author"]) for tweet in _tweets(page) if "author" in tweet]


def _found(tweet: dict[str, Any], place: str, people: dict[str, str], options: Options) -> Iterator[Found]:
    others = {text(one.get("type")): name(one.get("id")) for one in records(tweet.get("referenced_tweets"))}
    if "retweeted" in others:
        yield Skipped(place, N_("a retweet, without words of its own"))
        return
    own, writer = (
        name(tweet.get("id")),
        name(tweet.get("author_id")) or name(record(tweet.get("author")).get("id")),
    )
    key = name(tweet.get("conversation_id")) or others.get("replied_to") or own or place
    sent = written(name(tweet.get("created_at")), options)
    said = unescaped(text(record(tweet.get("note_tweet")).get("text")) or text(tweet.get("text")))
    is_first = own == key
    yield FoundThread(
        key=key,
        title=(said.partition("\n")[0][:120] or None) if is_first else None,
        url=f"{_SITE}{key}" if key.isdecimal() else None,
        published_at=sent.at if is_first else None,
    )
    yield FoundComment(
        place=place,
        text=said,
        thread=key,
        id=own,
        parent=others.get("replied_to"),
        author=people.get(writer or "") or None,
        author_id=writer,
        time=sent,
        likes=whole(record(tweet.get("public_metrics")).get("like_count")),
        status="removed" if record(tweet.get("withheld")) else "visible",
    )
