"""A page from its address: politely, within limits, and only from addresses that may be asked.

Names are resolved once and the connection is made to the very address that was checked, for the first
request and for every redirect, so that a name cannot change its mind in between. Proxies are not used.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urldefrag, urljoin
from urllib.robotparser import RobotFileParser

from urllib3.exceptions import HTTPError, LocationParseError, SSLError
from urllib3.exceptions import TimeoutError as TimeoutOfUrllib3
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, parse_url

from threads.errors import InputError
from threads.language import N_
from threads.parse.archives import charset_of
from threads.parse.connecting import AGENT, Connector, Deadline, NoAnswerError, open_pool, release
from threads.parse.source import Origin, Source
from threads.settings import Settings

MAX_REDIRECTS = 5
PAUSE_SECONDS = 1.0  # between two pages of one host
MAX_PAUSE_SECONDS = 30.0  # of what a host's robots.txt may ask for
ROBOTS_BYTES = 512_000  # RFC 9309 asks for 500 kB at least
_NOT_MODIFIED = 304
_CHUNK = 65_536
_MAX_URL = 8_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READABLE = re.compile(
    r"text/|multipart/related|message/rfc822|application/(?:[\w.-]+\+(?:xml|json)|xml|json|x-ndjson|warc|gzip|x-gzip|"
    r"x-mimearchive|octet-stream)\b",
    re.IGNORECASE,
)


def user_agent() -> str:
    """Return how the tool names itself to servers."""
    return f"{release()} (reads one page for its comments)"


def fetch(url: str, settings: Settings | None = None, *, allow_private: bool = False) -> Source:
    """Return the page at `url`; as `Fetcher.fetch`, for one page."""
    return Fetcher(settings, allow_private=allow_private).fetch(url)


class ComeBackError(InputError):
    """The server asks to come back later; `seconds` from now, where it says."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server calls a version of a page (RFC 9110, 8.8): sent back, it tells of changes only."""

    etag: str | None = None
    modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The request headers that ask for another version than this one."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in asked.items() if value is not None}


