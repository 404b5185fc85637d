"""Asking an address for new comments again and again: a feed, or a list of WordPress' REST API.

What an answer holds that is stored just so is left alone; anything else is a change since the moment of
asking. An address does not tell of deletions, nor when something was changed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from threads.errors import InputError
from threads.live.changes import Change, Taken, Version, resolved
from threads.live.configured import REST_PATH, Poll
from threads.live.taking import take
from threads.parse import parse
from threads.parse.fetching import ComeBackError, Fetcher, Validators
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.records import Discussion
from threads.settings import Settings
from threads.storage import Store

PER_PAGE: Final = 100
MOST_PAGES: Final = 20
OVERLAP: Final = timedelta(days=1)
"""How far back a list is asked for again: a comment may be approved a while after it was written."""
TOGETHER: Final = 100  # changes that are stored at a time
LONGEST_PAUSE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Polled:
    """What a look brought: new or changed comments, or why there were none."""

    name: str
    taken: int = 0
    problem: str | None = None


class Poller:
    """Asks one address, when it is time to.

    Parameters
    ----------
    store
        Where comments go, and where it is remembered what was asked.
    poll
        From `read_sources`.
    settings
        Limits of fetching; models.
    chance
        Gives numbers from 0 to 1 that scatter attempts after a failure.
    """

    def __init__(
        self, store: Store, poll: Poll, settings: Settings, chance: Callable[[], float] = random.random
    ) -> None:
        self._store, self._poll, self._settings, self._chance = store, poll, settings, chance
        self._fetcher = Fetcher(settings, allow_private=poll.allow_private)

    def look(self) -> Polled | None:
        """Ask, and take in what is new; None where it is not time to, or another process asks.

        After a failure the pause doubles, up to an hour; Retry-After is heeded. A store that is away is a
        StoreError.
        """
        name = f"poll {self._poll.name} {self._poll.url}"
        lease = timedelta(seconds=MOST_PAGES * float(self._settings.fetch_seconds))
        state = self._store.lookouts.claim(name, lease)
        if state is None:
            return None
        try:
            taken = self._asked(state)
        except InputError as error:
            failures = int(state.get("failures", 0)) + 1
            self._store.lookouts.remember(name, {**state, "failures": failures}, self._pause(error, failures))
            return Polled(self._poll.name, problem=str(error))
        state.pop("failures", None)
        self._store.lookouts.remember(name, state, timedelta(seconds=self._poll.every))
        return Polled(self._poll.name, taken)

    def _pause(self, error: InputError, failures: int) -> timedelta:
        pause = timedelta(seconds=self._poll.every * 2.0 ** min(failures, 12) * (0.5 + self._chance() / 2))
        if isinstance(error, ComeBackError) and error.seconds is not None:
            return max(timedelta(seconds=min(error.seconds, 86_400)), timedelta(seconds=self._poll.every))
        return min(pause, max(LONGEST_PAUSE, timedelta(seconds=self._poll.every)))

    def _asked(self, state: dict[str, Any]) -> int:
        """Take in what is there, put into `state` what the next look needs; return how many were new."""
        if not is_list(self._poll.url):
            known = Validators(state.get("etag"), state.get("modified"))
            source, now_called = self._fetcher.fetch_changed(self._poll.url, known)
            state.update(etag=now_called.etag, modified=now_called.modified)
            return 0 if source is None else self._taken(source).new
        newest = state.get("newest")
        since = None if newest is None else datetime.fromisoformat(newest) - OVERLAP
        new = 0
        for _ in range(MOST_PAGES):
            page = self._taken(self._fetcher.fetch(list_address(self._poll.url, since)))
            new += page.new
            if page.last is not None:
                state["newest"] = max(page.last, newest or page.last)
            further = None if page.last is None else datetime.fromisoformat(page.last) - timedelta(seconds=1)
            if page.read < PER_PAGE or further is None or (since is not None and further <= since):
                break
            since = further
        return new

    def _taken(self, source: Source) -> _Page:
        """Take in what an answer holds; a list without comments is no fault of the address."""
        if source.head.strip() in ("", "[]"):
            return _Page(0, 0, None)
        now = datetime.now(UTC)
        parsed = parse(source, Options(), self._poll.format, settings=self._settings)
        changes = [change for discussion in parsed.discussions for change in changes_of(discussion, now)]
        taken = take_news(self._store, changes, self._settings)
        times = [c.published_at for d in parsed.discussions for c in d.comments if c.published_at is not None]
        last = max(times).astimezone(UTC).isoformat() if times else None
        return _Page(parsed.report.read, sum(one.outcome in ("new", "changed") for one in taken), last)


class _Page(NamedTuple):
    """Of an answer: how many it held, how many of them were new, and when the last was written (ISO 8601)."""

    read: int
    new: int
    last: str | None


def changes_of(discussion: Discussion, at: datetime) -> Iterator[Change]:
    """Yield the comments of a discussion as changes since a moment."""
    about = replace(discussion, comments=())
    for comment in discussion.comments:
        yield Change(about=about, comment_id=comment.comment_id, comment=comment, at=at)


def take_news(store: Store, changes: Sequence[Change], settings: Settings) -> list[Taken]:
    """Take in those changes that make a stored comment another one; the others are known."""
    taken: list[Taken] = []
    for start in range(0, len(changes), TOGETHER):
        some = changes[start : start + TOGETHER]
        stored = store.intake.around([c.comment for c in some if c.comment is not None]).comments
        news = []
        for change in some:
            known = stored.get(change.key)
            if known is not None:
                before = Version(known.comment, known.changed_at, known.deleted_at)
                after = resolved(before, change, decided=known.state != "open")
                if replace(after.comment, position=known.comment.position) == known.comment:
                    continue
            news.append(change)
        taken += take(store, news, settings) if news else []
    return taken


def is_list(url: str) -> bool:
    """Return whether an address is of a list of comments in WordPress' REST API."""
    return urlsplit(url).path.rstrip("/").endswith(REST_PATH)


def list_address(url: str, since: datetime | None) -> str:
    """Return where the first comments of a list are after a moment (aware), the oldest first."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    asked |= {"per_page": str(PER_PAGE), "orderby": "date_gmt", "order": "asc", "_embed": "up"}
    if since is not None:
        asked["after"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return urlunsplit(parts._replace(query=urlencode(asked)))
