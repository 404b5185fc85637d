"""Connections to the very addresses that were checked, cut when a deadline passes.

A name is resolved once and the connection is made to the address that was found allowed, so that the name
cannot change its mind in between. Certificates are verified. Proxies are not used.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Url

from threads.errors import InputError
from threads.language import N_
from threads.parse.addresses import refusal

AGENT = "below-the-line"
CONNECT_SECONDS = 10
READ_SECONDS = 20


class NoHostError(InputError):
    """The name of a host leads nowhere, or not at present."""


class NoAnswerError(InputError):
    """A host has addresses, and no connection to any of them can be made."""


class ForbiddenAddressError(InputError):
    """A host is at an address that may not be asked."""


def release() -> str:
    """Return the tool's name and version, as it names itself to servers."""
    try:
        return f"{AGENT}/{version(AGENT)}"
    except PackageNotFoundError:  # run from a checkout
        return AGENT


class Deadline:
    """The time after which every connection that was registered is cut, whatever it is doing."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._end = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        for item in self._sockets:
            item.close()

    @property
    def left(self) -> float:
        """How many seconds are left, 0 at the least."""
        return max(0.0, self._end - time.monotonic())

    def register(self, connection: socket.socket) -> None:
        """Let a connection be cut at the deadline."""
        # TLS takes the socket over; a second handle of the same connection stays ours.
        self._sockets.append(connection.dup())

    def _cut(self) -> None:
        self.passed = True
        for item in list(self._sockets):
            with suppress(OSError):  # closed by the other side
                item.shutdown(socket.SHUT_RDWR)


class Connector:
    """Connects to hosts, where that is allowed. `source` is what messages name."""

    def __init__(self, deadline: Deadline, *, allow_private: bool, source: str) -> None:
        self.deadline = deadline
        self._allow_private = allow_private
        self._source = source

    def connect(self, host: str, port: int, timeout: float | None) -> socket.socket:
        """Return a connection to an address of `host` after all of its addresses were found allowed.

        Raises
        ------
        NoHostError
            The name has no address.
        ForbiddenAddressError
            One of its addresses may not be asked.
        NoAnswerError
            None of its addresses answers.
        """
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NoHostError(
                N_("there is no host called {host}").format(host=host[:100]),
                source=self._source,
                remedy=N_("Check the address"),
            ) from None
        for *_, address in found:
            if reason := refusal(str(address[0]), allow_private=self._allow_private):
                raise ForbiddenAddressError(
                    N_("{host} is at {address}, {reason}: nothing is fetched from there").format(
                        host=host[:100], address=address[0], reason=reason
                    ),
                    source=self._source,
                    remedy=N_(
                        "Save the page in a browser and give the file, or use --allow-private on the command "
                        "line for an intranet"
                    ),
                )
        return self._connected(found, timeout)

    def _connected(self, found: list[Any], timeout: float | None) -> socket.socket:
        failure: OSError | None = None
        for family, kind, protocol, _, address in found:
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(timeout)
                connection.connect(address)
                self.deadline.register(connection)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise NoAnswerError(
            N_("the server does not answer ({reason})").format(
                reason=getattr(failure, "strerror", None) or "time-out"
            ),
            source=self._source,
            remedy=N_("Try again later, or check the address"),
        )


def open_pool(
    parts: Url, connector: Connector, *, certificates: str | None = None
) -> HTTPConnectionPool | HTTPSConnectionPool:
    """Return a pool for one host whose connections `connector` makes, within what is left of its deadline.

    `certificates` is a file of authorities that are trusted in place of the system's.
    """
    timeout = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS, total=max(connector.deadline.left, 0.001))
    # Without a port, the last part of an IPv6 address would be taken for one.
    if parts.scheme == "https":
        return _HttpsPool(
            parts.host or "",
            parts.port or 443,
            timeout=timeout,
            connector=connector,
            cert_reqs="CERT_REQUIRED",
            ca_certs=certificates,
        )
    return _HttpPool(parts.host or "", parts.port or 80, timeout=timeout, connector=connector)


class _HttpConnection(HTTPConnection):
    """A connection that asks its connector where it may go."""

    def __init__(self, *args: Any, connector: Connector, **how: Any) -> None:
        super().__init__(*args, **how)
        self._connector = connector

    def _new_conn(self) -> socket.socket:
        return self._connector.connect(self.host, self.port, _seconds(self.timeout))


class _HttpsConnection(HTTPSConnection):
    """The same over TLS; the certificate is that of the name, not of the address."""

    def __init__(self, *args: Any, connector: Connector, **how: Any) -> None:
        super().__init__(*args, **how)
        self._connector = connector

    def _new_conn(self) -> socket.socket:
        return self._connector.connect(self.host, self.port, _seconds(self.timeout))


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


def _seconds(timeout: Any) -> float | None:
    return float(timeout) if isinstance(timeout, int | float) else CONNECT_SECONDS