class Fetcher:
    """Fetches pages, one at a time from each host, with a pause between them.

    `allow_private` lets it ask private and loopback addresses; what robots.txt forbids is never asked for.
    """

    def __init__(
        self, settings: Settings | None = None, *, allow_private: bool = False, pause: float = PAUSE_SECONDS
    ) -> None:
        self._settings = settings or Settings.from_environment()
        self._allow_private = allow_private
        self._pause = pause
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def fetch(self, url: str, *, encoding: str | None = None) -> Source:
        """Return the page at `url`, as an input of that name that knows where and when it came from.

        `encoding` overrides what the server and the page say.

        Raises
        ------
        InputError
            The address may not be asked, robots.txt forbids it, the server does not answer in time or with
            a page, or the page is larger than a limit; the message names the remedy.
        """
        found, _ = self._fetched(url, encoding, Validators())
        if found is None:
            raise InputError(N_("the server answers 304 to a question about no version"), source=url)
        return found

    def fetch_changed(self, url: str, known: Validators) -> tuple[Source | None, Validators]:
        """Return the page if it is another version than the one known, None if not, and what it is called.

        Errors are those of `fetch`; ComeBackError where the server asks to wait.
        """
        return self._fetched(url, None, known)

    def _fetched(self, url: str, encoding: str | None, known: Validators) -> tuple[Source | None, Validators]:
        with Deadline(float(self._settings.fetch_seconds)) as deadline:
            try:
                return self._followed(url, encoding, deadline, known)
            except NoAnswerError as error:
                raise (_late(url, deadline) if deadline.passed else error) from None
            except (HTTPError, OSError) as error:
                raise (_late(url, deadline) if deadline.passed else _unreachable(url, error)) from None

    def _followed(
        self, url: str, encoding: str | None, deadline: Deadline, known: Validators
    ) -> tuple[Source | None, Validators]:
        address = url
        for _ in range(MAX_REDIRECTS + 1):
            parts = _parts(address, url)
            with self._host(parts) as host:
                self._check_robots(host, parts, url, deadline)
                host.wait(self._pause, deadline)
                request = _Request(self._settings, deadline, self._allow_private, url)
                status, headers, data = request.get(parts, known.headers)
            if status == _NOT_MODIFIED and known.headers:
                return None, known
            if status not in _REDIRECTS:
                charset = charset_of(headers.get("Content-Type", ""))
                origin = Origin(urldefrag(parts.url).url, datetime.now(UTC), charset)
                found = Source.from_bytes(data, url, self._settings, encoding=encoding, origin=origin)
                return found, Validators(headers.get("ETag"), headers.get("Last-Modified"))
            address = _joined(parts.url, headers.get("Location", ""))
        raise InputError(
            N_("it leads from address to address, more than {most} times").format(most=MAX_REDIRECTS),
            source=url,
            remedy=N_("Give the address that a browser shows in the end"),
        )

    def _host(self, parts: Url) -> _Host:
        name = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            return self._hosts.setdefault(name, _Host(name))

    def _check_robots(self, host: _Host, parts: Url, url: str, deadline: Deadline) -> None:
        if host.robots is None:
            host.robots = self._robots(host, url, deadline)
        if not host.robots.can_fetch(AGENT, parts.url):
            raise InputError(
                N_("the site's robots.txt asks programs not to fetch it"),
                source=url,
                remedy=N_("Save the page in a browser and give the file"),
            )

    def _robots(self, host: _Host, url: str, deadline: Deadline) -> RobotFileParser:
        """Return the rules of a host (RFC 9309): none where it has none, an error where it fails."""
        rules, address = RobotFileParser(), f"{host.name}/robots.txt"
        request = _Request(self._settings, deadline, self._allow_private, url, robots=True)
        for _ in range(MAX_REDIRECTS + 1):
            parts = _parts(address, url)
            status, headers, data = request.get(parts)
            if status not in _REDIRECTS:
                break
            address = _joined(parts.url, headers.get("Location", ""))
        if status == 429 or status >= 500:
            raise InputError(
                N_("the site does not tell what programs may fetch (robots.txt: {status})").format(
                    status=status
                ),
                source=url,
                remedy=N_("Try again later, or save the page in a browser and give the file"),
            )
        text = data.decode("utf-8-sig", errors="replace") if status < 300 else ""
        rules.parse(text.splitlines())
        return rules


@dataclass(slots=True)
class _Host:
    """What is known of a host, held by one request at a time."""

    name: str
    robots: RobotFileParser | None = None
    last: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> _Host:
        self.lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.lock.release()

    def wait(self, pause: float, deadline: Deadline) -> None:
        """Wait until the host may be asked for the next page."""
        delay = self.robots.crawl_delay(AGENT) if self.robots else None
        pause = max(pause, min(float(delay or 0), MAX_PAUSE_SECONDS))
        if self.last is not None:
            time.sleep(max(0.0, min(self.last + pause - time.monotonic(), deadline.left)))
        self.last = time.monotonic()


