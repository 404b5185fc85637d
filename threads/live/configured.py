"""Who sends comments and where they are polled, as a TOML file has it; docs/live.md shows one of each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from threads.delivery.options import Option, Options, Secret
from threads.errors import SettingError
from threads.parse import FORMATS
from threads.settings import Settings

SIGNED: Final = "signed"
CORAL: Final = "coral"
SHORTEST_SECRET: Final = 16  # bytes
FEWEST_SECONDS: Final = 10  # between two polls
REST, FEED = "wordpress-rest", "comment-feed"
REST_PATH: Final = "/wp/v2/comments"

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_SENDER: Final = (
    Option(
        "kind",
        f"{SIGNED} for comments by POST /hooks/comments, {CORAL} for Coral's moderation phase.",
        SIGNED,
    ),
    Option(
        "secret", f"What its requests are signed with: {SHORTEST_SECRET} characters or more.", secret=True
    ),
    Option("old_secret", "The one before, for as long as the sender changes over.", "", secret=True),
    Option(
        "format", "What its comments are like, of `btl formats`; wordpress-rest for the plug-in.", "btl-json"
    ),
    Option("discussions", "Beginnings of the addresses that it may send for; all where not given.", ()),
)
_POLL: Final = (
    Option("url", "Address of a feed of comments, or of a list in WordPress' REST API."),
    Option("every", f"Seconds between two looks, {FEWEST_SECONDS} or more.", 60),
    Option("format", f"{FEED} or {REST}; told by the address where not given.", ""),
    Option("allow_private", "true lets it be on your own network.", False),
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends comments of some discussions, and what tells that it is them."""

    name: str
    kind: str
    secrets: tuple[Secret, ...]
    format: str
    places: tuple[str, ...]

    def signing_keys(self) -> Iterator[bytes]:
        """Yield what its requests may be signed with.

        Raises
        ------
        SettingError
            A secret cannot be read, or is too short.
        """
        for secret in self.secrets:
            key = secret.read().encode()
            if len(key) < SHORTEST_SECRET:
                raise SettingError(
                    f"the secret has fewer than {SHORTEST_SECRET} characters",
                    source=secret.place,
                    remedy='Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
                )
            yield key

    def covers(self, url: str | None) -> bool:
        """Return whether it may send comments of a discussion."""
        return not self.places or (url is not None and any(url.startswith(place) for place in self.places))


@dataclass(frozen=True, slots=True)
class Poll:
    """An address that is asked for new comments again and again."""

    name: str
    url: str
    every: int
    format: str
    allow_private: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """Where comments come from as they come."""

    senders: tuple[Sender, ...] = ()
    polls: tuple[Poll, ...] = ()

    def of_kind(self, kind: str) -> list[Sender]:
        """Return the senders of a kind."""
        return [sender for sender in self.senders if sender.kind == kind]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def read_sources(settings: Settings, clock: Callable[[], datetime] = _utc_now) -> Sources:
    """Return what the file says that the setting live_file names; nothing without one.

    Secrets are not read here.

    Raises
    ------
    SettingError
        The file cannot be read, or does not say what it should; the message names file, table and option.
    """
    path = Path(settings.live_file)
    if not path.exists():
        return Sources()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise SettingError(f"this is not sound TOML ({problem})", source=str(path)) from None
    tables = {kind: content.pop(kind, []) for kind in ("sender", "poll")}
    lists = all(isinstance(t, list) and all(isinstance(one, dict) for one in t) for t in tables.values())
    if content or not lists:
        raise SettingError(
            "it holds something else than senders and polls",
            source=str(path),
            remedy="Begin each with [[sender]] or [[poll]]",
        )

    def options(kind: str, known: tuple[Option, ...]) -> Iterator[tuple[str, Options]]:
        for number, table in enumerate(tables[kind], start=1):
            yield _named(kind, number, table, known, path, settings, clock)

    found = Sources(
        tuple(_sender(name, given) for name, given in options("sender", _SENDER)),
        tuple(_poll(name, given) for name, given in options("poll", _POLL)),
    )
    names = [*(sender.name for sender in found.senders), *(poll.name for poll in found.polls)]
    if twice := [name for name in names if names.count(name) > 1]:
        raise SettingError(f"two of them are called {twice[0]}", source=str(path))
    return found


def _named(
    kind: str,
    number: int,
    table: Mapping[str, Any],
    known: tuple[Option, ...],
    path: Path,
    settings: Settings,
    clock: Callable[[], datetime],
) -> tuple[str, Options]:
    name = table.get("name")
    place = f"{path}, {kind} {name if isinstance(name, str) else number}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SettingError(f"a {kind} needs a name of letters, digits, - and _", source=place)
    values = {key: value for key, value in table.items() if key != "name"}
    seconds = float(settings.fetch_seconds)
    return name, Options(values, known, folder=path.parent, place=place, seconds=seconds, clock=clock)


def _sender(name: str, options: Options) -> Sender:
    kind = options.text("kind")
    if kind not in (SIGNED, CORAL):
        raise SettingError(
            f"no kind of sender is called {kind!r}", source=options.place, remedy=f"Known: {SIGNED}, {CORAL}"
        )
    old = options.secret("old_secret")
    places = options.texts("discussions")
    _require_addresses(places, options.place)
    return Sender(
        name=name,
        kind=kind,
        secrets=(options.required_secret("secret"), *((old,) if old else ())),
        format=_format(options),
        places=places,
    )


def _poll(name: str, options: Options) -> Poll:
    every = options.number("every")
    if every < FEWEST_SECONDS:
        raise SettingError(f"every is less than {FEWEST_SECONDS} seconds", source=options.place)
    _require_addresses((options.text("url"),), options.place)
    return Poll(
        name=name,
        url=options.text("url"),
        every=every,
        format=_format(options) if options.text("format") else _format_of(options.text("url")),
        allow_private=options.flag("allow_private"),
    )


def _format_of(url: str) -> str:
    return REST if urlsplit(url).path.rstrip("/").endswith(REST_PATH) else FEED


def _require_addresses(places: tuple[str, ...], place: str) -> None:
    for one in places:
        parts = urlsplit(one)
        if parts.scheme not in ("http", "https") or not parts.netloc or not parts.path:
            raise SettingError(
                f"{one!r} is no web address with a path",
                source=place,
                remedy='Write it whole, such as "https://paper.example/"',
            )


def _format(options: Options) -> str:
    name = options.text("format")
    if name not in {item.name for item in FORMATS}:
        raise SettingError(f"no format is called {name}", source=options.place, remedy="See `btl formats`")
    return name
