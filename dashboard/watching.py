"""How the server is, for those who run it: /healthz, /readyz, /metrics, and a line about each request."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, g, got_request_exception, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dashboard.log import log_failure, logger
from dashboard.security.access import current_user, needs, open_to_all
from threads import models
from threads.settings import Settings
from threads.storage import Store


def add_watching(server: Flask, store: Store, settings: Settings) -> None:
    """Add the addresses that a watching program asks, and the log on standard error."""
    _add_addresses(server, store)
    _add_log(server, requests=bool(settings.log_requests))


def _add_addresses(server: Flask, store: Store) -> None:
    @server.get("/healthz")
    @open_to_all()
    def health() -> ResponseReturnValue:
        return jsonify(status="ok")

    @server.get("/readyz")
    @needs("manage_users", scope="read", watching=True)
    def ready() -> ResponseReturnValue:
        problems = [*store.health.problems(), *models.problems()]
        return jsonify(status="not ready" if problems else "ok", problems=problems), 503 if problems else 200

    @server.get("/metrics")
    @needs("manage_users", scope="read", watching=True)
    def metrics() -> ResponseReturnValue:
        return Response(_counted() + generate_latest(_of_store(store)), content_type=CONTENT_TYPE_LATEST)


def _counted() -> bytes:
    """Return what was counted, by all workers together where there are several."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return generate_latest(together)


class _Waiting(Collector):
    """Reads the queue when it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting = self._store.health.waiting()
        yield GaugeMetricFamily(
            "btl_queue_comments", "Flagged comments that nobody has decided on.", value=waiting.comments
        )
        yield GaugeMetricFamily(
            "btl_queue_age_seconds", "How long the first of them waits.", value=waiting.oldest.total_seconds()
        )
        yield GaugeMetricFamily(
            "btl_live_unsettled",
            "Changes of comments that scores within the thread and rules over many do not take in yet.",
            value=self._store.intake.waiting(),
        )


def _of_store(store: Store) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Waiting(store))
    return registry


def _add_log(server: Flask, *, requests: bool) -> None:
    """Write JSON lines: of each request who asked for what and how it went, of a failure also where.

    Neither addresses nor messages of errors are written: they may hold what a commenter wrote.
    """
    log = logger()
    server.logger.disabled = True  # it would write messages of errors

    @server.before_request
    def begin() -> None:
        g.request_id, g.began = uuid.uuid4().hex, time.perf_counter()

    @server.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "")
        if requests and "began" in g:
            milliseconds = round(1000 * (time.perf_counter() - g.began), 1)
            log.info("request", **_told(), status=response.status_code, milliseconds=milliseconds)
        return response

    @got_request_exception.connect_via(server)
    def fail(_server: Flask, exception: BaseException, **_more: Any) -> None:
        log_failure(exception, **_told())


def _told() -> dict[str, Any]:
    user = current_user()
    return {
        "process": os.getpid(),
        "request_id": g.get("request_id"),
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else None,
        "callback": g.get("callback"),
        "user": user.name if user else None,
    }
