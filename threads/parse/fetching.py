"""A page from its address: politely, within limits, and only from addresses that may be asked.

Names are resolved once and the connection is made to the very address that was checked, for the first
request and for every redirect, so that a name cannot change its mind in between. Proxies are not used.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urldefrag, urljoin
from urllib.robotparser import RobotFileParser

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError, SSLError
from urllib3.exceptions import TimeoutError as TimeoutOfUrllib3
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, parse_url

from threads.errors import InputError
from threads.parse.addresses import refusal
from threads.parse.archives import charset_of
from threads.parse.source import Origin, Source
from threads.settings import Settings

AGENT = "below-the-line"
MAX_REDIRECTS = 5
CONNECT_SECONDS = 10
READ_SECONDS = 20
PAUSE_SECONDS = 1.0  # between two pages of one host
MAX_PAUSE_SECONDS = 30.0  # of what a host's robots.txt may ask for
ROBOTS_BYTES = 512_000  # RFC 9309 asks for 500 kB at least
_CHUNK = 65_536
_MAX_URL = 8_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READABLE = re.compile(
    r"text/|multipart/related|message/rfc822|application/(?:xhtml\+xml|xml|json|x-ndjson|warc|gzip|x-gzip|"
    r"x-mimearchive|octet-stream)\b",
    re.IGNORECASE,
)


def user_agent() -> str:
    """Return how the tool names itself to servers."""
    try:
        release = f"/{version(AGENT)}"
    except PackageNotFoundError:  # run from a checkout
        release = ""
    return f"{AGENT}{release} (reads one page for its comments)"


def is_address(text: str) -> bool:
    """Return whether `text` is one web address and nothing else."""
    return re.fullmatch(r"https?://\S+", text.strip(), re.IGNORECASE) is not None


def fetch(url: str, settings: Settings | None = None, *, allow_private: bool = False) -> Source:
    """Return the page at `url`; as `Fetcher.fetch`, for one page."""
    return Fetcher(settings, allow_private=allow_private).fetch(url)


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
        with _Deadline(float(self._settings.fetch_seconds)) as deadline:
            try:
                return self._followed(url, encoding, deadline)
            except (HTTPError, OSError) as error:
                raise (_late(url, deadline) if deadline.passed else _unreachable(url, error)) from None

    def _followed(self, url: str, encoding: str | None, deadline: _Deadline) -> Source:
        address = url
        for _ in range(MAX_REDIRECTS + 1):
            parts = _parts(address, url)
            with self._host(parts) as host:
                self._check_robots(host, parts, url, deadline)
                host.wait(self._pause, deadline)
                request = _Request(self._settings, deadline, self._allow_private, url)
                status, headers, data = request.get(parts)
            if status not in _REDIRECTS:
                charset = charset_of(headers.get("Content-Type", ""))
                origin = Origin(urldefrag(parts.url).url, datetime.now(UTC), charset)
                return Source.from_bytes(data, url, self._settings, encoding=encoding, origin=origin)
            address = _joined(parts.url, headers.get("Location", ""))
        raise InputError(
            f"it leads from address to address, more than {MAX_REDIRECTS} times",
            source=url,
            remedy="Give the address that a browser shows in the end",
        )

    def _host(self, parts: Url) -> _Host:
        name = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            return self._hosts.setdefault(name, _Host(name))

    def _check_robots(self, host: _Host, parts: Url, url: str, deadline: _Deadline) -> None:
        if host.robots is None:
            host.robots = self._robots(host, url, deadline)
        if not host.robots.can_fetch(AGENT, parts.url):
            raise InputError(
                "the site's robots.txt asks programs not to fetch it",
                source=url,
                remedy="Save the page in a browser and give the file",
            )

    def _robots(self, host: _Host, url: str, deadline: _Deadline) -> RobotFileParser:
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
                f"the site does not tell what programs may fetch (robots.txt: {status})",
                source=url,
                remedy="Try again later, or save the page in a browser and give the file",
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

    def wait(self, pause: float, deadline: _Deadline) -> None:
        """Wait until the host may be asked for the next page."""
        delay = self.robots.crawl_delay(AGENT) if self.robots else None
        pause = max(pause, min(float(delay or 0), MAX_PAUSE_SECONDS))
        if self.last is not None:
            time.sleep(max(0.0, min(self.last + pause - time.monotonic(), deadline.left)))
        self.last = time.monotonic()


class _Deadline:
    """The time after which every connection that was registered is cut, whatever it is doing."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._end = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        for item in self._sockets:
            item.close()

    @property
    def left(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def register(self, connection: socket.socket) -> None:
        # TLS takes the socket over; a second handle of the same connection stays ours.
        self._sockets.append(connection.dup())

    def _cut(self) -> None:
        self.passed = True
        for item in list(self._sockets):
            with suppress(OSError):  # closed by the other side
                item.shutdown(socket.SHUT_RDWR)


class _Request:
    """One request under the limits; redirects are answers like others."""

    def __init__(
        self, settings: Settings, deadline: _Deadline, allow_private: bool, url: str, *, robots: bool = False
    ) -> None:
        self._limit = ROBOTS_BYTES if robots else int(settings.max_input_bytes)
        self._deadline = deadline
        self._allow_private = allow_private
        self._url = url
        self._robots = robots

    def get(self, parts: Url) -> tuple[int, Any, bytes]:
        """Return status, headers and content of the answer; no content for a redirect."""
        self._check_time()
        pool = _HttpsPool if parts.scheme == "https" else _HttpPool
        timeout = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS, total=max(self._deadline.left, 0.001))
        # Without a port, the last part of an IPv6 address would be taken for one.
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with pool(parts.host or "", port, timeout=timeout, guard=self) as connections:
            response = connections.urlopen(
                "GET",
                parts.request_uri,
                headers={
                    "User-Agent": user_agent(),
                    "Accept": "text/html, application/xhtml+xml, */*;q=0.5",
                    "Accept-Encoding": "gzip, deflate",
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
        if response.status in _REDIRECTS or (self._robots and response.status >= 300):
            return b""
        if not self._robots:
            self._check_answer(response)
        parts, size = [], 0
        while part := response.read(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > self._limit and not self._robots:
                raise InputError(
                    f"it has more than the limit of {self._limit:,} bytes",
                    source=self._url,
                    remedy="Raise the limit with the variable BTL_MAX_INPUT_BYTES",
                )
            if size > self._limit:
                break
        self._check_time()
        return b"".join(parts)

    def _check_answer(self, response: BaseHTTPResponse) -> None:
        if response.status in (429, 503) and "Retry-After" in response.headers:
            raise InputError(
                f"the server asks to come back later ({response.status}, Retry-After: "
                f"{response.headers['Retry-After'][:40]})",
                source=self._url,
                remedy="Wait that long (seconds, or until that time), or save the page in a browser",
            )
        if not 200 <= response.status < 300:
            raise InputError(
                f"the server answers {response.status} {(response.reason or '')[:60]}".rstrip(),
                source=self._url,
                remedy="Check the address in a browser, or save the page there and give the file",
            )
        kind = response.headers.get("Content-Type", "text/html").strip()
        if not _READABLE.match(kind):
            raise InputError(
                f"it is {kind[:60]}, no page", source=self._url, remedy="Give the address of the page itself"
            )

    def _check_time(self) -> None:
        if self._deadline.passed:
            raise _late(self._url, self._deadline)

    def connect(self, host: str, port: int, timeout: float | None) -> socket.socket:
        """Return a connection to an address of `host` after all of its addresses were found allowed."""
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise InputError(
                f"there is no host called {host[:100]}", source=self._url, remedy="Check the address"
            ) from None
        for *_, address in found:
            if reason := refusal(str(address[0]), allow_private=self._allow_private):
                raise InputError(
                    f"{host[:100]} is at {address[0]}, {reason}: nothing is fetched from there",
                    source=self._url,
                    remedy="Save the page in a browser and give the file, or use --allow-private on the "
                    "command line for an intranet",
                )
        return self._connected(found, timeout)

    def _connected(self, found: list[Any], timeout: float | None) -> socket.socket:
        failure: OSError | None = None
        for family, kind, protocol, _, address in found:
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(timeout)
                connection.connect(address)
                self._deadline.register(connection)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        self._check_time()
        raise _unreachable(self._url, failure or OSError("it has no address"))


class _HttpConnection(HTTPConnection):
    """A connection that asks its request where it may go."""

    def __init__(self, *args: Any, guard: _Request, **how: Any) -> None:
        super().__init__(*args, **how)
        self._guard = guard

    def _new_conn(self) -> socket.socket:
        return self._guard.connect(self.host, self.port, _seconds(self.timeout))


class _HttpsConnection(HTTPSConnection):
    """The same over TLS; the certificate is that of the name, not of the address."""

    def __init__(self, *args: Any, guard: _Request, **how: Any) -> None:
        super().__init__(*args, **how)
        self._guard = guard

    def _new_conn(self) -> socket.socket:
        return self._guard.connect(self.host, self.port, _seconds(self.timeout))


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


def _seconds(timeout: Any) -> float | None:
    return float(timeout) if isinstance(timeout, int | float) else CONNECT_SECONDS


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:  # no address; the check of its parts says so
        return location


def _parts(address: str, url: str) -> Url:
    """Return the parts of an address that may be asked as far as its form goes."""
    remedy = "Give an address that begins with http:// or https://"
    try:
        parts = parse_url(urldefrag(address.strip()).url)
    except (LocationParseError, ValueError):
        raise InputError("this is no web address", source=url, remedy=remedy) from None
    if parts.scheme not in ("http", "https") or not parts.host or len(address) > _MAX_URL:
        raise InputError(f"this is no web address: {address[:100]!r}", source=url, remedy=remedy)
    if parts.auth:
        raise InputError(
            "it holds a name or password", source=url, remedy="Save the page in a browser and give the file"
        )
    return parts


def _late(url: str, deadline: _Deadline) -> InputError:
    return InputError(
        f"it did not arrive within the limit of {deadline.seconds:g} seconds",
        source=url,
        remedy="Try again, raise the limit with the variable BTL_FETCH_SECONDS, or save the page yourself",
    )


def _unreachable(url: str, error: Exception) -> InputError:
    if isinstance(error, SSLError):
        problem = "the server's certificate or encryption is not sound"
    elif isinstance(error, OSError | TimeoutError | TimeoutOfUrllib3):
        problem = f"the server does not answer ({getattr(error, 'strerror', None) or 'time-out'})"
    else:
        problem = f"the answer broke off or makes no sense ({type(error).__name__})"
    return InputError(
        problem, source=url, remedy="Try again, or save the page in a browser and give the file"
    )