class _Request:
    """One request under the limits; redirects are answers like others."""

    def __init__(
        self, settings: Settings, deadline: Deadline, allow_private: bool, url: str, *, robots: bool = False
    ) -> None:
        self._limit = ROBOTS_BYTES if robots else int(settings.max_input_bytes)
        self._deadline = deadline
        self._connector = Connector(deadline, allow_private=allow_private, source=url)
        self._url = url
        self._robots = robots

    def get(self, parts: Url, also: Mapping[str, str] | None = None) -> tuple[int, Any, bytes]:
        """Return status, headers and content of the answer; no content for a redirect.

        `also` are further headers to send.
        """
        self._check_time()
        with open_pool(parts, self._connector) as connections:
            response = connections.urlopen(
                "GET",
                parts.request_uri,
                headers={
                    "User-Agent": user_agent(),
                    "Accept": "text/html, application/xhtml+xml, */*;q=0.5",
                    "Accept-Encoding": "gzip, deflate",
                    **(also or {}),
                },
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=True,
            )
            try:
                self._check_time()
                return response.status, response.headers, self._content(response)
            finally:
                response.close()

    def _content(self, response: BaseHTTPResponse) -> bytes:
        if response.status in (*_REDIRECTS, _NOT_MODIFIED) or (self._robots and response.status >= 300):
            return b""
        if not self._robots:
            self._check_answer(response)
        parts, size = [], 0
        while part := response.read(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > self._limit and not self._robots:
                raise InputError(
                    N_("it has more than the limit of {limit} bytes").format(limit=f"{self._limit:,}"),
                    source=self._url,
                    remedy=N_("Raise the limit with the variable BTL_MAX_INPUT_BYTES"),
                )
            if size > self._limit:
                break
        self._check_time()
        return b"".join(parts)

    def _check_answer(self, response: BaseHTTPResponse) -> None:
        if response.status in (429, 503) and "Retry-After" in response.headers:
            later = ComeBackError(
                N_("the server asks to come back later ({status}, Retry-After: {time})").format(
                    status=response.status, time=response.headers["Retry-After"][:40]
                ),
                source=self._url,
                remedy=N_("Wait that long (seconds, or until that time), or save the page in a browser"),
            )
            with suppress(ValueError):
                later.seconds = max(0.0, float(response.headers["Retry-After"]))
            raise later
        if not 200 <= response.status < 300:
            raise InputError(
                N_("the server answers {status}").format(
                    status=f"{response.status} {(response.reason or '')[:60]}".rstrip()
                ),
                source=self._url,
                remedy=N_("Check the address in a browser, or save the page there and give the file"),
            )
        kind = response.headers.get("Content-Type", "text/html").strip()
        if not _READABLE.match(kind):
            raise InputError(
                N_("it is {kind}, no page").format(kind=kind[:60]),
                source=self._url,
                remedy=N_("Give the address of the page itself"),
            )

    def _check_time(self) -> None:
        if self._deadline.passed:
            raise _late(self._url, self._deadline)


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:  # no address; the check of its parts says so
        return location


def _parts(address: str, url: str) -> Url:
    """Return the parts of an address that may be asked as far as its form goes."""
    remedy = N_("Give an address that begins with http:// or https://")
    try:
        parts = parse_url(urldefrag(address.strip()).url)
    except (LocationParseError, ValueError):
        raise InputError(N_("this is no web address"), source=url, remedy=remedy) from None
    if parts.scheme not in ("http", "https") or not parts.host or len(address) > _MAX_URL:
        raise InputError(
            N_("this is no web address: {address}").format(address=repr(address[:100])),
            source=url,
            remedy=remedy,
        )
    if parts.auth:
        raise InputError(
            N_("it holds a name or password"),
            source=url,
            remedy=N_("Save the page in a browser and give the file"),
        )
    return parts


def _late(url: str, deadline: Deadline) -> InputError:
    return InputError(
        N_("it did not arrive within the limit of {seconds} seconds").format(seconds=f"{deadline.seconds:g}"),
        source=url,
        remedy=N_(
            "Try again, raise the limit with the variable BTL_FETCH_SECONDS, or save the page yourself"
        ),
    )


def _unreachable(url: str, error: Exception) -> InputError:
    if isinstance(error, SSLError):
        problem = N_("the server's certificate or encryption is not sound")
    elif isinstance(error, OSError | TimeoutError | TimeoutOfUrllib3):
        problem = N_("the server does not answer ({reason})").format(
            reason=getattr(error, "strerror", None) or "time-out"
        )
    else:
        problem = N_("the answer broke off or makes no sense ({kind})").format(kind=type(error).__name__)
    return InputError(
        problem, source=url, remedy=N_("Try again, or save the page in a browser and give the file")
    )
