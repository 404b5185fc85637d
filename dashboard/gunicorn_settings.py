"""How gunicorn serves the dashboard; its command line changes each of these."""

from __future__ import annotations

from threads.settings import Settings

_settings = Settings.from_environment()

wsgi_app = "dashboard.wsgi:create()"
bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = 2
threads = 4
timeout = 120  # seconds without a sign of life; reading an upload has its own limit
