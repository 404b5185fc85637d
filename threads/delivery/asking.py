"""Asking a platform's server: at checked addresses, certificates verified, no redirects, answers bounded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from urllib3.exceptions import HTTPError, LocationParseError, SSLError
from urllib3.exceptions import TimeoutError as TimeoutOfUrllib3
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, parse_url

from threads.delivery.options import MASK, Option, Options
from threads.errors import InputError, SettingError
from threads.parse.connecting import Connector, Deadline, ForbiddenAddressError, open_pool, release
from threads.storage.outbox import Answer

ANSWER_BYTES = 65_536  # of an answer that are read
_SHOWN = 200  # characters of an answer that are kept
# Worth another attempt: the server is busy or down, or somebody can mend the access.
_PASSING = frozenset({401, 403, 407, 408, 409, 423, 425, 429})
_REST = frozenset({429, 503})

HTTP_OPTIONS = (
    Option("allow_private", "true lets it ask private addresses, and without TLS: an intranet.", False),
    Option("certificates", "File of authorities that are trusted in place of the system's.", ""),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered; `body` is cut at ANSWER_BYTES."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Mapping[str, Any]:
        """Return the body as an object of JSON, an empty one where it is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


class NoReplyError(Exception):
    """There was no answer; `answer` says what becomes of the delivery."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.text)
        self.answer = answer


class Server:
    """The server of one target.

    Raises
    ------
    SettingError
        The address is none, holds a password, or is without TLS where that is not allowed.
    """

    def __init__(self, address: str, options: Options) -> None:
        self._address, self._options = address.rstrip("/"), options
        self._private = options.flag("allow_private")
        certificates = options.text("certificates")
        self._certificates = str(options.path("certificates")) if certificates else None
        self._check()

    def url(self, path: str) -> str:
        """Return the address of something on the server."""
        return f"{self._address}{path}"

    def talk(self, conversation: Callable[[Conversation], Answer], secrets: Iterable[str]) -> Answer:
        """Return what a conversation comes to, under one limit of time; no secret is left in its text."""
        with Deadline(self._options.seconds) as deadline:
            connector = Connector(
                deadline, allow_private=self._private, source=f"target {self._options.place}"
            )
            try:
                answer = conversation(Conversation(connector, self._certificates))
            except NoReplyError as error:
                answer = error.answer
        return Answer(answer.status, _masked(answer.text, secrets), answer.wait, answer.rest)

    def _check(self) -> None:
        try:
            parts = parse_url(self._address)
        except (LocationParseError, ValueError):
            parts = Url()
        place = self._options.place
        if parts.scheme not in ("http", "https") or not parts.host or parts.query or parts.fragment:
            raise SettingError(
                "this is no web address", source=place, remedy="Give one that begins with https://"
            )
        if parts.auth:
            raise SettingError(
                "the address holds a name or password", source=place, remedy="Give them as options"
            )
        if parts.scheme == "http" and not self._private:
            raise SettingError(
                "without TLS everybody on the way could read the password",
                source=place,
                remedy="Give an address that begins with https://, or allow_private = true for an intranet",
            )


class Conversation:
    """Requests to one server under one deadline."""

    def __init__(self, connector: Connector, certificates: str | None) -> None:
        self._connector, self._certificates = connector, certificates

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Return what the server answers; redirects are answers like others.

        Raises
        ------
        NoReplyError
            It may not be asked, or did not answer in time and whole.
        """
        try:
            return self._asked(method, url, headers, body)
        except ForbiddenAddressError as error:
            text = error.problem.replace("nothing is fetched from there", "it is not asked")
            raise NoReplyError(Answer("later", f"{text}; allow_private = true allows it")) from None
        except InputError as error:
            raise NoReplyError(Answer("later", error.problem)) from None
        except (HTTPError, OSError) as error:
            raise NoReplyError(Answer("later", self._why(error))) from None

    def _asked(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        parts = parse_url(url)
        own = {"User-Agent": f"{release()} (moderation)", "Accept": "application/json"}
        with open_pool(parts, self._connector, certificates=self._certificates) as connections:
            response = connections.urlopen(
                method,
                parts.request_uri,
                body=body or None,
                headers={**own, "Accept-Encoding": "identity", **headers},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                return Reply(response.status, response.headers, _bounded(response))
            finally:
                response.close()

    def _why(self, error: Exception) -> str:
        deadline = self._connector.deadline
        if deadline.passed or isinstance(error, TimeoutOfUrllib3 | TimeoutError):
            return f"it did not answer within the limit of {deadline.seconds:g} seconds"
        if isinstance(error, SSLError):
            return "its certificate or encryption is not sound"
        return f"the answer broke off or makes no sense ({type(error).__name__})"


def _bounded(response: BaseHTTPResponse) -> bytes:
    """Return the body, cut at ANSWER_BYTES; one that breaks off before is an error."""
    content = b""
    while len(content) < ANSWER_BYTES and (part := response.read(ANSWER_BYTES - len(content))):
        content += part
    return content


def answer_to(reply: Reply, now: datetime, said: str = "") -> Answer:
    """Return what a status means for a delivery; `said` is what the server says about it."""
    text = f"it answers {reply.status}" + (f": {one_line(said)}" if said else "")
    if 200 <= reply.status < 300:
        return Answer("delivered", text)
    if 300 <= reply.status < 400:
        return Answer("later", f"{text} and sends us elsewhere; give the address that it ends at")
    wait = retry_after(reply.headers.get("Retry-After"), now)
    if reply.status in _PASSING or reply.status >= 500:
        rest = reply.status == 429 or (reply.status in _REST and wait is not None)
        return Answer("later", text, wait, rest)
    return Answer("never", text)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return how long a server asks to be left alone: seconds, or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    value = value.strip()[:40]
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value), 10**9))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta())


def one_line(text: object) -> str:
    """Return the beginning of what a server says, on one line and without control characters."""
    shown = "".join(c if c.isprintable() else " " for c in str(text)[: 4 * _SHOWN])
    return " ".join(shown.split())[:_SHOWN]


def _masked(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        if len(secret) > 3:
            text = text.replace(secret, MASK)
    return text
