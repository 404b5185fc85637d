"""Targets as a TOML file has them: which platform, which discussions go there, and what it is told.

docs/delivery.md shows one of each kind.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from threads.delivery import DELIVERY_PLATFORMS
from threads.delivery.base import Message, Platform
from threads.delivery.options import Options
from threads.errors import SettingError
from threads.moderation.decisions import REASONS, STATES
from threads.moderation.deliveries import (
    AS_IMPORTED,
    DEFAULT_ACTIONS,
    NOTHING,
    PLATFORM_ACTIONS,
    platform_action,
)
from threads.parse.identity import is_own_id
from threads.settings import Settings
from threads.storage.outbox import NOTHING_SENT, Route, Waiting

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
NOT_KEPT = "nothing is sent: what the comment was when it was read is kept no longer"
EVERYTHING = "*"  # in place of a discussion
_COMMON = ("name", "platform", "discussions", "since", "comment_id", "actions")


@dataclass(frozen=True, slots=True)
class Refused:
    """A decision that a target cannot be told, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unneeded:
    """A decision that a target need not be told, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Target:
    """A platform with the discussions that go there.

    `places` are beginnings of addresses, ids of discussions, or EVERYTHING. `actions` is as DEFAULT_ACTIONS.
    `own_ids` says that ids which look as if made here are the platform's.
    """

    name: str
    platform: Platform
    places: tuple[str, ...]
    actions: Mapping[str, str]
    comment_id: re.Pattern[str]
    since: datetime | None = None
    own_ids: bool = False

    @property
    def route(self) -> Route:
        """What the outbox takes in for this target."""
        return Route(self.name, self.covers, self.since)

    def covers(self, thread_id: str, url: str | None) -> bool:
        """Return whether a discussion goes to this target."""
        if EVERYTHING in self.places or thread_id in self.places:
            return True
        return url is not None and any(_begins(url, place) for place in self.places)

    def message(self, waiting: Waiting) -> Message | Refused | Unneeded:
        """Return what the platform is told, or why it is not."""
        action = platform_action(self.actions, waiting.state, waiting.reason, waiting.imported)
        if action is None:
            return Unneeded(NOT_KEPT if waiting.imported is None else f"nothing is sent for {waiting.state}")
        comment = self._platform_id(waiting.comment_id)
        if comment is None:
            return _impossible(waiting, self._no_id(waiting.comment_id))
        message = Message(
            key=waiting.key,
            target=self.name,
            thread_id=waiting.thread_id,
            url=waiting.url,
            comment=comment,
            action=action,
            state=waiting.state,
            reason=waiting.reason,
            version=waiting.version,
            decided_at=waiting.decided_at,
        )
        refusal = self.platform.refusal(message)
        return message if refusal is None else _impossible(waiting, refusal)

    def _platform_id(self, comment_id: str) -> str | None:
        if not self.own_ids and is_own_id(comment_id):
            return None
        found = self.comment_id.fullmatch(comment_id)
        if found is None:
            return None
        return next((group for group in found.groups() if group), found[0])

    def _no_id(self, comment_id: str) -> str:
        if not self.own_ids and is_own_id(comment_id):
            return "its id was made here, for the page showed none of the platform's"
        return f"the id {comment_id[:60]!r} is none that {self.platform.name} gives to comments"


def _utc_now() -> datetime:
    return datetime.now(UTC)


def read_targets(settings: Settings, clock: Callable[[], datetime] = _utc_now) -> list[Target]:
    """Return the targets of the file that the setting delivery_file names, in its order; none without one.

    Secrets are not read here. `clock` gives the present moment (aware), for signatures.

    Raises
    ------
    SettingError
        The file cannot be read, or does not say what it should; the message names file, target and option.
    """
    path = Path(settings.delivery_file)
    if not path.exists():
        return []
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise SettingError(f"this is not sound TOML ({problem})", source=str(path)) from None
    tables = content.pop("target", [])
    if content or not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise SettingError(
            "it holds something else than targets", source=str(path), remedy="Begin each with [[target]]"
        )
    targets = [_target(table, path, number, settings, clock) for number, table in enumerate(tables, 1)]
    names = [target.name for target in targets]
    if twice := [name for name in names if names.count(name) > 1]:
        raise SettingError(f"two targets are called {twice[0]}", source=str(path))
    return targets


def _impossible(waiting: Waiting, reason: str) -> Refused | Unneeded:
    """Return why a platform cannot be told; of what it never heard, there is nothing to take back."""
    return Unneeded(NOTHING_SENT) if waiting.takes_back_nothing else Refused(reason)


def _target(
    table: Mapping[str, Any], path: Path, number: int, settings: Settings, clock: Callable[[], datetime]
) -> Target:
    name = table.get("name")
    place = f"{path}, target {name if isinstance(name, str) else number}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SettingError("a target needs a name of letters, digits, - and _", source=place)
    kinds = {kind.name: kind for kind in DELIVERY_PLATFORMS}
    kind = kinds.get(table.get("platform", ""))
    if kind is None:
        raise SettingError(
            f"no platform is called {table.get('platform')!r}",
            source=place,
            remedy=f"Known: {', '.join(kinds)}",
        )
    options = Options(
        {key: value for key, value in table.items() if key not in _COMMON},
        kind.options,
        folder=path.parent,
        place=place,
        seconds=settings.delivery_seconds,
        clock=clock,
    )
    return Target(
        name=name,
        platform=kind(options),
        places=_places(table.get("discussions"), place),
        actions=_actions(kind, table.get("actions", {}), place),
        comment_id=_pattern(table.get("comment_id", kind.comment_id), place),
        since=_since(table.get("since"), place),
        own_ids="comment_id" in table,
    )


def _places(value: Any, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
        raise SettingError(
            "discussions is missing",
            source=place,
            remedy='List beginnings of addresses ("https://paper.example/news/"), ids of discussions, or "*"',
        )
    for one in value:
        if "://" in one and not urlsplit(one).netloc:
            raise SettingError(f"{one!r} is no web address", source=place)
    return tuple(value)


def _actions(kind: type[Platform], value: Any, place: str) -> Mapping[str, str]:
    known = {*STATES, *(f"rejected:{reason}" for reason in REASONS)}
    told = {*PLATFORM_ACTIONS, NOTHING, AS_IMPORTED}
    if not isinstance(value, dict):
        raise SettingError("actions is no table", source=place, remedy='Write actions.held = "nothing"')
    for state, action in value.items():
        if state not in known:
            raise SettingError(
                f"no state is called {state}", source=place, remedy=f"Known: {', '.join(sorted(known))}"
            )
        if action not in told:
            raise SettingError(
                f"no platform is told {action!r} for {state}",
                source=place,
                remedy=f"Known: {', '.join(sorted(told))}",
            )
    return {**DEFAULT_ACTIONS, **kind.actions, **value}


def _pattern(value: Any, place: str) -> re.Pattern[str]:
    try:
        return re.compile(value)
    except (re.error, TypeError):
        raise SettingError(
            f"comment_id is no pattern: {value!r}",
            source=place,
            remedy="Write a regular expression, with the platform's own id as its group",
        ) from None


def _since(value: Any, place: str) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    raise SettingError("since is no date", source=place, remedy="Write it without quotes: since = 2026-01-31")


def _begins(url: str, place: str) -> bool:
    """Return whether an address lies under another one: same host, and the path begins with its path."""
    if "://" not in place:
        return False
    try:
        found, wanted = urlsplit(url), urlsplit(place)
    except ValueError:
        return False
    same_host = found.netloc.lower() == wanted.netloc.lower() and found.scheme in ("http", "https")
    return same_host and (found.path or "/").startswith(wanted.path or "/")
