"""Threads to learn from who answers whom, laid out as pages would show them.

The trees and texts are those of the data; where these have no names or no times, both are drawn by chance.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from threads.parse.calendar_words import UNIT_SECONDS
from threads.parse.reply_cues import ARTICLE
from threads.parse.reply_order import is_backwards
from threads.parse.timestamps import search_timestamp
from threads.records import Comment

SAMPLES: Final = ("exported", "harbour_tunnel", "radweg_de")
SHORTEST_THREAD: Final = 4
LONGEST_PAGE: Final = 60
ORDERS: Final = ("oldest", "oldest", "newest", "newest", "score", "flat", "flat", "no answers")
ORDERS_WITHOUT_ANSWERS: Final = ("oldest", "newest", "score")
ONE_LEVEL: Final = 0.5  # share of layouts that show answers to answers as answers to the head of the thread
UNTIMED: Final = 0.1
DAYS_ONLY: Final = 0.2

ANSWERS_BACK: Final = 0.4  # share of answers that come from whoever wrote the comment answered by the parent
KNOWN_ALREADY: Final = 0.1  # of other comments, those by somebody who has spoken before
HOSTED: Final = 0.5  # share of threads with a host, who gives this share of the answers to first remarks
BY_HOST: Final = 0.5
NAMED: Final = 0.15  # of answers, those that begin with the name of whom they answer
HOURS_TO_REMARK, HOURS_TO_ANSWER = 12.0, 2.0  # medians, of wide log-normal distributions
SPREAD: Final = 1.5

_CAPTURED: Final = datetime(2024, 1, 1, tzinfo=UTC)  # what relative times count from; only differences matter
_MASKS = re.compile(r"@user\b|\bURL\b|^\s*RT\b")


@dataclass(frozen=True, slots=True)
class Page:
    """A thread as a page shows it, and for each comment the index of the one answered, or ARTICLE."""

    name: str
    comments: tuple[Comment, ...]
    parents: tuple[int, ...]

    @property
    def has_answers(self) -> bool:
        """Whether any comment answers another."""
        return any(parent != ARTICLE for parent in self.parents)

    @property
    def forwards(self) -> Page:
        """The page as it is read: turned round where it has the newest comment first throughout."""
        if not is_backwards(self.comments):
            return self
        last = len(self.parents) - 1
        parents = (p if p == ARTICLE else last - p for p in self.parents[::-1])
        return Page(self.name, self.comments[::-1], tuple(parents))


@dataclass(frozen=True, slots=True)
class Post:
    """A comment of a thread, by key; one whose parent has no post of its own is a remark on the article."""

    key: str
    parent: str | None
    author: str | None
    time: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A thread with its name; its posts in any order."""

    name: str
    posts: tuple[Post, ...]


# --- reading ---


def gold_pages(folder: Path) -> list[Page]:
    """Return the pages of a folder of gold records that have comments, by name; only measured on."""
    pages = []
    for path in sorted(folder.glob("*.json")):
        gold = orjson.loads(path.read_bytes())
        rows = [(c["author"], _gold_time(c), c["text"], _index(c["parent"])) for c in gold["comments"]]
        # A parent below its answer is a quotation out of another list: no place on the page tells of it.
        if rows and all(parent < i for i, (_, _, _, parent) in enumerate(rows)):
            pages.append(_page(gold["name"], rows))
    return pages


def _index(parent: int | None) -> int:
    return ARTICLE if parent is None else parent


def _gold_time(comment: Mapping[str, Any]) -> datetime | None:
    if comment["iso"]:
        time = datetime.fromisoformat(comment["iso"])
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    stamp = search_timestamp(comment["timestamp"] or "")
    if stamp is None or not stamp.spans:
        return None
    return _CAPTURED - timedelta(seconds=sum(amount * UNIT_SECONDS[unit] for amount, unit in stamp.spans))


def _page(name: str, rows: Iterable[tuple[str | None, datetime | None, str, int]]) -> Page:
    listed = list(rows)
    comments = tuple(
        Comment(
            thread_id=name,
            comment_id=str(i),
            position=i + 1,
            author=author,
            published_at=time,
            text=text,
            source_format="training",
        )
        for i, (author, time, text, _) in enumerate(listed)
    )
    return Page(name, comments, tuple(parent for *_, parent in listed))


def samples(folder: Path) -> list[tuple[Page, Talk]]:
    """Return the longer samples of this project as they are shown, each with its talk to be laid out anew."""
    found = []
    for name in SAMPLES:
        comments = orjson.loads((folder / name / "expected.json").read_bytes())["comments"]
        rows = [
            (
                c["author"],
                c["published_at"] and datetime.fromisoformat(c["published_at"]),
                c["text"],
                _index(c["parent"]),
            )
            for c in comments
        ]
        found.append((_page(name, rows), _talk(name, rows)))
    return found


def _talk(name: str, rows: Sequence[tuple[str | None, datetime | None, str, int]]) -> Talk:
    latest = _CAPTURED
    posts = []
    for i, (author, time, text, parent) in enumerate(rows):
        latest = time or latest + timedelta(minutes=1)
        posts.append(Post(str(i), None if parent == ARTICLE else str(parent), author, latest, text))
    return Talk(name, tuple(posts))


def written(file: Path) -> list[Talk]:
    """Return the threads written for the training, one a line."""
    talks = []
    for line in file.read_bytes().splitlines():
        said = orjson.loads(line)
        rows = [
            (c["author"], _CAPTURED + timedelta(minutes=c["minutes"]), c["text"], _index(c["parent"]))
            for c in said["comments"]
        ]
        talks.append(_talk(said["name"], rows))
    return talks


