"""The dashboard for a WSGI server and a team: `gunicorn --config python:dashboard.gunicorn_settings`."""

from __future__ import annotations

from flask import Flask

from dashboard import create_app
from dashboard.security import require_admin
from threads.keys import read_key
from threads.live.runner import Runner
from threads.settings import Settings
from threads.storage import Store


def create(settings: Settings | None = None) -> Flask:
    """Return the WSGI application over the store that the settings name.

    Raises
    ------
    SettingError
        There is no admin yet, the secret key cannot be kept secret, or a setting cannot work.
    StoreError
        The store cannot be opened.
    """
    settings = settings or Settings.from_environment()
    store = Store.open(settings.database, must_exist=True)
    require_admin(store.accounts.has_admin())  # whoever reaches the port is not the one who started it
    read_key(settings.key_file)
    server: Flask = create_app(store, settings).server
    Runner(store, settings).start()
    return server
