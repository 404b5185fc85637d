"""Serving the application on this machine."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import webbrowser
from types import FrameType

from dash import Dash
from waitress.server import create_server

from dashboard.memory import settle
from threads.errors import SettingError
from threads.settings import Settings

# The security of the application decides which proxies to believe.
KEPT = {"clear_untrusted_proxy_headers": False}


def serve(app: Dash, settings: Settings, *, open_browser: bool = False, any_port: bool = False) -> None:
    """Serve until interrupted; print the address, and open a browser where there is one and it is wanted.

    Whether it may listen there is for `require_safe` to say.

    Parameters
    ----------
    app
        The application.
    settings
        `host` and `port` are used.
    open_browser
        Open the address in a browser if this machine shows one.
    any_port
        Take a free port when the one that is set is in use.

    Raises
    ------
    SettingError
        The port is in use, or the host is not this machine's.
    """
    listener = _listen(settings.host, settings.port, any_port=any_port)
    server = create_server(app.server, sockets=[listener], threads=16, ident=None, **KEPT)
    address = f"http://{_bracketed(settings.host)}:{listener.getsockname()[1]}/"
    sys.stdout.write(f"Below the Line is at {address}  (Ctrl-C stops it)\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, _stop)
    if open_browser and _has_browser():
        webbrowser.open(address)
    settle()
    try:
        server.run()  # returns on Ctrl-C and on SystemExit
    finally:
        server.close()
        sys.stderr.write("Stopped.\n")


def _listen(host: str, port: int, *, any_port: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE and any_port:
            return _listen(host, 0, any_port=False)
        raise SettingError(
            f"cannot listen on {host}:{port}: {error.strerror}",
            source="port",
            remedy="Give another with --port, or 0 for a free one",
        ) from error
    return listener


def _bracketed(host: str) -> str:
    return f"[{host.strip('[]')}]" if ":" in host else host


def _has_browser() -> bool:
    """Whether a window can be opened: a text browser in the terminal would take it over."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
