"""The application over a store, served for browsers of this machine."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from waitress.server import create_server

from dashboard import create_app
from threads.settings import Settings
from threads.storage import Store


@contextmanager
def serving(store: Store, **settings: float) -> Iterator[str]:
    """Serve the application; yield its address."""
    app = create_app(store, Settings(**settings))
    server = create_server(app.server, host="127.0.0.1", port=0, threads=8)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}/"
    finally:
        deadline = time.monotonic() + 10
        # What a page asked for as it was closed: its answer would find no server to go out by.
        while server.task_dispatcher.active_count and time.monotonic() < deadline:
            time.sleep(0.01)
        server.close()
        thread.join(timeout=10)
