"""How much a program may ask: a number of requests a minute for each API token."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from flask import Flask, Response, g
from werkzeug.exceptions import TooManyRequests

from dashboard.security.access import current_user
from threads.settings import Settings

WINDOW: Final = 60  # seconds


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a token has left: `remaining` of `limit` requests for `reset` more seconds; -1: none is let in."""

    limit: int
    remaining: int
    reset: int


class RateLimit:
    """Counts the requests of each token in windows of a minute, in this process alone."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock, self._lock = limit, clock, Lock()
        self._window, self._counts = -1, Counter[int]()

    def take(self, token: int) -> Allowance:
        """Count a request."""
        now = self._clock()
        window = int(now // WINDOW)
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, Counter()
            used = self._counts[token]
            if used < self._limit:
                self._counts[token] += 1
        return Allowance(self._limit, max(self._limit - used - 1, -1), math.ceil((window + 1) * WINDOW - now))


def add_rate_limits(server: Flask, settings: Settings) -> None:
    """Answer 429 to a token that asks too often, and tell every one what it has left.

    The headers are RateLimit-Limit, -Remaining and -Reset of the IETF draft "RateLimit header fields for
    HTTP", version 7.
    """
    if not settings.requests_per_minute:
        return
    limit = RateLimit(settings.requests_per_minute)

    @server.before_request
    def count() -> None:
        user = current_user()
        if user is None or user.token is None:
            return
        g.allowance = allowance = limit.take(user.token)
        if allowance.remaining < 0:
            raise TooManyRequests(
                f"This token may ask {allowance.limit:,} times a minute.", retry_after=allowance.reset
            )

    @server.after_request
    def tell(response: Response) -> Response:
        allowance: Allowance | None = g.get("allowance")
        if allowance is not None:
            response.headers["RateLimit-Limit"] = str(allowance.limit)
            response.headers["RateLimit-Remaining"] = str(max(allowance.remaining, 0))
            response.headers["RateLimit-Reset"] = str(allowance.reset)
        return response
