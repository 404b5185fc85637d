"""The application over a store, served for browsers of this machine."""

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
        server.close()
        thread.join(timeout=10)