def rumours(file: Path, seed: int) -> list[Talk]:
    """Return the threads of Reddit in RumourEval 2019, whose trees the texts of parents tell.

    Names and times are drawn by chance. Tweets are left out: their answers name whom they answer in masks.
    """
    threads: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for line in file.read_bytes().splitlines():
        row = orjson.loads(line)
        if row["platform"] == "reddit" and not row["is_source"]:
            threads[row["source"]][row["text"]] = row
    chance = random.Random(seed)
    return [
        Talk(f"RumourEval {i}", tuple(_drawn(list(rows.values()), chance)))
        for i, rows in enumerate(threads.values())
        if len(rows) >= SHORTEST_THREAD
    ]


def _drawn(rows: Sequence[Mapping[str, Any]], chance: random.Random) -> list[Post]:
    """Return the posts of a tree with authors and times drawn by chance, each after what it answers."""
    answers: defaultdict[str | None, list[Mapping[str, Any]]] = defaultdict(list)
    known = {row["text"] for row in rows}
    for row in rows:
        answers[row["parent"] if row["parent"] in known else None].append(row)
    posts: dict[str, Post] = {}
    has_host = chance.random() < HOSTED
    waiting: list[str | None] = [None]
    while waiting:
        key = waiting.pop()
        answered = posts.get(key or "")
        for row in answers[key]:
            is_named = answered is not None and chance.random() < NAMED
            text = _MASKS.sub(" ", row["text"]).strip()
            posts[row["text"]] = Post(
                row["text"],
                key,
                _author(posts, key, chance, has_host),
                _time(answered, chance),
                f"{answered.author}, {text}" if answered and is_named else text,
            )
            waiting.append(row["text"])
    return list(posts.values())


def _author(posts: Mapping[str, Post], parent: str | None, chance: random.Random, has_host: bool) -> str:
    """Return a name with a number, which no word of a text is; Reader0 is the host."""
    answered = posts.get(parent or "")
    before = posts.get(answered.parent or "") if answered else None
    if before is not None and before.author is not None and chance.random() < ANSWERS_BACK:
        return before.author
    if has_host and answered and not before and chance.random() < BY_HOST:
        return "Reader0"
    if posts and chance.random() < KNOWN_ALREADY:
        return chance.choice(list(posts.values())).author or "Reader0"
    return f"Reader{len(posts) + 1}"


def _time(answered: Post | None, chance: random.Random) -> datetime:
    hours = (HOURS_TO_ANSWER if answered else HOURS_TO_REMARK) * chance.lognormvariate(0, SPREAD)
    return (answered.time if answered else _CAPTURED) + timedelta(hours=hours)


# --- laying out ---


def laid_out(talks: Sequence[Talk], seed: int) -> list[Page]:
    """Return threads as pages show them, each in an order drawn by chance; short ones are left out."""
    chance = random.Random(seed)
    pages = [_laid_out(talk, chance) for talk in talks if len(talk.posts) >= SHORTEST_THREAD]
    return [page for page in pages if len(page.comments) >= SHORTEST_THREAD]


def _laid_out(talk: Talk, chance: random.Random) -> Page:
    order = chance.choice(ORDERS)
    is_untimed = order != "flat" and chance.random() < UNTIMED
    is_rounded = chance.random() < DAYS_ONLY
    posts = list(talk.posts)
    if order == "no answers":
        keys = {post.key for post in posts}
        posts = [post for post in posts if post.parent not in keys]
        order = chance.choice(ORDERS_WITHOUT_ANSWERS)
    if order == "flat":
        shown = [(post, post.parent) for post in sorted(posts, key=lambda p: p.time)]
    else:
        shown = threaded(posts, order, chance, has_one_level=chance.random() < ONE_LEVEL)
    return _as_page(talk.name, shown, is_untimed=is_untimed, is_rounded=is_rounded)


def _as_page(
    name: str, shown: Sequence[tuple[Post, str | None]], *, is_untimed: bool, is_rounded: bool
) -> Page:
    kept = shown[:LONGEST_PAGE]
    places = {post.key: i for i, (post, _) in enumerate(kept)}
    return _page(
        name,
        (
            (
                post.author,
                None if is_untimed else _as_shown(post.time, is_rounded),
                post.text,
                places.get(parent or "", ARTICLE),
            )
            for post, parent in kept
        ),
    )


def _as_shown(time: datetime, is_rounded: bool) -> datetime:
    return time.replace(hour=0, minute=0, second=0) if is_rounded else time.replace(second=0)


def threaded(
    posts: Sequence[Post], order: str, chance: random.Random, *, has_one_level: bool
) -> list[tuple[Post, str | None]]:
    """Return posts with their answers below them, and the key of what each is shown to answer."""
    keys = {post.key for post in posts}
    answers: defaultdict[str | None, list[Post]] = defaultdict(list)
    for post in posts:
        answers[post.parent if post.parent in keys else None].append(post)
    shown: list[tuple[Post, str | None]] = []
    for head in _siblings(answers[None], order, chance, is_top=True):
        below: list[Post] = []
        waiting = _siblings(answers[head.key], order, chance)[::-1]
        while waiting:
            below.append(waiting.pop())
            waiting += _siblings(answers[below[-1].key], order, chance)[::-1]
        if has_one_level:
            below.sort(key=lambda post: post.time)
        shown.append((head, None))
        shown += [(post, head.key if has_one_level else post.parent) for post in below]
    return shown


def _siblings(posts: list[Post], order: str, chance: random.Random, *, is_top: bool = False) -> list[Post]:
    if order == "score":
        return chance.sample(posts, len(posts))
    return sorted(posts, key=lambda post: post.time, reverse=order == "newest" and is_top)
