"""How gunicorn serves the dashboard; its command line changes each of these."""

from __future__ import annotations

import os
import sys

from dashboard.memory import settle
from threads.settings import Settings

os.environ.setdefault("BTL_LOG_REQUESTS", "1")
_settings = Settings.from_environment()

wsgi_app = "dashboard.wsgi:create()"
bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = 2
threads = 16  # more than BTL_LIVE_REQUESTS, so that there is always one to say that it is busy
keepalive = (
    75  # seconds; open pages ask every 1.5, and at gunicorn's own two many met a connection being closed
)
timeout = 120  # seconds without a sign of life; reading an upload has its own limit

if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    sys.stderr.write(
        "PROMETHEUS_MULTIPROC_DIR is not set: /metrics tells the counts of the worker that answers. "
        "Name an empty folder, and the workers count together.\n"
    )


def post_worker_init(worker: object) -> None:  # noqa: ARG001 - gunicorn's signature
    """Begin to answer with what is loaded put aside."""
    settle()
