"""Addresses where platforms tell of comments as they come; `threads.live` takes them in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from threading import BoundedSemaphore
from typing import Any, TypeVar

from flask import Flask, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from dashboard.pages.base import Context
from dashboard.security.access import open_to_signed
from threads.errors import InputError, SettingError, StoreError
from threads.live import coral
from threads.live.changes import Taken
from threads.live.configured import CORAL, SIGNED, read_sources
from threads.live.hooks import Signature, coral_signed, read_changes, sender_of
from threads.live.inbox import Inbox
from threads.metrics import LIVE_COMMENTS, LIVE_REFUSED, LIVE_SECONDS

T = TypeVar("T")

AGAIN_SECONDS = 1  # after which somebody who was told to wait asks again


def add_hooks(server: Flask, context: Context) -> None:
    """Add /hooks/comments and /hooks/coral.

    Raises
    ------
    SettingError
        The file of senders does not say what it should.
    """
    sources = read_sources(context.settings)
    for sender in sources.senders:
        deque(sender.signing_keys(), maxlen=0)  # a secret that cannot be read is told now
    inbox = Inbox(context.store, context.settings)
    places = BoundedSemaphore(max(1, context.settings.live_requests))

    @server.post("/hooks/comments")
    @open_to_signed()
    @_within(places)
    def comments() -> ResponseReturnValue:
        body, now = request.get_data(cache=False), datetime.now(UTC)
        signature = Signature.of(request.headers.get)
        sender = _known(lambda: sender_of(sources.of_kind(SIGNED), signature, body, now))
        if sender is None:
            LIVE_REFUSED.labels("signature").inc()
            abort(401, "No sender that is known here signed this within the last minutes.")
        try:
            taken = inbox.take(read_changes(body, sender, now))
        except InputError as error:
            LIVE_REFUSED.labels("content").inc()
            return Response(str(error), 422, mimetype="text/plain")
        except StoreError:
            LIVE_REFUSED.labels("store").inc()
            return _later("The store cannot take it in at present.")
        for one in taken:
            LIVE_COMMENTS.labels(one.outcome).inc()
        return jsonify(taken=[_told(one) for one in taken])

    @server.post("/hooks/coral")
    @open_to_signed()
    @_within(places)
    def moderate() -> ResponseReturnValue:
        body = request.get_data(cache=False)
        shown = request.headers.get("X-Coral-Signature", "")
        if not _known(lambda: coral_signed(sources.of_kind(CORAL), shown, body)):
            LIVE_REFUSED.labels("signature").inc()
            abort(401, "No Coral that is known here signed this.")
        try:
            answer = coral.asked(body, context.store, context.settings)
        except InputError as error:
            LIVE_REFUSED.labels("content").inc()
            return Response(str(error), 422, mimetype="text/plain")
        return Response(status=204) if answer is None else jsonify(answer)


def _known(asked: Callable[[], T]) -> T:
    """Return who is known; 503 where a secret cannot be read, which is nothing to tell a stranger."""
    try:
        return asked()
    except SettingError:
        LIVE_REFUSED.labels("secret").inc()
        abort(_later("Not ready."))


def _within(places: BoundedSemaphore) -> Callable[[Any], Any]:
    """Let in as many requests as can be worked on; tell the others when to come back, before reading them."""

    def bounded(view: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
        @wraps(view)
        def asked() -> ResponseReturnValue:
            if not places.acquire(blocking=False):
                LIVE_REFUSED.labels("busy").inc()
                return _later("Too many at once.")
            try:
                with LIVE_SECONDS.time():
                    return view()
            finally:
                places.release()

        return asked

    return bounded


def _later(why: str) -> Response:
    return Response(why, 503, {"Retry-After": str(AGAIN_SECONDS)}, mimetype="text/plain")


def _told(taken: Taken) -> dict[str, Any]:
    """Return what became of a change, and what to do with the comment: hold what a rule flags."""
    return {
        "thread_id": taken.thread_id,
        "comment_id": taken.comment_id,
        "outcome": taken.outcome,
        "hold": bool(taken.flags),
        "reasons": [{"rule": flag.rule, "reason": flag.reason} for flag in taken.flags],
    }
